//! How a link ended, for the screen, for scripts and for the exit code.

use serde::Serialize;

use super::Fresh;
use crate::{
    domain::{
        ids::ConnectionId,
        standing::Remedy,
        sync::ItemError,
        views::{AccountMoves, NamedAccount, SyncOutcome},
    },
    error::{Error, Kind, Result},
    ops::link::{Beyond, Duplicate, Outcome, Repair, Sameness},
    plaid::LinkExit,
    render::{Sheet, ToSheet},
};

/// `link --json`.
#[derive(Debug, Default, Serialize, schemars::JsonSchema)]
pub(crate) struct LinkReport {
    /// New connections.
    pub(super) connections: Vec<NewConnection>,
    /// Connections that were not made, because their accounts or their bank are linked already.
    pub(super) duplicates: Vec<Known>,
    /// What was granted beyond the plan, and not made.
    pub(super) beyond_plan: Option<Beyond>,
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

/// A connection that is there already.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub(crate) struct Known {
    same: Sameness,
    connection: ConnectionId,
    name: String,
    accounts: Vec<String>,
}

impl LinkReport {
    /// Takes an outcome in; returns the connections to sync, or the error that the outcome is.
    pub(super) fn take(&mut self, outcome: Outcome, again: &str) -> Result<Fresh> {
        match outcome {
            Outcome::Finished { linked, duplicates, beyond } => {
                self.beyond_plan = beyond;
                let fresh = linked.iter().map(|connection| connection.id).collect();
                self.connections = linked
                    .into_iter()
                    .map(|new| NewConnection { id: new.id, institution: new.institution, accounts: new.accounts })
                    .collect();
                self.duplicates = duplicates
                    .into_iter()
                    .map(|Duplicate { sameness: same, connection, connection_name: name, accounts }| Known {
                        same,
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
            Outcome::Repaired { connection, error: Some((error, remedy)), .. } => {
                Err(still_broken(connection, &error, remedy))
            }
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
        let by_token = again.contains("simplefin");
        let allow = if again.contains("--institution") || by_token { again } else { "bursar link --resume" };
        if let Some(beyond) = &self.beyond_plan {
            return Err(self.beyond(beyond, allow));
        }
        let Some(known) = self.duplicates.first() else { return Ok(()) };
        let Known { same, connection, name, accounts } = known;
        let kind = if self.connections.is_empty() { Kind::Conflict } else { Kind::Partial };
        let (repair, add) =
            (format!("bursar link --repair {connection}"), format!("bursar link --add-accounts {connection}"));
        let linked = format!("{} linked already by {connection} ({name})", few(accounts));
        let (code, sentence, hints) = match same {
            // Where access is given by a token, the token says which accounts.
            Sameness::Accounts if by_token => {
                ("duplicate", format!("{linked}, and not linked a second time"), vec![repair])
            }
            Sameness::Accounts => ("duplicate", format!("{linked}, and not linked a second time"), vec![repair, add]),
            Sameness::Bank => (
                "same_bank",
                format!(
                    "{linked}; accounts of the same bank are added to it, without a second connection and its bill"
                ),
                vec![add],
            ),
            Sameness::Unread => (
                "duplicate",
                format!(
                    "{connection} ({name}) is linked already, its accounts are not known yet, and it is not linked a second time"
                ),
                vec![format!("bursar sync {connection}"), repair],
            ),
        };
        let error = hints.into_iter().fold(Error::new(kind, code, sentence), Error::hint);
        Err(error.hint(format!("{allow} --allow-duplicate")))
    }

    /// What the plan has no place for, and how it is still to be had.
    fn beyond(&self, Beyond { made, most, granted }: &Beyond, allow: &str) -> Error {
        let kind = if self.connections.is_empty() { Kind::Refused } else { Kind::Partial };
        let sentence = format!(
            "{made} connections were made of the {most} that the plan allows (plaid.max_items), and removed ones count; {granted} \
             more that the bank granted was not made, costs nothing, and can be had for six hours once the plan allows it"
        );
        Error::new(kind, "plan_items", sentence).hint("bursar config get plaid.max_items").hint(allow)
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

/// A connection that is as broken as before: what helps is what its error asks for, which may be another command.
fn still_broken(connection: ConnectionId, error: &ItemError, remedy: Remedy) -> Error {
    let request = error.request_id.as_deref().map_or_else(String::new, |id| format!(" (request {id})"));
    let message = error.message.trim_end_matches('.');
    let sentence = format!("{connection} is not mended yet: {}: {message}{request}", error.code);
    let (kind, code) = match remedy {
        Remedy::Nothing | Remedy::SignIn | Remedy::ChooseAccounts | Remedy::ActAtBank | Remedy::ActAtProvider => {
            (Kind::Reauth, "reauth")
        }
        Remedy::Replace | Remedy::Gone => (Kind::NotFound, "connection_gone"),
        Remedy::Wait => (Kind::Unavailable, "bank_unavailable"),
        Remedy::Keys => (Kind::Auth, "plaid_keys"),
        Remedy::Plan | Remedy::Setup | Remedy::Retire | Remedy::Report => (Kind::Refused, "refused"),
    };
    let next = remedy.command(connection).unwrap_or_else(|| format!("bursar link --repair {connection}"));
    Error::new(kind, code, sentence).hint(next)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{error::Hint, plaid::action_of};

    #[test]
    fn a_repair_in_vain_names_what_its_error_asks_for() {
        for (code, kind, hint) in [
            ("ITEM_LOGIN_REQUIRED", Kind::Reauth, "bursar link --repair c1"),
            ("ITEM_LOCKED", Kind::Reauth, "bursar link --repair c1"),
            ("NO_ACCOUNTS", Kind::Reauth, "bursar link --add-accounts c1"),
            ("USER_PERMISSION_REVOKED", Kind::NotFound, "bursar connections remove c1"),
            ("ITEM_NOT_FOUND", Kind::NotFound, "bursar connections remove c1"),
            ("INSTITUTION_DOWN", Kind::Unavailable, "bursar sync c1"),
            ("UNAUTHORIZED_INSTITUTION", Kind::Refused, "bursar sync c1"),
            ("INVALID_API_KEYS", Kind::Auth, "bursar config plaid"),
        ] {
            let said = ItemError { code: code.to_owned(), message: "Words.".to_owned(), request_id: None };
            let error = still_broken(ConnectionId(1), &said, action_of("ITEM_ERROR", code).remedy());
            assert_eq!((error.kind, error.hints), (kind, vec![Hint::Command(hint.to_owned())]), "{code}");
            assert_eq!(error.message, format!("c1 is not mended yet: {code}: Words"));
        }
    }

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
