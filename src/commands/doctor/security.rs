//! `bursar doctor --security`: a checklist with what was found, not with what is promised.

use crate::{
    context::Context,
    domain::views::CheckItem,
    error::Result,
    ops::{posture, review},
    settings,
    vault::{Location, Unlocked, inspect},
};

/// Everything that can be seen from here; more of it when the vault opens without a question.
pub(super) fn checks(context: &mut Context) -> Result<Vec<CheckItem>> {
    let location = context.location();
    let mut checks = posture::process();
    checks.push(posture::swap());
    checks.extend(posture::others(settings::program().ok().as_deref(), &context.settings.config_file));
    checks.push(plaid_keys(context));
    checks.push(posture::unlocked());
    if !location.exists() {
        return Ok(checks);
    }
    checks.push(posture::state(&location.state_dir));
    match inspect(&location, None, &[]) {
        Ok(found) => checks.extend(posture::files(&found)),
        Err(error) => checks.push(CheckItem::bad("file modes", error.to_string())),
    }
    if context.opens_by_itself() {
        let vault = context.unlocked()?;
        checks.extend(inside(context, &vault, &location)?);
    } else {
        context.ui.status("the vault is locked, so nothing inside it was looked at");
        context.ui.hint("bursar unlock");
    }
    Ok(checks)
}

/// What only the open vault knows.
fn inside(context: &mut Context, vault: &Unlocked, location: &Location) -> Result<Vec<CheckItem>> {
    let mut checks = vec![posture::pin(vault.pin().is_some())];
    if let Some(inside) = inspect(location, Some(vault), &[]).ok().and_then(|found| found.inside) {
        checks.push(CheckItem::good("cipher", inside.cipher.join(", ")));
    }
    let book = context.book()?;
    checks.push(match book.verify_audit(None)? {
        None => CheckItem::good("audit log", "this key does not reach the log's first key; an owner can verify it"),
        Some(verdict) if verdict.ok => {
            CheckItem::good("audit log", format!("{} entries follow from the first key", verdict.entries))
        }
        Some(_) => CheckItem::bad("audit log", "it does not follow from its first key (bursar audit verify)"),
    });
    let found = review::review(vault, &book, context.clock.now())?;
    let codes = if found.one_time_codes {
        "asked for before keys and members change"
    } else {
        "not asked for (bursar keys totp enable)"
    };
    checks.push(CheckItem::good("one-time codes", codes));
    checks.push(match found.findings.as_slice() {
        [] => CheckItem::good(
            "review",
            format!(
                "{} keys, {} members, {} connections, no finding",
                found.keys.len(),
                found.members.len(),
                found.connections.len()
            ),
        ),
        findings => {
            let first = &findings[0];
            CheckItem::bad(
                "review",
                format!("{} findings (bursar review), first: {}: {}", findings.len(), first.about, first.finding),
            )
        }
    });
    Ok(checks)
}

/// Plaid's keys in the environment are seen by every program that this user starts from there.
fn plaid_keys(context: &Context) -> CheckItem {
    if context.environment.text("PLAID_SECRET").is_some() {
        CheckItem::bad(
            "plaid keys",
            "PLAID_SECRET stands in the environment; bursar config plaid keeps it in the vault",
        )
    } else {
        CheckItem::good("plaid keys", "not in the environment by value")
    }
}
