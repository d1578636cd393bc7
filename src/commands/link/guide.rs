//! What the user sees while a link waits: the page, its address, a QR code.

use std::path::PathBuf;

use super::outcome::few;
use crate::{
    context::Context,
    loopback::{RedirectPage, open_browser},
    ops::link::{Duplicate, Guide, Invitation, Sameness, draw},
    ui::{Progress, Ui},
};

/// Shows pages on this screen and opens them in this desktop's browser.
pub(super) struct Host {
    ui: Ui,
    browser: bool,
    runtime_dir: PathBuf,
    environment: Vec<(String, String)>,
    /// Sends the browser on; kept until the link is over.
    page: Option<RedirectPage>,
    progress: Option<Progress>,
}

impl Host {
    pub(super) fn new(context: &Context, browser: bool) -> Self {
        Self {
            ui: context.ui.again(),
            browser,
            runtime_dir: context.paths.runtime_dir.clone(),
            environment: context.environment.pairs(),
            page: None,
            progress: None,
        }
    }

    fn open(&mut self, invitation: &Invitation<'_>) -> bool {
        let opened = RedirectPage::write(&self.runtime_dir, invitation.url)
            .and_then(|page| open_browser(&page, self.environment.iter().cloned()).map(|()| page));
        match opened {
            Ok(page) => {
                self.page = Some(page);
                true
            }
            Err(error) => {
                self.ui.warn(&error.to_string());
                false
            }
        }
    }
}

impl Guide for Host {
    fn invite(&mut self, invitation: &Invitation<'_>) {
        let opened = self.browser && self.open(invitation);
        let words = match (opened, invitation.anywhere) {
            (true, _) => "Your browser shows the bank's page. If it does not, open this address:",
            (false, true) => "Open this address on any device to connect your bank:",
            (false, false) => "Open this address in a browser on this computer to connect your bank:",
        };
        self.ui.notice(&format!("{words}\n\n    {}\n", invitation.url.expose()));
        if let Some(code) = draw(invitation.url.expose()).filter(|_| invitation.anywhere && !opened) {
            self.ui.notice(&code);
        }
        self.progress = Some(self.ui.progress("waiting until you are done at the bank's page"));
    }

    fn waiting(&mut self) {
        if let Some(progress) = &self.progress {
            progress
                .say("waiting until you are done at the bank's page (Ctrl-C stops; `bursar link --resume` goes on)");
        }
    }

    fn link_again(&mut self, duplicate: &Duplicate) -> bool {
        self.progress = None;
        let profile = self.ui.profile();
        // --yes agrees to a link, not to paying for the same accounts twice.
        if !profile.interactive || profile.yes {
            return false;
        }
        let Duplicate { sameness, connection, connection_name, accounts } = duplicate;
        let linked = format!("{} linked already by {connection} ({connection_name})", few(accounts));
        let (words, question) = match sameness {
            Sameness::Accounts => (linked, "Link the same accounts a second time?"),
            Sameness::Bank => (
                format!(
                    "{linked}; `bursar link --add-accounts {connection}` adds accounts of this bank to it, without a second connection \
                     and its bill"
                ),
                "Make a second connection to the same bank?",
            ),
            Sameness::Unread => (
                format!("{connection} ({connection_name}) is linked already, and its accounts are not known yet"),
                "Make a second connection to the same bank?",
            ),
        };
        self.ui.warn(&words);
        self.ui.confirm(question).unwrap_or(false)
    }
}
