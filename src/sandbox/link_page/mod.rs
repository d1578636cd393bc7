//! The Link page: choose a bank, sign in, choose accounts, or leave; hosted, or in a frame of another loopback page.
//!
//! Uses the rest of the room and `maud`. Invariants: the page loads nothing from elsewhere and runs no script but the one
//! line that reports to the framing page; no token ever stands in an address but the link token in a frame's.

mod flow;
mod view;

use std::sync::{Mutex, PoisonError};

use super::{
    http::{Reply, Request},
    institutions,
    link::{LinkToken, Session, Step},
    state::State,
};

/// Stand-in for Plaid's script of the same name.
const SCRIPT: &str = include_str!("link-initialize.js");

/// Answers under `/link/`.
pub(crate) fn answer(state: &Mutex<State>, request: &Request) -> Reply {
    let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
    let parts: Vec<&str> = request.path.trim_start_matches('/').split('/').collect();
    match (request.method.as_str(), parts.as_slice()) {
        ("GET", ["link", "v2", "stable", "link-initialize.js"]) => Reply::new(200, "text/javascript", SCRIPT),
        ("GET", ["link", "v2", "stable", "link.html"]) => open_frame(&mut state, request),
        ("GET", ["link", page]) => open(&mut state, page, None),
        ("GET", ["link", page, session]) => show(&mut state, page, session, request),
        ("POST", ["link", page, session]) => submit(&mut state, page, session, request),
        _ => sorry(404, "There is no such page."),
    }
}

fn sorry(status: u16, sentence: &str) -> Reply {
    view::page(status, &view::Shell::default(), &view::sentence(sentence))
}

fn see(address: &str) -> Reply {
    Reply::new(303, "text/plain", "").header("Location", address)
}

/// Opens a session in a frame: the token comes with the frame's address, as in Plaid's own Link.
fn open_frame(state: &mut State, request: &Request) -> Reply {
    let fields = request.fields();
    let field = |name: &str| fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let parent = field("origin").filter(|origin| is_loopback_origin(origin)).map(str::to_owned);
    let page = field("token").and_then(|token| state.links.get(token)).map(|link| link.page.clone());
    match (page, parent) {
        (Some(page), Some(parent)) => open(state, &page, Some(parent)),
        (None, _) => sorry(404, "This link is not known. Start again from where you came."),
        (_, None) => sorry(400, "Only a page on this machine may frame the sandbox."),
    }
}

fn is_loopback_origin(origin: &str) -> bool {
    url::Url::parse(origin).is_ok_and(|url| {
        url.scheme() == "http"
            && matches!(url.host_str(), Some("127.0.0.1" | "localhost"))
            && url.origin().ascii_serialization() == origin
    })
}

fn open(state: &mut State, page: &str, parent: Option<String>) -> Reply {
    let (id, now) = (state.uuid(), state.now());
    let Some(link) = state.links.by_page(page) else {
        return sorry(404, "This link is not known. Start again from where you came.");
    };
    if link.expires <= now {
        return sorry(410, "This link has expired. Start again from where you came.");
    }
    let asked = || institutions::find(link.request.institution_id.as_deref()?);
    let bank = link.update.as_ref().map(|(_, draft)| draft.bank).or_else(asked);
    let step = bank.map_or(Step::Institution, flow::sign_in);
    let mut session = Session::new(id.clone(), step, bank, now);
    session.parent = parent;
    session.event("OPEN", now, &[]);
    session.event("TRANSITION_VIEW", now, &[("view_name", step.view_name())]);
    link.sessions.push(session);
    see(&format!("/link/{page}/{id}"))
}

fn show(state: &mut State, page: &str, session: &str, request: &Request) -> Reply {
    let (nonce, now) = (state.uuid(), state.now());
    let Some(link) = state.links.by_page(page) else { return sorry(404, "This link is not known.") };
    let completion = link.completion().map(str::to_owned);
    if link.expires <= now {
        return sorry(410, "This link has expired. Start again from where you came.");
    }
    let Some(session) = link.session(session).cloned() else { return sorry(404, "This session is not known.") };
    if session.outcome.is_some() && session.parent.is_none() && completion.is_some() {
        return see(completion.as_deref().unwrap_or_default());
    }
    let search = request.fields().into_iter().find(|(name, _)| name == "q").map(|(_, word)| word).unwrap_or_default();
    let shell =
        view::Shell { nonce, form_target: completion.as_deref().and_then(origin), parent: session.parent.clone() };
    let body = match session.step {
        Step::Done => view::done(&session, &shell),
        _ => view::step(link, &session, &search),
    };
    view::page(200, &shell, &body)
}

fn origin(address: &str) -> Option<String> {
    let url = url::Url::parse(address).ok()?;
    url.origin().is_tuple().then(|| url.origin().ascii_serialization())
}

fn submit(state: &mut State, page: &str, session: &str, request: &Request) -> Reply {
    let own = format!("http://{}", request.header("host").unwrap_or_default());
    if request.header("origin").is_some_and(|origin| origin != own) {
        return sorry(403, "This form was sent from another page.");
    }
    let now = state.now();
    let expired = |link: &LinkToken| link.expires <= now;
    let Some(link) = state.links.by_page(page) else { return sorry(404, "This link is not known.") };
    if expired(link) {
        return sorry(410, "This link has expired. Start again from where you came.");
    }
    let completion = link.completion().map(str::to_owned);
    if !flow::advance(state, page, session, &flow::Form(request.fields())) {
        return sorry(404, "This session is not known.");
    }
    let done =
        state.links.by_page(page).and_then(|link| link.session(session)).filter(|session| session.outcome.is_some());
    match (done, completion) {
        (Some(session), Some(address)) if session.parent.is_none() => see(&address),
        _ => see(&format!("/link/{page}/{session}")),
    }
}
