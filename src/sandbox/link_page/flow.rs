//! What a form does to a session: each step checks, then leads to the next. Uses the rest of the room.

use super::super::{
    institutions::{self, Bank, Manner},
    item::{DYNAMIC, Draft},
    link::{LinkToken, Session, Step, link_accounts},
    refusal::Refusal,
    seed::accounts::ACCOUNTS,
    state::State,
};
use crate::domain::dates::Timestamp;

/// The fields of a submitted form.
#[derive(Debug)]
pub(super) struct Form(pub(super) Vec<(String, String)>);

impl Form {
    fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.trim())
    }

    fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Users whose password does not matter.
const CAREFREE: &[&str] = &[DYNAMIC, "user_ewa_user", "user_yuppie", "user_small_business", "user_custom"];

/// Where signing in begins at a bank.
pub(super) fn sign_in(bank: &Bank) -> Step {
    if bank.manner == Manner::Redirect { Step::Redirect } else { Step::Credentials }
}

/// Takes a form into account; false if there is no such session.
pub(super) fn advance(state: &mut State, page: &str, id: &str, form: &Form) -> bool {
    let now = state.now();
    let Some(link) = state.links.by_page(page) else { return false };
    let Some(mut session) = link.session(id).cloned() else { return false };
    if session.outcome.is_some() {
        return true;
    }
    if form.get("action") == "cancel" {
        session.leave(now);
    } else if form.get("action") == "back" && link.update.is_none() {
        (session.bank, session.error) = (None, None);
        go(&mut session, Step::Institution, now);
    } else {
        match check(link, &mut session, form, now) {
            Ok(Some(next)) => {
                session.error = None;
                go(&mut session, next, now);
            }
            Ok(None) => finish(state, page, &mut session, form),
            Err(refusal) => session.fail(refusal, now),
        }
    }
    if let Some(known) = state.links.by_page(page).and_then(|link| link.session(id)) {
        *known = session;
    }
    true
}

fn go(session: &mut Session, next: Step, now: Timestamp) {
    session.step = next;
    session.event("TRANSITION_VIEW", now, &[("view_name", next.view_name())]);
}

/// The next step, `None` when all is done, or what is wrong with the form.
fn check(link: &LinkToken, session: &mut Session, form: &Form, now: Timestamp) -> Result<Option<Step>, Refusal> {
    let mfa = |right: bool| if right { Ok(()) } else { Err(Refusal::new("INVALID_MFA")) };
    match session.step {
        Step::Institution => return choose(link, session, form, now).map(Some),
        Step::Credentials => {
            form.get("username").clone_into(&mut session.user);
            session.event("SUBMIT_CREDENTIALS", now, &[]);
            if let Some(step) = judge(link, session, form.get("password"))? {
                return Ok(Some(step));
            }
        }
        Step::Redirect => {
            link.update.as_ref().map_or("user_good", |(_, draft)| &draft.user).clone_into(&mut session.user);
            session.event("OPEN_OAUTH", now, &[]);
            session.event("CLOSE_OAUTH", now, &[]);
        }
        Step::Code => {
            session.event("SUBMIT_MFA", now, &[("mfa_type", "code")]);
            mfa(form.get("code") == "1234")?;
        }
        Step::Questions { round, rounds, questions } => {
            session.event("SUBMIT_MFA", now, &[("mfa_type", "questions")]);
            let place = round.saturating_sub(1);
            mfa((0..questions)
                .all(|number| form.get(&format!("answer_{number}")) == format!("answer_{place}_{number}")))?;
            if round < rounds {
                return Ok(Some(Step::Questions { round: round + 1, rounds, questions }));
            }
        }
        Step::Selection => {
            session.event("SUBMIT_MFA", now, &[("mfa_type", "selections")]);
            mfa(form.get("choice") == "tomato")?;
        }
        Step::Accounts | Step::Done => {
            let none = chosen(link, form).iter().all(|chosen| !chosen);
            return if none { Err(Refusal::new("NO_ACCOUNTS")) } else { Ok(None) };
        }
    }
    let keeps_accounts = link.update.is_some() && !selects_accounts(link);
    Ok(if keeps_accounts { None } else { Some(Step::Accounts) })
}

fn selects_accounts(link: &LinkToken) -> bool {
    link.request.update.as_ref().is_some_and(|update| update.account_selection_enabled == Some(true))
}

fn choose(link: &LinkToken, session: &mut Session, form: &Form, now: Timestamp) -> Result<Step, Refusal> {
    let bank = institutions::find(form.get("institution"))
        .filter(|bank| link.request.country_codes.iter().any(|country| country == bank.country))
        .ok_or_else(|| Refusal::new("INVALID_INSTITUTION"))?;
    session.bank = Some(bank);
    session.event("SELECT_INSTITUTION", now, &[]);
    match bank.manner {
        Manner::Unsupported => Err(Refusal::new("INSTITUTION_NO_LONGER_SUPPORTED")),
        _ => Ok(sign_in(bank)),
    }
}

/// What the bank says to a password: another step first, nothing more, or an error.
fn judge(link: &LinkToken, session: &Session, password: &str) -> Result<Option<Step>, Refusal> {
    let user = session.user.as_str();
    if session.bank.is_some_and(|bank| bank.manner == Manner::Down) {
        return Err(Refusal::new("INSTITUTION_DOWN"));
    }
    if let Some(code) = password.strip_prefix("error_") {
        return Err(Refusal::new(code));
    }
    if user != "user_good" && !CAREFREE.contains(&user) {
        return Err(Refusal::new("INVALID_CREDENTIALS"));
    }
    if link.update.as_ref().is_some_and(|(_, draft)| draft.user != user) {
        return Err(Refusal::new("INVALID_UPDATED_USERNAME"));
    }
    if let Some(numbers) = password.strip_prefix("mfa_questions_") {
        let numbers = numbers.split_once('_').and_then(|(n, m)| Some((n.parse().ok()?, m.parse().ok()?)));
        let (rounds, questions) = numbers
            .filter(|&(n, m): &(u8, u8)| (1..=9).contains(&n) && (1..=9).contains(&m))
            .ok_or_else(|| Refusal::new("INVALID_CREDENTIALS"))?;
        return Ok(Some(Step::Questions { round: 1, rounds, questions }));
    }
    match password {
        "mfa_device" => Ok(Some(Step::Code)),
        "mfa_selections" => Ok(Some(Step::Selection)),
        "pass_good" => Ok(None),
        _ if CAREFREE.contains(&user) => Ok(None),
        _ => Err(Refusal::new("INVALID_CREDENTIALS")),
    }
}

fn chosen(link: &LinkToken, form: &Form) -> [bool; 9] {
    let mut chosen = [false; 9];
    for mask in form.all("account") {
        for (place, account) in ACCOUNTS.iter().enumerate() {
            chosen[place] |= account.mask == mask && link.offers(place);
        }
    }
    chosen
}

/// Ends a session well: a public token for a new Item, or a repaired one.
fn finish(state: &mut State, page: &str, session: &mut Session, form: &Form) {
    let (now, today, seed) = (state.now(), state.today(), state.config.seed);
    let Some(link) = state.links.by_page(page) else { return };
    let (picked, selects) = (chosen(link, form), selects_accounts(link));
    let agreed = link.request.additional_consented_products.clone().unwrap_or_default();
    if let Some((token, mut draft)) = link.update.clone() {
        let public_token = format!("public-sandbox-{}", session.id);
        let Ok(item) = state.item(token.expose(), "/link") else {
            session.fail(Refusal::new("ITEM_NOT_FOUND"), now);
            return;
        };
        if selects {
            item.choose(picked);
            draft.chosen = picked;
        }
        item.consent(agreed);
        item.repair(today, now);
        session.succeed(public_token, link_accounts(&draft, seed), now);
        return;
    }
    let Some(bank) = session.bank else { return };
    let request = link.request.clone();
    let lists = [
        request.products.unwrap_or_default(),
        request.required_if_supported_products.unwrap_or_default(),
        request.optional_products.unwrap_or_default(),
    ];
    let products: Vec<String> =
        lists.concat().into_iter().filter(|product| institutions::PRODUCTS.contains(&product.as_str())).collect();
    let draft = Draft {
        bank,
        turn: state.turn(bank.id, &session.user),
        user: session.user.clone(),
        consented: [products.clone(), agreed].concat(),
        products,
        days: request.transactions.and_then(|transactions| transactions.days_requested),
        chosen: picked,
        webhook: request.webhook,
    };
    let accounts = link_accounts(&draft, seed);
    session.succeed(state.publish(draft, "/link"), accounts, now);
}
