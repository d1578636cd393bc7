//! Tests of the query language.

use jiff::civil::date;
use proptest::prelude::*;

use super::*;

const TODAY: Date = date(2026, 11, 22);

fn one(word: &str) -> Test {
    let query = Query::from_words(&[word], TODAY).unwrap_or_else(|error| panic!("{word}: {error}"));
    assert!(!query.terms[0].negated);
    query.terms[0].test.clone()
}

#[test]
fn reads_every_prefix() {
    let text = |text: &str| text.to_owned();
    assert_eq!(one("coffee"), Test::Word(text("coffee")));
    assert_eq!(one("whole foods"), Test::Word(text("whole foods")));
    assert_eq!(one("SQ *COFFEE: 12"), Test::Word(text("SQ *COFFEE: 12")));
    assert_eq!(one("12:30"), Test::Word(text("12:30")));
    assert_eq!(one("any:http://x"), Test::Word(text("http://x")));
    // Found by a fuzz run: a blank that only a prefix kept was lost when the query was written and read again.
    assert_eq!(one("any:\r)"), Test::Word(text(")")));
    assert_eq!(one("acct:1234"), Test::Account(text("1234")));
    assert_eq!(one("cat:food"), Test::Category(text("food")));
    assert_eq!(one("payee:Whole Foods"), Test::Payee(text("Whole Foods")));
    assert_eq!(one("desc:a:b"), Test::Description(text("a:b")));
    assert_eq!(one("note:x"), Test::Note(text("x")));
    assert_eq!(one("tag:trip"), Test::Tag(text("trip")));
    assert_eq!(one("cur:usd"), Test::Currency(text("usd")));
    assert_eq!(one("conn:c1"), Test::Connection(text("c1")));
    assert_eq!(one("id:t42"), Test::Id(text("t42")));
    assert_eq!(one("status:Pending"), Test::Status(Status::Pending));
    assert_eq!(one("type:transfer"), Test::Kind(Kind::Transfer));
    assert_eq!(one("date:2026-01.."), Test::Date(Period { begin: Some(date(2026, 1, 1)), end: None }));
}

#[test]
fn reads_amounts_with_and_without_sign() {
    let amount = |comparison, sign, decimal: &str| Test::Amount { comparison, sign, decimal: decimal.to_owned() };
    assert_eq!(one("amt:>50"), amount(Comparison::Greater, None, "50"));
    assert_eq!(one("amt:<=0.10"), amount(Comparison::LessOrEqual, None, "0.10"));
    assert_eq!(one("amt:-12.34"), amount(Comparison::Equal, Some('-'), "12.34"));
    assert_eq!(one("amt:= 12"), amount(Comparison::Equal, None, "12"));
    assert_eq!(one("amt:>=+5"), amount(Comparison::GreaterOrEqual, Some('+'), "5"));
    let range =
        |low: &str, high: &str, signed| Test::AmountRange { low: low.to_owned(), high: high.to_owned(), signed };
    assert_eq!(one("amt:50..100"), range("50", "100", false));
    assert_eq!(one("amt:-100..50"), range("-100", "+50", true));
}

#[test]
fn a_line_is_split_as_a_shell_does() {
    let query = Query::parse("payee:'whole foods' not:cat:rent coffee", TODAY).unwrap();
    assert_eq!(query.to_string(), "'payee:whole foods' not:cat:rent coffee");
    assert_eq!(query.terms.iter().map(|term| term.negated).collect::<Vec<_>>(), [false, true, false]);
    assert!(Query::from_words(&["", "  "], TODAY).unwrap().is_empty());
    assert_eq!(Query::parse("payee:'x", TODAY).unwrap_err().message, "a quote is not closed");
}

#[test]
fn errors_point_at_the_column_and_know_what_was_meant() {
    let errors: Vec<String> = [
        "catt:food",
        "not:category:food",
        "http://x",
        "cat:",
        "not:",
        "not:not:x",
        "amt:>>50",
        "amt:1,000",
        "amt:",
        "amt:5..",
        "amt:1.2.3",
        "not:date:2026-13..",
        "date:lastmoth",
        "status:booked",
        "type:expence",
    ]
    .map(|word| {
        let error = Query::from_words(&[word], TODAY).unwrap_err();
        format!("{error}\n{}", error.caret())
    })
    .into();
    insta::assert_snapshot!(errors.join("\n"));
}

fn any_test() -> impl Strategy<Value = Test> {
    let text = || {
        "[^\\s\u{0}-\u{1f}](\\PC{0,10}[^\\s\u{0}-\u{1f}])?"
            .prop_map(|text| text.trim().to_owned())
            .prop_filter("blank", |t| !t.is_empty())
    };
    let digits = || "[0-9]{1,12}(\\.[0-9]{1,6})?";
    let comparison = prop::sample::select(vec![
        Comparison::Less,
        Comparison::LessOrEqual,
        Comparison::Equal,
        Comparison::GreaterOrEqual,
        Comparison::Greater,
    ]);
    let sign = prop::sample::select(vec![None, Some('+'), Some('-')]);
    let days = (0_i32..9000, 0_i32..900, 0..4).prop_map(|(begin, length, open)| {
        let begin = date(2010, 1, 1).saturating_add(jiff::Span::new().days(begin));
        let end = begin.saturating_add(jiff::Span::new().days(length + 1));
        Period { begin: Some(begin).filter(|_| open & 1 == 0), end: Some(end).filter(|_| open & 2 == 0) }
    });
    prop_oneof![
        text().prop_map(Test::Word),
        text().prop_map(|text| Test::Word(format!("cat:{text}"))),
        text().prop_map(Test::Account),
        text().prop_map(Test::Category),
        text().prop_map(Test::Payee),
        text().prop_map(Test::Description),
        text().prop_map(Test::Note),
        text().prop_map(Test::Tag),
        text().prop_map(Test::Currency),
        text().prop_map(Test::Connection),
        text().prop_map(Test::Id),
        (comparison, digits(), sign).prop_map(|(comparison, decimal, sign)| Test::Amount { comparison, decimal, sign }),
        (digits(), digits()).prop_map(|(low, high)| Test::AmountRange { low, high, signed: false }),
        (digits(), digits()).prop_map(|(a, b)| Test::AmountRange {
            low: format!("-{a}"),
            high: format!("+{b}"),
            signed: true
        }),
        days.prop_map(Test::Date),
        prop::sample::select(vec![Status::Posted, Status::Pending]).prop_map(Test::Status),
        prop::sample::select(vec![Kind::Expense, Kind::Income, Kind::Transfer]).prop_map(Test::Kind),
    ]
}

proptest! {
    #[test]
    fn a_printed_query_reads_back(terms in prop::collection::vec((any::<bool>(), any_test()), 0..5)) {
        let terms = terms.into_iter().map(|(negated, test)| Term { negated, test }).collect();
        let query = Query { terms };
        prop_assert_eq!(Query::parse(&query.to_string(), TODAY), Ok(query.clone()), "{}", query);
        let words: Vec<String> = query.terms.iter().map(Term::to_string).collect();
        prop_assert_eq!(Query::from_words(&words, TODAY), Ok(query));
    }

    #[test]
    fn no_text_makes_it_panic(text in "(not:|amt:|date:|\\PC|[a-z:<>=.0-9 -]){0,12}") {
        if let Err(error) = Query::from_words(&[&text], TODAY) {
            prop_assert!(error.column <= error.word.chars().count() + 1);
            error.caret();
        }
    }
}

#[test]
fn one_period_is_taken_out_of_the_words() {
    let taken = |words: &[&str]| {
        let mut query = Query::from_words(words, TODAY).unwrap();
        (query.take_period().map(|period| period.to_string()), query.to_string())
    };
    assert_eq!(taken(&["date:2025", "rent"]), (Some("2025".to_owned()), "rent".to_owned()));
    assert_eq!(taken(&["not:date:2025", "date:2024"]), (Some("2024".to_owned()), "not:date:2025".to_owned()));
    assert_eq!(taken(&["date:2025", "date:2023"]), (None, "date:2025 date:2023".to_owned()));
    assert_eq!(taken(&["rent"]), (None, "rent".to_owned()));
}
