//! docs/plaid.md says of each error code what the client does.

use bursar::plaid::{BY_TYPE, TABLE};

#[test]
fn the_table_of_codes_is_the_clients_own() {
    let docs = include_str!("../../docs/plaid.md");
    let table = |name: &str, rows: &[(&str, bursar::plaid::Action)]| {
        let rows: Vec<String> =
            rows.iter().map(|(code, action)| format!("| `{code}` | {} |\n", action.meaning())).collect();
        format!("<!-- {name} -->\n| {name} | what bursar does |\n|---|---|\n{}<!-- end -->\n", rows.concat())
    };
    for expected in [table("error_code", TABLE), table("error_type", BY_TYPE)] {
        assert!(docs.contains(&expected), "docs/plaid.md does not hold this table as it is now:\n{expected}");
    }
}
