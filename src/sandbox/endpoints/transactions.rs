//! `/transactions/sync` and `/transactions/refresh`.

use super::{
    super::{
        call::{Answer, Call, answer},
        cursor::Cursor,
        faults::Fault,
        item::Item,
        ledger::{Line, Page},
        refusal::Refusal,
        seed::{accounts::ACCOUNTS, bulk::Bulk, render::View},
        state::State,
    },
    defects, words,
};
use crate::plaid::wire::{
    accounts::Account,
    item::{DoneResponse, ItemRequest},
    transactions::{
        CategoryVersion, RemovedTransaction, SyncOptions, TransactionsSyncRequest, TransactionsSyncResponse,
        TransactionsUpdateStatus,
    },
};

/// `/transactions/refresh`: asks the bank; what comes is seen by the next sync.
pub(crate) fn refresh(state: &mut State, call: &Call<'_>) -> Result<Answer, Refusal> {
    let request: ItemRequest = call.parse()?;
    let setting = state.setting();
    let item = state.healthy_item(request.access_token.expose(), call.path)?;
    item.start_transactions(&setting, None)?;
    item.refresh(setting.today, setting.now);
    answer(DoneResponse { request_id: call.request_id.clone() })
}

/// `/transactions/sync`.
pub(crate) fn sync(state: &mut State, call: &Call<'_>) -> Result<Answer, Refusal> {
    let request: TransactionsSyncRequest = call.parse()?;
    let options = request.options.unwrap_or_default();
    let count = check(request.count, &options)?;
    let (setting, progress) = (state.setting(), state.config.progress);
    let item = state.healthy_item(request.access_token.expose(), call.path)?;
    item.start_transactions(&setting, options.days_requested)?;
    let only = match &options.account_id {
        None => None,
        Some(id) => Some(
            item.account_ids.iter().position(|known| known == id).ok_or_else(|| Refusal::new("INVALID_ACCOUNT_ID"))?,
        ),
    };
    let stream = item.stream(setting.seed, options.account_id.as_deref());
    let cursor = request.cursor.as_deref().filter(|text| !text.is_empty());
    let known = match cursor {
        Some(text) if text != "now" => Some(Cursor::decode(text, stream).ok_or_else(not_associated)?),
        _ => None,
    };
    if known.is_none_or(|known| !known.is_midway()) {
        item.runs = item.runs.saturating_add(1);
    }
    let status = progress.status(item.runs);
    let head = match status {
        TransactionsUpdateStatus::NotReady => 0,
        TransactionsUpdateStatus::Initial => item.ledger.initial,
        _ => item.ledger.len(),
    };
    let run = Run { head, count, only, item_id: item.id.clone() };
    let mut frame = Frame::new(item, &options, status, call.request_id.clone());
    if known.is_some_and(|known| known.is_midway() && known.head != head) {
        return Err(Refusal::new("TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION"));
    }
    let from = match known {
        Some(known) if known.is_midway() => known,
        Some(known) => Cursor { start: known.place, place: known.place, head, nonce: known.nonce },
        None if cursor.is_some() => Cursor { start: head, place: head, head, nonce: 0 },
        None => Cursor { head, ..Cursor::default() },
    };
    frame.bulk = item.ledger.bulk_rows().cloned();
    let page = run.read(item, &from);
    let faulty = misbehave(state, call.path, &run, known)?;
    if faulty == Some(Fault::NotReady) {
        (frame.status, frame.next_cursor) = (TransactionsUpdateStatus::NotReady, request.cursor.unwrap_or_default());
        return frame.write(Page::default(), None);
    }
    if faulty == Some(Fault::NeverEndingCursor) {
        (frame.next_cursor, frame.has_more) = (Cursor { nonce: from.nonce + 1, ..from }.encode(stream), true);
        return frame.write(Page::default(), None);
    }
    frame.has_more = page.next < from.head;
    let start = if frame.has_more { from.start } else { page.next };
    frame.next_cursor = Cursor { start, place: page.next, ..from }.encode(stream);
    if frame.status == TransactionsUpdateStatus::NotReady {
        frame.next_cursor.clear();
    }
    frame.write(page, faulty)
}

fn check(count: Option<i64>, options: &SyncOptions) -> Result<usize, Refusal> {
    words::days_requested(options.days_requested)?;
    if let Some(CategoryVersion::Other(word)) = &options.personal_finance_category_version {
        return Err(Refusal::field(format!("personal_finance_category_version has the unknown value {word:?}")));
    }
    let count = usize::try_from(count.unwrap_or(100)).ok().filter(|count| (1..=500).contains(count));
    count.ok_or_else(|| Refusal::field("count must be from 1 to 500"))
}

fn not_associated() -> Refusal {
    Refusal::field("cursor not associated with access_token")
}

/// What a page is read from.
struct Run {
    head: u64,
    count: usize,
    only: Option<usize>,
    item_id: String,
}

impl Run {
    fn read(&self, item: &Item, from: &Cursor) -> Page {
        let chosen = item.draft.chosen;
        item.ledger.page(from, self.count, |place| chosen[place] && self.only.is_none_or(|only| only == place))
    }
}

/// Applies the faults that concern a sync; the one that still has to be written into the page.
fn misbehave(state: &mut State, path: &str, run: &Run, known: Option<Cursor>) -> Result<Option<Fault>, Refusal> {
    let faults = &mut state.faults;
    let mut strikes = |fault| faults.strikes(fault, path, Some(&run.item_id));
    if known.is_some() && strikes(Fault::CursorNotAssociated) {
        return Err(not_associated());
    }
    let midway = known.is_some_and(|known| known.is_midway());
    let stored = known.is_some_and(|known| known.start > 0);
    if midway && strikes(Fault::Mutation) || stored && strikes(Fault::MutationForever) {
        return Err(Refusal::new("TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION"));
    }
    let quiet = [Fault::NotReady, Fault::NeverEndingCursor];
    if let Some(fault) = quiet.into_iter().find(|&fault| strikes(fault)) {
        return Ok(Some(fault));
    }
    let mut loud = defects::OF_A_PAGE.iter().copied();
    Ok(if run.head == 0 { None } else { loud.find(|&fault| strikes(fault)) })
}

/// Everything of an answer but its rows; they are computed when it is written, after the memory was let go.
struct Frame {
    view: View,
    bulk: Option<Bulk>,
    accounts: Vec<Account>,
    status: TransactionsUpdateStatus,
    next_cursor: String,
    has_more: bool,
    request_id: String,
}

/// A little more than a row takes as text, so that a page is written without moving it.
const ROW_LENGTH: usize = 1600;

impl Frame {
    fn new(item: &Item, options: &SyncOptions, status: TransactionsUpdateStatus, request_id: String) -> Self {
        let version = options.personal_finance_category_version.clone().unwrap_or(CategoryVersion::V2);
        let original = options.include_original_description == Some(true);
        let only = options.account_id.as_deref();
        Self {
            view: View { accounts: item.account_ids.clone(), version, original },
            bulk: None,
            accounts: item
                .accounts(|place, id| ACCOUNTS[place].has_transactions() && only.is_none_or(|only| only == id)),
            status,
            next_cursor: String::new(),
            has_more: false,
            request_id,
        }
    }

    #[expect(clippy::unnecessary_wraps, reason = "every path of the endpoint answers in this form")]
    fn write(mut self, page: Page, fault: Option<Fault>) -> Result<Answer, Refusal> {
        Ok(Box::new(move || {
            let mut response = self.rows(page);
            if let Some(fault) = fault {
                defects::into_page(&mut response, fault);
            }
            let mut body = Vec::with_capacity(ROW_LENGTH * (response.added.len() + 8));
            // Writing into memory fails only for values that are no JSON, and these types have none.
            let _ = serde_json::to_writer(&mut body, &response);
            match fault {
                Some(fault) => defects::into_text(body, fault),
                None => body,
            }
        }))
    }

    fn rows(&mut self, page: Page) -> TransactionsSyncResponse {
        let (mut added, mut modified, mut removed) = (Vec::with_capacity(page.lines.len()), Vec::new(), Vec::new());
        for line in page.lines {
            match line {
                Line::Bulk(number) => {
                    added.extend(self.bulk.as_ref().and_then(|bulk| self.view.transaction(&bulk.row(number))));
                }
                Line::Added(row) => added.extend(self.view.transaction(&row)),
                Line::Modified(row) => modified.extend(self.view.transaction(&row)),
                Line::Removed(transaction_id, place) => {
                    let account_id = self.view.accounts.get(place).cloned();
                    removed.push(RemovedTransaction { transaction_id, account_id });
                }
            }
        }
        TransactionsSyncResponse {
            accounts: std::mem::take(&mut self.accounts),
            added,
            modified,
            removed,
            next_cursor: std::mem::take(&mut self.next_cursor),
            has_more: self.has_more,
            transactions_update_status: self.status.clone(),
            request_id: std::mem::take(&mut self.request_id),
        }
    }
}
