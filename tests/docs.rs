//! The documents keep step with the code: dependencies, rooms and links.

use std::fs;

use crate::architecture::source::{read, root};

fn document(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

#[test]
fn every_direct_dependency_has_its_reason() {
    let manifest: toml_edit::DocumentMut = document("Cargo.toml").parse().unwrap();
    let reasons = document("CONTRIBUTING.md");
    let named: Vec<&str> = reasons.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    let of_one_system = manifest["target"].as_table().into_iter().flat_map(toml_edit::Table::iter);
    let of_one_system = of_one_system.filter_map(|(_, target)| target.get("dependencies")?.as_table());
    let used: Vec<&str> = ["dependencies", "dev-dependencies", "build-dependencies"]
        .iter()
        .filter_map(|section| manifest.get(section)?.as_table())
        .chain(of_one_system)
        .flat_map(|section| section.iter().map(|(name, _)| name))
        .filter(|name| *name != "bursar")
        .collect();
    let missing: Vec<_> = used.iter().filter(|name| !named.contains(name)).collect();
    let stale: Vec<_> = named.iter().filter(|name| !used.contains(name)).collect();
    assert!(missing.is_empty(), "CONTRIBUTING.md gives no reason for {missing:?}");
    assert!(stale.is_empty(), "CONTRIBUTING.md speaks of {stale:?}, which Cargo.toml does not have");
}

#[test]
fn every_claim_of_security_has_its_test() {
    let named = claims("SECURITY.md");
    assert!(named.len() > 30, "the table is gone");
}

#[test]
fn every_complaint_has_its_test_and_every_test_its_complaint() {
    let named = claims("docs/plaid.md");
    let source = document("tests/complaints.rs");
    let tests = source.split("#[test]\nfn ").skip(1).filter_map(|rest| rest.split_once('(')).map(|(name, _)| name);
    let tests: Vec<(String, String)> = tests.map(|name| ("tests/complaints.rs".to_owned(), name.to_owned())).collect();
    assert_eq!(named, tests, "the table has the tests, in their order");
    assert!(tests.len() >= 13);
}

/// The tests that a document names, each of which is there.
fn claims(page: &str) -> Vec<(String, String)> {
    let text = document(page);
    let words = text.split('`').filter(|word| word.starts_with("tests/"));
    let named: Vec<(String, String)> =
        words.filter_map(|word| word.split_once("::")).map(|(file, test)| (file.to_owned(), test.to_owned())).collect();
    for (file, test) in &named {
        let source = fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        let is_test = source.split("#[test]\n").skip(1).any(|rest| {
            let function = rest.lines().find(|line| line.starts_with("fn "));
            function.is_some_and(|line| line.starts_with(&format!("fn {test}(")))
        });
        assert!(is_test, "{page} speaks of {file}::{test}, which is not there");
    }
    named
}

#[test]
fn every_room_is_on_the_map() {
    let map = document("docs/architecture.md");
    let missing: Vec<String> = read("src")
        .iter()
        .map(|file| file.room().to_owned())
        .filter(|room| room != "lib" && !map.contains(room.as_str()))
        .collect();
    assert!(missing.is_empty(), "docs/architecture.md does not show {missing:?}");
}

#[test]
fn links_between_documents_lead_somewhere() {
    let mut broken = Vec::new();
    let pages = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"].map(str::to_owned);
    let docs = fs::read_dir(root().join("docs")).unwrap().map(|entry| {
        let name = entry.unwrap().file_name();
        format!("docs/{}", name.to_string_lossy())
    });
    for page in pages.into_iter().chain(docs).filter(|page| root().join(page).is_file()) {
        let folder = root().join(&page).parent().unwrap().to_owned();
        for target in document(&page).split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next()) {
            if !target.is_empty() && !target.contains("://") && !folder.join(target).exists() {
                broken.push(format!("{page}: {target}"));
            }
        }
    }
    assert!(broken.is_empty(), "links that lead nowhere:\n  {}", broken.join("\n  "));
}
