//! Roles: what each way into a vault may do. Every command that changes anything asks here, and nowhere else.
//!
//! Reading the ledger and reaching the banks are separated by keys; the rest of a role is a rule that bursar keeps.
//! Invariant: a right that is not granted here is refused.

use std::fmt;

use super::{
    error::{Result, VaultError},
    slots::{Cap, Slot},
    unlocked::Unlocked,
};

/// Who a key makes its holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Everything.
    Owner,
    /// Bringing the book up to date, as a timer does.
    Sync,
    /// Looking.
    Viewer,
    /// Looking at a copy without names and notes.
    Auditor,
}

/// What a command needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    /// Reading the book.
    Read,
    /// Fetching from the banks into the book.
    Sync,
    /// Changing what the book says and its settings, linking banks.
    Write,
    /// Changing keys, members and Plaid's keys, ending connections and replacing their tokens, accepting an older state.
    Admin,
}

impl Role {
    /// The role of a slot.
    pub fn of(slot: &Slot) -> Self {
        match (slot.may(Cap::Admin), slot.may(Cap::Bank)) {
            (true, _) => Self::Owner,
            (false, true) => Self::Sync,
            (false, false) => Self::Viewer,
        }
    }

    /// The caps that make a slot one of this role.
    pub fn caps(self) -> Vec<Cap> {
        match self {
            Self::Owner => vec![Cap::Ledger, Cap::Bank, Cap::Admin],
            Self::Sync => vec![Cap::Ledger, Cap::Bank],
            Self::Viewer | Self::Auditor => vec![Cap::Ledger],
        }
    }

    /// The word on the command line and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Sync => "sync",
            Self::Viewer => "viewer",
            Self::Auditor => "auditor",
        }
    }

    /// Tells whether the role grants the right.
    pub fn may(self, right: Right) -> bool {
        match right {
            Right::Read => true,
            Right::Sync => matches!(self, Self::Owner | Self::Sync),
            Right::Write | Right::Admin => self == Self::Owner,
        }
    }
}

impl fmt::Display for Role {
    /// What a key of this role is, for a sentence.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Owner => "an owner's key",
            Self::Sync => "a sync key, which only brings the book up to date",
            Self::Viewer => "a viewer's key, which only reads",
            Self::Auditor => "an auditor's key, which only reads",
        })
    }
}

impl fmt::Display for Right {
    /// What the right is for, for a sentence.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Read => "reading",
            Self::Sync => "fetching from the banks",
            Self::Write => "changing the book",
            Self::Admin => "this",
        })
    }
}

impl Unlocked {
    /// The role of the key that opened the vault.
    pub fn role(&self) -> Role {
        match self.snapshot() {
            Some(copy) if copy.redacted => Role::Auditor,
            Some(_) => Role::Viewer,
            None => Role::of(self.slot()),
        }
    }

    /// Refuses what the key that opened the vault may not do.
    pub fn require(&self, right: Right) -> Result<()> {
        let role = self.role();
        if role.may(right) { Ok(()) } else { Err(VaultError::Role { role, right }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rights_are_those_of_the_table() {
        let rights = [Right::Read, Right::Sync, Right::Write, Right::Admin];
        let granted = |role: Role| rights.map(|right| role.may(right));
        assert_eq!(granted(Role::Owner), [true; 4]);
        assert_eq!(granted(Role::Sync), [true, true, false, false]);
        for reader in [Role::Viewer, Role::Auditor] {
            assert_eq!(granted(reader), [true, false, false, false]);
        }
    }
}
