//! `/liabilities/get`: terms of the card and the loans, fixed by the sandbox's day.

use super::{
    super::{
        call::{Answer, Call},
        faults::Fault,
        refusal::Refusal,
        seed::{
            accounts::{CARD, MORTGAGE, STUDENT},
            calendar::shift,
            decimal,
        },
        state::State,
    },
    accounts, defects,
};
use crate::{
    domain::dates::Date,
    plaid::wire::{
        Decimal,
        liabilities::{
            Address, Apr, Credit, InterestRate, Liabilities, LiabilitiesGetResponse, LoanStatus, Mortgage,
            ProductGetRequest, PslfStatus, RepaymentPlan, Student,
        },
    },
};

/// `/liabilities/get`.
pub(crate) fn get(state: &mut State, call: &Call<'_>) -> Result<Answer, Refusal> {
    let request: ProductGetRequest = call.parse()?;
    let today = state.today();
    let item = state.healthy_item(request.access_token.expose(), call.path)?;
    if [CARD, STUDENT, MORTGAGE].iter().all(|place| item.chosen(*place).is_none()) {
        return Err(Refusal::new("NO_LIABILITY_ACCOUNTS"));
    }
    item.start("liabilities")?;
    let accounts = accounts::chosen(item, request.options.unwrap_or_default().account_ids.as_deref())?;
    let asked = |id: &str| accounts.iter().any(|account| account.account_id == id);
    let on = |place| item.chosen(place).filter(|(id, _)| asked(id));
    let liabilities = Liabilities {
        credit: Some(on(CARD).map(|(id, owed)| card(id, owed, today)).into_iter().collect()),
        mortgage: Some(on(MORTGAGE).map(|(id, _)| mortgage(id, today)).into_iter().collect()),
        student: Some(on(STUDENT).map(|(id, owed)| student(id, owed, today)).into_iter().collect()),
    };
    let item = item.describe(false);
    let response = LiabilitiesGetResponse { accounts, item, liabilities, request_id: call.request_id.clone() };
    let bad = state.faults.strikes(Fault::BadProductRow, call.path, Some(&response.item.item_id));
    defects::product(response, "minimum_payment_amount", bad)
}

/// An amount in minor units as Plaid writes it.
fn number(minor: i64) -> Option<Decimal> {
    decimal(minor, 2).parse().ok()
}

fn words(text: &str) -> String {
    text.to_owned()
}

fn date(day: Date) -> String {
    day.to_string()
}

/// The latest day of that number that is not after `today`.
fn latest(today: Date, number: i8) -> Date {
    let this = today.first_of_month();
    let month = if today.day() < number { shift(this, -1).first_of_month() } else { this };
    shift(month, i64::from(number) - 1)
}

/// The next day of that number, `today` included.
fn next(today: Date, number: i8) -> Date {
    let this = shift(today.first_of_month(), i64::from(number) - 1);
    if this < today { shift(shift(today.last_of_month(), 1), i64::from(number) - 1) } else { this }
}

fn apr(kind: &str, percent: &str, subject: i64, charged: i64) -> Option<Apr> {
    let apr_percentage = percent.parse().ok()?;
    let (balance_subject_to_apr, interest_charge_amount) = (number(subject), number(charged));
    Some(Apr { apr_percentage, apr_type: kind.to_owned(), balance_subject_to_apr, interest_charge_amount })
}

/// Statements on the 12th, due on the 7th, a minimum of 2 % and at least 25.
fn card(id: &str, owed: i64, today: Date) -> Credit {
    let statement = owed.max(0);
    let minimum = (statement / 50).max(2_500).min(statement);
    let rates = [
        apr("balance_transfer_apr", "15.24", 0, 0),
        apr("cash_apr", "27.95", 0, 0),
        apr("purchase_apr", "12.5", statement, statement / 96),
        apr("special", "0", 0, 0),
    ];
    Credit {
        account_id: Some(words(id)),
        aprs: rates.into_iter().flatten().collect(),
        is_overdue: Some(false),
        last_payment_amount: number(16_825),
        last_payment_date: Some(date(latest(today, 5))),
        last_statement_issue_date: Some(date(latest(today, 12))),
        last_statement_balance: number(statement),
        minimum_payment_amount: number(minimum),
        next_payment_due_date: Some(date(next(today, 7))),
    }
}

fn mortgage(id: &str, today: Date) -> Mortgage {
    Mortgage {
        account_id: Some(words(id)),
        account_number: Some(words("3120194154")),
        current_late_fee: number(2_500),
        escrow_balance: number(314_154),
        has_pmi: Some(true),
        has_prepayment_penalty: Some(true),
        interest_rate: InterestRate { percentage: "3.99".parse().ok(), kind: Some(words("fixed")) },
        last_payment_amount: number(314_154),
        last_payment_date: Some(date(latest(today, 1))),
        loan_type_description: Some(words("conventional")),
        loan_term: Some(words("30 year")),
        maturity_date: Some(words("2045-07-31")),
        next_monthly_payment: number(314_154),
        next_payment_due_date: Some(date(next(today, 15))),
        origination_date: Some(words("2015-08-01")),
        origination_principal_amount: number(42_500_000),
        past_due_amount: number(0),
        property_address: Address {
            city: Some(words("Malakoff")),
            country: Some(words("US")),
            postal_code: Some(words("14236")),
            region: Some(words("NY")),
            street: Some(words("2992 Cameron Road")),
        },
        ytd_interest_paid: number(1_230_040),
        ytd_principal_paid: number(1_234_050),
    }
}

fn student(id: &str, owed: i64, today: Date) -> Student {
    Student {
        account_id: Some(words(id)),
        account_number: Some(words("4277075694")),
        disbursement_dates: Some(vec!["2002-08-28".to_owned()]),
        expected_payoff_date: Some(words("2032-07-28")),
        guarantor: Some(words("DEPT OF ED")),
        interest_rate_percentage: "5.25".parse().ok(),
        is_overdue: Some(false),
        last_payment_amount: number(13_805),
        last_payment_date: Some(date(latest(today, 22))),
        last_statement_balance: number(owed),
        last_statement_issue_date: Some(date(latest(today, 28))),
        loan_name: Some(words("Consolidation")),
        loan_status: LoanStatus { end_date: Some(words("2032-07-28")), kind: Some(words("repayment")) },
        minimum_payment_amount: number(2_500),
        next_payment_due_date: Some(date(next(today, 28))),
        origination_date: Some(words("2002-08-28")),
        origination_principal_amount: number(2_500_000),
        outstanding_interest_amount: number(622_736),
        payment_reference_number: Some(words("4277075694")),
        pslf_status: PslfStatus::default(),
        repayment_plan: RepaymentPlan { description: Some(words("Standard Repayment")), kind: Some(words("standard")) },
        sequence_number: Some(words("1")),
        servicer_address: Address {
            city: Some(words("San Matias")),
            country: Some(words("US")),
            postal_code: Some(words("99415")),
            region: Some(words("CA")),
            street: Some(words("123 Relaxation Road")),
        },
        ytd_interest_paid: number(28_055),
        ytd_principal_paid: number(27_165),
    }
}
