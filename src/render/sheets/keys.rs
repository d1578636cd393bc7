//! The ways into a vault.

use super::{Fact, Facts};
use crate::{
    domain::views::{KdfView, KeyView, Listing},
    render::{Column, Kind, Place, Sheet, Style, ToSheet},
};

impl ToSheet for Listing<KeyView> {
    fn to_sheet(&self) -> Sheet {
        use Kind::{Date, Text};
        let columns = vec![
            Column::new(Text, "id", "Id").whole(),
            Column::new(Text, "kind", "Kind"),
            Column::new(Text, "label", "Label").priority(1),
            Column::new(Text, "roles", "Role"),
            Column::new(Text, "in_use", "In use").place(Place::Files),
            Column::new(Date, "created_at", "Added (UTC)").priority(4),
            Column::new(Date, "last_used_at", "Last used (UTC)").priority(3),
            Column::new(Date, "expires_at", "Expires (UTC)").priority(2),
            Column::new(Text, "kdf", "A guess costs").priority(5),
        ];
        let mut sheet = Sheet::new(columns, "there are no keys");
        for key in &self.items {
            let cells = vec![
                (&key.id).into(),
                (&key.kind).into(),
                (&key.label).into(),
                key.roles.join(", ").into(),
                if key.in_use { "yes" } else { "no" }.into(),
                key.created_at.into(),
                key.last_used_at.into(),
                key.expires_at.into(),
                key.kdf.as_ref().map(cost).into(),
            ];
            sheet.push(Style::Normal, cells);
        }
        sheet
    }
}

impl ToSheet for KeyView {
    fn to_sheet(&self) -> Sheet {
        Facts(vec![
            Fact::new("id", "Id", &self.id),
            Fact::new("kind", "Kind", &self.kind),
            Fact::new("label", "Label", &self.label),
            Fact::new("roles", "Role", self.roles.join(", ")),
            Fact::new("expires_at", "Expires (UTC)", self.expires_at),
            Fact::new("kdf", "A guess costs", self.kdf.as_ref().map(cost)),
        ])
        .to_sheet()
    }
}

fn cost(kdf: &KdfView) -> String {
    let KdfView { algorithm, memory_kib, passes, .. } = kdf;
    match memory_kib / 1024 {
        0 => format!("{algorithm}, {memory_kib} KiB, {passes} times"),
        mib => format!("{algorithm}, {mib} MiB, {passes} times"),
    }
}
