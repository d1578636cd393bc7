//! `bursar keys add`.

use std::path::PathBuf;

use jiff::Timestamp;

use super::{phrase::NewPassphrase, until::Until};
use crate::{
    context::Context,
    error::Result,
    ops::{self, keys::Place},
    vault::{Factor, Made, Role, Terms},
};

/// Add a way into the vault
///
/// Asks for a secret that opens the vault now. The new key opens it from then on, beside the others.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    kind: NewKey,
}

#[derive(Debug, clap::Subcommand)]
enum NewKey {
    /// Another passphrase
    #[command(
        after_help = "Examples:\n  bursar keys add passphrase --label partner\n  bursar keys add passphrase --generate"
    )]
    Passphrase {
        #[command(flatten)]
        passphrase: NewPassphrase,
        #[command(flatten)]
        wishes: Wishes,
    },
    /// A file that opens the vault by itself, for timers and devices
    #[command(
        after_help = "Examples:\n  bursar keys add key-file ~/bursar.key --role sync --expires 365d --label timer\n  \
        bursar --identity ~/bursar.key sync"
    )]
    KeyFile {
        /// The file to make (0600); not in the vault
        path: PathBuf,
        #[command(flatten)]
        wishes: Wishes,
    },
    /// An age identity that exists already, by its recipient
    #[command(after_help = "Examples:\n  bursar keys add identity \"$(age-keygen -y ~/age.txt)\" --label laptop\n  \
        bursar --identity ~/age.txt status")]
    Identity {
        /// The recipient (age1…)
        recipient: String,
        #[command(flatten)]
        wishes: Wishes,
    },
    /// What an age plugin holds: a YubiKey, a FIDO2 token, a TPM, the Secure Enclave
    #[command(after_help = "Examples:\n  bursar keys add plugin age1yubikey1… --label yubikey\n  \
        bursar --identity yubikey-identity.txt status   # asks for a touch")]
    Plugin {
        /// The recipient that the plugin printed (age1NAME1…); age-plugin-NAME must be on the path
        recipient: String,
        #[command(flatten)]
        wishes: Wishes,
    },
    /// An SSH key (ed25519)
    #[cfg(feature = "ssh")]
    #[command(after_help = "Examples:\n  bursar keys add ssh \"$(cat ~/.ssh/id_ed25519.pub)\" --label ssh\n  \
        bursar --identity ~/.ssh/id_ed25519 status")]
    Ssh {
        /// The public key (ssh-ed25519 AAAA…)
        recipient: String,
        #[command(flatten)]
        wishes: Wishes,
    },
    /// A key that the operating system's keyring keeps: no question while you are logged in
    ///
    /// Every program of your desktop's session can read what the keyring keeps, so this key may sync or read and is no
    /// owner's. Wants a bursar built with the feature `os-keyring`.
    #[command(after_help = "Examples:\n  bursar keys add keyring --label desktop\n  \
        bursar keys add keyring --role viewer --expires 365d")]
    Keyring {
        #[command(flatten)]
        wishes: Wishes,
    },
    /// A passphrase and a key file, neither of which opens anything alone
    #[command(after_help = "Examples:\n  bursar keys add two-factor /media/usb/bursar.key\n  \
        bursar --identity /media/usb/bursar.key status   # asks for the passphrase")]
    TwoFactor {
        /// The key file to make (0600); not in the vault
        path: PathBuf,
        #[command(flatten)]
        passphrase: NewPassphrase,
        #[command(flatten)]
        wishes: Wishes,
    },
}

#[derive(Debug, clap::Args)]
struct Wishes {
    /// Your name for the key
    #[arg(long)]
    label: Option<String>,
    /// What it may do: everything (if not said), only sync, only read
    #[arg(long, value_parser = ["owner", "sync", "viewer"])]
    role: Option<String>,
    /// Its last day (YYYY-MM-DD), a time from now (90d), or never; a sync key has 365d if nothing is said
    #[arg(long, value_name = "DATE")]
    expires: Option<Until>,
}

/// How long a sync key lasts, where nothing else is said: it opens the vault where nobody looks.
const UNATTENDED: Until = Until::Days(365);

impl Wishes {
    /// The role asked for; a key in the keyring is no owner's unless that is asked for, and then it is refused.
    fn role(&self, kept_in_keyring: bool) -> Role {
        match self.role.as_deref() {
            Some("sync") => Role::Sync,
            Some("viewer") => Role::Viewer,
            None if kept_in_keyring => Role::Sync,
            _ => Role::Owner,
        }
    }

    /// From when on a key of this role opens nothing.
    fn end(&self, role: Role, now: Timestamp) -> Result<Option<Timestamp>> {
        let by_itself = (role == Role::Sync).then_some(UNATTENDED);
        Ok(self.expires.or(by_itself).map(|until| until.instant(now)).transpose()?.flatten())
    }
}

impl Args {
    pub(super) fn run(self, context: &mut Context) -> Result<()> {
        let vault = context.unlock_for_admin()?;
        let (kind, passphrase, wishes) = self.kind.parts();
        let place = match &self.kind {
            NewKey::KeyFile { path, .. } | NewKey::TwoFactor { path, .. } => Place::File(path),
            NewKey::Keyring { .. } => Place::Keyring(context.keyring()?),
            _ => Place::Nowhere,
        };
        let now = context.clock.now();
        let role = wishes.role(matches!(place, Place::Keyring(_)));
        let expires = wishes.end(role, context.clock.latest())?;
        let terms = Terms { label: wishes.label.as_deref(), role, expires, now };
        place.check(&vault, &context.locked()?, role)?;
        if context.settings.dry_run {
            context.ui.status(&format!("would add a key of the kind {kind} with the role {}", terms.role.as_str()));
            return Ok(());
        }
        if let NewKey::Plugin { recipient, .. } = &self.kind {
            context.require_trusted_plugins(recipient)?;
        }
        let voice = context.voice();
        let typed = passphrase.map(|passphrase| passphrase.obtain(context)).transpose()?;
        let progress = context.ui.progress("making keys");
        let made = match (&self.kind, &typed) {
            (NewKey::TwoFactor { .. }, Some(typed)) => Factor::TwoFactor(typed),
            (NewKey::Identity { recipient, .. }, _) => Factor::Identity(recipient),
            (NewKey::Plugin { recipient, .. }, _) => Factor::Plugin(recipient, &voice),
            #[cfg(feature = "ssh")]
            (NewKey::Ssh { recipient, .. }, _) => Factor::Ssh(recipient),
            (NewKey::Keyring { .. }, _) => Factor::Keyring,
            (_, Some(typed)) => Factor::Passphrase(typed),
            (_, None) => Factor::KeyFile,
        }
        .make(&terms)?;
        drop(progress);
        let mut book = context.book_mut()?;
        place.give(&made, &vault)?;
        let added = ops::keys::add(&vault, &mut book, &made, context.event("keys.add", None));
        drop(book);
        if let Err(error) = &added {
            place.take_back(error)?;
        }
        added?;
        tell(context, &made, &place);
        if let Some(end) = made.slot.expires {
            let day = end.strftime("%F");
            context.ui.status(&format!("it opens the vault until {day}; `bursar keys expire` says otherwise"));
        }
        context.present(&ops::keys::view(&made.slot, &vault, None, now))
    }
}

impl NewKey {
    fn parts(&self) -> (&'static str, Option<&NewPassphrase>, &Wishes) {
        match self {
            Self::Passphrase { passphrase, wishes } => ("passphrase", Some(passphrase), wishes),
            Self::KeyFile { wishes, .. } => ("key-file", None, wishes),
            Self::Identity { wishes, .. } => ("identity", None, wishes),
            Self::Plugin { wishes, .. } => ("plugin", None, wishes),
            #[cfg(feature = "ssh")]
            Self::Ssh { wishes, .. } => ("ssh", None, wishes),
            Self::Keyring { wishes } => ("keyring", None, wishes),
            Self::TwoFactor { passphrase, wishes, .. } => ("two-factor", Some(passphrase), wishes),
        }
    }
}

fn tell(context: &mut Context, made: &Made, place: &Place<'_>) {
    match place {
        Place::File(path) => {
            context.ui.status(&format!("the key file is {}; whoever has it has this key", path.display()));
            context.ui.hint(&format!("bursar --identity {} status", shell_words::quote(&path.to_string_lossy())));
        }
        Place::Keyring(_) => {
            context
                .ui
                .status("the keyring keeps the key: every program of your session can read it while you are logged in");
            context.ui.hint("bursar sync");
        }
        Place::Nowhere => {}
    }
    if made.slot.kind.as_str() == "two-factor" {
        context.ui.status("the other keys still open the vault alone: remove the passphrase you replace");
        context.ui.hint("bursar keys list");
    }
}
