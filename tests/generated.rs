//! Man pages and completion scripts in the repository are what `bursar generate` writes now.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use crate::{architecture::source::root, env::TestEnv};

fn content(below: &Path) -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    for folder in ["man", "completions"] {
        for entry in fs::read_dir(below.join(folder)).into_iter().flatten() {
            let path = entry.unwrap().path();
            found.insert(path.strip_prefix(below).unwrap().to_owned(), fs::read_to_string(&path).unwrap());
        }
    }
    found
}

#[test]
fn man_pages_and_completions_are_fresh() {
    let env = TestEnv::new();
    env.ok(&["generate", env.path("fresh").to_str().unwrap()]);
    let (fresh, kept) = (content(&env.path("fresh")), content(root()));
    assert!(fresh.len() > 30, "{:?}", fresh.keys());
    let different: Vec<&PathBuf> =
        fresh.keys().chain(kept.keys()).filter(|name| fresh.get(*name) != kept.get(*name)).collect();
    assert!(
        different.is_empty(),
        "not what bursar generates now: {different:?}\nrefresh them: rm -r man completions && cargo run -- generate ."
    );
}

#[test]
fn every_command_has_a_page_that_ends_with_its_exit_codes() {
    let env = TestEnv::new();
    let pages = content(root());
    let help = env.ok(&["--help"]).stdout;
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    for line in listed {
        let page = PathBuf::from(format!("man/bursar-{}.1", line.split_whitespace().next().unwrap()));
        let text = pages.get(&page).unwrap_or_else(|| panic!("no {}", page.display()));
        assert!(text.contains("EXIT STATUS") && text.contains("bursar 0.1.0"), "{}", page.display());
        assert!(!text.contains("GLOBAL OPTIONS"), "the global options stand on bursar(1)");
    }
    assert!(pages[Path::new("man/bursar.1")].contains("GLOBAL OPTIONS"));
}

#[test]
fn every_command_shows_an_example() {
    let env = TestEnv::new();
    let mut without = Vec::new();
    for page in content(root()).keys().filter_map(|path| path.to_str()?.strip_prefix("man/bursar-")?.strip_suffix(".1"))
    {
        // A dash of the page's name is a space of the command line (`vault-check`) or its own (`sandbox-reset-login`,
        // `keys-add-key-file`).
        let readings =
            [page.split('-').collect::<Vec<_>>(), page.splitn(2, '-').collect(), page.splitn(3, '-').collect()];
        let help = readings.iter().find_map(|words| {
            let output = env.run(&[words.as_slice(), &["--help"]].concat());
            (output.status == 0).then_some(output.stdout)
        });
        let help = help.unwrap_or_else(|| panic!("man/bursar-{page}.1 belongs to no command"));
        if !help.contains("Examples:") && !help.contains("Commands:") {
            without.push(page.to_owned());
        }
    }
    assert!(without.is_empty(), "no examples in the help of {without:?}");
}
