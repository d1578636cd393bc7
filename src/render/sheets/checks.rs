//! What was checked, a line a check.

use crate::{
    domain::views::{CheckItem, CheckReport, Level},
    render::{Sheet, ToSheet},
};

impl ToSheet for CheckReport {
    fn to_sheet(&self) -> Sheet {
        let row = |check: &CheckItem| {
            let result = match check.level {
                Level::Ok => "ok",
                Level::Warn => "warn",
                Level::Bad => "NOT OK",
            };
            [check.name.clone(), result.to_owned(), check.detail.clone()]
        };
        Sheet::of_text(&["Check", "Result", "Detail"], self.checks.iter().map(row))
    }
}
