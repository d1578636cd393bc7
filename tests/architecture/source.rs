//! Source files as text, and the same text with comments, strings and test modules blanked out.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// One file of the repository.
pub(crate) struct Source {
    /// Path below the repository, with forward slashes (`src/vault/slots.rs`).
    pub(crate) path: String,
    /// The text as it is.
    pub(crate) text: String,
    /// The text without comments, literals and `#[cfg(test)]` modules; line breaks stay, so lines keep their numbers.
    pub(crate) code: String,
}

impl Source {
    /// The room: first folder or file name below `src` (`vault`, `fsx`).
    pub(crate) fn room(&self) -> &str {
        let below = self.path.trim_start_matches("src/");
        below.split('/').next().unwrap_or(below).trim_end_matches(".rs")
    }

    /// The module path within the crate (`["vault", "slots"]`).
    pub(crate) fn module(&self) -> Vec<&str> {
        let below = self.path.trim_start_matches("src/").trim_end_matches(".rs");
        below.split('/').filter(|part| *part != "mod" && *part != "lib" && *part != "main").collect()
    }

    /// Where the words stand in the code as whole words: line numbers from 1.
    pub(crate) fn lines_with(&self, word: &str) -> Vec<usize> {
        positions(&self.code, word).into_iter().map(|at| self.line(at)).collect()
    }

    /// The line number of a byte offset.
    pub(crate) fn line(&self, at: usize) -> usize {
        self.code[..at].matches('\n').count() + 1
    }
}

/// The root of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file below a folder of the repository, sorted.
pub(crate) fn read(folder: &str) -> Vec<Source> {
    let mut paths = Vec::new();
    walk(&root().join(folder), &mut paths);
    paths.sort();
    paths
        .into_iter()
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            let below = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
            let mut code = blank_literals(&text);
            blank_test_modules(&mut code);
            if below.ends_with("/tests.rs") {
                code = code.chars().filter(|c| *c == '\n').collect();
            }
            Source { path: below, text, code }
        })
        .collect()
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            walk(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Byte offsets of a text that begins and ends at word borders.
pub(crate) fn positions(code: &str, word: &str) -> Vec<usize> {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let bytes = code.as_bytes();
    code.match_indices(word)
        .map(|(at, _)| at)
        .filter(|&at| at == 0 || !is_word(bytes[at - 1]) || !is_word(word.as_bytes()[0]))
        .filter(|&at| {
            let end = at + word.len();
            end == bytes.len() || !is_word(bytes[end]) || !is_word(bytes[end - 1])
        })
        .collect()
}

/// Replaces comments and the inside of literals by spaces.
fn blank_literals(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let end = match bytes[at] {
            b'/' if bytes[at..].starts_with(b"//") => find(bytes, at, b"\n"),
            b'/' if bytes[at..].starts_with(b"/*") => find(bytes, at, b"*/") + 2,
            b'"' => end_of_string(bytes, at),
            b'r' if raw_quote(bytes, at).is_some() => {
                let hashes = raw_quote(bytes, at).unwrap();
                let close = [b"\"".as_slice(), &b"#".repeat(hashes)].concat();
                find(bytes, at + hashes + 2, &close) + close.len()
            }
            b'\'' => end_of_char(bytes, at),
            _ => at + 1,
        };
        let end = end.min(bytes.len());
        if end > at + 1 {
            for byte in &mut out[at..end] {
                if *byte != b'\n' {
                    *byte = b' ';
                }
            }
        }
        at = end.max(at + 1);
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn find(bytes: &[u8], from: usize, what: &[u8]) -> usize {
    let from = from.min(bytes.len());
    bytes[from..].windows(what.len()).position(|window| window == what).map_or(bytes.len(), |found| from + found)
}

fn end_of_string(bytes: &[u8], open: usize) -> usize {
    let mut at = open + 1;
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    at + 1
}

/// The number of hashes when a raw string starts here.
fn raw_quote(bytes: &[u8], at: usize) -> Option<usize> {
    let inside_word =
        at > 0 && (bytes[at - 1].is_ascii_alphanumeric() && bytes[at - 1] != b'b' || bytes[at - 1] == b'_');
    let hashes = bytes[at + 1..].iter().take_while(|byte| **byte == b'#').count();
    (!inside_word && bytes.get(at + 1 + hashes) == Some(&b'"')).then_some(hashes)
}

/// The end of a character literal, or of the quote alone when it is a lifetime.
fn end_of_char(bytes: &[u8], open: usize) -> usize {
    if bytes.get(open + 1) == Some(&b'\\') {
        return find(bytes, open + 3, b"'") + 1;
    }
    let close = find(bytes, open + 1, b"'");
    if close <= open + 5 && std::str::from_utf8(&bytes[open + 1..close]).is_ok_and(|inner| inner.chars().count() == 1) {
        close + 1
    } else {
        open + 1
    }
}

/// Blanks every `#[cfg(test)] mod … { … }`.
fn blank_test_modules(code: &mut String) {
    while let Some(start) = code.find("#[cfg(test)]\nmod ") {
        let open = code[start..].find(['{', ';']).map_or(code.len(), |found| start + found);
        let end = if code[open..].starts_with('{') { closing(code, open) } else { open + 1 };
        let blank: String = code[start..end].chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect();
        code.replace_range(start..end, &blank);
    }
}

/// The offset after the brace that closes the one at `open`.
pub(crate) fn closing(code: &str, open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, c) in code[open..].char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 1 => return open + at + 1,
            '}' => depth -= 1,
            _ => {}
        }
    }
    code.len()
}

#[test]
fn comments_literals_and_test_modules_do_not_count_as_code() {
    let text = "fn a<'x>(s: &'x str) { b('\"', \"crate::no\", r#\"\"crate::no\"#); } // crate::no\n/* crate::no */ crate::yes();\n\
                #[cfg(test)]\nmod tests {\n    crate::no();\n}\n";
    let mut code = blank_literals(text);
    blank_test_modules(&mut code);
    assert!(positions(&code, "crate::no").is_empty(), "{code}");
    assert_eq!(positions(&code, "crate::yes").len(), 1, "{code}");
    assert_eq!(code.matches('\n').count(), text.matches('\n').count());
}
