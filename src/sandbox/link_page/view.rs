//! The pages of Link, as HTML. Uses `maud`, which escapes everything; styles and the one script carry a nonce.

use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde_json::json;

use super::super::{
    http::Reply,
    institutions::BANKS,
    link::{LinkToken, Outcome, Session, Step},
    seed::accounts::ACCOUNTS,
};

const STYLE: &str = include_str!("style.css");
const REPORT: &str =
    "const o=document.getElementById('outcome').dataset;parent.postMessage(JSON.parse(o.message),o.parent)";

/// What surrounds a page.
#[derive(Debug, Default)]
pub(super) struct Shell {
    /// Value that lets this page's own style and script pass.
    pub(super) nonce: String,
    /// Origin besides this one to which a form may lead.
    pub(super) form_target: Option<String>,
    /// Origin of the page that frames this one.
    pub(super) parent: Option<String>,
}

/// A whole page under a content policy that lets nothing in from elsewhere.
pub(super) fn page(status: u16, shell: &Shell, body: &Markup) -> Reply {
    let nonce = &shell.nonce;
    let policy = format!(
        "default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; form-action 'self' {}; \
         frame-ancestors {}; base-uri 'none'",
        shell.form_target.as_deref().unwrap_or_default(),
        shell.parent.as_deref().unwrap_or("'none'"),
    );
    let html = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "Link your account (sandbox)" }
                style nonce=(nonce) { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    (body)
                    p.note { "This is bursar's own sandbox on this machine. The banks and the money are made up." }
                }
            }
        }
    };
    Reply::new(status, "text/html; charset=utf-8", html.into_string())
        .header("Content-Security-Policy", policy)
        .header("Referrer-Policy", "same-origin")
}

/// A page of one sentence.
pub(super) fn sentence(text: &str) -> Markup {
    html! { h1 { (text) } }
}

/// The page of a step.
pub(super) fn step(link: &LinkToken, session: &Session, search: &str) -> Markup {
    let error = session.error.as_ref();
    html! {
        @if let Some(error) = error {
            p.error role="alert" data-code=(error.code()) { (error.display()) }
        }
        @match session.step {
            Step::Institution => (institutions(link, search)),
            Step::Credentials => (credentials(session)),
            Step::Redirect => (redirect(session)),
            Step::Code => (code()),
            Step::Questions { round, rounds, questions } => (ask(round, rounds, questions)),
            Step::Selection => (selection()),
            Step::Accounts | Step::Done => (accounts(link)),
        }
        form method="post" {
            @if link.update.is_none() && session.step != Step::Institution {
                button.quiet type="submit" name="action" value="back" { "Another bank" }
            }
            button.quiet #cancel type="submit" name="action" value="cancel" { "Cancel" }
        }
    }
}

fn institutions(link: &LinkToken, search: &str) -> Markup {
    let wanted = search.to_lowercase();
    let offered = BANKS.iter().filter(|bank| {
        bank.name.to_lowercase().contains(&wanted) && link.request.country_codes.iter().any(|code| code == bank.country)
    });
    html! {
        h1 { (link.request.client_name) " wants to read your accounts" }
        p { "Choose your bank." }
        form method="get" role="search" {
            input #search type="search" name="q" value=(search) placeholder="Search" aria-label="Search";
            button type="submit" { "Search" }
        }
        form method="post" {
            ul {
                @for bank in offered {
                    li { button type="submit" name="institution" value=(bank.id) { (bank.name) } }
                }
            }
        }
    }
}

fn bank_name(session: &Session) -> &'static str {
    session.bank.map_or("your bank", |bank| bank.name)
}

fn credentials(session: &Session) -> Markup {
    html! {
        h1 { "Sign in to " (bank_name(session)) }
        form method="post" {
            label for="username" { "User name" }
            input #username name="username" autocomplete="off" value=(session.user) required;
            label for="password" { "Password" }
            input #password name="password" type="password" autocomplete="off" required;
            button #submit type="submit" { "Sign in" }
        }
        p.note {
            "Sign in as " code { "user_good" } " with " code { "pass_good" } ". Other passwords: " code { "mfa_device" } ", "
            code { "mfa_questions_1_1" } ", " code { "mfa_selections" } ", " code { "error_ITEM_LOCKED" } "."
        }
    }
}

fn redirect(session: &Session) -> Markup {
    html! {
        h1 { (bank_name(session)) }
        p { "You are at the bank's own page now. Allow access to your accounts?" }
        form method="post" { button #submit type="submit" { "Allow" } }
    }
}

fn code() -> Markup {
    html! {
        h1 { "Enter the code from your device" }
        form method="post" {
            label for="code" { "Code" }
            input #code name="code" inputmode="numeric" autocomplete="off" required;
            button #submit type="submit" { "Continue" }
        }
        p.note { "The code is " code { "1234" } "." }
    }
}

fn ask(round: u8, rounds: u8, questions: u8) -> Markup {
    let place = round.saturating_sub(1);
    html! {
        h1 { "Security questions, " (round) " of " (rounds) }
        form method="post" {
            @for number in 0..questions {
                @let name = format!("answer_{number}");
                label for=(name) { "What is the answer to question " (place) "." (number) "?" }
                input id=(name) name=(name) autocomplete="off" required;
            }
            button #submit type="submit" { "Continue" }
        }
        p.note { "The answers are " code { "answer_" (place) "_0" } " and so on." }
    }
}

fn selection() -> Markup {
    html! {
        h1 { "Which of these is a vegetable?" }
        form method="post" {
            @for word in ["ketchup", "tomato"] {
                label { input type="radio" name="choice" value=(word) required; " " (word) }
            }
            button #submit type="submit" { "Continue" }
        }
    }
}

fn accounts(link: &LinkToken) -> Markup {
    let offered = ACCOUNTS.iter().enumerate().filter(|&(place, _)| link.offers(place));
    html! {
        h1 { "Choose accounts" }
        form method="post" {
            @for (_, account) in offered {
                label {
                    input type="checkbox" name="account" value=(account.mask) checked;
                    " " (account.name) " ···· " (account.mask)
                }
            }
            button #submit type="submit" { "Continue" }
        }
    }
}

/// The last page: it reports to the page that frames it, or says that all is done.
pub(super) fn done(session: &Session, shell: &Shell) -> Markup {
    let left = matches!(session.outcome, Some(Outcome::Exit { .. }));
    let headline = if left { "Nothing was linked." } else { "Your account is linked." };
    let Some(parent) = &shell.parent else {
        return html! {
            h1 #done data-outcome=(if left { "exit" } else { "success" }) { (headline) }
            p { "You can close this tab and go back to the terminal." }
        };
    };
    let message = json!({
        "source": "bursar-sandbox-link",
        "events": session.describe(false).events,
        "success": session.success(),
        "exit": session.exit(),
    });
    html! {
        h1 { (headline) }
        div #outcome data-message=(message.to_string()) data-parent=(parent) {}
        script nonce=(shell.nonce) { (PreEscaped(REPORT)) }
    }
}
