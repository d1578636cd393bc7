//! Nothing above the trait of the bank side knows whose connection it handles.

use super::{hold, source};

/// Paths and constants that say who a provider is.
const NAMES: [&str; 5] = ["plaid::", "simplefin::", "PLAID", "SIMPLEFIN", "Source::SimpleFin"];
/// The words of the book, as they would stand in code or SQL.
const WORDS: [&str; 4] = ["\"plaid\"", "\"simplefin\"", "'plaid'", "'simplefin'"];

/// Who may name a provider, and why.
const MAY_NAME: &[(&str, &str)] = &[
    ("src/plaid/", "it is the provider"),
    ("src/simplefin/", "it is the provider"),
    ("src/sandbox/", "it plays them"),
    ("src/fuzz.rs", "it feeds their readers"),
    ("src/domain/provider.rs", "the table that everyone else asks"),
    ("src/domain/views/transactions.rs", "the words for where a row and its category come from"),
    ("src/store/encode.rs", "the numbers for where a row comes from"),
    ("src/ops/provider/", "behind the trait"),
    ("src/ops/link/", "each is linked in its own way; what comes of it is one `Made`"),
    ("src/commands/link/", "the same, on the command line"),
    ("src/commands/bank.rs", "it takes Plaid's client to whoever opens the providers"),
    ("src/context/", "it makes Plaid's client from Plaid's keys"),
    ("src/error/from/bank.rs", "it puts each one's errors into words"),
    ("src/settings/", "the section of Plaid's settings"),
    ("src/commands/config/", "the settings of Plaid's keys"),
    ("src/commands/init.rs", "a vault belongs to one of Plaid's environments"),
    ("src/commands/doctor/", "it tries Plaid's keys, and its clock"),
    ("src/commands/connections/health.rs", "Plaid's own measure of a bank"),
    ("src/commands/incident/by_hand.rs", "the dashboard where Plaid's secret is replaced"),
];

#[test]
fn nothing_above_the_trait_knows_which_provider_it_was() {
    let files = source::read("src");
    let mut broken = Vec::new();
    for file in files.iter().filter(|file| MAY_NAME.iter().all(|(path, _)| !file.path.starts_with(path))) {
        let named = NAMES.iter().flat_map(|name| file.lines_with(name));
        broken.extend(named.map(|line| format!("{}:{line}", file.path)));
        let tested = file.text.find("#[cfg(test)]").unwrap_or(file.text.len());
        let is_test = file.module().contains(&"tests") || file.module().contains(&"testing");
        let lines = file.text[..tested].lines().enumerate().filter(|_| !is_test);
        let spelled = lines
            .filter(|(_, line)| !line.trim_start().starts_with("//") && WORDS.iter().any(|word| line.contains(word)));
        broken.extend(spelled.map(|(number, _)| format!("{}:{}", file.path, number + 1)));
    }
    hold(
        "Providers: what handles a linked connection asks `domain::provider::manner` or the trait, never for a name.",
        &broken,
    );
    for (path, why) in MAY_NAME {
        assert!(files.iter().any(|file| file.path.starts_with(path)), "{path} ({why}) is not there any more");
    }
}
