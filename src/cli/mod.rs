//! Parses, dispatches, shows the one error, picks the exit code.
