//! Readings on their way into the trail: a reading is not a change, so its entry comes with the next one.
//!
//! Invariant: a reading leaves the queue only after the commit that entered it.

use serde_json::{Map, Value};

use super::{Draft, Event};
use crate::{
    store::{Result, encode},
    vault::{Unlocked, WriterLock},
};

/// What waited, to be entered now.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    pub(crate) drafts: Vec<Draft>,
}

/// Queues the entry of something that changed nothing.
pub(crate) fn queue(vault: &Unlocked, event: &Event, mut detail: Map<String, Value>) -> Result<()> {
    detail.insert("key".to_owned(), vault.slot().id.to_string().into());
    let draft = Draft {
        at: encode::millis(event.at),
        actor: vault.slot().label.clone(),
        action: event.action.clone(),
        resource: event.resource.clone(),
        detail: Value::Object(detail),
    };
    Ok(vault.queue_reading(&serde_json::to_vec(&draft)?)?)
}

/// What waits. A record that says nothing any more is still entered, as a number.
pub(crate) fn take(vault: &Unlocked, writer: &WriterLock, now: &Event) -> Result<Taken> {
    let waiting = vault.take_readings(writer)?;
    let mut drafts = Vec::with_capacity(waiting.records.len());
    let mut unreadable = waiting.unreadable;
    for record in waiting.records {
        match serde_json::from_slice(&record) {
            Ok(draft) => drafts.push(draft),
            Err(_) => unreadable += 1,
        }
    }
    if unreadable > 0 {
        drafts.push(Draft {
            at: encode::millis(now.at),
            actor: vault.slot().label.clone(),
            action: "audit.unreadable".to_owned(),
            resource: None,
            detail: serde_json::json!({ "readings": unreadable }),
        });
    }
    Ok(Taken { drafts })
}
