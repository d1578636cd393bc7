//! Link tokens and what happened in their sessions, as `/link/token/get` tells it.
//!
//! Uses `plaid::wire`, `domain::dates`. Invariant: a session ends once, with success or exit.

use std::collections::{BTreeMap, HashMap};

use super::{institutions::Bank, item::Draft, refusal::Refusal, seed::accounts::ACCOUNTS};
use crate::{
    domain::dates::Timestamp,
    plaid::wire::{
        Token,
        link::{
            ItemAddResult, LinkAccount, LinkEvent, LinkExit, LinkExitMetadata, LinkInstitution, LinkResults,
            LinkSession, LinkSuccess, LinkSuccessMetadata, LinkTokenCreateRequest,
        },
    },
};

/// Where the user stands in Link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// Chooses a bank.
    Institution,
    /// Signs in.
    Credentials,
    /// Is sent to the bank's own page.
    Redirect,
    /// Types the code from a device.
    Code,
    /// Answers question `round` of `rounds`, each of so many questions.
    Questions {
        /// From 1.
        round: u8,
        /// How many rounds there are.
        rounds: u8,
        /// Questions a round.
        questions: u8,
    },
    /// Picks the right answer.
    Selection,
    /// Chooses accounts.
    Accounts,
    /// Is done, one way or the other.
    Done,
}

impl Step {
    /// Plaid's word for the page in an event.
    pub(crate) fn view_name(self) -> &'static str {
        match self {
            Self::Institution => "SELECT_INSTITUTION",
            Self::Credentials => "CREDENTIAL",
            Self::Redirect => "OAUTH",
            Self::Code | Self::Questions { .. } | Self::Selection => "MFA",
            Self::Accounts => "SELECT_ACCOUNT",
            Self::Done => "CONNECTED",
        }
    }

    /// Plaid's word for where a user left.
    fn exit_status(self) -> Option<&'static str> {
        match self {
            Self::Institution => Some("institution_not_found"),
            Self::Credentials => Some("requires_credentials"),
            Self::Redirect => Some("requires_oauth"),
            Self::Code => Some("requires_code"),
            Self::Questions { .. } => Some("requires_questions"),
            Self::Selection => Some("requires_selections"),
            Self::Accounts => Some("requires_account_selection"),
            Self::Done => None,
        }
    }
}

/// How a session ended.
#[derive(Debug, Clone)]
pub(crate) enum Outcome {
    /// With a login, new or repaired; in update mode the token is not to be exchanged.
    Success {
        /// What Link hands to the page.
        public_token: String,
        /// The accounts chosen.
        accounts: Vec<LinkAccount>,
    },
    /// The user left.
    Exit {
        /// The last error seen, if it was not overcome.
        error: Option<Box<Refusal>>,
        /// Where the user stood.
        status: Option<&'static str>,
    },
}

/// One run through Link.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    /// Its id.
    pub(crate) id: String,
    /// Where the user stands.
    pub(crate) step: Step,
    /// The bank chosen.
    pub(crate) bank: Option<&'static Bank>,
    /// The user name typed.
    pub(crate) user: String,
    /// The error shown on the page now.
    pub(crate) error: Option<Refusal>,
    /// The end, when it came.
    pub(crate) outcome: Option<Outcome>,
    /// Origin of the page that embeds Link, if one does.
    pub(crate) parent: Option<String>,
    started: Timestamp,
    finished: Option<Timestamp>,
    events: Vec<LinkEvent>,
}

/// A Link flow that a client opened.
#[derive(Debug)]
pub(crate) struct LinkToken {
    /// The secret part of the hosted page's address.
    pub(crate) page: String,
    /// What the client asked for.
    pub(crate) request: LinkTokenCreateRequest,
    /// In update mode, the access token and the draft of the Item.
    pub(crate) update: Option<(Token, Draft)>,
    /// When it was made.
    pub(crate) created: Timestamp,
    /// When it ends.
    pub(crate) expires: Timestamp,
    /// The runs, oldest first.
    pub(crate) sessions: Vec<Session>,
}

/// All link tokens.
#[derive(Debug, Default)]
pub(crate) struct Links(HashMap<String, LinkToken>);

impl Links {
    /// Keeps a new one.
    pub(crate) fn insert(&mut self, token: String, link: LinkToken) {
        self.0.insert(token, link);
    }

    /// The flow of a link token.
    pub(crate) fn get(&mut self, token: &str) -> Option<&mut LinkToken> {
        self.0.get_mut(token)
    }

    /// The flow whose hosted page has this address.
    pub(crate) fn by_page(&mut self, page: &str) -> Option<&mut LinkToken> {
        self.0.values_mut().find(|link| link.page == page)
    }
}

impl LinkToken {
    /// Where the browser goes after the end, as the client asked.
    pub(crate) fn completion(&self) -> Option<&str> {
        self.request.hosted_link.as_ref()?.completion_redirect_uri.as_deref()
    }

    /// Whether the account filters of the request let this account through.
    pub(crate) fn offers(&self, place: usize) -> bool {
        let Some(filters) = &self.request.account_filters else { return true };
        let account = &ACCOUNTS[place];
        filters
            .get(account.kind)
            .is_some_and(|filter| filter.account_subtypes.iter().any(|word| word == "all" || word == account.subtype))
    }

    /// The session of an id.
    pub(crate) fn session(&mut self, id: &str) -> Option<&mut Session> {
        self.sessions.iter_mut().find(|session| session.id == id)
    }
}

impl Session {
    /// A session that begins now.
    pub(crate) fn new(id: String, step: Step, bank: Option<&'static Bank>, now: Timestamp) -> Self {
        Self {
            id,
            step,
            bank,
            user: String::new(),
            error: None,
            outcome: None,
            parent: None,
            started: now,
            finished: None,
            events: Vec::new(),
        }
    }

    /// Notes an event.
    pub(crate) fn event(&mut self, name: &str, now: Timestamp, more: &[(&str, &str)]) {
        let mut metadata: BTreeMap<String, Option<String>> =
            more.iter().map(|&(key, value)| (key.to_owned(), Some(value.to_owned()))).collect();
        if let Some(bank) = self.bank {
            metadata.insert("institution_id".to_owned(), Some(bank.id.to_owned()));
            metadata.insert("institution_name".to_owned(), Some(bank.name.to_owned()));
        }
        metadata.insert("request_id".to_owned(), Some(self.request_id()));
        self.events.push(LinkEvent {
            event_id: format!("{}-{}", self.id, self.events.len()),
            event_name: name.to_owned(),
            timestamp: now.to_string(),
            event_metadata: metadata,
        });
    }

    fn request_id(&self) -> String {
        self.id.chars().filter(char::is_ascii_alphanumeric).take(15).collect()
    }

    /// Shows an error and notes it.
    pub(crate) fn fail(&mut self, refusal: Refusal, now: Timestamp) {
        let words = [refusal.kind(), refusal.code(), refusal.display()].map(str::to_owned);
        let [kind, code, message] = &words;
        self.event("ERROR", now, &[("error_type", kind), ("error_code", code), ("error_message", message)]);
        self.error = Some(refusal);
    }

    /// Ends with success.
    pub(crate) fn succeed(&mut self, public_token: String, accounts: Vec<LinkAccount>, now: Timestamp) {
        self.event("HANDOFF", now, &[]);
        self.finish(Outcome::Success { public_token, accounts }, now);
    }

    /// Ends because the user left.
    pub(crate) fn leave(&mut self, now: Timestamp) {
        let status = self.step.exit_status();
        self.event("EXIT", now, &[("exit_status", status.unwrap_or_default())]);
        let error = self.error.take().map(Box::new);
        self.finish(Outcome::Exit { error, status }, now);
    }

    fn finish(&mut self, outcome: Outcome, now: Timestamp) {
        if self.outcome.is_none() {
            (self.outcome, self.finished, self.step) = (Some(outcome), Some(now), Step::Done);
        }
    }

    /// The bank as Link's answers name it.
    pub(crate) fn institution(&self) -> Option<LinkInstitution> {
        self.bank.map(|bank| LinkInstitution { name: bank.name.to_owned(), institution_id: bank.id.to_owned() })
    }

    /// What a page or the session list says of an exit.
    pub(crate) fn exit(&self) -> Option<LinkExit> {
        let Some(Outcome::Exit { error, status }) = &self.outcome else { return None };
        let metadata = LinkExitMetadata {
            institution: self.institution(),
            status: status.map(str::to_owned),
            link_session_id: self.id.clone(),
            request_id: self.request_id(),
        };
        Some(LinkExit {
            error: error.as_ref().map(|error| error.object(Some(&self.request_id()))),
            metadata: Some(metadata),
        })
    }

    /// What a page or the session list says of a success.
    pub(crate) fn success(&self) -> Option<LinkSuccess> {
        let Some(Outcome::Success { public_token, accounts }) = &self.outcome else { return None };
        let metadata = LinkSuccessMetadata {
            institution: self.institution(),
            accounts: accounts.clone(),
            link_session_id: self.id.clone(),
            transfer_status: None,
        };
        Some(LinkSuccess { public_token: Token::from(public_token.clone()), metadata: Some(metadata) })
    }

    /// The session as `/link/token/get` lists it; update mode has no Item to add.
    pub(crate) fn describe(&self, update: bool) -> LinkSession {
        let success = self.success();
        let added = success.iter().filter(|_| !update).map(|success| ItemAddResult {
            public_token: success.public_token.clone(),
            accounts: success.metadata.as_ref().map(|metadata| metadata.accounts.clone()).unwrap_or_default(),
            institution: self.institution(),
        });
        let results = LinkResults { item_add_results: added.collect(), ..LinkResults::default() };
        let mut events = self.events.clone();
        events.reverse();
        LinkSession {
            link_session_id: self.id.clone(),
            started_at: Some(self.started.to_string()),
            finished_at: self.finished.map(|at| at.to_string()),
            results: success.is_some().then_some(results),
            on_success: success.filter(|_| !update),
            on_exit: self.exit(),
            exit: self.exit(),
            events,
        }
    }
}

/// The chosen accounts of a draft, as Link lists them.
pub(crate) fn link_accounts(draft: &Draft, seed: u64) -> Vec<LinkAccount> {
    let ids = draft.account_ids(seed);
    let places = ACCOUNTS.iter().zip(ids).zip(draft.chosen);
    let chosen = places.filter(|&(_, chosen)| chosen).map(|(pair, _)| pair);
    chosen
        .map(|(account, id)| LinkAccount {
            id,
            name: account.name.to_owned(),
            mask: Some(account.mask.to_owned()),
            kind: account.kind.to_owned(),
            subtype: account.subtype.to_owned(),
            verification_status: None,
            class_type: None,
        })
        .collect()
}
