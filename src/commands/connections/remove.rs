//! `bursar connections remove`.

use serde::Serialize;

use crate::{
    commands::{bank, candidates},
    context::Context,
    domain::{ids::ConnectionId, standing::ConnectionState, views::ConnectionView},
    error::{Error, Kind, Result},
    ops::{
        connections::{AtProvider, Removal, remove},
        provider::SIMPLEFIN,
    },
    render::{Fact, Facts, Sheet, ToSheet},
    store::Contents,
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
    /// What the vault has of it before.
    contents: Contents,
    /// Whether that is deleted.
    purged: bool,
}

/// What bursar cannot do for a connection of SimpleFIN.
const BY_HAND: &str = "The SimpleFIN server is NOT told, because it cannot be: disable this access on its site (My Account, Connected apps).";

impl Args {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        context.unlock_for_admin()?;
        let book = context.book()?;
        let found = book.find_connection(&self.connection)?;
        let contents = book.contents_of(found.id)?;
        drop(book);
        let mut ending =
            Ending { id: found.id, name: found.name.clone(), provider: None, contents, purged: self.purge };
        if context.settings.dry_run || !context.ui.profile().yes {
            context.ui.status(&self.plan(&found, contents));
        }
        if context.settings.dry_run {
            return context.present(&ending);
        }
        let word = if self.purge { "purge" } else { "remove" };
        if !context.ui.confirm_typed(word)? {
            let sentence = format!("{} stays as it is, because you did not type {word}", found.id);
            return Err(Error::new(Kind::Refused, "not_confirmed", sentence).again_with("--yes"));
        }
        let removal = Removal { id: found.id, purge: self.purge };
        let event = context.event("connection.remove", Some(found.id.to_string()));
        let by_hand = found.provider == SIMPLEFIN;
        let alone = self.local || by_hand || found.state == ConnectionState::Removed;
        ending.provider = Some(if alone {
            remove(&mut context.book_mut()?, &event, None, removal)?
        } else {
            bank::with(context, Right::Admin, |bank, mut book| Ok(remove(&mut book, &event, Some(bank), removal)?))?
        });
        context.present(&ending)?;
        if by_hand && found.state != ConnectionState::Removed {
            context.ui.warn(BY_HAND);
        }
        Ok(())
    }

    /// What will happen, and what it costs.
    fn plan(&self, found: &ConnectionView, contents: Contents) -> String {
        let Contents { accounts, transactions } = contents;
        let plaid = match (found.state, self.local) {
            _ if found.provider == SIMPLEFIN => BY_HAND,
            (ConnectionState::Removed, _) => "Plaid was told when it was removed.",
            (_, true) => "Plaid is NOT told: if it still has the connection, its monthly bill goes on.",
            (_, false) => {
                "Plaid ends it, and its monthly bill with it. This cannot be undone: linking the bank again makes a new\n\
                 connection, and on Plaid's Trial plan a removed one does not come back to the count of ten."
            }
        };
        let history = if self.purge {
            format!("{accounts} accounts and {transactions} transactions are deleted, with your edits.")
        } else {
            format!("{accounts} accounts and {transactions} transactions stay as they are.")
        };
        format!("{} ({}) is removed.\n{plaid}\n{history}", found.id, found.name)
    }
}

impl ToSheet for Ending {
    fn to_sheet(&self) -> Sheet {
        let plaid = match self.provider {
            None => "will be told",
            Some(AtProvider::Ended) => "ended it",
            Some(AtProvider::Gone) => "had it no more",
            Some(AtProvider::NotTold) => "was not told",
        };
        let Contents { accounts, transactions } = self.contents;
        let history = format!("{accounts} accounts, {transactions} transactions");
        Facts(vec![
            Fact::new("id", "Connection", format!("{} ({})", self.id, self.name)),
            Fact::new("provider", "Plaid", plaid),
            Fact::new("contents", if self.purged { "Deleted" } else { "Kept" }, history),
        ])
        .to_sheet()
    }
}
