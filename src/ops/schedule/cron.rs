//! A marked block in the user's crontab; every other line stays as it is.

use super::{Opening, Order, ScheduleError, mark, mark::State};

/// The block, from its first to its last line.
pub(super) fn block(order: &Order) -> Result<String, ScheduleError> {
    if matches!(order.opening, Opening::Credential(_)) {
        return Err(ScheduleError::Credential);
    }
    let words = std::iter::once(order.program.display().to_string()).chain(order.words(true));
    let words: Vec<String> = words.chain(["--quiet".to_owned()]).collect();
    if let Some(word) = words.iter().find(|word| word.contains(char::is_control)) {
        let path = word.clone();
        return Err(ScheduleError::Unwritable { path, scheduler: "cron", what: "a control character" });
    }
    // cron makes line breaks of % before the shell sees the line.
    let line = shell_words::join(words).replace('%', "\\%");
    let hours: Vec<String> = order.every.hours().map(|hour| hour.to_string()).collect();
    // cron mails what is printed: only warnings and errors, which go to stderr, are worth a mail.
    let inner = mark::marked(&format!("0 {} * * * {line} >/dev/null\n", hours.join(",")));
    let (begin, end) = borders(&order.name);
    Ok(format!("{begin}\n{inner}{end}\n"))
}

fn borders(name: &str) -> (String, String) {
    (format!("# BEGIN {name}"), format!("# END {name}"))
}

/// The crontab cut at a block: what is before, the block, what is after.
fn cut<'a>(table: &'a str, name: &str) -> Result<Option<(&'a str, &'a str, &'a str)>, ScheduleError> {
    let (begin, end) = borders(name);
    let mut at = 0;
    let mut start = None;
    for line in table.split_inclusive('\n') {
        let next = at + line.len();
        match (line.trim_end(), start) {
            (text, None) if text == begin => start = Some(at),
            (text, Some(from)) if text == end => return Ok(Some((&table[..from], &table[from..next], &table[next..]))),
            _ => {}
        }
        at = next;
    }
    if start.is_some() { Err(ScheduleError::OpenBlock) } else { Ok(None) }
}

/// Whether the block is there and as it was written.
pub(super) fn state(table: &str, name: &str) -> Result<Option<State>, ScheduleError> {
    let Some((_, block, _)) = cut(table, name)? else { return Ok(None) };
    let mut lines: Vec<&str> = block.split_inclusive('\n').collect();
    lines.remove(0);
    lines.pop();
    Ok(Some(mark::state(&lines.concat()).unwrap_or(State::Edited)))
}

/// The crontab with this block in place of the old one, or at its end.
pub(super) fn with(table: &str, name: &str, block: &str) -> Result<String, ScheduleError> {
    Ok(match cut(table, name)? {
        Some((before, _, after)) => format!("{before}{block}{after}"),
        None if table.is_empty() || table.ends_with('\n') => format!("{table}{block}"),
        None => format!("{table}\n{block}"),
    })
}

/// The crontab without the block.
pub(super) fn without(table: &str, name: &str) -> Result<String, ScheduleError> {
    Ok(cut(table, name)?.map_or_else(|| table.to_owned(), |(before, _, after)| format!("{before}{after}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_lines_stay_and_the_block_comes_once() {
        let block = "# BEGIN b\n0 6 * * * x\n# END b\n";
        for table in ["", "# mine\n1 2 * * * y\n", "# BEGIN other\n# END other\n"] {
            let one = with(table, "b", block).unwrap();
            assert_eq!(with(&one, "b", block).unwrap(), one);
            assert_eq!(without(&one, "b").unwrap(), table);
        }
        let around = format!("a\n{block}z\n");
        assert_eq!(with(&around, "b", "new\n").unwrap(), "a\nnew\nz\n");
        assert_eq!(with("a", "b", block).unwrap(), format!("a\n{block}"));
        assert!(matches!(with("# BEGIN b\nx\n", "b", block), Err(ScheduleError::OpenBlock)));
        assert_eq!(state(&around, "b").unwrap(), Some(State::Edited), "without a mark it was edited");
        assert_eq!(state("", "b").unwrap(), None);
    }
}
