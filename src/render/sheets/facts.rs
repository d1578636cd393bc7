//! Facts about one thing: a name and a value a line.

use crate::render::{Cell, Column, Kind, Place, Sheet, Style, ToSheet};

/// One fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// The key of the value's JSON field.
    pub field: String,
    /// What people call it.
    pub label: String,
    /// The value; an empty one is not shown to people.
    pub value: Cell,
}

impl Fact {
    /// A fact.
    pub fn new(field: impl Into<String>, label: impl Into<String>, value: impl Into<Cell>) -> Self {
        Self { field: field.into(), label: label.into(), value: value.into() }
    }
}

/// Facts about one thing, in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts(pub Vec<Fact>);

impl ToSheet for Facts {
    fn to_sheet(&self) -> Sheet {
        let columns = vec![
            Column::new(Kind::Text, "field", "Field").place(Place::Files),
            Column::new(Kind::Text, "label", ""),
            Column::new(Kind::Text, "value", "").wraps(),
            Column::new(Kind::Text, "currency", "").place(Place::Files),
        ];
        let mut sheet = Sheet::new(columns, "there is nothing to show");
        for fact in &self.0 {
            let style = if fact.value == Cell::Empty { Style::FileOnly } else { Style::Normal };
            let currency = match &fact.value {
                Cell::Money(money) => money.currency.code().into(),
                _ => Cell::Empty,
            };
            sheet.push(style, vec![(&fact.field).into(), (&fact.label).into(), fact.value.clone(), currency]);
        }
        sheet
    }
}
