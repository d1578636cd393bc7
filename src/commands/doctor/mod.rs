//! `bursar doctor`: is everything in order for bursar to work here?

mod security;

use crate::{
    context::Context,
    domain::views::{CheckItem, CheckReport},
    error::{Error, Kind, Result},
    ops::review,
};

/// Fewer bytes than this make a sync likely to fail.
const WANTED_SPACE: u64 = 64 << 20;

/// Check what bursar needs: settings, vault, permissions, space, keys, freshness
///
/// Asks for nothing and changes nothing. Exits 7 when something is not in order.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  bursar doctor\n  bursar doctor --security\n  bursar doctor --json")]
pub(crate) struct Args {
    /// A checklist of how safe bursar is on this machine, each line with what was found
    #[arg(long)]
    security: bool,
}

impl Args {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        let report = CheckReport::new(if self.security { security::checks(context)? } else { needs(context)? });
        context.present(&report)?;
        if report.ok {
            return Ok(());
        }
        Err(Error::new(Kind::Refused, "not_in_order", "not everything is in order; the table says what")
            .hint("bursar status"))
    }
}

/// What bursar needs to work here.
fn needs(context: &mut Context) -> Result<Vec<CheckItem>> {
    let mut checks = vec![CheckItem::good("settings", context.settings.config_file.display().to_string())];
    checks.push(vault(context));
    checks.push(space(context));
    checks.push(plaid_keys(context));
    if context.location().exists() && context.opens_by_itself() {
        let unlocked = context.unlocked()?;
        if review::is_due(&unlocked, &context.book()?, context.clock.now())? {
            context.ui.hint("bursar review");
        }
    }
    Ok(checks)
}

fn vault(context: &Context) -> CheckItem {
    if !context.location().exists() {
        return CheckItem::bad(
            "vault",
            format!("there is none in {}; run bursar init", context.settings.vault.display()),
        );
    }
    match context.locked() {
        Ok(_) => CheckItem::good("vault", format!("{}: private, of a known version", context.settings.vault.display())),
        Err(error) => CheckItem::bad("vault", error.message),
    }
}

fn space(context: &Context) -> CheckItem {
    let directory = context.settings.vault.ancestors().find(|directory| directory.exists());
    match directory.map(crate::fsx::free_space) {
        Some(Ok(free)) if free >= WANTED_SPACE => CheckItem::good("disk space", format!("{} MiB free", free >> 20)),
        Some(Ok(free)) => CheckItem::bad("disk space", format!("only {} MiB free", free >> 20)),
        Some(Err(error)) => CheckItem::bad("disk space", error.to_string()),
        None => CheckItem::bad("disk space", "the vault's directory is on no disk".to_owned()),
    }
}

fn plaid_keys(context: &Context) -> CheckItem {
    match context.plaid_key("PLAID_CLIENT_ID").and_then(|id| Ok((id, context.plaid_key("PLAID_SECRET")?))) {
        Ok((Some(_), Some(_))) => CheckItem::good("plaid keys", "given by the environment".to_owned()),
        Ok(_) => CheckItem::good(
            "plaid keys",
            "not in the environment; the vault may keep them (bursar config plaid)".to_owned(),
        ),
        Err(error) => CheckItem::bad("plaid keys", error.message),
    }
}
