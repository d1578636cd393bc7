//! Accounts to which their bank gave another id: after a sync they are joined when that is certain, asked about when a person is there, and
//! told of otherwise.
//!
//! Invariant: without a person nothing is joined that only looks like one.

use super::adopt::{command, told};
use crate::{context::Context, domain::ids::ConnectionId, error::Result, store::Adoption};

/// Looks after the accounts of connections that were just synced.
pub(in crate::commands) fn settle(context: &mut Context, synced: impl IntoIterator<Item = ConnectionId>) -> Result<()> {
    let book = context.book()?;
    let mut plans = Vec::new();
    for connection in synced {
        if let Some(plan) = book.churned(connection)? {
            let edited = book.edited(&plan)? > 0;
            plans.push((plan, edited));
        }
    }
    drop(book);
    plans.into_iter().try_for_each(|(plan, edited)| one(context, plan, edited))
}

fn one(context: &mut Context, plan: Adoption, edited: bool) -> Result<()> {
    let profile = context.ui.profile();
    let asks = profile.interactive && !profile.yes;
    // What the owner wrote on the new side is theirs to clear first.
    let (sure, unsure) = match plan {
        plan if edited => (None, Some(plan)),
        plan if asks => {
            context.ui.status(&said(&plan, "look like"));
            let yes = context.ui.confirm("Join them?").unwrap_or(false);
            if yes { (Some(plan), None) } else { (None, Some(plan)) }
        }
        plan => {
            let some = |plan: Adoption| Some(plan).filter(|plan| !plan.accounts.is_empty());
            let (sure, unsure) = plan.split();
            (some(sure), some(unsure))
        }
    };
    if let Some(plan) = sure {
        let event = context.event("connection.adopt", None);
        context.book_for_sync()?.write(&event, |tx| tx.adopt(&plan))?;
        let parts = format!("joined; `{} --undo` parts them again", command(&plan));
        context.ui.status(&if asks { parts } else { format!("{}\n{parts}", said(&plan, "are")) });
    }
    if let Some(plan) = unsure {
        if edited || !asks {
            context.ui.warn(&said(&plan, "look like"));
        }
        context.ui.hint(&format!("{} --dry-run", command(&plan)));
    }
    Ok(())
}

/// What has happened, and the plan.
fn said(plan: &Adoption, verb: &str) -> String {
    format!(
        "accounts of {} have another id at the bank now, and {verb} accounts that it does not name any more:\n{}",
        plan.new,
        told(plan)
    )
}
