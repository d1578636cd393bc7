//! From public tokens to connections in the book.
//!
//! Order for each: duplicate check on what the flow said; space reserved; exchange; token sealed into `pending/`;
//! duplicate check on the accounts themselves; one commit of connection, accounts and consent; `pending/` emptied.
//! Invariant: a kill between any two steps loses no token, and `ahead::recover` finishes what was left.

use super::{
    Beyond, Duplicate, Grant, Guide, LinkError, Linker, Outcome, Wish, digest,
    duplicate::{Candidate, Living},
    poll::End,
};
use crate::{
    domain::{accounts::KnownCurrencies, ids::InstitutionId, provider::PLAID},
    ops::ahead::{self, Linked, Made},
    plaid::{AccountList, PlaidError, RemovalReason},
    store::{Exchange, IntentState, Store},
};

/// Plaid's word for a public token that was used or is too old.
const OVER: &str = "INVALID_PUBLIC_TOKEN";

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
                let (mut linked, mut duplicates, mut over) = (Vec::new(), Vec::new(), None);
                let mut beyond: Option<Beyond> = None;
                for grant in &grants {
                    match self.settle(intent, grant, wish, guide) {
                        Ok(Ok(connection)) => linked.push(connection),
                        Ok(Err(duplicate)) => duplicates.push(duplicate),
                        // Nothing can come of this one any more, which costs the others of the flow nothing.
                        Err(error) if is_over(&error) => over = Some(error),
                        Err(LinkError::PlanFull { made, most }) => {
                            let granted = beyond.map_or(0, |beyond| beyond.granted) + 1;
                            beyond = Some(Beyond { made, most, granted });
                        }
                        Err(error) => return Err(error),
                    }
                }
                // A duplicate stays open, so that the user may resume it and allow it; so does what the plan has no place for.
                let open = !duplicates.is_empty() || beyond.is_some();
                match over {
                    Some(error) if open => return Err(error),
                    Some(error) => {
                        self.close(intent, IntentState::Abandoned)?;
                        return Err(error);
                    }
                    None if open => return Ok(Outcome::Finished { linked, duplicates, beyond }),
                    None => (IntentState::Done, Outcome::Finished { linked, duplicates, beyond }),
                }
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
        if let Some(linked) = self.settled(grant)? {
            return Ok(Ok(linked));
        }
        let living = Living::read(&self.bank.read_book()?)?;
        let chosen: Vec<_> = grant.accounts.iter().map(Candidate::from).collect();
        let institution = grant.institution_id.as_ref().map(InstitutionId::as_str);
        let mut agreed = wish.allow_duplicates;
        if let Some(duplicate) = living.find(institution, &chosen).filter(|_| !agreed) {
            if !guide.link_again(&duplicate) {
                return Ok(Err(duplicate));
            }
            agreed = true;
        }
        self.exchange(intent, grant, wish, (!agreed).then_some(&living))
    }

    /// What the same flow brought into the book before it was stopped.
    fn settled(&self, grant: &Grant) -> Result<Option<Linked>, LinkError> {
        let book = self.bank.read_book()?;
        let Some(id) = book.exchanged(self.bank.environment, &name(grant))? else { return Ok(None) };
        if book.connection(id)?.token.is_none() {
            return Ok(None);
        }
        let accounts = grant.accounts.iter().map(|(name, _)| name.clone()).collect();
        Ok(Some(Linked { id, institution: grant.institution.clone(), accounts, said: Vec::new() }))
    }

    /// Exchanges a public token, if the plan has a place for what comes of it; accounts or a bank among `living` undo it.
    fn exchange(
        &self,
        intent: i64,
        grant: &Grant,
        wish: &Wish,
        living: Option<&Living>,
    ) -> Result<Result<Linked, Duplicate>, LinkError> {
        let mut book = self.bank.write_book()?;
        let of = name(grant);
        let exchange = book.write(&self.bank.event("link.exchange"), |tx| {
            tx.advance_intent(intent, IntentState::Exchanging, None)?;
            let exchange = tx.begin_exchange(self.bank.environment, &of)?;
            // Whoever waited for a person counts again, and nobody else can count until this is written.
            let made = tx.connections_made(PLAID, self.bank.environment)?;
            match wish.most {
                Some(most) if made > most && !exchange.again => Err(LinkError::PlanFull { made: made - 1, most }),
                _ => Ok(exchange),
            }
        })?;
        let space = self.bank.vault.reserve_pending(book.writer()?)?;
        let exchanged = match self.bank.runtime.block_on(self.plaid()?.public_token_exchange(&grant.public_token)) {
            Ok(exchanged) => exchanged,
            Err(error) => {
                space.release()?;
                return Err(self.refused(&mut book, exchange, error)?);
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
            exchange: Some(exchange.id),
            granted: grant.accounts.clone(),
        };
        let (pending, kept) = space.keep(&made.to_json()?);
        // From here on nothing is lost; what could not be kept goes into the book at once. The bank may be slow to show accounts;
        // then the first sync brings them.
        let accounts = kept.is_ok().then(|| self.accounts(&made)).flatten();
        if let Some(duplicate) = living.and_then(|living| twin(&made, accounts.as_ref(), living))
            && self.bank.runtime.block_on(self.plaid()?.item_remove(&made.access_token, RemovalReason::Other)).is_ok()
        {
            book.write(&self.bank.event("link.duplicate"), |tx| tx.end_exchange(exchange.id, None))?;
            pending.discard()?;
            return Ok(Err(duplicate));
        }
        self.name_bank(&mut made, accounts.as_ref(), &wish.countries);
        let accounts = accounts.map(|list| list.accounts).unwrap_or_default();
        let linked = ahead::adopt(&self.bank, &mut book, &made, &accounts)?;
        pending.discard()?;
        Ok(Ok(linked))
    }

    /// Notes what an exchange that failed leaves: an answer that was lost leaves it open, since the connection may be there.
    fn refused(&self, book: &mut Store, exchange: Exchange, error: PlaidError) -> Result<LinkError, LinkError> {
        if error.outcome_unknown() {
            return Ok(LinkError::AnswerLost(error));
        }
        let over = error.code() == Some(OVER);
        book.write(&self.bank.event("link.end"), |tx| match (exchange.again, over) {
            (false, _) => tx.advance_intent(exchange.id, IntentState::Abandoned, None),
            // The try whose answer was lost had used it: the connection is there, and stays counted.
            (true, true) => tx.end_exchange(exchange.id, None),
            // This try made nothing, which says nothing of the one before.
            (true, false) => Ok(()),
        })?;
        Ok(if exchange.again && over { LinkError::Unreachable(error) } else { error.into() })
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

/// What a grant is known by in the book: not its token, but what only that token leads to.
fn name(grant: &Grant) -> String {
    digest(b"bursar/v1/public-token", grant.public_token.expose().as_bytes())
}

/// Whether nothing can come of a grant any more.
fn is_over(error: &LinkError) -> bool {
    match error {
        LinkError::Unreachable(_) => true,
        LinkError::Plaid(error) => error.code() == Some(OVER),
        _ => false,
    }
}

/// The connection that has these very accounts already, or is one to the same bank.
fn twin(made: &Made, list: Option<&AccountList>, living: &Living) -> Option<Duplicate> {
    let told = list.and_then(|list| list.item.institution_id.as_ref());
    let institution = made.institution_id.as_ref().or(told).map(InstitutionId::as_str);
    let candidates: Vec<_> = list.into_iter().flat_map(|list| &list.accounts).map(Candidate::of).collect();
    living.find(institution, &candidates).or_else(|| living.neighbour(institution))
}
