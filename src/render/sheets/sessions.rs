//! Sessions.

use super::{Fact, Facts};
use crate::{
    domain::views::{Ended, Listing, SessionView},
    render::{Cell, Column, Kind, Sheet, Style, ToSheet},
};

fn place(session: &SessionView) -> Cell {
    session.vault.as_ref().map(|vault| vault.display().to_string()).into()
}

fn reach(session: &SessionView) -> &'static str {
    if session.bank { "ledger and banks" } else { "ledger" }
}

impl ToSheet for Listing<SessionView> {
    fn to_sheet(&self) -> Sheet {
        use Kind::{Date, Text};
        let columns = vec![
            Column::new(Text, "id", "Id"),
            Column::new(Text, "vault", "Vault"),
            Column::new(Text, "scope", "Scope"),
            Column::new(Text, "bank", "Opens"),
            Column::new(Date, "expires_at", "Ends (UTC)"),
        ];
        let mut sheet = Sheet::new(columns, "no session is open");
        for session in &self.items {
            let cells = vec![
                (&session.id).into(),
                place(session),
                (&session.scope).into(),
                reach(session).into(),
                session.expires_at.into(),
            ];
            sheet.push(Style::Normal, cells);
        }
        sheet
    }
}

impl ToSheet for SessionView {
    fn to_sheet(&self) -> Sheet {
        Facts(vec![
            Fact::new("id", "Session", self.id.clone()),
            Fact::new("vault", "Vault", place(self)),
            Fact::new("scope", "Scope", self.scope.clone()),
            Fact::new("bank", "Opens", reach(self)),
            Fact::new("expires_at", "Ends (UTC)", self.expires_at),
        ])
        .to_sheet()
    }
}

impl ToSheet for Ended {
    fn to_sheet(&self) -> Sheet {
        Facts(vec![Fact::new("ended", "Sessions ended", self.ended)]).to_sheet()
    }
}
