//! The only SQL: one file a noun.
