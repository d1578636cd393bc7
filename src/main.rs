//! The `bursar` binary: everything is in the library.

use bursar as _;

fn main() {}
