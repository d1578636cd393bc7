//! What was checked, a line a check.

use crate::{
    domain::views::CheckReport,
    render::{Sheet, ToSheet},
};

impl ToSheet for CheckReport {
    fn to_sheet(&self) -> Sheet {
        let row = |check: &crate::domain::views::CheckItem| {
            [check.name.clone(), if check.ok { "ok" } else { "NOT OK" }.to_owned(), check.detail.clone()]
        };
        Sheet::of_text(&["Check", "Result", "Detail"], self.checks.iter().map(row))
    }
}
