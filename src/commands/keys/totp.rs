//! `bursar keys totp`.

use serde::Serialize;

use crate::{
    context::Context,
    domain::dates::Timestamp,
    error::{Error, Kind, Result},
    ops::{
        link,
        totp::{self, Totp},
    },
    render::{Fact, Facts, Sheet, ToSheet},
    secret::Secret,
};

/// How often a code may be mistyped while the authenticator is set up.
const TRIES: usize = 5;

/// What would do without: nothing, so that it is refused before anything is shown.
const TERMINAL: &str = "a terminal";

const HONEST: &str = "One-time codes protect a vault that you left open: with a session going on, nobody at your machine changes\n\
    keys, members or connections without your authenticator. They do not protect the vault's file: who has that and a\n\
    passphrase needs no code. For that take a key of two factors: bursar keys add two-factor PATH";

/// One-time codes from an authenticator before what only the owner may do
///
/// Protects a vault that was left open on an unattended machine, not its file: a program that checks codes beside
/// their own seed can be told not to. A thief of the file is stopped by a key of two factors instead (`bursar keys add
/// two-factor`). With codes on, every change of keys, members and Plaid's keys, and every connection that is removed or
/// given a new token, asks for the secret and for a code; reading, notes, linking and syncing do not. Each wrong code makes
/// the next one wait, 2 seconds and up to a minute. The vault's recovery code opens without one, in case the authenticator
/// is lost.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  bursar keys totp enable\n  bursar keys totp\n  bursar keys expire timer now --totp-file CODE_FILE"
)]
pub(super) struct Args {
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Show a QR code for an authenticator, and ask for codes from now on
    #[command(after_help = "Examples:\n  bursar keys totp enable")]
    Enable,
    /// Ask for codes no more
    #[command(
        after_help = "Examples:\n  bursar keys totp disable\n  bursar --identity RECOVERY_CODE_FILE keys totp disable   # the authenticator is lost"
    )]
    Disable,
    /// Say whether codes are asked for
    #[command(after_help = "Examples:\n  bursar keys totp status --json")]
    Status,
    /// Make new backup codes; the old ones are worthless then
    #[command(after_help = "Examples:\n  bursar keys totp backup-codes")]
    BackupCodes,
}

/// `keys totp --json`.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub(crate) struct Status {
    /// Whether codes are asked for.
    enabled: bool,
    /// Since when; `null` while the banks' key is not at hand, as in a session for the book.
    since: Option<Timestamp>,
    /// How many backup codes are left; `null` like `since`.
    backup_codes: Option<u64>,
}

impl ToSheet for Status {
    fn to_sheet(&self) -> Sheet {
        Facts(vec![
            Fact::new("enabled", "One-time codes", if self.enabled { "asked for" } else { "off" }),
            Fact::new("since", "Since (UTC)", self.since),
            Fact::new("backup_codes", "Backup codes left", self.backup_codes),
        ])
        .to_sheet()
    }
}

impl Args {
    pub(super) fn run(&self, context: &mut Context) -> Result<()> {
        match self.verb {
            None | Some(Verb::Status) => status(context),
            Some(Verb::Enable) => enable(context),
            Some(Verb::Disable) => disable(context),
            Some(Verb::BackupCodes) => backup_codes(context),
        }
    }
}

fn status(context: &mut Context) -> Result<()> {
    let (vault, book) = (context.unlocked()?, context.book()?);
    let enabled = totp::enabled(&book)?;
    let kept = if vault.can_use_bank() { totp::load(&vault, &book)? } else { None };
    let since = kept.as_ref().map(Totp::since);
    let backup_codes = kept.as_ref().map(|kept| kept.backup_codes() as u64);
    context.present(&Status { enabled, since, backup_codes })
}

fn enable(context: &mut Context) -> Result<()> {
    let vault = context.unlock_for_admin()?;
    if totp::enabled(&context.book()?)? {
        let sentence = "this vault asks for one-time codes already; nothing was changed";
        return Err(Error::new(Kind::Conflict, "totp_enabled", sentence).hint("bursar keys totp disable"));
    }
    require_terminal(context)?;
    if context.settings.dry_run {
        context.ui.status("would ask for one-time codes from now on");
        return Ok(());
    }
    let now = context.clock.latest();
    let mut totp = Totp::new(now)?;
    let account = vault.dir().file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let (url, typed) = totp.provisioning(&account)?;
    context.ui.notice(HONEST);
    let drawn = link::draw(url.expose()).unwrap_or_default();
    context.ui.reveal(&format!("Scan this with your authenticator:\n\n{drawn}\nor type this key"), &typed, TERMINAL)?;
    prove(&mut totp, context)?;
    let codes = totp.renew_backup_codes()?;
    show(&codes, context)?;
    let event = context.event("keys.totp.enable", None);
    totp::save(&vault, &mut context.book_mut()?, &totp, &event)?;
    context.ui.status("from now on bursar asks for a code before keys or members change and before connections end");
    Ok(())
}

/// Has the authenticator's code typed, so that nobody is locked out by a wrong scan or clock.
fn prove(totp: &mut Totp, context: &mut Context) -> Result<()> {
    for _ in 0..TRIES {
        let code = context.ui.secret("The code that it shows now", TERMINAL)?;
        if totp.take(&code, context.clock.latest())?.is_some() {
            return Ok(());
        }
        context.ui.warn("that is not the code; is the clock of both machines right?");
    }
    Err(Error::new(Kind::Auth, "wrong_code", "the authenticator does not show the right codes; nothing was changed")
        .hint("bursar keys totp enable"))
}

fn disable(context: &mut Context) -> Result<()> {
    context.unlock_for_admin()?;
    if context.settings.dry_run {
        context.ui.status("would ask for one-time codes no more");
        return Ok(());
    }
    let event = context.event("keys.totp.disable", None);
    let forgotten = totp::forget(&mut context.book_mut()?, &event)?;
    context.ui.status(if forgotten { "one-time codes are no longer asked for" } else { "one-time codes were off" });
    Ok(())
}

fn backup_codes(context: &mut Context) -> Result<()> {
    let vault = context.unlock_for_admin()?;
    if !totp::enabled(&context.book()?)? {
        return Err(disabled());
    }
    if context.settings.dry_run {
        context.ui.status("would make new backup codes");
        return Ok(());
    }
    require_terminal(context)?;
    let event = context.event("keys.totp.backup_codes", None);
    // Held from here on, so that no code that somebody uses meanwhile becomes good again.
    let mut book = context.book_mut()?;
    let mut totp = totp::load(&vault, &book)?.ok_or_else(disabled)?;
    let codes = totp.renew_backup_codes()?;
    show(&codes, context)?;
    Ok(totp::save(&vault, &mut book, &totp, &event)?)
}

fn disabled() -> Error {
    Error::new(Kind::NotFound, "totp_disabled", "this vault asks for no one-time codes").hint("bursar keys totp enable")
}

fn show(codes: &[Secret<String>], context: &mut Context) -> Result<()> {
    let lines: Vec<&str> = codes.iter().map(|code| code.expose().as_str()).collect();
    let all = Secret::new(lines.join("\n    "));
    Ok(context.ui.reveal("Backup codes, each good once; they are shown this once", &all, TERMINAL)?)
}

fn require_terminal(context: &Context) -> Result<()> {
    if context.ui.profile().interactive {
        return Ok(());
    }
    let sentence = "one-time codes are set up on a terminal, and there is none; nothing was changed";
    Err(Error::new(Kind::Usage, "no_terminal", sentence).hint("bursar keys totp enable"))
}
