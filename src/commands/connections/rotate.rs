//! `bursar connections rotate`.

use serde::Serialize;

use crate::{
    commands::{bank, candidates},
    context::Context,
    domain::{ids::ConnectionId, provider::manner, views::ConnectionView},
    error::{Error, Kind, Result},
    ops::{
        connections::{Rotation, rotate},
        rotation::Turn,
    },
    render::{Cell, Column, Kind as CellKind, Sheet, Style, ToSheet},
    vault::Right,
};

/// Replace the access tokens of connections; the old ones are dead at once
///
/// For when a token may have been seen by somebody. Costs nothing; nothing else of a connection changes. A new token is
/// sealed on the disk before anything else happens; what a kill interrupts is finished by the next command that talks to banks.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  bursar connections rotate platypus\n  bursar connections rotate --all --json")]
pub(crate) struct Args {
    /// Connections: id or name
    #[arg(value_name = "CONN", add = candidates::connections(), required_unless_present = "all")]
    connections: Vec<String>,
    /// Every connection
    #[arg(long, conflicts_with = "connections")]
    all: bool,
}

/// `connections rotate --json`.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub(crate) struct Rotated {
    /// One line a connection.
    connections: Vec<Replaced>,
}

/// What became of the token of one connection.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub(in crate::commands) struct Replaced {
    /// `c1`.
    id: ConnectionId,
    /// The connection's name.
    name: String,
    /// How it ended.
    outcome: Turn,
    /// What went wrong, in one sentence.
    error: Option<String>,
}

impl Args {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        context.unlock_for_admin()?;
        let mut wanted = bank::connections(context, &self.connections)?;
        let by_hand = |connection: &ConnectionView| manner(&connection.provider).by_hand;
        if let Some((other, place)) = wanted.iter().find_map(|connection| Some((connection, by_hand(connection)?))) {
            if !self.all {
                return Err(only_by_hand(other, place));
            }
            context.ui.warn(&only_by_hand(other, place).message);
            wanted.retain(|connection| by_hand(connection).is_none());
        }
        if context.settings.dry_run {
            let names: Vec<&str> = wanted.iter().map(|connection| connection.name.as_str()).collect();
            context.ui.status(&format!("would replace the tokens of: {}", names.join(", ")));
            return Ok(());
        }
        let ids: Vec<ConnectionId> = wanted.iter().map(|connection| connection.id).collect();
        let turns = replace(context, &ids)?;
        let error = verdict(&turns);
        let rotated = Rotated { connections: turns.into_iter().map(Replaced::from).collect() };
        context.present(&rotated)?;
        error.map_or(Ok(()), Err)
    }
}

/// Access that only its owner gives is made anew by its owner.
fn only_by_hand(connection: &ConnectionView, place: &str) -> Error {
    let sentence = format!(
        "the access of {} cannot be replaced by bursar: disable it {place}, then repair the connection with a new one",
        connection.id
    );
    Error::new(Kind::Refused, "by_hand", sentence).hint(format!("bursar link --repair {}", connection.id))
}

/// Replaces the tokens of these connections, with progress on the screen.
pub(in crate::commands) fn replace(context: &mut Context, ids: &[ConnectionId]) -> Result<Vec<Rotation>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let progress = context.ui.progress("replacing tokens");
    bank::with(context, Right::Admin, |bank, mut book| Ok(rotate(bank, &mut book, ids, &|name| progress.say(name))?))
}

impl Replaced {
    /// Whether the token is another one now.
    pub(in crate::commands) fn is_new(&self) -> bool {
        self.outcome == Turn::Rotated
    }
}

impl From<Rotation> for Replaced {
    fn from(turn: Rotation) -> Self {
        Self { id: turn.id, name: turn.name, outcome: turn.turn, error: turn.error.map(|error| error.to_string()) }
    }
}

/// The error that connections without a new token are; one whose reason all of them share keeps it.
pub(in crate::commands) fn verdict(turns: &[Rotation]) -> Option<Error> {
    let failed: Vec<&Rotation> = turns.iter().filter(|turn| turn.turn != Turn::Rotated).collect();
    let first = failed.first()?;
    let names: Vec<&str> = failed.iter().map(|turn| turn.name.as_str()).collect();
    let reason = first.error.as_ref().map_or_else(String::new, |error| format!(" ({error})"));
    let provider = first.provider;
    let (code, sentence) = match first.turn {
        Turn::Lost => {
            ("token_lost", format!("{provider} replaced the token and its answer was lost, so that nobody can reach"))
        }
        Turn::Unknown => (
            "answer_lost",
            format!("{provider}'s answer was lost; the next command that talks to banks asks again about"),
        ),
        Turn::Gone => ("connection_gone", format!("{provider} no longer knows")),
        Turn::Failed | Turn::Rotated => ("not_rotated", "nothing has changed for".to_owned()),
    };
    let unreached =
        |turn: &&Rotation| turn.turn == Turn::Failed && turn.error.as_ref().is_some_and(|error| !error.answered());
    let unreachable = failed.len() == turns.len() && failed.iter().all(unreached);
    let kind = if unreachable { Kind::Unavailable } else { Kind::Partial };
    let sentence = format!("{sentence} {}{reason}", names.join(", "));
    Some(Error::new(kind, code, sentence).hint("bursar connections"))
}

impl ToSheet for Rotated {
    fn to_sheet(&self) -> Sheet {
        let columns = vec![
            Column::new(CellKind::Text, "id", "Id"),
            Column::new(CellKind::Text, "name", "Connection"),
            Column::new(CellKind::Text, "outcome", "Token"),
            Column::new(CellKind::Text, "error", "Error").priority(1),
        ];
        let mut sheet = Sheet::new(columns, "no bank is linked");
        for line in &self.connections {
            let word = match line.outcome {
                Turn::Rotated => "replaced",
                Turn::Gone => "gone",
                Turn::Failed => "as it was",
                Turn::Lost => "lost",
                Turn::Unknown => "unknown",
            };
            let cells: Vec<Cell> =
                vec![line.id.to_string().into(), (&line.name).into(), word.into(), line.error.as_ref().into()];
            sheet.push(Style::Normal, cells);
        }
        sheet
    }
}
