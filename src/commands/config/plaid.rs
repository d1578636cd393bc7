//! `bursar config plaid`: keeps the Plaid keys inside the vault, sealed.

use crate::{
    context::Context,
    error::{Error, Kind, Result},
    secret::Secret,
};

/// Keep your Plaid keys in the vault, encrypted
///
/// Reads PLAID_CLIENT_ID and PLAID_SECRET (or their _FILE and _COMMAND forms), else asks. Afterwards the variables
/// are not needed any more. Only the owner may keep or forget them, and is asked for the secret each time.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  bursar config plaid\n  PLAID_CLIENT_ID_FILE=id PLAID_SECRET_FILE=secret bursar config plaid\n  bursar config plaid --remove"
)]
pub(crate) struct Args {
    /// Forget the keys that are kept
    #[arg(long)]
    remove: bool,
}

impl Args {
    pub(super) fn run(self, context: &mut Context) -> Result<()> {
        context.unlock_for_admin()?;
        if self.remove && context.settings.dry_run {
            context.ui.status("would forget the Plaid keys that the vault keeps");
            return Ok(());
        }
        if self.remove {
            let removed = context.forget_plaid_keys()?;
            let sentence = if removed {
                "the Plaid keys are no longer in the vault"
            } else {
                "there were no Plaid keys in the vault"
            };
            context.ui.status(sentence);
            return Ok(());
        }
        let client_id = match context.plaid_key("PLAID_CLIENT_ID")? {
            Some(value) => value,
            None => Secret::new(context.ui.ask("Plaid client_id", None, "PLAID_CLIENT_ID or PLAID_CLIENT_ID_FILE")?),
        };
        let secret = match context.plaid_key("PLAID_SECRET")? {
            Some(value) => value,
            None => context.ui.secret("Plaid secret", "PLAID_SECRET or PLAID_SECRET_FILE")?,
        };
        if client_id.expose().trim().is_empty() || secret.expose().trim().is_empty() {
            return Err(Error::new(Kind::Usage, "empty_plaid_key", "a Plaid key is empty; nothing was changed")
                .hint("bursar config plaid"));
        }
        if context.settings.dry_run {
            context.ui.status("would keep the Plaid keys in the vault, encrypted");
            return Ok(());
        }
        context.keep_plaid_keys(client_id.expose(), secret)?;
        context.ui.status("the Plaid keys are kept in the vault, encrypted");
        Ok(())
    }
}
