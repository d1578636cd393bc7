//! The listener's pages, with a script that stands in for Plaid's.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    time::Duration,
};

use bursar::{
    loopback::{Event, Limits, LinkPage, Listener, Mode, Origins},
    secret::Secret,
};

use super::{Browser, turn};

const SOON: Duration = Duration::from_secs(20);
const PUBLIC: &str = "public-sandbox-3b9687f0-3abd-4913-9889-f0ba816d4a3a";

/// Serves one script, whatever is asked for, on a loopback port.
fn serve_script(script: &'static str) -> url::Url {
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", socket.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in socket.incoming().flatten() {
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
            let length = script.len();
            let _ = write!(
                stream,
                "HTTP/1.1 200 OK\r\nContent-Type: text/javascript\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{script}"
            );
        }
    });
    url.parse().unwrap()
}

fn page(script: &'static str) -> Listener {
    let origins = Origins::stand_in(&serve_script(script)).unwrap();
    let link_token = Secret::new("link-sandbox-0".to_owned());
    let mode = Mode::Page(Box::new(LinkPage { link_token, environment: "sandbox", origins }));
    Listener::start(mode, Limits::default()).unwrap()
}

fn complaints(browser: &Browser) -> Vec<String> {
    browser.console().into_iter().filter(|line| !line.contains("410")).collect()
}

#[test]
fn the_landing_page_shows_wakes_and_is_gone_on_reload() {
    if !super::present() {
        return;
    }
    let _turn = turn();
    let listener = Listener::start(Mode::Landing, Limits::default()).unwrap();
    let browser = Browser::start();
    browser.visit(listener.url().expose());
    assert_eq!(browser.text("h1"), "Back to the terminal");
    assert!(matches!(listener.wait(SOON), Some(Event::Landed)));
    let painted = browser.script("return getComputedStyle(document.querySelector('main')).maxWidth");
    assert_eq!(painted, "544px", "the style sheet is let through by its nonce");
    assert_eq!(complaints(&browser), [""; 0]);
    browser.reload();
    assert_eq!(browser.text("h1"), "This page has done its work");
    assert!(listener.wait(Duration::ZERO).is_none());
}

#[test]
fn the_link_page_hands_over_the_public_token() {
    if !super::present() {
        return;
    }
    let _turn = turn();
    let listener = page(
        "window.Plaid = {create: (options) => ({open: () => options.onSuccess(
            'public-sandbox-3b9687f0-3abd-4913-9889-f0ba816d4a3a',
            {institution: {name: 'Bank', institution_id: 'ins_1'},
             accounts: Array.from({length: 500}, (_, i) => ({name: 'Account ü ' + i, mask: null}))})})}",
    );
    let browser = Browser::start();
    browser.visit(listener.url().expose());
    browser.wait_for("#title", "Your bank is connected");
    let Some(Event::PublicToken(handover)) = listener.wait(SOON) else { panic!("no token") };
    assert_eq!(handover.public_token.expose(), PUBLIC);
    assert!(handover.accounts.len() > 50 && handover.accounts.len() < 500, "a long list is cut to fit");
    assert_eq!(complaints(&browser), [""; 0]);
    browser.reload();
    assert_eq!(browser.text("h1"), "This page has done its work");
}

#[test]
fn leaving_plaids_window_is_told_and_the_token_is_escaped() {
    if !super::present() {
        return;
    }
    let _turn = turn();
    let listener = page(
        "window.Plaid = {create: (options) => ({open: () => options.onExit(
            {error_code: 'INVALID_CREDENTIALS'}, {status: options.token === 'link-sandbox-0' ? 'requires_credentials' : 'x'})})}",
    );
    let browser = Browser::start();
    browser.visit(listener.url().expose());
    browser.wait_for("#title", "Nothing was connected");
    let Some(Event::Exited(exit)) = listener.wait(SOON) else { panic!("no exit") };
    assert_eq!(exit.error_code.as_deref(), Some("INVALID_CREDENTIALS"));
    assert_eq!(exit.status.as_deref(), Some("requires_credentials"));
}

#[test]
fn a_script_that_is_not_plaids_is_said_and_cannot_call_home() {
    if !super::present() {
        return;
    }
    let _turn = turn();
    let listener = page("fetch('http://127.0.0.2:9/steal').catch(() => { document.title = 'kept in'; });");
    let browser = Browser::start();
    browser.visit(listener.url().expose());
    browser.wait_for("#title", "script did not load");
    let refused =
        browser.script("return fetch('http://127.0.0.2:9/steal').then(() => 'left', (error) => String(error))");
    assert!(refused.as_str().unwrap().contains("Failed to fetch"), "{refused}");
    let complaints = browser.console().join("\n");
    assert!(complaints.contains("Content Security Policy") && complaints.contains("127.0.0.2"), "{complaints}");
    assert!(listener.wait(Duration::ZERO).is_none());
}

#[test]
fn a_strangers_page_can_neither_post_nor_read_nor_frame() {
    if !super::present() {
        return;
    }
    let _turn = turn();
    let listener = page("window.Plaid = {create: () => ({open: () => {}})}");
    let url = listener.url();
    let stranger = serve_script("<!doctype html><title>stranger</title>");
    let browser = Browser::start();
    // The same computer and scheme, another port: the nearest that a stranger's page can come.
    browser.visit(stranger.as_str());
    let exit = r#"{"exit":{"error_code":null,"status":null}}"#;
    for attempt in [
        format!("{{method: 'POST', mode: 'no-cors', body: '{exit}'}}"),
        format!("{{method: 'POST', mode: 'cors', headers: {{'Content-Type': 'application/json'}}, body: '{exit}'}}"),
        "{mode: 'cors'}".to_owned(),
    ] {
        let script = format!(
            "return fetch('{}', {attempt}).then((a) => a.type === 'opaque' ? 'blind' : 'read', (e) => 'blocked')",
            url.expose()
        );
        let seen = browser.script(&script);
        assert_ne!(seen, "read", "{attempt}");
    }
    let framed = format!(
        "const frame = document.createElement('iframe'); frame.src = '{}'; document.body.append(frame);
         return new Promise((done) => {{ frame.onload = () => {{
            let inside; try {{ inside = frame.contentDocument ? 'read' : 'closed' }} catch (e) {{ inside = 'closed' }} done(inside) }} }})",
        url.expose()
    );
    assert_ne!(browser.script(&framed), "read");
    assert!(listener.wait(Duration::ZERO).is_none(), "and nothing has happened");
    browser.visit(url.expose());
    browser.wait_for("#title", "Connect your bank");
}
