//! `bursar transactions list`.

use crate::{commands::selection::Selection, context::Context, domain::views::Limit, error::Result};

const DEFAULT_LIMIT: u64 = 50;

/// List transactions, newest first
#[derive(Debug, clap::Args)]
#[group(skip)]
#[command(
    after_help = "Examples:\n  bursar transactions coffee -p lastmonth\n  bursar tx 'cat:food' amt:'>50' --json\n  bursar tx --limit 0 -o all.csv"
)]
pub(crate) struct Args {
    #[command(flatten)]
    selection: Selection,
    /// At most so many; 0 for all [default: 50 on a terminal, all elsewhere]
    #[arg(short, long, value_name = "N")]
    limit: Option<u64>,
    /// Leave out the first so many
    #[arg(long, value_name = "N", default_value_t = 0)]
    offset: u64,
}

impl Args {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        let (query, period) = self.selection.resolve(context)?;
        let limit = match self.limit {
            Some(0) => None,
            None if context.is_machine() => None,
            given => Some(given.unwrap_or(DEFAULT_LIMIT)),
        };
        let listing = context.book()?.transactions(&query, period, Limit { limit, offset: self.offset })?;
        context.present(&listing)?;
        let shown = self.offset + listing.items.len() as u64;
        if shown < listing.total && !context.is_machine() {
            context.ui.hint("bursar transactions --limit 0");
        }
        Ok(())
    }
}
