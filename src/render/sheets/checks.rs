//! What was checked, a line a check.

use crate::{
    domain::views::{CheckItem, CheckReport, Level},
    render::{Cell, Column, Kind, Sheet, Style, ToSheet},
};

impl ToSheet for CheckReport {
    fn to_sheet(&self) -> Sheet {
        let columns = vec![
            Column::new(Kind::Text, "check", "Check"),
            Column::new(Kind::Text, "result", "Result"),
            Column::new(Kind::Text, "detail", "Detail").wraps(),
        ];
        let mut sheet = Sheet::new(columns, "there is nothing to show");
        for CheckItem { name, level, detail, .. } in &self.checks {
            let result = match level {
                Level::Ok => "ok",
                Level::Warn => "warn",
                Level::Bad => "NOT OK",
            };
            sheet.push(Style::Normal, [name.as_str(), result, detail].map(Cell::from).to_vec());
        }
        sheet
    }
}
