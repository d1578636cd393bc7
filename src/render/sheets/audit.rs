//! The audit trail.

use serde_json::Value;

use crate::{
    domain::views::{AuditAnchor, AuditDetail, AuditEntry, Listing, Verdict},
    render::{Column, Fact, Facts, Kind, Sheet, Style, ToSheet},
};

impl ToSheet for Listing<AuditEntry> {
    fn to_sheet(&self) -> Sheet {
        let columns = vec![
            Column::new(Kind::Number, "seq", "No."),
            Column::new(Kind::Date, "at", "When (UTC)"),
            Column::new(Kind::Text, "actor", "Key").priority(2),
            Column::new(Kind::Text, "action", "Action"),
            Column::new(Kind::Text, "resource", "On").priority(1),
            Column::new(Kind::Text, "detail", "Detail").priority(3),
        ];
        let mut sheet = Sheet::new(columns, "no entry fits");
        for entry in &self.items {
            let cells = vec![
                entry.seq.into(),
                entry.at.into(),
                (&entry.actor).into(),
                (&entry.action).into(),
                entry.resource.as_ref().into(),
                facts(&entry.detail).into(),
            ];
            sheet.push(Style::Normal, cells);
        }
        sheet
    }

    fn count(&self) -> u64 {
        self.items.len() as u64
    }
}

impl ToSheet for AuditDetail {
    fn to_sheet(&self) -> Sheet {
        let AuditEntry { seq, at, actor, action, resource, detail } = &self.entry;
        Facts(vec![
            Fact::new("seq", "No.", *seq),
            Fact::new("at", "When (UTC)", *at),
            Fact::new("actor", "Key", actor),
            Fact::new("action", "Action", action),
            Fact::new("resource", "On", resource.as_ref()),
            Fact::new("detail", "Detail", facts(detail)),
            Fact::new("epoch", "Change", self.epoch),
            Fact::new("root", "Digest of the book", &self.root),
            Fact::new("mac", "Link", &self.mac),
        ])
        .to_sheet()
    }

    fn count(&self) -> u64 {
        1
    }
}

impl ToSheet for Verdict {
    fn to_sheet(&self) -> Sheet {
        Facts(vec![
            Fact::new("ok", "Result", if self.ok { "ok" } else { "NOT OK" }),
            Fact::new("entries", "Entries", self.entries),
            Fact::new("first_bad", "First bad entry", self.first_bad),
            Fact::new("anchored", "Anchor is of entry", self.anchored),
        ])
        .to_sheet()
    }
}

impl ToSheet for AuditAnchor {
    fn to_sheet(&self) -> Sheet {
        Facts(vec![
            Fact::new("words", "Words to keep", &self.words),
            Fact::new("entries", "Entries", self.entries),
            Fact::new("head", "Head", &self.head),
        ])
        .to_sheet()
    }
}

/// `added 5, key 0a1b…`: the facts of an entry in one line.
fn facts(detail: &Value) -> String {
    let Value::Object(facts) = detail else { return detail.to_string() };
    let said = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    facts.iter().map(|(name, value)| format!("{name} {}", said(value))).collect::<Vec<_>>().join(", ")
}
