//! `/liabilities/get` and `/investments/holdings/get`: each billed from its first call on, where a plan bills it.

use super::{
    client::{Bearer, Client},
    convert::{self, KnownCurrencies},
    endpoint::Endpoint,
    error::PlaidError,
    wire::{
        Token,
        investments::HoldingsGetResponse,
        liabilities::{LiabilitiesGetResponse, ProductGetRequest},
    },
};
use crate::{
    domain::products::{Product, ProductReport},
    secret::Secret,
};

impl Client {
    /// Reads a product of a connection; the currencies of its accounts are those of `known`.
    pub async fn product_get(
        &self,
        product: Product,
        access_token: &Secret<String>,
        known: &KnownCurrencies,
    ) -> Result<ProductReport, PlaidError> {
        let request = ProductGetRequest { access_token: Token::from(access_token), options: None };
        let bearer = Bearer::Access(access_token);
        Ok(match product {
            Product::Liabilities => {
                let answer: LiabilitiesGetResponse = self.call(Endpoint::LiabilitiesGet, bearer, &request).await?;
                ProductReport::Liabilities(convert::liabilities(answer.liabilities, known))
            }
            Product::Investments => {
                let answer: HoldingsGetResponse = self.call(Endpoint::HoldingsGet, bearer, &request).await?;
                ProductReport::Investments(convert::portfolio(answer.securities, answer.holdings))
            }
        })
    }
}
