//! `bursar members remove`.

use crate::{commands::keys::agreed, context::Context, error::Result, ops};

/// Remove somebody who got copies
///
/// No more copies are made for them. The copies they have stay readable: nothing can take those back.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  bursar members remove Ana\n  bursar members remove Ana --yes")]
pub(crate) struct Args {
    /// The member: name or id
    member: String,
}

impl Args {
    pub(super) fn run(self, context: &mut Context) -> Result<()> {
        let vault = context.unlock_for_admin()?;
        let member = vault.find_member(&self.member)?;
        let plan = [
            format!("remove the member {:?} ({})", member.name, member.role().as_str()),
            "the copies they have stay readable".to_owned(),
        ];
        if !agreed(context, &plan, &member.name)? {
            return Ok(());
        }
        let event = context.event("members.remove", None);
        ops::members::remove(&vault, &mut context.book_mut()?, member, &event)?;
        context.ui.status(&format!("{:?} gets no more copies", member.name));
        Ok(())
    }
}
