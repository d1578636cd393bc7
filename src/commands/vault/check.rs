//! `bursar vault check`.

use crate::{
    context::Context,
    domain::views::CheckReport,
    error::{Error, Kind, Result},
};

/// Check everything that can be checked: both integrity checks, digests, audit chain, balances
///
/// Exits 10 when something does not match, and names it.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  bursar vault check\n  bursar vault check --json")]
pub(crate) struct Args {}

impl Args {
    pub(super) fn run(self, context: &mut Context) -> Result<()> {
        let report = CheckReport::new(context.book()?.check()?);
        context.present(&report)?;
        let bad: Vec<&str> = report.checks.iter().filter(|check| !check.ok).map(|check| check.name.as_str()).collect();
        if bad.is_empty() {
            context.unlocked()?.discard_safety_copy()?;
            return Ok(());
        }
        Err(Error::new(Kind::Integrity, "check_failed", format!("the vault does not pass: {}", bad.join(", ")))
            .hint("bursar vault inspect"))
    }
}
