//! `bursar review`: who and what reaches the vault, and the owner's signature under it.

use crate::{
    context::Context,
    domain::views::Review,
    error::Result,
    ops::review::{review, sign_off},
    vault::Right,
};

/// Look over everything that reaches the vault or a bank
///
/// Keys with their roles, strength and last use, members, connections with their consents, the ages of keys and tokens, and what
/// of it should not stay. Signed off it is remembered; `bursar status` reminds you each quarter.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  bursar review\n  bursar review --sign-off\n  bursar review --json | jq '.findings'"
)]
pub(crate) struct Args {
    /// Remember that you have looked; only an owner's key may
    #[arg(long)]
    sign_off: bool,
}

impl Args {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        let right = if self.sign_off { Right::Admin } else { Right::Read };
        let vault = context.require(right)?;
        let now = context.clock.now();
        let found = review(&vault, &context.book()?, now)?;
        if !self.sign_off {
            context.present(&found)?;
            hints(context, &found);
            if found.due {
                context.ui.hint("bursar review --sign-off");
            }
            return Ok(());
        }
        if context.settings.dry_run {
            context.ui.status("would enter in the audit log that you have looked at this");
            return context.present(&found);
        }
        let event = context.event("review", None);
        sign_off(&mut context.book_mut()?, &found, event)?;
        let signed = Review { last_signed_off_at: Some(now), due: false, ..found };
        context.present(&signed)?;
        hints(context, &signed);
        context.ui.status("signed off; the next review is due in a quarter");
        Ok(())
    }
}

fn hints(context: &mut Context, found: &Review) {
    if context.is_machine() {
        return;
    }
    let mut told: Vec<&str> = Vec::new();
    for finding in &found.findings {
        if !told.contains(&finding.command.as_str()) {
            told.push(&finding.command);
            context.ui.hint(&finding.command);
        }
    }
}
