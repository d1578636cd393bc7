//! Reading one term of a query: an optional `not:`, an optional prefix, the value.
//!
//! Only lower-case letters in front of a colon are taken for a prefix, so that `SQ *COFFEE: 12` stays a word.

use super::{Comparison, Date, Period, Term, Test};
use crate::domain::{
    syntax::{SyntaxError, nearest},
    transactions::{Kind, Status},
};

type Result<T> = std::result::Result<T, SyntaxError>;

/// Every prefix, as the help text and suggestions name them.
const PREFIXES: [&str; 14] =
    ["acct", "cat", "payee", "desc", "note", "tag", "amt", "cur", "date", "status", "type", "conn", "id", "any"];
/// Other words for a prefix that people try first.
const SYNONYMS: [(&str, &str); 12] = [
    ("account", "acct"),
    ("category", "cat"),
    ("merchant", "payee"),
    ("description", "desc"),
    ("amount", "amt"),
    ("currency", "cur"),
    ("period", "date"),
    ("kind", "type"),
    ("state", "status"),
    ("connection", "conn"),
    ("bank", "conn"),
    ("word", "any"),
];

pub(super) fn term(word: &str, today: Date) -> Result<Term> {
    let (negated, rest) = match word.strip_prefix("not:") {
        Some(rest) => (true, rest),
        None => (false, word),
    };
    Ok(Term { negated, test: test(word, rest, today)? })
}

/// Whether a text would be read as something other than a plain word.
pub(super) fn has_prefix(text: &str) -> bool {
    prefix_of(text).is_some()
}

fn prefix_of(text: &str) -> Option<(&str, &str)> {
    text.split_once(':').filter(|(prefix, _)| !prefix.is_empty() && prefix.bytes().all(|b| b.is_ascii_lowercase()))
}

fn test(word: &str, rest: &str, today: Date) -> Result<Test> {
    let Some((prefix, value)) = prefix_of(rest) else {
        return match rest.trim() {
            "" => Err(SyntaxError::at(word, rest, "not: wants something to negate")),
            text => Ok(Test::Word(text.to_owned())),
        };
    };
    // Blanks around a text mean nothing, with a prefix as without one.
    let text = || match value.trim() {
        "" => Err(missing(word, prefix, value)),
        text => Ok(text.to_owned()),
    };
    Ok(match prefix {
        "any" => Test::Word(text()?),
        "acct" => Test::Account(text()?),
        "cat" => Test::Category(text()?),
        "payee" => Test::Payee(text()?),
        "desc" => Test::Description(text()?),
        "note" => Test::Note(text()?),
        "tag" => Test::Tag(text()?),
        "cur" => Test::Currency(text()?),
        "conn" => Test::Connection(text()?),
        "id" => Test::Id(text()?),
        "date" => Test::Date(Period::parse(&text()?, today).map_err(|error| error.within(word))?),
        "amt" => amount(word, value)?,
        "status" => choose(
            word,
            value,
            &[("posted", Test::Status(Status::Posted)), ("pending", Test::Status(Status::Pending))],
        )?,
        "type" => choose(
            word,
            value,
            &[
                ("expense", Test::Kind(Kind::Expense)),
                ("income", Test::Kind(Kind::Income)),
                ("transfer", Test::Kind(Kind::Transfer)),
            ],
        )?,
        "not" => return Err(SyntaxError::at(word, prefix, "not: can stand only once in front of a term")),
        _ => return Err(unknown(word, prefix)),
    })
}

fn unknown(word: &str, prefix: &str) -> SyntaxError {
    let meant = SYNONYMS.iter().find(|(synonym, _)| *synonym == prefix).map(|(_, meant)| *meant);
    let message = format!("there is no prefix {prefix}:; put any: in front to search for the word as it stands");
    SyntaxError::at(word, prefix, message).suggesting(meant.or_else(|| nearest(prefix, PREFIXES)))
}

fn missing(word: &str, prefix: &str, value: &str) -> SyntaxError {
    SyntaxError::at(word, value, format!("{prefix}: wants a value, without a space in between"))
}

fn choose(word: &str, value: &str, choices: &[(&str, Test)]) -> Result<Test> {
    let chosen = choices.iter().find(|(name, _)| name.eq_ignore_ascii_case(value));
    chosen.map(|(_, test)| test.clone()).ok_or_else(|| {
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        let message = format!("this is none of {}", names.join(", "));
        SyntaxError::at(word, value, message).suggesting(nearest(value, names))
    })
}

/// `50`, `=50`, `>50`, `<=-12.34`, `50..100`.
fn amount(word: &str, value: &str) -> Result<Test> {
    if let Some((low, high)) = value.split_once("..") {
        let (low_sign, low_digits) = number(word, low)?;
        let (high_sign, high_digits) = number(word, high)?;
        let signed = low_sign.or(high_sign).is_some();
        let spelled = |sign: Option<char>, digits: &str| {
            let minus = if sign == Some('-') {
                "-"
            } else if signed {
                "+"
            } else {
                ""
            };
            format!("{minus}{digits}")
        };
        let (low, high) = (spelled(low_sign, low_digits), spelled(high_sign, high_digits));
        return Ok(Test::AmountRange { low, high, signed });
    }
    let operators = [
        (">=", Comparison::GreaterOrEqual),
        ("<=", Comparison::LessOrEqual),
        (">", Comparison::Greater),
        ("<", Comparison::Less),
        ("=", Comparison::Equal),
    ];
    let found = operators.iter().find_map(|(text, comparison)| Some((*comparison, value.strip_prefix(text)?)));
    let (comparison, rest) = found.unwrap_or((Comparison::Equal, value));
    let (sign, decimal) = number(word, rest)?;
    Ok(Test::Amount { comparison, decimal: decimal.to_owned(), sign })
}

/// A sign, if there is one, and plain decimal digits.
fn number<'a>(word: &str, text: &'a str) -> Result<(Option<char>, &'a str)> {
    let text = text.trim();
    let sign = text.chars().next().filter(|first| matches!(first, '+' | '-'));
    let digits = if sign.is_some() { &text[1..] } else { text };
    let wrong = |part: &str, message: &str| Err(SyntaxError::at(word, part, message));
    if let Some(at) = digits.find(|c: char| !c.is_ascii_digit() && c != '.') {
        let odd = digits[at..].chars().next().map_or(0, char::len_utf8);
        return wrong(&digits[at..at + odd], "an amount has only digits and one point here, like 1234.50");
    }
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    if whole.is_empty() || part.is_empty() || part.contains('.') {
        return wrong(digits, "an amount belongs here, like 50, '>50' or 50..100");
    }
    Ok((sign, digits))
}
