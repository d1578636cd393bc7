//! Secrets in memory: wiped on drop, never shown.
//!
//! Invariant: a `Secret` has no `Display`, no `Serialize`, and a `Debug` that says nothing.

use std::fmt;

use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing, zeroize_stack};

/// More stack than any of our uses of a key takes, in a build without optimisations too.
const STACK: usize = 64 * 1024;

/// Does work that needs a key and wipes the stack it used, where the libraries' moves of the key leave copies.
pub fn wiping_stack<T>(work: impl FnOnce() -> T) -> T {
    #[inline(never)]
    fn below<T>(work: impl FnOnce() -> T) -> T {
        work()
    }
    let result = below(work);
    zeroize_stack::<STACK>();
    result
}

/// A value that is wiped when dropped and never printed.
pub struct Secret<T: Zeroize>(Zeroizing<T>);

impl<T: Zeroize> Secret<T> {
    /// Takes charge of a value.
    pub fn new(value: T) -> Self {
        Self(Zeroizing::new(value))
    }

    /// Shows the value to code that needs it; keep the borrow short.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl Secret<String> {
    /// Takes bytes that came from a file, a descriptor or a program: UTF-8, without the line end that editors and
    /// `echo` add. Returns `None` if they are not text.
    pub fn from_line(bytes: &Secret<Vec<u8>>) -> Option<Self> {
        let text = std::str::from_utf8(bytes.expose()).ok()?;
        let line = text.strip_suffix('\n').map_or(text, |line| line.strip_suffix('\r').unwrap_or(line));
        Some(Self::new(line.to_owned()))
    }
}

impl<T: Zeroize + AsRef<[u8]>> Secret<T> {
    /// Compares without telling by its duration where the two differ.
    pub fn matches(&self, other: &Self) -> bool {
        self.0.as_ref().ct_eq(other.0.as_ref()).into()
    }
}

impl<T: Zeroize + Clone> Clone for Secret<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: Zeroize> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

impl<T: Zeroize> From<T> for Secret<T> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_nothing_and_drops_one_line_end() {
        let secret = Secret::from_line(&Secret::new(b"open sesame\r\n".to_vec())).unwrap();
        assert_eq!(secret.expose(), "open sesame");
        assert_eq!(format!("{secret:?}"), "[secret]");
        assert_eq!(Secret::from_line(&Secret::new(b" two \n\n".to_vec())).unwrap().expose(), " two \n");
        assert!(Secret::from_line(&Secret::new(vec![0xff])).is_none());
        assert!(secret.matches(&secret.clone()) && !secret.matches(&Secret::new("open".to_owned())));
    }
}
