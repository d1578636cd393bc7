//! bursar's own client against the sandbox: what one says, the other understands.

use std::{future::Future, time::Duration};

use bursar::{
    domain::{
        ids::InstitutionId,
        sync::{History, Refusal},
    },
    plaid::{Client, Config as ClientConfig, Environment, Patience, SyncEvent, SyncFrom, SyncOutcome, TestLogin},
    sandbox::{Config, Fault, Progress, Running, Server},
    secret::Secret,
};
use tokio::sync::mpsc;

use super::{BANK, config};

fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

fn client(bank: &Running) -> Client {
    let mut config = ClientConfig::new(Environment::Sandbox, bank.client_id.clone(), Secret::new(bank.secret.clone()));
    config.base_url = Some(bank.base_url.clone());
    let short = Duration::from_millis(5);
    config.patience = Patience { first: short, longest: short, ..Patience::default() };
    Client::new(config).unwrap()
}

async fn link(client: &Client, user: &str) -> Secret<String> {
    let institution = InstitutionId::from(BANK);
    let login = TestLogin { institution: &institution, user: Some(user), password: None, days_requested: 730 };
    let public_token = client.sandbox_public_token_create(&login).await.unwrap();
    client.public_token_exchange(&public_token).await.unwrap().access_token
}

/// What a sync brought: rows added after the last restart, sentences about refused ones, and the outcome.
struct Brought {
    added: usize,
    refused: Vec<Refusal>,
    outcome: SyncOutcome,
}

async fn sync(client: &Client, token: &Secret<String>, cursor: Option<String>) -> Brought {
    let (sender, mut receiver) = mpsc::channel(4);
    let reading = async {
        let outcome = client.sync(token, SyncFrom { cursor, ..SyncFrom::default() }, &sender).await;
        drop(sender);
        outcome
    };
    let taking = async {
        let (mut added, mut refused) = (0, Vec::new());
        while let Some(event) = receiver.recv().await {
            match event {
                SyncEvent::Page(page) => {
                    added += page.added.len();
                    refused.extend(page.refused);
                }
                SyncEvent::Restart | SyncEvent::FullResync => (added, refused) = (0, Vec::new()),
                SyncEvent::Done(_) => {}
            }
        }
        (added, refused)
    };
    let (outcome, (added, refused)) = tokio::join!(reading, taking);
    Brought { added, refused, outcome: outcome.unwrap() }
}

#[test]
fn a_whole_history_arrives_and_nothing_is_refused() {
    let bank = Server::start(config()).unwrap();
    let client = client(&bank);
    block_on(async {
        let token = link(&client, "user_good").await;
        let first = sync(&client, &token, None).await;
        assert!(first.added > 1000);
        assert_eq!(first.refused, []);
        assert_eq!(first.outcome.history, History::Complete);
        let again = sync(&client, &token, first.outcome.cursor.clone()).await;
        assert_eq!((again.added, again.outcome.cursor), (0, first.outcome.cursor));
        let health = client.item_get(&token).await.unwrap().health;
        assert!(health.error.is_none() && health.bank_updated_at.is_some());
    });
}

#[test]
fn stages_mutations_and_lost_cursors_end_in_the_same_history() {
    let bank = Server::start(Config { progress: Progress::LIKE_A_BANK, ..config() }).unwrap();
    let client = client(&bank);
    block_on(async {
        let token = link(&client, "user_good").await;
        let nothing = sync(&client, &token, None).await;
        assert_eq!((nothing.outcome.history, nothing.outcome.cursor), (History::NotReady, None));
        let month = sync(&client, &token, None).await;
        assert_eq!(month.outcome.history, History::Initial);
        let rest = sync(&client, &token, month.outcome.cursor).await;
        bank.fault(Fault::Mutation, Some(2));
        let whole = sync(&client, &token, None).await;
        assert_eq!((whole.added, whole.outcome.restarts), (month.added + rest.added, 2));
        for fault in [Fault::CursorNotAssociated, Fault::MutationForever] {
            bank.fault(fault, None);
            let healed = sync(&client, &token, whole.outcome.cursor.clone()).await;
            assert_eq!((healed.added, healed.outcome.full_resync), (whole.added, true), "{}", fault.name());
            bank.clear_faults();
        }
    });
}

#[test]
fn what_cannot_be_kept_is_refused_alone() {
    let bank = Server::start(config()).unwrap();
    let client = client(&bank);
    block_on(async {
        let token = link(&client, "user_good").await;
        let whole = sync(&client, &token, None).await.added;
        for fault in [Fault::BadAmount, Fault::HugeAmount, Fault::ImpossibleDate] {
            bank.fault(fault, None);
            let brought = sync(&client, &token, None).await;
            assert_eq!((brought.added, brought.refused.len()), (whole - 1, 1), "{}", fault.name());
        }
    });
}

#[test]
fn passing_troubles_are_overcome() {
    let bank = Server::start(config()).unwrap();
    let client = client(&bank);
    block_on(async {
        let token = link(&client, "user_good").await;
        let whole = sync(&client, &token, None).await.added;
        for fault in [Fault::InternalError, Fault::Maintenance, Fault::DropConnection] {
            client.sandbox_fault(fault.name(), None).await.unwrap();
            assert_eq!(sync(&client, &token, None).await.added, whole, "{}", fault.name());
        }
    });
}
