//! What the store costs, in the clear and encrypted: `cargo bench --bench book`.
//!
//! `BURSAR_BENCH_ROWS` says how many transactions (100,000 unless told).
#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on stops")]

mod rows;
mod shelf;

use std::{hint::black_box, time::Duration};

use bursar::{
    domain::{
        dates::{Interval, Period},
        query::Query,
        views::{Grouping, Limit, SumRequest},
    },
    store::Store,
    vault::Access,
};
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main, measurement::WallTime};

fn size() -> u64 {
    #[expect(clippy::disallowed_methods, reason = "criterion owns the command line")]
    let told = std::env::var("BURSAR_BENCH_ROWS").ok();
    told.and_then(|rows| rows.parse().ok()).unwrap_or(100_000)
}

fn query(text: &str) -> Query {
    Query::parse(text, shelf::today()).unwrap()
}

fn period(text: &str) -> Period {
    Period::parse(text, shelf::today()).unwrap()
}

fn read(group: &mut BenchmarkGroup<'_, WallTime>, kind: &str, store: &Store) {
    let month_by_category = |words: &str, days| SumRequest {
        query: query(words),
        period: days,
        interval: Some(Interval::Monthly),
        grouping: Grouping::Category,
    };
    let sums = [
        ("month by category", month_by_category("", Period::ALL)),
        ("last year by category", month_by_category("type:expense", period("2025"))),
        (
            "by account",
            SumRequest { grouping: Grouping::Account, interval: None, ..month_by_category("", Period::ALL) },
        ),
    ];
    for (name, request) in &sums {
        group.bench_function(format!("{name}/{kind}"), |b| b.iter(|| black_box(store.sums(request).unwrap())));
    }
    group.bench_function(format!("flows of ten years/{kind}"), |b| {
        b.iter(|| black_box(store.flows(jiff::civil::date(2016, 1, 1)).unwrap()));
    });
    let fifty = Limit { limit: Some(50), offset: 0 };
    let lists = [
        ("last 50", "", Period::ALL, fifty),
        ("register of a month", "acct:a1", period("2025-03"), Limit::default()),
        ("word search", "kestrel", Period::ALL, fifty),
        ("word search with digits", "'market #12'", Period::ALL, fifty),
    ];
    for (name, words, days, limit) in lists {
        let words = query(words);
        group.bench_function(format!("{name}/{kind}"), |b| {
            b.iter(|| black_box(store.transactions(&words, days, limit).unwrap()));
        });
    }
}

fn reading(c: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let mut clear = shelf::plain(&folder.path().join("plain.db"));
    shelf::link(&mut clear);
    shelf::sync(&mut clear, size());
    let vault = shelf::vault(folder.path());
    let mut sealed = shelf::sealed(&vault);
    shelf::link(&mut sealed);
    shelf::sync(&mut sealed, size());
    drop(sealed);

    let mut group = c.benchmark_group("read");
    group.sample_size(10).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    read(&mut group, "clear", &clear);
    read(&mut group, "encrypted", &Store::open(&vault, Access::Read, Duration::from_secs(1)).unwrap());
    group.finish();
}

fn writing(c: &mut Criterion) {
    let mut group = c.benchmark_group("write");
    group.sample_size(10).throughput(Throughput::Elements(size()));
    let fresh = || {
        let folder = tempfile::tempdir().unwrap();
        let vault = shelf::vault(folder.path());
        (folder, vault)
    };
    group.bench_function("first sync/clear", |b| {
        b.iter_with_setup(fresh, |(folder, _)| {
            let mut store = shelf::plain(&folder.path().join("plain.db"));
            shelf::link(&mut store);
            shelf::sync(&mut store, size())
        });
    });
    group.bench_function("first sync/encrypted", |b| {
        b.iter_with_setup(fresh, |(_folder, vault)| {
            let mut store = shelf::sealed(&vault);
            shelf::link(&mut store);
            shelf::sync(&mut store, size())
        });
    });
    let (_folder, vault) = fresh();
    let mut store = shelf::sealed(&vault);
    shelf::link(&mut store);
    shelf::sync(&mut store, size());
    group.bench_function("replay/encrypted", |b| b.iter(|| shelf::sync(&mut store, size())));
    group.bench_function("rows alone", |b| {
        b.iter(|| rows::Rows::new(7, size(), 500).map(|page| page.added.len()).sum::<usize>());
    });
    group.finish();
}

criterion_group!(benches, reading, writing);
criterion_main!(benches);
