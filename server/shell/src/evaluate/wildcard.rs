//! Wildcard patterns: `*`, `?`, `[a-z]`, a backtick before what is meant literally.

/// A part of a pattern.
enum Part {
    Any,
    One,
    Literal(char),
    Set(Vec<(char, char)>),
}

/// A wildcard pattern (`System.Management.Automation.WildcardPattern`).
pub struct Pattern {
    parts: Vec<Part>,
    case_sensitive: bool,
}

fn fold(c: char) -> char {
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(single), None) => single,
        _ => c,
    }
}

impl Pattern {
    /// Reads a pattern; none if a bracket is left open.
    pub fn new(text: &str, case_sensitive: bool) -> Option<Self> {
        let prepare = |c: char| if case_sensitive { c } else { fold(c) };
        let mut parts = Vec::new();
        let mut rest = text.chars().peekable();
        while let Some(next) = rest.next() {
            parts.push(match next {
                '*' => {
                    if matches!(parts.last(), Some(Part::Any)) {
                        continue;
                    }
                    Part::Any
                }
                '?' => Part::One,
                '`' => Part::Literal(prepare(rest.next().unwrap_or('`'))),
                '[' => {
                    let mut set = Vec::new();
                    loop {
                        let first = match rest.next()? {
                            ']' if !set.is_empty() => break,
                            '`' => rest.next()?,
                            other => other,
                        };
                        if rest.peek() == Some(&'-') {
                            rest.next();
                            match rest.next()? {
                                ']' => {
                                    set.extend([(prepare(first), prepare(first)), ('-', '-')]);
                                    break;
                                }
                                last => set.push((prepare(first), prepare(last))),
                            }
                        } else {
                            set.push((prepare(first), prepare(first)));
                        }
                    }
                    Part::Set(set)
                }
                other => Part::Literal(prepare(other)),
            });
        }
        Some(Self { parts, case_sensitive })
    }

    /// Whether a text matches whole.
    pub fn matches(&self, text: &str) -> bool {
        let text: Vec<char> = if self.case_sensitive {
            text.chars().collect()
        } else {
            text.chars().map(fold).collect()
        };
        let (mut part, mut at) = (0, 0);
        let mut retry: Option<(usize, usize)> = None;
        loop {
            let fits = match self.parts.get(part) {
                Some(Part::Any) => {
                    retry = Some((part, at));
                    part += 1;
                    continue;
                }
                None if at == text.len() => return true,
                None => false,
                Some(Part::One) => at < text.len(),
                Some(Part::Literal(c)) => text.get(at) == Some(c),
                Some(Part::Set(set)) => text
                    .get(at)
                    .is_some_and(|c| set.iter().any(|(first, last)| first <= c && c <= last)),
            };
            if fits {
                part += 1;
                at += 1;
                continue;
            }
            match retry {
                Some((star, from)) if from < text.len() => {
                    retry = Some((star, from + 1));
                    part = star + 1;
                    at = from + 1;
                }
                _ => return false,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn patterns_match_whole_texts() {
        for (pattern, text, expected) in [
            ("a*", "ABC", true),
            ("*c", "abc", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("[a-c]x", "Bx", true),
            ("[a-c]x", "dx", false),
            ("`*", "*", true),
            ("`*", "a", false),
            ("*a*b*", "xxaxxbxx", true),
            ("", "", true),
            ("", "a", false),
        ] {
            assert_eq!(Pattern::new(pattern, false).unwrap().matches(text), expected, "{pattern} {text}");
        }
        assert!(Pattern::new("[a", false).is_none());
        assert!(!Pattern::new("A", true).unwrap().matches("a"));
    }
}
