//! Slots whose identity lies wrapped in the header: for age plugins (security tokens, TPMs) and SSH keys.
//!
//! Such a slot has an ordinary X25519 identity of its own, which a small age file seals to the holder's recipient. A marker
//! carries that file, and an X25519 stanza follows as for a passphrase. Invariant: the holder's device is asked when the slot
//! is made and when it opens the vault, never when other keys change, since the wrapped file is copied as it is.

use std::{
    cell::RefCell,
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError, mpsc},
    time::Duration,
};

use age::{
    Callbacks, DecryptError, EncryptError,
    secrecy::{ExposeSecret as _, SecretString},
    x25519,
};
use age_core::format::{FileKey, Stanza};
use base64::{Engine as _, prelude::BASE64_STANDARD};

use super::{
    agefile::{self, SlotIdentity},
    error::{Result, VaultError},
    material::Hex,
    slots::{Slot, SlotKind, Terms},
    voice::Voice,
};
use crate::secret::Secret;

/// The marker's tag.
pub(super) const WRAPPED: &str = "bursar.dev/wrapped";

/// No file may make its reader ask more devices than this.
const MOST_SLOTS: usize = 8;

/// A wrapped identity is a few hundred bytes.
const LARGEST: usize = 64 * 1024;

/// Begins an identity that a plugin understands.
const PLUGIN_IDENTITY: &str = "AGE-PLUGIN-";

/// The writing half: the marker with what was wrapped once, and the slot's stanza.
pub(super) struct WrappedRecipient {
    pub slot: Hex<8>,
    pub wrapped: Vec<u8>,
    pub public: x25519::Recipient,
}

impl age::Recipient for WrappedRecipient {
    fn wrap_file_key(&self, file_key: &FileKey) -> std::result::Result<(Vec<Stanza>, HashSet<String>), EncryptError> {
        let (mut stanzas, labels) = self.public.wrap_file_key(file_key)?;
        let marker = Stanza { tag: WRAPPED.to_owned(), args: vec![self.slot.to_string()], body: self.wrapped.clone() };
        stanzas.insert(0, marker);
        Ok((stanzas, labels))
    }
}

/// The reading half: has each wrapped identity opened by what a file names, and keeps the one that fitted.
pub(super) struct WrappedIdentity<'a> {
    holder: &'a Secret<String>,
    speaker: Speaker,
    found: RefCell<Option<SlotIdentity>>,
    trouble: RefCell<Option<VaultError>>,
}

impl<'a> WrappedIdentity<'a> {
    pub(super) fn new(holder: &'a Secret<String>, voice: &Voice) -> Self {
        let speaker = Speaker { voice: voice.clone(), answers: Arc::default() };
        Self { holder, speaker, found: RefCell::new(None), trouble: RefCell::new(None) }
    }

    /// The identity that opened the file, or what kept its holder from giving it.
    pub(super) fn into_found(self) -> Result<Option<SlotIdentity>> {
        match (self.found.into_inner(), self.trouble.into_inner()) {
            (None, Some(trouble)) => Err(trouble),
            (found, _) => Ok(found),
        }
    }

    fn open_pair(&self, marker: &Stanza, stanza: &Stanza) -> Option<std::result::Result<FileKey, DecryptError>> {
        if marker.body.len() > LARGEST {
            return Some(Err(DecryptError::InvalidHeader));
        }
        match unwrap(&marker.body, self.holder, &self.speaker) {
            Ok(Some(identity)) => {
                let key = age::Identity::unwrap_stanza(&identity, stanza)?;
                *self.found.borrow_mut() = Some(identity);
                Some(key)
            }
            Ok(None) => None,
            Err(trouble) => {
                *self.trouble.borrow_mut() = Some(trouble);
                None
            }
        }
    }
}

impl age::Identity for WrappedIdentity<'_> {
    fn unwrap_stanza(&self, _: &Stanza) -> Option<std::result::Result<FileKey, DecryptError>> {
        None
    }

    fn unwrap_stanzas(&self, stanzas: &[Stanza]) -> Option<std::result::Result<FileKey, DecryptError>> {
        let marked = || stanzas.windows(2).filter(|pair| pair[0].tag == WRAPPED);
        if marked().count() > MOST_SLOTS {
            return Some(Err(DecryptError::ExcessiveWork { required: u8::MAX, target: 0 }));
        }
        marked().find_map(|pair| self.open_pair(&pair[0], &pair[1]))
    }
}

/// Has the holder open one wrapped identity, on a thread of its own: a device may wait for a touch that never comes.
fn unwrap(body: &[u8], holder: &Secret<String>, speaker: &Speaker) -> Result<Option<SlotIdentity>> {
    let (body, holder, speaker, patience) = (body.to_vec(), holder.clone(), speaker.clone(), speaker.voice.patience());
    let (answer, answered) = mpsc::channel();
    std::thread::spawn(move || {
        // Nobody waits any more when the time was up.
        let _late = answer.send(unwrap_now(&body, &holder, &speaker));
    });
    let Some(patience) = patience else {
        return answered.recv().unwrap_or(Err(VaultError::Crypto("the holder's thread ended")));
    };
    answered.recv_timeout(patience).unwrap_or(Err(VaultError::HolderSilent { seconds: patience.as_secs() }))
}

fn unwrap_now(body: &[u8], holder: &Secret<String>, speaker: &Speaker) -> Result<Option<SlotIdentity>> {
    for identity in holders(holder, speaker)? {
        match agefile::open(body, identity.as_ref()) {
            Ok(plain) => {
                let text = std::str::from_utf8(&plain).map_err(|_| VaultError::Crypto("a wrapped identity"))?;
                return SlotIdentity::parse(text).map(Some).map_err(|_| VaultError::Crypto("a wrapped identity"));
            }
            Err(DecryptError::NoMatchingKeys) => {}
            Err(error) => return Err(VaultError::Holder { reason: error.to_string() }),
        }
    }
    Ok(None)
}

/// Tells whether an identity file names a plugin or is an SSH key: its holder has to be asked.
pub fn needs_holder(text: &Secret<String>) -> bool {
    let plugin = |line: &str| {
        line.trim().get(..PLUGIN_IDENTITY.len()).is_some_and(|head| head.eq_ignore_ascii_case(PLUGIN_IDENTITY))
    };
    text.expose().lines().any(plugin) || text.expose().contains("-----BEGIN OPENSSH PRIVATE KEY-----")
}

/// The plugins that an identity file, or a recipient, asks for, by the names of their programs.
pub fn plugins(text: &str) -> Vec<String> {
    let of_identity = |line: &str| line.parse::<age::plugin::Identity>().ok().map(|found| found.plugin().to_owned());
    let of_recipient = |line: &str| line.parse::<age::plugin::Recipient>().ok().map(|found| found.plugin().to_owned());
    let mut names: Vec<String> =
        text.lines().map(str::trim).filter_map(|line| of_identity(line).or_else(|| of_recipient(line))).collect();
    names.sort();
    names.dedup();
    names.iter().map(|name| format!("age-plugin-{name}")).collect()
}

fn holders(text: &Secret<String>, speaker: &Speaker) -> Result<Vec<Box<dyn age::Identity>>> {
    let lines = text.expose().lines().map(str::trim);
    let identities: Vec<age::plugin::Identity> = lines.filter_map(|line| line.parse().ok()).collect();
    let mut names: Vec<&str> = identities.iter().map(age::plugin::Identity::plugin).collect();
    names.sort_unstable();
    names.dedup();
    let mut holders: Vec<Box<dyn age::Identity>> = Vec::new();
    for name in names {
        let plugin = age::plugin::IdentityPluginV1::new(name, &identities, speaker.clone());
        holders.push(Box::new(plugin.map_err(|error| VaultError::Holder { reason: error.to_string() })?));
    }
    holders.extend(ssh_holder(text, speaker)?);
    Ok(holders)
}

#[cfg(feature = "ssh")]
fn ssh_holder(text: &Secret<String>, speaker: &Speaker) -> Result<Option<Box<dyn age::Identity>>> {
    use age::ssh::Identity;
    if !text.expose().contains("-----BEGIN OPENSSH PRIVATE KEY-----") {
        return Ok(None);
    }
    let parsed = Identity::from_buffer(text.expose().as_bytes(), None);
    match parsed.map_err(|_| VaultError::NotAnIdentity { reason: "the SSH key cannot be read" })? {
        Identity::Unsupported(_) => {
            Err(VaultError::NotAnIdentity { reason: "of SSH keys, bursar takes ed25519 ones only" })
        }
        // An RSA key is read, and fits no slot: none is ever made for one.
        identity => Ok(Some(Box::new(identity.with_callbacks(speaker.clone())))),
    }
}

#[cfg(not(feature = "ssh"))]
fn ssh_holder(text: &Secret<String>, _: &Speaker) -> Result<Option<Box<dyn age::Identity>>> {
    if text.expose().contains("-----BEGIN OPENSSH PRIVATE KEY-----") {
        return Err(VaultError::NotAnIdentity { reason: "this bursar was built without SSH keys (cargo feature ssh)" });
    }
    Ok(None)
}

/// A slot for a recipient that a plugin understands. The plugin is asked to wrap the slot's new identity.
pub(super) fn of_plugin(text: &str, voice: &Voice, terms: &Terms<'_>) -> Result<Slot> {
    let recipient: age::plugin::Recipient =
        text.parse().map_err(|_| VaultError::NotARecipient { reason: "it is no recipient of an age plugin" })?;
    let plugin = age::plugin::RecipientPluginV1::new(
        recipient.plugin(),
        std::slice::from_ref(&recipient),
        &[],
        Speaker { voice: voice.clone(), answers: Arc::default() },
    )
    .map_err(|error| VaultError::Holder { reason: error.to_string() })?;
    wrap(SlotKind::Plugin, &plugin, terms)
}

/// A slot for an SSH key, ed25519 only.
#[cfg(feature = "ssh")]
pub(super) fn of_ssh(text: &str, terms: &Terms<'_>) -> Result<Slot> {
    let recipient: age::ssh::Recipient = text
        .trim()
        .parse()
        .map_err(|_| VaultError::NotARecipient { reason: "it is no public SSH key (ssh-ed25519 AAAA…)" })?;
    match recipient {
        age::ssh::Recipient::SshEd25519(..) => wrap(SlotKind::Ssh, &recipient, terms),
        age::ssh::Recipient::SshRsa(..) => {
            Err(VaultError::NotARecipient { reason: "of SSH keys, bursar takes ed25519 ones only" })
        }
    }
}

fn wrap(kind: SlotKind, holder: &dyn age::Recipient, terms: &Terms<'_>) -> Result<Slot> {
    let identity = x25519::Identity::generate();
    let wrapped = agefile::seal(&[holder], identity.to_string().expose_secret().as_bytes())?;
    let slot = Slot::of_recipient(kind, &identity.to_public(), terms)?;
    Ok(Slot { wrapped: Some(BASE64_STANDARD.encode(wrapped)), ..slot })
}

/// A question, and what was answered.
type Answer = (String, Secret<String>);

/// A voice for one opening of a vault: what was answered once is not asked again for the next wrapped identity.
#[derive(Clone)]
struct Speaker {
    voice: Voice,
    answers: Arc<Mutex<Vec<Answer>>>,
}

impl Callbacks for Speaker {
    fn display_message(&self, message: &str) {
        self.voice.say(message);
    }

    fn confirm(&self, message: &str, yes: &str, no: Option<&str>) -> Option<bool> {
        self.voice.choose(message, yes, no)
    }

    fn request_public_string(&self, description: &str) -> Option<String> {
        self.voice.ask(description)
    }

    fn request_passphrase(&self, description: &str) -> Option<SecretString> {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        if !answers.iter().any(|(question, _)| question == description) {
            answers.push((description.to_owned(), self.voice.secret(description)?));
        }
        let answer = answers.iter().find(|(question, _)| question == description);
        answer.map(|(_, secret)| SecretString::from(secret.expose().clone()))
    }
}

/// How long an unattended holder is waited for.
#[cfg(not(feature = "test-kdf"))]
pub(super) const UNATTENDED: Duration = Duration::from_mins(1);

/// The tests' patience.
#[cfg(feature = "test-kdf")]
pub(super) const UNATTENDED: Duration = Duration::from_secs(3);
