//! Use-cases with I/O, in narrow arguments, without printing and without knowledge of flags.

pub mod keys;
pub mod link;
pub mod secrets;
pub mod sync;
pub mod totp;
