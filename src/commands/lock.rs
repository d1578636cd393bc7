//! `bursar lock`.

use crate::{context::Context, domain::views::Ended, error::Result, vault::sessions};

/// End the session, so that commands ask again
///
/// Ends every session of this vault that this login can use; with --all, every session of your user, of all vaults and
/// in all logins. Asks for nothing and never waits.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  bursar lock\n  bursar lock --all")]
pub(crate) struct Args {
    /// Every session of your user: all vaults, all logins
    #[arg(long)]
    all: bool,
}

impl Args {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        if context.settings.dry_run {
            context.ui.status("would end sessions");
            return Ok(());
        }
        let locked = if self.all { context.locked().ok() } else { Some(context.locked()?) };
        // Taken over before it ends, so that its end can be entered in the audit log.
        let resumed = locked.as_ref().and_then(|locked| locked.resume(false, context.clock.latest()).ok().flatten());
        let of_vault = locked.map_or(0, |locked| locked.end_sessions());
        let others = if self.all { sessions::all() } else { Vec::new() };
        let others = others.iter().filter(|session| sessions::end(session.id)).count();
        let ended = Ended { ended: (of_vault + others) as u64 };
        if let Some(unlocked) = resumed {
            super::sessions::record(context, unlocked, "lock", ended);
        }
        context.present(&ended)
    }
}
