//! Rows as Plaid writes them. May use `plaid::wire`; what the definition requires is always there.

use super::{
    Row, decimal,
    merchants::{Channel, Merchant, Party, Place},
};
use crate::plaid::wire::{
    Decimal,
    transactions::{
        CategoryVersion, Confidence, Counterparty, CounterpartyType, Location, PaymentChannel, PaymentMeta,
        PersonalFinanceCategory, Transaction,
    },
};

/// What the caller asked to see.
#[derive(Debug, Clone)]
pub(crate) struct View {
    /// The Item's account ids, by place of the account.
    pub(crate) accounts: Vec<String>,
    /// Taxonomy of the categories.
    pub(crate) version: CategoryVersion,
    /// Whether the bank's own text is wanted.
    pub(crate) original: bool,
}

impl View {
    /// Plaid's form of a row.
    pub(crate) fn transaction(&self, row: &Row) -> Option<Transaction> {
        let merchant = row.merchant;
        let text = row.text.as_deref().unwrap_or(merchant.text);
        let authorized_datetime = row.authorized.filter(|_| merchant.channel == Channel::Online);
        Some(Transaction {
            transaction_id: row.id.clone(),
            account_id: self.accounts.get(row.account)?.clone(),
            amount: decimal(row.minor, row.unit.exponent).parse::<Decimal>().ok()?,
            iso_currency_code: Some(row.unit.code.to_owned()),
            unofficial_currency_code: None,
            date: row.date.to_string(),
            authorized_date: row.authorized.map(|date| date.to_string()),
            datetime: None,
            authorized_datetime: authorized_datetime.map(|date| format!("{date}T00:00:00Z")),
            pending: row.pending,
            pending_transaction_id: row.pending_id.clone(),
            name: merchant.name.filter(|_| row.text.is_none()).unwrap_or(text).to_owned(),
            merchant_name: merchant.payee().map(str::to_owned),
            merchant_entity_id: merchant.entity_id(),
            merchant_category_code: None,
            logo_url: None,
            website: merchant.website.map(str::to_owned),
            original_description: self.original.then(|| text.to_owned()),
            payment_channel: match merchant.channel {
                Channel::Online => PaymentChannel::Online,
                Channel::Shop => PaymentChannel::InStore,
                Channel::Other => PaymentChannel::Elsewhere,
            },
            payment_meta: PaymentMeta::default(),
            location: merchant.place.map(Place::location).unwrap_or_default(),
            account_owner: None,
            transaction_code: None,
            transaction_type: Some(merchant.transaction_type().to_owned()),
            check_number: row.check.clone(),
            personal_finance_category: Some(merchant.category(&self.version)),
            personal_finance_category_icon_url: Some(format!(
                "https://plaid-category-icons.plaid.com/PFC_{}.png",
                merchant.primary
            )),
            counterparties: merchant.counterparty().into_iter().collect(),
            running_balance: None,
        })
    }
}

impl Merchant {
    /// The name that a bank side gives as that of the merchant.
    pub(crate) fn payee(&self) -> Option<&'static str> {
        self.name.filter(|_| self.party != Party::Income)
    }

    fn category(&self, version: &CategoryVersion) -> PersonalFinanceCategory {
        let newest = (self.primary, self.detail);
        let (primary, detail) = if *version == CategoryVersion::V1 { self.older.unwrap_or(newest) } else { newest };
        PersonalFinanceCategory {
            primary: primary.to_owned(),
            detailed: format!("{primary}_{detail}"),
            confidence_level: Some(if self.name.is_some() { Confidence::VeryHigh } else { Confidence::High }),
            version: Some(version.clone()),
        }
    }

    fn entity_id(&self) -> Option<String> {
        let known = !matches!(self.party, Party::Nobody | Party::Income | Party::Bank);
        let letters = |name: &str| {
            name.chars().filter(char::is_ascii_alphanumeric).chain("vzarY46wblPWyqOKMN5Qj".chars()).take(37).collect()
        };
        self.name.filter(|_| known).map(letters)
    }

    fn counterparty(&self) -> Option<Counterparty> {
        let kind = match self.party {
            Party::Merchant => CounterpartyType::Merchant,
            Party::Bank => CounterpartyType::FinancialInstitution,
            Party::App => CounterpartyType::PaymentApp,
            Party::Marketplace => CounterpartyType::Marketplace,
            Party::Income => CounterpartyType::IncomeSource,
            Party::Nobody => return None,
        };
        Some(Counterparty {
            name: self.name.unwrap_or(self.text).to_owned(),
            entity_id: self.entity_id(),
            kind,
            website: self.website.map(str::to_owned),
            logo_url: None,
            confidence_level: Some(Confidence::VeryHigh),
        })
    }

    fn transaction_type(&self) -> &'static str {
        match self.channel {
            Channel::Online => "digital",
            Channel::Shop => "place",
            Channel::Other => "special",
        }
    }
}

impl Place {
    fn location(&self) -> Location {
        Location {
            address: Some(self.address.to_owned()),
            city: Some(self.city.to_owned()),
            region: self.region.map(str::to_owned),
            postal_code: Some(self.postal.to_owned()),
            country: Some(self.country.to_owned()),
            lat: self.lat.parse().ok(),
            lon: self.lon.parse().ok(),
            store_number: None,
        }
    }
}
