//! Members of the household: people who get a copy to read, and hold no key of the vault itself.
//!
//! Invariant: a member's recipient is known to owners and other keys of this vault only.

use age::x25519;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    change::{Change, check_name},
    error::{Result, VaultError},
    material::Hex,
    role::Role,
    unlocked::Unlocked,
};

/// Somebody a snapshot is made for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Random id.
    pub id: Hex<8>,
    /// The owner's name for them.
    pub name: String,
    /// Whether their copies are without names and notes.
    pub redacted: bool,
    /// Their age recipient.
    pub recipient: String,
    /// When they were added.
    pub created: Timestamp,
}

impl Member {
    /// A new member.
    pub fn new(name: &str, role: Role, recipient: &str, now: Timestamp) -> Result<Self> {
        let known: x25519::Recipient = recipient.parse().map_err(|reason| VaultError::NotARecipient { reason })?;
        Ok(Self {
            id: Hex::random()?,
            name: name.to_owned(),
            redacted: role == Role::Auditor,
            recipient: known.to_string(),
            created: now,
        })
    }

    /// What their copies make them.
    pub fn role(&self) -> Role {
        if self.redacted { Role::Auditor } else { Role::Viewer }
    }
}

impl Change<'_> {
    /// Adds a member.
    pub fn add_member(&mut self, member: &Member) -> Result<()> {
        check_name(&member.name)?;
        let same = |known: &Member| known.name == member.name || known.recipient == member.recipient;
        if self.outer.members.iter().any(same) {
            return Err(VaultError::MemberExists { name: member.name.clone() });
        }
        self.outer.members.push(member.clone());
        Ok(())
    }

    /// Removes a member, who keeps the copies made so far.
    pub fn remove_member(&mut self, member: &Member) {
        self.outer.members.retain(|kept| kept.id != member.id);
    }
}

impl Unlocked {
    /// The members.
    pub fn members(&self) -> &[Member] {
        &self.payload().members
    }

    /// The member that a person means: by name or a beginning of the id. What fits several is refused.
    pub fn find_member(&self, text: &str) -> Result<&Member> {
        let named =
            |member: &&Member| member.name == text || (!text.is_empty() && member.id.to_string().starts_with(text));
        let found: Vec<&Member> = self.members().iter().filter(named).collect();
        match found.as_slice() {
            [one] => Ok(one),
            [] => Err(VaultError::NoMember { text: text.to_owned() }),
            several => Err(VaultError::ManyMembers {
                text: text.to_owned(),
                candidates: several.iter().map(|member| format!("{} ({})", member.id, member.name)).collect(),
            }),
        }
    }
}
