//! The one-time code before what only the owner may do, where the vault asks for one.

use std::sync::Arc;

use super::Context;
use crate::{
    error::{Error, Kind, Result},
    ops::{
        secrets,
        totp::{self, Taken},
    },
    secret::Secret,
    store::{Event, Store},
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
        let book = Store::open_even_if_older(vault, Access::Read, patience)?;
        let Some(mut kept) = totp::load(vault, &book)? else { return Ok(()) };
        drop(book);
        let code = self.one_time_code()?;
        let now = self.clock.latest();
        let taken = kept.take(&code, now)?;
        let action = match taken {
            Some(Taken::Code) => "totp.code",
            Some(Taken::Backup) => "totp.backup_code",
            None => "totp.failed",
        };
        let event = Event { at: now, ..self.event(action, None) };
        totp::save(vault, &mut Store::open_even_if_older(vault, Access::Write, patience)?, &kept, &event)?;
        match taken {
            None => Err(Error::new(Kind::Auth, "wrong_code", "this one-time code is wrong, old or was used already")
                .again_with("")),
            Some(how) => {
                self.code_taken = true;
                if how == Taken::Backup {
                    self.ui.warn(&format!("{} backup codes are left", kept.backup_codes()));
                    self.ui.hint("bursar keys totp backup-codes");
                }
                Ok(())
            }
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
        Ok(self.ui.secret("One-time code", "--totp-file")?)
    }
}
