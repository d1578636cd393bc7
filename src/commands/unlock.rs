//! `bursar unlock`.

use std::time::Duration;

use crate::{
    commands::sessions,
    context::Context,
    domain::dates,
    error::Result,
    vault::{
        Scope, VaultError,
        sessions::{self as kept, LONGEST},
    },
};

/// Open the vault for a while, so that commands do not ask
///
/// The Linux kernel keeps what opens the book until the time is over, the clock set back or not; nothing is written to
/// a disk, and no daemon runs. Only reading and editing the book is opened: the banks (link, sync) ask again unless
/// --bank is given, and what only the owner may do (keys, members, Plaid's keys, ending a connection or replacing its
/// token) asks every time. A session ends early with `bursar lock`, a reboot, the
/// login that it was made in, and every change of slots or keys. Programs that you start can use it: lock when you leave.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  bursar unlock\n  bursar unlock --for 1h --bank\n  bursar unlock --for 8h --scope user   # for cron and other logins, too"
)]
pub(crate) struct Args {
    /// How long: 90s, 15m, 8h; 12h at most
    #[arg(long = "for", value_name = "TIME", default_value = "15m", value_parser = length)]
    length: Duration,
    /// Open the banks, too, so that link and sync do not ask
    #[arg(long)]
    bank: bool,
    /// Who may use it: programs of this login, or every program of your user
    #[arg(long, value_name = "SCOPE", default_value = "login", value_parser = ["login", "user"])]
    scope: String,
}

impl Args {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        let scope = if self.scope == "user" { Scope::User } else { Scope::Login };
        let locked = context.locked()?;
        kept::check(scope)?;
        if context.settings.dry_run {
            context.ui.status(&format!("would open a session of {} s for this {}", self.length.as_secs(), self.scope));
            return Ok(());
        }
        context.wait_after_failures(&locked);
        drop(locked);
        let unlocked = context.unlocked_by_secret()?;
        if self.bank && !unlocked.can_use_bank() {
            return Err(VaultError::NoBankKey.into());
        }
        let event = context.event("unlock", None);
        let (seconds, bank) = (self.length.as_secs(), self.bank);
        context.book_for_entries()?.write(&event, |tx| -> Result<()> {
            tx.note("seconds", seconds);
            tx.note("scope", scope.as_str());
            tx.note("bank", bank);
            Ok(())
        })?;
        unlocked.keep_session(self.length, scope, bank)?;
        match context.locked()?.session(bank) {
            Some(session) => context.present(&sessions::view(&session, context.clock)),
            None => Ok(()),
        }
    }
}

/// A length of time that a session may have.
fn length(text: &str) -> std::result::Result<Duration, String> {
    let length = dates::duration(text)?;
    if length.is_zero() || length > LONGEST {
        return Err(format!("a session lasts from a moment to 12 hours, not {text}"));
    }
    Ok(length)
}
