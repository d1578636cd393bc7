//! Errors of the vault and of files.

use crate::{
    error::{Error, Kind},
    fsx::FsError,
    vault::VaultError,
};

impl From<VaultError> for Error {
    fn from(error: VaultError) -> Self {
        use VaultError as V;
        let sentence = error.to_string();
        match error {
            V::Fs(error) => error.into(),
            V::NotFound { .. } => Self::new(Kind::NotFound, "no_vault", sentence).hint("bursar init"),
            V::AlreadyExists { .. } => {
                Self::new(Kind::Conflict, "vault_exists", format!("{sentence}; nothing was changed"))
                    .hint("bursar status")
            }
            V::NotABackup { .. } => {
                Self::new(Kind::Integrity, "not_a_backup", sentence).hint("bursar vault backup --help")
            }
            V::WrongSecret { .. } | V::NotAnIdentity { .. } => {
                Self::new(Kind::Auth, "wrong_secret", sentence).hint("bursar --identity RECOVERY_CODE_FILE status")
            }
            V::WeakPassphrase { .. } => {
                Self::new(Kind::Refused, "weak_passphrase", format!("{sentence}; nothing was made"))
                    .hint("bursar init --generate")
            }
            V::NoBankKey | V::Role { .. } => Self::new(Kind::Auth, "role", sentence).hint("bursar status"),
            V::Expired { .. } => Self::new(Kind::Auth, "expired", sentence).hint("bursar status"),
            V::NotARecipient { .. } => {
                Self::new(Kind::Usage, "not_a_recipient", sentence).hint("bursar keys add --help")
            }
            V::NoSlot { .. } => Self::new(Kind::NotFound, "not_found", sentence).hint("bursar keys list"),
            V::ManyMembers { .. } => Self::new(Kind::NotFound, "ambiguous", sentence).hint("bursar members list"),
            V::ManySlots { .. } => Self::new(Kind::NotFound, "ambiguous", sentence).hint("bursar keys list"),
            V::SlotExists { .. } => Self::new(Kind::Conflict, "exists", sentence).hint("bursar keys list"),
            V::TooManySlots { .. } => Self::new(Kind::Refused, "too_many_keys", sentence).hint("bursar keys list"),
            V::BadName { .. } => Self::new(Kind::Usage, "bad_name", sentence).hint("bursar keys add --help"),
            V::KeyFileFull => Self::new(Kind::Refused, "key_file_full", sentence).hint("bursar review"),
            V::NoPassphrase { .. } => Self::new(Kind::Refused, "no_passphrase", sentence).hint("bursar keys list"),
            V::LastOwner { .. } => Self::new(Kind::Refused, "last_owner", sentence).hint("bursar keys add passphrase"),
            V::MemberExists { .. } => Self::new(Kind::Conflict, "exists", sentence).hint("bursar members list"),
            V::NoMember { .. } => Self::new(Kind::NotFound, "not_found", sentence).hint("bursar members list"),
            V::InsideVault => Self::new(Kind::Refused, "inside_vault", sentence).hint("bursar members share --help"),
            V::OwnSlot { .. } => Self::new(Kind::Refused, "own_key", sentence).hint("bursar keys list"),
            V::NoSpace { .. } => Self::new(Kind::Io, "disk_full", sentence).hint("bursar doctor"),
            V::KeysMoved => Self::new(Kind::Busy, "keys_moved", sentence).again_with(""),
            V::SessionOnly => Self::new(Kind::Auth, "session_only", sentence).hint("bursar lock"),
            V::NoSessionStore { of_login, .. } => {
                let sentence = format!("{sentence}; every command will ask for the secret");
                let hint = if of_login { "bursar unlock --scope user" } else { "bursar help environment" };
                Self::new(Kind::Auth, "no_session_store", sentence).hint(hint)
            }
            V::Damaged { .. } => Self::new(Kind::Integrity, "damaged", sentence).hint("bursar vault inspect"),
            V::RolledBack { .. } => {
                Self::new(Kind::Integrity, "rolled_back", sentence).hint("bursar vault accept-older --dry-run")
            }
            V::TooNew { .. } => {
                Self::new(Kind::TooNew, "too_new", format!("{sentence}; nothing was touched")).hint("bursar --version")
            }
            V::Busy { .. } => Self::new(Kind::Busy, "busy", sentence).again_with("--lock-timeout 60s"),
            V::OutOfMemory => Self::new(Kind::Unexpected, "out_of_memory", sentence).hint("bursar doctor"),
            V::Crypto(_) => Self::new(Kind::Unexpected, "crypto", sentence).hint("bursar doctor"),
            V::Holder { .. } | V::HolderSilent { .. } => {
                Self::new(Kind::Auth, "holder", sentence).hint("bursar help environment")
            }
            V::Copy { .. } => Self::new(Kind::Io, "copy", sentence).hint("bursar doctor"),
            V::Sql(source) => Self::from(crate::store::StoreError::Sql(source)),
        }
    }
}

impl From<FsError> for Error {
    fn from(error: FsError) -> Self {
        let sentence = error.to_string();
        if error.is_unsafe() {
            let hint = error.command().map_or_else(|| "bursar doctor".to_owned(), str::to_owned);
            return Self::new(Kind::Unsafe, "unsafe_file", sentence).hint(hint);
        }
        Self::new(Kind::Io, "io", sentence).hint("bursar doctor")
    }
}
