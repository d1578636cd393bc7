//! Use-cases with I/O, in narrow arguments, without printing and without knowledge of flags.

pub mod accept;
pub mod ahead;
pub mod alerts;
pub mod backup;
pub mod bank;
pub mod connections;
pub mod incident;
pub mod keyring;
pub mod keys;
pub mod link;
pub mod live;
pub mod members;
pub mod notify;
pub mod plugins;
pub mod posture;
mod programs;
pub mod provider;
pub mod recover;
pub mod review;
pub mod rotation;
pub mod schedule;
pub mod secrets;
pub mod sync;
pub mod totp;
pub mod unreached;
