//! `bursar sync log`.

use crate::{
    commands::candidates,
    context::Context,
    domain::views::{Limit, Listing},
    error::Result,
    render::{Column, Kind, Sheet, Style, ToSheet},
    store::SyncRunView,
};

/// Show past syncs, newest first: what each brought, and what went wrong
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  bursar sync log\n  bursar sync log platypus --limit 50 --json")]
pub(crate) struct Args {
    /// Of this connection only: id or name
    #[arg(value_name = "CONN", add = candidates::connections())]
    connection: Option<String>,
    /// At most so many; 0 for all
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: u64,
    /// Leave out the first so many
    #[arg(long, value_name = "N", default_value_t = 0)]
    offset: u64,
}

impl Args {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        let book = context.book()?;
        let of = self.connection.map(|text| book.find_connection(&text)).transpose()?;
        let limit = Limit { limit: Some(self.limit).filter(|most| *most > 0), offset: self.offset };
        let log = book.sync_log(of.map(|connection| connection.id), limit)?;
        context.present(&log)
    }
}

impl ToSheet for Listing<SyncRunView> {
    fn count(&self) -> u64 {
        self.items.len() as u64
    }

    fn to_sheet(&self) -> Sheet {
        let columns = vec![
            Column::new(Kind::Date, "started_at", "Began (UTC)"),
            Column::new(Kind::Date, "finished_at", "Ended (UTC)").priority(6),
            Column::new(Kind::Text, "connection", "Id").priority(5),
            Column::new(Kind::Text, "name", "Connection"),
            Column::new(Kind::Text, "outcome", "Outcome"),
            Column::new(Kind::Number, "added", "Added").priority(2),
            Column::new(Kind::Number, "modified", "Modified").priority(3),
            Column::new(Kind::Number, "removed", "Removed").priority(3),
            Column::new(Kind::Number, "refused", "Not kept").priority(4),
            Column::new(Kind::Text, "error", "Error").priority(1).wraps(),
        ];
        let mut sheet = Sheet::new(columns, "no sync yet");
        for run in &self.items {
            let cells = vec![
                run.started_at.into(),
                run.finished_at.into(),
                run.connection.to_string().into(),
                (&run.name).into(),
                run.outcome.as_str().into(),
                run.added.into(),
                run.modified.into(),
                run.removed.into(),
                run.refused.into(),
                run.error.as_ref().into(),
            ];
            sheet.push(Style::Normal, cells);
        }
        sheet
    }
}
