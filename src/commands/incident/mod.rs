//! `bursar incident`: the bad day, in one command.

mod by_hand;
mod report;
mod slots;
mod tokens;

use std::path::PathBuf;

pub(crate) use report::Incident;
use report::{Item, State};

use super::keys::NewPassphrase;
use crate::{
    context::Context,
    domain::standing::ConnectionState,
    error::{Error, Kind, Result},
    ops::incident::{self, Progress},
    vault::sessions,
};

/// Somebody may have seen your vault, a key or a token: take everything back
///
/// Ends all sessions, replaces the access token of every bank (or ends the connections), makes a new passphrase and
/// recovery code, removes every other key and gives the vault new keys, so that what was copied of it opens nothing that
/// comes after. Then lists what only you can do. Interrupted, or offline for the banks, the same command goes on where
/// it stopped; the audit log has every step.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  bursar incident --dry-run\n  bursar incident\n  bursar incident --remove-banks\n  \
    bursar incident --offline   # everything but the banks, now\n  \
    bursar incident --yes --new-passphrase-file FILE --recovery-file FILE"
)]
pub(crate) struct Args {
    /// End the connections at Plaid instead of replacing their tokens; the history stays
    #[arg(long)]
    remove_banks: bool,
    #[command(flatten)]
    passphrase: NewPassphrase,
    /// Write the new recovery code to this file (0600) instead of the terminal
    #[arg(long, value_name = "FILE")]
    recovery_file: Option<PathBuf>,
    /// Do without a recovery code
    #[arg(long, conflicts_with = "recovery_file")]
    no_recovery: bool,
}

impl Args {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        let vault = context.unlock_for_admin()?;
        let slots = vault.slots().len();
        drop(vault);
        // Opened for writing, the book first hears of a change of keys that a killed run could not enter.
        let book = if context.settings.dry_run { context.book()? } else { context.book_mut()? };
        let progress = incident::progress(&book)?;
        let live = book.connections()?.into_iter().filter(|bank| bank.state != ConnectionState::Removed).count();
        drop(book);
        self.tell_plan(context, &progress, (live, slots));
        if context.settings.dry_run {
            context.ui.status("nothing was changed");
            let plan = Incident::planned(by_hand::list(context)?);
            return context.present(&plan);
        }
        self.slots_can_be_handed_over(context, &progress)?;
        slots::check(&self, context, &progress)?;
        if !context.ui.confirm_typed("incident")? {
            let sentence = "nothing was changed, because you did not type incident";
            return Err(Error::new(Kind::Refused, "not_confirmed", sentence).again_with("--yes"));
        }
        let ended = sessions::all().iter().filter(|session| sessions::end(session.id)).count();
        if progress.since.is_none() {
            let event = context.event(incident::BEGIN, None);
            incident::enter(&mut context.book_mut()?, &event, &[])?;
        }
        let mut steps = vec![Item::new("sessions", State::Done, format!("{ended} ended"))];
        steps.push(tokens::replace(context, &progress, self.remove_banks)?);
        steps.extend(slots::renew(&self, context, &progress)?);
        let left = steps.iter().any(|step| step.state == State::Left);
        if !left {
            let event = context.event(incident::END, None);
            incident::enter(&mut context.book_mut()?, &event, &[])?;
        }
        let incident = Incident::new(steps, by_hand::list(context)?);
        context.present(&incident)?;
        if left {
            let sentence = "not all of it could be done; the same command goes on where it stopped";
            return Err(Error::new(Kind::Partial, "incident_unfinished", sentence).hint("bursar incident"));
        }
        Ok(())
    }

    fn tell_plan(&self, context: &mut Context, progress: &Progress, (banks, slots): (usize, usize)) {
        if let Some(since) = progress.since {
            context.ui.notice(&format!("going on with the incident of {}", since.strftime("%F %T UTC")));
        }
        let banks = match (banks.saturating_sub(progress.tokens.len()), self.remove_banks) {
            (0, _) => "2. banks: nothing left to do".to_owned(),
            (count, true) => format!("2. end {count} connections at Plaid; what they brought stays"),
            (count, false) => format!("2. replace the access tokens of {count} connections"),
        };
        let keys = if progress.keys {
            "3. keys: nothing left to do".to_owned()
        } else {
            let recovery = if self.no_recovery { "" } else { " and a new recovery code" };
            format!(
                "3. make a new passphrase{recovery}, remove the {slots} keys there are, and encrypt the ledger and the\n   \
                 banks' tokens anew"
            )
        };
        context.ui.notice(&format!("1. end every session of this user\n{banks}\n{keys}\n4. list what only you can do"));
    }

    /// Refuses before anything is done when nobody would get the new passphrase and recovery code.
    fn slots_can_be_handed_over(&self, context: &Context, progress: &Progress) -> Result<()> {
        if progress.keys || context.ui.profile().interactive {
            return Ok(());
        }
        let sentence = "there is no terminal for the new passphrase and recovery code; nothing was changed";
        let error = |hint: &'static str| Err(Error::new(Kind::Usage, "needs_answer", sentence).again_with(hint));
        match (self.passphrase.is_from_file(), self.no_recovery || self.recovery_file.is_some()) {
            (false, _) => error("--new-passphrase-file FILE"),
            (true, false) => error("--recovery-file FILE"),
            (true, true) => Ok(()),
        }
    }
}
