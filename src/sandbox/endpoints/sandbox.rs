//! `/sandbox/*`.

use super::{
    super::{
        call::{Answer, Call, answer},
        institutions::{self, Manner},
        item::{DYNAMIC, Draft},
        refusal::Refusal,
        seed::{
            Row, USD,
            accounts::{ACCOUNTS, CHECKING},
            calendar::between,
            merchants::CUSTOM,
        },
        state::State,
    },
    words,
};
use crate::{
    domain::{
        dates::Date,
        money::{Currency, Money},
    },
    plaid::wire::{
        Token,
        item::{DoneResponse, ItemRequest},
        sandbox::{
            CustomTransaction, FireWebhookRequest, FireWebhookResponse, ResetLoginResponse, SandboxPublicTokenRequest,
            SandboxPublicTokenResponse, SandboxTransactionsCreateRequest, SandboxTransactionsOptions,
        },
    },
};

/// `/sandbox/public_token/create`: links a test user without a browser.
pub(crate) fn public_token(state: &mut State, call: &Call<'_>) -> Result<Answer, Refusal> {
    let request: SandboxPublicTokenRequest = call.parse()?;
    if request.initial_products.is_empty() {
        return Err(Refusal::field("initial_products must not be empty"));
    }
    words::products("initial_products", &request.initial_products)?;
    let bank = institutions::find(&request.institution_id).ok_or_else(|| Refusal::new("INVALID_INSTITUTION"))?;
    if let Some(product) =
        request.initial_products.iter().find(|product| !institutions::PRODUCTS.contains(&product.as_str()))
    {
        let message = format!("the following products are not supported by this institution: [\"{product}\"]");
        return Err(Refusal::new("PRODUCTS_NOT_SUPPORTED").saying(message));
    }
    let options = request.options.unwrap_or_default();
    let user = options.override_username.unwrap_or_else(|| "user_good".to_owned());
    let password = options.override_password.unwrap_or_else(|| "pass_good".to_owned());
    if let Some(code) = password.strip_prefix("error_") {
        return Err(Refusal::new(code));
    }
    match bank.manner {
        Manner::Down => return Err(Refusal::new("INSTITUTION_DOWN")),
        Manner::Unsupported => return Err(Refusal::new("INSTITUTION_NO_LONGER_SUPPORTED")),
        Manner::Password | Manner::Redirect | Manner::Degraded => {}
    }
    let history = options.transactions.unwrap_or_default();
    let days = days_of(&history, state.today())?;
    let draft = Draft {
        bank,
        turn: state.turn(bank.id, &user),
        user,
        consented: institutions::PRODUCTS.iter().map(|&product| product.to_owned()).collect(),
        products: request.initial_products,
        days,
        chosen: [true; 9],
        webhook: options.webhook,
    };
    answer(SandboxPublicTokenResponse {
        public_token: Token::from(state.publish(draft, call.path)),
        request_id: call.request_id.clone(),
    })
}

/// Days of history: as requested, or back to the start date.
fn days_of(history: &SandboxTransactionsOptions, today: Date) -> Result<Option<i64>, Refusal> {
    let date = |field, text: &Option<String>| text.as_deref().map(|text| words::date(field, text)).transpose();
    let (start, end) = (date("start_date", &history.start_date)?, date("end_date", &history.end_date)?);
    if start.zip(end).is_some_and(|(start, end)| start > end) {
        return Err(Refusal::field("start_date must not be after end_date"));
    }
    let since = start.map(|start| between(start, today).saturating_add(1).clamp(1, 730));
    Ok(words::days_requested(history.days_requested)?.or(since))
}

/// `/sandbox/item/reset_login`: the Item wants a new sign-in.
pub(crate) fn reset_login(state: &mut State, call: &Call<'_>) -> Result<Answer, Refusal> {
    let request: ItemRequest = call.parse()?;
    state.item(request.access_token.expose(), call.path)?.error = Some("ITEM_LOGIN_REQUIRED");
    answer(ResetLoginResponse { reset_login: true, request_id: call.request_id.clone() })
}

/// `/sandbox/item/fire_webhook`: notes the webhook; nothing is sent, the sandbox opens no connections.
pub(crate) fn fire_webhook(state: &mut State, call: &Call<'_>) -> Result<Answer, Refusal> {
    let request: FireWebhookRequest = call.parse()?;
    words::webhook(&request.webhook_code, request.webhook_type.as_deref())?;
    let now = state.now();
    let item = state.item(request.access_token.expose(), call.path)?;
    if item.draft.webhook.is_none() {
        return Err(Refusal::new("SANDBOX_WEBHOOK_INVALID"));
    }
    item.webhook_sent = Some((now, request.webhook_code));
    answer(FireWebhookResponse { webhook_fired: true, request_id: call.request_id.clone() })
}

/// `/sandbox/transactions/create`: books up to ten made-up rows.
pub(crate) fn transactions(state: &mut State, call: &Call<'_>) -> Result<Answer, Refusal> {
    let request: SandboxTransactionsCreateRequest = call.parse()?;
    if request.transactions.len() > 10 {
        return Err(Refusal::field("transactions must have at most 10 entries"));
    }
    let (setting, today) = (state.setting(), state.today());
    let item = state.healthy_item(request.access_token.expose(), call.path)?;
    if item.draft.user != DYNAMIC {
        return Err(Refusal::field(format!("this endpoint works for Items of {DYNAMIC} only")));
    }
    item.start_transactions(&setting, None)?;
    let rows: Result<Vec<Row>, Refusal> =
        request.transactions.iter().map(|custom| custom_row(custom, today, &item.account_ids)).collect();
    for row in rows? {
        item.book(row);
    }
    answer(DoneResponse { request_id: call.request_id.clone() })
}

fn custom_row(custom: &CustomTransaction, today: Date, accounts: &[String]) -> Result<Row, Refusal> {
    let transacted = words::date("date_transacted", &custom.date_transacted)?;
    let posted = words::date("date_posted", &custom.date_posted)?;
    if transacted > posted || !(0..=14).contains(&between(posted, today)) {
        return Err(Refusal::field("date_posted must be within the last 14 days and not before date_transacted"));
    }
    let code = custom.iso_currency_code.as_deref().unwrap_or("USD");
    if code != USD.code {
        return Err(Refusal::field("iso_currency_code must be the account's, USD"));
    }
    let amount = Currency::iso(code).and_then(|currency| Money::parse(custom.amount.as_str(), currency));
    let amount = amount.map_err(|error| Refusal::field(format!("amount: {error}")))?;
    let account = match &custom.account_id {
        None => CHECKING,
        Some(id) => accounts
            .iter()
            .position(|known| known == id)
            .filter(|&place| ACCOUNTS[place].has_transactions())
            .ok_or_else(|| Refusal::new("INVALID_ACCOUNT_ID"))?,
    };
    let text = Some(custom.description.clone());
    Ok(Row { text, authorized: Some(transacted), ..Row::new(account, amount.minor, posted, &CUSTOM) })
}
