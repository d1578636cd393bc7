//! The pages a browser sees, and the JSON that the Link page posts back.
//!
//! Invariant: nothing is loaded from anywhere but Plaid's own script, and no text from outside is put into a
//! page except the link token, as JSON with every `<` escaped.

use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::{Event, Exit, Handover};
use crate::secret::Secret;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// What bursar's own Link page needs.
#[derive(Debug)]
pub struct LinkPage {
    /// The token of one Link session.
    pub link_token: Secret<String>,
    /// The environment a public token must belong to (`sandbox`, `production`).
    pub environment: &'static str,
    /// Where Plaid's script lives and what it may reach.
    pub origins: Origins,
}

/// The three places that the Link page's policy opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origins {
    pub(super) script: String,
    pub(super) frame: String,
    pub(super) connect: String,
}

/// Where Plaid publishes its script; the path is the same on a stand-in.
const SCRIPT_PATH: &str = "link/v2/stable/link-initialize.js";

impl Origins {
    /// Plaid itself, for an environment's name.
    pub fn plaid(environment: &str) -> Self {
        let frame = "https://cdn.plaid.com/".to_owned();
        Self { script: format!("{frame}{SCRIPT_PATH}"), frame, connect: format!("https://{environment}.plaid.com/") }
    }

    /// A stand-in on a loopback address (the embedded sandbox); `None` for any other host, because whoever
    /// serves the script receives the tokens.
    pub fn stand_in(base_url: &url::Url) -> Option<Self> {
        let loopback = match base_url.host()? {
            url::Host::Ipv4(address) => address.is_loopback(),
            url::Host::Ipv6(address) => address.is_loopback(),
            url::Host::Domain(name) => name == "localhost",
        };
        let origin = format!("{}/", base_url.origin().ascii_serialization());
        loopback.then(|| Self { script: format!("{origin}{SCRIPT_PATH}"), frame: origin.clone(), connect: origin })
    }
}

/// The page that runs Plaid's script.
pub(super) fn link(page: &LinkPage, nonce: &str) -> Zeroizing<String> {
    let token = Zeroizing::new(serde_json::Value::from(page.link_token.expose().as_str()).to_string());
    let token = Zeroizing::new(token.replace('<', "\\u003c"));
    let scripts = html! {
        script type="application/json" id="link-token" { (PreEscaped(token.as_str())) }
        script nonce=(nonce) src=(page.origins.script) {}
        script nonce=(nonce) { (PreEscaped(SCRIPT)) }
    };
    let scripts = Zeroizing::new(scripts.into_string());
    let content = html! {
        h1 id="title" { "Connect your bank" }
        p id="text" { "Plaid’s window opens over this page. Your bank’s password goes to Plaid or your bank, never to bursar." }
        button id="again" type="button" hidden { "Open the window again" }
        noscript { p { "This page needs JavaScript. Without it, run " code { "bursar link --hosted" } "." } }
        (PreEscaped(scripts.as_str()))
    };
    shell("Connect your bank", nonce, &content)
}

/// The page after Hosted Link.
pub(super) fn landing(nonce: &str) -> Zeroizing<String> {
    let content = html! {
        h1 { "Back to the terminal" }
        p { "You can close this tab; bursar goes on in the terminal." }
    };
    shell("Back to the terminal", nonce, &content)
}

/// The page of everything refused.
pub(super) fn refusal(status: u16, nonce: &str) -> Zeroizing<String> {
    let (title, text) = match status {
        410 => ("This page has done its work", "It can be used once. Close this tab and go back to the terminal."),
        404 => ("There is nothing here", "Open the address that bursar printed."),
        _ => ("bursar refuses this request", "Open the address that bursar printed, in a browser of this computer."),
    };
    shell(title, nonce, &html! { h1 { (title) } p { (text) } })
}

fn shell(title: &str, nonce: &str, content: &Markup) -> Zeroizing<String> {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="referrer" content="no-referrer";
                title { (title) " · bursar" }
                link rel="icon" href="data:,";
                style nonce=(nonce) { (PreEscaped(STYLE)) }
            }
            body { main role="main" aria-live="polite" { (content) } }
        }
    };
    Zeroizing::new(page.into_string())
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Posted {
    Success(Success),
    Exit(PostedExit),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Success {
    public_token: String,
    institution: Option<PostedInstitution>,
    accounts: Vec<PostedAccount>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PostedInstitution {
    id: String,
    name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PostedAccount {
    name: String,
    mask: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PostedExit {
    error_code: Option<String>,
    status: Option<String>,
}

/// Reads what the page posted; `None` for anything the page would not have written.
pub(super) fn read_post(body: &[u8], environment: &str) -> Option<Event> {
    match serde_json::from_slice(body).ok()? {
        Posted::Success(success) => {
            let public_token = Secret::new(success.public_token);
            is_public_token(public_token.expose(), environment).then(|| {
                Event::PublicToken(Handover {
                    public_token,
                    institution: success.institution.map(|bank| (bank.id, bank.name)),
                    accounts: success.accounts.into_iter().map(|account| (account.name, account.mask)).collect(),
                })
            })
        }
        Posted::Exit(PostedExit { error_code, status }) => {
            let plain = [&error_code, &status].into_iter().flatten().all(|word| is_word(word));
            plain.then_some(Event::Exited(Exit { error_code, status }))
        }
    }
}

/// Whether a text has the shape `public-ENVIRONMENT-UUID`.
fn is_public_token(text: &str, environment: &str) -> bool {
    text.strip_prefix("public-")
        .and_then(|rest| rest.strip_prefix(environment))
        .and_then(|rest| rest.strip_prefix('-'))
        .is_some_and(|id| id.len() == 36 && id.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f' | b'-')))
}

fn is_word(text: &str) -> bool {
    text.len() <= 80 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "public-sandbox-3b9687f0-3abd-4913-9889-f0ba816d4a3a";

    #[test]
    fn a_token_cannot_close_the_script_element() {
        let page = LinkPage {
            link_token: Secret::new("link-sandbox-</script><script>alert(1)</script>".to_owned()),
            environment: "sandbox",
            origins: Origins::plaid("sandbox"),
        };
        let html = link(&page, "abc");
        assert!(!html.contains("</script><script>alert"), "{}", html.as_str());
        assert!(html.contains(r"\u003c/script>"));
        assert_eq!(html.matches("nonce=\"abc\"").count(), 3);
    }

    #[test]
    fn reads_success_and_exit_and_nothing_else() {
        let success = format!(
            r#"{{"success":{{"public_token":"{TOKEN}","institution":{{"id":"i","name":"n"}},"accounts":[]}}}}"#
        );
        assert!(matches!(read_post(success.as_bytes(), "sandbox"), Some(Event::PublicToken(_))));
        assert!(read_post(success.as_bytes(), "production").is_none(), "wrong environment");
        let exit = br#"{"exit":{"error_code":null,"status":"requires_credentials"}}"#;
        assert!(matches!(read_post(exit, "sandbox"), Some(Event::Exited(_))));
        for bad in [
            &br#"{"exit":{"error_code":"\u001b[31m","status":null}}"#[..],
            br#"{"exit":{"error_code":null,"status":null,"more":1}}"#,
            br#"{"exit":{},"success":{}}"#,
            br#"{"success":{"public_token":"public-sandbox-x","institution":null,"accounts":[]}}"#,
            b"",
            b"[]",
        ] {
            assert!(read_post(bad, "sandbox").is_none(), "{}", String::from_utf8_lossy(bad));
        }
    }

    #[test]
    fn a_stand_in_must_be_loopback() {
        let origins = |text: &str| Origins::stand_in(&url::Url::parse(text).unwrap());
        assert_eq!(origins("http://127.0.0.1:9/x").unwrap().script, format!("http://127.0.0.1:9/{SCRIPT_PATH}"));
        assert!(origins("http://[::1]:9").is_some());
        assert_eq!(origins("http://127.0.0.1.evil.example"), None);
        assert_eq!(origins("https://plaid.example"), None);
    }
}
