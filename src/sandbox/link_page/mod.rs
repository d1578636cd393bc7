//! Link.
use super::{
    http::{Reply, Request},
    state::State,
};
use std::sync::Mutex;

pub(crate) fn answer(_state: &Mutex<State>, _request: &Request) -> Reply {
    Reply::new(404, "text/plain", "no page\n")
}
