//! `bursar connections list`.

use crate::{context::Context, domain::views::Listing, error::Result};

/// List the connections
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

impl Args {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        let listing = Listing::all(context.book()?.connections()?);
        context.present(&listing)?;
        if listing.items.is_empty() {
            context.ui.hint("bursar link");
        }
        Ok(())
    }
}
