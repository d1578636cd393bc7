//! `bursar connections show`.

use serde::Serialize;

use super::health::{self, Health};
use crate::{
    commands::candidates,
    context::Context,
    domain::{
        ids::ConnectionId,
        products::Product,
        views::{ConnectionView, Limit, ProductView, RefusedRow},
    },
    error::Result,
    ops::provider::NOT_CONSENTED,
    render::{Cell, Fact, Facts, Sheet, ToSheet},
    store::{Contents, SyncRunView},
};

/// Runs shown of the log.
const RUNS: u64 = 5;

/// One connection: how it stands, what went wrong last, what to do
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  bursar connections show platypus\n  bursar connections show platypus --health\n  bursar connections show c2 --json"
)]
pub(crate) struct Args {
    /// Connection: id or name
    #[arg(value_name = "CONN", add = candidates::connections())]
    connection: String,
    /// Ask Plaid how the bank itself fares: healthy, degraded or down, with shares of success; costs nothing
    #[arg(long)]
    health: bool,
}

/// `connections show --json`.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub(crate) struct Shown {
    #[serde(flatten)]
    connection: ConnectionView,
    /// What the vault has of it.
    contents: Contents,
    /// What it offers besides transactions, as far as it was asked.
    products: Vec<ProductView>,
    /// Rows of the bank that bursar cannot hold exactly and has not kept.
    refused_rows: Vec<RefusedRow>,
    /// The last syncs, newest first.
    runs: Vec<SyncRunView>,
    /// How the bank itself fares, by Plaid's measure; `null` without --health.
    health: Option<Health>,
}

impl Args {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        let now = context.clock.now();
        let book = context.book()?;
        let id = book.find_connection(&self.connection)?.id;
        let Some(connection) = book.connections_at(now)?.into_iter().find(|connection| connection.id == id) else {
            return Ok(());
        };
        let limit = Limit { limit: Some(RUNS), offset: 0 };
        let mut shown = Shown {
            contents: book.contents_of(id)?,
            products: book.products(id)?,
            refused_rows: book.refused_rows(id)?,
            runs: book.sync_log(Some(id), limit)?.items,
            connection,
            health: None,
        };
        drop(book);
        if self.health {
            shown.health = Some(health::ask(context, id)?);
        }
        context.present(&shown)?;
        if let Some(command) = shown.connection.action.filter(|_| !context.is_machine()) {
            context.ui.hint(&command);
        }
        Ok(())
    }
}

impl ToSheet for Shown {
    fn count(&self) -> u64 {
        1
    }

    fn to_sheet(&self) -> Sheet {
        let connection = &self.connection;
        let error = connection.last_error.as_ref();
        let mut facts = vec![
            Fact::new("id", "Id", connection.id.to_string()),
            Fact::new("name", "Name", connection.name.as_str()),
            Fact::new("institution", "Institution", connection.institution.as_ref()),
            Fact::new("state", "State", connection.state.words()),
            Fact::new("action", "Next", connection.action.as_ref()),
            Fact::new("error", "Error", connection.error.as_ref()),
            Fact::new("error_code", "Its code", error.map(|error| error.code.clone())),
            Fact::new("request_id", "Its request", error.and_then(|error| error.request_id.clone())),
            Fact::new("last_success_at", "Synced (UTC)", connection.last_success_at),
            Fact::new("bank_updated_at", "Bank's data of (UTC)", connection.bank_updated_at),
            Fact::new("consent_expires_at", "Consent ends (UTC)", connection.consent_expires_at),
            Fact::new("accounts", "Accounts", Cell::Number(self.contents.accounts)),
            Fact::new("accounts_gone", "No longer named", Some(self.contents.accounts_gone).filter(|count| *count > 0)),
            Fact::new("transactions", "Transactions", Cell::Number(self.contents.transactions)),
        ];
        facts.extend(self.products.iter().map(|view| product(view, connection.id)));
        let rows = self.refused_rows.iter().take(10).map(|row| {
            let text = format!("{} {}: {}", row.kind.as_str(), row.id, row.reason);
            Fact::new("refused", "Not kept", text)
        });
        facts.extend(rows);
        facts.extend(self.health.iter().flat_map(Health::facts));
        Facts(facts).to_sheet()
    }
}

fn product(view: &ProductView, connection: ConnectionId) -> Fact {
    let label = match view.product {
        Product::Liabilities => "Liabilities",
        Product::Investments => "Investments",
        Product::Trades => "Trades",
        Product::Recurring => "Regular payments",
    };
    let words = match view.code.as_deref() {
        None => "available".to_owned(),
        Some(NOT_CONSENTED) => {
            format!("not consented to ({NOT_CONSENTED}); `bursar link --repair {connection}` asks for it")
        }
        Some("PRODUCT_NOT_READY") => "not ready yet (PRODUCT_NOT_READY)".to_owned(),
        Some(code) if view.failed => format!("could not be read ({code}); what was known of it stays"),
        Some(code) => format!("not available ({code})"),
    };
    Fact::new(view.product.as_str(), label, words)
}
