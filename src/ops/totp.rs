//! One-time codes (TOTP, RFC 6238) before what only the owner may do.
//!
//! They protect a vault that was left open on an unattended machine, not its file: the rule is bursar's own, the seed
//! lies in the vault. Invariant: a code is taken once, in its time step or a neighbouring one, and guessing takes longer
//! with each wrong one.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use totp_rs::{Algorithm, TOTP};
use zeroize::Zeroize as _;

use crate::{
    domain::dates::Timestamp,
    secret::Secret,
    store::{Event, Store, StoreError},
    vault::{ClientKeys, Hex, Unlocked, VaultError, pause_after},
};

/// The name under which the vault keeps the seed, beside Plaid's credentials: whatever re-seals those takes it along.
const NAME: &str = "totp";
const DIGITS: usize = 6;
const STEP: u64 = 30;
const SEED_BYTES: usize = 20;
const BACKUP_CODES: usize = 10;
const BACKUP_LENGTH: usize = 10;
/// Letters and digits that nobody mistakes for each other.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// Why one-time codes cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TotpError {
    /// The vault.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The book.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The seed that is kept is none.
    #[error("the seed of the one-time codes is damaged")]
    Damaged,
    /// The system gives no random numbers.
    #[error("the system gives no random numbers")]
    Random,
}

/// A seed, what was used of it, and the backup codes that are left.
pub struct Totp {
    seed: Secret<Vec<u8>>,
    state: State,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct State {
    /// When the codes were switched on.
    since: Timestamp,
    /// The last time step of which a code was taken.
    used: u64,
    /// SHA-256 of each backup code that is left.
    backup: Vec<String>,
    /// The wrong codes since the last good one.
    #[serde(default)]
    wrong: u64,
    /// When the last wrong code came.
    #[serde(default)]
    wrong_at: Option<Timestamp>,
}

/// What a code was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// One of the authenticator's.
    Code,
    /// A backup code.
    Backup,
}

/// What became of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It was good, and is so no more.
    Taken(Taken),
    /// It is wrong, old or was used already.
    Wrong,
    /// It was not looked at: wrong codes came shortly before it.
    TooSoon,
}

impl Totp {
    /// A new seed, without backup codes.
    pub fn new(now: Timestamp) -> Result<Self, TotpError> {
        let mut seed = vec![0; SEED_BYTES];
        getrandom::fill(&mut seed).map_err(|_| TotpError::Random)?;
        Ok(Self { seed: Secret::new(seed), state: State::new(now) })
    }

    /// The seed for an authenticator, as an `otpauth:` address and as the text to type.
    pub fn provisioning(&self, account: &str) -> Result<(Secret<String>, Secret<String>), TotpError> {
        let totp = self.generator(account)?;
        Ok((Secret::new(totp.get_url()), Secret::new(totp.get_secret_base32())))
    }

    /// Takes a code, or not.
    pub fn take(&mut self, code: &Secret<String>, now: Timestamp) -> Result<Option<Taken>, TotpError> {
        let typed = code.expose().chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase());
        let typed = Secret::new(typed.collect::<String>());
        let totp = self.generator("")?;
        let present = u64::try_from(now.as_second()).unwrap_or_default() / STEP;
        for step in [present.saturating_sub(1), present, present + 1] {
            if step > self.state.used && Secret::new(totp.generate(step * STEP)).matches(&typed) {
                self.state.used = step;
                return Ok(Some(Taken::Code));
            }
        }
        let digest = digest(&typed);
        let before = self.state.backup.len();
        self.state.backup.retain(|kept| *kept != digest);
        Ok((self.state.backup.len() < before).then_some(Taken::Backup))
    }

    /// How long no code is looked at, after wrong ones. A time in the future, after a clock was set back, counts as now.
    pub fn wait(&self, now: Timestamp) -> Duration {
        let since = self.state.wrong_at.and_then(|last| Duration::try_from(now.duration_since(last)).ok());
        pause_after(self.state.wrong).saturating_sub(since.unwrap_or_default())
    }

    /// How many wrong codes there were since the last good one.
    pub fn wrong(&self) -> u64 {
        self.state.wrong
    }

    /// Takes a code unless wrong ones came shortly before, and counts it if it is wrong too.
    fn judge(&mut self, code: &Secret<String>, now: Timestamp) -> Result<Verdict, TotpError> {
        if !self.wait(now).is_zero() {
            return Ok(Verdict::TooSoon);
        }
        let taken = self.take(code, now)?;
        (self.state.wrong, self.state.wrong_at) = match taken {
            Some(_) => (0, None),
            None => (self.state.wrong.saturating_add(1), Some(now)),
        };
        Ok(taken.map_or(Verdict::Wrong, Verdict::Taken))
    }

    /// New backup codes, in place of those that were left.
    pub fn renew_backup_codes(&mut self) -> Result<Vec<Secret<String>>, TotpError> {
        let codes = (0..BACKUP_CODES).map(|_| backup_code()).collect::<Result<Vec<_>, _>>()?;
        self.state.backup = codes.iter().map(digest).collect();
        Ok(codes)
    }

    /// How many backup codes are left.
    pub fn backup_codes(&self) -> usize {
        self.state.backup.len()
    }

    /// When the codes were switched on.
    pub fn since(&self) -> Timestamp {
        self.state.since
    }

    fn generator(&self, account: &str) -> Result<TOTP, TotpError> {
        let (seed, issuer) = (self.seed.expose().clone(), Some("bursar".to_owned()));
        TOTP::new(Algorithm::SHA1, DIGITS, 0, STEP, seed, issuer, account.replace(':', "-"))
            .map_err(|_| TotpError::Damaged)
    }
}

impl State {
    fn new(since: Timestamp) -> Self {
        Self { since, used: 0, backup: Vec::new(), wrong: 0, wrong_at: None }
    }
}

/// Whether the vault asks for one-time codes.
pub fn enabled(book: &Store) -> Result<bool, StoreError> {
    Ok(book.credentials(NAME)?.is_some())
}

/// What the vault keeps; takes the banks' key.
pub fn load(vault: &Unlocked, book: &Store) -> Result<Option<Totp>, TotpError> {
    let Some(sealed) = book.credentials(NAME)? else { return Ok(None) };
    let kept = vault.open_client(NAME, &sealed)?;
    let state = serde_json::from_str(&kept.client_id).map_err(|_| TotpError::Damaged)?;
    let kept_seed = totp_rs::Secret::Encoded(kept.secret.expose().clone());
    let seed = kept_seed.to_bytes().map_err(|_| TotpError::Damaged)?;
    Ok(Some(Totp { seed: Secret::new(seed), state }))
}

/// Keeps it.
pub fn save(vault: &Unlocked, book: &mut Store, totp: &Totp, event: &Event) -> Result<(), TotpError> {
    let state = serde_json::to_string(&totp.state).map_err(|_| TotpError::Damaged)?;
    let seed = Secret::new(totp.generator("")?.get_secret_base32());
    let sealed = vault.seal_client(NAME, &ClientKeys { client_id: state, secret: seed })?;
    let left = totp.backup_codes();
    book.write(event, |tx| {
        tx.note("backup_codes", left);
        tx.set_credentials(NAME, &sealed)
    })?;
    Ok(())
}

/// Takes a code for the vault's owner. The writer's lock is held from reading the state to writing it: of several who
/// bring the same code one is served. `None` if the vault asks for none.
pub fn spend(
    vault: &Unlocked,
    book: &mut Store,
    code: &Secret<String>,
    now: Timestamp,
) -> Result<Option<(Verdict, Totp)>, TotpError> {
    book.writer()?;
    let Some(mut kept) = load(vault, book)? else { return Ok(None) };
    let verdict = kept.judge(code, now)?;
    let action = match verdict {
        Verdict::Taken(Taken::Code) => "totp.code",
        Verdict::Taken(Taken::Backup) => "totp.backup_code",
        Verdict::Wrong => "totp.failed",
        Verdict::TooSoon => return Ok(Some((verdict, kept))),
    };
    save(vault, book, &kept, &Event { at: now, action: action.to_owned(), resource: None })?;
    Ok(Some((verdict, kept)))
}

/// Forgets it; says whether there was anything.
pub fn forget(book: &mut Store, event: &Event) -> Result<bool, StoreError> {
    book.write(event, |tx| tx.forget_credentials(NAME))
}

fn backup_code() -> Result<Secret<String>, TotpError> {
    let mut bytes = [0; BACKUP_LENGTH];
    getrandom::fill(&mut bytes).map_err(|_| TotpError::Random)?;
    let code = bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect();
    bytes.zeroize();
    Ok(Secret::new(code))
}

fn digest(code: &Secret<String>) -> String {
    Hex::<32>(Sha256::digest(code.expose()).into()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The seed of RFC 6238's own table.
    fn of_the_rfc() -> Totp {
        let seed = Secret::new(b"12345678901234567890".to_vec());
        Totp { seed, state: State::new(Timestamp::UNIX_EPOCH) }
    }

    fn take(totp: &mut Totp, code: &str, second: i64) -> Option<Taken> {
        totp.take(&Secret::new(code.to_owned()), Timestamp::from_second(second).unwrap()).unwrap()
    }

    #[test]
    fn codes_are_those_of_the_rfc() {
        for (second, code) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
            assert_eq!(take(&mut of_the_rfc(), code, second), Some(Taken::Code), "{second}");
        }
    }

    #[test]
    fn a_code_is_good_once_and_for_a_moment() {
        let mut totp = of_the_rfc();
        assert_eq!(take(&mut totp, "287082", 59 + 90), None);
        assert_eq!(take(&mut totp, "287083", 59), None);
        assert_eq!(take(&mut totp, "", 59), None);
        assert_eq!(take(&mut totp, "287 082", 59 + 30), Some(Taken::Code));
        assert_eq!(take(&mut totp, "287082", 59), None, "taken twice");
    }

    #[test]
    fn each_wrong_code_makes_the_next_one_wait() {
        let mut totp = of_the_rfc();
        let mut judge = |code: &str, second: i64| {
            totp.judge(&Secret::new(code.to_owned()), Timestamp::from_second(second).unwrap()).unwrap()
        };
        assert_eq!(judge("111111", 50), Verdict::Wrong);
        assert_eq!(judge("287082", 51), Verdict::TooSoon, "two seconds after the first");
        assert_eq!(judge("222222", 52), Verdict::Wrong, "what came too soon counts for nothing");
        assert_eq!(judge("287082", 55), Verdict::TooSoon, "four after the second");
        assert_eq!(judge("287082", 40), Verdict::TooSoon, "a clock that was set back ends no wait");
        assert_eq!(judge("287082", 56), Verdict::Taken(Taken::Code));
        assert_eq!(judge("287082", 57), Verdict::Wrong, "taken before; a good code ends the waiting");
        assert_eq!((totp.wrong(), totp.wait(Timestamp::from_second(58).unwrap()).as_secs()), (1, 1));
    }

    #[test]
    fn backup_codes_are_good_once() {
        let mut totp = Totp::new(Timestamp::UNIX_EPOCH).unwrap();
        let codes = totp.renew_backup_codes().unwrap();
        assert_eq!(totp.backup_codes(), BACKUP_CODES);
        let spelled = codes[3].expose().to_uppercase();
        assert_eq!(take(&mut totp, &spelled, 0), Some(Taken::Backup));
        assert_eq!(take(&mut totp, &spelled, 0), None);
        assert_eq!(totp.backup_codes(), BACKUP_CODES - 1);
        let old = codes[4].expose().clone();
        totp.renew_backup_codes().unwrap();
        assert_eq!(take(&mut totp, &old, 0), None);
    }

    #[test]
    fn an_authenticator_gets_the_seed() {
        let (url, typed) = of_the_rfc().provisioning("home:vault").unwrap();
        assert_eq!(typed.expose(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert!(url.expose().starts_with("otpauth://totp/bursar:home-vault?secret=GEZDG"), "{}", url.expose());
    }
}
