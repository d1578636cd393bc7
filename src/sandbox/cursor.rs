//! Cursors of `/transactions/sync`: opaque outside, a place in one Item's change log inside.
//!
//! Invariant: a cursor is refused by every stream but the one that gave it out.

use base64::{Engine as _, engine::general_purpose::STANDARD};

/// A place in a change log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Cursor {
    /// Where this run of pages began.
    pub(crate) start: u64,
    /// Where the next page begins.
    pub(crate) place: u64,
    /// Length of the log when the run began; the run ends there.
    pub(crate) head: u64,
    /// Tells otherwise equal cursors apart.
    pub(crate) nonce: u64,
}

/// Which stream a cursor belongs to: an Item, or one account of it.
pub(crate) type Stream = [u8; 8];

impl Cursor {
    /// Text for the stream, 56 characters of base64.
    pub(crate) fn encode(&self, stream: Stream) -> String {
        let mut bytes = Vec::with_capacity(40);
        for number in [self.start, self.place, self.head, self.nonce] {
            bytes.extend(number.to_le_bytes());
        }
        bytes.extend(stream);
        STANDARD.encode(bytes)
    }

    /// The cursor of a text, if this stream gave it out.
    pub(crate) fn decode(text: &str, stream: Stream) -> Option<Self> {
        let bytes = STANDARD.decode(text).ok()?;
        let numbers = bytes.strip_suffix(&stream)?;
        let (numbers, rest) = numbers.as_chunks::<8>();
        let &[start, place, head, nonce] = numbers else { return None };
        let number = u64::from_le_bytes;
        rest.is_empty().then(|| Self {
            start: number(start),
            place: number(place),
            head: number(head),
            nonce: number(nonce),
        })
    }

    /// Whether it stands between two pages of one run.
    pub(crate) fn is_midway(&self) -> bool {
        self.place > self.start && self.place < self.head
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_own_stream_takes_it() {
        let cursor = Cursor { start: 1, place: 2, head: 3, nonce: 4 };
        let text = cursor.encode(*b"stream-a");
        assert_eq!(Cursor::decode(&text, *b"stream-a"), Some(cursor));
        assert_eq!(Cursor::decode(&text, *b"stream-b"), None);
        assert_eq!(Cursor::decode("nonsense", *b"stream-a"), None);
        assert!(text.len() <= 256);
    }
}
