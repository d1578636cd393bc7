//! `bursar schedule print`.

use std::fmt::Write as _;

use serde::Serialize;

use super::order::{Options, places};
use crate::{
    context::Context,
    error::Result,
    ops::schedule::{Part, Scheduler, parts},
    settings::Format,
};

/// Print what `install` would write, and write nothing
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  bursar schedule print\n  bursar schedule print --kind cron --every 12h\n  \
    bursar schedule print --kind systemd --key-file ~/.config/bursar/timer.key")]
pub(crate) struct Args {
    #[command(flatten)]
    options: Options,
}

/// `schedule print --json`.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub(crate) struct Plan {
    /// Who starts the sync.
    pub(super) scheduler: Scheduler,
    /// What it is called.
    pub(super) name: String,
    /// Every text, and the file it belongs in.
    pub(super) parts: Vec<Part>,
}

impl Args {
    pub(super) fn run(self, context: &mut Context) -> Result<()> {
        let plan = plan(&self.options, context)?;
        if matches!(context.settings.format, Some(Format::Json | Format::Ndjson)) {
            return context.emit(&format!("{}\n", serde_json::to_string_pretty(&plan)?));
        }
        let mut text = String::new();
        for part in &plan.parts {
            if plan.parts.len() > 1 {
                let _ = writeln!(text, "{}# {}", if text.is_empty() { "" } else { "\n" }, part.file.display());
            }
            text.push_str(&part.text);
        }
        context.emit(&text)
    }
}

pub(super) fn plan(options: &Options, context: &Context) -> Result<Plan> {
    let order = options.order(context)?;
    let scheduler = options.scheduler();
    let parts = parts(scheduler, &order, &places(context))?;
    Ok(Plan { scheduler, name: order.name, parts })
}
