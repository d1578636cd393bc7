//! The page loop: Plaid's cursor rules, and what a loop must never do to a book.

use std::collections::BTreeMap;

use bursar::{
    domain::sync::{History, Refusal},
    plaid::{Client, PlaidError, SyncEvent, SyncFrom, SyncOutcome},
    secret::Secret,
};
use proptest::prelude::*;
use tokio::sync::mpsc;

use super::{
    block_on, client, config,
    rows::row,
    server::{Reply, Request, Server, error, json},
    token,
};

const MUTATION: &str = "TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION";

fn mutation() -> Reply {
    error(400, "TRANSACTIONS_ERROR", MUTATION)
}

fn page(ids: &[&str], next: &str, has_more: bool) -> Reply {
    let rows: Vec<String> = ids.iter().map(|id| row(id).to_string()).collect();
    json(
        200,
        &format!(
            r#"{{"accounts":[],"added":[{}],"modified":[],"removed":[],"next_cursor":"{next}","has_more":{has_more},
            "transactions_update_status":"HISTORICAL_UPDATE_COMPLETE","request_id":"R"}}"#,
            rows.join(",")
        ),
    )
}

fn cursor(request: &Request) -> String {
    request.json()["cursor"].as_str().unwrap_or_default().to_owned()
}

/// Words for what happened, and how it ended.
pub(super) struct Heard {
    pub(super) words: Vec<String>,
    /// Ids as a consumer that rolls back and commits by the rules has them.
    pub(super) book: Vec<String>,
    /// Sentences on rows that were not kept.
    pub(super) refused: Vec<Refusal>,
    pub(super) end: Result<SyncOutcome, PlaidError>,
}

/// Syncs the connection that the tests' token stands for.
fn listen(client: &Client, from: Option<&str>) -> Heard {
    listen_to(client, &token(), from)
}

pub(super) fn listen_to(client: &Client, access_token: &Secret<String>, from: Option<&str>) -> Heard {
    block_on(async {
        let (sender, mut receiver) = mpsc::channel(2);
        let from = SyncFrom { cursor: from.map(str::to_owned), ..SyncFrom::default() };
        let reading = async {
            let end = client.sync(access_token, from, &sender).await;
            drop(sender);
            end
        };
        let taking = async {
            let (mut words, mut open, mut book, mut refused) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
            while let Some(event) = receiver.recv().await {
                match event {
                    SyncEvent::Page(delta) => {
                        words.push(format!("page {}", delta.next_cursor));
                        refused.extend(delta.refused);
                        open.extend(delta.added.into_iter().map(|row| row.id.0));
                    }
                    SyncEvent::Restart => {
                        words.push("restart".to_owned());
                        open.clear();
                    }
                    SyncEvent::FullResync => {
                        words.push("full".to_owned());
                        open.clear();
                    }
                    SyncEvent::Done(_) => {
                        words.push("done".to_owned());
                        book = std::mem::take(&mut open);
                    }
                }
            }
            (words, book, refused)
        };
        let (end, (words, book, refused)) = tokio::join!(reading, taking);
        Heard { words, book, refused, end }
    })
}

fn hear(server: &Server, from: Option<&str>) -> Heard {
    listen(&client(&server.base_url).0, from)
}

#[test]
fn a_loop_reads_to_the_end_and_asks_for_what_it_should() {
    let server = Server::start(|request, _| match cursor(request).as_str() {
        "" => page(&["t1"], "c1", true),
        "c1" => page(&[], "c2", true),
        _ => page(&["t2"], "c3", false),
    });
    let heard = hear(&server, None);
    assert_eq!(heard.words, ["page c1", "page c2", "page c3", "done"]);
    assert_eq!(heard.book, ["t1", "t2"]);
    let outcome = heard.end.unwrap();
    assert_eq!(
        outcome,
        SyncOutcome {
            cursor: Some("c3".to_owned()),
            history: History::Complete,
            full_resync: false,
            pages: 3,
            restarts: 0
        }
    );
    let options = |days: bool| {
        let mut options =
            serde_json::json!({"include_original_description": true, "personal_finance_category_version": "v2"});
        if days {
            options["days_requested"] = 730.into();
        }
        options
    };
    let sent: Vec<_> = server.requests().iter().map(Request::json).collect();
    assert!(sent.iter().all(|body| body["count"] == 500));
    assert!(sent[0].get("cursor").is_none() && sent[0]["options"] == options(true));
    assert!(sent[1]["cursor"] == "c1" && sent[1]["options"] == options(false));
}

#[test]
fn a_mutation_restarts_at_the_first_cursor_of_the_loop() {
    let mut mutated = false;
    let server = Server::start(move |request, _| match cursor(request).as_str() {
        "c0" => page(&["t1"], "c1", true),
        "c1" if !std::mem::replace(&mut mutated, true) => mutation(),
        "c1" => page(&["t2"], "c2", false),
        other => panic!("asked for {other}"),
    });
    let heard = hear(&server, Some("c0"));
    assert_eq!(heard.words, ["page c1", "restart", "page c1", "page c2", "done"]);
    assert_eq!((heard.book, heard.end.unwrap().restarts), (vec!["t1".to_owned(), "t2".to_owned()], 1));
}

#[test]
fn restarts_are_bounded_and_keep_nothing() {
    let server =
        Server::start(|request, _| if cursor(request) == "c0" { page(&["t1"], "c1", true) } else { mutation() });
    let heard = hear(&server, Some("c0"));
    assert!(matches!(heard.end, Err(PlaidError::StillChanging { restarts: 5 })), "{:?}", heard.end);
    assert!(heard.end.unwrap_err().retryable());
    assert_eq!((heard.book.len(), server.count()), (0, 12));
}

#[test]
fn a_cursor_whose_first_request_mutates_for_good_is_given_up() {
    let server =
        Server::start(|request, _| if cursor(request) == "c0" { mutation() } else { page(&["t1"], "c9", false) });
    let heard = hear(&server, Some("c0"));
    assert_eq!(heard.words, ["restart", "restart", "full", "page c9", "done"]);
    let outcome = heard.end.unwrap();
    assert!(outcome.full_resync && outcome.cursor.as_deref() == Some("c9"));
    assert!(server.requests().last().unwrap().json().get("cursor").is_none());

    let always = Server::always(mutation);
    assert!(matches!(hear(&always, Some("c0")).end, Err(PlaidError::StillChanging { .. })));
    assert_eq!(always.count(), 3 + 6);
}

#[test]
fn a_cursor_of_another_token_leads_to_a_full_resync_once() {
    let refuse = || error(400, "INVALID_REQUEST", "INVALID_FIELD");
    let server =
        Server::start(move |request, _| if cursor(request) == "c0" { refuse() } else { page(&["t1"], "c9", false) });
    let heard = hear(&server, Some("c0"));
    assert_eq!(
        (heard.words, heard.end.unwrap().full_resync),
        (["full", "page c9", "done"].map(str::to_owned).to_vec(), true)
    );
    let always = Server::always(refuse);
    let error = hear(&always, Some("c0")).end.unwrap_err();
    assert_eq!((error.code(), always.count()), (Some("INVALID_FIELD"), 2));
    assert_eq!(error.action(), bursar::plaid::Action::OurBug);
}

#[test]
fn not_ready_is_no_progress() {
    let empty = r#"{"accounts":[],"added":[],"modified":[],"removed":[],"next_cursor":"","has_more":false,
        "transactions_update_status":"NOT_READY","request_id":"R"}"#;
    let server = Server::always(move || json(200, empty));
    let outcome = hear(&server, None).end.unwrap();
    assert_eq!((outcome.cursor, outcome.history), (None, History::NotReady));
}

#[test]
fn a_stream_without_end_is_an_error_that_keeps_nothing() {
    let same = Server::always(|| page(&["t"], "c1", true));
    let circle = Server::start(|request, _| page(&["t"], if cursor(request) == "c1" { "c2" } else { "c1" }, true));
    let lost = Server::always(|| page(&["t"], "", true));
    for (server, pages) in [(same, 2), (circle, 3), (lost, 1)] {
        let heard = hear(&server, None);
        assert!(matches!(heard.end, Err(PlaidError::EndlessCursor { .. })), "{:?}", heard.end);
        assert_eq!((heard.book.len(), server.count()), (0, pages));
    }
    let fresh = Server::start(|_, before| page(&["t"], &format!("c{before}"), true));
    let (mut config, _) = config(&fresh.base_url);
    config.bounds.pages = 10;
    let heard = listen(&Client::new(config).unwrap(), None);
    assert!(matches!(heard.end, Err(PlaidError::EndlessCursor { pages: 10, .. })), "{:?}", heard.end);
    assert_eq!(fresh.count(), 10);
}

#[test]
fn an_error_in_the_middle_ends_without_a_done() {
    let server = Server::start(|request, _| match cursor(request).as_str() {
        "" => page(&["t1"], "c1", true),
        _ => error(400, "ITEM_ERROR", "ITEM_LOGIN_REQUIRED"),
    });
    let heard = hear(&server, None);
    assert_eq!(heard.words, ["page c1"]);
    assert!(heard.book.is_empty() && heard.end.unwrap_err().needs_user());
}

#[test]
fn a_loop_stops_when_nobody_listens() {
    let server = Server::start(|_, before| page(&["t"], &format!("c{before}"), true));
    let (client, _) = client(&server.base_url);
    let (sender, receiver) = mpsc::channel(1);
    drop(receiver);
    let end = block_on(client.sync(&token(), SyncFrom::default(), &sender));
    assert!(matches!(end, Err(PlaidError::Stopped)));
    assert_eq!(server.count(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// However a history is cut into pages, and wherever mutations, outages and rate limits strike, what is committed is the
    /// history, once and in order.
    #[test]
    fn any_split_with_any_mishaps_commits_the_same_history(
        sizes in prop::collection::vec(0_usize..4, 1..8),
        mishaps in prop::collection::btree_map(0_usize..24, 0_u8..3, 0..5),
    ) {
        let mut ids = (0..).map(|number| format!("t{number}"));
        let pages: Vec<Vec<String>> = sizes.iter().map(|size| ids.by_ref().take(*size).collect()).collect();
        let history: Vec<String> = pages.concat();
        let mishaps: BTreeMap<usize, u8> = mishaps;
        let server = Server::start(move |request, before| {
            let at: usize = cursor(request).strip_prefix('c').map_or(0, |number| number.parse().unwrap());
            match mishaps.get(&before) {
                // The first request of a loop does not mutate here: that is another rule.
                Some(0) if at > 0 => mutation(),
                Some(1) => error(500, "API_ERROR", "INTERNAL_SERVER_ERROR"),
                Some(2) => error(429, "RATE_LIMIT_EXCEEDED", "TRANSACTIONS_SYNC_LIMIT"),
                _ => {
                    let rows: Vec<&str> = pages[at].iter().map(String::as_str).collect();
                    page(&rows, &format!("c{}", at + 1), at + 1 < pages.len())
                }
            }
        });
        let (mut config, _) = config(&server.base_url);
        config.patience.retries = 6;
        config.patience.total = std::time::Duration::from_hours(1);
        let heard = listen(&Client::new(config).unwrap(), None);
        prop_assert!(heard.end.is_ok(), "{:?}", heard.end);
        prop_assert_eq!(heard.book, history);
    }
}
