//! What rows are called, above all those that have no name of their own.

use crate::domain::{
    categories::{UNCATEGORISED, name_of},
    views::{Group, Grouping},
};

/// The label of a group; `total` is the word for the only group of [`Grouping::Total`].
pub(super) fn label_of(group: &Group, by: Grouping, total: &str) -> String {
    match (by, &group.key) {
        (Grouping::Total, _) => total.to_owned(),
        (Grouping::Category | Grouping::Primary, Some(key)) if group.label.is_empty() => name_of(key).into_owned(),
        (_, Some(key)) if group.label.is_empty() => key.clone(),
        (_, Some(_)) => group.label.clone(),
        (Grouping::Category | Grouping::Primary, None) => UNCATEGORISED.to_owned(),
        (Grouping::Payee, None) => "No payee".to_owned(),
        (Grouping::Account, None) => "No account".to_owned(),
        (Grouping::Connection, None) => "No connection".to_owned(),
        (Grouping::Institution, None) => "No institution".to_owned(),
    }
}

/// The label of the row that stands for all groups beyond the wanted number.
pub(super) fn the_rest(groups: usize) -> String {
    format!("Everything else ({groups})")
}
