//! `bursar audit verify`.

use crate::{
    context::Context,
    error::{Error, Kind, Result},
    vault::{Anchor, VaultError},
};

/// Follow the chain from its first key: was anything changed, moved, left out or cut off?
///
/// Needs a key that reaches the banks: the chain's first key is sealed with theirs. Exits 10 when the chain does not
/// hold or the anchor is not in it, and names the first entry that is not as it was written.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  bursar audit verify\n  bursar audit verify --anchor 'eight words that audit anchor printed once before'"
)]
pub(crate) struct Args {
    /// Also look for this anchor of `bursar audit anchor`: its eight words, or 24 to 64 digits of its hex
    #[arg(long, value_name = "WORDS")]
    anchor: Option<String>,
}

impl Args {
    pub(super) fn run(self, context: &mut Context) -> Result<()> {
        let anchor = self.anchor.as_deref().map(parse).transpose()?;
        context.unlocked_for_bank()?;
        context.enter_readings()?;
        let verdict = context.book()?.verify_audit(anchor.as_ref())?.ok_or(VaultError::NoBankKey)?;
        context.present(&verdict)?;
        let sentence = match verdict.first_bad {
            _ if verdict.ok => return Ok(()),
            Some(bad) if bad > verdict.entries => {
                format!("the audit log was cut off: entry {bad} and what followed are missing")
            }
            Some(bad) => format!("entry {bad} of the audit log is not as it was written"),
            None => "the audit log holds, but it is not the one that this anchor was taken from".to_owned(),
        };
        Err(Error::new(Kind::Integrity, "audit_broken", sentence).hint("bursar vault check"))
    }
}

fn parse(text: &str) -> Result<Anchor> {
    Anchor::parse(text).ok_or_else(|| {
        let sentence = "this is no anchor; it has eight words of the list, or 24 to 64 hex digits";
        Error::new(Kind::Usage, "no_anchor", sentence).hint("bursar audit anchor")
    })
}
