//! What the user asked for: config file, environment and flags, converted once.
