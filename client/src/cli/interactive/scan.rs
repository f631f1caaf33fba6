//! A quick look at a line of PowerShell's language while it is typed: what is what, and whether it goes on. The server's parser has
//! the last word on both.

use std::ops::Range;

use reedline::{ValidationResult, Validator};

/// What a piece of a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A command's name.
    Command,
    /// A keyword.
    Keyword,
    /// A parameter or an operator with a dash.
    Parameter,
    /// A string.
    Text,
    /// A variable.
    Variable,
    /// A number.
    Number,
    /// A separator, bracket or operator.
    Operator,
    /// A comment.
    Comment,
    /// Anything else.
    Plain,
}

/// What a line holds.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Scanned {
    /// Its pieces, without gaps.
    pub(super) pieces: Vec<(Kind, Range<usize>)>,
    /// Whether it goes on: a string, bracket or pipeline is open.
    pub(super) is_open: bool,
}

const KEYWORDS: [&str; 24] = [
    "begin", "break", "catch", "continue", "do", "else", "elseif", "end", "exit", "filter",
    "finally", "for", "foreach", "function", "if", "in", "param", "process", "return", "switch",
    "throw", "try", "until", "while",
];

/// Asks for more while a line is open.
pub(super) struct Continues;

impl Validator for Continues {
    fn validate(&self, line: &str) -> ValidationResult {
        if scan(line).is_open {
            ValidationResult::Incomplete
        } else {
            ValidationResult::Complete
        }
    }
}

/// Looks at a line.
pub(super) fn scan(line: &str) -> Scanned {
    let mut scanner = Scanner {
        line,
        at: 0,
        expects_command: true,
        depth: 0,
        trailing: false,
        cut_off: false,
        pieces: Vec::new(),
    };
    while scanner.at < line.len() {
        scanner.piece();
    }
    let is_open = scanner.cut_off || scanner.depth > 0 || scanner.trailing;
    Scanned {
        pieces: scanner.pieces,
        is_open,
    }
}

struct Scanner<'a> {
    line: &'a str,
    at: usize,
    expects_command: bool,
    depth: usize,
    /// Whether the last piece wants something after it.
    trailing: bool,
    /// Whether a string or comment has no end.
    cut_off: bool,
    pieces: Vec<(Kind, Range<usize>)>,
}

impl<'a> Scanner<'a> {
    fn rest(&self) -> &'a str {
        &self.line[self.at..]
    }

    fn push(&mut self, kind: Kind, length: usize) {
        self.pieces.push((kind, self.at..self.at + length));
        self.at += length;
    }

    fn piece(&mut self) {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else {
            return;
        };
        if first.is_whitespace() {
            let length = rest
                .find(|character: char| !character.is_whitespace())
                .unwrap_or(rest.len());
            // A line end begins a statement, unless the line before it wants more.
            self.expects_command |= rest[..length].contains('\n') && !self.trailing;
            return self.push(Kind::Plain, length);
        }
        if first == '`' {
            return self.backtick();
        }
        if first == '#' || rest.starts_with("<#") {
            return self.comment();
        }
        self.trailing = false;
        match first {
            '\'' | '"' => self.string(),
            '@' if begins_here_string(rest) => self.here_string(),
            '$' => self.variable(),
            '|' | '&' | ';' | ',' | '=' | '<' | '>' | '{' | '}' | '(' | ')' | '[' | ']' | '@' => {
                self.operator(first);
            }
            '-' if rest[1..].starts_with(|next: char| next.is_alphabetic() || next == '?') => {
                let length = word_length(&rest[1..]) + 1;
                self.push(Kind::Parameter, length);
            }
            '0'..='9' if !self.expects_command => {
                let length = word_length(rest).max(1);
                let is_number = rest[..length]
                    .chars()
                    .all(|digit| digit.is_ascii_alphanumeric() || digit == '.');
                self.push(if is_number { Kind::Number } else { Kind::Plain }, length);
            }
            _ => self.word(),
        }
    }

    fn word(&mut self) {
        let first = self.rest().chars().next().map_or(1, char::len_utf8);
        let length = word_length(self.rest()).max(first);
        let word = &self.rest()[..length];
        let is_keyword = KEYWORDS
            .iter()
            .any(|keyword| keyword.eq_ignore_ascii_case(word));
        let kind = match self.expects_command {
            true if is_keyword => Kind::Keyword,
            true => {
                self.expects_command = false;
                Kind::Command
            }
            false => Kind::Plain,
        };
        self.push(kind, length);
    }

    fn operator(&mut self, first: char) {
        let double = matches!(self.rest().get(..2), Some("||" | "&&"));
        let length = if double { 2 } else { 1 };
        // A square bracket may be part of a name or a pattern, so an open one holds no line back.
        match first {
            '{' | '(' => self.depth += 1,
            '}' | ')' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        self.expects_command = matches!(first, '|' | '&' | ';' | '{' | '(' | '=' | '}');
        self.trailing = first == '|' || double;
        self.push(Kind::Operator, length);
    }

    fn string(&mut self) {
        let (length, is_whole) = string_length(self.rest());
        self.cut_off |= !is_whole;
        self.expects_command = false;
        self.push(Kind::Text, length);
    }

    fn here_string(&mut self) {
        let rest = self.rest();
        let end = format!("\n{}@", &rest[1..2]);
        let length = match rest.find(&end) {
            Some(start) => start + end.len(),
            None => {
                self.cut_off = true;
                rest.len()
            }
        };
        self.expects_command = false;
        self.push(Kind::Text, length);
    }

    fn variable(&mut self) {
        let rest = self.rest();
        let after = &rest[1..];
        if after.starts_with('(') {
            return self.push(Kind::Operator, 1);
        }
        let length = match after.strip_prefix('{') {
            Some(inner) => inner.find('}').map_or(inner.len(), |end| end + 1) + 1,
            None => after
                .find(|c: char| !(c.is_alphanumeric() || "_:?^$".contains(c)))
                .unwrap_or(after.len()),
        };
        self.expects_command = false;
        self.push(Kind::Variable, length + 1);
    }

    fn comment(&mut self) {
        let rest = self.rest();
        let length = match (rest.starts_with("<#"), rest.find("#>"), rest.find('\n')) {
            (true, Some(end), _) => end + 2,
            (true, None, _) => {
                self.cut_off = true;
                rest.len()
            }
            (false, _, end) => end.unwrap_or(rest.len()),
        };
        self.push(Kind::Comment, length);
    }

    /// An escaped character, or at the end of the text a line that goes on.
    fn backtick(&mut self) {
        let next = self.rest()[1..].chars().next();
        self.trailing = next.is_none();
        self.push(Kind::Plain, 1 + next.map_or(0, char::len_utf8));
    }
}

/// What a string and the expressions in it are open in.
#[derive(Clone, Copy)]
enum Within {
    Literal,
    Expandable,
    Expression,
}

/// The length of the string that a text begins with, and whether it has its end.
fn string_length(text: &str) -> (usize, bool) {
    let bytes = text.as_bytes();
    let mut open = Vec::new();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let next = bytes.get(at + 1);
        let mut length = 1;
        match (open.last(), byte) {
            (Some(Within::Expandable | Within::Expression), b'`') => {
                length += text[at + 1..].chars().next().map_or(0, char::len_utf8);
            }
            (Some(Within::Literal), b'\'') | (Some(Within::Expandable), b'"')
                if next == Some(byte) =>
            {
                length = 2;
            }
            (Some(Within::Literal), b'\'')
            | (Some(Within::Expandable), b'"')
            | (Some(Within::Expression), b')') => {
                open.pop();
            }
            (Some(Within::Expandable), b'$') if next == Some(&b'(') => {
                open.push(Within::Expression);
                length = 2;
            }
            (Some(Within::Expression), b'(') => open.push(Within::Expression),
            (None | Some(Within::Expression), b'\'') => open.push(Within::Literal),
            (None | Some(Within::Expression), b'"') => open.push(Within::Expandable),
            _ => {}
        }
        at += length;
        if open.is_empty() {
            return (at, true);
        }
    }
    (text.len(), false)
}

/// Nothing but blanks may stand between the beginning of a here-string and its first line.
fn begins_here_string(text: &str) -> bool {
    let Some(after) = text.strip_prefix("@'").or_else(|| text.strip_prefix("@\"")) else {
        return false;
    };
    after
        .trim_start_matches([' ', '\t', '\r'])
        .starts_with('\n')
}

fn word_length(text: &str) -> usize {
    let ends =
        |character: char| character.is_whitespace() || "|&;,={}()[]<>'\"`$".contains(character);
    text.find(ends).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn kinds(line: &str) -> Vec<(Kind, &str)> {
        let pieces = scan(line)
            .pieces
            .into_iter()
            .map(|(kind, range)| (kind, &line[range]));
        pieces.filter(|(_, text)| !text.trim().is_empty()).collect()
    }

    #[test]
    fn a_line_is_seen_as_its_parts() {
        use Kind::{Command, Number, Operator, Parameter, Plain, Text, Variable};
        assert_eq!(
            kinds("Get-CsPool -Identity \"a b\" | Select-Object -First 3 $x contoso.com"),
            [
                (Command, "Get-CsPool"),
                (Parameter, "-Identity"),
                (Text, "\"a b\""),
                (Operator, "|"),
                (Command, "Select-Object"),
                (Parameter, "-First"),
                (Number, "3"),
                (Variable, "$x"),
                (Plain, "contoso.com"),
            ]
        );
    }

    #[test]
    fn keywords_are_no_commands_but_what_follows_is() {
        assert_eq!(
            kinds("if ($a) { Stop-It } # why"),
            [
                (Kind::Keyword, "if"),
                (Kind::Operator, "("),
                (Kind::Variable, "$a"),
                (Kind::Operator, ")"),
                (Kind::Operator, "{"),
                (Kind::Command, "Stop-It"),
                (Kind::Operator, "}"),
                (Kind::Comment, "# why"),
            ]
        );
    }

    #[test]
    fn open_lines_go_on() {
        for open in [
            "Get-CsUser |",
            "Get-CsUser |\n",
            "& { a",
            "\"a",
            "'it''s",
            "@'\nabc\n",
            "@{a=1",
            "a `",
            "<# why",
            "a &&",
            "if ($x) {\n  a\n",
            "\"a`\"",
        ] {
            assert!(scan(open).is_open, "{open:?}");
        }
        for closed in [
            "",
            "Get-CsUser",
            "'it''s'",
            "@'\nabc\n'@",
            "@{a=1}",
            "\"a`\"b\"",
            "<# x #>",
            "a ` b",
            ")",
            "a # {",
            "\"$(\"x\")\"",
            "\"$(\"{\" + ('(' * 2)) \"\" `\" it's\"",
            "[int]5",
            "[pscustomobject]@{a=[int[]](1, 2)} | ft",
            "Get-Content a[b",
            "@\" \n{ (\n\"@",
        ] {
            assert!(!scan(closed).is_open, "{closed:?}");
        }
    }

    /// What the server takes as it stands must not wait for more.
    #[test]
    fn no_whole_line_of_the_corpus_is_held_back() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/conformance/cases");
        let (mut seen, mut held) = (0, Vec::new());
        for file in std::fs::read_dir(folder).unwrap() {
            for case in std::fs::read_to_string(file.unwrap().path())
                .unwrap()
                .lines()
            {
                let case: serde_json::Value = serde_json::from_str(case).unwrap();
                let (line, state) = (&case["line"], &case["state"]);
                let Some(line) = line.as_str().filter(|_| state == "Completed") else {
                    continue;
                };
                seen += 1;
                if scan(line).is_open {
                    held.push(line.to_owned());
                }
            }
        }
        assert!(seen > 1000, "{seen}");
        assert_eq!(held, [""; 0]);
    }

    #[test]
    fn pieces_cover_any_line_without_gaps() {
        let alphabet = [
            "a", "-", "$", "`", "\"", "'", "@", "{", "}", "(", "|", "&", "#", "<", ">", " ", "\n",
            "ü", "😀", "1", "=", "[",
        ];
        let mut state = 7_u64;
        for _ in 0..20_000 {
            let mut line = String::new();
            for _ in 0..12 {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                line.push_str(alphabet[(state >> 33) as usize % alphabet.len()]);
            }
            let joined: String = scan(&line)
                .pieces
                .into_iter()
                .map(|(_, range)| &line[range])
                .collect();
            assert_eq!(joined, line);
        }
    }
}
