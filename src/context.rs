//! What a command may use: screen, settings, clock, vault, bank.
