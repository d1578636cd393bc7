//! How a connection stands: what the last attempt found wrong with it, what can be expected of it now, and what to do.
//!
//! Pure. Invariant: every remedy leads to one state and at most one command; time alone only ever makes a state worse.

use serde::Serialize;

use super::{
    dates::{Date, Timestamp},
    ids::ConnectionId,
    sync::History,
};

/// Who has to do what about the last attempt, as kept in the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Remedy {
    /// Nothing: it went well.
    #[default]
    Nothing,
    /// Wait: the bank or the way to it is down.
    Wait,
    /// Its owner signs in again.
    SignIn,
    /// Its owner chooses accounts.
    ChooseAccounts,
    /// Its owner settles something at the bank, then signs in again.
    ActAtBank,
    /// Its owner settles something with the provider; the next sync finds it settled.
    ActAtProvider,
    /// It has to be removed and linked anew.
    Replace,
    /// It does not exist at the provider any more.
    Gone,
    /// The provider's keys, environment or products need a change.
    Keys,
    /// The provider's plan is used up.
    Plan,
    /// Something is settled in the provider's own settings; the next sync finds it settled.
    Setup,
    /// It can only be removed: nobody reads its bank any more, or its token is of no use.
    Retire,
    /// Nobody here can mend it; it is shown as it is.
    Report,
}

impl Remedy {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Nothing,
        Self::Wait,
        Self::SignIn,
        Self::ChooseAccounts,
        Self::ActAtBank,
        Self::ActAtProvider,
        Self::Replace,
        Self::Gone,
        Self::Keys,
        Self::Plan,
        Self::Setup,
        Self::Retire,
        Self::Report,
    ];

    /// The word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Nothing => "ok",
            Self::Wait => "wait",
            Self::SignIn => "sign_in",
            Self::ChooseAccounts => "choose_accounts",
            Self::ActAtBank => "act_at_bank",
            Self::ActAtProvider => "act_at_provider",
            Self::Replace => "replace",
            Self::Gone => "gone",
            Self::Keys => "keys",
            Self::Plan => "plan",
            Self::Setup => "setup",
            Self::Retire => "retire",
            Self::Report => "report",
        }
    }

    /// The remedy of a word; one that this version does not know is shown as it is.
    pub fn from_word(word: &str) -> Self {
        Self::ALL.into_iter().find(|remedy| remedy.as_str() == word).unwrap_or(Self::Report)
    }

    /// Whether the bank's customer has to act.
    pub fn needs_owner(self) -> bool {
        matches!(self, Self::SignIn | Self::ChooseAccounts | Self::ActAtBank | Self::ActAtProvider | Self::Replace)
    }

    /// The state it comes to, whatever the time; none if nothing is wrong.
    pub fn state(self) -> Option<ConnectionState> {
        Some(match self {
            Self::Nothing => return None,
            Self::Wait => ConnectionState::BankDown,
            Self::SignIn | Self::ChooseAccounts | Self::ActAtBank | Self::ActAtProvider | Self::Replace => {
                ConnectionState::NeedsSignIn
            }
            Self::Gone => ConnectionState::Gone,
            Self::Keys | Self::Plan | Self::Setup | Self::Retire | Self::Report => ConnectionState::Failing,
        })
    }

    /// The command that helps, runnable as it stands; none if nothing is wrong.
    pub fn command(self, id: ConnectionId) -> Option<String> {
        Some(match self {
            Self::Nothing => return None,
            Self::Wait | Self::Setup | Self::ActAtProvider => format!("bursar sync {id}"),
            Self::SignIn | Self::ActAtBank => format!("bursar link --repair {id}"),
            Self::ChooseAccounts => format!("bursar link --add-accounts {id}"),
            Self::Replace | Self::Gone | Self::Retire => format!("bursar connections remove {id}"),
            Self::Keys => "bursar config plaid".to_owned(),
            Self::Plan => "bursar metrics".to_owned(),
            Self::Report => format!("bursar sync {id} --verbose"),
        })
    }
}

/// What can be expected of a connection now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionState {
    /// Linked, never synced.
    New,
    /// Synced, but the provider has not given all of the history yet.
    Syncing,
    /// Syncs.
    Healthy,
    /// Nothing is known to be wrong, but the bank or a sync was last reached days ago, or the bank never.
    Stale,
    /// Synced, but debts, holdings or another product could not be read.
    Partial,
    /// The owner has to sign in again, or to act at the bank.
    NeedsSignIn,
    /// The owner's consent ends within days.
    ConsentEnding,
    /// The bank, or the way to it, is down.
    BankDown,
    /// The last sync failed for a reason that is neither the bank's nor its customer's.
    Failing,
    /// Does not exist at the provider any more; its history stays.
    Gone,
    /// Disconnected by the owner; its history stays.
    Removed,
}

impl ConnectionState {
    /// The word in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Syncing => "syncing",
            Self::Healthy => "healthy",
            Self::Stale => "stale",
            Self::Partial => "partial",
            Self::NeedsSignIn => "needs_sign_in",
            Self::ConsentEnding => "consent_ending",
            Self::BankDown => "bank_down",
            Self::Failing => "failing",
            Self::Gone => "gone",
            Self::Removed => "removed",
        }
    }

    /// The words on a screen.
    pub fn words(self) -> &'static str {
        match self {
            Self::Partial => "partly read",
            Self::NeedsSignIn => "needs sign-in",
            Self::ConsentEnding => "consent ending",
            Self::BankDown => "bank down",
            other => other.as_str(),
        }
    }

    /// Whether somebody should look at it.
    pub fn needs_attention(self) -> bool {
        !matches!(self, Self::New | Self::Syncing | Self::Healthy | Self::Removed)
    }
}

/// How many days before its end a consent is warned about; Plaid tells its customers' servers seven days before.
pub const CONSENT_DAYS: i64 = 14;

/// After how many days without the bank's data, or without a sync, a connection counts as stale.
pub const STALE_DAYS: i64 = 3;

/// What a state is worked out from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// The connection.
    pub id: ConnectionId,
    /// Whether its owner removed it.
    pub removed: bool,
    /// What the last attempt said.
    pub remedy: Remedy,
    /// How complete the history is.
    pub history: History,
    /// When it was linked.
    pub linked_at: Timestamp,
    /// The last sync that was saved.
    pub last_success_at: Option<Timestamp>,
    /// When the bank itself was last read.
    pub bank_updated_at: Option<Timestamp>,
    /// When the owner's consent ends.
    pub consent_expires_at: Option<Timestamp>,
    /// Whether the last sync could not read one of its products.
    pub unread: bool,
}

/// A state, and the command to run next; none when nothing is to be done.
pub type Standing = (ConnectionState, Option<String>);

impl Facts {
    /// How it stands at an instant.
    pub fn standing(&self, now: Timestamp) -> Standing {
        use ConnectionState as State;
        let (id, remedy) = (self.id, self.remedy);
        let sign_in = || Remedy::SignIn.command(id);
        let sync = || Some(format!("bursar sync {id}"));
        if self.removed {
            return (State::Removed, None);
        }
        if remedy == Remedy::Gone || remedy.needs_owner() {
            return (remedy.state().unwrap_or(State::Failing), remedy.command(id));
        }
        if self.consent_expires_at.is_some_and(|end| end <= now) {
            return (State::NeedsSignIn, sign_in());
        }
        if let Some(state) = remedy.state() {
            return (state, remedy.command(id));
        }
        if self.last_success_at.is_none() {
            return (State::New, sync());
        }
        if self.consent_expires_at.is_some_and(|end| days_between(now, end) <= CONSENT_DAYS) {
            return (State::ConsentEnding, sign_in());
        }
        let incomplete = matches!(self.history, History::NotReady | History::Initial);
        // A bank that still owes its first data owes it since the link; a provider may also never say when it read the bank.
        let bank_read_at = self.bank_updated_at.or(incomplete.then_some(self.linked_at));
        let old = |at: Option<Timestamp>| at.is_some_and(|at| days_between(at, now) > STALE_DAYS);
        if old(self.last_success_at) || old(bank_read_at) {
            return (State::Stale, sync());
        }
        if self.unread {
            return (State::Partial, sync());
        }
        if incomplete {
            return (State::Syncing, sync());
        }
        (State::Healthy, None)
    }
}

/// Whole days from one instant to a later one.
fn days_between(from: Timestamp, to: Timestamp) -> i64 {
    to.duration_since(from).as_hours() / 24
}

/// The day an instant falls on, for sentences.
pub fn day(at: Timestamp) -> Date {
    at.to_zoned(jiff::tz::TimeZone::UTC).date()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-04-15T12:00:00Z";

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn healthy() -> Facts {
        Facts {
            id: ConnectionId(3),
            removed: false,
            remedy: Remedy::Nothing,
            history: History::Complete,
            linked_at: at("2026-04-01T00:00:00Z"),
            last_success_at: Some(at("2026-04-15T06:00:00Z")),
            bank_updated_at: Some(at("2026-04-15T05:00:00Z")),
            consent_expires_at: None,
            unread: false,
        }
    }

    fn shown(facts: Facts) -> String {
        let (state, command) = facts.standing(at(NOW));
        format!("{}: {}", state.as_str(), command.unwrap_or_default())
    }

    #[test]
    fn a_state_follows_from_what_is_known() {
        let consent = |end: &str| Facts { consent_expires_at: Some(at(end)), ..healthy() };
        for (facts, expected) in [
            (healthy(), "healthy: "),
            (Facts { last_success_at: None, ..healthy() }, "new: bursar sync c3"),
            (Facts { history: History::Initial, ..healthy() }, "syncing: bursar sync c3"),
            (Facts { history: History::Unknown, ..healthy() }, "healthy: "),
            (
                Facts { history: History::Initial, ..consent("2026-04-20T12:00:00Z") },
                "consent_ending: bursar link --repair c3",
            ),
            (
                Facts { history: History::Initial, bank_updated_at: Some(at("2026-04-11T11:00:00Z")), ..healthy() },
                "stale: bursar sync c3",
            ),
            (Facts { history: History::NotReady, bank_updated_at: None, ..healthy() }, "stale: bursar sync c3"),
            (Facts { bank_updated_at: None, ..healthy() }, "healthy: "),
            (Facts { unread: true, history: History::Initial, ..healthy() }, "partial: bursar sync c3"),
            (Facts { unread: true, remedy: Remedy::Wait, ..healthy() }, "bank_down: bursar sync c3"),
            (
                Facts { unread: true, bank_updated_at: Some(at("2026-04-11T11:00:00Z")), ..healthy() },
                "stale: bursar sync c3",
            ),
            (
                Facts {
                    history: History::NotReady,
                    bank_updated_at: None,
                    linked_at: at("2026-04-15T05:00:00Z"),
                    ..healthy()
                },
                "syncing: bursar sync c3",
            ),
            (Facts { bank_updated_at: Some(at("2026-04-11T11:00:00Z")), ..healthy() }, "stale: bursar sync c3"),
            (Facts { bank_updated_at: Some(at("2026-04-12T11:00:00Z")), ..healthy() }, "healthy: "),
            (Facts { last_success_at: Some(at("2026-04-01T11:00:00Z")), ..healthy() }, "stale: bursar sync c3"),
            (consent("2026-04-29T12:00:00Z"), "consent_ending: bursar link --repair c3"),
            (consent("2026-05-01T12:00:00Z"), "healthy: "),
            (consent("2026-04-15T12:00:00Z"), "needs_sign_in: bursar link --repair c3"),
            (
                Facts { remedy: Remedy::Wait, ..consent("2026-04-01T12:00:00Z") },
                "needs_sign_in: bursar link --repair c3",
            ),
            (Facts { remedy: Remedy::Gone, ..consent("2026-04-01T12:00:00Z") }, "gone: bursar connections remove c3"),
            (Facts { removed: true, remedy: Remedy::Gone, ..healthy() }, "removed: "),
        ] {
            assert_eq!(shown(facts), expected, "{facts:?}");
        }
    }

    #[test]
    fn every_remedy_has_one_state_and_one_command() {
        for remedy in Remedy::ALL {
            let stands = Facts { remedy, ..healthy() }.standing(at(NOW));
            assert_eq!(Remedy::from_word(remedy.as_str()), remedy);
            assert_eq!(stands, (remedy.state().unwrap_or(ConnectionState::Healthy), remedy.command(ConnectionId(3))));
            assert_eq!(stands.1.is_none(), remedy == Remedy::Nothing);
            assert_eq!(stands.0.needs_attention(), remedy != Remedy::Nothing);
        }
        assert_eq!(Remedy::from_word("a word of tomorrow"), Remedy::Report);
    }
}
