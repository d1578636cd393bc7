//! `bursar members add`.

use crate::{
    context::Context,
    error::Result,
    ops,
    vault::{Member, Role},
};

/// Add somebody who gets copies
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  bursar members add Ana age1…\n  bursar members add taxes age1… --role auditor\n  \
    age-keygen -o ana.txt   # what Ana runs to get a recipient"
)]
pub(crate) struct Args {
    /// Your name for them
    name: String,
    /// Their age recipient (age1…)
    recipient: String,
    /// A viewer's copies are whole, an auditor's without descriptions, notes and tags, and with numbers for payees
    #[arg(long, default_value = "viewer", value_parser = ["viewer", "auditor"])]
    role: String,
}

impl Args {
    pub(super) fn run(self, context: &mut Context) -> Result<()> {
        let vault = context.unlock_for_admin()?;
        let role = if self.role == "auditor" { Role::Auditor } else { Role::Viewer };
        let member = Member::new(&self.name, role, &self.recipient, context.clock.now())?;
        if context.settings.dry_run {
            context.ui.status(&format!("would add {:?} as {}", member.name, role.as_str()));
            return Ok(());
        }
        let event = context.event("members.add", None);
        ops::members::add(&vault, &mut context.book_mut()?, &member, &event)?;
        context.present(&ops::members::view(&member, None))
    }
}
