//! What the transport sends, refuses, repeats and never shows.

use std::{
    fmt::Write as _,
    io::{Read as _, Write as _},
    net::TcpListener,
    thread,
    time::Duration,
};

use bursar::plaid::{Action, Client, Environment, PlaidError, Timeouts};

use super::{
    CLIENT_ID, SECRET, TOKEN, block_on, client, config, gzip, secret,
    server::{Reply, Server, answer, error, error_with, json, with_headers},
    token,
};

const ITEM: &str = r#"{"item":{"item_id":"I","institution_id":null,"webhook":null,"error":null,"consent_expiration_time":null,
    "update_type":"background"},"status":null,"request_id":"R1"}"#;
const BODY_CANARY: &str = "BODY-CANARY";

fn get_item(server: &Server) -> Result<bursar::plaid::ItemState, PlaidError> {
    let (client, _) = client(&server.base_url);
    block_on(client.item_get(&token()))
}

fn exchange(server: &Server) -> PlaidError {
    let (client, _) = client(&server.base_url);
    block_on(client.public_token_exchange(&secret("public-sandbox-1"))).unwrap_err()
}

/// Nothing that came from a body, a header or a token stands in anything an error can print.
fn shows_nothing(error: &PlaidError) {
    use std::error::Error as _;
    let mut shown = format!("{error} {error:?}");
    let mut cause = error.source();
    while let Some(source) = cause {
        let _ = write!(shown, "{source} {source:?}");
        cause = source.source();
    }
    for canary in [CLIENT_ID, SECRET, TOKEN, BODY_CANARY, "http://"] {
        assert!(!shown.contains(canary), "{canary} in {shown}");
    }
}

#[test]
fn requests_carry_credentials_in_headers_and_the_version() {
    let server = Server::always(|| json(200, ITEM));
    assert_eq!(get_item(&server).unwrap().request_id, "R1");
    let sent = &server.requests()[0];
    assert_eq!(sent.line, "POST /item/get HTTP/1.1");
    assert_eq!(sent.header("content-type"), Some("application/json"));
    assert_eq!(sent.header("plaid-version"), Some("2020-09-14"));
    assert_eq!(sent.header("plaid-client-id"), Some(CLIENT_ID));
    assert_eq!(sent.header("plaid-secret"), Some(SECRET));
    assert_eq!(sent.header("user-agent"), Some(concat!("bursar/", env!("CARGO_PKG_VERSION"))));
    assert_eq!(sent.json(), serde_json::json!({"access_token": TOKEN}));
}

#[test]
fn html_is_named_and_never_shown() {
    let page = || answer(200, "text/html", &format!("<html>{BODY_CANARY}</html>"));
    let server = Server::always(page);
    let error = get_item(&server).unwrap_err();
    assert!(error.to_string().contains("/item/get (HTTP 200) answered with text/html instead of JSON"), "{error}");
    assert_eq!((server.count(), error.retryable()), (1, false));
    shows_nothing(&error);
    let untyped = Server::always(|| with_headers(200, &[], ITEM.as_bytes()));
    assert!(get_item(&untyped).unwrap_err().to_string().contains("no content type"));
}

#[test]
fn a_gateways_own_error_page_is_tried_again_unless_that_could_lose_a_token() {
    let gateway = || answer(502, "text/html", BODY_CANARY);
    let server = Server::start(move |_, before| if before < 2 { gateway() } else { json(200, ITEM) });
    assert!(get_item(&server).is_ok());
    assert_eq!(server.count(), 3);
    let server = Server::always(gateway);
    let error = exchange(&server);
    assert_eq!(server.count(), 1);
    assert!(error.outcome_unknown() && error.status() == Some(502));
    shows_nothing(&error);
}

#[test]
fn truncated_answers_are_named() {
    let half = &ITEM[..60];
    let cut = format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 999\r\n\r\n{half}");
    for reply in [
        (|| json(200, &ITEM[..60])) as fn() -> Reply,
        || {
            with_headers(
                200,
                &[("Content-Type", "application/json"), ("Content-Encoding", "gzip")],
                &gzip::stored(ITEM.as_bytes())[..40],
            )
        },
        || json(200, ""),
    ] {
        let error = get_item(&Server::always(reply)).unwrap_err();
        assert!(matches!(error, PlaidError::Truncated { .. }), "{error:?}");
        assert!(error.to_string().contains("ended before it was complete"));
    }
    let server = Server::always(move || Reply::Bytes(cut.clone().into_bytes()));
    assert!(matches!(get_item(&server).unwrap_err(), PlaidError::Truncated { .. }));
    assert_eq!(server.count(), 4, "reading again is harmless");
    let error = exchange(&server);
    assert_eq!(server.count(), 5, "an exchange is not sent again");
    assert!(error.outcome_unknown());
}

#[test]
fn json_of_another_shape_is_named_by_field_and_not_quoted() {
    for (body, words) in [
        (format!(r#"{{"item":"{BODY_CANARY}","request_id":"R"}}"#), "unexpected kind"),
        (r#"{"item":{"item_id":"I","update_type":"background"}}"#.to_owned(), "`request_id` is missing"),
        (r#"{"item":NaN}"#.to_owned(), "not JSON at line 1"),
        ("[]".to_owned(), "unexpected kind"),
    ] {
        let error = get_item(&Server::always(move || json(200, &body))).unwrap_err();
        assert!(matches!(error, PlaidError::Malformed { .. }), "{error:?}");
        assert!(error.to_string().contains(words), "{error} lacks {words}");
        shows_nothing(&error);
    }
    let server = Server::always(|| json(400, r#"{"message":"not Plaid's error object"}"#));
    let error = get_item(&server).unwrap_err();
    assert!(error.to_string().contains("`error_type` is missing"), "{error}");
    assert_eq!(server.count(), 1);
}

#[test]
fn tomorrows_fields_and_words_are_no_error() {
    let body =
        ITEM.replace("background", "by_owl").replace(r#""status":null"#, r#""status":{"owls":{"n":1}},"new":[1]"#);
    assert!(get_item(&Server::always(move || json(200, &body))).is_ok());
}

#[test]
fn rate_limits_are_waited_out_and_retry_after_is_honoured() {
    let limited = |retry_after: &'static str| {
        move || error_with(429, "RATE_LIMIT_EXCEEDED", "ITEM_GET_LIMIT", &[("Retry-After", retry_after)])
    };
    let plain = || error(429, "RATE_LIMIT_EXCEEDED", "ITEM_GET_LIMIT");
    let server = Server::start(move |_, before| if before < 3 { plain() } else { json(200, ITEM) });
    let (client, jumps) = client(&server.base_url);
    assert!(block_on(client.item_get(&token())).is_ok());
    let pauses = jumps.pauses();
    assert!(pauses.len() == 3 && pauses.windows(2).all(|pair| pair[0] <= pair[1]), "{pauses:?}");
    for (seconds, tries) in [("7", 4), ("3600", 1)] {
        let server = Server::always(limited(seconds));
        let (client, jumps) = super::client(&server.base_url);
        let error = block_on(client.item_get(&token())).unwrap_err();
        assert_eq!((server.count(), error.action()), (tries, Action::Retry));
        assert!(jumps.pauses().iter().all(|pause| *pause == Duration::from_secs(7)));
        assert_eq!(error.api().unwrap().retry_after, Some(Duration::from_secs(seconds.parse().unwrap())));
    }
}

#[test]
fn only_codes_that_pass_are_tried_again() {
    for (status, kind, code, tries) in [
        (500, "API_ERROR", "INTERNAL_SERVER_ERROR", 4),
        (503, "API_ERROR", "PLANNED_MAINTENANCE", 4),
        (400, "ITEM_ERROR", "PRODUCT_NOT_READY", 4),
        (429, "RATE_LIMIT_EXCEEDED", "CREDITS_EXHAUSTED", 1),
        (400, "INSTITUTION_ERROR", "INSTITUTION_DOWN", 1),
        (400, "ITEM_ERROR", "ITEM_LOGIN_REQUIRED", 1),
        (400, "INVALID_INPUT", "INVALID_API_KEYS", 1),
    ] {
        let server = Server::always(move || error(status, kind, code));
        let error = get_item(&server).unwrap_err();
        assert_eq!(server.count(), tries, "{code}");
        assert_eq!((error.code(), error.status()), (Some(code), Some(status)));
        assert_eq!(error.request_id().unwrap(), format!("REQ{code}"));
    }
    let server = Server::always(|| error(500, "API_ERROR", "INTERNAL_SERVER_ERROR"));
    assert!(exchange(&server).outcome_unknown());
    let (client, _) = client(&server.base_url);
    assert!(block_on(client.access_token_invalidate(&token())).unwrap_err().outcome_unknown());
    assert_eq!(server.count(), 2, "neither exchange nor invalidation is sent again");
}

#[test]
fn slow_servers_meet_a_time_out() {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 999\r\n\r\n{";
    for start in ["", head] {
        let server = Server::always(move || Reply::Stall(start.into()));
        let (mut config, _) = config(&server.base_url);
        let short = Duration::from_millis(80);
        config.timeouts = Timeouts { connect: short, total: short, slow: short };
        let client = Client::new(config).unwrap();
        let error = block_on(client.item_get(&token())).unwrap_err();
        assert!(matches!(error, PlaidError::Timeout { sent: true, .. }), "{error:?}");
        assert_eq!((server.count(), error.retryable()), (1, true));
        shows_nothing(&error);
    }
}

#[test]
fn redirects_are_not_followed() {
    let elsewhere = Server::always(|| json(200, ITEM));
    let to = elsewhere.base_url.clone();
    for status in [301, 302, 307, 308] {
        let to = to.clone();
        let server = Server::always(move || with_headers(status, &[("Location", &to)], b""));
        let error = get_item(&server).unwrap_err();
        assert!(matches!(error, PlaidError::Redirected { .. }), "{error:?}");
        shows_nothing(&error);
    }
    assert_eq!(elsewhere.count(), 0);
}

#[test]
fn no_answer_grows_beyond_the_cap() {
    let cap = 1 << 20;
    let announced = || with_headers(200, &[("Content-Type", "application/json")], &vec![b' '; (1 << 20) + 1]);
    let chunked = || {
        let chunk = [b"10000\r\n".as_slice(), &vec![b' '; 0x10000], b"\r\n"].concat();
        let head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
        Reply::Bytes([head.as_slice(), &chunk.repeat(17), b"0\r\n\r\n"].concat())
    };
    let bomb = || {
        let headers = [("Content-Type", "application/json"), ("Content-Encoding", "gzip")];
        with_headers(200, &headers, &gzip::bomb(8 << 20))
    };
    for reply in [announced as fn() -> Reply, chunked, bomb] {
        let server = Server::always(reply);
        let (mut config, _) = config(&server.base_url);
        config.body_limit = cap;
        let error = block_on(Client::new(config).unwrap().item_get(&token())).unwrap_err();
        assert!(matches!(error, PlaidError::TooLarge { limit, .. } if limit == cap), "{error:?}");
        assert_eq!(server.count(), 1);
    }
}

#[test]
fn compressed_answers_are_read_if_they_are_understood() {
    let headers = |encoding| [("Content-Type", "application/json"), ("Content-Encoding", encoding)];
    let server = Server::always(move || with_headers(200, &headers("gzip"), &gzip::stored(ITEM.as_bytes())));
    assert!(get_item(&server).is_ok());
    assert_eq!(server.requests()[0].header("accept-encoding"), Some("gzip"));
    let server = Server::always(move || with_headers(200, &headers("br"), b"???"));
    assert!(get_item(&server).unwrap_err().to_string().contains("unknown compression"));
}

#[test]
fn a_request_that_never_left_is_safe_to_send_again() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (client, jumps) = client(&format!("http://{closed}"));
    let error = block_on(client.public_token_exchange(&secret("public-sandbox-1"))).unwrap_err();
    assert!(matches!(error, PlaidError::Network { sent: false, .. }) && !error.outcome_unknown(), "{error:?}");
    assert_eq!(jumps.pauses().len(), 3);
    shows_nothing(&error);
    let server = Server::always(|| Reply::Bytes(Vec::new()));
    let error = exchange(&server);
    assert!(matches!(error, PlaidError::Network { sent: true, .. }) && error.outcome_unknown(), "{error:?}");
    assert_eq!(server.count(), 1);
    assert!(get_item(&server).is_err());
    assert_eq!(server.count(), 5);
    let (client, _) = super::client(&server.base_url);
    assert!(block_on(client.transactions_refresh(&token())).is_err());
    assert_eq!(server.count(), 6, "a paid call is not sent again");
}

#[test]
fn tls_failures_are_named() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 2048]).and_then(|_| stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n"));
    });
    let (client, jumps) = client(&format!("https://{address}"));
    let error = block_on(client.item_get(&token())).unwrap_err();
    server.join().unwrap();
    assert!(matches!(error, PlaidError::Tls { .. }), "{error:?}");
    assert!(jumps.pauses().is_empty(), "a connection that is not proven is not tried again");
    shows_nothing(&error);
}

#[test]
fn credentials_of_another_environment_are_not_sent() {
    let server = Server::always(|| json(200, ITEM));
    let (client, _) = client(&server.base_url);
    assert!(client.is_stand_in() && client.environment() == Environment::Sandbox);
    for error in [
        block_on(client.item_get(&secret("access-production-1"))).unwrap_err(),
        block_on(client.public_token_exchange(&secret("public-production-1"))).unwrap_err(),
        block_on(client.link_token_get(&secret("link-production-1"))).unwrap_err(),
        block_on(client.item_get(&secret("no token at all"))).unwrap_err(),
    ] {
        assert!(matches!(error, PlaidError::EnvironmentMismatch { .. }), "{error:?}");
        assert_eq!(error.action(), Action::Reconfigure);
    }
    assert_eq!(server.count(), 0);
    let (mut stolen, _) = config(&server.base_url);
    stolen.environment = Environment::Production;
    assert!(matches!(Client::new(stolen).err(), Some(PlaidError::BadBaseUrl { .. })));
    let (mut empty, _) = config(&server.base_url);
    empty.secret = secret("");
    assert!(matches!(Client::new(empty).err(), Some(PlaidError::BadCredentials { what: "secret" })));
}
