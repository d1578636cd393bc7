//! `bursar connections list`.

use crate::{context::Context, domain::views::Listing, error::Result};

/// List the connections
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  bursar connections\n  bursar connections list --json")]
pub(crate) struct Args {}

impl Args {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        let now = context.clock.now();
        let listing = Listing::all(context.book()?.connections_at(now)?);
        context.present(&listing)?;
        if listing.items.is_empty() {
            context.ui.hint("bursar link");
        }
        Ok(())
    }
}
