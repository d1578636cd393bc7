//! Fitting columns into the width of a screen.
//!
//! Invariant: what is kept fits, unless a single column is too wide by itself; the least important goes first.

/// What one column needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Need {
    /// Columns of the screen it would like.
    pub(super) natural: usize,
    /// Columns of the screen it should have as long as others can go.
    pub(super) least: usize,
    /// Columns of the screen it cannot do without.
    pub(super) scant: usize,
    /// The highest goes first; 0 stays.
    pub(super) priority: u8,
}

/// The columns to keep, with their widths.
pub(super) fn fit(needs: &[Need], gap: usize, width: Option<usize>) -> Vec<(usize, usize)> {
    let mut kept: Vec<usize> = (0..needs.len()).collect();
    let Some(width) = width else {
        return kept.into_iter().map(|index| (index, needs[index].natural)).collect();
    };
    let gaps = |count: usize| gap * count.saturating_sub(1);
    while kept.iter().map(|index| needs[*index].least).sum::<usize>() + gaps(kept.len()) > width {
        let Some(first) = kept.iter().copied().filter(|index| needs[*index].priority > 0).min_by_key(|index| {
            // Of equals the leftmost goes: among the columns of a report that is the oldest.
            (std::cmp::Reverse(needs[*index].priority), *index)
        }) else {
            break;
        };
        kept.retain(|index| *index != first);
    }
    let mut widths: Vec<(usize, usize)> = kept.iter().map(|index| (*index, needs[*index].natural)).collect();
    let mut over = (widths.iter().map(|(_, width)| width).sum::<usize>() + gaps(kept.len())).saturating_sub(width);
    for floor in [|need: &Need| need.least, |need: &Need| need.scant] {
        while over > 0 {
            let wider = widths.iter_mut().filter(|(index, width)| *width > floor(&needs[*index]));
            let Some((_, width)) = wider.max_by_key(|(_, width)| *width) else { break };
            *width -= 1;
            over -= 1;
        }
    }
    widths
}

#[cfg(test)]
mod tests {
    use super::*;

    fn need(natural: usize, least: usize, priority: u8) -> Need {
        Need { natural, least, scant: least.min(6), priority }
    }

    #[test]
    fn without_a_width_everything_has_its_own() {
        assert_eq!(fit(&[need(100, 5, 1), need(9, 9, 0)], 2, None), [(0, 100), (1, 9)]);
    }

    #[test]
    fn the_widest_shrinks_before_anything_goes() {
        assert_eq!(fit(&[need(30, 8, 0), need(20, 8, 1), need(10, 10, 0)], 2, Some(44)), [(0, 15), (1, 15), (2, 10)]);
    }

    #[test]
    fn the_least_important_goes_first_and_the_oldest_of_equals() {
        let needs = [need(10, 10, 0), need(10, 10, 2), need(10, 10, 2), need(10, 10, 1), need(10, 10, 0)];
        assert_eq!(fit(&needs, 2, Some(46)), [(0, 10), (2, 10), (3, 10), (4, 10)]);
        assert_eq!(fit(&needs, 2, Some(20)), [(0, 9), (4, 9)], "what never goes is cut");
        assert_eq!(fit(&needs, 2, Some(5)), [(0, 6), (4, 6)], "but not to nothing");
    }
}
