//! The Link page by its forms, as `/link/token/get` tells of it afterwards.

use bursar::sandbox::Running;
use serde_json::{Value, json};

use super::{
    BANK, call,
    http::{Answer, send},
    link, refused, start,
};

/// A Link flow in progress.
struct Flow<'a> {
    bank: &'a Running,
    token: String,
    address: String,
}

impl<'a> Flow<'a> {
    fn open(bank: &'a Running, more: &Value) -> Self {
        let mut body = json!({"client_name": "bursar", "language": "en", "country_codes": ["US"],
            "user": {"client_user_id": "u"}, "hosted_link": {}});
        if more.get("access_token").is_none() {
            body["products"] = json!(["transactions"]);
        }
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let made = call(bank, "/link/token/create", &body);
        let hosted = made["hosted_link_url"].as_str().unwrap().strip_prefix(&bank.base_url).unwrap().to_owned();
        let opened = send(&bank.base_url, "GET", &hosted, &[], "");
        assert_eq!(opened.status, 303, "{}", opened.body);
        let address = opened.header("location").unwrap().to_owned();
        Self { bank, token: made["link_token"].as_str().unwrap().to_owned(), address }
    }

    fn page(&self) -> String {
        let answer = send(&self.bank.base_url, "GET", &self.address, &[], "");
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body
    }

    /// Submits a form and gives the page it leads to.
    fn submit(&self, form: &str) -> String {
        let answer = self.post(form);
        assert_eq!((answer.status, answer.header("location")), (303, Some(self.address.as_str())), "{}", answer.body);
        self.page()
    }

    fn post(&self, form: &str) -> Answer {
        let kind = ("Content-Type", "application/x-www-form-urlencoded");
        send(&self.bank.base_url, "POST", &self.address, &[kind, ("Origin", &self.bank.base_url)], form)
    }

    fn session(&self) -> Value {
        let got = call(self.bank, "/link/token/get", &json!({"link_token": self.token}));
        got["link_sessions"].as_array().unwrap().last().unwrap().clone()
    }
}

const GOOD: &str = "username=user_good&password=pass_good";

#[test]
fn choosing_signing_in_and_choosing_accounts_links() {
    let bank = start();
    let flow = Flow::open(&bank, &json!({"transactions": {"days_requested": 180}}));
    assert!(flow.page().contains("First Platypus Bank"));
    assert!(flow.session()["finished_at"].is_null());
    flow.submit("institution=ins_109508");
    assert!(flow.submit("username=user_good&password=wrong").contains("INVALID_CREDENTIALS"));
    assert!(!flow.submit(GOOD).contains("role=\"alert\""));
    assert!(flow.submit("").contains("NO_ACCOUNTS"));
    assert!(flow.submit("account=0000&account=3333").contains("Your account is linked."));
    let session = flow.session();
    let added = &session["results"]["item_add_results"][0];
    assert_eq!(added["institution"]["institution_id"], BANK);
    assert_eq!(added["accounts"].as_array().unwrap().len(), 2);
    assert!(!session["finished_at"].is_null() && session.get("exit").is_none());
    let names: Vec<&str> =
        session["events"].as_array().unwrap().iter().map(|event| event["event_name"].as_str().unwrap()).collect();
    assert_eq!((names.first(), names.last()), (Some(&"HANDOFF"), Some(&"OPEN")), "newest first");
    assert!(names.contains(&"SELECT_INSTITUTION") && names.contains(&"ERROR"));
    let item = call(&bank, "/item/public_token/exchange", &json!({"public_token": added["public_token"]}));
    let accounts = call(&bank, "/accounts/get", &json!({"access_token": item["access_token"]}));
    let ids = |list: &Value, key: &str| {
        list.as_array().unwrap().iter().map(|account| account[key].clone()).collect::<Vec<_>>()
    };
    assert_eq!(ids(&accounts["accounts"], "account_id"), ids(&added["accounts"], "id"));
}

#[test]
fn a_second_factor_is_asked_for() {
    let bank = start();
    for (password, wrong, right) in [
        ("mfa_device", "code=0000", vec!["code=1234"]),
        ("mfa_selections", "choice=ketchup", vec!["choice=tomato"]),
        ("mfa_questions_2_1", "answer_0=x", vec!["answer_0=answer_0_0", "answer_0=answer_1_0"]),
    ] {
        let flow = Flow::open(&bank, &json!({}));
        flow.submit("institution=ins_109508");
        flow.submit(&format!("username=user_good&password={password}"));
        assert!(flow.submit(wrong).contains("INVALID_MFA"), "{password}");
        let last = right.iter().fold(String::new(), |_, form| flow.submit(form));
        assert!(last.contains("Choose accounts"), "{password}: {last}");
    }
}

#[test]
fn leaving_is_told_with_the_place_and_the_error() {
    let bank = start();
    let flow = Flow::open(&bank, &json!({}));
    flow.submit("institution=ins_109508");
    flow.submit("username=user_good&password=error_ITEM_LOCKED");
    assert!(flow.submit("action=cancel").contains("Nothing was linked."));
    let session = flow.session();
    assert_eq!(session["exit"]["error"]["error_code"], "ITEM_LOCKED");
    assert_eq!(session["exit"]["metadata"]["status"], "requires_credentials");
    assert!(session.get("results").is_none() && !session["finished_at"].is_null());
    assert!(flow.submit(GOOD).contains("Nothing was linked."), "it has ended");
}

#[test]
fn unhealthy_and_redirecting_banks_behave_so() {
    let bank = start();
    let flow = Flow::open(&bank, &json!({}));
    assert!(flow.submit("institution=ins_133402").contains("INSTITUTION_NO_LONGER_SUPPORTED"));
    flow.submit("institution=ins_132361");
    assert!(flow.submit(GOOD).contains("INSTITUTION_DOWN"));
    assert!(flow.submit("action=back").contains("Choose your bank"));
    flow.submit("institution=ins_127287");
    assert!(flow.submit("action=continue").contains("Choose accounts"));
}

#[test]
fn searching_narrows_and_escapes() {
    let bank = start();
    let flow = Flow::open(&bank, &json!({}));
    let found = send(&bank.base_url, "GET", &format!("{}?q=gingham%22%3E%3Cscript%3E", flow.address), &[], "").body;
    assert!(!found.contains("<script>") && !found.contains("Platypus"));
    let found = send(&bank.base_url, "GET", &format!("{}?q=GINGHAM", flow.address), &[], "").body;
    assert!(found.contains("First Gingham") && !found.contains("Platypus"));
}

#[test]
fn update_mode_repairs_and_brings_accounts() {
    let bank = start();
    let token = link(&bank, BANK, "user_good");
    call(&bank, "/sandbox/item/reset_login", &json!({"access_token": token}));
    let flow = Flow::open(&bank, &json!({"access_token": token}));
    assert!(flow.page().contains("Sign in to First Platypus Bank"));
    assert!(flow.submit("username=user_transactions_dynamic&password=x").contains("INVALID_UPDATED_USERNAME"));
    assert!(flow.submit(GOOD).contains("Your account is linked."));
    assert_eq!(flow.session()["results"]["item_add_results"], json!([]));
    assert!(call(&bank, "/item/get", &json!({"access_token": token}))["item"]["error"].is_null());
    let flow = Flow::open(&bank, &json!({"access_token": token, "update": {"account_selection_enabled": true}}));
    flow.submit(GOOD);
    flow.submit("account=0000");
    assert_eq!(call(&bank, "/accounts/get", &json!({"access_token": token}))["accounts"].as_array().unwrap().len(), 1);
}

#[test]
fn completion_leads_back_and_only_there() {
    let bank = start();
    let flow = Flow::open(&bank, &json!({"hosted_link": {"completion_redirect_uri": "http://127.0.0.1:9/done?x=1"}}));
    let page = send(&bank.base_url, "GET", &flow.address, &[], "");
    let policy = page.header("content-security-policy").unwrap();
    assert!(
        policy.contains("default-src 'none'") && policy.contains("form-action 'self' http://127.0.0.1:9;"),
        "{policy}"
    );
    let left = flow.post("action=cancel");
    assert_eq!((left.status, left.header("location")), (303, Some("http://127.0.0.1:9/done?x=1")));
}

#[test]
fn strangers_are_turned_away() {
    let bank = start();
    let flow = Flow::open(&bank, &json!({}));
    let kind = ("Content-Type", "application/x-www-form-urlencoded");
    let forged =
        send(&bank.base_url, "POST", &flow.address, &[kind, ("Origin", "http://evil.example")], "action=cancel");
    assert_eq!(forged.status, 403);
    assert_eq!(send(&bank.base_url, "GET", &flow.address, &[("Host", "evil.example")], "").status, 403);
    assert_eq!(send(&bank.base_url, "GET", "/link/nobody", &[], "").status, 404);
    let frame = format!("/link/v2/stable/link.html?token={}&origin=https://evil.example", flow.token);
    assert_eq!(send(&bank.base_url, "GET", &frame, &[], "").status, 400);
    assert!(flow.session()["finished_at"].is_null());
}

#[test]
fn a_link_ends_with_its_time() {
    let bank = start();
    let flow = Flow::open(&bank, &json!({"hosted_link": {"url_lifetime_seconds": 3600}}));
    bank.advance(1);
    assert_eq!(send(&bank.base_url, "GET", &flow.address, &[], "").status, 410);
    assert_eq!(flow.post("institution=ins_109508").status, 410);
    let made =
        call(&bank, "/sandbox/public_token/create", &json!({"institution_id": BANK, "initial_products": ["auth"]}));
    bank.advance(1);
    let body = json!({"public_token": made["public_token"]});
    assert_eq!(refused(&bank, "/item/public_token/exchange", &body), "INVALID_PUBLIC_TOKEN");
}
