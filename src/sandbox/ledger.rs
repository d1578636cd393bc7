//! The change log of one Item: what was added, changed and taken back, in the order in which it happened.
//!
//! Uses `seed` and `cursor`. Invariants: places in the log never move; a page read again from the same place gives the
//! same changes as long as nothing new happened.

use super::{
    cursor::Cursor,
    seed::{Row, bulk::Bulk},
};

#[derive(Debug)]
struct Entry {
    row: Row,
    /// Place where it was added.
    born: u64,
    /// Place of its latest change.
    last: u64,
    gone: bool,
}

#[derive(Debug, Clone, Copy)]
enum Change {
    Put(usize),
    Gone(usize),
}

/// One line of a page.
#[derive(Debug)]
pub(crate) enum Line {
    /// A bulk row, by number; it is computed when the page is written.
    Bulk(u64),
    /// A row the reader has not seen.
    Added(Row),
    /// A row the reader has seen, as it is now.
    Modified(Row),
    /// A row the reader has seen, taken back: its id and account.
    Removed(String, usize),
}

/// Some lines, and the place after them.
#[derive(Debug, Default)]
pub(crate) struct Page {
    pub(crate) lines: Vec<Line>,
    pub(crate) next: u64,
}

/// A bulk history first, if any, then everything that happened since.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    bulk: Option<Bulk>,
    entries: Vec<Entry>,
    log: Vec<Change>,
    /// How many places the first, quick update brings.
    pub(crate) initial: u64,
}

impl Ledger {
    /// A log that begins with a bulk history.
    pub(crate) fn bulk(bulk: Bulk) -> Self {
        Self { initial: bulk.younger_than(30), bulk: Some(bulk), ..Self::default() }
    }

    /// The bulk history, for writing its rows.
    pub(crate) fn bulk_rows(&self) -> Option<&Bulk> {
        self.bulk.as_ref()
    }

    fn offset(&self) -> u64 {
        self.bulk.as_ref().map_or(0, |bulk| bulk.count)
    }

    /// How many places there are.
    pub(crate) fn len(&self) -> u64 {
        self.offset() + u64::try_from(self.log.len()).unwrap_or(0)
    }

    /// Adds a row and gives its key.
    pub(crate) fn add(&mut self, row: Row) -> usize {
        let place = self.len();
        self.entries.push(Entry { row, born: place, last: place, gone: false });
        self.log.push(Change::Put(self.entries.len() - 1));
        self.entries.len() - 1
    }

    /// Changes a row in place.
    pub(crate) fn modify(&mut self, key: usize, change: impl FnOnce(&mut Row)) {
        let place = self.len();
        if let Some(entry) = self.entries.get_mut(key).filter(|entry| !entry.gone) {
            change(&mut entry.row);
            entry.last = place;
            self.log.push(Change::Put(key));
        }
    }

    /// Takes a row back.
    pub(crate) fn remove(&mut self, key: usize) {
        let place = self.len();
        if let Some(entry) = self.entries.get_mut(key).filter(|entry| !entry.gone) {
            (entry.gone, entry.last) = (true, place);
            self.log.push(Change::Gone(key));
        }
    }

    /// Takes back the newest posted row.
    pub(crate) fn take_back(&mut self) {
        let newest = self.rows().filter(|(_, row)| !row.pending).map(|(key, _)| key).last();
        if let Some(key) = newest {
            self.remove(key);
        }
    }

    /// Brings every posted row again that was taken back.
    pub(crate) fn give_back(&mut self) {
        for key in 0..self.entries.len() {
            let place = self.len();
            let entry = &mut self.entries[key];
            if entry.gone && !entry.row.pending {
                (entry.gone, entry.born, entry.last) = (false, place, place);
                self.log.push(Change::Put(key));
            }
        }
    }

    /// Enters all rows of an account anew, for readers that could not see it before.
    pub(crate) fn announce(&mut self, account: usize) {
        for key in 0..self.entries.len() {
            let place = self.len();
            let entry = &mut self.entries[key];
            if entry.row.account == account && !entry.gone {
                (entry.born, entry.last) = (place, place);
                self.log.push(Change::Put(key));
            }
        }
    }

    /// Gives the rows of an account other ids: readers get them as rows that they have not seen. They hear that the old ones were taken
    /// back, or never hear of them again.
    pub(crate) fn rename(&mut self, account: usize, taken_back: bool, mut id: impl FnMut() -> String) {
        let keys: Vec<usize> = self.rows().filter(|(_, row)| row.account == account).map(|(key, _)| key).collect();
        for key in keys {
            let row = Row { id: id(), ..self.entries[key].row.clone() };
            if taken_back {
                self.remove(key);
            } else {
                self.entries[key].gone = true;
                // No place in the log is that of its latest change any more.
                self.entries[key].last = u64::MAX;
            }
            self.add(row);
        }
    }

    /// Rows that stand now (without the bulk), with their keys.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (usize, &Row)> {
        self.entries.iter().enumerate().filter(|(_, entry)| !entry.gone).map(|(key, entry)| (key, &entry.row))
    }

    /// Up to `count` lines from the cursor's place, of one account or of those that `wanted` takes.
    pub(crate) fn page(&self, cursor: &Cursor, count: usize, wanted: impl Fn(usize) -> bool) -> Page {
        let mut page = Page { lines: Vec::new(), next: cursor.place };
        let offset = self.offset();
        while page.next < cursor.head {
            let line = match (&self.bulk, page.next.checked_sub(offset)) {
                (Some(_), None) => wanted(Bulk::account(page.next)).then_some(Line::Bulk(page.next)),
                (_, place) => self.line(place.unwrap_or(page.next), page.next, cursor.start, &wanted),
            };
            if line.is_some() && page.lines.len() == count {
                break;
            }
            page.lines.extend(line);
            page.next += 1;
        }
        page
    }

    fn line(&self, log: u64, place: u64, start: u64, wanted: impl Fn(usize) -> bool) -> Option<Line> {
        let change = *self.log.get(usize::try_from(log).ok()?)?;
        let (Change::Put(key) | Change::Gone(key)) = change;
        let entry = self.entries.get(key).filter(|entry| entry.last == place && wanted(entry.row.account))?;
        let seen = entry.born < start;
        match change {
            Change::Gone(_) => seen.then(|| Line::Removed(entry.row.id.clone(), entry.row.account)),
            Change::Put(_) if seen => Some(Line::Modified(entry.row.clone())),
            Change::Put(_) => Some(Line::Added(entry.row.clone())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::dates::Date,
        sandbox::{draw::Root, seed::merchants::RENT},
    };

    fn row(id: &str) -> Row {
        Row { id: id.to_owned(), ..Row::new(0, 1, Date::constant(2026, 1, 1), &RENT) }
    }

    fn read(ledger: &Ledger, start: u64, count: usize) -> Vec<String> {
        let mut cursor = Cursor { start, place: start, head: ledger.len(), nonce: 0 };
        let mut seen = Vec::new();
        while cursor.place < cursor.head {
            let page = ledger.page(&cursor, count, |_| true);
            assert!(page.lines.len() <= count && page.next > cursor.place);
            cursor.place = page.next;
            seen.extend(page.lines.into_iter().map(|line| match line {
                Line::Bulk(number) => format!("bulk {number}"),
                Line::Added(row) => format!("+{} {}", row.id, row.minor),
                Line::Modified(row) => format!("~{} {}", row.id, row.minor),
                Line::Removed(id, _) => format!("-{id}"),
            }));
        }
        seen
    }

    #[test]
    fn a_delta_depends_on_what_the_reader_has_seen() {
        let mut ledger = Ledger::default();
        let (a, b) = (ledger.add(row("a")), ledger.add(row("b")));
        let seen = ledger.len();
        ledger.modify(a, |row| row.minor = 2);
        ledger.remove(b);
        let c = ledger.add(row("c"));
        ledger.modify(c, |row| row.minor = 3);
        for count in 1..5 {
            assert_eq!(read(&ledger, 0, count), ["+a 2", "+c 3"]);
            assert_eq!(read(&ledger, seen, count), ["~a 2", "-b", "+c 3"]);
            assert_eq!(read(&ledger, ledger.len(), count), [""; 0]);
        }
    }

    #[test]
    fn renamed_rows_are_new_ones() {
        for (taken_back, expected) in [(false, &["+c 1"][..]), (true, &["-a", "+c 1"])] {
            let mut ledger = Ledger::default();
            ledger.add(row("a"));
            let seen = ledger.len();
            ledger.rename(0, taken_back, || "c".to_owned());
            ledger.rename(1, taken_back, || "d".to_owned());
            assert_eq!(read(&ledger, 0, 5), ["+c 1"]);
            assert_eq!(read(&ledger, seen, 5), expected);
        }
    }

    #[test]
    fn bulk_comes_first() {
        let bulk = Bulk::new(Root::new(1, &[]), Date::constant(2026, 1, 1), 3, 9);
        let mut ledger = Ledger::bulk(bulk);
        ledger.add(row("a"));
        assert_eq!(read(&ledger, 0, 2), ["bulk 0", "bulk 1", "bulk 2", "+a 1"]);
        assert_eq!(read(&ledger, 2, 2), ["bulk 2", "+a 1"]);
    }
}
