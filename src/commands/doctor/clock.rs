//! The machine's clock against Plaid's, which comes with every answer.
//!
//! Invariant: what cannot be compared is not said to be right.

use std::time::Duration;

use jiff::SignedDuration;

use crate::{
    context::Context,
    domain::{dates::Timestamp, views::CheckItem},
    error::Result,
    plaid::{Client, PlaidError},
};

/// How far the clocks may be apart: more than any answer takes.
const APART: SignedDuration = SignedDuration::from_mins(2);

/// How long `doctor` waits for an answer that is only about the clock.
const PATIENCE: Duration = Duration::from_secs(5);

/// An institution that Plaid can be asked about without a connection; also a refusal is an answer.
const ASKED_ABOUT: &str = "ins_109508";

/// Asks Plaid something that needs nothing but keys, and whose answer has a date like every other.
pub(super) async fn ask(client: &Client) -> std::result::Result<(), PlaidError> {
    let (institution, countries) = (ASKED_ABOUT.to_owned().into(), ["US".to_owned()]);
    client.institution_get(&institution, &countries).await.map(drop)
}

/// The comparison after an answer; none without a date in it.
pub(super) fn compared(context: &Context, client: &Client) -> Option<CheckItem> {
    client.answered_at().map(|theirs| compare(context.clock.machine(), theirs))
}

/// Asks and compares, where there are keys and a network; none where not.
pub(super) fn checked(context: &mut Context) -> Option<CheckItem> {
    if context.settings.offline {
        return None;
    }
    let client = context.client().ok()?;
    within(context, &client).ok()?;
    compared(context, &client)
}

fn within(context: &mut Context, client: &Client) -> Result<()> {
    // A refusal has a date too; silence has not.
    context.runtime()?.block_on(async {
        let _answer = tokio::time::timeout(PATIENCE, ask(client)).await;
    });
    Ok(())
}

fn compare(ours: Timestamp, theirs: Timestamp) -> CheckItem {
    let off = ours.duration_since(theirs);
    if off.abs() <= APART {
        return CheckItem::good("plaid clock", "this machine's clock and Plaid's agree");
    }
    let word = if off.is_negative() { "behind" } else { "ahead of" };
    let detail = format!("this machine's clock is {} {word} Plaid's", span(off.abs()));
    CheckItem::warn("plaid clock", detail).hint("timedatectl")
}

/// `3 minutes`, `26 hours`.
fn span(off: SignedDuration) -> String {
    let (hours, minutes) = (off.as_hours(), off.as_mins());
    if hours >= 2 { format!("{hours} hours") } else { format!("{minutes} minutes") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_minutes_are_forgiven() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let theirs = at("2026-04-15T12:00:00Z");
        let said = |ours: &str| compare(at(ours), theirs).detail;
        for close in ["2026-04-15T12:02:00Z", "2026-04-15T11:58:00Z"] {
            assert!(said(close).ends_with("agree"), "{close}");
        }
        assert_eq!(said("2026-04-15T12:03:01Z"), "this machine's clock is 3 minutes ahead of Plaid's");
        assert_eq!(said("2026-04-14T10:00:00Z"), "this machine's clock is 26 hours behind Plaid's");
    }
}
