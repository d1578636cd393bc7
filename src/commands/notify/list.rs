//! `bursar notify list`.

use crate::{
    context::Context,
    domain::views::{AlertView, Listing},
    error::Result,
    ops::alerts,
};

/// List what holds now, since when, and whether it was told
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  bursar notify\n  bursar notify list --json | jq -r '.items[].message'")]
pub(crate) struct Args {}

impl Args {
    pub(super) fn run(self, context: &mut Context) -> Result<()> {
        let (now, today) = (context.clock.now(), context.clock.today());
        let bounds = context.settings.config.notify.bounds();
        let book = context.book()?;
        let kept = book.kept_alerts()?;
        let items = alerts::now(&book, &bounds, now, today)?.into_iter().map(|alert| {
            let known = kept.iter().find(|one| one.key == alert.key);
            let (first_seen, told_at) = (known.map(|one| one.first_seen), known.and_then(|one| one.told_at));
            AlertView { alert, first_seen, told_at }
        });
        context.present(&Listing::all(items.collect()))
    }
}
