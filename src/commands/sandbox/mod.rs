//! `bursar sandbox [serve|fault|reset-login]`.

mod fault;
mod reset_login;
mod serve;

use crate::{context::Context, error::Result};

/// The embedded Plaid-compatible sandbox, for trying things out and for tests
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    Serve(serve::Args),
    Fault(fault::Args),
    ResetLogin(reset_login::Args),
}

impl Args {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        match self.verb {
            Verb::Serve(args) => args.run(context),
            Verb::Fault(args) => args.run(context),
            Verb::ResetLogin(args) => args.run(context),
        }
    }
}
