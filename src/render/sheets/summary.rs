//! The summary, one fact a line, one line a currency.

use super::facts::{Fact, Facts};
use crate::{
    domain::money::Money,
    render::{Sheet, ToSheet},
    reports::summary::Summary,
};

impl ToSheet for Summary {
    fn to_sheet(&self) -> Sheet {
        let amounts = |field: &'static str, label: &'static str, amounts: &[Money]| {
            amounts.iter().map(|amount| Fact::new(field, label, *amount)).collect::<Vec<_>>()
        };
        let mut facts = amounts("net_worth", "Net worth", &self.net_worth);
        facts.extend(amounts("assets", "Assets", &self.assets));
        facts.extend(amounts("debts", "Debts", &self.debts));
        facts.extend(amounts("total_limit", "Credit limits", &self.total_limit));
        facts.push(Fact::new("utilization", "Credit used", self.utilization));
        facts.push(Fact::new("credit_score", "Credit score", self.credit_score.map(u64::from)));
        facts.push(Fact::new("accounts_count", "Accounts", self.accounts_count));
        facts.push(Fact::new("connections_count", "Connections", self.connections_count));
        facts.push(Fact::new("last_synced", "Last synced (UTC)", self.last_synced));
        facts.push(Fact::new("bank_updated_at", "Banks' data of (UTC)", self.bank_updated_at));
        Facts(facts).to_sheet()
    }
}
