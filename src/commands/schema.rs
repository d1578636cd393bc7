//! `bursar schema COMMAND`: the JSON Schema of what a command prints with --json.

use schemars::Schema;

use crate::{
    context::Context,
    domain::views,
    error::{Error, Kind, Result},
    reports,
};

type MakeSchema = fn() -> Schema;

/// Every command with machine output, and how to get its schema.
const SCHEMAS: &[(&str, MakeSchema)] = &[
    ("accounts", || schemars::schema_for!(views::Accounts)),
    ("accounts edit", || schemars::schema_for!(views::AccountView)),
    ("accounts show", || schemars::schema_for!(views::AccountView)),
    ("audit", || schemars::schema_for!(views::Listing<views::AuditEntry>)),
    ("audit show", || schemars::schema_for!(views::AuditDetail)),
    ("audit verify", || schemars::schema_for!(views::Verdict)),
    ("audit anchor", || schemars::schema_for!(views::AuditAnchor)),
    ("config", || schemars::schema_for!(super::config::Entries)),
    ("connections", || schemars::schema_for!(views::Listing<views::ConnectionView>)),
    ("connections adopt", || schemars::schema_for!(super::connections::Adopted)),
    ("connections remove", || schemars::schema_for!(super::connections::Ending)),
    ("connections rotate", || schemars::schema_for!(super::connections::Rotated)),
    ("connections show", || schemars::schema_for!(super::connections::Shown)),
    ("doctor", || schemars::schema_for!(views::CheckReport)),
    ("incident", || schemars::schema_for!(super::incident::Incident)),
    ("init", || schemars::schema_for!(super::init::Initialised)),
    ("keys", || schemars::schema_for!(views::Listing<views::KeyView>)),
    ("keys totp", || schemars::schema_for!(super::keys::totp::Status)),
    ("keys add", || schemars::schema_for!(views::KeyView)),
    ("keys expire", || schemars::schema_for!(views::KeyView)),
    ("keys passwd", || schemars::schema_for!(views::KeyView)),
    ("keys recovery", || schemars::schema_for!(views::KeyView)),
    ("keys remove", || schemars::schema_for!(views::KeyView)),
    ("keys rotate", || schemars::schema_for!(super::keys::rotate::Rotated)),
    ("link", || schemars::schema_for!(super::link::LinkReport)),
    ("lock", || schemars::schema_for!(views::Ended)),
    ("members", || schemars::schema_for!(views::Listing<views::MemberView>)),
    ("members add", || schemars::schema_for!(views::MemberView)),
    ("members share", || schemars::schema_for!(super::members::share::Shared)),
    ("notify", || schemars::schema_for!(views::Listing<views::AlertView>)),
    ("notify test", || schemars::schema_for!(crate::domain::alerts::Notice)),
    ("metrics", || schemars::schema_for!(reports::metrics::Metrics)),
    ("report", || schemars::schema_for!(reports::Report)),
    ("report holdings", || schemars::schema_for!(reports::holdings::Holdings)),
    ("report liabilities", || schemars::schema_for!(reports::liabilities::Liabilities)),
    ("report recurring", || schemars::schema_for!(reports::recurring::Recurring)),
    ("report summary", || schemars::schema_for!(reports::summary::Summary)),
    ("report utilization", || schemars::schema_for!(reports::utilization::Utilization)),
    ("review", || schemars::schema_for!(views::Review)),
    ("schedule", || schemars::schema_for!(views::Listing<super::schedule::ScheduleView>)),
    ("schedule print", || schemars::schema_for!(super::schedule::Plan)),
    ("sessions", || schemars::schema_for!(views::Listing<views::SessionView>)),
    ("sessions revoke", || schemars::schema_for!(views::Ended)),
    ("status", || schemars::schema_for!(super::status::Status)),
    ("sync", || schemars::schema_for!(views::SyncOutcome)),
    ("sync log", || schemars::schema_for!(views::Listing<crate::store::SyncRunView>)),
    ("transactions", || schemars::schema_for!(views::Listing<views::TransactionView>)),
    ("transactions show", || schemars::schema_for!(views::TransactionView)),
    ("unlock", || schemars::schema_for!(views::SessionView)),
    ("vault accept-older", || schemars::schema_for!(crate::ops::accept::Comparison)),
    ("vault backup", || schemars::schema_for!(crate::ops::backup::Backup)),
    ("vault restore", || schemars::schema_for!(crate::ops::backup::Restored)),
    ("vault inspect", || schemars::schema_for!(super::vault::Inspected)),
    ("vault check", || schemars::schema_for!(views::CheckReport)),
];

/// Print the JSON Schema of a command's --json output
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  bursar schema transactions\n  bursar schema report summary")]
pub(crate) struct Args {
    /// The command's words; none lists the commands that have a schema
    #[arg(value_name = "COMMAND")]
    command: Vec<String>,
}

impl Args {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        let wanted = self.command.join(" ");
        if wanted.is_empty() {
            let names: Vec<&str> = SCHEMAS.iter().map(|(name, _)| *name).collect();
            return context.emit(&format!("{}\n", names.join("\n")));
        }
        let (_, schema) = SCHEMAS.iter().find(|(name, _)| *name == wanted).ok_or_else(|| {
            Error::new(Kind::NotFound, "no_schema", format!("there is no schema of {wanted:?}")).hint("bursar schema")
        })?;
        context.emit(&format!("{}\n", serde_json::to_string_pretty(&schema())?))
    }
}
