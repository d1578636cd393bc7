//! Use-cases with I/O, in narrow arguments, without printing.

pub mod link;
