//! `/liabilities/get`, `/investments/holdings/get`, `/investments/transactions/get`, `/transactions/recurring/get`: each billed from
//! its first call on, where a plan bills it.

use std::collections::HashSet;

use super::{
    client::{Bearer, Client, decode},
    convert::{self, DebtRows, HoldingRows, StreamRows, TradeRows},
    endpoint::Endpoint,
    error::PlaidError,
    wire::{
        Token,
        investments::{TradesGetOptions, TradesGetRequest},
        liabilities::ProductGetRequest,
        recurring::RecurringGetRequest,
    },
};
use crate::{
    domain::{
        accounts::KnownCurrencies,
        dates::Date,
        products::{Product, ProductReport, Trades},
        sync::Refusal,
    },
    secret::Secret,
};

/// Trades of one page; Plaid gives no more.
const PAGE: u64 = 500;

/// A product, and the rows of it that could not be read.
pub(crate) type Read = (ProductReport, Vec<Refusal>);

impl Client {
    /// Reads a product of a connection; the currencies of its accounts are those of `known`, trades come from `since` to `today`.
    pub async fn product_get(
        &self,
        product: Product,
        access_token: &Secret<String>,
        known: &KnownCurrencies,
        (since, today): (Date, Date),
    ) -> Result<Read, PlaidError> {
        let request = ProductGetRequest { access_token: Token::from(access_token), options: None };
        let bearer = Bearer::Access(access_token);
        match product {
            Product::Liabilities => {
                let read = |answer: &_| {
                    let (debts, refused) = convert::liabilities(&decode::<DebtRows<'_>>(answer)?, known);
                    Ok((ProductReport::Liabilities(debts), refused))
                };
                self.call_with(Endpoint::LiabilitiesGet, bearer, &request, read).await
            }
            Product::Investments => {
                let read = |answer: &_| {
                    let (portfolio, refused) = convert::portfolio(&decode::<HoldingRows<'_>>(answer)?);
                    Ok((ProductReport::Investments(portfolio), refused))
                };
                self.call_with(Endpoint::HoldingsGet, bearer, &request, read).await
            }
            Product::Trades => self.trades_get(access_token, since, today).await,
            Product::Recurring => {
                let access_token = Token::from(access_token);
                let request = RecurringGetRequest { access_token, account_ids: None, options: None };
                let read = |answer: &_| {
                    let (streams, refused) = convert::streams(&decode::<StreamRows<'_>>(answer)?);
                    Ok((ProductReport::Recurring(streams), refused))
                };
                self.call_with(Endpoint::RecurringGet, bearer, &request, read).await
            }
        }
    }

    /// All pages. A page that moved while others were read brings a row twice, which is kept once.
    async fn trades_get(&self, access_token: &Secret<String>, since: Date, today: Date) -> Result<Read, PlaidError> {
        let mut found = Trades { since, securities: Vec::new(), trades: Vec::new() };
        let (mut refused, mut offset, mut ids) = (Vec::new(), 0, HashSet::new());
        for _ in 0..self.bounds().pages {
            let options = TradesGetOptions { count: Some(PAGE), offset: Some(offset), ..TradesGetOptions::default() };
            let request = TradesGetRequest {
                access_token: Token::from(access_token),
                start_date: since.to_string(),
                end_date: today.to_string(),
                options: Some(options),
            };
            let read = |answer: &_| {
                let rows: TradeRows<'_> = decode(answer)?;
                let size = rows.investment_transactions.len() as u64;
                let securities = convert::securities(&rows.securities);
                Ok((convert::trades(&rows), securities, size, rows.total_investment_transactions))
            };
            let page = self.call_with(Endpoint::TradesGet, Bearer::Access(access_token), &request, read).await?;
            let ((trades, unread), securities, size, total) = page;
            found.trades.extend(trades.into_iter().filter(|trade| ids.insert(trade.id.clone())));
            found.securities.extend(securities);
            refused.extend(unread);
            offset += size;
            if size == 0 || offset >= total {
                return Ok((ProductReport::Trades(found), refused));
            }
        }
        Err(PlaidError::EndlessCursor { reason: "its trades have no end", pages: self.bounds().pages })
    }
}
