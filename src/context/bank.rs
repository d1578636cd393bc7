//! The way to the bank: Plaid's keys, the client, the async runtime.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use super::{Clock, Context};
use crate::{
    domain::{calls::Call, provider::manner, standing::ConnectionState},
    error::{Error, Kind, Result},
    http::{Meter, Notebook},
    ops::secrets,
    plaid::{Client, Config, Environment, UnknownEnvironment},
    secret::Secret,
    settings::{self, KeySource},
    store::Store,
    vault::{Access, ClientKeys, Unlocked},
};

/// How long counting calls waits for a writer.
const PATIENCE: Duration = Duration::from_secs(2);

const BASE_URL: &str = "BURSAR_PLAID_BASE_URL";

/// The vault's notes of calls that are about to leave.
struct Notes {
    /// Not held open: whoever needs the vault alone must not wait for a notebook.
    vault: Weak<Unlocked>,
    clock: Clock,
}

impl Notebook for Notes {
    fn note(&self, call: &Call) -> std::result::Result<(), String> {
        let vault = self.vault.upgrade().ok_or("the vault was closed")?;
        Store::note_call(&vault, call, self.clock.now()).map_err(|error| error.to_string())
    }
}

/// Why there is no client of Plaid.
#[derive(Debug)]
pub enum Keyless {
    /// Nobody has given keys.
    Missing,
    /// The file or the command that should give them did not.
    Unread(Box<Error>),
}

impl From<Keyless> for Error {
    fn from(keyless: Keyless) -> Self {
        match keyless {
            Keyless::Missing => no_keys(),
            Keyless::Unread(error) => *error,
        }
    }
}

impl Context {
    /// The async runtime, made when first needed.
    pub fn runtime(&mut self) -> Result<&tokio::runtime::Runtime> {
        if self.runtime.is_none() {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
            self.runtime = Some(runtime);
        }
        self.runtime.as_ref().ok_or_else(|| Error::new(Kind::Unexpected, "runtime", "the async runtime is missing"))
    }

    /// The environment of the vault.
    pub fn bank_environment(&mut self) -> Result<Environment> {
        let word = self.book()?.environment()?;
        word.parse().map_err(|error: UnknownEnvironment| {
            Error::new(Kind::Integrity, "unknown_environment", error.to_string()).hint("bursar vault check")
        })
    }

    /// A client of Plaid in the vault's environment.
    pub fn client(&mut self) -> Result<Client> {
        Ok(self.client_if_keys()??)
    }

    /// The same, if its keys can be had: what needs them says so itself, and what does not goes on without.
    pub fn client_if_keys(&mut self) -> Result<std::result::Result<Client, Keyless>> {
        self.require_network()?;
        if let Some(client) = &self.plaid {
            return Ok(Ok(client.clone()));
        }
        let unlocked = self.unlocked_for_bank()?;
        let word = self.book()?.environment()?;
        let environment = self.bank_environment()?;
        let sealed = self.book()?.credentials(&word)?;
        let kept = sealed.map(|sealed| unlocked.open_client(&word, &sealed)).transpose()?;
        let (kept_id, kept_secret) =
            kept.map_or((None, None), |keys| (Some(Secret::new(keys.client_id)), Some(keys.secret)));
        let given = self.plaid_key("PLAID_CLIENT_ID").and_then(|id| Ok((id, self.plaid_key("PLAID_SECRET")?)));
        let (client_id, secret) = match given {
            Err(error) => return Ok(Err(Keyless::Unread(Box::new(error)))),
            Ok((client_id, secret)) => (client_id.or(kept_id), secret.or(kept_secret)),
        };
        let (Some(client_id), Some(secret)) = (client_id, secret) else { return Ok(Err(Keyless::Missing)) };
        let mut config = Config::new(environment, client_id.expose().clone(), secret);
        config.base_url = self.environment.text(BASE_URL).map(str::to_owned);
        config.meter = self.meter()?;
        // A command that gives the keys may ask a person, which once is enough for.
        Ok(Ok(self.plaid.insert(Client::new(config)?).clone()))
    }

    /// Where this run's calls are gathered; those that cost something are written down before they leave.
    pub fn meter(&mut self) -> Result<Meter> {
        let vault = Arc::downgrade(&self.unlocked_for_bank()?);
        self.meter.note_in(Arc::new(Notes { vault, clock: self.clock }));
        Ok(self.meter.clone())
    }

    /// Counts the calls that no change of the book has counted; a book that cannot be written now goes without.
    pub(super) fn keep_calls(&mut self) {
        let Some(vault) = self.unlocked.clone().filter(|_| !self.meter.is_empty()) else { return };
        let calls = self.meter.take();
        let kept = Store::open(&vault, Access::Write, PATIENCE.min(self.settings.lock_timeout))
            .and_then(|mut book| book.count_calls(&calls, self.clock.now()));
        if let (Err(error), true) = (kept, self.ui.profile().verbose) {
            self.ui.status(&format!("the calls of this run are not counted: {error}"));
        }
    }

    /// A client of the stand-in that `BURSAR_PLAID_BASE_URL` names; needs no vault.
    pub fn sandbox_client(&self) -> Result<Client> {
        let base_url = self.environment.text(BASE_URL).ok_or_else(|| {
            Error::new(Kind::Usage, "no_sandbox", format!("{BASE_URL} does not say where the sandbox is"))
                .hint("bursar sandbox serve --port 0")
        })?;
        let client_id = self.plaid_key("PLAID_CLIENT_ID")?.ok_or_else(no_keys)?;
        let secret = self.plaid_key("PLAID_SECRET")?.ok_or_else(no_keys)?;
        let mut config = Config::new(Environment::Sandbox, client_id.expose().clone(), secret);
        config.base_url = Some(base_url.to_owned());
        Ok(Client::new(config)?)
    }

    /// Whether the vault keeps Plaid's keys.
    pub fn keeps_plaid_keys(&mut self) -> Result<bool> {
        let book = self.book()?;
        let environment = book.environment()?;
        Ok(book.credentials(&environment)?.is_some())
    }

    /// Whether a living connection is one of a provider that wants keys.
    pub fn needs_plaid_keys(&mut self) -> Result<bool> {
        let connections = self.book()?.connections()?;
        let mut living = connections.iter().filter(|connection| connection.state != ConnectionState::Removed);
        Ok(living.any(|connection| manner(&connection.provider).keys))
    }

    /// Whether a timer would miss Plaid's keys, which only this shell's environment has; asks nobody.
    pub fn timer_lacks_keys(&mut self) -> bool {
        self.opens_by_itself() && self.needs_plaid_keys().unwrap_or(false) && !self.keeps_plaid_keys().unwrap_or(true)
    }

    /// Seals Plaid's keys into the vault, for its environment.
    pub fn keep_plaid_keys(&mut self, client_id: &str, secret: Secret<String>) -> Result<()> {
        let unlocked = self.unlocked_for_bank()?;
        let mut book = self.book_mut()?;
        let environment = book.environment()?;
        let sealed = unlocked.seal_client(&environment, &ClientKeys { client_id: client_id.to_owned(), secret })?;
        let event = self.event("config.plaid", None);
        self.plaid = None;
        Ok(book.write(&event, |tx| tx.set_credentials(&environment, &sealed))?)
    }

    /// Takes Plaid's keys out of the vault; says whether there were any.
    pub fn forget_plaid_keys(&mut self) -> Result<bool> {
        let mut book = self.book_mut()?;
        let environment = book.environment()?;
        let event = self.event("config.plaid", None);
        self.plaid = None;
        Ok(book.write(&event, |tx| tx.forget_credentials(&environment))?)
    }

    /// One of Plaid's keys from outside the vault, if it is set there.
    pub fn plaid_key(&self, name: &'static str) -> Result<Option<Secret<String>>> {
        Ok(match settings::plaid_key_source(&self.environment, name)? {
            None => None,
            Some(KeySource::Variable(name)) => self.environment.text(name).map(|text| Secret::new(text.to_owned())),
            Some(KeySource::File(file)) => Some(secrets::from_file(&file)?),
            Some(KeySource::Command(argv)) => Some(secrets::from_command(&argv, &self.environment.pairs())?),
        })
    }
}

fn no_keys() -> Error {
    Error::new(Kind::Auth, "no_plaid_keys", "there are no Plaid keys, neither in the environment nor in the vault")
        .hint("bursar config plaid")
}
