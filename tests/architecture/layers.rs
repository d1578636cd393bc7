//! Arrows go down only: the rooms a room may name with `crate::`.

use std::collections::BTreeMap;

use super::{hold, source};

/// Who may use whom. A room may always use itself; `plaid::wire` and `simplefin::wire` are what the sandbox speaks.
/// A new room needs a line here and in docs/architecture.md.
const MAY_USE: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("secret", &[]),
    ("sys", &[]),
    ("fsx", &["sys"]),
    ("harden", &["sys"]),
    ("vault", &["domain", "secret", "fsx", "sys"]),
    ("store", &["domain", "secret", "vault"]),
    ("http", &["domain", "secret"]),
    ("plaid", &["domain", "secret", "http"]),
    ("simplefin", &["domain", "secret", "http"]),
    ("sandbox", &["plaid::wire", "simplefin::wire", "domain"]),
    ("loopback", &["fsx", "sys", "secret"]),
    ("reports", &["domain"]),
    ("render", &["domain", "reports"]),
    ("ui", &["domain", "secret", "settings", "sys"]),
    ("settings", &["domain", "secret", "fsx", "render"]),
    ("ops", &["domain", "secret", "fsx", "harden", "http", "plaid", "simplefin", "store", "vault", "loopback"]),
    (
        "error",
        &[
            "domain",
            "secret",
            "sys",
            "fsx",
            "harden",
            "vault",
            "store",
            "plaid",
            "simplefin",
            "sandbox",
            "loopback",
            "reports",
            "render",
            "ui",
            "settings",
            "ops",
        ],
    ),
    (
        "context",
        &[
            "domain",
            "secret",
            "sys",
            "fsx",
            "harden",
            "http",
            "vault",
            "store",
            "plaid",
            "simplefin",
            "sandbox",
            "loopback",
            "reports",
            "render",
            "ui",
            "settings",
            "ops",
            "error",
        ],
    ),
    (
        "commands",
        &[
            "domain",
            "secret",
            "sys",
            "fsx",
            "harden",
            "vault",
            "store",
            "plaid",
            "simplefin",
            "sandbox",
            "loopback",
            "reports",
            "render",
            "ui",
            "settings",
            "ops",
            "error",
            "context",
        ],
    ),
    ("cli", &["commands", "context", "error", "ui", "settings", "harden", "domain"]),
    // Only under the feature `fuzzing`: the doors of the fuzz targets.
    ("fuzz", &["domain", "error", "loopback", "plaid", "simplefin", "store", "vault"]),
    ("lib", &[]),
    ("main", &["cli"]),
];

#[test]
fn arrows_go_down_only() {
    let table: BTreeMap<_, _> = MAY_USE.iter().copied().collect();
    let mut broken = Vec::new();
    for file in source::read("src") {
        let Some(allowed) = table.get(file.room()) else {
            broken.push(format!("{}: the room `{}` has no line in MAY_USE", file.path, file.room()));
            continue;
        };
        for (line, used) in rooms_named(&file) {
            let ok = used == file.room()
                || used.starts_with(&format!("{}::", file.room()))
                || allowed.iter().any(|room| used == *room || used.starts_with(&format!("{room}::")));
            if !ok {
                broken.push(format!("{}:{line}: `{}` may not use `{used}`", file.path, file.room()));
            }
        }
    }
    hold("Layers: a room uses only the rooms below it (table in tests/architecture/layers.rs).", &broken);
}

#[test]
fn no_room_is_reached_by_climbing() {
    let mut broken = Vec::new();
    for file in source::read("src") {
        let depth = file.module().len();
        for at in source::positions(&file.code, "super") {
            let before = &file.code[..at];
            if before.ends_with("super::") {
                continue;
            }
            let climbed = chain(&file.code[at..]);
            let indented = before.rsplit('\n').next().unwrap_or("").starts_with(' ');
            if climbed > depth || (climbed == depth && !indented) {
                broken.push(format!("{}:{}: write `crate::…`", file.path, file.line(at)));
            }
        }
    }
    hold("Another room is named from the crate's root, so that the layer rule sees it.", &broken);
}

/// How many `super` follow each other.
fn chain(code: &str) -> usize {
    code.split("::").take_while(|part| *part == "super").count().max(1)
}

/// Every room named after `crate::`, with its line: `vault`, `plaid::wire`.
fn rooms_named(file: &source::Source) -> Vec<(usize, String)> {
    let prefix = if file.room() == "main" { "bursar::" } else { "crate::" };
    source::positions(&file.code, prefix)
        .into_iter()
        .flat_map(|at| {
            let line = file.line(at);
            heads(&file.code[at + prefix.len()..]).into_iter().map(move |room| (line, room))
        })
        .collect()
}

/// The first one or two segments of a path or of each path in a braced list.
fn heads(rest: &str) -> Vec<String> {
    if !rest.starts_with('{') {
        return vec![head(rest)];
    }
    let list = &rest[1..source::closing(rest, 0) - 1];
    let mut depth = 0_usize;
    let mut start = 0;
    let mut found = Vec::new();
    for (at, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                found.push(head(&list[start..at]));
                start = at + 1;
            }
            _ => {}
        }
    }
    found.push(head(&list[start..]));
    found.retain(|room| !room.is_empty());
    found
}

fn head(path: &str) -> String {
    let name = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let path = path.trim_start();
    let room = name(path);
    match path[room.len()..].strip_prefix("::").map(name) {
        Some(second) if ["plaid", "simplefin"].contains(&room.as_str()) && second == "wire" => {
            format!("{room}::{second}")
        }
        _ => room,
    }
}

#[test]
fn braced_lists_are_read_by_their_heads() {
    assert_eq!(
        heads("{\n domain::{ids::A, money},\n secret::Secret, plaid::wire,\n}; x"),
        ["domain", "secret", "plaid::wire"]
    );
    assert_eq!(heads("vault::Unlocked;"), ["vault"]);
}
