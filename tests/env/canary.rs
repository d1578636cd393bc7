//! The search for secrets in everything that a test made the binary say and write.

use std::{fs, path::Path};

use super::Output;

/// Beginnings of tokens that must never leave the process in clear.
const TOKENS: [&str; 2] = ["access-sandbox-", "public-sandbox-"];

/// What must not come out, and what came out.
pub(super) struct Canary {
    secrets: Vec<String>,
    outputs: Vec<String>,
}

impl Canary {
    pub(super) fn new(passphrase: &str) -> Self {
        Self { secrets: TOKENS.into_iter().chain([passphrase]).map(str::to_owned).collect(), outputs: Vec::new() }
    }

    pub(super) fn guard(&mut self, secret: &str) {
        self.secrets.push(secret.to_owned());
    }

    pub(super) fn saw(&mut self, output: &Output) {
        self.outputs.push(output.to_string());
    }

    /// Every place below `root` and every output where a secret stands, in plain, in hex or in base64; `except` is the
    /// folder in which the test itself put them.
    pub(super) fn search(&self, root: &Path, except: &Path) -> Vec<String> {
        let wanted = Wanted::new(&self.secrets);
        let mut found: Vec<String> = self
            .outputs
            .iter()
            .filter_map(|output| wanted.first_in(output.as_bytes()).map(|secret| format!("`{secret}` in\n{output}")))
            .collect();
        search_files(root, except, &wanted, &mut found);
        found
    }
}

/// All forms of all secrets, searched for in one pass.
struct Wanted<'a> {
    forms: Vec<(&'a str, Vec<u8>)>,
    begins: [bool; 256],
}

impl<'a> Wanted<'a> {
    fn new(secrets: &'a [String]) -> Self {
        let forms: Vec<_> = secrets
            .iter()
            .flat_map(|secret| forms(secret.as_bytes()).into_iter().map(|form| (&**secret, form)))
            .collect();
        let mut begins = [false; 256];
        for (_, form) in &forms {
            begins[usize::from(form[0])] = true;
        }
        Self { forms, begins }
    }

    fn first_in(&self, bytes: &[u8]) -> Option<&'a str> {
        bytes
            .iter()
            .enumerate()
            .filter(|(_, byte)| self.begins[usize::from(**byte)])
            .find_map(|(at, _)| self.forms.iter().find(|(_, form)| bytes[at..].starts_with(form)))
            .map(|(secret, _)| *secret)
    }
}

/// A secret as it is, in hex, and in base64 at each of the three alignments (without the border characters).
fn forms(secret: &[u8]) -> Vec<Vec<u8>> {
    use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
    let hex = secret.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    let mut forms = vec![secret.to_vec(), hex.into_bytes()];
    for shift in 0..3 {
        let padded = [&vec![0; shift], secret].concat();
        let text = STANDARD_NO_PAD.encode(padded);
        forms.push(text.as_bytes()[if shift == 0 { 0 } else { 4 }..text.len() - 2].to_vec());
    }
    forms
}

fn search_files(folder: &Path, except: &Path, wanted: &Wanted<'_>, found: &mut Vec<String>) {
    if folder == except {
        return;
    }
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        let Ok(kind) = fs::symlink_metadata(&path) else { continue };
        if kind.is_dir() {
            search_files(&path, except, wanted, found);
        } else if kind.is_file()
            && let Some(secret) = fs::read(&path).ok().and_then(|bytes| wanted.first_in(&bytes))
        {
            found.push(format!("`{secret}` in {}", path.display()));
        }
    }
}

#[test]
fn a_secret_is_found_in_every_disguise() {
    let root = tempfile::tempdir().unwrap();
    let mut canary = Canary::new("hunter2-hunter2");
    canary.saw(&Output { status: 0, stdout: "the word is hunter2-hunter2\n".into(), stderr: String::new() });
    fs::create_dir(root.path().join("deep")).unwrap();
    fs::write(root.path().join("deep/plain"), b"\0\0hunter2-hunter2\0").unwrap();
    fs::write(root.path().join("hex"), "68756e746572322d68756e74657232").unwrap();
    fs::write(root.path().join("base64"), "eHh4aHVudGVyMi1odW50ZXIyeA").unwrap();
    fs::create_dir(root.path().join("secrets")).unwrap();
    fs::write(root.path().join("secrets/own"), "hunter2-hunter2").unwrap();
    let found = canary.search(root.path(), &root.path().join("secrets"));
    assert_eq!(found.len(), 4, "{found:#?}");
}
