//! From public tokens to connections in the book.
//!
//! Order for each: duplicate check on what the flow said; space reserved; exchange; token sealed into `pending/`;
//! duplicate check on the accounts themselves; one commit of connection, accounts and consent; `pending/` emptied.
//! Invariant: a kill between any two steps loses no token, and `ahead::recover` finishes what was left.

use super::{
    Duplicate, Grant, Guide, LinkError, Linker, Outcome, Wish,
    duplicate::{self, Candidate},
    poll::End,
};
use crate::{
    domain::{accounts::KnownCurrencies, ids::InstitutionId, provider::PLAID},
    ops::ahead::{self, Linked, Made},
    plaid::{AccountList, RemovalReason},
    store::{IntentState, KnownAccount},
};

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
            End::Left(exit) => (IntentState::Abandoned, Outcome::Left(exit, wish.repair)),
            End::Expired => (IntentState::Abandoned, Outcome::Expired(wish.repair)),
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

    fn settle(
        &self,
        intent: i64,
        grant: &Grant,
        wish: &Wish,
        guide: &mut dyn Guide,
    ) -> Result<Result<Linked, Duplicate>, LinkError> {
        let known = self.bank.read_book()?.known_accounts()?;
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
        let mut book = self.bank.write_book()?;
        let exchange = book.write(&self.bank.event("link.exchange"), |tx| {
            tx.advance_intent(intent, IntentState::Exchanging, None)?;
            tx.begin_exchange(self.bank.environment)
        })?;
        let space = self.bank.vault.reserve_pending(book.writer()?)?;
        let exchanged = match self.bank.runtime.block_on(self.plaid()?.public_token_exchange(&grant.public_token)) {
            Ok(exchanged) => exchanged,
            Err(error) => {
                space.release()?;
                if error.outcome_unknown() {
                    return Err(LinkError::AnswerLost(error));
                }
                book.write(&self.bank.event("link.end"), |tx| {
                    tx.advance_intent(exchange, IntentState::Abandoned, None)?;
                    // Used or too old: nothing can come of this flow any more.
                    let over = error.code() == Some("INVALID_PUBLIC_TOKEN");
                    if over { tx.advance_intent(intent, IntentState::Abandoned, None) } else { Ok(()) }
                })?;
                return Err(error.into());
            }
        };
        let mut made = Made {
            provider: PLAID.to_owned(),
            environment: self.bank.environment.to_owned(),
            item_id: exchanged.item_id,
            access_token: exchanged.access_token,
            institution_id: grant.institution_id.clone(),
            institution: grant.institution.clone(),
            name: None,
            exchange: Some(exchange),
        };
        let (pending, kept) = space.keep(&made.to_json()?);
        // From here on nothing is lost; what could not be kept goes into the book at once. The bank may be slow to show accounts;
        // then the first sync brings them.
        let accounts = kept.is_ok().then(|| self.accounts(&made)).flatten();
        if let Some(duplicate) = accounts.as_ref().and_then(|list| twin(&made, list, known))
            && self.bank.runtime.block_on(self.plaid()?.item_remove(&made.access_token, RemovalReason::Other)).is_ok()
        {
            book.write(&self.bank.event("link.duplicate"), |tx| tx.end_exchange(exchange, None))?;
            pending.discard()?;
            return Ok(Err(duplicate));
        }
        self.name_bank(&mut made, accounts.as_ref(), &wish.countries);
        let accounts = accounts.map(|list| list.accounts).unwrap_or_default();
        let linked = ahead::adopt(&self.bank, &mut book, &made, &accounts)?;
        pending.discard()?;
        Ok(Ok(linked))
    }

    fn accounts(&self, made: &Made) -> Option<AccountList> {
        let plaid = self.plaid().ok()?;
        self.bank.runtime.block_on(plaid.accounts_get(&made.access_token, &KnownCurrencies::default())).ok()
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
            let asked = self.plaid().map(|plaid| plaid.institution_get(id, countries));
            let found = asked.and_then(|asked| self.bank.runtime.block_on(asked));
            made.institution = found.ok().map(|institution| institution.name);
        }
    }
}

/// The connection that has these very accounts already.
fn twin(made: &Made, list: &AccountList, known: &[KnownAccount]) -> Option<Duplicate> {
    let institution = made.institution_id.as_ref().or(list.item.institution_id.as_ref());
    let candidates: Vec<_> = list.accounts.iter().map(Candidate::of).collect();
    duplicate::find(institution.map(InstitutionId::as_str), &candidates, known)
}
