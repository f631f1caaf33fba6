//! PowerShell's wildcard patterns: `*`, `?`, `[a-z]`, with a backtick before what is meant literally.

/// A pattern, ready to be matched.
#[derive(Clone, Debug)]
pub struct Wildcard {
    parts: Vec<Part>,
    case_sensitive: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    /// This character.
    Literal(char),
    /// Any character.
    One,
    /// Any number of characters.
    Many,
    /// One of these ranges.
    Set(Vec<(char, char)>),
}

impl Wildcard {
    /// A pattern for which case does not count.
    pub fn new(pattern: &str) -> Self {
        Self::with_case(pattern, false)
    }

    /// A pattern for which case counts if `case_sensitive`.
    pub fn with_case(pattern: &str, case_sensitive: bool) -> Self {
        let fold = |c: char| if case_sensitive { c } else { lower(c) };
        let mut parts = Vec::new();
        let mut rest = pattern.chars().peekable();
        while let Some(c) = rest.next() {
            match c {
                '`' => parts.push(Part::Literal(fold(rest.next().unwrap_or('`')))),
                '*' if parts.last() == Some(&Part::Many) => {}
                '*' => parts.push(Part::Many),
                '?' => parts.push(Part::One),
                '[' => match read_set(&mut rest.clone()) {
                    Some((ranges, used)) => {
                        rest.by_ref().take(used).for_each(drop);
                        let ranges = ranges.into_iter().map(|(a, b)| (fold(a), fold(b)));
                        parts.push(Part::Set(ranges.collect()));
                    }
                    None => parts.push(Part::Literal('[')),
                },
                other => parts.push(Part::Literal(fold(other))),
            }
        }
        Self {
            parts,
            case_sensitive,
        }
    }

    /// Whether every bracket is closed and every range in order; `-like` refuses what is not.
    pub fn is_valid(pattern: &str) -> bool {
        let mut rest = pattern.chars();
        while let Some(c) = rest.next() {
            match c {
                '`' => drop(rest.next()),
                '[' => match read_set(&mut rest.clone()) {
                    Some((ranges, used)) => {
                        if ranges.iter().any(|(from, to)| from > to) {
                            return false;
                        }
                        rest.by_ref().take(used).for_each(drop);
                    }
                    None => return false,
                },
                _ => {}
            }
        }
        true
    }

    /// Whether anything in it stands for more than itself.
    pub fn is_pattern(&self) -> bool {
        self.parts
            .iter()
            .any(|part| !matches!(part, Part::Literal(_)))
    }

    /// Whether a text fits the whole pattern. Takes time proportional to the product of both lengths at worst.
    pub fn matches(&self, text: &str) -> bool {
        let text: Vec<char> = if self.case_sensitive {
            text.chars().collect()
        } else {
            text.chars().map(lower).collect()
        };
        let (mut at, mut part) = (0, 0);
        // Where to go on if the last `*` has to take one character more.
        let mut retry = None;
        while at < text.len() {
            match self.parts.get(part) {
                Some(Part::Many) => {
                    retry = Some((part + 1, at));
                    part += 1;
                }
                Some(one) if fits(one, text[at]) => {
                    at += 1;
                    part += 1;
                }
                _ => match &mut retry {
                    Some((after, from)) => {
                        *from += 1;
                        at = *from;
                        part = *after;
                    }
                    None => return false,
                },
            }
        }
        self.parts[part..].iter().all(|part| *part == Part::Many)
    }
}

/// Simple case folding: one character stays one.
fn lower(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    let mut folded = c.to_lowercase();
    match (folded.next(), folded.next()) {
        (Some(only), None) => only,
        _ => c,
    }
}

fn fits(part: &Part, c: char) -> bool {
    match part {
        Part::Literal(literal) => *literal == c,
        Part::One => true,
        Part::Set(ranges) => ranges.iter().any(|(from, to)| (*from..=*to).contains(&c)),
        Part::Many => false,
    }
}

/// The ranges of a set and how many characters they took; none if the set is never closed.
fn read_set(rest: &mut dyn Iterator<Item = char>) -> Option<(Vec<(char, char)>, usize)> {
    let mut members: Vec<(char, bool)> = Vec::new();
    let mut used = 0;
    let mut escaped = false;
    for c in rest {
        used += 1;
        match c {
            '`' if !escaped => escaped = true,
            // A bracket in first place is a member.
            ']' if !escaped && !members.is_empty() => return Some((ranges(&members), used)),
            other => {
                members.push((other, escaped));
                escaped = false;
            }
        }
    }
    None
}

fn ranges(members: &[(char, bool)]) -> Vec<(char, char)> {
    let mut ranges = Vec::new();
    let mut at = 0;
    while let Some(&(from, _)) = members.get(at) {
        match (members.get(at + 1), members.get(at + 2)) {
            (Some(('-', false)), Some(&(to, _))) => {
                ranges.push((from, to));
                at += 3;
            }
            _ => {
                ranges.push((from, from));
                at += 1;
            }
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_the_whole_text() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("a*c", "abbc", true),
            ("a*c", "abcd", false),
            ("*b*b", "abab", true),
            ("?b", "Ab", true),
            ("[a-c]x", "Bx", true),
            ("[a-c]x", "dx", false),
            ("a`*", "a*", true),
            ("a`*", "ab", false),
            ("[]]", "]", true),
            ("[ab", "[ab", true),
            ("POOL*", "pool1", true),
        ] {
            assert_eq!(
                Wildcard::new(pattern).matches(text),
                expected,
                "{pattern} {text}"
            );
        }
        assert!(!Wildcard::with_case("POOL*", true).matches("pool1"));
        for (pattern, valid) in [
            ("[ab", false),
            ("`[ab", true),
            ("[b-a]", false),
            ("[]]x", true),
        ] {
            assert_eq!(Wildcard::is_valid(pattern), valid, "{pattern}");
        }
    }

    #[test]
    fn many_stars_stay_fast() {
        let pattern = Wildcard::new(&"*a".repeat(50));
        assert!(!pattern.matches(&"a".repeat(10_000).replace('a', "b")));
    }
}
