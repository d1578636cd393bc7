//! The whole conversation of a connection's life, judged by Plaid's own definition. Judge and definition are not part of this
//! repository: the test takes them from the shared folder beside it, if there is one, and says so if not.

use std::{
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use super::life::{start, whole_life};

fn shared() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let found = ["../shared", "../../shared"].iter().map(|up| root.join(up));
    found.into_iter().find(|path| path.join("tools/validate_proxy.py").is_file())
}

fn python_is_able() -> bool {
    let imports = Command::new("python3").args(["-c", "import yaml, jsonschema"]).stderr(Stdio::null()).status();
    imports.is_ok_and(|status| status.success())
}

/// The judge between client and sandbox, ended when dropped.
struct Judge {
    child: Child,
    base_url: String,
}

impl Drop for Judge {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Judge {
    fn start(shared: &Path, upstream: &str) -> Self {
        let mut child = Command::new("python3")
            .arg(shared.join("tools/validate_proxy.py"))
            .arg(shared.join("spec/plaid/openapi-subset.yml"))
            .args([upstream, "--port", "0", "--judge", "client"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let base_url = line.split(' ').nth(1).unwrap_or_else(|| panic!("the judge said {line:?}")).to_owned();
        Self { child, base_url }
    }

    /// Lets it finish, and returns what it says.
    fn verdict(mut self) -> String {
        let id = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &id]).status().unwrap();
        let lines = BufReader::new(self.child.stdout.take().unwrap()).lines();
        lines.map_while(Result::ok).collect::<Vec<_>>().join("\n")
    }
}

#[test]
fn plaids_definition_has_nothing_to_say_against_what_is_sent() {
    let Some(shared) = shared() else {
        println!("skipped: there is no ../shared/tools/validate_proxy.py beside this checkout");
        return;
    };
    if !python_is_able() {
        println!("skipped: python3 with yaml and jsonschema is not installed");
        return;
    }
    let sandbox = start();
    let judge = Judge::start(&shared, &sandbox.base_url);
    whole_life(&sandbox, &judge.base_url.clone());
    let verdict = judge.verdict();
    assert!(verdict.ends_with(" 0 failed"), "{verdict}");
    println!("{verdict}");
}
