//! Files, Markdown, JSON, `--fields`, colours and plain screens.

use super::{
    book::{accounts, transactions},
    *,
};
use crate::{
    domain::money::group_thousands,
    render::{Cell, Fact, Facts, Shown},
};

#[test]
fn files_have_raw_numbers_and_no_formulas() {
    insta::assert_snapshot!(print(&transactions(), &file(Format::Csv)));
    insta::assert_snapshot!(print(&transactions(), &file(Format::Tsv)));
    insta::assert_snapshot!(print(&accounts(), &file(Format::Csv)));
}

#[test]
fn markdown_opens_nothing() {
    insta::assert_snapshot!(print(&transactions(), &file(Format::Markdown)));
    insta::assert_snapshot!(print(&accounts(), &file(Format::Markdown)));
}

#[test]
fn json_says_everything_and_moves_no_cursor() {
    let text = print(&transactions(), &file(Format::Json));
    assert!(!text.contains(['\u{1b}', '\u{7}', '\u{202e}']));
    assert!(text.contains(r"\u001b]0;owned\u0007Whole Foods\nMarket"));
    let card = print(&accounts(), &file(Format::Json));
    assert!(card.contains(r"\u001b[31mGold\u202e カード"), "{card}");
    let read: serde_json::Value = serde_json::from_str(&card).unwrap();
    assert_eq!(read["items"][2]["name"], "\u{1b}[31mGold\u{202e} カード", "escapes change nothing");
    assert_eq!(read, serde_json::to_value(accounts()).unwrap());
}

#[test]
fn json_lines_are_items_in_the_order_of_their_fields() {
    insta::assert_snapshot!(print(&transactions(), &file(Format::Ndjson)));
}

#[test]
fn fields_choose_and_order_in_every_format() {
    let wanted = ["payee", "id", "amount"];
    for format in Format::ALL {
        let text = print(&transactions(), &fields(&file(format), &wanted));
        insta::assert_snapshot!(format!("fields_{}", format.as_str()), text);
    }
    let balances = print(&accounts(), &fields(&file(Format::Ndjson), &["id", "available"]));
    assert!(balances.starts_with(r#"{"id":"a1","available":{"amount":"1234500.00""#), "{balances}");
}

#[test]
fn an_unknown_field_is_named_with_the_nearest_one() {
    for format in Format::ALL {
        let error = try_print(&transactions(), &fields(&file(format), &["id", "ammount"])).unwrap_err();
        let RenderError::UnknownField { field, suggestion, known } = &error else { panic!("{error}") };
        assert_eq!((field.as_str(), suggestion.as_deref()), ("ammount", Some("amount")));
        assert!(known.contains(&"payee".to_owned()) && error.to_string().contains("there is no field \"ammount\""));
    }
}

#[test]
fn colour_is_emphasis_only() {
    let plain = print(&accounts(), &screen(60));
    let colored = print(&accounts(), &Options { color: true, ..screen(60) });
    insta::assert_snapshot!(colored.replace('\u{1b}', "ESC"));
    assert_eq!(colored.replace("\u{1b}[1m", "").replace("\u{1b}[2m", "").replace("\u{1b}[0m", ""), plain);
}

#[test]
fn a_plain_screen_gets_ascii() {
    let options = Options { unicode: false, ..screen(40) };
    let text = print(&transactions(), &options);
    assert!(text.contains("---") && text.contains('~') && !text.contains(['…', '─']), "{text}");
}

#[test]
fn facts_are_a_line_each() {
    let facts = Facts(vec![
        Fact::new("vault", "Vault", "/home/me/.local/share/bursar/default"),
        Fact::new("size", "Size in bytes", 1_234_567_u64),
        Fact::new("role", "Role", Cell::Empty),
    ]);
    let value = serde_json::json!({"vault": "default"});
    let shown = Shown { value: &value, sheet: facts.to_sheet() };
    insta::assert_snapshot!(print(&shown, &screen(60)));
    let narrow = print(&shown, &screen(30));
    assert!(narrow.contains("Vault          /home/me/.local\n               /share/bursar/d\n"), "{narrow}");
    insta::assert_snapshot!(print(&shown, &file(Format::Csv)));
    assert_eq!(print(&shown, &file(Format::Ndjson)), "{\"vault\":\"default\"}\n");
}

#[test]
fn thousands_are_grouped() {
    for (raw, grouped) in [
        ("0", "0"),
        ("999", "999"),
        ("1000", "1,000"),
        ("-123456.70", "-123,456.70"),
        ("1234567890123.0000", "1,234,567,890,123.0000"),
    ] {
        assert_eq!(group_thousands(raw), grouped);
    }
}

#[test]
fn formats_go_by_word_and_extension() {
    for format in Format::ALL {
        assert_eq!(Format::from_word(format.as_str()), Some(format));
    }
    assert_eq!(Format::from_extension("JSONL"), Some(Format::Ndjson));
    assert_eq!(Format::from_extension("md"), Some(Format::Markdown));
    assert_eq!(Format::from_extension("table"), None);
}
