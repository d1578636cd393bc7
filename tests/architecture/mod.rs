//! The house rules as tests: who may use whom, which crate lives in which room, sizes, names.
//!
//! They read the source text, so a broken rule is reported with file and line, and the message says the rule.

mod layers;
mod names;
mod rooms;
mod sizes;
pub(crate) mod source;
mod sources;

/// Fails with every broken rule at once, one a line.
fn hold(rule: &str, broken: &[String]) {
    assert!(broken.is_empty(), "{rule}\n  {}\n", broken.join("\n  "));
}
