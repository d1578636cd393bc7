//! `bursar audit list`.

use crate::{
    commands::selection::PeriodArgs, context::Context, domain::views::Limit, error::Result, store::AuditFilter,
};

const DEFAULT_LIMIT: u64 = 50;

/// List the entries, newest first
#[derive(Debug, clap::Args)]
#[group(skip)]
#[command(
    after_help = "Examples:\n  bursar audit\n  bursar audit list --action keys -p thismonth\n  bursar audit list --limit 0 --json"
)]
pub(crate) struct Args {
    #[command(flatten)]
    period: PeriodArgs,
    /// Only by the key of this label
    #[arg(long, value_name = "LABEL")]
    actor: Option<String>,
    /// Only this action, or all below it: transactions, report.spending, unlock.failed
    #[arg(long, value_name = "ACTION")]
    action: Option<String>,
    /// Only on this thing: a3, t42, c1
    #[arg(long, value_name = "ID")]
    resource: Option<String>,
    /// At most so many; 0 for all [default: 50 on a terminal, all elsewhere]
    #[arg(short, long, value_name = "N")]
    limit: Option<u64>,
    /// Leave out the first so many
    #[arg(long, value_name = "N", default_value_t = 0)]
    offset: u64,
}

impl Args {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        let period = self.period.resolve(context)?;
        let filter = AuditFilter { period, actor: self.actor, action: self.action, resource: self.resource };
        let limit = match self.limit {
            Some(0) => None,
            None if context.is_machine() => None,
            given => Some(given.unwrap_or(DEFAULT_LIMIT)),
        };
        context.enter_readings()?;
        let listing = context.book()?.audit(&filter, Limit { limit, offset: self.offset })?;
        context.present(&listing)?;
        if self.offset + (listing.items.len() as u64) < listing.total && !context.is_machine() {
            context.ui.hint("bursar audit list --limit 0");
        }
        Ok(())
    }
}
