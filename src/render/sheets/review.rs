//! A review: one table of everything that reaches the vault, with what should not stay.

use crate::{
    domain::views::{Finding, Review},
    render::{Column, Kind, Sheet, Style, ToSheet},
};

impl ToSheet for Review {
    fn to_sheet(&self) -> Sheet {
        use Kind::{Date, Text};
        let columns = vec![
            Column::new(Text, "what", "What"),
            Column::new(Text, "name", "Name"),
            Column::new(Text, "may", "May"),
            Column::new(Date, "since", "Since (UTC)").priority(4),
            Column::new(Date, "used_at", "Last used (UTC)").priority(3),
            Column::new(Date, "ends_at", "Ends (UTC)").priority(2),
            Column::new(Text, "finding", "Finding").priority(1),
        ];
        let mut sheet = Sheet::new(columns, "nothing reaches this vault");
        let mut row = |what: &str, name: &str, may: &str, times: [Option<jiff::Timestamp>; 3], about: &str| {
            let [since, used, ends] = times;
            let found = findings(&self.findings, about);
            let cells =
                vec![what.into(), name.into(), may.into(), since.into(), used.into(), ends.into(), found.into()];
            sheet.push(Style::Normal, cells);
        };
        for key in &self.keys {
            let times = [Some(key.created_at), key.last_used_at, key.expires_at];
            row(
                &format!("{} key", key.kind),
                &key.label,
                &key.roles.join(", "),
                times,
                &format!("key {:?}", key.label),
            );
        }
        for member in &self.members {
            let times = [Some(member.created_at), member.last_shared_at, None];
            row("member", &member.name, &format!("read copies as {}", member.role), times, "member");
        }
        for connection in &self.connections {
            let times = [connection.token_since, connection.consented_at, connection.consent_expires_at];
            row("bank", &connection.name, connection.state.words(), times, &format!("connection {}", connection.id));
        }
        row("key inside", "ledger", "open the book", [Some(self.ledger_key_since), None, None], "the ledger's key");
        row("key inside", "banks", "open tokens", [self.bank_key_since, None, None], "the banks' key");
        if self.findings.iter().any(|finding| finding.about == "recovery") {
            row("recovery key", "none", "", [None; 3], "recovery");
        }
        let codes = if self.one_time_codes { "are asked for" } else { "are not asked for" };
        row("one-time codes", "", codes, [None; 3], "one-time codes");
        row(
            "review",
            "",
            if self.due { "is due" } else { "is not due" },
            [self.last_signed_off_at, None, None],
            "review",
        );
        sheet
    }
}

fn findings(all: &[Finding], about: &str) -> Option<String> {
    let mine: Vec<&str> = all.iter().filter(|one| one.about == about).map(|one| one.finding.as_str()).collect();
    (!mine.is_empty()).then(|| mine.join("; "))
}
