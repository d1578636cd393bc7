//! `bursar sessions list`.

use crate::{
    context::Context,
    domain::views::{Listing, SessionView},
    error::Result,
    vault::sessions,
};

/// List the sessions of your user, in every login
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  bursar sessions\n  bursar sessions list --json")]
pub(crate) struct Args {}

impl Args {
    pub(super) fn run(self, context: &mut Context) -> Result<()> {
        let clock = context.clock;
        let mut items: Vec<SessionView> = sessions::all().iter().map(|session| super::view(session, clock)).collect();
        items.sort_by(|one, other| (one.expires_at, &one.id).cmp(&(other.expires_at, &other.id)));
        context.present(&Listing::all(items))
    }
}
