//! What was done and what is left, for people and programs.

use serde::Serialize;

use crate::render::{Column, Kind, Sheet, Style, ToSheet};

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    /// Done, in this run or an earlier one.
    Done,
    /// Not done; the next run tries again.
    Left,
    /// Only you can do it.
    ByHand,
}

/// One step.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub(crate) struct Item {
    /// `sessions`, `banks`, `slots`, `keys`, or what is to be done by hand.
    step: String,
    /// How it ended.
    pub(super) state: State,
    /// What was done, or what to do.
    detail: String,
}

/// `incident --json`.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub(crate) struct Incident {
    /// Whether everything that bursar can do is done.
    done: bool,
    /// What bursar did; empty for a plan (--dry-run).
    steps: Vec<Item>,
    /// What only you can do.
    by_hand: Vec<Item>,
}

impl Item {
    pub(super) fn new(step: &str, state: State, detail: impl Into<String>) -> Self {
        Self { step: step.to_owned(), state, detail: detail.into() }
    }
}

impl Incident {
    pub(super) fn new(steps: Vec<Item>, by_hand: Vec<Item>) -> Self {
        Self { done: steps.iter().all(|step| step.state == State::Done), steps, by_hand }
    }

    pub(super) fn planned(by_hand: Vec<Item>) -> Self {
        Self { done: false, steps: Vec::new(), by_hand }
    }
}

impl ToSheet for Incident {
    fn to_sheet(&self) -> Sheet {
        let columns = vec![
            Column::new(Kind::Text, "step", "Step").whole(),
            Column::new(Kind::Text, "state", "State").whole(),
            Column::new(Kind::Text, "detail", "What").whole(),
        ];
        let mut sheet = Sheet::new(columns, "there is nothing to do");
        for step in self.steps.iter().chain(&self.by_hand) {
            let state = match step.state {
                State::Done => "done",
                State::Left => "LEFT",
                State::ByHand => "by hand",
            };
            sheet.push(Style::Normal, vec![(&step.step).into(), state.into(), (&step.detail).into()]);
        }
        sheet
    }
}
