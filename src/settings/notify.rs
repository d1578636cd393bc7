//! The section `[notify]` of config.toml: who is told, and from when on.
//!
//! Invariant: an amount is written as text or as a whole number, never as a float.

use serde::{Deserialize, Deserializer, de::Error as _};

use crate::domain::alerts::{Bounds, Threshold};

/// Who is told, and from when on; what is absent is as [`Bounds`] has it by itself.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct NotifyConfig {
    /// A program and its arguments.
    #[serde(deserialize_with = "program")]
    pub command: Option<Vec<String>>,
    /// Whether the desktop shows a sentence.
    pub desktop: bool,
    #[serde(deserialize_with = "threshold")]
    low_balance: Option<Threshold>,
    #[serde(deserialize_with = "threshold")]
    large_transaction: Option<Threshold>,
    failures: Option<u64>,
    due_days: Option<u16>,
    price_rise: Option<bool>,
    missed: Option<bool>,
}

impl NotifyConfig {
    /// From when on things are told.
    pub fn bounds(&self) -> Bounds {
        let usual = Bounds::default();
        Bounds {
            low_balance: self.low_balance.clone(),
            large_transaction: self.large_transaction.clone(),
            failures: self.failures.unwrap_or(usual.failures),
            due_days: self.due_days.map_or(usual.due_days, i32::from),
            price_rise: self.price_rise.unwrap_or(usual.price_rise),
            missed: self.missed.unwrap_or(usual.missed),
        }
    }
}

fn program<'de, D: Deserializer<'de>>(source: D) -> Result<Option<Vec<String>>, D::Error> {
    let argv = Vec::<String>::deserialize(source)?;
    if argv.first().is_none_or(String::is_empty) {
        return Err(D::Error::custom("notify.command is a program and its arguments, [\"program\", \"argument\"]"));
    }
    Ok(Some(argv))
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "an amount is a text, \"100\" or \"100 USD, 15000 JPY\"")]
enum Written {
    Whole(i64),
    Text(String),
}

fn threshold<'de, D: Deserializer<'de>>(source: D) -> Result<Option<Threshold>, D::Error> {
    let text = match Written::deserialize(source)? {
        Written::Whole(number) => number.to_string(),
        Written::Text(text) => text,
    };
    text.parse().map(Some).map_err(D::Error::custom)
}
