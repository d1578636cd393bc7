//! bursar's own page: Plaid's script runs in it, and its post says that something has happened.
//!
//! Invariant: what Plaid itself says of the flow goes before what the browser says; the posted token is taken only
//! where Plaid keeps no record of the flow, and then it is checked for shape and environment.

use std::time::{Duration, Instant};

use super::{
    Grant, Guide, Invitation, LinkError, Linker, Outcome, Wish,
    intent::Mode,
    poll::{End, Look, STEP},
};
use crate::{
    domain::ids::ConnectionId,
    loopback::{Event, Handover, Limits, LinkPage, Listener, Mode as Serve, Origins},
    plaid::LinkExit,
    secret::Secret,
};

/// How often Plaid is asked for its own record once the page has posted.
const LOOKS: usize = 2;

impl Linker<'_> {
    /// Links through bursar's own page.
    pub fn page(&self, wish: &Wish, guide: &mut dyn Guide) -> Result<Outcome, LinkError> {
        let environment = self.bank.environment;
        let origins = match self.plaid()?.stand_in() {
            Some(url) => Origins::stand_in(url).ok_or(LinkError::NoPage)?,
            None => Origins::plaid(environment),
        };
        let link = self.begin(wish, None)?;
        let page = LinkPage { link_token: link.token.clone(), environment, origins };
        let listener = Listener::start(Serve::Page(Box::new(page)), Limits::default())?;
        let intent = self.remember(Mode::Page, &link.token, None, wish)?;
        let url = listener.url();
        guide.invite(&Invitation { url: &url, anywhere: false });
        let end = self.hear(&link.token, wish.mends(), &listener, guide)?;
        // The page must show its last words before its port closes, which it does: the answer has been sent.
        drop(listener);
        self.conclude(intent, end, wish, guide)
    }

    fn hear(
        &self,
        token: &Secret<String>,
        mends: Option<ConnectionId>,
        listener: &Listener,
        guide: &mut dyn Guide,
    ) -> Result<End, LinkError> {
        let began = Instant::now();
        while began.elapsed() < self.pace.patience {
            match listener.wait(STEP) {
                // A repair brings a token too, which must not be exchanged.
                Some(Event::PublicToken(handover)) => {
                    return Ok(mends.map_or_else(|| self.confirm(token, handover), End::Completed));
                }
                Some(Event::Exited(exit)) => {
                    return Ok(End::Left(LinkExit {
                        error_code: exit.error_code,
                        status: exit.status,
                        ..LinkExit::default()
                    }));
                }
                Some(Event::TimedOut) => break,
                Some(Event::Landed) | None => guide.waiting(),
            }
            self.stop.check()?;
        }
        // The browser may have died between success and post.
        match self.look(token, mends)? {
            Look::Granted(grants) => Ok(End::Granted(grants)),
            Look::Completed(id) => Ok(End::Completed(id)),
            Look::Left(exit) => Ok(End::Left(exit)),
            Look::Open | Look::Expired => Ok(End::Expired),
        }
    }

    fn confirm(&self, token: &Secret<String>, handover: Handover) -> End {
        for _ in 0..LOOKS {
            // What the page handed over cannot be had again, so a look that fails must not lose it.
            if let Ok(Look::Granted(grants)) = self.look(token, None) {
                return End::Granted(grants);
            }
            std::thread::sleep(self.pace.first.min(Duration::from_secs(1)));
        }
        End::Granted(vec![Grant {
            public_token: handover.public_token,
            // Good enough to recognise a duplicate; the book gets Plaid's own word.
            institution_id: handover.institution.map(|(id, _)| id).filter(|id| !id.is_empty()).map(Into::into),
            institution: None,
            accounts: handover.accounts,
        }])
    }
}
