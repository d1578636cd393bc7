//! `bursar vault inspect`.

use serde::Serialize;

use crate::{
    context::Context,
    error::{Error, Kind, Result},
    render::{Sheet, ToSheet},
    vault::{self, inspect::Inspection},
};

/// Prove what is encrypted: sizes, slots, cipher settings, and a scan of the vault's files for anything readable
///
/// Works on a locked vault; an open one shows more, and is searched for the names of its own banks and accounts.
/// Never shows a secret.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  bursar vault inspect\n  bursar vault inspect --json")]
pub(crate) struct Args {
    /// Open the vault and look for its own names in its files
    #[arg(long)]
    unlock: bool,
}

impl Args {
    pub(super) fn run(self, context: &mut Context) -> Result<()> {
        let location = context.location();
        context.locked()?;
        let unlocked = if self.unlock { Some(context.unlocked()?) } else { None };
        let markers = if self.unlock { names(context)? } else { Vec::new() };
        let markers: Vec<&str> = markers.iter().map(String::as_str).collect();
        let inspection = vault::inspect(&location, unlocked.as_deref(), &markers)?;
        let inspected = Inspected(inspection);
        context.present(&inspected)?;
        if inspected.0.nothing_readable {
            return Ok(());
        }
        Err(Error::new(Kind::Integrity, "readable", "something in the vault's files can be read without a key")
            .hint("bursar vault inspect --json"))
    }
}

/// Names that stand in the book and so must not stand readable in a file.
fn names(context: &mut Context) -> Result<Vec<String>> {
    let book = context.book()?;
    let accounts = book.accounts()?.into_iter().map(|account| account.name);
    let banks = book.connections()?.into_iter().filter_map(|connection| connection.institution);
    Ok(accounts.chain(banks).filter(|name| name.len() >= 5).collect())
}

/// What a vault's files show.
#[derive(Debug, Serialize, schemars::JsonSchema)]
#[serde(transparent)]
pub(crate) struct Inspected(Inspection);

impl ToSheet for Inspected {
    fn to_sheet(&self) -> Sheet {
        let columns = ["file", "bytes", "mode", "content", "scan"];
        let files = self.0.files.iter().map(|file| {
            let found = if file.findings.is_empty() { "nothing readable" } else { "READABLE" };
            [file.name.clone(), file.bytes.to_string(), file.mode.clone(), file.content.to_owned(), found.to_owned()]
        });
        let empty = String::new;
        let slots = self.0.header_slots.iter().map(|slot| {
            let kdf = slot.kdf.map_or_else(empty, |kdf| kdf.to_string());
            [format!("slot: {}", slot.kind), empty(), empty(), kdf, empty()]
        });
        let cipher = self.0.inside.iter().flat_map(|inside| &inside.cipher);
        let cipher = cipher.map(|line| ["cipher".to_owned(), empty(), empty(), line.clone(), empty()]);
        Sheet::of_text(&columns, files.chain(slots).chain(cipher))
    }
}
