//! `bursar doctor`: is everything in order for bursar to work here?

mod clock;
mod daily;
mod keys;
mod preflight;
mod security;

use crate::{
    context::Context,
    domain::views::{CheckItem, CheckReport, Level},
    error::{Error, Kind, Result},
    ops::review,
};

/// Fewer bytes than this make a sync likely to fail.
const WANTED_SPACE: u64 = 64 << 20;

/// Check what bursar needs: settings, vault, permissions, space, keys, freshness
///
/// Also the schedule, and the clock against Plaid's where there are keys. Asks you for nothing and changes nothing. Exits 7 when something is not in order. With --preflight it opens the vault and
/// calls the provider as a timer would, given the same options: exits 4 when the vault does not open or the key may not
/// sync, and 9 when the provider is out of reach.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  bursar doctor\n  bursar doctor --security\n  bursar doctor --json\n  bursar --identity timer.key doctor --preflight"
)]
pub(crate) struct Args {
    /// Try what a timer needs: open the vault without a terminal, the key's role and expiry, network, space
    #[arg(long)]
    preflight: bool,
    /// A checklist of how safe bursar is on this machine, each line with what was found
    #[arg(long, conflicts_with = "preflight")]
    security: bool,
}

impl Args {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        let mut kind = Kind::Refused;
        let checks = if self.security {
            security::checks(context)?
        } else if self.preflight {
            let found = preflight::checks(context);
            kind = found.kind.unwrap_or(kind);
            [needs(context), found.checks].concat()
        } else {
            if matches!(review_is_due(context), Ok(true)) {
                context.ui.hint("bursar review");
            }
            [needs(context), vec![keys::check(context)], daily::checks(context)].concat()
        };
        let report = CheckReport::new(checks);
        context.present(&report)?;
        if !context.is_machine() {
            let hints = report.checks.iter().filter(|check| check.level != Level::Ok);
            for command in hints.filter_map(|check| check.hint.as_ref()) {
                context.ui.hint(command);
            }
        }
        if report.ok {
            return Ok(());
        }
        Err(Error::new(kind, "not_in_order", "not everything is in order; the table says what").hint("bursar status"))
    }
}

/// What bursar needs to work here at all.
fn needs(context: &Context) -> Vec<CheckItem> {
    let settings = CheckItem::good("settings", context.settings.config_file.display().to_string());
    vec![settings, vault(context), space(context)]
}

/// An error as a check, with the command that the error itself advises, if it does.
fn from(error: &Error, name: &str, otherwise: &str) -> CheckItem {
    let command = error.hints.first().map_or_else(|| otherwise.to_owned(), |hint| hint.command("bursar doctor"));
    CheckItem::bad(name, error.message.clone()).hint(command)
}

/// Whether a review of access is due, where the vault opens without a question.
fn review_is_due(context: &mut Context) -> Result<bool> {
    if !context.location().exists() || !context.opens_by_itself() {
        return Ok(false);
    }
    let unlocked = context.unlocked()?;
    Ok(review::is_due(&unlocked, &context.book()?, context.clock.now())?)
}

fn vault(context: &Context) -> CheckItem {
    if !context.location().exists() {
        let detail = format!("there is none in {}; run bursar init", context.settings.vault.display());
        return CheckItem::bad("vault", detail).hint("bursar init");
    }
    match context.locked() {
        Ok(_) => CheckItem::good("vault", format!("{}: private, of a known version", context.settings.vault.display())),
        Err(error) => from(&error, "vault", "bursar vault inspect"),
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
