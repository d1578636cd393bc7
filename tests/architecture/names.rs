//! Names and unfinished work.

use std::collections::BTreeSet;

use super::{hold, source};

/// Drawers that collect everything and name nothing.
const DRAWERS: [&str; 7] = ["utils", "util", "helpers", "helper", "common", "misc", "types"];

#[test]
fn no_module_is_a_drawer() {
    let mut broken = Vec::new();
    for file in source::read("src") {
        if file.module().iter().any(|part| DRAWERS.contains(part)) {
            broken.push(file.path.clone());
        }
        for drawer in DRAWERS {
            broken.extend(
                file.lines_with(&format!("mod {drawer}"))
                    .iter()
                    .map(|line| format!("{}:{line}: mod {drawer}", file.path)),
            );
        }
    }
    hold("Names: a module is named after what it knows, not utils, helpers, common, misc or types.", &broken);
}

#[test]
fn a_noun_is_spelled_the_same_in_every_room() {
    let files = source::read("src");
    let nouns: BTreeSet<&str> = files
        .iter()
        .filter(|file| file.room() == "commands")
        .filter_map(|file| file.module().get(1).copied())
        .collect();
    let mut broken = Vec::new();
    for file in &files {
        // A room's own name is the architecture's (`reports` holds all that `report` shows); test modules are named freely.
        for part in file.module().into_iter().skip(1).take_while(|part| *part != "tests") {
            let other_numbers = [
                part.strip_suffix('s').unwrap_or(part).to_owned(),
                part.strip_suffix("ies").map_or_else(|| part.to_owned(), |stem| format!("{stem}y")),
                format!("{part}s"),
                format!("{}ies", part.trim_end_matches('y')),
            ];
            for noun in other_numbers.iter().filter(|other| *other != part && nouns.contains(other.as_str())) {
                broken.push(format!("{}: the command line says `{noun}`", file.path));
            }
        }
    }
    hold(
        "Names: one noun, one spelling (the command line's), so that `ls src/*/NOUN*` shows a whole feature.",
        &broken,
    );
}

#[test]
fn every_file_says_what_it_is() {
    let broken: Vec<String> = source::read("src")
        .iter()
        .chain(&source::read("tests"))
        .filter(|file| !file.text.starts_with("//! "))
        .map(|file| format!("{}:1", file.path))
        .collect();
    hold("Docs: a file opens with `//!`: what lives here, what it may use, one invariant.", &broken);
}

#[test]
fn nothing_is_left_for_later() {
    let marks = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X"), concat!("#[ign", "ore")];
    let mut broken = Vec::new();
    for file in source::read("src").iter().chain(&source::read("tests")).chain(&source::read("benches")) {
        for (number, line) in file.text.lines().enumerate() {
            if marks.iter().any(|mark| !source::positions(line, mark).is_empty()) {
                broken.push(format!("{}:{}: {}", file.path, number + 1, line.trim()));
            }
        }
    }
    hold("Nothing is committed as unfinished, and no test is switched off.", &broken);
}
