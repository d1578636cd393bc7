//! Files that hold secrets: atomic replacement, modes, no symlinks.
