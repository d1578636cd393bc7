//! The `bursar` binary: everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    bursar::cli::main(std::env::args_os())
}
