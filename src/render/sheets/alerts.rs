//! What the owner should be told of.

use super::{Fact, Facts};
use crate::{
    domain::{
        alerts::Notice,
        views::{AlertView, Listing},
    },
    render::{Column, Kind, Sheet, Style, ToSheet},
};

impl ToSheet for Listing<AlertView> {
    fn to_sheet(&self) -> Sheet {
        use Kind::{Date, Text};
        let columns = vec![
            Column::new(Text, "kind", "Kind").priority(2),
            Column::new(Text, "message", "What").wraps(),
            Column::new(Date, "first_seen", "Since (UTC)").priority(3),
            Column::new(Date, "told_at", "Told (UTC)").priority(1),
            Column::new(Text, "action", "Next").priority(4),
        ];
        let mut sheet = Sheet::new(columns, "there is nothing to tell");
        for item in &self.items {
            let cells = vec![
                item.alert.kind.as_str().into(),
                (&item.alert.message).into(),
                item.first_seen.into(),
                item.told_at.into(),
                item.alert.action.as_ref().into(),
            ];
            sheet.push(Style::Normal, cells);
        }
        sheet
    }
}

impl ToSheet for Notice {
    fn to_sheet(&self) -> Sheet {
        let alerts = self.alerts.iter().map(|told| &told.alert);
        let alerts = alerts.map(|alert| Fact::new(alert.kind.as_str(), "Sent", alert.message.as_str()));
        Facts(alerts.collect()).to_sheet()
    }
}
