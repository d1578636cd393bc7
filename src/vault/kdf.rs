//! Argon2id: how a passphrase becomes a key, at what cost, and what cost is still accepted.
//!
//! Invariant: no memory is allocated for parameters beyond the reading caps, and every block is wiped after use.

use std::{
    fmt,
    ops::RangeInclusive,
    time::{Duration, Instant},
};

use argon2::{Algorithm, Argon2, Block, Params, Version};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{
    error::{Result, VaultError},
    material::Key,
};

/// What tuning starts from: 256 MiB, three passes, four lanes.
#[cfg(not(feature = "test-kdf"))]
const START: KdfParams = KdfParams { memory_kib: 256 * 1024, passes: 3, lanes: 4 };

/// For small machines, and never less: the second choice of RFC 9106 §4.
#[cfg(not(feature = "test-kdf"))]
const FLOOR: KdfParams = KdfParams { memory_kib: 64 * 1024, passes: 3, lanes: 4 };

/// The time one guess should cost its owner at least, and the most that is bearable.
#[cfg(not(feature = "test-kdf"))]
const TARGET: RangeInclusive<Duration> = Duration::from_millis(550)..=Duration::from_secs(1);

/// The tests' cost: as little as Argon2id allows, on any machine.
#[cfg(feature = "test-kdf")]
const START: KdfParams = KdfParams { memory_kib: 8, passes: 1, lanes: 1 };
#[cfg(feature = "test-kdf")]
const FLOOR: KdfParams = START;
#[cfg(feature = "test-kdf")]
const TARGET: RangeInclusive<Duration> = Duration::ZERO..=Duration::MAX;

/// Length of the salt of a passphrase slot.
pub(super) const SALT_BYTES: usize = 16;

/// Cost of one derivation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct KdfParams {
    /// Memory in KiB.
    #[serde(rename = "m")]
    pub memory_kib: u32,
    /// Passes over the memory.
    #[serde(rename = "t")]
    pub passes: u32,
    /// Lanes that can be computed side by side.
    #[serde(rename = "p")]
    pub lanes: u32,
}

impl KdfParams {
    /// Tells whether a file may ask this much of its reader: at most 2 GiB, 32 passes, 16 lanes and 8 GiB of work.
    pub fn within_caps(self) -> bool {
        const GIB_IN_KIB: u64 = 1024 * 1024;
        let work = u64::from(self.memory_kib) * u64::from(self.passes);
        (1..=16).contains(&self.lanes)
            && (1..=32).contains(&self.passes)
            && self.memory_kib >= 8 * self.lanes
            && u64::from(self.memory_kib) <= 2 * GIB_IN_KIB
            && work <= 8 * GIB_IN_KIB
    }

    /// Tells whether a new slot would never be given so little.
    pub fn is_below_floor(self) -> bool {
        let work = |params: Self| u64::from(params.memory_kib) * u64::from(params.passes);
        self.memory_kib < FLOOR.memory_kib || work(self) < work(FLOOR)
    }

    /// Reads `m=262144,t=3,p=4`, in exactly the form it is written.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut numbers =
            text.split(',').zip(["m=", "t=", "p="]).map(|(part, name)| part.strip_prefix(name)?.parse().ok());
        let params = Self { memory_kib: numbers.next()??, passes: numbers.next()??, lanes: numbers.next()?? };
        (params.to_string() == text).then_some(params)
    }

    /// Derives 32 bytes from a normalised passphrase.
    pub(super) fn derive(self, passphrase: &[u8], salt: &[u8; SALT_BYTES]) -> Result<Key> {
        let params = Params::new(self.memory_kib, self.passes, self.lanes, Some(32))
            .ok()
            .filter(|_| self.within_caps())
            .ok_or(VaultError::Crypto("impossible Argon2id parameters"))?;
        let mut memory = Blocks::allocate(params.block_count()).ok_or(VaultError::OutOfMemory)?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        Key::fill(|out| argon2.hash_password_into_with_memory(passphrase, salt, out, &mut memory))
            .map_err(|_| VaultError::Crypto("Argon2id refused its input"))
    }
}

impl fmt::Display for KdfParams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "m={},t={},p={}", self.memory_kib, self.passes, self.lanes)
    }
}

/// Chooses the cost for this machine, so that one guess costs its owner between half a second and a second.
pub(super) fn tune() -> Result<KdfParams> {
    if !little_memory() {
        let params = raise(START, measure(START)?, &TARGET);
        if let Some(params) = params {
            return Ok(params);
        }
    }
    Ok(raise(FLOOR, measure(FLOOR)?, &TARGET).unwrap_or(FLOOR))
}

/// Raises the passes until the predicted time reaches the target. `None` if the start is too slow already.
fn raise(start: KdfParams, took: Duration, target: &RangeInclusive<Duration>) -> Option<KdfParams> {
    if took > *target.end() {
        return None;
    }
    let wanted = u128::from(start.passes) * target.start().as_micros();
    let passes = wanted.div_ceil(took.as_micros().max(1)).clamp(u128::from(start.passes), 32);
    Some(KdfParams { passes: u32::try_from(passes).unwrap_or(start.passes), ..start })
}

fn measure(params: KdfParams) -> Result<Duration> {
    let begin = Instant::now();
    params.derive(b"how long does it take here", &[0; SALT_BYTES])?;
    Ok(begin.elapsed())
}

/// Tells whether half of the free memory would not hold the start (Linux; elsewhere nobody is asked).
fn little_memory() -> bool {
    let Ok(text) = std::fs::read_to_string("/proc/meminfo") else { return false };
    text.lines()
        .find_map(|line| line.strip_prefix("MemAvailable:")?.trim().strip_suffix(" kB")?.parse::<u64>().ok())
        .is_some_and(|kib| kib < 2 * u64::from(START.memory_kib))
}

/// Argon2's memory, allocated fallibly and wiped on drop: boxed, because a vector would be wiped twice, the second time as
/// spare capacity.
struct Blocks(Zeroizing<Box<[Block]>>);

impl Blocks {
    fn allocate(count: usize) -> Option<Self> {
        let mut blocks = Vec::new();
        blocks.try_reserve_exact(count).ok()?;
        blocks.resize(count, Block::new());
        Some(Self(Zeroizing::new(blocks.into_boxed_slice())))
    }
}

impl AsMut<[Block]> for Blocks {
    fn as_mut(&mut self) -> &mut [Block] {
        &mut self.0
    }
}

#[cfg(test)]
mod tests {
    use zeroize::{Zeroize, ZeroizeOnDrop};

    use super::*;

    #[test]
    fn passes_rise_to_the_target_and_slow_machines_are_told() {
        let start = KdfParams { memory_kib: 262_144, passes: 3, lanes: 4 };
        let target = Duration::from_millis(550)..=Duration::from_secs(1);
        let passes = |millis| raise(start, Duration::from_millis(millis), &target).map(|params| params.passes);
        assert_eq!(passes(200), Some(9));
        assert_eq!(passes(600), Some(3));
        assert_eq!(passes(1), Some(32));
        assert_eq!(passes(1001), None);
        assert!(KdfParams { passes: 32, ..start }.within_caps());
    }

    #[test]
    fn argon2s_memory_is_of_a_kind_that_is_wiped_when_it_goes() {
        fn wiped<T: Zeroize + ZeroizeOnDrop>(memory: &mut T) {
            memory.zeroize();
        }
        let mut blocks = Blocks::allocate(2).unwrap();
        blocks.as_mut().iter_mut().for_each(|block| block.as_mut().fill(7));
        wiped(&mut blocks.0);
        assert!(blocks.as_mut().iter().all(|block| block.as_ref().iter().all(|word| *word == 0)));
    }

    #[test]
    fn derivation_is_argon2id_as_in_rfc_9106() {
        // Computed independently, with the reference implementation (argon2-cffi).
        let params = KdfParams { memory_kib: 64, passes: 2, lanes: 2 };
        let key = params.derive(b"open-sesame", b"saltsaltsaltsalt").unwrap();
        assert_eq!(
            super::super::material::Hex(*key.expose()).to_string(),
            "2ccdf671ac7af7c3db651653311330fcd0c248e57bbb0d4e55241b4e282671f7"
        );
    }
}
