//! `bursar notify test`.

use super::tell;
use crate::{
    context::Context,
    domain::{
        alerts::{Alert, AlertKind},
        views::AlertView,
    },
    error::{Error, Kind, Result},
};

/// Tell a test alert, exactly as a sync would
///
/// Opens no vault. Exits 5 when config.toml names nobody to tell, and 1 when the program fails.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  bursar notify test\n  bursar notify test --json")]
pub(crate) struct Args {}

impl Args {
    pub(super) fn run(self, context: &mut Context) -> Result<()> {
        let channels = tell::channels(context);
        if !channels.are_open() {
            return Err(Error::new(Kind::NotFound, "no_notify", "config.toml names nobody to tell")
                .hint("bursar config set notify.desktop true"));
        }
        let notice = tell::notice(context, vec![AlertView { alert: alert(), first_seen: None, told_at: None }]);
        if context.settings.dry_run {
            context.ui.status("would tell:");
            return context.present(&notice);
        }
        let delivery = tell::send(context, &notice, &channels);
        if !delivery.told {
            let reasons = delivery.failures.join("; ");
            return Err(Error::new(Kind::Unexpected, "notify_failed", format!("nothing was told: {reasons}"))
                .hint("bursar config get notify.command"));
        }
        for failure in delivery.failures {
            context.ui.warn(&failure);
        }
        context.present(&notice)
    }
}

fn alert() -> Alert {
    Alert {
        kind: AlertKind::Test,
        key: "test:test".to_owned(),
        message: "this is a test; nothing has happened".to_owned(),
        subject: "bursar".to_owned(),
        connection: None,
        account: None,
        transaction: None,
        amount: None,
        before: None,
        date: None,
        action: Some("bursar status".to_owned()),
    }
}
