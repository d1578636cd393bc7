//! How a link ended, for the screen, for scripts and for the exit code.

use serde::Serialize;

use super::Fresh;
use crate::{
    domain::{
        ids::ConnectionId,
        sync::ItemError,
        views::{AccountMoves, NamedAccount, SyncOutcome},
    },
    error::{Error, Kind, Result},
    ops::link::{Duplicate, Outcome, Repair},
    plaid::LinkExit,
    render::{Sheet, ToSheet},
};

/// `link --json`.
#[derive(Debug, Default, Serialize, schemars::JsonSchema)]
pub(crate) struct LinkReport {
    /// New connections.
    pub(super) connections: Vec<NewConnection>,
    /// Connections that were not made, because their accounts are linked already.
    pub(super) duplicates: Vec<Known>,
    /// The connection that was mended.
    pub(super) repaired: Option<ConnectionId>,
    /// What changed among its accounts; `null` where nothing was mended, or they could not be read yet.
    pub(super) moves: Option<Moves>,
    /// What the first sync brought; `null` with --no-sync.
    pub(super) sync: Option<SyncOutcome>,
}

/// A new connection.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub(crate) struct NewConnection {
    id: ConnectionId,
    institution: Option<String>,
    accounts: Vec<String>,
}

/// Accounts that came or went with a sign-in.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub(crate) struct Moves {
    /// New ones, and those that are named again.
    came: Vec<NamedAccount>,
    /// Those that are named no more; they count as closed, and their history stays.
    gone: Vec<NamedAccount>,
}

impl From<AccountMoves> for Moves {
    fn from(moves: AccountMoves) -> Self {
        Self { came: moves.came.into_iter().chain(moves.back).collect(), gone: moves.gone }
    }
}

impl Moves {
    /// `signed in again; new: Plaid CD; gone: Plaid IRA`.
    fn words(&self) -> String {
        let names = |accounts: &[NamedAccount]| {
            accounts.iter().map(|account| account.name.as_str()).collect::<Vec<_>>().join(", ")
        };
        let came = (!self.came.is_empty()).then(|| format!("; new: {}", names(&self.came)));
        let gone = (!self.gone.is_empty()).then(|| format!("; gone: {}", names(&self.gone)));
        match (came, gone) {
            (None, None) => "signed in again; the accounts are the same".to_owned(),
            (came, gone) => format!("signed in again{}{}", came.unwrap_or_default(), gone.unwrap_or_default()),
        }
    }
}

/// Accounts that are linked already.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub(crate) struct Known {
    connection: ConnectionId,
    name: String,
    accounts: Vec<String>,
}

impl LinkReport {
    /// Takes an outcome in; returns the connections to sync, or the error that the outcome is.
    pub(super) fn take(&mut self, outcome: Outcome, again: &str) -> Result<Fresh> {
        match outcome {
            Outcome::Finished { linked, duplicates } => {
                let fresh = linked.iter().map(|connection| connection.id).collect();
                self.connections = linked
                    .into_iter()
                    .map(|new| NewConnection { id: new.id, institution: new.institution, accounts: new.accounts })
                    .collect();
                self.duplicates = duplicates
                    .into_iter()
                    .map(|Duplicate { connection, connection_name: name, accounts }| Known {
                        connection,
                        name,
                        accounts,
                    })
                    .collect();
                Ok(fresh)
            }
            Outcome::Repaired { connection, error: None, moves } => {
                self.repaired = Some(connection);
                self.moves = moves.map(Moves::from);
                Ok(vec![connection])
            }
            Outcome::Repaired { connection, error: Some(error), .. } => Err(still_broken(connection, &error)),
            Outcome::Left(exit, repair) => Err(left(&exit, repair, again)),
            Outcome::Expired(repair) => {
                Err(unfinished("link_expired", "nobody finished at the bank's page in time", repair, again))
            }
        }
    }

    /// Whether nothing came of it.
    pub(super) fn is_empty(&self) -> bool {
        self.connections.is_empty() && self.repaired.is_none()
    }

    /// The exit code's side of it: a link that made nothing new is a conflict.
    pub(super) fn verdict(&self, again: &str) -> Result<()> {
        let Some(known) = self.duplicates.first() else { return Ok(()) };
        let names = few(&known.accounts);
        let sentence =
            format!("{names} linked already by {} ({}), and not linked a second time", known.connection, known.name);
        let kind = if self.connections.is_empty() { Kind::Conflict } else { Kind::Partial };
        let by_token = again.contains("simplefin");
        let allow = if again.contains("--institution") || by_token { again } else { "bursar link --resume" };
        let mut error =
            Error::new(kind, "duplicate", sentence).hint(format!("bursar link --repair {}", known.connection));
        // Where access is given by a token, the token says which accounts.
        if !by_token {
            error = error.hint(format!("bursar link --add-accounts {}", known.connection));
        }
        Err(error.hint(format!("{allow} --allow-duplicate")))
    }
}

impl ToSheet for LinkReport {
    fn to_sheet(&self) -> Sheet {
        let brought = |id: ConnectionId| {
            let line = self.sync.as_ref().and_then(|sync| sync.connections.iter().find(|line| line.id == id));
            line.map_or_else(String::new, |line| line.added.to_string())
        };
        let linked = self.connections.iter().map(|new| {
            let bank = new.institution.clone().unwrap_or_default();
            [new.id.to_string(), bank, new.accounts.len().to_string(), brought(new.id)]
        });
        let words = || self.moves.as_ref().map_or_else(|| "signed in again".to_owned(), Moves::words);
        let mended = self.repaired.map(|id| [id.to_string(), words(), String::new(), brought(id)]);
        Sheet::of_text(&["Connection", "Institution", "Accounts", "Transactions"], linked.chain(mended))
    }
}

/// Names at most three of the accounts, with the verb.
pub(super) fn few(accounts: &[String]) -> String {
    match accounts {
        [one] => format!("{one} is"),
        [some @ .., last] if some.len() < 3 => format!("{} and {last} are", some.join(", ")),
        [first, second, rest @ ..] => format!("{first}, {second} and {} more accounts are", rest.len()),
        [] => "these accounts are".to_owned(),
    }
}

fn left(exit: &LinkExit, repair: Option<Repair>, again: &str) -> Error {
    let Some(code) = &exit.error_code else {
        return unfinished("link_cancelled", "the bank's page was closed before the end", repair, again);
    };
    let words = exit.message.as_deref().map_or_else(String::new, |message| format!(": {message}"));
    let request = exit.request_id.as_deref().map_or_else(String::new, |id| format!(" (request {id})"));
    unfinished("link_failed", &format!("the bank's page ended with {code}{words}{request}"), repair, again)
}

/// A page of which nothing came. What was to be mended is mended by its own command: a new link would make a second connection.
fn unfinished(code: &'static str, what: &str, repair: Option<Repair>, again: &str) -> Error {
    let (kept, hint) = match repair {
        None => ("nothing was linked".to_owned(), again.to_owned()),
        Some(Repair { connection, choose_accounts }) => {
            let aim = if choose_accounts { "--add-accounts" } else { "--repair" };
            (format!("{connection} stays as it was"), format!("{again} {aim} {connection}"))
        }
    };
    Error::new(Kind::Refused, code, format!("{what}; {kept}")).hint(hint)
}

fn still_broken(connection: ConnectionId, error: &ItemError) -> Error {
    let request = error.request_id.as_deref().map_or_else(String::new, |id| format!(" (request {id})"));
    let sentence = format!("{connection} is not mended yet: {}: {}{request}", error.code, error.message);
    Error::new(Kind::Reauth, "reauth", sentence).hint(format!("bursar link --repair {connection}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_a_few_accounts_and_counts_the_rest() {
        let names = |count: usize| {
            ["A", "B", "C", "D", "E"].iter().take(count).map(|&name| name.to_owned()).collect::<Vec<_>>()
        };
        let said: Vec<String> = (1..=5).map(|count| few(&names(count))).collect();
        assert_eq!(
            said,
            ["A is", "A and B are", "A, B and C are", "A, B and 2 more accounts are", "A, B and 3 more accounts are"]
        );
    }
}
