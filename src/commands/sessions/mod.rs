//! `bursar sessions [list|revoke]`.

mod list;
mod revoke;

use std::sync::Arc;

use crate::{
    context::{Clock, Context},
    domain::views::{Ended, SessionView},
    error::Result,
    vault::{Session, Unlocked},
};

/// What is open without a question, where and for how long
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    List(list::Args),
    Revoke(revoke::Args),
}

impl Args {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        match self.verb {
            None => list::Args {}.run(context),
            Some(Verb::List(args)) => args.run(context),
            Some(Verb::Revoke(args)) => args.run(context),
        }
    }
}

/// A session as people and programs see it.
pub(super) fn view(session: &Session, clock: Clock) -> SessionView {
    SessionView {
        id: session.id.to_string(),
        vault: session.vault.clone(),
        scope: session.scope.as_str().to_owned(),
        bank: session.bank,
        expires_at: clock.after(session.left),
    }
}

/// Enters the end of sessions in the audit log. They have ended: what hinders the entry is a warning.
pub(super) fn record(context: &mut Context, unlocked: Unlocked, action: &str, ended: Ended) {
    context.adopt(Arc::new(unlocked));
    let event = context.event(action, None);
    let written = context.book_for_entries().and_then(|mut book| {
        book.write(&event, |tx| -> Result<()> {
            tx.note("sessions", ended.ended);
            Ok(())
        })
    });
    if let Err(error) = written {
        context.ui.warn(&format!("this is not in the audit log: {error}"));
    }
}
