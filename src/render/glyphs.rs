//! Bars and sparklines, in block elements or in ASCII.
//!
//! Invariant: nothing is longer than its room; only what is nothing has no length.

const EIGHTHS: [char; 7] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉'];
const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const PLAIN_LEVELS: [char; 8] = ['_', '.', '-', '~', '=', '+', '*', '#'];

/// A bar of `part` ten-thousandths of `room` columns.
pub(super) fn bar(part: u32, room: usize, unicode: bool) -> String {
    let steps = if unicode { 8 } else { 1 };
    let full = room.saturating_mul(steps);
    let length = (usize::try_from(part.min(10_000)).unwrap_or(0) * full).div_ceil(10_000);
    let (whole, rest) = (length / steps, length % steps);
    let mut bar = if unicode { "█" } else { "#" }.repeat(whole);
    bar.extend(rest.checked_sub(1).and_then(|eighth| EIGHTHS.get(eighth)));
    bar
}

/// The last `room` values as small bars between the smallest and the largest of them; all on one level when they are equal.
pub(super) fn spark(values: &[i64], room: usize, unicode: bool) -> String {
    let levels = if unicode { LEVELS } else { PLAIN_LEVELS };
    let shown = &values[values.len().saturating_sub(room)..];
    let (Some(low), Some(high)) = (shown.iter().min(), shown.iter().max()) else {
        return String::new();
    };
    let range = i128::from(*high) - i128::from(*low);
    let level = |value: &i64| {
        let above = i128::from(*value) - i128::from(*low);
        let index = if range == 0 { 3 } else { (above * 7 + range / 2) / range };
        usize::try_from(index).ok().and_then(|index| levels.get(index)).copied().unwrap_or(levels[0])
    };
    shown.iter().map(level).collect()
}
