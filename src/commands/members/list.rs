//! `bursar members list`.

use crate::{context::Context, domain::views::Listing, error::Result, ops};

/// List the members
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  bursar members\n  bursar members list --json")]
pub(crate) struct Args {}

impl Args {
    pub(super) fn run(self, context: &mut Context) -> Result<()> {
        let vault = context.unlocked()?;
        let listing = Listing::all(ops::members::list(&vault, &context.book()?)?);
        context.present(&listing)
    }
}
