//! Plan first, then a typed word: what every act that cannot be undone asks for.

use crate::{
    context::Context,
    error::{Error, Kind, Result},
};

/// Shows what would be done, and tells whether to do it: not after `--dry-run`, else after `--yes` or the typed word.
pub(in crate::commands) fn agreed(context: &mut Context, plan: &[String], word: &str) -> Result<bool> {
    for line in plan {
        context.ui.notice(line);
    }
    if context.settings.dry_run {
        context.ui.status("nothing was changed");
        return Ok(false);
    }
    if context.ui.profile().yes {
        return Ok(true);
    }
    let typed = context.ui.ask(&format!("Type {word} to go on"), None, "--yes")?;
    if typed == word {
        return Ok(true);
    }
    let sentence = "that was not the word, so nothing was changed";
    Err(Error::new(Kind::Refused, "not_confirmed", sentence).again_with("--yes"))
}
