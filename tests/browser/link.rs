//! `bursar link` from end to end: the finished binary, the sandbox's Link page, a real browser.

use std::path::PathBuf;

use super::{Browser, turn};
use crate::env::{Background, Output, TestEnv, mode};

/// A person at a desktop: a vault with a bank to link, a browser, and a launcher that tells which page it was to open.
struct Desk {
    env: TestEnv,
    browser: Browser,
}

/// A link that waits for its person.
struct Waiting {
    running: Background,
    /// What the command said so far, up to the address.
    said: String,
}

impl Desk {
    fn new() -> Self {
        let mut env = TestEnv::new();
        env.bank();
        env.init();
        let launcher = env.path("bin/xdg-open");
        std::fs::create_dir_all(launcher.parent().unwrap()).unwrap();
        // The page is copied, because bursar takes the original away at the end; the environment shows what leaked.
        let root = env.path("");
        let script = format!(
            "#!/bin/sh\nenv > {0}/secrets/launched\ncp \"$1\" {0}/secrets/page.new && printf %s \"$1\" > {0}/opened.new\n\
             mv {0}/opened.new {0}/opened\n",
            root.to_str().unwrap().trim_end_matches('/')
        );
        std::fs::write(&launcher, script).unwrap();
        mode(&launcher, 0o755);
        env.set("PATH", format!("{}:/usr/bin:/bin", launcher.parent().unwrap().display()));
        env.set("DISPLAY", ":7");
        Self { env, browser: Browser::start() }
    }

    /// Starts a link whose page the launcher is told of.
    fn link(&self, arguments: &[&str]) -> Background {
        self.env.start(&[&["link", "--yes"], arguments].concat())
    }

    /// The page that the launcher was told to open.
    fn opened(&self) -> PathBuf {
        let note = self.env.path("opened");
        let path = super::eventually("the browser to be launched", || std::fs::read_to_string(&note).ok());
        std::fs::remove_file(note).unwrap();
        PathBuf::from(path)
    }

    fn end(&self, running: Background) -> Output {
        self.env.keep(running.finish())
    }

    fn choose(&self, institution: &str) {
        self.browser.click(&format!("button[name=institution][value={institution}]"));
    }

    fn sign_in(&self, password: &str) {
        self.browser.fill("#username", "user_good");
        self.browser.fill("#password", password);
        self.browser.click("#submit");
    }

    fn connections(&self) -> Vec<String> {
        let listing = self.env.json(&["connections"]);
        listing["items"].as_array().unwrap().iter().map(|c| c["name"].as_str().unwrap().to_owned()).collect()
    }
}

impl Waiting {
    /// Waits until a link has named the address to open.
    fn new(running: Background) -> (Self, String) {
        let said = super::eventually("an address", || Some(running.so_far()).filter(|said| said.contains("http")));
        let url = said.lines().find_map(|line| line.trim().strip_prefix("http")).unwrap();
        let url = format!("http{url}");
        (Self { running, said }, url)
    }
}

#[test]
fn hosted_in_this_desktops_browser() {
    if !super::present() {
        return;
    }
    let _turn = turn();
    let desk = Desk::new();
    let running = desk.link(&["--json"]);
    let page = desk.opened();
    desk.browser.visit(&format!("file://{}", page.display()));
    desk.choose("ins_109508");
    desk.browser.wait_for("#username", "");
    // A reload of the page starts another session of the same token.
    desk.browser.reload();
    desk.sign_in("wrong");
    desk.browser.wait_for(".error", "");
    desk.sign_in("pass_good");
    desk.browser.wait_for("h1", "Choose accounts");
    desk.browser.click("#submit");
    desk.browser.wait_for("h1", "Back to the terminal");
    let output = desk.end(running);
    assert_eq!(output.status, 0, "{output}");
    let report = output.json();
    assert_eq!(report["connections"][0]["id"], "c1");
    assert!(report["sync"]["added"].as_u64().unwrap() > 100, "{report}");
    assert_eq!(desk.connections(), ["First Platypus Bank"]);
    assert!(!page.exists(), "the page that sent the browser on is gone");
    let launched = std::fs::read_to_string(desk.env.path("secrets/launched")).unwrap();
    for secret in ["BURSAR_", "PLAID_"] {
        assert!(!launched.contains(secret), "{secret} reached the browser:\n{launched}");
    }
}

#[test]
fn hosted_where_the_way_back_is_refused() {
    if !super::present() {
        return;
    }
    let _turn = turn();
    let desk = Desk::new();
    desk.env.sandbox().fault(bursar::sandbox::Fault::RedirectRefused, None);
    let running = desk.link(&["--no-sync", "--json"]);
    desk.browser.visit(&format!("file://{}", desk.opened().display()));
    desk.choose("ins_109508");
    desk.sign_in("pass_good");
    desk.browser.wait_for("h1", "Choose accounts");
    desk.browser.click("#submit");
    desk.browser.wait_for("#done", "Your account is linked.");
    let output = desk.end(running);
    assert_eq!(output.status, 0, "{output}");
    assert_eq!(output.json()["connections"][0]["id"], "c1");
}

#[test]
fn hosted_and_cancelled() {
    if !super::present() {
        return;
    }
    let _turn = turn();
    let desk = Desk::new();
    let running = desk.link(&["--json"]);
    desk.browser.visit(&format!("file://{}", desk.opened().display()));
    desk.choose("ins_109508");
    desk.browser.click("#cancel");
    desk.browser.wait_for("h1", "Back to the terminal");
    let output = desk.end(running);
    assert_eq!(output.status, 7, "{output}");
    assert_eq!(output.error()["code"], "link_cancelled");
    assert!(desk.connections().is_empty());
}

#[test]
fn hosted_on_another_device() {
    if !super::present() {
        return;
    }
    let _turn = turn();
    let mut desk = Desk::new();
    desk.env.unset("DISPLAY");
    let (waiting, url) = Waiting::new(desk.link(&["--no-sync"]));
    desk.browser.visit(&url);
    desk.choose("ins_109508");
    desk.sign_in("mfa_device");
    desk.browser.fill("#code", "1234");
    desk.browser.click("#submit");
    desk.browser.wait_for("h1", "Choose accounts");
    desk.browser.click("#submit");
    desk.browser.wait_for("#done", "Your account is linked.");
    let output = desk.end(waiting.running);
    assert_eq!(output.status, 0, "{output}");
    assert!(waiting.said.contains("on any device"), "{}", waiting.said);
    assert!(output.stderr.contains("▀"), "no QR code: {output}");
    assert_eq!(desk.connections(), ["First Platypus Bank"]);
}

#[test]
fn taken_up_again_after_ctrl_c_and_a_kill() {
    if !super::present() {
        return;
    }
    let _turn = turn();
    let desk = Desk::new();
    let (waiting, _) = Waiting::new(desk.link(&["--hosted", "--json"]));
    assert!(
        std::process::Command::new("kill")
            .args(["-INT", &waiting.running.id().to_string()])
            .status()
            .unwrap()
            .success()
    );
    let output = desk.end(waiting.running);
    assert_eq!((output.status, &output.error()["hint"]), (130, &"bursar link --resume".into()), "{output}");
    let (mut waiting, url) = Waiting::new(desk.env.start(&["link", "--resume"]));
    waiting.running.kill();
    desk.browser.visit(&url);
    desk.choose("ins_109508");
    desk.sign_in("pass_good");
    desk.browser.click("#submit");
    desk.browser.wait_for("#done", "Your account is linked.");
    let report = desk.env.json(&["link", "--resume", "--no-sync"]);
    assert_eq!(report["connections"][0]["id"], "c1");
    let again = desk.env.fails(5, &["link", "--resume", "--json"]);
    assert_eq!(again.error()["code"], "nothing_to_resume");
}

#[test]
fn an_exchange_whose_answer_is_lost_is_said_to_be_and_never_sent_twice() {
    if !super::present() {
        return;
    }
    let _turn = turn();
    let desk = Desk::new();
    desk.env.sandbox().fault_at(bursar::sandbox::Fault::DropConnection, "/item/public_token/exchange");
    let (waiting, url) = Waiting::new(desk.link(&["--hosted", "--json"]));
    desk.browser.visit(&url);
    desk.choose("ins_109508");
    desk.sign_in("pass_good");
    desk.browser.click("#submit");
    desk.browser.wait_for("#done", "Your account is linked.");
    let output = desk.end(waiting.running);
    assert_eq!((output.status, &output.error()["code"]), (9, &"answer_lost".into()), "{output}");
    // Plaid had taken the token: the second try says so, and the flow is over.
    let output = desk.env.fails(9, &["link", "--resume", "--json"]);
    assert!(output.error()["message"].as_str().unwrap().contains("INVALID_PUBLIC_TOKEN"), "{output}");
    assert_eq!(desk.env.fails(5, &["link", "--resume", "--json"]).error()["code"], "nothing_to_resume");
    assert_eq!(std::fs::read_dir(desk.env.vault().join("pending")).unwrap().count(), 0);
}

#[test]
fn on_a_page_of_bursars_own() {
    if !super::present() {
        return;
    }
    let _turn = turn();
    let desk = Desk::new();
    let running = desk.link(&["--page", "--json"]);
    desk.browser.visit(&format!("file://{}", desk.opened().display()));
    attack(&desk.browser);
    desk.browser.enter_frame("#plaid-link-iframe-1");
    desk.choose("ins_109508");
    desk.sign_in("pass_good");
    desk.browser.click("#submit");
    desk.browser.leave_frame();
    desk.browser.wait_for("#title", "Your bank is connected");
    // The attack's own answers stand there too.
    let complaints: Vec<String> =
        desk.browser.console().into_iter().filter(|line| !line.contains("server responded with a status of")).collect();
    assert_eq!(complaints, [""; 0], "the policy blocks nothing that Link needs");
    let output = desk.end(running);
    assert_eq!(output.status, 0, "{output}");
    assert_eq!(output.json()["connections"][0]["institution"], "First Platypus Bank");
    // The listener went with the link: its address opens nothing any more.
    assert!(desk.browser.fails_to_visit(&desk.browser.url()));
}

/// What a page of another site would try while the link waits; none of it may end or steal the link.
fn attack(browser: &Browser) {
    browser.wait_for("#title", "Connect your bank");
    let answers = browser.script(
        "const status = (path, options) => fetch(path, options).then((answer) => answer.status);
         const json = {method: 'POST', headers: {'Content-Type': 'application/json'}};
         return Promise.all([
            status('/'),
            status(location.pathname + 'x'),
            status(location.pathname, {method: 'POST', body: '{}'}),
            status(location.pathname, {...json, body: '{\"success\":{\"public_token\":\"public-sandbox-1\",\"institution\":null,\"accounts\":[]}}'}),
         ])",
    );
    assert_eq!(answers, serde_json::json!([404, 404, 415, 400]));
}

#[test]
fn on_a_page_of_bursars_own_and_left() {
    if !super::present() {
        return;
    }
    let _turn = turn();
    let desk = Desk::new();
    let running = desk.link(&["--page", "--json"]);
    desk.browser.visit(&format!("file://{}", desk.opened().display()));
    desk.browser.enter_frame("#plaid-link-iframe-1");
    desk.choose("ins_109508");
    desk.browser.click("#cancel");
    desk.browser.leave_frame();
    desk.browser.wait_for("#title", "Nothing was connected");
    let output = desk.end(running);
    assert_eq!(output.status, 7, "{output}");
    assert_eq!(output.error()["code"], "link_cancelled");
}

#[test]
fn a_connection_is_mended() {
    if !super::present() {
        return;
    }
    let _turn = turn();
    let desk = Desk::new();
    desk.env.ok(&["link", "--institution", "ins_109508", "--yes"]);
    desk.env.ok(&["sandbox", "reset-login", "c1"]);
    desk.env.fails(8, &["sync"]);
    let running = desk.link(&["--repair", "c1", "--json"]);
    desk.browser.visit(&format!("file://{}", desk.opened().display()));
    desk.sign_in("pass_good");
    desk.browser.wait_for("h1", "Back to the terminal");
    let output = desk.end(running);
    assert_eq!(output.status, 0, "{output}");
    assert_eq!(output.json()["repaired"], "c1");
    let connection = &desk.env.json(&["connections"])["items"][0];
    assert_eq!((&connection["state"], &connection["action"]), (&"healthy".into(), &serde_json::Value::Null));
}
