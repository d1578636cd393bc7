//! `bursar audit anchor`.

use crate::{context::Context, error::Result};

/// Print the end of the log as eight words, to keep where nobody who reaches the vault can change them
///
/// A log whose end was cut off, or that was exchanged together with this device's memory of it, still follows from its
/// first key. It does not contain an anchor that was taken later: see `bursar audit verify --anchor`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  bursar audit anchor\n  bursar audit anchor --json | jq -r .words")]
pub(crate) struct Args {}

impl Args {
    pub(super) fn run(self, context: &mut Context) -> Result<()> {
        context.enter_readings()?;
        let anchor = context.book()?.audit_anchor()?;
        context.present(&anchor)
    }
}
