//! The encrypted vault: key file, slots, key derivation, freshness pin, locks.
