//! Where Plaid's keys come from, and whether a timer has them too.

use crate::{commands::schedule::schedules, context::Context, domain::views::CheckItem, error::Result};

const NAME: &str = "plaid keys";
const KEEP: &str = "bursar config plaid";

/// The check; nobody is asked, so a vault that does not open by itself is not looked into.
pub(super) fn check(context: &mut Context) -> CheckItem {
    match look(context) {
        Ok(check) => check,
        Err(error) => CheckItem::bad(NAME, error.message).hint(KEEP),
    }
}

fn look(context: &mut Context) -> Result<CheckItem> {
    let given = given(context)?;
    let exists = context.location().exists();
    if !exists || !context.opens_by_itself() {
        return Ok(CheckItem::good(
            NAME,
            match (given, exists) {
                (true, _) => "given by the environment",
                (false, true) => "not in the environment; the vault may keep them",
                (false, false) => "not in the environment",
            },
        ));
    }
    Ok(match (context.keeps_plaid_keys()?, given) {
        (true, true) => CheckItem::good(NAME, "given by the environment, which goes before those of the vault"),
        (true, false) => CheckItem::good(NAME, "in the vault"),
        (false, true) if schedules(context).is_ok_and(|found| !found.is_empty()) => {
            let detail = "given by the environment of this shell, which the schedule does not have";
            CheckItem::warn(NAME, detail).hint(KEEP)
        }
        (false, true) => CheckItem::good(NAME, "given by the environment"),
        (false, false) if context.needs_plaid_keys()? => {
            CheckItem::bad(NAME, "neither in the environment nor in the vault, and a connection needs them").hint(KEEP)
        }
        (false, false) => {
            CheckItem::good(NAME, "neither in the environment nor in the vault; no connection needs them")
        }
    })
}

fn given(context: &Context) -> Result<bool> {
    Ok(context.plaid_key("PLAID_CLIENT_ID")?.is_some() && context.plaid_key("PLAID_SECRET")?.is_some())
}
