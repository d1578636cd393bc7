//! A test login without any browser: sandbox and demo only.

use super::{Grant, Guide, LinkError, Linker, Outcome, Wish, intent::Mode, poll::End};
use crate::{
    domain::ids::InstitutionId,
    plaid::{Environment, TestLogin},
    store::IntentState,
};

impl Linker<'_> {
    /// Signs a test user in at an invented bank and links it.
    pub fn direct(
        &self,
        institution: &InstitutionId,
        user: Option<&str>,
        wish: &Wish,
        guide: &mut dyn Guide,
    ) -> Result<Outcome, LinkError> {
        if self.plaid()?.environment() != Environment::Sandbox {
            return Err(LinkError::SandboxOnly);
        }
        let login = TestLogin { institution, user, password: None, days_requested: wish.days };
        let public_token = match self.bank.runtime.block_on(self.plaid()?.sandbox_public_token_create(&login)) {
            Err(error) if error.code() == Some("INVALID_INSTITUTION") => {
                return Err(LinkError::UnknownInstitution(institution.clone()));
            }
            outcome => outcome?,
        };
        let intent = self.remember(Mode::Direct, &public_token, None, wish)?;
        let grant =
            Grant { public_token, institution_id: Some(institution.clone()), institution: None, accounts: Vec::new() };
        let outcome = self.conclude(intent, End::Granted(vec![grant]), wish, guide);
        let done = matches!(&outcome, Ok(Outcome::Finished { duplicates, beyond: None, .. }) if duplicates.is_empty());
        if !done {
            // A test login is simply made again; nothing of it can be resumed.
            self.close(intent, IntentState::Abandoned)?;
        }
        // An orphan in the sandbox costs nobody anything.
        outcome.map_err(|error| match error {
            LinkError::AnswerLost(error) => LinkError::Plaid(error),
            other => other,
        })
    }
}
