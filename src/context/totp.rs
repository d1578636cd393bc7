//! The one-time code before what only the owner may do, where the vault asks for one.

use std::sync::Arc;

use super::Context;
use crate::{
    error::{Error, Kind, Result},
    ops::{
        secrets,
        totp::{self, Taken, Totp, Verdict},
    },
    secret::Secret,
    store::Store,
    vault::{Access, SlotKind, Unlocked},
};

impl Context {
    /// Asks for a code, once a run, unless the vault wants none or its recovery code has opened it.
    pub(super) fn pass_totp(&mut self, vault: &Arc<Unlocked>) -> Result<()> {
        if self.code_taken || vault.slot().kind == SlotKind::Recovery {
            return Ok(());
        }
        let patience = self.settings.lock_timeout;
        // An owner may be about to accept an older state of the book: its age is judged by others.
        let Some(kept) = totp::load(vault, &Store::open_even_if_older(vault, Access::Read, patience)?)? else {
            return Ok(());
        };
        self.wait_after_wrong_codes(&kept);
        let code = self.one_time_code()?;
        let mut book = Store::open_even_if_older(vault, Access::Write, patience)?;
        let Some((verdict, kept)) = totp::spend(vault, &mut book, &code, self.clock.latest())? else { return Ok(()) };
        match verdict {
            Verdict::Taken(how) => {
                self.code_taken = true;
                if how == Taken::Backup {
                    self.ui.warn(&format!("{} backup codes are left", kept.backup_codes()));
                    self.ui.hint("bursar keys totp backup-codes");
                }
                Ok(())
            }
            Verdict::Wrong => Err(refused("wrong_code", "this one-time code is wrong, old or was used already")),
            Verdict::TooSoon => Err(refused("code_too_soon", "a wrong one-time code came just before this one")),
        }
    }

    /// Waits as long as the wrong codes of late ask for, so that nobody tries them all.
    fn wait_after_wrong_codes(&mut self, kept: &Totp) {
        let wait = kept.wait(self.clock.latest());
        if !wait.is_zero() {
            self.wait_after("a one-time code was wrong", kept.wrong(), wait);
        }
    }

    fn one_time_code(&mut self) -> Result<Secret<String>> {
        if let Some(file) = &self.settings.totp_file {
            return Ok(secrets::from_file(file)?);
        }
        if !self.ui.profile().interactive {
            let sentence = "this vault asks its owner for a one-time code, and there is no terminal to ask on";
            return Err(Error::new(Kind::Auth, "totp_required", sentence).again_with("--totp-file FILE"));
        }
        Ok(self.ui.secret("One-time code", "--totp-file FILE")?)
    }
}

fn refused(code: &'static str, sentence: &str) -> Error {
    Error::new(Kind::Auth, code, sentence).again_with("")
}
