//! Watching a flow until somebody has finished it.
//!
//! Invariant: one look that fails does not end the watch; a departure counts when it is still one on the next look,
//! because reloading the page starts another run of the same token.

use std::time::{Duration, Instant};

use super::{Grant, Guide, LinkError, Linker};
use crate::{
    domain::ids::ConnectionId,
    loopback::{Event, Listener},
    plaid::{AddedItem, LinkExit, LinkProgress},
    secret::Secret,
};

/// Looks in a row that may fail before the watch ends with their error.
const FAILURES: u32 = 5;

/// How long a wish to stop may go unheard.
pub(super) const STEP: Duration = Duration::from_millis(100);

/// The time within which looks follow each other quickly; a person takes one or two minutes.
const QUICKLY: Duration = Duration::from_mins(3);

/// How often to look.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Between looks in the first minutes.
    pub first: Duration,
    /// Between looks later.
    pub longest: Duration,
    /// How long to watch at all.
    pub patience: Duration,
}

impl Default for Pace {
    /// Plaid asks for two to three seconds; the page lives fifteen minutes.
    fn default() -> Self {
        Self {
            first: Duration::from_millis(2500),
            longest: Duration::from_secs(10),
            patience: super::HOSTED_LIFETIME + Duration::from_secs(30),
        }
    }
}

impl Pace {
    fn after(&self, elapsed: Duration) -> Duration {
        if elapsed < QUICKLY {
            return self.first;
        }
        // A tenth of what has passed since, so that nobody waits long for what took long.
        (self.first + elapsed.saturating_sub(QUICKLY) / 10).min(self.longest)
    }
}

/// How a flow ended.
#[derive(Debug)]
pub(super) enum End {
    /// Somebody made connections.
    Granted(Vec<Grant>),
    /// Somebody mended the connection, as far as the flow knows.
    Completed(ConnectionId),
    /// Everybody who came has left.
    Left(LinkExit),
    /// Nobody finished in time.
    Expired,
}

/// What one look showed.
pub(super) enum Look {
    Granted(Vec<Grant>),
    Completed(ConnectionId),
    Left(LinkExit),
    Open,
    Expired,
}

impl Linker<'_> {
    /// Watches a flow. A visit to the landing page brings the next look forward.
    pub(super) fn watch(
        &self,
        link_token: &Secret<String>,
        mends: Option<ConnectionId>,
        mut landing: Option<Listener>,
        guide: &mut dyn Guide,
    ) -> Result<End, LinkError> {
        let began = Instant::now();
        let (mut failures, mut seen_leaving, mut came_back) = (0, false, false);
        loop {
            match self.look(link_token, mends) {
                Ok(Look::Granted(grants)) => return Ok(End::Granted(grants)),
                Ok(Look::Completed(id)) => return Ok(End::Completed(id)),
                Ok(Look::Expired) => return Ok(End::Expired),
                Ok(Look::Left(exit)) if seen_leaving || came_back => return Ok(End::Left(exit)),
                Ok(look) => (failures, seen_leaving) = (0, matches!(look, Look::Left(_))),
                Err(LinkError::Plaid(error)) if error.retryable() && failures < FAILURES => failures += 1,
                Err(error) => return Err(error),
            }
            if began.elapsed() >= self.pace.patience {
                return Ok(End::Expired);
            }
            guide.waiting();
            came_back |= self.rest(&mut landing, self.pace.after(began.elapsed()))?;
        }
    }

    /// Waits until the next look, or until the browser comes back, which it says.
    fn rest(&self, landing: &mut Option<Listener>, pause: Duration) -> Result<bool, LinkError> {
        let began = Instant::now();
        while began.elapsed() < pause {
            let step = pause.saturating_sub(began.elapsed()).min(STEP);
            match landing.as_ref().map(|listener| listener.wait(step)) {
                Some(Some(Event::TimedOut)) => *landing = None,
                Some(Some(_)) => return Ok(true),
                Some(None) => {}
                None => std::thread::sleep(step),
            }
            self.stop.check()?;
        }
        Ok(false)
    }

    /// Looks once; `mends` is the connection that the flow is for, if it exists already; such a flow brings no token.
    pub(super) fn look(&self, link_token: &Secret<String>, mends: Option<ConnectionId>) -> Result<Look, LinkError> {
        match self.bank.runtime.block_on(self.plaid()?.link_token_get(link_token)) {
            Ok(progress) => Ok(match mends.filter(|_| progress.completed()) {
                Some(id) => Look::Completed(id),
                None => judge(&progress),
            }),
            Err(error) if error.code() == Some("INVALID_LINK_TOKEN") => Ok(Look::Expired),
            Err(error) => Err(error.into()),
        }
    }
}

fn judge(progress: &LinkProgress) -> Look {
    let mut grants: Vec<Grant> = Vec::new();
    for added in progress.added() {
        if !grants.iter().any(|known| known.public_token.expose() == added.public_token.expose()) {
            grants.push(Grant::from(added));
        }
    }
    if !grants.is_empty() {
        return Look::Granted(grants);
    }
    if progress.is_open() { Look::Open } else { Look::Left(progress.exit().cloned().unwrap_or_default()) }
}

impl From<&AddedItem> for Grant {
    fn from(added: &AddedItem) -> Self {
        Self {
            public_token: added.public_token.clone(),
            institution_id: added.institution_id.clone(),
            institution: added.institution_name.clone(),
            accounts: added.accounts.iter().map(|account| (account.name.clone(), account.mask.clone())).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plaid::LinkSession;

    fn progress(sessions: Vec<LinkSession>) -> LinkProgress {
        LinkProgress { expires_at: None, sessions, request_id: String::new() }
    }

    fn session(finished: bool, tokens: &[&str]) -> LinkSession {
        let added = tokens.iter().map(|token| AddedItem {
            public_token: Secret::new((*token).to_owned()),
            institution_id: None,
            institution_name: None,
            accounts: Vec::new(),
        });
        LinkSession { id: String::new(), finished, added: added.collect(), exit: None }
    }

    #[test]
    fn every_connection_of_every_session_is_taken_once() {
        let sessions = vec![session(true, &[]), session(true, &["a", "b"]), session(false, &["a"])];
        let Look::Granted(grants) = judge(&progress(sessions)) else { panic!("not granted") };
        assert_eq!(grants.iter().map(|grant| grant.public_token.expose().as_str()).collect::<Vec<_>>(), ["a", "b"]);
    }

    #[test]
    fn leaving_counts_when_nobody_is_there_any_more() {
        assert!(matches!(judge(&progress(vec![])), Look::Open));
        assert!(matches!(judge(&progress(vec![session(true, &[]), session(false, &[])])), Look::Open));
        assert!(matches!(judge(&progress(vec![session(true, &[])])), Look::Left(_)));
    }

    #[test]
    fn looks_become_rarer_after_some_minutes() {
        let pace = Pace::default();
        assert_eq!(pace.after(Duration::ZERO), Duration::from_millis(2500));
        assert_eq!(pace.after(QUICKLY + Duration::from_secs(25)), Duration::from_secs(5));
        assert_eq!(pace.after(Duration::from_mins(14)), Duration::from_secs(10));
    }
}
