//! The banks: every token replaced, or every connection ended.

use super::report::{Item, State};
use crate::{
    commands::bank,
    context::Context,
    domain::{ids::ConnectionId, provider::manner, standing::ConnectionState},
    error::Result,
    ops::{
        connections::{self, Removal},
        incident::{self, Progress},
        rotation::Turn,
    },
    store::Event,
    vault::Right,
};

/// Takes every bank's token out of others' reach; what fails is left for the next run.
pub(super) fn replace(context: &mut Context, progress: &Progress, remove: bool) -> Result<Item> {
    let connections = context.book()?.connections()?;
    // What only the owner can take back is listed by `by_hand`.
    let live = connections
        .into_iter()
        .filter(|bank| bank.state != ConnectionState::Removed && manner(&bank.provider).by_hand.is_none());
    let left: Vec<(ConnectionId, String)> =
        live.filter(|bank| !progress.tokens.contains(&bank.id.to_string())).map(|bank| (bank.id, bank.name)).collect();
    if left.is_empty() {
        return Ok(Item::new("banks", State::Done, "no connection has an old token"));
    }
    if let Err(offline) = context.require_network() {
        return Ok(Item::new("banks", State::Left, format!("{} connections: {offline}", left.len())));
    }
    let shown = context.ui.progress("taking the banks' tokens back");
    let event = context.event(incident::TOKEN, None);
    let ended = bank::with(context, Right::Admin, |bank, mut book| {
        let mut failed = Vec::new();
        for (id, name) in &left {
            shown.say(name);
            let event = Event { resource: Some(id.to_string()), ..event.clone() };
            let outcome = if remove {
                let removal = Removal { id: *id, purge: false };
                let ending = Event { action: "connection.remove".to_owned(), ..event.clone() };
                let removed = connections::remove(&mut book, &ending, Some(bank), removal);
                removed.map(|_| ()).map_err(|error| error.to_string())
            } else {
                let turned = connections::rotate(bank, &mut book, &[*id], &|_| ());
                turned.map_err(|error| error.to_string()).and_then(|turns| match turns.first() {
                    Some(turn) if matches!(turn.turn, Turn::Failed | Turn::Unknown) => {
                        Err(turn.error.as_ref().map_or_else(|| "no answer".to_owned(), ToString::to_string))
                    }
                    _ => Ok(()),
                })
            };
            match outcome {
                Ok(()) => incident::enter(&mut book, &event, &[])?,
                Err(reason) => failed.push(format!("{name}: {reason}")),
            }
        }
        Ok(failed)
    });
    drop(shown);
    Ok(match ended {
        Ok(failed) if failed.is_empty() => {
            let what = if remove { "connections ended" } else { "tokens replaced; the old ones are dead" };
            Item::new("banks", State::Done, format!("{} {what}", left.len()))
        }
        Ok(failed) => Item::new("banks", State::Left, failed.join("; ")),
        Err(error) => Item::new("banks", State::Left, error.to_string()),
    })
}
