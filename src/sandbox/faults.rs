//! Misbehaviour on command: named faults that strike a counted number of times.
//!
//! Uses nothing of the house. Invariant: a fault strikes only what it names, and not once more than it was set for.

use serde::Serialize;

macro_rules! faults {
    ($($variant:ident, $name:literal, $times:expr, $what:literal;)+) => {
        /// A way in which the sandbox can misbehave.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Fault {
            $(#[doc = $what] $variant,)+
        }

        impl Fault {
            /// All faults, in the order of the list that people see.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The name on the command line.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// What it does, one sentence.
            pub fn what(self) -> &'static str {
                match self { $(Self::$variant => $what,)+ }
            }

            /// How often it strikes when nothing else is said; `None` is until it is cleared.
            pub fn times(self) -> Option<u32> {
                match self { $(Self::$variant => $times,)+ }
            }

            /// The fault of that name.
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|fault| fault.name() == name)
            }
        }
    };
}

faults! {
    Mutation, "mutation", Some(1), "The data changes while a sync is between two of its pages.";
    MutationForever, "mutation-forever", None, "Every sync from a stored cursor fails with a mutation; only one from the start works.";
    NotReady, "not-ready", Some(1), "A sync is told that there is no history yet.";
    CursorNotAssociated, "cursor-not-associated", Some(1), "A stored cursor is refused.";
    NeverEndingCursor, "never-ending-cursor", None, "Every page of a sync is empty and says that more follow.";
    DuplicateInPage, "duplicate-in-page", Some(1), "A page has its first transaction twice.";
    BadAmount, "bad-amount", Some(1), "A page has an amount of 1e400.";
    HugeAmount, "huge-amount", Some(1), "A page has an amount of nineteen digits.";
    NanAmount, "nan-amount", Some(1), "A page has the word NaN for an amount, which is not JSON.";
    UnknownCurrency, "unknown-currency", Some(1), "A page has an amount in the currency ZZZ.";
    EscapeSequences, "escape-sequences", Some(1), "A page has a merchant whose name would take over a terminal.";
    ImpossibleDate, "impossible-date", Some(1), "A page has a transaction of the 30th of February.";
    FutureDate, "future-date", Some(1), "A page has a transaction of a year from its day.";
    ChangedCurrency, "changed-currency", Some(1), "A page has its accounts and its first transaction in euros.";
    UnknownAccount, "unknown-account", Some(1), "A page has a transaction of an account that the bank does not list.";
    AddedAndRemoved, "added-and-removed", Some(1), "A page adds a transaction and takes it back.";
    MissingField, "missing-field", Some(1), "A page has a transaction without its date.";
    WrongKind, "wrong-kind", Some(1), "A page has a transaction whose pending is a word.";
    AmountAsText, "amount-as-text", Some(1), "A page has an amount in quotation marks.";
    UnknownField, "unknown-field", Some(1), "A page has a transaction with a field that the definition does not have.";
    AccountChurn, "account-churn", Some(1), "The card comes back under another account id, its transactions under other ids.";
    AccountChurnRemoved, "account-churn-removed", Some(1), "The same, and the transactions under the old ids are taken back.";
    BadProductRow, "bad-product-row", Some(1), "Debts, holdings or trades have a first row with a number in quotation marks.";
    ConsentMissing, "consent-missing", Some(1), "A new login agrees to transactions and to nothing else.";
    ItemError, "item-error", Some(1), "A look at the connection says that the bank wants a new sign-in, while every other call works.";
    LoginRequired, "login-required", Some(1), "A call is told that the bank wants a new sign-in.";
    ItemNotFound, "item-not-found", Some(1), "A call is told that the connection does not exist.";
    InstitutionDown, "institution-down", Some(1), "A call is told that the bank does not answer.";
    RateLimit, "rate-limit", Some(1), "A call is over the limit (429) and told when to come again.";
    RateLimitBare, "rate-limit-bare", Some(1), "A call is over the limit (429) and not told when to come again.";
    CreditsExhausted, "credits-exhausted", Some(1), "A call is told that the free allowance is used up (429).";
    InternalError, "internal-error", Some(1), "A call fails with 500.";
    Maintenance, "maintenance", Some(1), "A call fails with 503.";
    InvalidKeys, "invalid-keys", Some(1), "The credentials of a call are refused.";
    RedirectRefused, "redirect-refused", None, "A hosted page that is to lead back to a loopback address is refused.";
    Html, "html", Some(1), "A call is answered with a page of HTML.";
    WrongType, "wrong-type", Some(1), "An answer calls its JSON text/plain.";
    Truncated, "truncated", Some(1), "An answer is cut in half.";
    DropConnection, "drop-connection", Some(1), "An answer breaks off together with its connection.";
    Slow, "slow", Some(1), "An answer takes three seconds.";
    Trickle, "trickle", Some(1), "An answer comes in small pieces for three seconds.";
    SimplefinClaimed, "simplefin-claimed", Some(1), "SimpleFIN: a setup token was claimed already (403).";
    SimplefinRevoked, "simplefin-revoked", Some(1), "SimpleFIN: the access URL is not taken any more (403).";
    SimplefinPayment, "simplefin-payment", Some(1), "SimpleFIN: the subscription is to be paid first (402).";
    SimplefinMalformed, "simplefin-malformed", Some(1), "SimpleFIN: an account is not what the protocol promises.";
    SimplefinNotFound, "simplefin-not-found", Some(1), "SimpleFIN: there is nothing at the access URL (404).";
    SimplefinAccountGone, "simplefin-account-gone", Some(1), "SimpleFIN: an answer lacks an account, and has nothing to say of it.";
    SimplefinErrlist, "simplefin-errlist", Some(1), "SimpleFIN: an answer has something to say of a bank, and lacks an account of it.";
    SimplefinSignIn, "simplefin-sign-in", Some(1), "SimpleFIN: an answer says that a bank wants a new sign-in.";
    SimplefinCurrency, "simplefin-currency", Some(1), "SimpleFIN: an account is in a currency of its own.";
    SimplefinNewIds, "simplefin-new-ids", None, "SimpleFIN: every account and every row has another id than before.";
    SimplefinOld, "simplefin-old", None, "SimpleFIN: the server speaks version 1 of the protocol, whatever it is asked for.";
    HugeBody, "huge-body", Some(1), "An answer is 256 MiB long.";
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Armed {
    #[serde(serialize_with = "by_name")]
    fault: Fault,
    /// How often it still strikes; `None` is until it is cleared.
    left: Option<u32>,
    /// Strikes calls of this path only.
    path: Option<String>,
    /// Strikes this Item only.
    item_id: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature is serde's")]
fn by_name<S: serde::Serializer>(fault: &Fault, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(fault.name())
}

/// The faults that are set.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    armed: Vec<Armed>,
    /// Codes that the next call of a path is refused with.
    refusals: Vec<(&'static str, String)>,
}

impl Faults {
    /// Sets a fault; setting it again replaces the count.
    pub(crate) fn set(&mut self, fault: Fault, times: Option<u32>, path: Option<String>, item_id: Option<String>) {
        self.armed.retain(|armed| armed.fault != fault || armed.path != path || armed.item_id != item_id);
        let left = times.or(fault.times());
        if left != Some(0) {
            self.armed.push(Armed { fault, left, path, item_id });
        }
    }

    /// Whether the fault strikes this call; counts it if so.
    pub(crate) fn strikes(&mut self, fault: Fault, path: &str, item_id: Option<&str>) -> bool {
        let hit = self.armed.iter_mut().find(|armed| {
            armed.fault == fault
                && armed.path.as_deref().is_none_or(|wanted| wanted == path)
                && armed.item_id.as_deref().is_none_or(|wanted| item_id == Some(wanted))
        });
        let Some(armed) = hit else { return false };
        armed.left = armed.left.map(|left| left.saturating_sub(1));
        self.armed.retain(|armed| armed.left != Some(0));
        true
    }

    /// Has the next call of a path refused with a code.
    pub(crate) fn refuse(&mut self, code: &'static str, path: &str) {
        self.refusals.push((code, path.to_owned()));
    }

    /// The code that this call is refused with, if it is; that is over with it.
    pub(crate) fn refuses(&mut self, path: &str) -> Option<&'static str> {
        let place = self.refusals.iter().position(|(_, wanted)| wanted == path)?;
        Some(self.refusals.remove(place).0)
    }

    /// How often a fault still strikes, if it is set.
    pub(crate) fn left(&self, fault: Fault) -> Option<u32> {
        self.armed.iter().find(|armed| armed.fault == fault).map(|armed| armed.left.unwrap_or(u32::MAX))
    }

    /// What is set now.
    pub(crate) fn armed(&self) -> &[Armed] {
        &self.armed
    }

    /// Takes every fault away.
    pub(crate) fn clear(&mut self) {
        self.armed.clear();
        self.refusals.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strikes_as_often_as_it_was_set() {
        let mut faults = Faults::default();
        faults.set(Fault::Html, Some(2), None, None);
        faults.set(Fault::Slow, None, Some("/item/get".into()), None);
        assert!(!faults.strikes(Fault::Slow, "/accounts/get", None));
        assert!(faults.strikes(Fault::Slow, "/item/get", None) && !faults.strikes(Fault::Slow, "/item/get", None));
        assert!(faults.strikes(Fault::Html, "/x", None) && faults.strikes(Fault::Html, "/x", None));
        assert!(!faults.strikes(Fault::Html, "/x", None));
        faults.set(Fault::MutationForever, None, None, Some("i".into()));
        assert!((0..9).all(|_| faults.strikes(Fault::MutationForever, "/x", Some("i"))));
        assert!(!faults.strikes(Fault::MutationForever, "/x", Some("j")));
        faults.clear();
        assert!(faults.armed().is_empty());
    }

    #[test]
    fn names_are_unique() {
        for fault in Fault::ALL {
            assert_eq!(Fault::from_name(fault.name()), Some(*fault));
        }
    }
}
