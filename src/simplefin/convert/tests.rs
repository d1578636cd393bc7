//! What an answer of a server becomes.

use super::*;

fn set(accounts: &str) -> AccountSet {
    serde_json::from_str(&format!(r#"{{"errors":[],"accounts":[{accounts}]}}"#)).unwrap()
}

fn account(currency: &str, transactions: &str) -> String {
    format!(
        r#"{{"org":{{"domain":"bank.example","name":"A Bank","sfin-url":"https://s.example"}},"id":"ACT-1",
            "name":"Checking (0042)","currency":"{currency}","balance":"100.23","available-balance":"75.23",
            "balance-date":1776000000,"transactions":[{transactions}]}}"#
    )
}

fn one(row: &str) -> Result<ProviderTransaction, Refusal> {
    let batch = batch(set(&account("USD", row)), &|_| None, "2026-04-15T12:00:00Z".parse().unwrap());
    batch.transactions.into_iter().next().ok_or_else(|| batch.refused.into_iter().next().unwrap())
}

#[test]
fn amounts_are_exact_text_and_keep_their_sign() {
    for (text, minor) in [("-33293.43", -3_329_343), ("0.10", 10), ("12", 1200), ("92233720368547758.07", i64::MAX)] {
        let row = format!(r#"{{"id":"T","posted":1775000000,"amount":"{text}","description":"D"}}"#);
        assert_eq!(one(&row).unwrap().amount.minor, minor, "{text}");
    }
    for (text, words) in [("0.001", "decimals"), ("92233720368547758.08", "larger"), ("ten", "not a number")] {
        let row = format!(r#"{{"id":"T","posted":1775000000,"amount":"{text}","description":"D"}}"#);
        let refusal = one(&row).unwrap_err();
        assert!(refusal.reason.contains(words) && !refusal.reason.contains(text), "{refusal}");
    }
    assert!(serde_json::from_str::<Transaction>(r#"{"id":"T","amount":1.5}"#).is_err(), "a float is no amount");
}

#[test]
fn what_is_not_posted_is_pending_and_keeps_the_day_that_the_book_has() {
    let row = one(r#"{"id":"T","posted":0,"amount":"-1","description":"D"}"#).unwrap();
    assert_eq!((row.status, row.date.to_string().as_str()), (Status::Pending, "2026-04-15"));
    let row = one(r#"{"id":"T","posted":0,"amount":"-1","description":"D","transacted_at":1775822400}"#).unwrap();
    assert_eq!((row.status, row.date.to_string().as_str()), (Status::Pending, "2026-04-10"));
    let known = |id: &str| (id == "ACT-1/T").then(|| "2026-04-13".parse().unwrap());
    let json = account("USD", r#"{"id":"T","posted":0,"amount":"-1","description":"D","pending":true}"#);
    let again = batch(set(&json), &known, "2026-04-15T12:00:00Z".parse().unwrap());
    assert_eq!(again.transactions[0].date.to_string(), "2026-04-13");
    let never = one(r#"{"id":"T","posted":9223372036854775807,"amount":"-1","description":"D"}"#).unwrap_err();
    assert!(never.reason.contains("`posted`"), "what has a day that no calendar has is not pending: {never}");
}

#[test]
fn an_account_is_what_its_name_says() {
    for (name, expected) in [
        ("Plaid Checking", AccountType::Depository),
        ("Plaid CD", AccountType::Depository),
        ("Plaid Credit Card", AccountType::Credit),
        ("Debit Card Account", AccountType::Depository),
        ("Plaid IRA", AccountType::Investment),
        ("Plaid 401k", AccountType::Investment),
        ("Plaid Student Loan", AccountType::Loan),
        ("Something", AccountType::Depository),
    ] {
        assert_eq!(kind(name, false), expected, "{name}");
    }
    assert_eq!(kind("Something", true), AccountType::Investment);
}

#[test]
fn names_masks_and_banks_are_taken_apart() {
    let read = accounts(set(&account("USD", "")));
    let first = &read.accounts[0];
    assert_eq!((first.name.as_str(), first.mask.as_deref()), ("Checking", Some("0042")));
    assert_eq!(first.persistent_id.as_deref(), Some("simplefin:bank.example:ACT-1"));
    assert_eq!((first.balances.current.unwrap().minor, first.balances.available.unwrap().minor), (10_023, 7523));
    assert_eq!(read.banks, ["A Bank"]);
    assert_eq!(split_mask("Visa-1234"), ("Visa".to_owned(), Some("1234".to_owned())));
    assert_eq!(split_mask("Tax 2026"), ("Tax 2026".to_owned(), None));
}

#[test]
fn currencies_are_codes_or_addresses() {
    assert_eq!(currency("JPY").unwrap().exponent(), 0);
    assert_eq!(currency("https://rewards.example/currencies/miles").unwrap().code(), "MILES");
    for bad in ["ZZZ", "", "https://", "https://x.example/%%%"] {
        assert!(currency(bad).is_none_or(|found| !found.is_official()), "{bad}");
    }
    let read = accounts(set(&account("ZZZ", "")));
    assert!(read.accounts.is_empty() && read.refused[0].reason.contains("currency"));
}

#[test]
fn a_servers_sentences_are_shown_without_tricks() {
    let json = r#"{"errors":["You must \u001b[31mreauthenticate.","Plain <b>&amp;</b>"],
        "errlist":[{"code":"con.auth","msg":"Bank wants you"},{"code":"gen.api","msg":"see https://u:p@h/x now"}],
        "accounts":[]}"#;
    let said = accounts(serde_json::from_str(json).unwrap()).said;
    let words: Vec<_> = said.iter().map(|one| (one.sentence.as_str(), one.asks)).collect();
    assert_eq!(
        words,
        [
            ("Bank wants you", Asks::SignIn),
            ("see […] now", Asks::Nothing),
            ("You must [31mreauthenticate.", Asks::SignIn),
            ("Plain <b>&amp;</b>", Asks::Nothing),
        ]
    );
}

#[test]
fn of_many_sentences_the_last_are_counted_and_ask_all_the_same() {
    let problems: Vec<String> = (1..=30)
        .map(|n| format!(r#"{{"code":"{}","msg":"sentence {n}"}}"#, if n == 29 { "con.auth" } else { "gen." }))
        .collect();
    let json = format!(r#"{{"errlist":[{}],"accounts":[]}}"#, problems.join(","));
    let said = accounts(serde_json::from_str(&json).unwrap()).said;
    assert_eq!((said.len(), said[19].sentence.as_str()), (21, "sentence 20"));
    let rest = Said {
        sentence: "and 10 more that the server says".to_owned(),
        asks: Asks::SignIn,
        missing: true,
        notice: false,
    };
    assert_eq!(said[20], rest);
}

#[test]
fn a_codes_prefix_counts_where_its_second_part_is_not_known() {
    for (code, expected) in [
        ("gen.", (Asks::Nothing, false)),
        ("gen.notice", (Asks::Nothing, false)),
        ("gen.auth", (Asks::NewAccess, true)),
        ("con.", (Asks::Nothing, true)),
        ("con.auth", (Asks::SignIn, true)),
        ("con.tomorrow", (Asks::Nothing, true)),
        ("act.failed", (Asks::Nothing, true)),
        ("act.missingdata", (Asks::Nothing, true)),
        ("new.thing", (Asks::Nothing, false)),
    ] {
        let json = format!(r#"{{"errlist":[{{"code":"{code}","msg":"M","conn_id":"C"}}],"accounts":[]}}"#);
        let said = accounts(serde_json::from_str(&json).unwrap()).said.remove(0);
        assert_eq!((said.asks, said.missing), expected, "{code}");
        assert_eq!(said.notice, ["gen.", "gen.notice"].contains(&code), "{code}");
    }
    let json = r#"{"errlist":[{"code":"con.auth","message":"of a draft"},{"code":"act.failed"}],"accounts":[]}"#;
    let said = accounts(serde_json::from_str(json).unwrap()).said;
    assert_eq!((said[0].sentence.as_str(), said[1].sentence.as_str()), ("of a draft", "act.failed"));
}

#[test]
fn version_2_names_the_bank_beside_its_accounts() {
    let json = r#"{"errlist":null,"connections":[{"conn_id":"CON-1","name":"A Bank - Jill","org_id":"INST-1",
        "org_url":"https://bank.example/","sfin_url":"https://s.example"}],"accounts":[{"id":"ACT-1","conn_id":"CON-1",
        "name":"Savings","currency":"USD","balance":"1.00","available-balance":null,"balance-date":1776000000,
        "transactions":null,"extra":{"account-open-date":1}},{"id":"ACT-2","conn_id":"CON-9","name":"Other",
        "currency":"USD","balance":"2","balance-date":1776000000,
        "transactions":[{"id":"T","posted":null,"pending":null,"amount":"-1","description":null}]}]}"#;
    let read = accounts(serde_json::from_str(json).unwrap());
    assert_eq!(read.banks, ["A Bank - Jill"]);
    let ids: Vec<_> = read.accounts.iter().map(|account| account.persistent_id.as_deref().unwrap()).collect();
    assert_eq!(ids, ["simplefin:bank.example:ACT-1", "simplefin:CON-9:ACT-2"], "as a server of version 1 names them");
    assert_eq!(read.transactions[0].status, Status::Pending);
}

#[test]
fn a_connection_is_as_fresh_as_its_oldest_bank() {
    let now: Timestamp = "2026-04-15T12:00:00Z".parse().unwrap();
    let read = |accounts: &[(&str, &str)]| {
        let one = |(at, (bank, day)): (usize, &(&str, &str))| {
            let seconds = day.parse::<Timestamp>().map_or(0, Timestamp::as_second);
            format!(
                r#"{{"id":"A{at}","conn_id":"{bank}","name":"N","currency":"USD","balance":"1","balance-date":{seconds}}}"#
            )
        };
        let rows: Vec<String> = accounts.iter().enumerate().map(one).collect();
        batch(set(&rows.join(",")), &|_| None, now)
    };
    let (old, new, ahead) = ("2026-01-02T00:00:00Z", "2026-04-15T06:00:00Z", "2030-01-01T00:00:00Z");
    for (accounts, expected) in [
        (vec![("good", new), ("dead", old)], Some(old)),
        (vec![("good", old), ("good", new)], Some(new)),
        (vec![("good", ahead), ("dead", old)], Some(old)),
        (vec![("good", ahead)], Some("2026-04-15T12:00:00Z")),
        (vec![("good", new), ("silent", "")], Some(new)),
        (vec![("silent", "")], None),
    ] {
        let expected = expected.map(|at| at.parse::<Timestamp>().unwrap());
        assert_eq!(read(&accounts).updated_at, expected, "{accounts:?}");
    }
    let read = read(&[("good", new), ("dead", old), ("silent", ""), ("good", ahead)]);
    let as_of: Vec<_> = read.accounts.iter().map(|account| account.as_of.map(|at| at.to_string())).collect();
    assert_eq!(as_of, [Some(new.to_owned()), Some(old.to_owned()), None, Some(now.to_string())]);
}
