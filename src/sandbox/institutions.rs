//! The institutions of the sandbox. May use `plaid::wire`; ids and names are those of Plaid's own sandbox.

use crate::plaid::wire::institutions::{
    Breakdown, ConnectionAvailability, Health, Institution, InstitutionOptions, InstitutionStatus, ProductHealth,
};

/// How an institution behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// Answers with user name and password.
    Password,
    /// Sends its users to its own page.
    Redirect,
    /// Works, slowly.
    Degraded,
    /// Does not answer.
    Down,
    /// Cannot be linked any more.
    Unsupported,
}

/// One bank.
#[derive(Debug)]
pub(crate) struct Bank {
    /// Plaid's id.
    pub(crate) id: &'static str,
    /// Its name.
    pub(crate) name: &'static str,
    /// ISO country.
    pub(crate) country: &'static str,
    /// How it behaves.
    pub(crate) manner: Manner,
}

const fn bank(id: &'static str, name: &'static str, country: &'static str, manner: Manner) -> Bank {
    Bank { id, name, country, manner }
}

/// All of them, in the order in which Link lists them.
pub(crate) const BANKS: &[Bank] = &[
    bank("ins_109508", "First Platypus Bank", "US", Manner::Password),
    bank("ins_109509", "First Gingham Credit Union", "US", Manner::Password),
    bank("ins_109510", "Tattersall Federal Credit Union", "US", Manner::Password),
    bank("ins_109511", "Tartan Bank", "US", Manner::Password),
    bank("ins_109512", "Houndstooth Bank", "US", Manner::Password),
    bank("ins_130016", "First Platypus Balance Bank", "US", Manner::Password),
    bank("ins_127287", "Platypus OAuth Bank", "US", Manner::Redirect),
    bank("ins_132241", "First Platypus OAuth App2App Bank", "US", Manner::Redirect),
    bank("ins_132363", "Unhealthy Platypus Bank - Degraded", "US", Manner::Degraded),
    bank("ins_132361", "Unhealthy Platypus Bank - Down", "US", Manner::Down),
    bank("ins_133402", "Unsupported Platypus Bank", "US", Manner::Unsupported),
    bank("ins_43", "Tartan-Dominion Bank of Canada", "CA", Manner::Password),
    bank("ins_116834", "The Royal Bank of Plaid", "GB", Manner::Password),
    bank("ins_117650", "Royal Bank of Plaid", "GB", Manner::Password),
    bank("ins_3", "Chase", "US", Manner::Password),
    bank("ins_4", "Wells Fargo", "US", Manner::Password),
    bank("ins_128026", "Capital One", "US", Manner::Password),
];

/// What every bank of the sandbox offers.
pub(crate) const PRODUCTS: &[&str] = &["transactions", "auth", "balance", "identity", "investments", "liabilities"];

/// The bank of an id.
pub(crate) fn find(id: &str) -> Option<&'static Bank> {
    BANKS.iter().find(|bank| bank.id == id)
}

/// A PNG of one pixel, for want of a logo.
const LOGO: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

impl Bank {
    /// Plaid's description of it; `since` is when its health last changed.
    pub(crate) fn describe(&self, options: &InstitutionOptions, since: &str) -> Institution {
        let more = options.include_optional_metadata == Some(true);
        Institution {
            institution_id: self.id.to_owned(),
            name: self.name.to_owned(),
            products: PRODUCTS.iter().map(|&product| product.to_owned()).collect(),
            country_codes: vec![self.country.to_owned()],
            url: more.then(|| "https://plaid.com".to_owned()),
            primary_color: more.then(|| "#004966".to_owned()),
            logo: more.then(|| LOGO.to_owned()),
            routing_numbers: vec!["011000138".to_owned()],
            dtc_numbers: Vec::new(),
            oauth: self.manner == Manner::Redirect,
            status: (options.include_status == Some(true)).then(|| self.status(since)),
            connection_availability: Some(match self.manner {
                Manner::Unsupported => ConnectionAvailability::NotSupported,
                _ => ConnectionAvailability::Supported,
            }),
        }
    }

    fn status(&self, since: &str) -> InstitutionStatus {
        let (status, success, failure) = match self.manner {
            Manner::Down => (Health::Down, "0.05", "0.95"),
            Manner::Degraded => (Health::Degraded, "0.6", "0.4"),
            _ => (Health::Healthy, "0.97", "0.03"),
        };
        let health = |refresh: Option<&str>| {
            Some(ProductHealth {
                status: status.clone(),
                last_status_change: since.to_owned(),
                breakdown: Breakdown {
                    success: success.parse().ok()?,
                    error_plaid: "0".parse().ok()?,
                    error_institution: failure.parse().ok()?,
                    refresh_interval: refresh.map(str::to_owned),
                },
            })
        };
        InstitutionStatus { item_logins: health(None), transactions_updates: health(Some("NORMAL")) }
    }
}
