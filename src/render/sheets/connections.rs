//! Connections, and what a sync brought for each.

use crate::{
    domain::views::{ConnectionView, Listing, SyncOutcome},
    render::{Cell, Column, Kind, Place, Sheet, Style, ToSheet},
};

impl ToSheet for Listing<ConnectionView> {
    fn count(&self) -> u64 {
        self.items.len() as u64
    }

    fn to_sheet(&self) -> Sheet {
        use Kind::{Date, Text};
        let columns = vec![
            Column::new(Text, "id", "Id"),
            Column::new(Text, "name", "Connection"),
            Column::new(Text, "institution", "Institution").place(Place::Files),
            Column::new(Text, "state", "State"),
            Column::new(Text, "action", "Next").priority(1).whole(),
            Column::new(Date, "last_success_at", "Synced (UTC)").priority(2),
            Column::new(Date, "bank_updated_at", "Bank's data of (UTC)").priority(3),
            Column::new(Date, "consent_expires_at", "Consent ends (UTC)").priority(6),
            Column::new(Text, "error", "Error").priority(4),
            not_kept(self.items.iter().map(|connection| connection.refused).sum()),
        ];
        let mut sheet = Sheet::new(columns, "no bank is linked");
        for connection in &self.items {
            let cells = vec![
                connection.id.to_string().into(),
                (&connection.name).into(),
                connection.institution.as_ref().into(),
                connection.state.words().into(),
                connection.action.as_ref().into(),
                connection.last_success_at.into(),
                connection.bank_updated_at.into(),
                connection.consent_expires_at.into(),
                connection.error.as_ref().into(),
                connection.refused.into(),
            ];
            sheet.push(Style::Normal, cells);
        }
        sheet
    }
}

/// Rows that could not be kept; people see the column only when there are any.
fn not_kept(count: u64) -> Column {
    let column = Column::new(Kind::Number, "refused", "Not kept");
    if count == 0 { column.place(Place::Files) } else { column }
}

impl ToSheet for SyncOutcome {
    fn to_sheet(&self) -> Sheet {
        use Kind::{Date, Number, Text};
        let columns = vec![
            Column::new(Text, "id", "Id").priority(3),
            Column::new(Text, "name", "Connection"),
            Column::new(Text, "outcome", "Outcome"),
            Column::new(Number, "added", "Added"),
            Column::new(Number, "modified", "Modified").priority(2),
            Column::new(Number, "removed", "Removed").priority(2),
            not_kept(self.refused),
            Column::new(Date, "bank_updated_at", "Bank's data of (UTC)").priority(4),
            Column::new(Text, "error", "Error").priority(1),
        ];
        let mut sheet = Sheet::new(columns, "no bank is linked");
        for line in &self.connections {
            let cells = vec![
                line.id.to_string().into(),
                (&line.name).into(),
                line.outcome.as_str().into(),
                line.added.into(),
                line.modified.into(),
                line.removed.into(),
                line.refused.into(),
                line.bank_updated_at.into(),
                line.error.as_ref().into(),
            ];
            sheet.push(Style::Normal, cells);
        }
        if self.connections.len() > 1 {
            let counts = [self.added, self.modified, self.removed, self.refused].map(Cell::from);
            let cells = [Cell::Empty, "Total".into(), Cell::Empty].into_iter().chain(counts);
            sheet.push(Style::Total, cells.collect());
        }
        sheet
    }
}
