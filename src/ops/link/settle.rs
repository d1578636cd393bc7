//! From public tokens to connections in the book.
//!
//! Order for each: duplicate check on what the flow said; space reserved; exchange; token sealed into `pending/`;
//! duplicate check on the accounts themselves; one commit of connection, accounts and consent; `pending/` emptied.
//! Invariant: a kill between any two steps loses no token, and `recover` finishes what was left.

use serde::{Deserialize, Serialize};

use super::{
    Duplicate, Grant, Guide, LinkError, Linked, Linker, Outcome, Wish,
    duplicate::{self, Candidate},
    poll::End,
};
use crate::{
    domain::ids::{InstitutionId, ProviderItemId},
    plaid::{AccountList, KnownCurrencies},
    secret::Secret,
    store::{IntentState, KnownAccount, NewConnection, Store, StoreError},
    vault::VaultError,
};

/// Version of the sentence that the user agreed to.
const CONSENT: &str = "1";

/// What the user agreed to.
const SCOPE: &str = "transactions liabilities investments";

/// A connection between its exchange and the book.
struct Made {
    environment: String,
    item_id: ProviderItemId,
    access_token: Secret<String>,
    institution_id: Option<InstitutionId>,
    institution: Option<String>,
}

impl Linker<'_> {
    /// Ends a flow: exchanges what it granted and notes how it ended.
    pub(super) fn conclude(
        &self,
        intent: i64,
        end: End,
        wish: &Wish,
        guide: &mut dyn Guide,
    ) -> Result<Outcome, LinkError> {
        let (state, outcome) = match end {
            End::Left(exit) => (IntentState::Abandoned, Outcome::Left(exit)),
            End::Expired => (IntentState::Abandoned, Outcome::Expired),
            End::Completed(id) => (IntentState::Done, self.verify(id)?),
            End::Granted(grants) => {
                let (mut linked, mut duplicates) = (Vec::new(), Vec::new());
                for grant in &grants {
                    match self.settle(intent, grant, wish, guide)? {
                        Ok(connection) => linked.push(connection),
                        Err(duplicate) => duplicates.push(duplicate),
                    }
                }
                // A duplicate stays open, so that the user may resume it and allow it.
                let outcome = Outcome::Finished { linked, duplicates };
                if matches!(&outcome, Outcome::Finished { duplicates, .. } if !duplicates.is_empty()) {
                    return Ok(outcome);
                }
                (IntentState::Done, outcome)
            }
        };
        self.close(intent, state)?;
        Ok(outcome)
    }

    /// Finishes what a killed process had exchanged but not put into the book.
    pub fn recover(&self) -> Result<Vec<Linked>, LinkError> {
        let mut book = self.write_book()?;
        let mut recovered = Vec::new();
        for pending in self.vault.pending(book.writer()?)? {
            let made = Made::from_json(&pending.open(self.vault)?)?;
            let accounts = self.read_accounts(&made).ok();
            match self.adopt(&mut book, &made, accounts.as_ref()) {
                Ok(linked) => recovered.push(linked),
                // The commit had been reached; only the clean-up had not.
                Err(LinkError::Store(StoreError::Exists { .. })) => {}
                Err(error) => return Err(error),
            }
            pending.discard()?;
        }
        Ok(recovered)
    }

    fn settle(
        &self,
        intent: i64,
        grant: &Grant,
        wish: &Wish,
        guide: &mut dyn Guide,
    ) -> Result<Result<Linked, Duplicate>, LinkError> {
        let known = self.read_book()?.known_accounts()?;
        let chosen: Vec<_> = grant.accounts.iter().map(Candidate::from).collect();
        let institution = grant.institution_id.as_ref().map(InstitutionId::as_str);
        let mut agreed = wish.allow_duplicates;
        if let Some(duplicate) = duplicate::find(institution, &chosen, &known).filter(|_| !agreed) {
            if !guide.link_again(&duplicate) {
                return Ok(Err(duplicate));
            }
            agreed = true;
        }
        self.exchange(intent, grant, wish, if agreed { &[] } else { &known })
    }

    /// Exchanges a public token; accounts among `known` undo it.
    fn exchange(
        &self,
        intent: i64,
        grant: &Grant,
        wish: &Wish,
        known: &[KnownAccount],
    ) -> Result<Result<Linked, Duplicate>, LinkError> {
        let mut book = self.write_book()?;
        book.write(&self.event("link.exchange"), |tx| tx.advance_intent(intent, IntentState::Exchanging, None))?;
        let space = self.vault.reserve_pending(book.writer()?)?;
        let exchanged = match self.runtime.block_on(self.client.public_token_exchange(&grant.public_token)) {
            Ok(exchanged) => exchanged,
            Err(error) => {
                space.release()?;
                if error.code() == Some("INVALID_PUBLIC_TOKEN") {
                    // Used or too old: nothing can come of this flow any more.
                    book.write(&self.event("link.end"), |tx| tx.advance_intent(intent, IntentState::Abandoned, None))?;
                }
                return Err(if error.outcome_unknown() { LinkError::AnswerLost(error) } else { error.into() });
            }
        };
        let mut made = Made {
            environment: self.environment().to_owned(),
            item_id: exchanged.item_id,
            access_token: exchanged.access_token,
            institution_id: grant.institution_id.clone(),
            institution: grant.institution.clone(),
        };
        let pending = space.keep(&made.to_json()?)?;
        // From here on nothing is lost. The bank may be slow to show accounts; then the first sync brings them.
        let accounts = self.read_accounts(&made).ok();
        if let Some(duplicate) = accounts.as_ref().and_then(|list| twin(&made, list, known))
            && self.runtime.block_on(self.client.item_remove(&made.access_token)).is_ok()
        {
            pending.discard()?;
            return Ok(Err(duplicate));
        }
        self.name_bank(&mut made, accounts.as_ref(), &wish.countries);
        let linked = self.adopt(&mut book, &made, accounts.as_ref())?;
        pending.discard()?;
        Ok(Ok(linked))
    }

    fn read_accounts(&self, made: &Made) -> Result<AccountList, LinkError> {
        let known = KnownCurrencies::default();
        Ok(self.runtime.block_on(self.client.accounts_get(&made.access_token, &known))?)
    }

    /// Settles the bank's id and name: Plaid's word on the connection goes before what the flow said of it.
    fn name_bank(&self, made: &mut Made, accounts: Option<&AccountList>, countries: &[String]) {
        if let Some(list) = accounts {
            made.institution_id = list.item.institution_id.clone().or(made.institution_id.take());
            made.institution = list.item.institution_name.clone().or(made.institution.take());
        }
        if made.institution.is_none()
            && let Some(id) = &made.institution_id
        {
            // Without a name the connection works all the same.
            let found = self.runtime.block_on(self.client.institution_get(id, countries));
            made.institution = found.ok().map(|institution| institution.name);
        }
    }

    /// Puts a connection into the book, in one commit.
    fn adopt(&self, book: &mut Store, made: &Made, accounts: Option<&AccountList>) -> Result<Linked, LinkError> {
        let token = self.vault.seal_token(made.item_id.as_str(), &made.environment, &made.access_token)?;
        let new = NewConnection {
            provider: "plaid",
            environment: &made.environment,
            item_id: &made.item_id,
            institution_id: made.institution_id.as_ref(),
            institution: made.institution.as_deref(),
            token: &token,
        };
        let accounts = accounts.map(|list| list.accounts.as_slice()).unwrap_or_default();
        let id = book.write(&self.event("link"), |tx| {
            let id = tx.add_connection(&new)?;
            if !accounts.is_empty() {
                tx.set_accounts(id, accounts)?;
            }
            tx.give_consent(Some(id), CONSENT, SCOPE)?;
            tx.note("accounts", accounts.len());
            Ok::<_, StoreError>(id)
        })?;
        let names = accounts.iter().map(|account| account.name.clone()).collect();
        Ok(Linked { id, institution: made.institution.clone(), accounts: names })
    }
}

/// The connection that has these very accounts already.
fn twin(made: &Made, list: &AccountList, known: &[KnownAccount]) -> Option<Duplicate> {
    let institution = made.institution_id.as_ref().or(list.item.institution_id.as_ref());
    let candidates: Vec<_> = list
        .accounts
        .iter()
        .map(|account| Candidate {
            name: &account.name,
            mask: account.mask.as_deref(),
            persistent_id: account.persistent_id.as_deref(),
        })
        .collect();
    duplicate::find(institution.map(InstitutionId::as_str), &candidates, known)
}

#[derive(Serialize)]
struct Written<'a> {
    environment: &'a str,
    item_id: &'a str,
    access_token: &'a str,
    institution_id: Option<&'a str>,
    institution: Option<&'a str>,
}

#[derive(Deserialize)]
struct Read {
    environment: String,
    item_id: String,
    access_token: String,
    institution_id: Option<String>,
    institution: Option<String>,
}

impl Made {
    fn to_json(&self) -> Result<Secret<String>, LinkError> {
        let written = Written {
            environment: &self.environment,
            item_id: self.item_id.as_str(),
            access_token: self.access_token.expose(),
            institution_id: self.institution_id.as_ref().map(InstitutionId::as_str),
            institution: self.institution.as_deref(),
        };
        let json = serde_json::to_string(&written);
        Ok(Secret::new(json.map_err(|_| VaultError::Crypto("a token does not serialise"))?))
    }

    fn from_json(json: &Secret<String>) -> Result<Self, LinkError> {
        let read: Read = serde_json::from_str(json.expose()).map_err(|_| VaultError::Damaged {
            file: "pending",
            reason: "a token on its way into the book has an unknown form".to_owned(),
        })?;
        Ok(Self {
            environment: read.environment,
            item_id: read.item_id.into(),
            access_token: Secret::new(read.access_token),
            institution_id: read.institution_id.map(Into::into),
            institution: read.institution,
        })
    }
}
