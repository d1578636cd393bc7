//! `bursar status`, and what a bare `bursar` shows.

use std::path::PathBuf;

use serde::Serialize;

use crate::{
    context::Context,
    domain::{
        alerts::{Alert, still_read},
        dates::Timestamp,
        money::Money,
        standing::{self, ConnectionState},
        views::ConnectionView,
    },
    error::{Error, Kind, Result},
    ops::{alerts, review},
    render::{Cell, Fact, Facts, Sheet, ToSheet},
    reports::liabilities::{self, Due},
    store::Unjoined,
    vault::Role,
};

/// The vault's state on one screen, and what to do next
///
/// Never asks for a secret: a vault that does not open by itself is shown as locked.
#[derive(Debug, clap::Args, Default)]
#[command(
    after_help = "Examples:\n  bursar status\n  bursar status --json\n  bursar status --check --quiet || bursar unlock"
)]
pub(crate) struct Args {
    /// Exit 4 when a command would ask for the secret
    #[arg(long)]
    check: bool,
}

/// `status --json`.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub(crate) struct Status {
    /// The vault's directory.
    vault: PathBuf,
    /// Whether there is a vault.
    exists: bool,
    /// Whether it opened without a question.
    unlocked: bool,
    /// `sandbox` (invented banks) or `production`; `null` while locked.
    environment: Option<String>,
    /// The role of the key that opened it.
    role: Option<String>,
    /// When the unlocked session ends; `null` without a session.
    session_expires_at: Option<Timestamp>,
    /// The connections of an unlocked vault.
    connections: Vec<ConnectionView>,
    /// Of when the oldest data of any bank is, of connections that were not removed.
    bank_updated_at: Option<Timestamp>,
    /// Payments of cards and loans that are late or due within 14 days.
    due: Vec<Due>,
    /// Connections that ended, and whose accounts stand a second time under one that lives.
    unjoined: Vec<Unjoined>,
    /// What holds now of what `notify` tells: low balances, prices that rose, missing payments.
    alerts: Vec<Alert>,
    /// Commands to run next, the most sensible first.
    next: Vec<String>,
}

impl Args {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        let mut status = Status {
            vault: context.settings.vault.clone(),
            exists: true,
            unlocked: false,
            environment: None,
            role: None,
            session_expires_at: None,
            connections: Vec::new(),
            bank_updated_at: None,
            due: Vec::new(),
            unjoined: Vec::new(),
            alerts: Vec::new(),
            next: Vec::new(),
        };
        if !context.location().exists() {
            status.exists = false;
            status.next = first_steps();
        } else if context.locked().map(|_| context.opens_by_itself())? {
            status.unlocked = true;
            let (now, today) = (context.clock.now(), context.clock.today());
            let bounds = context.settings.config.notify.bounds();
            let (vault, book) = (context.unlocked()?, context.book()?);
            status.alerts = alerts::now((&book, &alerts::keys(&vault, context.clock.latest())), &bounds, now, today)?;
            status.connections = book.connections_at(now)?;
            status.unjoined = book.unjoined()?;
            status.bank_updated_at =
                live(&status.connections).filter_map(|connection| connection.bank_updated_at).min();
            let accounts = still_read(&book.accounts()?, &status.connections);
            status.due = liabilities::due_soon(&accounts, &book.liabilities()?, today);
            if status.due.is_empty() && status.alerts.is_empty() {
                context.shows_no_money();
            }
            status.environment = Some(book.environment()?);
            status.role = Some(vault.role().as_str().to_owned());
            status.session_expires_at = session_end(context)?;
            status.next = next_steps(&status.connections, &status.unjoined);
            if vault.role() == Role::Owner && review::is_due(&vault, &book, now)? {
                status.next.push("bursar review".to_owned());
            }
        } else {
            status.next = vec!["bursar unlock".to_owned(), "bursar accounts".to_owned(), "bursar sync".to_owned()];
        }
        context.present(&status)?;
        if !context.is_machine() {
            for command in &status.next {
                context.ui.hint(command);
            }
        }
        if self.check && !status.unlocked {
            let sentence = if status.exists { "the vault is locked" } else { "there is no vault" };
            let (kind, code) = if status.exists { (Kind::Auth, "vault_locked") } else { (Kind::NotFound, "no_vault") };
            return Err(Error::new(kind, code, sentence).hint(&status.next[0]));
        }
        Ok(())
    }
}

/// The end of the session that opened the vault, if it was one.
fn session_end(context: &mut Context) -> Result<Option<Timestamp>> {
    if !context.unlocked()?.by_session() {
        return Ok(None);
    }
    Ok(context.locked()?.session(false).map(|session| context.clock.after(session.left)))
}

fn first_steps() -> Vec<String> {
    let demo = cfg!(feature = "sandbox").then(|| "bursar demo".to_owned());
    demo.into_iter().chain(["bursar init".to_owned()]).collect()
}

/// The connections that were not removed.
fn live(connections: &[ConnectionView]) -> impl Iterator<Item = &ConnectionView> {
    connections.iter().filter(|connection| connection.state != ConnectionState::Removed)
}

fn next_steps(connections: &[ConnectionView], unjoined: &[Unjoined]) -> Vec<String> {
    if connections.is_empty() {
        return vec!["bursar link".to_owned()];
    }
    // A plain sync stands below, for all of them.
    let repairs = connections.iter().filter_map(|connection| connection.action.clone());
    let repairs = repairs.filter(|command| !command.starts_with("bursar sync "));
    let again = connections.iter().filter(|connection| connection.refused > 0);
    let again = again.map(|connection| format!("bursar sync {} --full", connection.id));
    let repairs = repairs.chain(unjoined.iter().map(Unjoined::command));
    repairs.chain(["bursar sync".to_owned(), "bursar report summary".to_owned()]).chain(again).collect()
}

impl ToSheet for Status {
    fn to_sheet(&self) -> Sheet {
        let state = match (self.exists, self.unlocked) {
            (false, _) => "none yet",
            (true, false) => "locked",
            (true, true) => "open",
        };
        let live = || live(&self.connections);
        let ill = live().filter(|connection| connection.state.needs_attention()).count();
        let count = |number: usize| if self.unlocked { Cell::Number(number as u64) } else { Cell::Empty };
        let refused: u64 = live().map(|connection| connection.refused).sum();
        let attention = live().filter(|connection| connection.state.needs_attention()).map(|connection| {
            let until = connection.consent_expires_at.filter(|_| connection.state == ConnectionState::ConsentEnding);
            let until = until.map_or_else(String::new, |end| format!(" on {}", standing::day(end)));
            Fact::new("attention", connection.name.as_str(), format!("{}{until}", connection.state.words()))
        });
        let unjoined = self.unjoined.iter().map(|pair| Fact::new("attention", pair.name.as_str(), pair.words()));
        let attention: Vec<Fact> = attention.chain(unjoined).collect();
        let not_kept = (refused > 0).then(|| Fact::new("refused", "Rows not kept", Cell::Number(refused)));
        let facts = [
            Fact::new("vault", "Vault", self.vault.display().to_string()),
            Fact::new("state", "State", state),
            Fact::new("environment", "Environment", self.environment.as_ref()),
            Fact::new("role", "Role", self.role.as_ref()),
            Fact::new("session_expires_at", "Session ends (UTC)", self.session_expires_at),
            Fact::new("connections", "Connections", count(live().count())),
            Fact::new("need_attention", "Need attention", count(ill)),
            Fact::new(
                "last_success_at",
                "Last sync (UTC)",
                live().filter_map(|connection| connection.last_success_at).max(),
            ),
            Fact::new("bank_updated_at", "Banks' data of (UTC)", self.bank_updated_at),
        ];
        let due = self.due.iter().map(|one| Fact::new("due", one.label.as_str(), due_words(one)));
        let alerts = self.alerts.iter().filter(|alert| !alert.kind.is_said_elsewhere());
        let alerts = alerts.map(|alert| Fact::new("alert", alert.kind.heading(), alert.message.as_str()));
        Facts(facts.into_iter().chain(attention).chain(due).chain(alerts).chain(not_kept).collect()).to_sheet()
    }
}

/// `25.00 USD due on 2026-03-28`.
fn due_words(one: &Due) -> String {
    let amount = one.minimum.map_or_else(|| "a payment".to_owned(), Money::grouped);
    let day = one.due.map_or_else(String::new, |day| format!(" on {day}"));
    format!("{amount} {}{day}", if one.overdue { "overdue, was due" } else { "due" })
}
