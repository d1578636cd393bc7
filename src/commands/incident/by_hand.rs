//! What no program can do for its owner.

use super::report::{Item, State};
use crate::{
    context::Context,
    domain::{provider::manner, standing::ConnectionState},
    error::Result,
    ops::totp,
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
    let living = connections.iter().filter(|connection| connection.state != ConnectionState::Removed);
    let access = living.filter_map(|connection| {
        let place = manner(&connection.provider).by_hand?;
        let command = format!("bursar link --repair {}", connection.id);
        let detail = format!("disable the access of {} {place}, then: {command}", connection.name);
        Some(Item::new(&connection.provider, State::ByHand, detail))
    });
    let list = list.into_iter().map(|(step, detail)| Item::new(step, State::ByHand, detail));
    Ok(access.chain(list).collect())
}
