//! From each layer's error to the one people see: kind, wording and hints are decided here and nowhere else.

mod bank;
mod book;
mod connections;
mod edges;
mod keys;
mod link;
mod schedule;
mod vault;
