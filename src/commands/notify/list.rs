//! `bursar notify list`.

use crate::{context::Context, domain::views::Listing, error::Result, ops::alerts};

/// List what holds now, since when, and whether it was told
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  bursar notify\n  bursar notify list --json | jq -r '.items[].message'")]
pub(crate) struct Args {}

impl Args {
    pub(super) fn run(self, context: &mut Context) -> Result<()> {
        let (now, today) = (context.clock.now(), context.clock.today());
        let bounds = context.settings.config.notify.bounds();
        let (vault, book) = (context.unlocked()?, context.book()?);
        let items = alerts::with_memory(
            alerts::now((&book, &alerts::keys(&vault, context.clock.latest())), &bounds, now, today)?,
            &book.kept_alerts()?,
        );
        context.present(&Listing::all(items))
    }
}
