//! Members of the household.

use super::{Fact, Facts};
use crate::{
    domain::views::{Listing, MemberView},
    render::{Column, Kind, Sheet, Style, ToSheet},
};

impl ToSheet for Listing<MemberView> {
    fn to_sheet(&self) -> Sheet {
        use Kind::{Date, Text};
        let columns = vec![
            Column::new(Text, "id", "Id").priority(2),
            Column::new(Text, "name", "Name"),
            Column::new(Text, "role", "Role"),
            Column::new(Date, "created_at", "Added (UTC)").priority(3),
            Column::new(Date, "last_shared_at", "Last copy (UTC)").priority(1),
            Column::new(Text, "recipient", "Recipient").priority(4),
        ];
        let mut sheet = Sheet::new(columns, "there are no members");
        for member in &self.items {
            let cells = vec![
                (&member.id).into(),
                (&member.name).into(),
                (&member.role).into(),
                member.created_at.into(),
                member.last_shared_at.into(),
                (&member.recipient).into(),
            ];
            sheet.push(Style::Normal, cells);
        }
        sheet
    }
}

impl ToSheet for MemberView {
    fn to_sheet(&self) -> Sheet {
        Facts(vec![
            Fact::new("id", "Id", &self.id),
            Fact::new("name", "Name", &self.name),
            Fact::new("role", "Role", &self.role),
            Fact::new("recipient", "Recipient", &self.recipient),
            Fact::new("last_shared_at", "Last copy (UTC)", self.last_shared_at),
        ])
        .to_sheet()
    }
}
