//! The room as a whole: books in memory, written and read through `Store` only.

mod adopt;
mod book;
mod calls;
mod news;
mod plans;
mod posting;
mod recurrences;
mod register;
mod replay;
mod sealed;
