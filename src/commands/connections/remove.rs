//! `bursar connections remove`.

use serde::Serialize;

use crate::{
    commands::{bank, candidates},
    context::Context,
    domain::{ids::ConnectionId, provider::manner, standing::ConnectionState, views::ConnectionView},
    error::{Error, Kind, Result},
    ops::connections::{AtProvider, Removal, remove},
    render::{Fact, Facts, Sheet, ToSheet},
    store::{Contents, Store},
    vault::Right,
};

/// End a connection: Plaid stops reading the bank and stops billing it
///
/// Plaid is told first; then the connection goes from the vault. Its accounts and transactions stay, unless --purge. A
/// connection that is gone at Plaid already is removed all the same. It cannot be undone: linking the bank again makes a
/// new connection, and on Plaid's Trial plan a removed one does not come back to the count of ten.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  bursar connections remove platypus --dry-run\n  bursar connections remove c2\n  \
    bursar connections remove c2 --purge --yes   # its history too")]
pub(crate) struct Args {
    /// Connection: id or name
    #[arg(value_name = "CONN", add = candidates::connections())]
    connection: String,
    /// Delete its accounts and transactions too, with your notes, tags and categories on them
    #[arg(long)]
    purge: bool,
    /// Do not tell Plaid: for a token that Plaid no longer takes. A bill may go on
    #[arg(long)]
    local: bool,
}

/// `connections remove --json`.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub(crate) struct Ending {
    /// The connection.
    id: ConnectionId,
    /// Its name.
    name: String,
    /// What Plaid knows of it now; `null` for a plan (--dry-run).
    provider: Option<AtProvider>,
    /// What it is to know, for the plan.
    #[serde(skip)]
    word: Word,
    /// What the vault has of it before.
    contents: Contents,
    /// Whether that is deleted.
    purged: bool,
    /// What was joined to other connections or from them, and is parted no more after a purge.
    #[serde(skip)]
    joined: Vec<Joined>,
}

/// Accounts that went on under another connection.
#[derive(Debug)]
struct Joined {
    count: usize,
    old: ConnectionId,
    new: ConnectionId,
}

/// The joinings that a connection has a part in.
fn joinings(book: &Store, id: ConnectionId) -> Result<Vec<Joined>> {
    let mut joined = Vec::new();
    for other in book.connections()?.iter().map(|connection| connection.id).filter(|other| *other != id) {
        for (old, new) in [(id, other), (other, id)] {
            let count = book.adopted(old, new)?.len();
            if count > 0 {
                joined.push(Joined { count, old, new });
            }
        }
    }
    Ok(joined)
}

/// What the provider is told of the end, and who it is.
#[derive(Debug, Clone, Copy)]
struct Word {
    provider: &'static str,
    telling: Telling,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Telling {
    /// A call ends it there.
    Call,
    /// Nothing is to be told: it was removed before.
    Past,
    /// Nothing, because that was not wanted.
    Unwanted,
    /// Nothing, because only its owner can end it, at this place.
    ByHand(&'static str),
}

impl Word {
    /// What stands in the plan.
    fn sentence(self) -> String {
        let Self { provider, telling } = self;
        match telling {
            Telling::Call => format!(
                "{provider} ends it, and its monthly bill with it. This cannot be undone: linking the bank again makes a new\n\
                 connection, and on Plaid's Trial plan a removed one does not come back to the count of ten."
            ),
            Telling::Past => format!("It was removed before; {provider} is not told again."),
            Telling::Unwanted => {
                format!("{provider} is NOT told: if it still has the connection, its monthly bill goes on.")
            }
            Telling::ByHand(place) => {
                format!("{provider} is NOT told, because it cannot be: disable this access {place}.")
            }
        }
    }
}

impl Args {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        context.unlock_for_admin()?;
        let book = context.book()?;
        let found = book.find_connection(&self.connection)?;
        let contents = book.contents_of(found.id)?;
        let joined = if self.purge { joinings(&book, found.id)? } else { Vec::new() };
        drop(book);
        let (name, word) = (found.name.clone(), self.word(&found));
        let mut ending = Ending { id: found.id, name, provider: None, word, contents, purged: self.purge, joined };
        context.ui.status(&ending.plan());
        if context.settings.dry_run {
            return context.present(&ending);
        }
        let consent = if self.purge { "purge" } else { "remove" };
        if !context.ui.confirm_typed(consent)? {
            let sentence = format!("{} stays as it is, because you did not type {consent}", found.id);
            return Err(Error::new(Kind::Refused, "not_confirmed", sentence).again_with("--yes"));
        }
        let removal = Removal { id: found.id, purge: self.purge };
        let event = context.event("connection.remove", Some(found.id.to_string()));
        ending.provider = Some(if word.telling == Telling::Call {
            bank::with(context, Right::Admin, |bank, mut book| Ok(remove(&mut book, &event, Some(bank), removal)?))?
        } else {
            remove(&mut context.book_mut()?, &event, None, removal)?
        });
        context.present(&ending)?;
        if matches!(word.telling, Telling::ByHand(_)) {
            context.ui.warn(&word.sentence());
        }
        Ok(())
    }

    fn word(&self, found: &ConnectionView) -> Word {
        let manner = manner(&found.provider);
        let telling = match (found.state, manner.by_hand) {
            (ConnectionState::Removed, _) => Telling::Past,
            (_, Some(place)) => Telling::ByHand(place),
            (_, None) if self.local => Telling::Unwanted,
            (_, None) => Telling::Call,
        };
        Word { provider: manner.name, telling }
    }
}

impl Ending {
    /// What will happen, and what it costs.
    fn plan(&self) -> String {
        let Contents { accounts, accounts_gone, transactions } = self.contents;
        let accounts = accounts + accounts_gone;
        let history = if self.purged {
            format!("{accounts} accounts and {transactions} transactions are deleted, with your edits.")
        } else {
            format!("{accounts} accounts and {transactions} transactions stay as they are.")
        };
        let joined = self.joined.iter().map(|one| self.of_joined(one)).collect::<String>();
        format!("{} ({}) is removed.\n{}\n{history}{joined}", self.id, self.name, self.word.sentence())
    }

    /// What becomes of accounts that were joined.
    fn of_joined(&self, Joined { count, old, new }: &Joined) -> String {
        let fate = if *old == self.id {
            format!("{count} of its accounts go on under {new} and stay with all they have")
        } else {
            format!("{count} of its accounts came from {old}, and their older history is deleted too")
        };
        format!("\n{fate}; `bursar connections adopt {old} {new} --undo` cannot part them any more.")
    }
}

impl ToSheet for Ending {
    fn to_sheet(&self) -> Sheet {
        let told = match (self.provider, self.word.telling) {
            (None, Telling::Call) => "will be told",
            (None, _) => "will not be told",
            (Some(AtProvider::Ended), _) => "ended it",
            (Some(AtProvider::Gone), _) => "had it no more",
            (Some(AtProvider::NotTold), _) => "was not told",
        };
        let Contents { accounts, accounts_gone, transactions } = self.contents;
        let accounts = accounts + accounts_gone;
        let history = format!("{accounts} accounts, {transactions} transactions");
        Facts(vec![
            Fact::new("id", "Connection", format!("{} ({})", self.id, self.name)),
            Fact::new("provider", self.word.provider, told),
            Fact::new("contents", if self.purged { "Deleted" } else { "Kept" }, history),
        ])
        .to_sheet()
    }
}
