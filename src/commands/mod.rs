//! One file a command: its arguments beside what it does; the path is the command line.
//!
//! A command translates: from arguments to an op or a query, from an outcome to the screen. No SQL, no HTTP, no
//! cryptography here.

mod accounts;
mod audit;
mod bank;
mod candidates;
mod completions;
mod config;
mod connections;
#[cfg(feature = "sandbox")]
mod demo;
mod doctor;
mod generate;
mod help;
mod incident;
mod init;
mod keys;
mod link;
mod live;
mod lock;
mod members;
mod metrics;
mod notify;
mod report;
mod review;
#[cfg(feature = "sandbox")]
mod sandbox;
mod schedule;
mod schema;
mod selection;
mod sessions;
mod status;
mod sync;
mod transactions;
mod unlock;
mod vault;

use clap::Subcommand;

pub(crate) use completions::COMPLETE_VARIABLE;

use crate::{context::Context, error::Result};

/// Every command; the order is that of `--help`.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Init(init::Args),
    #[cfg(feature = "sandbox")]
    Demo(demo::Args),
    Status(status::Args),
    Doctor(doctor::Args),
    Unlock(unlock::Args),
    Lock(lock::Args),
    Sessions(sessions::Args),
    Link(link::Args),
    Connections(connections::Args),
    Sync(sync::Args),
    Schedule(schedule::Args),
    Notify(notify::Args),
    Accounts(accounts::Args),
    #[command(visible_alias = "tx")]
    Transactions(transactions::Args),
    Report(report::Args),
    Keys(keys::Args),
    Members(members::Args),
    Vault(vault::Args),
    Incident(incident::Args),
    Audit(audit::Args),
    Review(review::Args),
    Metrics(metrics::Args),
    Config(config::Args),
    Completions(completions::Args),
    Schema(schema::Args),
    Help(help::Args),
    #[cfg(feature = "sandbox")]
    Sandbox(sandbox::Args),
    #[command(hide = true)]
    Generate(generate::Args),
}

/// The command line itself, for the few commands that are about it: handed down, so that arrows go down only.
pub(crate) struct Program {
    /// Everything that can be typed, as clap knows it.
    pub(crate) definition: fn() -> clap::Command,
    /// Runs one more line of words in a context that exists already.
    #[cfg_attr(not(feature = "sandbox"), expect(dead_code, reason = "only the demo plays other commands"))]
    pub(crate) run: fn(&[&str], &mut Context) -> Result<()>,
}

/// Runs a command; none is `status`.
pub(crate) fn run(command: Option<Command>, program: &Program, context: &mut Context) -> Result<()> {
    match command {
        None => status::Args::default().run(context),
        Some(Command::Init(args)) => args.run(context),
        #[cfg(feature = "sandbox")]
        Some(Command::Demo(args)) => args.run(program, context),
        Some(Command::Status(args)) => args.run(context),
        Some(Command::Doctor(args)) => args.run(context),
        Some(Command::Unlock(args)) => args.run(context),
        Some(Command::Lock(args)) => args.run(context),
        Some(Command::Sessions(args)) => args.run(context),
        Some(Command::Link(args)) => args.run(context),
        Some(Command::Connections(args)) => args.run(context),
        Some(Command::Sync(args)) => args.run(context),
        Some(Command::Schedule(args)) => args.run(context),
        Some(Command::Notify(args)) => args.run(context),
        Some(Command::Accounts(args)) => args.run(context),
        Some(Command::Transactions(args)) => args.run(context),
        Some(Command::Report(args)) => args.run(context),
        Some(Command::Members(args)) => args.run(context),
        Some(Command::Keys(args)) => args.run(context),
        Some(Command::Vault(args)) => args.run(context),
        Some(Command::Incident(args)) => args.run(context),
        Some(Command::Audit(args)) => args.run(context),
        Some(Command::Review(args)) => args.run(context),
        Some(Command::Metrics(args)) => args.run(context),
        Some(Command::Config(args)) => args.run(context),
        Some(Command::Completions(args)) => args.run(context),
        Some(Command::Schema(args)) => args.run(context),
        Some(Command::Help(args)) => args.run((program.definition)(), context),
        #[cfg(feature = "sandbox")]
        Some(Command::Sandbox(args)) => args.run(context),
        Some(Command::Generate(args)) => args.run((program.definition)(), context),
    }
}
