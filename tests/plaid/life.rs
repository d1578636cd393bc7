//! The client against the embedded sandbox: a connection's whole life, and each way in which the sandbox can misbehave.

use std::time::Duration;

use bursar::{
    domain::{
        accounts::KnownCurrencies,
        dates::Date,
        ids::InstitutionId,
        money::{Currency, Money},
        sync::History,
    },
    plaid::{
        Action, BalanceRequest, Client, Config, DAYS_REQUESTED, Hosted, LinkRequest, MadeUp, PlaidError, Purpose,
        RemovalReason, TestLogin,
    },
    sandbox::{self, Fault, Running},
    secret::Secret,
};

use super::{block_on, config_with, sync::listen_to};

fn today() -> Date {
    "2026-03-15".parse().unwrap()
}

pub(super) fn start() -> Running {
    sandbox::Server::start(sandbox::Config::on(7, today())).unwrap()
}

fn config(sandbox: &Running, base_url: &str) -> Config {
    config_with(base_url, &sandbox.client_id, &sandbox.secret).0
}

fn link(client: &Client, user: &str) -> Secret<String> {
    let institution = InstitutionId::from("ins_109508");
    let login =
        TestLogin { institution: &institution, user: Some(user), password: None, days_requested: DAYS_REQUESTED };
    block_on(async {
        let public = client.sandbox_public_token_create(&login).await.unwrap();
        client.public_token_exchange(&public).await.unwrap().access_token
    })
}

fn code<T>(result: Result<T, PlaidError>) -> (String, Action) {
    let error = result.err().unwrap();
    assert!(error.request_id().is_some_and(|id| !id.is_empty()), "{error:?}");
    (error.code().unwrap_or_default().to_owned(), error.action())
}

/// Goes through every call that bursar knows, in the order of a connection's life.
pub(super) fn whole_life(sandbox: &Running, base_url: &str) {
    let client = Client::new(config(sandbox, base_url)).unwrap();
    let known = KnownCurrencies::new();
    let mut flow = LinkRequest {
        client_name: "bursar",
        user_id: "a-pseudonym",
        language: "en",
        country_codes: &["US"],
        purpose: Purpose::New { days_requested: DAYS_REQUESTED, also_consent: &["liabilities"] },
        hosted: Some(Hosted { completion_redirect_uri: None, lifetime_seconds: Some(900) }),
    };
    let opened = block_on(client.link_token_create(&flow)).unwrap();
    assert!(opened.hosted_url.is_some() && opened.expires_at.is_some());
    assert!(block_on(client.link_token_get(&opened.token)).unwrap().is_open());

    let mut token = link(&client, "user_transactions_dynamic");
    let first = listen_to(&client, &token, None);
    let outcome = first.end.unwrap();
    assert_eq!((outcome.history, outcome.restarts, outcome.full_resync), (History::Complete, 0, false));
    assert!(!first.book.is_empty() && first.refused.is_empty());
    let cursor = outcome.cursor.unwrap();
    let again = listen_to(&client, &token, Some(&cursor));
    assert!(again.book.is_empty() && again.end.unwrap().cursor.is_some());

    block_on(async {
        let state = client.item_get(&token).await.unwrap();
        assert!(state.health.error.is_none() && state.health.bank_updated_at.is_some());
        let bank = client.institution_get(&state.institution_id.unwrap(), &["US".to_owned()]).await.unwrap();
        assert!(bank.linkable && !bank.name.is_empty());
        let accounts = client.accounts_get(&token, &known).await.unwrap();
        assert!(!accounts.accounts.is_empty() && accounts.refused.is_empty());
        let some = BalanceRequest { accounts: vec![accounts.accounts[0].id.clone()], not_before: None };
        assert_eq!(client.balance_get(&token, &some, &known).await.unwrap().accounts.len(), 1);
        for product in bursar::domain::products::Product::ALL {
            client.product_get(product, &token, &known, ("2025-01-01".parse().unwrap(), today())).await.unwrap();
        }
        let usd = Currency::iso("USD").unwrap();
        let coffee =
            MadeUp { transacted: today(), posted: today(), amount: Money::new(-450, usd), description: "COFFEE" };
        client.sandbox_transactions_create(&token, &[coffee]).await.unwrap();
        client.transactions_refresh(&token).await.unwrap();
    });
    assert!(!listen_to(&client, &token, Some(&cursor)).book.is_empty());

    block_on(async {
        let old = token.clone();
        token = client.access_token_invalidate(&token).await.unwrap().access_token;
        assert_eq!(code(client.item_get(&old).await), ("INVALID_ACCESS_TOKEN".to_owned(), Action::DeadToken));
        let unheard = client.sandbox_fire_webhook(&token, "SYNC_UPDATES_AVAILABLE").await;
        assert_eq!(code(unheard), ("SANDBOX_WEBHOOK_INVALID".to_owned(), Action::Report));
        assert!(client.sandbox_reset_login(&token).await.unwrap());
        assert_eq!(code(client.accounts_get(&token, &known).await), ("ITEM_LOGIN_REQUIRED".to_owned(), Action::Relink));
        let state = client.item_get(&token).await.unwrap();
        assert_eq!(state.health.error.unwrap().code, "ITEM_LOGIN_REQUIRED");
        flow.purpose = Purpose::Update { access_token: &token, choose_accounts: true, also_consent: &[] };
        assert!(client.link_token_create(&flow).await.is_ok());
        client.item_remove(&token, RemovalReason::Other).await.unwrap();
        assert_eq!(
            code(client.item_remove(&token, RemovalReason::Other).await),
            ("ITEM_NOT_FOUND".to_owned(), Action::Gone)
        );
    });
}

#[test]
fn a_connection_lives_from_link_to_removal() {
    let sandbox = start();
    whole_life(&sandbox, &sandbox.base_url);
}

#[test]
fn wrong_credentials_are_the_owners_to_mend() {
    let sandbox = start();
    let client = Client::new(config_with(&sandbox.base_url, &sandbox.client_id, "wrong").0).unwrap();
    let result = block_on(client.institution_get(&InstitutionId::from("ins_109508"), &["US".to_owned()]));
    assert_eq!(code(result), ("INVALID_API_KEYS".to_owned(), Action::Reconfigure));
}

/// What a fault leads to in a sync.
enum Leads {
    /// The same book as without it.
    Same,
    /// The same book, read from the beginning.
    FullResync,
    /// The same book but for one row, whose refusal says this.
    Refuses(&'static str),
    /// Nothing is kept, and this is what it leads to.
    Fails(Action),
}

fn leads(fault: Fault) -> Leads {
    match fault {
        Fault::Mutation
        | Fault::DuplicateInPage
        | Fault::EscapeSequences
        | Fault::RateLimit
        | Fault::RateLimitBare
        | Fault::FutureDate
        | Fault::ChangedCurrency
        | Fault::UnknownAccount
        | Fault::AddedAndRemoved
        | Fault::UnknownField
        | Fault::InternalError
        | Fault::Maintenance
        | Fault::Truncated
        | Fault::DropConnection
        | Fault::RedirectRefused
        // What these do is not in the change stream: tests/connections/churn.rs, tests/connections/state.rs, tests/products.rs.
        | Fault::AccountChurn
        | Fault::AccountChurnRemoved
        | Fault::BadProductRow
        | Fault::ConsentMissing
        | Fault::ItemError
        // SimpleFIN's side has a life of its own: tests/simplefin.rs.
        | Fault::SimplefinClaimed
        | Fault::SimplefinRevoked
        | Fault::SimplefinPayment
        | Fault::SimplefinMalformed
        | Fault::SimplefinNotFound
        | Fault::SimplefinAccountGone
        | Fault::SimplefinErrlist
        | Fault::SimplefinSignIn
        | Fault::SimplefinCurrency
        | Fault::SimplefinNewIds
        | Fault::SimplefinOld
        | Fault::NotReady => Leads::Same,
        Fault::MutationForever | Fault::CursorNotAssociated => Leads::FullResync,
        Fault::BadAmount | Fault::HugeAmount | Fault::AmountAsText => Leads::Refuses("`amount`"),
        Fault::UnknownCurrency => Leads::Refuses("`iso_currency_code`"),
        Fault::WrongKind => Leads::Refuses("`pending`"),
        Fault::ImpossibleDate | Fault::MissingField => Leads::Refuses("`date`"),
        Fault::LoginRequired => Leads::Fails(Action::Relink),
        Fault::ItemNotFound => Leads::Fails(Action::Gone),
        Fault::CreditsExhausted => Leads::Fails(Action::PlanLimit),
        Fault::InvalidKeys => Leads::Fails(Action::Reconfigure),
        Fault::InstitutionDown | Fault::Slow | Fault::Trickle => Leads::Fails(Action::RetryLater),
        Fault::NanAmount | Fault::NeverEndingCursor | Fault::Html | Fault::WrongType | Fault::HugeBody => {
            Leads::Fails(Action::Report)
        }
    }
}

fn set(ids: Vec<String>) -> std::collections::BTreeSet<String> {
    ids.into_iter().collect()
}

#[test]
fn every_fault_of_the_sandbox_leads_where_it_should() {
    let sandbox = start();
    let mut config = config(&sandbox, &sandbox.base_url);
    config.timeouts.slow = Duration::from_millis(900);
    config.body_limit = 8 << 20;
    config.bounds.pages = 50;
    let client = Client::new(config).unwrap();
    let token = link(&client, "user_good");
    let whole = set(listen_to(&client, &token, None).book);
    for fault in Fault::ALL.iter().copied() {
        // A cursor of the middle: some faults need a stored one, others a page with rows.
        let from = matches!(leads(fault), Leads::FullResync).then(|| cursor(&client, &token));
        sandbox.fault(fault, None);
        let mut heard = listen_to(&client, &token, from.as_deref());
        if fault == Fault::NotReady {
            assert!(heard.book.is_empty() && heard.end.unwrap().cursor.is_none());
            heard = listen_to(&client, &token, None);
        }
        sandbox.clear_faults();
        let name = fault.name();
        match leads(fault) {
            Leads::Same => {
                assert!(heard.end.is_ok(), "{name}: {:?}", heard.end);
                assert_eq!(set(heard.book), whole, "{name}");
            }
            Leads::FullResync => {
                assert!(heard.end.unwrap().full_resync, "{name}");
                assert_eq!(set(heard.book), whole, "{name}");
            }
            Leads::Refuses(words) => {
                assert!(heard.end.is_ok(), "{name}: {:?}", heard.end);
                assert_eq!((heard.refused.len(), heard.book.len()), (1, whole.len() - 1), "{name}");
                assert!(heard.refused[0].to_string().contains(words), "{name}: {:?}", heard.refused);
            }
            Leads::Fails(action) => {
                assert!(heard.book.is_empty(), "{name}");
                assert_eq!(heard.end.err().map(|error| error.action()), Some(action), "{name}");
            }
        }
    }
}

fn cursor(client: &Client, token: &Secret<String>) -> String {
    listen_to(client, token, None).end.unwrap().cursor.unwrap()
}
