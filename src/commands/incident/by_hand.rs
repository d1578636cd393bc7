//! What no program can do for its owner.

use super::report::{Item, State};
use crate::{
    context::Context,
    domain::standing::ConnectionState,
    error::Result,
    ops::{provider::SIMPLEFIN, totp},
};

/// The list, the most urgent first.
pub(super) fn list(context: &mut Context) -> Result<Vec<Item>> {
    let codes = totp::enabled(&context.book()?)?;
    let mut list = vec![
        ("plaid", "rotate the secret in Plaid's dashboard, then run: bursar config plaid"),
        ("machine", "a passphrase typed on a spied-on machine is known: find out what happened"),
        ("browser", "sign out of banks and Plaid Portal, check extensions, change passwords"),
        ("backups", "older backups and copies open with the older keys: destroy them"),
        ("keys", "new ones for timers, members and second factors: bursar keys add --help"),
        ("audit", "see who opened the vault: bursar audit list"),
    ];
    if codes {
        list.push(("codes", "their seed is the old one: bursar keys totp disable, then enable"));
    }
    let connections = context.book()?.connections()?;
    let simplefin = connections
        .iter()
        .filter(|connection| connection.provider == SIMPLEFIN && connection.state != ConnectionState::Removed)
        .map(|connection| {
            let command = format!("bursar link simplefin --repair {}", connection.id);
            let detail = format!("disable the access of {} at the SimpleFIN server, then: {command}", connection.name);
            Item::new("simplefin", State::ByHand, detail)
        });
    let simplefin: Vec<Item> = simplefin.collect();
    let list = list.into_iter().map(|(step, detail)| Item::new(step, State::ByHand, detail));
    Ok(simplefin.into_iter().chain(list).collect())
}
