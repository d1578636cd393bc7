//! What a sync remembers of the rows that came, in few bits a row.
//!
//! Pure. Invariant: neither set ever forgets what was put in; `Ids` may claim to have more.

/// One bit a row number: which rows of the book a full run has seen.
#[derive(Debug, Default)]
pub(crate) struct Rows(Vec<u64>);

impl Rows {
    pub(crate) fn mark(&mut self, id: i64) {
        let Ok(id) = usize::try_from(id) else { return };
        if self.0.len() <= id / 64 {
            self.0.resize(id / 64 + 1, 0);
        }
        if let Some(word) = self.0.get_mut(id / 64) {
            *word |= 1 << (id % 64);
        }
    }

    pub(crate) fn has(&self, id: i64) -> bool {
        let word = usize::try_from(id).ok().and_then(|id| self.0.get(id / 64));
        word.is_some_and(|word| word >> id.rem_euclid(64) & 1 == 1)
    }
}

/// Bits of [`Ids`]: a mebibyte, which a million ids fill to an eighth.
const BITS: u64 = 1 << 23;

/// Which hashes a run has written: a clear bit saves asking the database, a set one means to ask it.
#[derive(Debug)]
pub(crate) struct Ids(Box<[u64]>);

impl Default for Ids {
    fn default() -> Self {
        Self(vec![0; usize::try_from(BITS / 64).unwrap_or_default()].into_boxed_slice())
    }
}

impl Ids {
    fn place(hash: i64) -> (usize, u64) {
        let bit = hash.cast_unsigned() % BITS;
        (usize::try_from(bit / 64).unwrap_or_default(), 1 << (bit % 64))
    }

    pub(crate) fn add(&mut self, hash: i64) {
        let (word, bit) = Self::place(hash);
        if let Some(word) = self.0.get_mut(word) {
            *word |= bit;
        }
    }

    pub(crate) fn may_have(&self, hash: i64) -> bool {
        let (word, bit) = Self::place(hash);
        self.0.get(word).is_none_or(|word| word & bit != 0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn rows_are_exact(marked in prop::collection::hash_set(0i64..300, 0..40)) {
            let mut rows = Rows::default();
            for id in &marked {
                rows.mark(*id);
            }
            for id in -1..310 {
                prop_assert_eq!(rows.has(id), marked.contains(&id));
            }
        }

        #[test]
        fn ids_never_forget(hashes in prop::collection::vec(any::<i64>(), 1..40)) {
            let mut ids = Ids::default();
            prop_assert!(!ids.may_have(hashes[0]));
            for hash in &hashes {
                ids.add(*hash);
            }
            prop_assert!(hashes.iter().all(|hash| ids.may_have(*hash)));
        }
    }
}
