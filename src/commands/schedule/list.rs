//! `bursar schedule list`.

use std::path::PathBuf;

use serde::Serialize;

use super::order::{name, places};
use crate::{
    context::Context,
    domain::{
        dates::Timestamp,
        views::{Limit, Listing},
    },
    error::Result,
    ops::schedule::{self, Scheduler, State},
    render::{Cell, Column, Kind, Sheet, Style, ToSheet},
};

/// Show what syncs this vault by the clock, when a sync last ended, and when the next is due
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  bursar schedule\n  bursar schedule list --json")]
pub(crate) struct Args {}

/// One schedule of `schedule --json`.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub(crate) struct ScheduleView {
    /// What it is called.
    pub(crate) name: String,
    /// Who starts the sync.
    pub(crate) scheduler: Scheduler,
    /// Whether it is as bursar wrote it.
    pub(crate) state: State,
    /// Where it is.
    pub(crate) files: Vec<PathBuf>,
    /// When a sync of this vault last ended, by hand or by the clock; `null` if never, or while the vault is locked.
    pub(crate) last_sync_at: Option<Timestamp>,
    /// How it ended: `ok`, `reauth`, `failed`, `skipped` (stopped before its end).
    pub(crate) last_outcome: Option<String>,
    /// What went wrong with it, also where it was saved all the same; `null` if nothing did.
    pub(crate) last_error: Option<String>,
    /// When it starts next, in the scheduler's words; `null` if it does not say.
    pub(crate) next: Option<String>,
}

impl Args {
    pub(super) fn run(self, context: &mut Context) -> Result<()> {
        let items = schedules(context)?;
        let none = items.is_empty();
        context.present(&Listing::all(items))?;
        if none {
            context.ui.hint("bursar schedule install");
        }
        Ok(())
    }
}

/// The schedules of this vault; nothing is asked for.
pub(crate) fn schedules(context: &mut Context) -> Result<Vec<ScheduleView>> {
    let (name, places) = (name(context)?, places(context));
    let mut found = Vec::new();
    for (_, scheduler) in Scheduler::ALL {
        found.extend(schedule::find(scheduler, &name, &places)?);
    }
    let last = if found.is_empty() || !context.location().exists() || !context.opens_by_itself() {
        None
    } else {
        context.book()?.sync_log(None, Limit { limit: Some(1), offset: 0 })?.items.into_iter().next()
    };
    let view = |found: schedule::Found| ScheduleView {
        name: name.clone(),
        scheduler: found.scheduler,
        state: found.state,
        files: found.files,
        last_sync_at: last.as_ref().map(|run| run.finished_at),
        last_outcome: last.as_ref().map(|run| run.outcome.clone()),
        last_error: last.as_ref().and_then(|run| run.error.clone()),
        next: found.next,
    };
    Ok(found.into_iter().map(view).collect())
}

impl ToSheet for Listing<ScheduleView> {
    fn to_sheet(&self) -> Sheet {
        let columns = vec![
            Column::new(Kind::Text, "name", "Schedule"),
            Column::new(Kind::Text, "scheduler", "Started by"),
            Column::new(Kind::Text, "state", "State"),
            Column::new(Kind::Text, "last_sync_at", "Last sync (UTC)"),
            Column::new(Kind::Text, "last_outcome", "Outcome"),
            Column::new(Kind::Text, "last_error", "Error").priority(1),
            Column::new(Kind::Text, "next", "Next"),
        ];
        let mut sheet = Sheet::new(columns, "nothing syncs this vault by the clock");
        for item in &self.items {
            let state = match item.state {
                State::Unchanged => "installed",
                State::Edited => "edited",
            };
            let cells = vec![
                item.name.as_str().into(),
                item.scheduler.as_str().into(),
                state.into(),
                Cell::from(item.last_sync_at),
                item.last_outcome.as_ref().into(),
                item.last_error.as_ref().into(),
                item.next.as_ref().into(),
            ];
            sheet.push(Style::Normal, cells);
        }
        sheet
    }
}
