//! Linking a bank: four ways in, one way home.
//!
//! `hosted` (a page of Plaid's), `page` (bursar's own page) and `direct` (a test login, sandbox only) each bring
//! public tokens; `settle` looks for duplicates, exchanges under a write-ahead, and puts the connection into the
//! book. `poll` watches a flow, `intent` remembers it for `resume`.
//!
//! May use `plaid`, `vault`, `store`, `loopback`. Invariants: an access token is on the disk, sealed, before
//! anything else can fail; no lock of the vault is held while a person is being waited for.

mod direct;
mod duplicate;
mod hosted;
mod intent;
mod page;
mod poll;
mod qr;
mod repair;
mod resume;
mod settle;
pub mod simplefin;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use sha2::{Digest as _, Sha256};

use crate::{
    domain::{
        ids::{ConnectionId, InstitutionId},
        standing::Remedy,
        sync::ItemError,
        views::AccountMoves,
    },
    loopback::LoopbackError,
    plaid::{Client, Hosted, LinkExit, LinkRequest, LinkToken, PlaidError, Purpose},
    simplefin::SimpleFinError,
    store::StoreError,
    vault::VaultError,
};

use super::{
    ahead::{AheadError, Linked},
    bank::Bank,
};

pub use self::{
    duplicate::{Duplicate, Sameness},
    intent::SEALED_FOR,
    poll::Pace,
    qr::draw,
};

/// What the bank's window shows as the program's name.
const CLIENT_NAME: &str = "bursar";

/// Consented to at the link, billed when first read.
const ALSO_CONSENT: [&str; 2] = ["liabilities", "investments"];

/// How long the page that Plaid hosts can be opened.
const HOSTED_LIFETIME: Duration = Duration::from_mins(15);

/// Why a link did not happen. What had happened until then is in the book, or in `pending/` until the next start.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// The bank side.
    #[error(transparent)]
    Plaid(#[from] PlaidError),
    /// A SimpleFIN server.
    #[error(transparent)]
    SimpleFin(#[from] SimpleFinError),
    /// The claim's answer never came, and a setup token can be claimed once.
    #[error("the answer of the SimpleFIN server was lost, and this setup token may be used up")]
    ClaimLost(#[source] SimpleFinError),
    /// The user wanted to stop, and what the claim gave is kept.
    #[error("stopped; what the setup token gave is kept, sealed, and comes into the vault with the next start")]
    Claimed,
    /// The connection is read by another provider.
    #[error("connection {0} is not one of SimpleFIN")]
    NotSimpleFin(ConnectionId),
    /// The vault.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The book.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The listener for bursar's own page.
    #[error(transparent)]
    Loopback(#[from] LoopbackError),
    /// A test login was asked for in production.
    #[error("a bank can be linked without its page only in the sandbox")]
    SandboxOnly,
    /// Plaid knows no institution of that id.
    #[error("Plaid knows no institution {0}; nothing was linked")]
    UnknownInstitution(InstitutionId),
    /// Plaid gave no page, or one that is not its own.
    #[error("Plaid gave no page to open")]
    NoPage,
    /// The connection was removed.
    #[error("connection {0} was removed; its history stays, and a new link makes a new connection")]
    Removed(ConnectionId),
    /// The plan has no more connections; nothing was exchanged.
    #[error(
        "{made} connections were made of the {most} that the plan allows (plaid.max_items), and removed ones count"
    )]
    PlanFull {
        /// So many were made.
        made: u64,
        /// So many there are.
        most: u64,
    },
    /// The user stopped waiting.
    #[error("stopped waiting for the bank's page")]
    Interrupted,
    /// Nothing was begun in the last hours that could be taken up again.
    #[error("there is no link to resume")]
    NothingToResume,
    /// Plaid may have made the connection, and its answer was lost.
    #[error("Plaid's answer was lost: it may have made a connection that bursar cannot reach")]
    AnswerLost(#[source] PlaidError),
    /// An answer was lost, and what was to be exchanged once more is used up.
    #[error(
        "unless this sign-in was too old, Plaid made a connection whose answer was lost, and that bursar cannot reach"
    )]
    Unreachable(#[source] PlaidError),
}

/// What is to be linked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// Countries whose institutions are offered, ISO 3166-1.
    pub countries: Vec<String>,
    /// The language of the bank's pages.
    pub language: String,
    /// Days of history, 1 to 730; Plaid fixes it for the life of the connection.
    pub days: u16,
    /// Whether accounts that the book has already may be linked again.
    pub allow_duplicates: bool,
    /// The connection to mend, instead of a new one.
    pub repair: Option<Repair>,
    /// Connections that the plan has; none is without limit.
    pub most: Option<u64>,
}

impl Wish {
    /// The connection to mend, if it is not a new one.
    fn mends(&self) -> Option<ConnectionId> {
        self.repair.map(|repair| repair.connection)
    }
}

/// A connection whose owner has to sign in again (Plaid: update mode). It keeps its id, its accounts and its history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repair {
    /// Which one.
    pub connection: ConnectionId,
    /// Whether accounts may be added and dropped.
    pub choose_accounts: bool,
}

/// Everything a link works with.
#[derive(Clone, Copy)]
pub struct Linker<'a> {
    /// The vault, and who reads what was linked.
    pub bank: Bank<'a>,
    /// Whose pages banks are linked through; none without its keys.
    pub plaid: Option<&'a Client>,
    /// How often to look whether the user is done.
    pub pace: Pace,
    /// Whether the user wants to stop; asked while waiting, never within an exchange.
    pub stop: &'a Stop,
}

/// The user's wish to stop. From its making on Ctrl-C no longer ends the process by itself.
#[derive(Debug)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Listens for Ctrl-C.
    pub fn on_interrupt(runtime: &tokio::runtime::Runtime) -> Self {
        let flag = Arc::new(AtomicBool::new(false));
        let raised = Arc::clone(&flag);
        runtime.spawn(async move {
            if tokio::signal::ctrl_c().await.is_ok() {
                raised.store(true, Ordering::SeqCst);
            }
        });
        Self(flag)
    }

    /// Waits for the wish.
    async fn raised(&self) {
        while !self.0.load(Ordering::SeqCst) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    fn check(&self) -> Result<(), LinkError> {
        if self.0.load(Ordering::SeqCst) { Err(LinkError::Interrupted) } else { Ok(()) }
    }
}

/// Where the user has to go.
#[derive(Debug)]
pub struct Invitation<'a> {
    /// The page; it opens the flow for whoever has it, so it is shown to the user and to nobody else.
    pub url: &'a crate::secret::Secret<String>,
    /// Whether the page can be opened on another machine.
    pub anywhere: bool,
}

/// Whoever talks to the user.
pub trait Guide {
    /// Shows where to go, or opens it.
    fn invite(&mut self, invitation: &Invitation<'_>);
    /// Tells that the user is still being waited for.
    fn waiting(&mut self);
    /// Asks whether accounts that the book has already are to be linked again.
    fn link_again(&mut self, duplicate: &Duplicate) -> bool;
}

impl From<AheadError> for LinkError {
    fn from(error: AheadError) -> Self {
        match error {
            AheadError::Vault(error) => Self::Vault(error),
            AheadError::Store(error) => Self::Store(error),
        }
    }
}

/// What was granted at a bank's page, and was not exchanged because the plan has no more connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct Beyond {
    /// Connections that were made.
    pub made: u64,
    /// Connections that the plan has.
    pub most: u64,
    /// Connections that were granted besides.
    pub granted: u64,
}

/// How a link ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The user finished; each connection came into the book or was there already.
    Finished {
        /// New connections.
        linked: Vec<Linked>,
        /// Those that were not made, because the book has their accounts or another connection to the bank.
        duplicates: Vec<Duplicate>,
        /// What the plan had no place for; it was not exchanged.
        beyond: Option<Beyond>,
    },
    /// An existing connection was mended, or found to be still broken.
    Repaired {
        /// Which one.
        connection: ConnectionId,
        /// What is still wrong with it, and what is to be done about that.
        error: Option<(ItemError, Remedy)>,
        /// What changed among its accounts, where they could be read.
        moves: Option<AccountMoves>,
    },
    /// The user left, or the bank refused; with the connection that was to be mended.
    Left(LinkExit, Option<Repair>),
    /// Nobody finished in time; with the connection that was to be mended.
    Expired(Option<Repair>),
}

impl Linker<'_> {
    fn plaid(&self) -> Result<&Client, PlaidError> {
        self.plaid.ok_or_else(|| self.bank.providers.no_plaid())
    }

    fn begin(&self, wish: &Wish, hosted: Option<Hosted<'_>>) -> Result<LinkToken, LinkError> {
        let countries: Vec<&str> = wish.countries.iter().map(String::as_str).collect();
        let opened = wish.repair.map(|repair| self.open_connection(repair.connection)).transpose()?;
        let missing = match (wish.repair, &opened) {
            (Some(repair), Some(token)) => self.not_consented(repair.connection, token)?,
            _ => Vec::new(),
        };
        let purpose = match (&opened, wish.repair) {
            (Some(access_token), Some(Repair { choose_accounts, .. })) => {
                Purpose::Update { access_token, choose_accounts, also_consent: &missing }
            }
            _ => Purpose::New { days_requested: wish.days, also_consent: &ALSO_CONSENT },
        };
        let request = LinkRequest {
            client_name: CLIENT_NAME,
            user_id: &user_id(&self.bank.vault.vault_id().0),
            language: &wish.language,
            country_codes: &countries,
            purpose,
            hosted,
        };
        let token = self.bank.runtime.block_on(self.plaid()?.link_token_create(&request));
        match wish.mends() {
            Some(id) => self.answered(id, token),
            None => Ok(token?),
        }
    }
}

/// A connection that a flow brought, before its exchange.
#[derive(Debug, Clone)]
struct Grant {
    public_token: crate::secret::Secret<String>,
    institution_id: Option<InstitutionId>,
    institution: Option<String>,
    /// Name and mask of the accounts chosen, where the flow says.
    accounts: Vec<(String, Option<String>)>,
}

/// The id that Plaid knows this vault's owner by: stable, random, and no way back to the vault.
fn user_id(vault_id: &[u8]) -> String {
    format!("bursar-{}", digest(b"bursar/v1/client-user", vault_id))
}

/// A name for something for one purpose, from which there is no way back to it.
fn digest(purpose: &[u8], of: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut hash = Sha256::new();
    hash.update(purpose);
    hash.update(of);
    hash.finalize().iter().take(16).fold(String::new(), |mut text, byte| {
        // Writing to a String does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_users_id_is_stable_and_not_the_vaults() {
        let id = user_id(&[7; 16]);
        assert_eq!(id, user_id(&[7; 16]));
        assert_ne!(id, user_id(&[8; 16]));
        assert!(id.len() == 7 + 32 && !id.contains("0707"), "{id}");
    }
}
