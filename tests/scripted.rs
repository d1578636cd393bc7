//! The scripted path of the documentation, word for word.

use std::fs;

use crate::env::TestEnv;

const SCRIPT: &str = r#"
set -eu -o pipefail
export BURSAR_VAULT="$HOME/scripted" BURSAR_PASSPHRASE_FILE
bursar sandbox serve --port 0 --seed 7 --transactions 5000 > bank.json 2> /dev/null &
trap 'kill $!' EXIT
until [ -s bank.json ]; do sleep 0.05; done
export BURSAR_PLAID_BASE_URL="$(jq -r .base_url bank.json)"
export PLAID_CLIENT_ID="$(jq -r .client_id bank.json)"
export PLAID_SECRET="$(jq -r .secret bank.json)"
rm bank.json
bursar init --env sandbox --no-recovery --yes --no-input > init.txt
bursar link --institution ins_109508 --yes --json > link.json
bursar sync --json | jq -e '.connections[0].outcome == "ok"'
bursar accounts --json | jq -r '.items[] | [.name, .balance.current.amount] | @tsv'
bursar transactions 'cat:food' -p lastmonth --json | jq -e '.total == (.items | length) and .total > 0'
bursar report spending --monthly --by category --json | jq -e '.rows | length > 3'
bursar transactions --json | jq .total
bursar transactions --json --limit 1 | jq .total
"#;

#[test]
fn the_documented_script_runs_to_its_end() {
    let env = TestEnv::new();
    let script = env.path("home/path.sh");
    fs::write(&script, SCRIPT).unwrap();
    let output = env.run_command(env.shell(&script));
    assert_eq!(output.status, 0, "{output}");
    assert!(output.stdout.contains("Plaid Checking\t"), "{output}");
    let lines: Vec<&str> = output.stdout.lines().collect();
    assert_eq!(lines.iter().filter(|line| **line == "true").count(), 3, "{output}");
    assert!(lines[lines.len() - 2..].iter().all(|line| line.parse::<u64>().unwrap() >= 5000), "{output}");
}
