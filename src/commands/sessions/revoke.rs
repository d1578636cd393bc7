//! `bursar sessions revoke`.

use crate::{
    context::Context,
    domain::views::Ended,
    error::{Error, Kind, Result},
    vault::{Session, sessions},
};

/// End sessions, also of other vaults and other logins
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  bursar sessions revoke 392740871")]
pub(crate) struct Args {
    /// Sessions: the id, or the beginning of one
    #[arg(value_name = "ID", required = true)]
    ids: Vec<String>,
}

impl Args {
    pub(super) fn run(self, context: &mut Context) -> Result<()> {
        let open = sessions::all();
        let wanted = self.ids.iter().map(|id| find(&open, id)).collect::<Result<Vec<_>>>()?;
        if context.settings.dry_run {
            context.ui.status(&format!("would end {} of {} sessions", wanted.len(), open.len()));
            return Ok(());
        }
        let here = context.locked().ok().and_then(|locked| locked.resume(false, context.clock.latest()).ok().flatten());
        let ended = Ended { ended: wanted.iter().filter(|session| sessions::end(session.id)).count() as u64 };
        if let Some(unlocked) = here {
            super::record(context, unlocked, "sessions.revoke", ended);
        }
        context.present(&ended)
    }
}

fn find<'a>(open: &'a [Session], text: &str) -> Result<&'a Session> {
    if let Some(exact) = open.iter().find(|session| session.id.to_string() == text) {
        return Ok(exact);
    }
    let fitting: Vec<&Session> = open.iter().filter(|session| session.id.to_string().starts_with(text)).collect();
    match fitting.as_slice() {
        [one] => Ok(one),
        [] => {
            Err(Error::new(Kind::NotFound, "no_session", format!("there is no session {text}")).hint("bursar sessions"))
        }
        several => {
            let ids: Vec<String> = several.iter().map(|session| session.id.to_string()).collect();
            let sentence = format!("{text} is the beginning of several sessions: {}", ids.join(", "));
            Err(Error::new(Kind::NotFound, "ambiguous", sentence).hint("bursar sessions"))
        }
    }
}
