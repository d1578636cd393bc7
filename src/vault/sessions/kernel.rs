//! Sessions in the Linux kernel's keyrings.
//!
//! A key is added to the process's own keyring, gets its timeout and its permissions there, and only then is linked
//! to where others find it. Invariant: no key without a timeout can be found.

use std::time::Duration;

use linux_keyutils::{
    Key, KeyError, KeyPermissions, KeyPermissionsBuilder, KeyRing, KeyRingIdentifier, KeySerialId, Permission,
};
use rustix::time::{ClockId, clock_gettime};
use zeroize::Zeroizing;

use super::{Scope, Session, Ticket, listing};
use crate::vault::error::{Result, VaultError};

/// More than any ticket.
const LARGEST: usize = 8192;

/// The time since the machine's start, sleep included; nobody can set it.
pub(super) fn uptime() -> Duration {
    let now = clock_gettime(ClockId::Boottime);
    Duration::new(now.tv_sec.unsigned_abs(), u32::try_from(now.tv_nsec).unwrap_or_default())
}

/// Refuses a scope in which no session can be kept.
pub(super) fn check(scope: Scope) -> Result<()> {
    ring(scope).map(|_| ())
}

/// Keeps a session under a name for a time.
pub(super) fn keep(scope: Scope, name: &str, payload: &[u8], length: Duration) -> Result<()> {
    let target = ring(scope)?;
    let own = KeyRing::from_special_id(KeyRingIdentifier::Process, true).map_err(refusal)?;
    let key = own.add_key(name, payload).map_err(refusal)?;
    let seconds = length.as_secs() + u64::from(length.subsec_nanos() > 0);
    let kept = key
        .set_timeout(usize::try_from(seconds).unwrap_or(1).max(1))
        .and_then(|()| key.set_perms(permissions(scope)))
        .and_then(|()| target.link_key(key));
    if kept.is_err() {
        let _gone = key.invalidate();
    }
    kept.map_err(refusal)
}

/// Makes room in a scope: ends the session of that name there.
pub(super) fn replace(scope: Scope, name: &str) {
    if let Ok(key) = ring(scope).and_then(|ring| ring.search(name).map_err(refusal))
        && is_login(key.get_id().0) == (scope == Scope::Login)
    {
        end(key.get_id().0);
    }
}

/// The readable sessions of that name: this login's, then the user's.
pub(super) fn find(name: &str) -> Vec<(i32, Zeroizing<Vec<u8>>)> {
    let mut found: Vec<(i32, Zeroizing<Vec<u8>>)> = Vec::new();
    for scope in Scope::ALL {
        let Ok(key) = ring(scope).and_then(|ring| ring.search(name).map_err(refusal)) else { continue };
        let id = key.get_id().0;
        if found.iter().all(|(known, _)| *known != id)
            && let Some(payload) = read(key)
        {
            found.push((id, payload));
        }
    }
    found
}

/// Ends a session.
pub(super) fn end(id: i32) -> bool {
    Key::from_id(KeySerialId(id)).invalidate().is_ok()
}

/// Whether a session is of one login rather than of the whole user.
pub(super) fn is_login(id: i32) -> bool {
    let permissions = Key::from_id(KeySerialId(id)).metadata().map(|found| found.get_perms().bits());
    permissions.is_ok_and(|bits| bits & user(&Permission::READ) == 0)
}

/// Every session of this user that the kernel tells of.
pub(super) fn all() -> Vec<Session> {
    let lines = std::fs::read_to_string("/proc/keys").unwrap_or_default();
    let own = rustix::process::geteuid().as_raw();
    let listed = lines.lines().filter_map(listing::read).filter(|line| line.uid == own);
    listed.filter_map(|line| session(&line)).collect()
}

fn session(line: &listing::Line) -> Option<Session> {
    let scope = if line.permissions & user(&Permission::READ) == 0 { Scope::Login } else { Scope::User };
    let ticket = read(Key::from_id(KeySerialId(line.id))).and_then(|payload| Ticket::read(&payload));
    let left = ticket.as_ref().map_or(line.left, |ticket| ticket.left(uptime()));
    let vault = ticket.map(|ticket| ticket.vault);
    (!left.is_zero()).then_some(Session { id: line.id, scope, bank: line.bank, vault, left })
}

/// The keyring of a scope. A login's keyring counts only if other logins of the user cannot search or join it.
fn ring(scope: Scope) -> Result<KeyRing> {
    let id = match scope {
        Scope::Login => KeyRingIdentifier::Session,
        Scope::User => KeyRingIdentifier::User,
    };
    let ring = KeyRing::from_special_id(id, false).map_err(refusal)?;
    if scope == Scope::Login {
        let open = user(&(Permission::WRITE | Permission::SEARCH | Permission::LINK | Permission::SETATTR));
        if ring.metadata().map_err(refusal)?.get_perms().bits() & open != 0 {
            return Err(VaultError::NoSessionStore { reason: "this login has no keyring of its own", of_login: true });
        }
    }
    Ok(ring)
}

/// In a login only who possesses the keyring reads; the user's other logins may see that there is a session and end
/// it. In the whole user's scope every program of the user reads.
fn permissions(scope: Scope) -> KeyPermissions {
    let others = match scope {
        Scope::Login => Permission::VIEW | Permission::SEARCH,
        Scope::User => Permission::VIEW | Permission::SEARCH | Permission::READ,
    };
    let own = Permission::VIEW | Permission::READ | Permission::SEARCH | Permission::LINK;
    KeyPermissionsBuilder::builder().posessor(own).user(others).build()
}

/// A right of the owning user, as a bit of the whole mask.
fn user(permission: &Permission) -> u32 {
    u32::from(permission.bits()) << 16
}

fn read(key: Key) -> Option<Zeroizing<Vec<u8>>> {
    let mut payload = Zeroizing::new(vec![0; LARGEST]);
    let length = key.read(&mut payload).ok()?;
    if length > LARGEST {
        return None;
    }
    payload.truncate(length);
    Some(payload)
}

fn refusal(error: KeyError) -> VaultError {
    let reason = match error {
        KeyError::QuotaExceeded => "the user's keyrings are full",
        KeyError::KeyRevoked | KeyError::KeyExpired => "this login's keyring has ended",
        KeyError::AccessDenied | KeyError::PermissionDenied => "the system does not let programs use its keyring",
        _ => "the system has no usable keyring",
    };
    VaultError::NoSessionStore { reason, of_login: matches!(error, KeyError::KeyRevoked | KeyError::KeyExpired) }
}
