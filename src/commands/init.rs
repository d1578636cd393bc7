//! `bursar init`: makes a vault, by questions or entirely by flags.

use std::{path::PathBuf, sync::Arc};

use serde::Serialize;

use crate::{
    context::Context,
    error::{Error, Kind, Result},
    fsx,
    plaid::{Environment, UnknownEnvironment},
    render::{Fact, Facts, Sheet, ToSheet},
    secret::Secret,
    store::Store,
    vault::{self, Access, Create, Created, Location, NewVault},
};

/// How much of the recovery code is asked back.
const ASKED_BACK: usize = 6;

/// Create an encrypted vault
///
/// Asks for a passphrase and shows a recovery code once. Without a terminal everything comes from flags.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  bursar init\n  bursar init --env sandbox --no-recovery --yes --no-input --passphrase-file FILE\n  \
    bursar --vault business init --recovery-file /media/usb/bursar-recovery.txt"
)]
pub(crate) struct Args {
    /// Which of Plaid's environments the vault's banks are in
    #[arg(long = "env", value_name = "ENV", value_parser = ["sandbox", "production"])]
    environment: Option<String>,
    /// Make a passphrase of six random words and print it to the terminal
    #[arg(long)]
    generate: bool,
    /// Do without a recovery code: if the passphrase is lost, so is the vault
    #[arg(long, conflicts_with = "recovery_file")]
    no_recovery: bool,
    /// Write the recovery code to this file (0600) instead of the terminal; keep it apart from the vault
    #[arg(long, value_name = "FILE")]
    recovery_file: Option<PathBuf>,
}

/// `init --json`.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub(crate) struct Initialised {
    /// The vault's directory.
    vault: PathBuf,
    /// Its random identity, which the recovery code belongs to.
    vault_id: String,
    /// `sandbox` or `production`.
    environment: String,
    /// Whether there is a recovery code.
    recovery: bool,
    /// How the passphrase is turned into a key.
    kdf: String,
}

impl ToSheet for Initialised {
    fn to_sheet(&self) -> Sheet {
        Facts(vec![
            Fact::new("vault", "Vault", self.vault.display().to_string()),
            Fact::new("vault_id", "Vault id", self.vault_id.clone()),
            Fact::new("environment", "Environment", self.environment.clone()),
            Fact::new("recovery", "Recovery code", if self.recovery { "made" } else { "none" }),
            Fact::new("kdf", "Key derivation", self.kdf.clone()),
        ])
        .to_sheet()
    }
}

impl Args {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        let location = context.location();
        require_absent(&location)?;
        let environment = self.environment(context)?;
        if context.settings.dry_run {
            context.ui.status(&format!("would create a {environment} vault in {}", location.dir.display()));
            return Ok(());
        }
        self.require_recovery_choice(context)?;
        self.require_recovery_place()?;
        let passphrase = self.passphrase(context)?;
        let progress = context.ui.progress("making keys");
        let new = vault::begin(
            &location,
            &Create { passphrase: &passphrase, recovery: !self.no_recovery, now: context.clock.now() },
        )?;
        drop(progress);
        let created = self.furnish(new, environment, context);
        if let (Err(_), Some(file), false) = (&created, &self.recovery_file, location.exists()) {
            fsx::remove(file)?;
        }
        let created = created?;
        context.adopt(Arc::new(created.unlocked));
        let outcome = Initialised {
            vault: location.dir,
            vault_id: context.unlocked()?.vault_id().to_string(),
            environment: environment.as_str().to_owned(),
            recovery: created.recovery_code.is_some(),
            kdf: created.kdf.to_string(),
        };
        context.present(&outcome)?;
        context.ui.hint("bursar link");
        Ok(())
    }

    /// Hands the recovery code over, begins the book, and only then gives the vault its place.
    fn furnish(&self, new: NewVault, environment: Environment, context: &mut Context) -> Result<Created> {
        if let Some(code) = new.recovery_code() {
            self.hand_over(code, context)?;
        }
        let mut book = Store::open(new.vault(), Access::Write, context.settings.lock_timeout)?;
        book.write(&context.event("init", None), |tx| tx.set_environment(environment.as_str()))?;
        drop(book);
        Ok(new.finish()?)
    }

    fn environment(&self, context: &mut Context) -> Result<Environment> {
        let word = match &self.environment {
            Some(word) => word.clone(),
            None => context.ui.ask(
                "The Plaid environment (production or sandbox)",
                Some("production"),
                "--env production",
            )?,
        };
        word.parse().map_err(|error: UnknownEnvironment| {
            Error::new(Kind::Usage, "unknown_environment", format!("{error}; nothing was made"))
                .hint("bursar init --env sandbox")
        })
    }

    /// Refuses before anything is made when nobody would see the recovery code.
    fn require_recovery_choice(&self, context: &Context) -> Result<()> {
        if self.no_recovery || self.recovery_file.is_some() || context.ui.profile().interactive {
            return Ok(());
        }
        let sentence = "there is no terminal to show the recovery code on; nothing was made";
        Err(Error::new(Kind::Usage, "recovery_choice", sentence)
            .hint("bursar init --recovery-file FILE")
            .hint("bursar init --no-recovery"))
    }

    /// Refuses before anything is made when the recovery code could not be written, or would overwrite a file.
    fn require_recovery_place(&self) -> Result<()> {
        let Some(file) = &self.recovery_file else { return Ok(()) };
        if file.symlink_metadata().is_ok() {
            let sentence = format!("{} exists already; nothing was made", file.display());
            return Err(Error::new(Kind::Conflict, "recovery_file_exists", sentence)
                .hint("bursar init --recovery-file NEW_FILE"));
        }
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
        if folder.is_some_and(|folder| !folder.is_dir()) {
            let sentence = format!("there is no directory for {}; nothing was made", file.display());
            return Err(Error::new(Kind::Io, "no_directory", sentence).hint("bursar init --recovery-file NEW_FILE"));
        }
        Ok(())
    }

    fn passphrase(&self, context: &mut Context) -> Result<Secret<String>> {
        if self.generate {
            let made = vault::passphrase::generate()?;
            if !context.ui.profile().interactive {
                let sentence = "--generate shows the passphrase on a terminal, and there is none; nothing was made";
                return Err(Error::new(Kind::Usage, "no_terminal", sentence).hint("bursar init --passphrase-file FILE"));
            }
            context.ui.reveal("Your passphrase", &made, "--passphrase-file FILE")?;
            return Ok(made);
        }
        if let Some(given) = context.given_passphrase()? {
            vault::passphrase::check(&given, &[])?;
            return Ok(given);
        }
        loop {
            let first = context.ui.secret("New passphrase (15 characters or more)", "--passphrase-file FILE")?;
            if let Err(weak) = vault::passphrase::check(&first, &[]) {
                context.ui.warn(&weak.to_string());
                continue;
            }
            if first.expose() == context.ui.secret("The same again", "--passphrase-file FILE")?.expose() {
                return Ok(first);
            }
            context.ui.warn("the two were not the same");
        }
    }

    fn hand_over(&self, code: &Secret<String>, context: &mut Context) -> Result<()> {
        if let Some(file) = &self.recovery_file {
            let text =
                Secret::new(format!("# bursar recovery code; keep it apart from the vault\n{}\n", code.expose()));
            fsx::replace(file, text.expose().as_bytes())?;
            context.ui.status(&format!("the recovery code is in {}; move it to a safe place", file.display()));
            return Ok(());
        }
        let shown = "Your recovery code, shown this once; it opens the vault when the passphrase is lost";
        context.ui.reveal(shown, code, "--recovery-file FILE")?;
        let tail = code.expose().len().saturating_sub(ASKED_BACK);
        loop {
            let typed = context.ui.ask(&format!("Type its last {ASKED_BACK} characters"), None, "--no-recovery")?;
            if typed.eq_ignore_ascii_case(&code.expose()[tail..]) {
                return Ok(());
            }
            context.ui.warn("that is not the end of the code");
        }
    }
}

fn require_absent(location: &Location) -> Result<()> {
    if location.exists() {
        return Err(vault::VaultError::AlreadyExists { dir: location.dir.clone() }.into());
    }
    Ok(())
}
