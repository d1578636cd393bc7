//! `bursar sandbox serve`.

use serde::Serialize;

use crate::{
    context::Context,
    error::Result,
    sandbox::{self, Progress},
};

/// Serve the sandbox on 127.0.0.1 until interrupted
///
/// The first line of output is a JSON object with base_url, client_id, secret and simplefin_setup_token.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  bursar sandbox serve --port 0 --seed 7 --transactions 5000 &")]
pub(crate) struct Args {
    /// Port; 0 for any free one
    #[arg(long, default_value_t = 0, value_name = "PORT")]
    port: u16,
    /// The same seed and day always give the same banks
    #[arg(long, default_value_t = 1, value_name = "N")]
    seed: u64,
    /// This many transactions in a first account's history, made as they are asked for
    #[arg(long, value_name = "N")]
    transactions: Option<u64>,
    /// Hold to the rate limits of Plaid's sandbox
    #[arg(long)]
    rate_limits: bool,
}

/// The line that `sandbox serve` prints.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub(crate) struct Served {
    /// For BURSAR_PLAID_BASE_URL.
    base_url: String,
    /// For PLAID_CLIENT_ID.
    client_id: String,
    /// For PLAID_SECRET.
    secret: String,
    /// For `bursar link simplefin`; it can be claimed once.
    simplefin_setup_token: String,
}

impl Args {
    pub(super) fn run(self, context: &mut Context) -> Result<()> {
        let running = sandbox::Server::start(sandbox::Config {
            port: self.port,
            transactions: self.transactions,
            progress: if self.transactions.is_some() { Progress::AT_ONCE } else { Progress::LIKE_A_BANK },
            rate_limits: self.rate_limits,
            ..sandbox::Config::new(self.seed, context.clock.now())
        })?;
        let served = Served {
            base_url: running.base_url.clone(),
            client_id: running.client_id.clone(),
            secret: running.secret.clone(),
            simplefin_setup_token: running.setup_token(0),
        };
        context.emit(&format!("{}\n", serde_json::to_string(&served)?))?;
        context.ui.status("serving until interrupted; these are invented banks");
        context.runtime()?.block_on(until_stopped())?;
        Ok(())
    }
}

/// Waits for SIGINT or SIGTERM.
async fn until_stopped() -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminated = signal(SignalKind::terminate())?;
        tokio::select! {
            stopped = tokio::signal::ctrl_c() => stopped,
            _ = terminated.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}
