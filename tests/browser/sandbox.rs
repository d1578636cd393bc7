//! The sandbox's Link page in Chromium: hosted, and framed by the listener's own page.

use std::time::Duration;

use bursar::{
    loopback::{Event, Limits, LinkPage, Listener, Mode, Origins},
    plaid::{Client, Config as ClientConfig, Environment, Hosted, LinkRequest, Purpose},
    sandbox::{Config, Running, Server},
    secret::Secret,
};

use super::{Browser, turn};

const SOON: Duration = Duration::from_secs(20);

fn bank() -> (Running, Client) {
    let bank = Server::start(Config::on(7, "2026-03-20".parse().unwrap())).unwrap();
    let mut config = ClientConfig::new(Environment::Sandbox, bank.client_id.clone(), Secret::new(bank.secret.clone()));
    config.base_url = Some(bank.base_url.clone());
    (bank, Client::new(config).unwrap())
}

fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

fn flow(hosted: Option<Hosted<'_>>) -> LinkRequest<'_> {
    LinkRequest {
        client_name: "bursar",
        user_id: "u1",
        language: "en",
        country_codes: &["US"],
        purpose: Purpose::New { days_requested: 730, also_consent: &["liabilities"] },
        hosted,
    }
}

/// Clicks what a selector finds, once it is there.
fn click(browser: &Browser, css: &str) {
    browser.text(css);
    browser.script(&format!("document.querySelector({css:?}).click()"));
}

fn sign_in(browser: &Browser) {
    click(browser, "button[value=ins_109508]");
    browser.wait_for("h1", "Sign in to First Platypus Bank");
    browser.script("document.querySelector('#username').value = 'user_good'; document.querySelector('#password').value = 'pass_good'");
    click(browser, "#submit");
    browser.wait_for("h1", "Choose accounts");
    click(browser, "#submit");
}

#[test]
fn the_hosted_page_links_and_leads_back_to_the_listener() {
    if !super::present() {
        return;
    }
    let _turn = turn();
    let (_bank, client) = bank();
    let listener = Listener::start(Mode::Landing, Limits::default()).unwrap();
    let back = listener.url();
    let hosted = Hosted { completion_redirect_uri: Some(back.expose()), lifetime_seconds: None };
    let link = block_on(client.link_token_create(&flow(Some(hosted)))).unwrap();
    let browser = Browser::start();
    browser.visit(link.hosted_url.as_deref().unwrap());
    let painted = browser.script("return getComputedStyle(document.querySelector('main')).borderRadius");
    assert_eq!(painted, "12px", "the style is let through by its nonce");
    browser.reload();
    sign_in(&browser);
    assert!(matches!(listener.wait(SOON), Some(Event::Landed)));
    browser.wait_for("h1", "Back to the terminal");
    let progress = block_on(client.link_token_get(&link.token)).unwrap();
    let added: Vec<_> = progress.added().collect();
    assert_eq!(added[0].institution_id.as_ref().map(|id| id.0.as_str()), Some("ins_109508"));
    assert_eq!(browser.console(), [""; 0]);
}

#[test]
fn leaving_the_hosted_page_is_an_exit() {
    if !super::present() {
        return;
    }
    let _turn = turn();
    let (_bank, client) = bank();
    let link = block_on(client.link_token_create(&flow(Some(Hosted::default())))).unwrap();
    let browser = Browser::start();
    browser.visit(link.hosted_url.as_deref().unwrap());
    click(&browser, "#cancel");
    browser.wait_for("#done", "Nothing was linked");
    let progress = block_on(client.link_token_get(&link.token)).unwrap();
    assert_eq!(progress.exit().and_then(|exit| exit.status.clone()).as_deref(), Some("institution_not_found"));
}

#[test]
fn the_listeners_page_frames_it_and_hears_how_it_ended() {
    if !super::present() {
        return;
    }
    let _turn = turn();
    let (bank, client) = bank();
    let origins = || Origins::stand_in(&bank.base_url.parse().unwrap()).unwrap();
    let listen = |link_token: &Secret<String>| {
        let page = LinkPage { link_token: link_token.clone(), environment: "sandbox", origins: origins() };
        Listener::start(Mode::Page(Box::new(page)), Limits::default()).unwrap()
    };
    let link = block_on(client.link_token_create(&flow(None))).unwrap();
    let browser = Browser::start();
    let listener = listen(&link.token);
    browser.visit(listener.url().expose());
    browser.enter_frame("iframe");
    sign_in(&browser);
    browser.leave_frame();
    browser.wait_for("#title", "Your bank is connected");
    let Some(Event::PublicToken(handover)) = listener.wait(SOON) else { panic!("no token") };
    assert_eq!(handover.accounts.len(), 9);
    block_on(client.public_token_exchange(&handover.public_token)).unwrap();
    assert_eq!(browser.console(), [""; 0]);

    let listener = listen(&link.token);
    browser.visit(listener.url().expose());
    browser.enter_frame("iframe");
    click(&browser, "#cancel");
    browser.leave_frame();
    browser.wait_for("#title", "Nothing was connected");
    let Some(Event::Exited(exit)) = listener.wait(SOON) else { panic!("no exit") };
    assert_eq!(exit.status.as_deref(), Some("institution_not_found"));
}
