//! Sessions: what opens a vault, kept for a while by the kernel instead of by a daemon.
//!
//! A session holds the key of the outer age file, and of the inner one only if the banks were asked for: no slot's
//! secret, so it ends with the next change of slots or keys. Its end is counted on the clock that runs from the
//! machine's start and cannot be set. Invariant: no session outlives [`LONGEST`], and none is kept without an end.

#[cfg(target_os = "linux")]
mod kernel;
#[cfg(target_os = "linux")]
mod listing;
#[cfg(not(target_os = "linux"))]
mod nowhere;
mod ticket;

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use jiff::Timestamp;
use sha2::{Digest, Sha256};

#[cfg(target_os = "linux")]
use self::kernel as store;
#[cfg(not(target_os = "linux"))]
use self::nowhere as store;
use self::ticket::Ticket;
use super::{
    error::{Result, VaultError},
    locked::Locked,
    material::Hex,
    unlocked::Unlocked,
};

/// The longest time a session lasts.
pub const LONGEST: Duration = Duration::from_hours(12);

/// Who may use a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Programs of the login it was made in.
    Login,
    /// Every program of the user, those started by cron included.
    User,
}

impl Scope {
    /// Both, the narrower first.
    pub const ALL: [Self; 2] = [Self::Login, Self::User];

    /// The word on the command line and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::User => "user",
        }
    }
}

/// A session that is kept now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The kernel's number for it.
    pub id: i32,
    /// Who may use it.
    pub scope: Scope,
    /// Whether it reaches the banks.
    pub bank: bool,
    /// The vault it opens; unknown for a session of another login, which cannot be read from here.
    pub vault: Option<PathBuf>,
    /// How long it still lasts; for one that cannot be read from here, at most.
    pub left: Duration,
}

/// The name under which the kernel keeps a session; of the vault's place, since its id is sealed while it is locked.
fn name(vault: &Path, bank: bool) -> String {
    let digest: [u8; 32] = Sha256::digest(vault.as_os_str().as_encoded_bytes()).into();
    let place = Hex::<8>(std::array::from_fn(|at| digest[at]));
    format!("bursar:{}:{place}", if bank { "bank" } else { "ledger" })
}

impl Locked {
    /// Opens the vault with a session, if there is one that fits; with `bank`, one that reaches the banks.
    pub fn resume(&self, bank: bool, now: Timestamp) -> Result<Option<Unlocked>> {
        let Some((id, ticket)) = self.ticket(bank) else { return Ok(None) };
        let resumed = self.reassemble(ticket.slot, &ticket.outer, ticket.inner);
        let Some(unlocked) = resumed.ok().filter(|unlocked| unlocked.check_expiry(now).is_ok()) else {
            // Slots or keys have changed since, or the slot's time is over; what else may be wrong is told to whoever
            // gives the secret.
            store::end(id);
            return Ok(None);
        };
        unlocked.check_generation()?;
        Ok(Some(unlocked))
    }

    /// The session that `resume` would use.
    pub fn session(&self, bank: bool) -> Option<Session> {
        self.ticket(bank).map(|(id, ticket)| Session {
            id,
            scope: if store::is_login(id) { Scope::Login } else { Scope::User },
            bank: ticket.inner.is_some(),
            left: ticket.left(store::uptime()),
            vault: Some(ticket.vault),
        })
    }

    /// Ends every session of this vault that this login can use. Tells how many there were.
    pub fn end_sessions(&self) -> usize {
        let ended = [false, true].into_iter().flat_map(|bank| store::find(&name(self.dir(), bank)));
        ended.filter(|(id, _)| store::end(*id)).count()
    }

    fn ticket(&self, bank: bool) -> Option<(i32, Ticket)> {
        let wanted: &[bool] = if bank { &[true] } else { &[false, true] };
        let found = wanted.iter().flat_map(|&bank| store::find(&name(self.dir(), bank)));
        found
            .filter_map(|(id, payload)| Some((id, Ticket::read(&payload)?)))
            .find(|(_, ticket)| ticket.vault == self.dir() && !ticket.left(store::uptime()).is_zero())
    }
}

impl Unlocked {
    /// Keeps a session, in place of those this vault had in the same scope; with `bank`, one that reaches the banks.
    pub fn keep_session(&self, length: Duration, scope: Scope, bank: bool) -> Result<()> {
        let (outer, inner) = self.content_keys();
        let inner = if bank { Some(inner.ok_or(VaultError::NoBankKey)?) } else { None };
        let length = length.min(LONGEST);
        let ends = store::uptime().saturating_add(length);
        let payload = ticket::write(self.dir(), self.slot().id, ends, (outer, inner));
        check(scope)?;
        for bank in [false, true] {
            store::replace(scope, &name(self.dir(), bank));
        }
        store::keep(scope, &name(self.dir(), bank), &payload, length)
    }
}

/// Refuses a scope in which no session can be kept here.
pub fn check(scope: Scope) -> Result<()> {
    store::check(scope)
}

/// Every session of this user, in whatever login it was made.
pub fn all() -> Vec<Session> {
    store::all()
}

/// Ends a session; says whether there was one to end.
pub fn end(id: i32) -> bool {
    store::end(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_vaults_and_reach_apart() {
        let (one, two) = (Path::new("/a/one"), Path::new("/a/two"));
        assert_eq!(name(one, false), name(one, false));
        assert_ne!(name(one, false), name(two, false));
        assert_ne!(name(one, false), name(one, true));
        assert!(!name(one, true).contains("one"));
    }
}
