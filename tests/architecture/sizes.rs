//! How long files may be, and the lint thresholds that bound functions.

use std::fs;

use super::{hold, source};

const HARD: usize = 600;
const SOFT: usize = 400;
const MEDIAN: usize = 150;

/// Files over the soft cap, each with the reason why it is one thing.
const LONG: &[(&str, &str)] = &[];

fn lines(file: &source::Source) -> usize {
    file.text.lines().count()
}

#[test]
fn no_file_is_too_long() {
    let mut broken = Vec::new();
    for file in source::read("src").iter().chain(&source::read("tests")) {
        let (long, named) = (lines(file), LONG.iter().any(|(path, _)| *path == file.path));
        if long > HARD || (long > SOFT && !named) {
            broken.push(format!("{}: {long} lines", file.path));
        } else if long <= SOFT && named {
            broken.push(format!("{}: {long} lines, no longer long: drop it from LONG", file.path));
        }
    }
    hold("Files: at most 400 lines, or named in LONG with a reason; never more than 600.", &broken);
}

#[test]
fn most_files_are_short() {
    let mut all: Vec<usize> = source::read("src").iter().map(lines).collect();
    all.sort_unstable();
    let median = all[all.len() / 2];
    assert!(median <= MEDIAN, "the median file has {median} lines, {MEDIAN} are allowed: split by noun");
}

#[test]
fn functions_are_bounded_by_clippy_and_nobody_opts_out() {
    let clippy = fs::read_to_string(source::root().join("clippy.toml")).unwrap();
    assert!(clippy.contains("too-many-lines-threshold = 80"));
    assert!(clippy.contains("too-many-arguments-threshold = 6"));
    let mut broken = Vec::new();
    for file in source::read("src") {
        for forbidden in ["clippy::too_many_lines", "clippy::too_many_arguments"] {
            broken.extend(file.lines_with(forbidden).iter().map(|line| format!("{}:{line}: {forbidden}", file.path)));
        }
        for form in ["#[allow", "#![allow"] {
            broken.extend(
                file.lines_with(form)
                    .iter()
                    .map(|line| format!("{}:{line}: use #[expect(…, reason = \"…\")]", file.path)),
            );
        }
    }
    hold("Lints: no way around the size limits, and an exception gives its reason.", &broken);
}
