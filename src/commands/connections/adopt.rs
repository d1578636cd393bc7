//! `bursar connections adopt`.

use serde::Serialize;

use crate::{
    commands::candidates,
    context::Context,
    domain::{standing::ConnectionState, views::ConnectionView},
    error::{Error, Kind, Result},
    render::{Column, Kind as ColumnKind, Sheet, Style, ToSheet},
    store::{Adoption, Likeness, Store},
    vault::Right,
};

/// Join the accounts of a bank that was linked anew to those of its old connection
///
/// For a bank that had to be linked again: the old accounts go on under the new connection, with their ids, their history
/// and all you wrote on them; nothing stands twice. Accounts are one by the bank's own lasting id, else by name and last digits,
/// else by their transactions. Without NEW, accounts of one connection are joined to which the bank gave another id, as it may with a
/// new card. The plan is shown first, and --undo parts them again.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  bursar connections adopt c1 c2 --dry-run\n  bursar connections adopt c1 c2\n  \
    bursar connections adopt c1 c2 --undo --yes\n  bursar connections adopt c1              # the bank gave an account another id")]
pub(crate) struct Args {
    /// The connection that ended, or whose accounts have other ids now: id or name
    #[arg(value_name = "OLD", add = candidates::connections())]
    old: String,
    /// The connection that goes on: id or name
    #[arg(value_name = "NEW", add = candidates::connections())]
    new: Option<String>,
    /// Part them again: the book is as it was, and what has come since stays with the new connection
    #[arg(long)]
    undo: bool,
}

/// `connections adopt --json`.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub(crate) struct Adopted {
    #[serde(flatten)]
    plan: Adoption,
    /// Whether it was done, or is a plan (--dry-run).
    done: bool,
}

impl Args {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        context.require(Right::Write)?;
        let book = context.book()?;
        let old = book.find_connection(&self.old)?;
        let new = self.new.as_ref().map_or_else(|| Ok(old.clone()), |new| book.find_connection(new))?;
        if self.undo {
            return undo(context, &book, &old, &new);
        }
        let plan = plan(&book, &old, &new)?;
        drop(book);
        let mut adopted = Adopted { plan, done: false };
        if adopted.plan.accounts.is_empty() {
            let sentence = if old.id == new.id {
                format!("{} has no account that came back under another id", new.id)
            } else {
                format!("{} has no account that looks like one of {}", new.id, old.id)
            };
            return Err(Error::new(Kind::NotFound, "nothing_alike", sentence).hint("bursar accounts --all"));
        }
        if context.settings.dry_run {
            return context.present(&adopted);
        }
        if !context.ui.profile().yes {
            context.ui.status(&told(&adopted.plan));
        }
        if !context.ui.confirm_typed("adopt")? {
            let sentence = "nothing was joined, because you did not type adopt";
            return Err(Error::new(Kind::Refused, "not_confirmed", sentence).again_with("--yes"));
        }
        let event = context.event("connection.adopt", None);
        context.book_mut()?.write(&event, |tx| tx.adopt(&adopted.plan))?;
        adopted.done = true;
        context.present(&adopted)?;
        context.ui.status(&format!("`{} --undo` parts them again", command(&adopted.plan)));
        Ok(())
    }
}

/// The command that joins what a plan says.
pub(super) fn command(plan: &Adoption) -> String {
    let new = if plan.old == plan.new { String::new() } else { format!(" {}", plan.new) };
    format!("bursar connections adopt {}{new}", plan.old)
}

/// The plan in words.
pub(super) fn told(plan: &Adoption) -> String {
    let mut lines = Vec::new();
    for pair in &plan.accounts {
        lines.push(format!(
            "{} {} takes in {} ({}): {} transactions that both have, {} new ones; {} of the old stay.",
            pair.account,
            pair.name,
            pair.takes,
            words(pair.by),
            pair.same,
            pair.new,
            pair.kept
        ));
    }
    lines.join("\n")
}

fn words(by: Likeness) -> &'static str {
    match by {
        Likeness::PersistentId => "the bank's own id",
        Likeness::NameAndMask => "name and digits",
        Likeness::Transactions => "transactions",
    }
}

/// What joining two connections means, if they can be joined.
fn plan(book: &Store, old: &ConnectionView, new: &ConnectionView) -> Result<Adoption> {
    check(book, old, new)?;
    let plan = book.adoption(old.id, new.id)?;
    let edited = book.edited(&plan)?;
    if edited > 0 {
        let sentence = format!(
            "{edited} transactions of accounts of {} carry your notes, tags or categories, which joining would hide; clear them first",
            new.id
        );
        return Err(Error::new(Kind::Conflict, "edited", sentence).hint("bursar transactions --help"));
    }
    Ok(plan)
}

/// Refuses what would join things that are not one.
fn check(book: &Store, old: &ConnectionView, new: &ConnectionView) -> Result<()> {
    let refuse = |code, sentence: String, hint: String| Err(Error::new(Kind::Conflict, code, sentence).hint(hint));
    let ended =
        |connection: &ConnectionView| matches!(connection.state, ConnectionState::Removed | ConnectionState::Gone);
    if old.id != new.id && !ended(old) {
        let sentence = format!("{} ({}) has not ended, so another connection cannot take its place", old.id, old.name);
        return refuse("not_ended", sentence, format!("bursar connections remove {} --dry-run", old.id));
    }
    if old.id != new.id && ended(new) {
        let sentence = format!("{} ({}) has ended itself", new.id, new.name);
        return refuse("ended", sentence, "bursar connections".to_owned());
    }
    if book.connection(old.id)?.institution_id != book.connection(new.id)?.institution_id {
        let sentence = format!("{} ({}) and {} ({}) are not of one bank", old.id, old.name, new.id, new.name);
        return refuse("another_bank", sentence, "bursar connections".to_owned());
    }
    Ok(())
}

fn undo(context: &mut Context, book: &Store, old: &ConnectionView, new: &ConnectionView) -> Result<()> {
    let pairs = book.adopted(old.id, new.id)?;
    if pairs.is_empty() {
        let sentence = format!("nothing of {} was joined to {}", old.id, new.id);
        return Err(Error::new(Kind::NotFound, "not_adopted", sentence).hint("bursar connections"));
    }
    let plan = if old.id == new.id {
        format!("{} accounts of {} are parted again.", pairs.len(), old.id)
    } else {
        format!("{} accounts of {} and {} are parted again.", pairs.len(), old.id, new.id)
    };
    context.ui.status(&plan);
    if context.settings.dry_run {
        return Ok(());
    }
    if !context.ui.confirm_typed("undo")? {
        let sentence = "nothing was parted, because you did not type undo";
        return Err(Error::new(Kind::Refused, "not_confirmed", sentence).again_with("--yes"));
    }
    let event = context.event("connection.part", None);
    context.book_mut()?.write(&event, |tx| tx.release(old.id, new.id, &pairs))?;
    Ok(())
}

/// Offers to join fresh connections to ended ones of the same bank.
pub(in crate::commands) fn offer(context: &mut Context, fresh: &[crate::domain::ids::ConnectionId]) -> Result<()> {
    let book = context.book()?;
    let all = book.connections()?;
    let mut offers = Vec::new();
    for new in all.iter().filter(|connection| fresh.contains(&connection.id)) {
        for old in all.iter().filter(|old| old.id != new.id) {
            let joined = plan(&book, old, new).map_or(0, |plan| plan.accounts.len());
            if joined > 0 {
                offers.push((joined, old.id, old.name.clone(), new.id));
            }
        }
    }
    drop(book);
    for (joined, old, name, new) in offers {
        context.ui.status(&format!(
            "{joined} accounts of {new} look like those of {old} ({name}), which has ended: join them"
        ));
        context.ui.hint(&format!("bursar connections adopt {old} {new} --dry-run"));
    }
    Ok(())
}

impl ToSheet for Adopted {
    fn to_sheet(&self) -> Sheet {
        let columns = vec![
            Column::new(ColumnKind::Text, "account", "Id"),
            Column::new(ColumnKind::Text, "name", "Account"),
            Column::new(ColumnKind::Text, "takes", "Takes in"),
            Column::new(ColumnKind::Text, "by", "Because of"),
            Column::new(ColumnKind::Number, "same", "Both have"),
            Column::new(ColumnKind::Number, "new", "New"),
            Column::new(ColumnKind::Number, "kept", "Stay"),
        ];
        let mut sheet = Sheet::new(columns, "nothing to join");
        for pair in &self.plan.accounts {
            let cells = vec![
                pair.account.to_string().into(),
                (&pair.name).into(),
                pair.takes.to_string().into(),
                words(pair.by).into(),
                pair.same.into(),
                pair.new.into(),
                pair.kept.into(),
            ];
            sheet.push(Style::Normal, cells);
        }
        sheet
    }
}
