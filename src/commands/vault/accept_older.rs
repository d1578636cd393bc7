//! `bursar vault accept-older`.

use crate::{
    context::Context,
    error::{Error, Kind, Result},
    ops::accept::{self, Comparison},
    render::{Fact, Facts, Sheet, ToSheet},
};

/// Go on with a vault that is older than what this device saw last, as after restoring a backup
///
/// A vault that went back is refused (exit 10), because somebody may have put an old copy in its place. If it was you,
/// this command makes the device forget what it had seen. Owners only; asks for the secret; leaves an entry in the
/// audit log.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  bursar vault accept-older --dry-run\n  bursar vault accept-older --yes")]
pub(crate) struct Args {}

impl Args {
    pub(super) fn run(self, context: &mut Context) -> Result<()> {
        let vault = context.unlock_even_if_older()?;
        let lock_timeout = context.settings.lock_timeout;
        let comparison = accept::compare(&vault, lock_timeout)?;
        if !comparison.older {
            context.present(&comparison)?;
            context.ui.status("the vault is not older than what this device saw; there is nothing to accept");
            return Ok(());
        }
        if context.settings.dry_run {
            return context.present(&comparison);
        }
        let seen = comparison.seen.map_or(0, |seen| seen.change);
        let found = comparison.found.change;
        context.ui.status(&format!(
            "this device saw change {seen} of the vault, which is now at change {found}; what the copy does not have is lost with this, \
             bank tokens and keys of then are used again"
        ));
        if !context.ui.confirm("Go on with this older vault?")? {
            return Err(Error::new(Kind::Refused, "not_accepted", "nothing was changed; the vault stays refused")
                .hint("bursar vault inspect"));
        }
        let accepted = accept::accept(&vault, lock_timeout, &context.event("vault.accept-older", None))?;
        context.present(&accepted)?;
        context.ui.hint("bursar vault check");
        Ok(())
    }
}

impl ToSheet for Comparison {
    fn to_sheet(&self) -> Sheet {
        let Self { older, seen, found, accepted } = self;
        let word = |yes: bool| if yes { "yes" } else { "no" };
        Facts(vec![
            Fact::new("older", "Older than seen", word(*older)),
            Fact::new("seen", "Change seen here", seen.map(|seen| seen.change)),
            Fact::new("seen_generation", "Keys seen here", seen.map(|seen| seen.generation)),
            Fact::new("found", "Change now", found.change),
            Fact::new("found_generation", "Keys now", found.generation),
            Fact::new("accepted", "Accepted", word(*accepted)),
        ])
        .to_sheet()
    }
}
