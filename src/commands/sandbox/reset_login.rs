//! `bursar sandbox reset-login`.

use crate::{
    commands::candidates,
    context::Context,
    error::{Error, Kind, Result},
};

/// Make a sandbox connection want its owner to sign in again
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  bursar sandbox reset-login c1")]
pub(crate) struct Args {
    /// The connection: id or name
    #[arg(value_name = "CONN", add = candidates::connections())]
    connection: String,
}

impl Args {
    pub(super) fn run(self, context: &mut Context) -> Result<()> {
        let unlocked = context.unlocked_for_bank()?;
        let book = context.book()?;
        let found = book.find_connection(&self.connection)?;
        let secrets = book.connection(found.id)?;
        let sealed = secrets.token.ok_or_else(|| {
            Error::new(Kind::NotFound, "connection_gone", format!("{} has been removed", found.name))
                .hint("bursar connections")
        })?;
        let token = unlocked.open_token(secrets.item_id.as_str(), &secrets.environment, &sealed)?;
        let client = context.client()?;
        context.runtime()?.block_on(client.sandbox_reset_login(&token))?;
        context.ui.status(&format!("{} now wants its owner to sign in again", found.name));
        Ok(())
    }
}
