//! `bursar keys rotate`.

use std::{sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::{plan::agreed, until};
use crate::{
    commands::connections::{Replaced, replace, verdict},
    context::Context,
    domain::ids::ConnectionId,
    error::{Error, Kind, Result},
    ops::keys::{self, Means, Which},
    render::{Fact, Facts, Sheet, ToSheet},
    vault::Unlocked,
};

/// Replace the vault's keys
///
/// The old keys open nothing afterwards. Interrupted at any moment, the vault opens, and the next command that opens
/// it with a key that reaches the banks carries on. Passphrases, key files and the recovery code stay as they are.
/// The banks' access tokens are Plaid's to replace, which needs the network; with --offline, --all leaves them.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  bursar keys rotate --all\n  bursar keys rotate --tokens\n  bursar keys rotate --all --if-older 90d --yes"
)]
pub(crate) struct Args {
    #[command(flatten)]
    parts: Parts,
    /// Everything
    #[arg(long, conflicts_with_all = ["ledger", "bank", "tokens"])]
    all: bool,
    /// Only what is older than this (90d)
    #[arg(long, value_name = "DAYS", value_parser = days)]
    if_older: Option<i64>,
}

#[derive(Debug, clap::Args)]
struct Parts {
    /// The ledger's key: the database is encrypted anew
    #[arg(long)]
    ledger: bool,
    /// The banks' key: tokens are sealed anew
    #[arg(long)]
    bank: bool,
    /// The access tokens themselves: Plaid gives new ones, the old ones are dead at once
    #[arg(long)]
    tokens: bool,
}

/// `keys rotate --json`.
#[derive(Debug, Default, Serialize, schemars::JsonSchema)]
pub(crate) struct Rotated {
    /// Whether the ledger has another key.
    ledger: bool,
    /// Whether the banks' tokens are sealed under another key.
    bank: bool,
    /// The connections whose access tokens were to be replaced.
    connections: Vec<Replaced>,
}

impl ToSheet for Rotated {
    fn to_sheet(&self) -> Sheet {
        let word = |new: bool| if new { "new" } else { "as it was" };
        let replaced = self.connections.iter().filter(|one| one.is_new()).count() as u64;
        Facts(vec![
            Fact::new("ledger", "The ledger's key", word(self.ledger)),
            Fact::new("bank", "The banks' key", word(self.bank)),
            Fact::new("tokens", "Access tokens replaced", Some(replaced)),
        ])
        .to_sheet()
    }
}

fn days(text: &str) -> std::result::Result<i64, String> {
    until::days(text).ok_or_else(|| format!("{text:?} is not a number of days; write 90d"))
}

/// What is to be replaced now.
struct Due {
    keys: Which,
    tokens: Vec<ConnectionId>,
}

impl Args {
    pub(super) fn run(self, context: &mut Context) -> Result<()> {
        let vault = context.unlock_for_admin()?;
        let due = self.due(&vault, context)?;
        let keys = due.keys.ledger || due.keys.bank;
        if !keys && due.tokens.is_empty() {
            context.ui.status("nothing is that old; nothing was changed");
            return context.present(&Rotated::default());
        }
        if !agreed(context, &plan(&due), "rotate")? {
            return Ok(());
        }
        // Tokens first: the new ones are then sealed under the new key, and a bank that cannot be reached keeps no key from changing.
        let (turns, left) = match replace(context, &due.tokens) {
            Ok(turns) => {
                let left = verdict(&turns);
                (turns, left)
            }
            Err(error) => (Vec::new(), Some(error)),
        };
        if keys {
            let event = context.event("keys.rotate", None);
            let vault = context.unlocked()?;
            let ended = with_means(context, |means| keys::rotate(&vault, due.keys, &event, means))?;
            context.adopt(ended);
            context.ui.status("the keys are new; the old ones open nothing of this vault any more");
        }
        let connections = turns.into_iter().map(Replaced::from).collect();
        context.present(&Rotated { ledger: due.keys.ledger, bank: due.keys.bank, connections })?;
        match left {
            None => Ok(()),
            Some(error) if !keys => Err(error),
            Some(error) => {
                let sentence = format!("the keys are new, the banks' tokens are not all: {}", error.message);
                Err(Error::new(Kind::Partial, "tokens_left", sentence).hint("bursar keys rotate --tokens"))
            }
        }
    }

    fn due(&self, vault: &Unlocked, context: &mut Context) -> Result<Due> {
        let Parts { ledger, bank, tokens } = self.parts;
        if !(self.all || ledger || bank || tokens) {
            let sentence = "say what to rotate: --ledger, --bank, --tokens or --all; nothing was changed";
            return Err(Error::new(Kind::Usage, "nothing_to_rotate", sentence).hint("bursar keys rotate --all"));
        }
        let now = context.clock.now();
        let old = |made: Timestamp| {
            self.if_older.is_none_or(|days| now.duration_since(made) >= SignedDuration::from_hours(24 * days))
        };
        let (ledger_made, bank_made) = vault.keys_made();
        let keys = Which {
            ledger: (self.all || ledger) && old(ledger_made),
            bank: (self.all || bank) && bank_made.is_some_and(old),
        };
        let mut due = Due { keys, tokens: Vec::new() };
        if tokens || (self.all && !context.settings.offline) {
            let made = context.book()?.tokens_made()?;
            due.tokens = made.into_iter().filter(|(_, made)| old(*made)).map(|(id, _)| id).collect();
        } else if self.all {
            context.ui.warn("offline, so the banks' tokens stay as they are");
        }
        Ok(due)
    }
}

fn plan(due: &Due) -> Vec<String> {
    let mut plan = Vec::new();
    if !due.tokens.is_empty() {
        plan.push(format!("have Plaid replace the access tokens of {} connections", due.tokens.len()));
    }
    if due.keys.ledger {
        plan.push("encrypt the ledger anew under another key".to_owned());
    }
    if due.keys.bank {
        plan.push("seal the banks' tokens anew under another key".to_owned());
    }
    plan
}

/// Runs a rotation with progress on the screen.
pub(in crate::commands) fn with_means<T>(
    context: &mut Context,
    run: impl FnOnce(&Means) -> std::result::Result<T, keys::KeysError>,
) -> Result<T> {
    context.enters_itself();
    let progress = context.ui.progress("waiting for others to leave the vault");
    let said = progress.clone();
    let means = Means {
        patience: context.settings.lock_timeout.max(Duration::from_millis(1)),
        now: context.clock.now(),
        say: Arc::new(move |message| said.say(message)),
    };
    Ok(run(&means)?)
}
