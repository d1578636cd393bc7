//! `bursar members share`.

use std::path::PathBuf;

use serde::Serialize;

use crate::{
    commands::keys::Until,
    context::Context,
    error::Result,
    ops,
    render::{Fact, Facts, Sheet, ToSheet},
};

/// Make a read-only copy that only a member opens
///
/// The copy is a vault of its own, encrypted to the member's age identity. It has no bank tokens, no keys of this vault
/// and none of its audit log. Commands that read work on it; those that change anything are refused.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  bursar members share Ana ~/for-ana\n  bursar members share Ana ~/for-ana --redacted --expires 30d\n  \
    BURSAR_VAULT=for-ana/ bursar --identity ana.txt report spending   # what Ana runs"
)]
pub(crate) struct Args {
    /// The member: name or id
    member: String,
    /// The directory to make
    directory: PathBuf,
    /// Without descriptions, merchants, notes and tags, and with numbers for payees, also for a viewer
    #[arg(long)]
    redacted: bool,
    /// The copy's last day (YYYY-MM-DD), or a time from now (90d)
    #[arg(long, value_name = "DATE")]
    expires: Option<Until>,
}

/// `members share --json`.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub(crate) struct Shared {
    /// The member's name.
    member: String,
    /// `viewer` or `auditor`.
    role: String,
    /// Whether descriptions, merchants, notes and tags were taken out, and payees became numbers.
    redacted: bool,
    /// The copy.
    vault: PathBuf,
}

impl ToSheet for Shared {
    fn to_sheet(&self) -> Sheet {
        Facts(vec![
            Fact::new("member", "Member", &self.member),
            Fact::new("role", "Role", &self.role),
            Fact::new("redacted", "Without names and notes", if self.redacted { "yes" } else { "no" }),
            Fact::new("vault", "Copy", self.vault.display().to_string()),
        ])
        .to_sheet()
    }
}

impl Args {
    pub(super) fn run(self, context: &mut Context) -> Result<()> {
        let vault = context.unlock_for_admin()?;
        let mut member = vault.find_member(&self.member)?.clone();
        member.redacted |= self.redacted;
        let expires = self.expires.map(|until| until.instant(context.clock.latest())).transpose()?.flatten();
        if context.settings.dry_run {
            context.ui.status(&format!("would make a copy for {:?} in {}", member.name, self.directory.display()));
            return Ok(());
        }
        let event = context.event("members.share", None);
        let progress = context.ui.progress("making the copy");
        let mut book = context.book_mut()?;
        let place = ops::members::share(&vault, &mut book, &member, &self.directory, expires, &event)?;
        drop((book, progress));
        context.present(&Shared {
            member: member.name.clone(),
            role: member.role().as_str().to_owned(),
            redacted: member.redacted,
            vault: place,
        })
    }
}
