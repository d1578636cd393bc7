//! How a run ended, as an exit code: failures of one kind only have that kind's code, everything else is 3.
//!
//! Pure. Invariant: a run of which something was not saved never exits 0.

use crate::{
    domain::{
        standing::Remedy,
        views::{OutcomeKind, SyncLine, SyncOutcome},
    },
    error::{Error, Kind, Result},
    ops::sync::{Cause, Run},
};

const AS_IT_WAS: &str = "what was stored stays as it was";

/// Turns connections that were not saved into the error that they are.
pub(in crate::commands) fn failures(run: &Run) -> Result<()> {
    let lines = &run.outcome.connections;
    let of = |kind: OutcomeKind| {
        lines.iter().filter(|line| line.outcome == kind).map(|line| line.name.as_str()).collect::<Vec<_>>()
    };
    let (reauth, failed) = (of(OutcomeKind::Reauth), of(OutcomeKind::Failed));
    let saved = of(OutcomeKind::Ok).len();
    if run.interrupted {
        let sentence =
            format!("interrupted; {saved} of {} connections are saved, nothing half-done was kept", lines.len());
        return Err(Error::new(Kind::Interrupted, "interrupted", sentence).hint("bursar sync"));
    }
    let skipped = of(OutcomeKind::Skipped);
    if run.late && !skipped.is_empty() {
        let sentence = format!(
            "the time was up: {} of {} connections were not saved ({}); the next sync brings them",
            skipped.len(),
            lines.len(),
            skipped.join(", ")
        );
        return Err(Error::new(Kind::Partial, "time_up", sentence).hint("bursar sync"));
    }
    if failed.is_empty() {
        if reauth.is_empty() {
            return Ok(());
        }
        let owed = owed(&run.owed);
        let (kind, sentence) = match all_kept(&run.outcome).and_then(|()| all_read(&run.outcome)) {
            Ok(()) => (Kind::Reauth, format!("{owed}; everything else is saved")),
            Err(also) => (Kind::Partial, format!("{owed}; {}", also.message)),
        };
        return Err(Error::new(kind, "reauth", sentence).hint("bursar connections"));
    }
    let only_failed = saved == 0 && reauth.is_empty();
    let only = |cause: Cause| only_failed && run.causes.iter().all(|found| *found == cause);
    let reasons = reasons(&run.outcome);
    if only(Cause::Unavailable) {
        let sentence = format!("no bank could be reached: {reasons}; {AS_IT_WAS}");
        return Err(Error::new(Kind::Unavailable, "unavailable", sentence).hint("bursar sync"));
    }
    if run.causes.contains(&Cause::TooOften) && run.causes.iter().all(|cause| cause.is_passing()) && only_failed {
        let sentence = format!("nothing was synced, because it was asked too often just now: {reasons}; {AS_IT_WAS}");
        return Err(Error::new(Kind::Unavailable, "too_often", sentence).hint("bursar sync"));
    }
    if only(Cause::PlanLimit) {
        let sentence = format!("the allowance of the provider's plan is used up: {reasons}; {AS_IT_WAS}");
        return Err(Error::new(Kind::Refused, "plan_limit", sentence).hint("bursar connections"));
    }
    if only(Cause::DayLimit) {
        let sentence = format!("nothing was synced: {reasons}; tomorrow (UTC) it goes on");
        return Err(Error::new(Kind::Refused, "day_limit", sentence).hint("bursar config get sync.max_per_day"));
    }
    if only(Cause::Keys) {
        let sentence = format!("nothing was synced: {reasons}; {AS_IT_WAS}");
        return Err(Error::new(Kind::Auth, "plaid_keys", sentence).hint("bursar config plaid"));
    }
    let rest = if saved == 0 { AS_IT_WAS } else { "the others are saved" };
    let again = if reauth.is_empty() { String::new() } else { format!("; {}", owed(&run.owed)) };
    let sentence = format!("{} of {} connections failed: {reasons}{again}; {rest}", failed.len(), lines.len());
    Err(Error::new(Kind::Partial, "partial", sentence).hint("bursar connections"))
}

/// Turns rows that were not kept into the error that they are.
pub(in crate::commands) fn all_kept(outcome: &SyncOutcome) -> Result<()> {
    let count = outcome.refused;
    if count == 0 {
        return Ok(());
    }
    let names: Vec<&str> =
        outcome.connections.iter().filter(|line| line.refused > 0).map(|line| line.name.as_str()).collect();
    let (rows, were, them) = if count == 1 { ("row", "was", "it") } else { ("rows", "were", "them") };
    let sentence = format!(
        "{count} {rows} of {} {were} not kept, because bursar cannot hold {them} exactly; everything else is saved",
        names.join(", ")
    );
    Err(Error::new(Kind::Partial, "rows_refused", sentence).hint("bursar connections"))
}

/// Turns products that could not be read into the error that they are.
pub(in crate::commands) fn all_read(outcome: &SyncOutcome) -> Result<()> {
    // Where the owner has to sign in, products come with the rest once that is done.
    let lines = outcome.connections.iter().filter(|line| line.outcome == OutcomeKind::Ok);
    let unread = |line: &SyncLine| line.failed_products.iter().map(|one| format!("{}: {one}", line.name)).collect();
    let unread: Vec<String> = lines.flat_map::<Vec<String>, _>(unread).collect();
    if unread.is_empty() {
        return Ok(());
    }
    let sentence = format!("{}; everything else is saved", unread.join("; "));
    Err(Error::new(Kind::Partial, "product_failed", sentence).hint("bursar connections"))
}

/// Turns what a provider says of banks that it may not have read into the error that it is.
pub(in crate::commands) fn all_well(spoke: &[String]) -> Result<()> {
    if spoke.is_empty() {
        return Ok(());
    }
    let sentence =
        format!("what came is saved, but not all of {} may have come; see the warnings above", spoke.join(", "));
    Err(Error::new(Kind::Partial, "provider_says", sentence).hint("bursar connections"))
}

/// What the owners of connections have to do, those together that have to do the same.
fn owed(owed: &[(String, Remedy)]) -> String {
    let kinds = [
        (Remedy::SignIn, "sign in again at "),
        (Remedy::ActAtBank, "settle what the bank asks for, and then sign in again, at "),
        (Remedy::ActAtProvider, "sign in again, by way of its provider, at "),
        (Remedy::ChooseAccounts, "choose accounts again at "),
        (Remedy::Replace, "access was withdrawn, so remove and link anew "),
    ];
    let said = kinds.iter().filter_map(|(kind, words)| {
        let names: Vec<&str> = owed.iter().filter(|(_, found)| found == kind).map(|(name, _)| name.as_str()).collect();
        (!names.is_empty()).then(|| format!("{words}{}", names.join(", ")))
    });
    said.collect::<Vec<_>>().join("; ")
}

fn reasons(outcome: &SyncOutcome) -> String {
    let failed = outcome.connections.iter().filter(|line| line.outcome == OutcomeKind::Failed);
    let reasons: Vec<String> =
        failed.map(|line| format!("{}: {}", line.name, line.error.as_deref().unwrap_or("no reason given"))).collect();
    reasons.join("; ")
}
