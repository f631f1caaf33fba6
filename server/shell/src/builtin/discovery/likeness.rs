//! How like two names are, for `Get-Command -UseFuzzyMatching` and for what a mistyped name may have meant.

/// Names that are further apart are not like each other, unless -FuzzyMinimumDistance says otherwise.
pub(super) const FUZZY_DISTANCE: usize = 5;

/// The steps from one name to the other (`FuzzyMatcher.GetDamerauLevenshteinDistance`): a character put in, left out,
/// exchanged, or swapped with its neighbour; case does not count.
pub(crate) fn distance(left: &str, right: &str) -> usize {
    let units = |text: &str| -> Vec<u16> { text.to_uppercase().encode_utf16().collect() };
    let (left, right) = (units(left), units(right));
    let mut older: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=right.len()).collect();
    for (row, unit) in left.iter().enumerate() {
        let mut next = vec![row + 1];
        for (column, other) in right.iter().enumerate() {
            let cost = usize::from(unit != other);
            let mut steps = (next[column] + 1)
                .min(last[column + 1] + 1)
                .min(last[column] + cost);
            let swapped =
                row > 0 && column > 0 && *unit == right[column - 1] && left[row - 1] == *other;
            if swapped {
                steps = steps.min(older[column - 1] + cost);
            }
            next.push(steps);
        }
        older = std::mem::replace(&mut last, next);
    }
    last[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_counted() {
        for (left, right, steps) in [
            ("", "", 0),
            ("get-date", "Get-Date", 0),
            ("get-dat", "Get-Date", 1),
            ("gte-date", "Get-Date", 1),
            ("", "abc", 3),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(distance(left, right), steps, "{left} {right}");
            assert_eq!(distance(right, left), steps, "{right} {left}");
        }
    }
}
