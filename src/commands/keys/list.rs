//! `bursar keys list`.

use crate::{context::Context, domain::views::Listing, error::Result, ops};

/// List the keys: kind, role, age, last use, expiry, what a guess costs
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  bursar keys\n  bursar keys list --json")]
pub(crate) struct Args {}

impl Args {
    pub(super) fn run(self, context: &mut Context) -> Result<()> {
        let vault = context.unlocked()?;
        let listing = Listing::all(ops::keys::list(&vault, &context.book()?, context.clock.latest())?);
        context.present(&listing)
    }
}
