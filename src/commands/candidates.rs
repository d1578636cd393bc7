//! What completions know of the vault: account and connection names, when it opens without a question.
//!
//! Invariant: never prompts, never starts a program, never fails aloud; a vault that stays locked completes nothing.

use clap_complete::{ArgValueCandidates, CompletionCandidate};

use crate::{
    context::Context,
    settings::{Environment, Paths, Settings, Typed},
    store::Store,
    ui::{Profile, Ui},
};

/// Completes account names.
pub(crate) fn accounts() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        let accounts = book().and_then(|book| book.accounts().ok()).unwrap_or_default();
        accounts
            .into_iter()
            .map(|account| CompletionCandidate::new(&account.name).help(Some(account.id.to_string().into())))
            .collect()
    })
}

/// Completes connection names.
pub(crate) fn connections() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        let connections = book().and_then(|book| book.connections().ok()).unwrap_or_default();
        connections
            .into_iter()
            .map(|connection| CompletionCandidate::new(&connection.name).help(Some(connection.id.to_string().into())))
            .collect()
    })
}

/// The book, if files or a session open it.
fn book() -> Option<Store> {
    let environment = Environment::capture();
    let paths = Paths::find().ok()?;
    let typed = Typed {
        vault: environment.text("BURSAR_VAULT").map(str::to_owned),
        no_input: true,
        quiet: true,
        ..Typed::default()
    };
    let settings = Settings::resolve(typed, &environment, &paths).ok()?;
    let ui = Ui::standard(Profile { quiet: true, ..Profile::plain() });
    let mut context = Context::new(ui, settings, paths, environment);
    if context.opens_by_itself() { context.book().ok() } else { None }
}
