//! `bursar keys rotate`.

use std::{sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};

use super::{plan::agreed, until};
use crate::{
    context::Context,
    error::{Error, Kind, Result},
    ops::keys::{self, Means, Which},
    vault::Unlocked,
};

/// Replace the vault's keys
///
/// The old keys open nothing afterwards. Interrupted at any moment, the vault opens, and the next command that opens
/// it with a key that reaches the banks carries on. Passphrases, key files and the recovery code stay as they are.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  bursar keys rotate --all\n  bursar keys rotate --ledger\n  bursar keys rotate --all --if-older 90d --yes"
)]
pub(crate) struct Args {
    /// The ledger's key: the database is encrypted anew
    #[arg(long)]
    ledger: bool,
    /// The banks' key: tokens are sealed anew
    #[arg(long)]
    bank: bool,
    /// Both
    #[arg(long, conflicts_with_all = ["ledger", "bank"])]
    all: bool,
    /// Only what is older than this (90d)
    #[arg(long, value_name = "DAYS", value_parser = days)]
    if_older: Option<i64>,
}

fn days(text: &str) -> std::result::Result<i64, String> {
    until::days(text).ok_or_else(|| format!("{text:?} is not a number of days; write 90d"))
}

impl Args {
    pub(super) fn run(self, context: &mut Context) -> Result<()> {
        let vault = context.unlock_for_admin()?;
        let which = self.due(&vault, context.clock.now())?;
        if which == (Which { ledger: false, bank: false }) {
            context.ui.status("no key is that old; nothing was changed");
            return Ok(());
        }
        let mut plan = Vec::new();
        if which.ledger {
            plan.push("encrypt the ledger anew under another key".to_owned());
        }
        if which.bank {
            plan.push("seal the banks' tokens anew under another key".to_owned());
        }
        if !agreed(context, &plan, "rotate")? {
            return Ok(());
        }
        let event = context.event("keys.rotate", None);
        let ended = with_means(context, |means| keys::rotate(&vault, which, &event, means))?;
        context.adopt(ended);
        context.ui.status("the keys are new; the old ones open nothing of this vault any more");
        Ok(())
    }

    fn due(&self, vault: &Unlocked, now: Timestamp) -> Result<Which> {
        if !(self.all || self.ledger || self.bank) {
            let sentence = "say what to rotate: --ledger, --bank or --all; nothing was changed";
            return Err(Error::new(Kind::Usage, "nothing_to_rotate", sentence).hint("bursar keys rotate --all"));
        }
        let (ledger, bank) = vault.keys_made();
        let old = |made: Timestamp| {
            self.if_older.is_none_or(|days| now.duration_since(made) >= SignedDuration::from_hours(24 * days))
        };
        Ok(Which {
            ledger: (self.all || self.ledger) && old(ledger),
            bank: (self.all || self.bank) && bank.is_some_and(old),
        })
    }
}

/// Runs a rotation with progress on the screen.
pub(in crate::commands) fn with_means<T>(
    context: &mut Context,
    run: impl FnOnce(&Means) -> std::result::Result<T, keys::KeysError>,
) -> Result<T> {
    let progress = context.ui.progress("waiting for others to leave the vault");
    let said = progress.clone();
    let means = Means {
        patience: context.settings.lock_timeout.max(Duration::from_millis(1)),
        now: context.clock.now(),
        say: Arc::new(move |message| said.say(message)),
    };
    Ok(run(&means)?)
}
