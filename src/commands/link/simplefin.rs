//! `bursar link simplefin`.

use std::path::PathBuf;

use super::{conclude, outcome::few};
use crate::{
    commands::{bank, candidates},
    context::{Context, Keyless},
    domain::ids::ConnectionId,
    error::{Error, Kind, Result},
    ops::{
        link::{
            Duplicate, Outcome, Stop,
            simplefin::{self, Wish},
        },
        recover::recover,
        secrets,
    },
    plaid::Environment,
    secret::Secret,
    simplefin::Client,
    ui::PromptError,
    vault::Right,
};

/// Connect banks through SimpleFIN Bridge instead of Plaid
///
/// Make a setup token at the Bridge (https://bridge.simplefin.org) and give it here: at the prompt, from a file or from the
/// standard input, never as an argument. It can be claimed once. No Plaid keys are needed. A server allows about 24 calls
/// a day; bursar counts them and asks no more than that.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  bursar link simplefin\n  bursar link simplefin --token-file token.txt --name \"My banks\"\n  \
    bursar link simplefin --repair c2     # a new setup token for the same connection"
)]
pub(crate) struct Args {
    /// Read the setup token from this file; - for the standard input
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// Your name for the connection
    #[arg(long, value_name = "NAME", conflicts_with = "repair")]
    name: Option<String>,
    /// Give this connection a new setup token; it keeps its accounts and history
    #[arg(long, value_name = "CONN", add = candidates::connections())]
    repair: Option<String>,
    /// Link accounts again that are linked already
    #[arg(long, conflicts_with = "repair")]
    allow_duplicate: bool,
    /// Do not fetch the history now
    #[arg(long)]
    no_sync: bool,
}

const AGAIN: &str = "bursar link simplefin";
/// What answers the question for the setup token where nobody can be asked: the standard input.
const TOKEN_FILE: &str = "--token-file -";

impl Args {
    /// What `link --repair` means for a connection of SimpleFIN.
    pub(super) fn repair(connection: ConnectionId, no_sync: bool) -> Self {
        let repair = Some(connection.to_string());
        Self { token_file: None, name: None, repair, allow_duplicate: false, no_sync }
    }

    pub(super) fn run(self, context: &mut Context) -> Result<()> {
        let repair = match &self.repair {
            Some(named) => Some(context.book()?.find_connection(named)?.id),
            None => None,
        };
        if context.settings.dry_run {
            context.ui.status("would claim a SimpleFIN setup token and link the banks behind it");
            return Ok(());
        }
        context.require(Right::Write)?;
        context.require_network()?;
        if repair.is_none() {
            consent(context)?;
        }
        let sandbox = context.bank_environment()? == Environment::Sandbox;
        let client = Client::new(sandbox, context.meter()?);
        let token = client.setup_token(&self.token(context, repair)?)?;
        let wish = Wish { token: &token, name: self.name.as_deref(), repair };
        let mut ui = context.ui.again();
        let mut asking = context.ui.again();
        let allow = self.allow_duplicate;
        let mut again = |twin: &Duplicate| allow || link_again(&mut asking, twin);
        let outcome = bank::with_client(context, (Right::Write, Err(Keyless::Missing)), |bank, mut book| {
            let stop = Stop::on_interrupt(bank.runtime);
            bank::recovered(&mut ui, &recover(bank, &mut book)?);
            drop(book);
            Ok(simplefin::link((bank, &client), &wish, &stop, &mut again)?)
        })?;
        self.report(context, outcome)
    }

    fn report(&self, context: &mut Context, outcome: simplefin::Outcome) -> Result<()> {
        let outcome = match outcome {
            simplefin::Outcome::Linked(linked) => {
                Outcome::Finished { linked: vec![linked], duplicates: Vec::new(), beyond: None }
            }
            simplefin::Outcome::Repaired(connection) => Outcome::Repaired { connection, error: None, moves: None },
            simplefin::Outcome::Duplicate(twin) => {
                context.ui.warn("the setup token is used up, and bursar kept nothing of it: disable it at the Bridge");
                Outcome::Finished { linked: Vec::new(), duplicates: vec![twin], beyond: None }
            }
        };
        conclude(context, outcome, self.no_sync, AGAIN)
    }

    fn token(&self, context: &mut Context, repair: Option<ConnectionId>) -> Result<Secret<String>> {
        match (&self.token_file, repair) {
            (Some(file), _) if file.as_os_str() == "-" => Ok(secrets::from_descriptor(0)?),
            (Some(file), _) => Ok(secrets::from_file(file)?),
            (None, repair) => match (context.ui.secret("SimpleFIN setup token", TOKEN_FILE), repair) {
                // It may have been typed as `link --repair`, which reads no file.
                (Err(error @ PromptError::NotInteractive { .. }), Some(id)) => {
                    let hint = format!("{AGAIN} --repair {id} {TOKEN_FILE}");
                    Err(Error::new(Kind::Usage, "needs_answer", error.to_string()).hint(hint))
                }
                (answer, _) => Ok(answer?),
            },
        }
    }
}

fn link_again(ui: &mut crate::ui::Ui, twin: &Duplicate) -> bool {
    let profile = ui.profile();
    // --yes agrees to a link, not to having the same accounts twice.
    if !profile.interactive || profile.yes {
        return false;
    }
    let Duplicate { connection, connection_name, accounts, .. } = twin;
    ui.warn(&format!("{} linked already by {connection} ({connection_name})", few(accounts)));
    ui.confirm("Link the same accounts a second time?").unwrap_or(false)
}

/// Asks for the consent that is recorded with the connection.
fn consent(context: &mut Context) -> Result<()> {
    if !context.ui.profile().yes {
        context.ui.status(
            "bursar will read accounts, balances and transactions of the banks that you chose at the SimpleFIN server,\n\
             and keep them in this vault and nowhere else. The server keeps its own copy under its own terms.\n\
             `bursar connections` shows every connection.",
        );
    }
    if context.ui.confirm("Go on?")? {
        return Ok(());
    }
    Err(Error::new(Kind::Refused, "no_consent", "nothing was linked, because you did not agree").hint(AGAIN))
}
