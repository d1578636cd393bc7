//! `bursar metrics`.

use crate::{
    commands::{link, live},
    context::Context,
    domain::{calls::CallBook, dates::Date, provider::manner, standing::ConnectionState},
    error::Result,
    ops::provider,
    render,
    reports::metrics::{self, ConnectionMetrics, Limits, Metrics},
};

/// Calls of banks' providers: counts, errors, times, what the limits leave
///
/// Counted on this machine, in the vault, and sent to nobody: 400 days by endpoint and outcome, never what was asked or
/// answered. Which calls may be billed is Plaid's page on billing; your plan may charge less, or nothing.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  bursar metrics\n  bursar metrics --since 2026-03-01 --json\n  bursar metrics --prometheus -o bursar.prom"
)]
pub(crate) struct Args {
    /// From this day on (UTC); otherwise all that is kept
    #[arg(long, value_name = "DATE")]
    since: Option<Date>,
    /// Print the text format of Prometheus (0.0.4)
    #[arg(long)]
    prometheus: bool,
}

impl Args {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        let metrics = self.metrics(context)?;
        if self.prometheus { context.emit(&render::exposition(&metrics)) } else { context.present(&metrics) }
    }

    fn metrics(&self, context: &mut Context) -> Result<Metrics> {
        let (now, config) = (context.clock.now(), context.settings.config.clone());
        let book = context.book()?;
        let calls: CallBook = book.calls(self.since)?;
        let today = book.connection_calls(now)?;
        let mut connections = Vec::new();
        for connection in book.connections()? {
            if connection.state != ConnectionState::Removed {
                connections.push(ConnectionMetrics {
                    id: connection.id,
                    max_calls_per_day: manner(&connection.provider).calls_per_day,
                    name: connection.name,
                    calls_today: today.get(&connection.id).copied().unwrap_or_default(),
                    syncs_today: book.syncs_on_day(connection.id, now)?,
                });
            }
        }
        let environment = book.environment()?;
        let limits = Limits {
            items_made: provider::connections_made(&book, &environment)?,
            max_items: link::plan(&environment, config.plaid.max_items),
            billable_today: book.billable_on_day(now)?,
            max_billable_per_day: live::per_day(context),
            max_syncs_per_day: config.sync.max_per_day.filter(|most| *most > 0),
        };
        Ok(metrics::build(self.since, &calls, connections, limits, provider::billing))
    }
}
