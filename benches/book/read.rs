//! What encryption costs a reader: the same questions to a vault and to its book in the clear, in turn.

use std::path::Path;

use bursar::{
    domain::{
        dates::{Interval, Period},
        query::Query,
        views::{Grouping, Limit, SumRequest},
    },
    store::Store,
};
use serde_json::{Map, Value, json};

use super::{measured, shelf};

const ROUNDS: usize = 5;

fn ask(store: &Store, question: &str) -> usize {
    let sums = |interval, grouping| {
        let request = SumRequest { query: Query::default(), period: Period::ALL, interval, grouping };
        store.sums(&request).unwrap().len()
    };
    let list = |words, days, limit| {
        let words = Query::parse(words, shelf::today()).unwrap();
        store.transactions(&words, days, Limit { limit, offset: 0 }).unwrap().items.len()
    };
    match question {
        "month by category" => sums(Some(Interval::Monthly), Grouping::Category),
        "balances" => sums(None, Grouping::Account),
        "register" => list("acct:a1", Period::parse("2025-06", shelf::today()).unwrap(), None),
        "word" => list("kestrel", Period::ALL, Some(50)),
        _ => list("", Period::ALL, Some(50)),
    }
}

/// Processor seconds of each question: the middle of some rounds, each of them on a newly opened book.
pub(super) fn both(dir: &Path) -> Value {
    let mut found = Map::new();
    for question in ["month by category", "balances", "register", "word", "last 50"] {
        let mut times = [Vec::new(), Vec::new()];
        for _ in 0..ROUNDS {
            for (kind, store) in [shelf::reading(dir), shelf::plain(&dir.join("plain.db"))].iter().enumerate() {
                times[kind].push(measured(|| assert!(ask(store, question) > 0))["cpu_s"].as_f64().unwrap());
            }
        }
        let [sealed, clear] = times.map(|mut times| {
            times.sort_by(f64::total_cmp);
            times[ROUNDS / 2]
        });
        found.insert(question.to_owned(), json!({"encrypted": sealed, "clear": clear}));
    }
    Value::Object(found)
}
