//! The page that Plaid hosts: nothing but its address passes through bursar, and the tokens never pass the browser.
//!
//! With a display the browser comes back to the loopback listener (`completion_redirect_uri`), which only brings
//! the next look forward. Plaid accounts may refuse that address: then it goes without.

use super::{Guide, HOSTED_LIFETIME, Invitation, LinkError, Linker, Outcome, Wish, intent::Mode};
use crate::{
    loopback::{Limits, Listener, Mode as Serve},
    plaid::{Hosted, LinkToken},
    secret::Secret,
};

impl Linker<'_> {
    /// Links through Plaid's page. `here` says that the page is opened on this machine, so that it can come back.
    pub fn hosted(&self, wish: &Wish, here: bool, guide: &mut dyn Guide) -> Result<Outcome, LinkError> {
        // Without a port of its own, bursar finds out by looking, a little later.
        let landing = if here { Listener::start(Serve::Landing, Limits::default()).ok() } else { None };
        let (link, landing) = self.begin_hosted(wish, landing)?;
        let url = self.check_page(link.hosted_url)?;
        let intent = self.remember(Mode::Hosted, &link.token, Some(&url), wish)?;
        guide.invite(&Invitation { url: &url, anywhere: true });
        let end = self.watch(&link.token, wish.mends(), landing, guide)?;
        self.conclude(intent, end, wish, guide)
    }

    fn begin_hosted(&self, wish: &Wish, landing: Option<Listener>) -> Result<(LinkToken, Option<Listener>), LinkError> {
        let lifetime_seconds = u32::try_from(HOSTED_LIFETIME.as_secs()).ok();
        let url = landing.as_ref().map(Listener::url);
        let back = url.as_ref().map(|url| url.expose().as_str());
        let hosted = Hosted { completion_redirect_uri: back, lifetime_seconds };
        match self.begin(wish, Some(hosted)) {
            Err(LinkError::Plaid(error)) if back.is_some() && error.code() == Some("INVALID_FIELD") => {
                let hosted = Hosted { completion_redirect_uri: None, ..hosted };
                Ok((self.begin(wish, Some(hosted))?, None))
            }
            outcome => Ok((outcome?, landing)),
        }
    }

    /// A page is opened only if it is Plaid's, over https, or the stand-in's on this machine.
    fn check_page(&self, url: Option<String>) -> Result<Secret<String>, LinkError> {
        let url = Secret::new(url.ok_or(LinkError::NoPage)?);
        let parsed = url::Url::parse(url.expose()).map_err(|_| LinkError::NoPage)?;
        let host = parsed.host_str().unwrap_or_default();
        let plaids = parsed.scheme() == "https" && (host == "plaid.com" || host.ends_with(".plaid.com"));
        let stand_in = self.plaid()?.is_stand_in() && matches!(host, "127.0.0.1" | "localhost" | "[::1]");
        if plaids || stand_in { Ok(url) } else { Err(LinkError::NoPage) }
    }
}
