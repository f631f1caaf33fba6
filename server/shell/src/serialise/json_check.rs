//! Whether a text is JSON to the letter, as `System.Text.Json` reads it for `Test-Json`: neither comments nor commas before
//! an end unless they are allowed, and no more than 64 levels.

/// Levels that `JsonDocumentOptions.MaxDepth` allows.
const MAX_DEPTH: usize = 64;

/// What may stand in a text beside JSON itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Leniency {
    /// Comments.
    pub comments: bool,
    /// A comma behind the last element.
    pub trailing_commas: bool,
}

/// Whether the whole text is one JSON value.
pub fn is_json(text: &str, leniency: Leniency) -> bool {
    let mut reader = Reader {
        rest: text.as_bytes(),
        leniency,
    };
    reader.blanks().is_some()
        && reader.value(0).is_some()
        && reader.blanks().is_some()
        && reader.rest.is_empty()
}

struct Reader<'a> {
    rest: &'a [u8],
    leniency: Leniency,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    fn take(&mut self, wanted: u8) -> Option<()> {
        (self.peek()? == wanted).then(|| self.rest = &self.rest[1..])
    }

    fn skip_while(&mut self, fits: impl Fn(u8) -> bool) -> usize {
        let count = self.rest.iter().take_while(|byte| fits(**byte)).count();
        self.rest = &self.rest[count..];
        count
    }

    fn word(&mut self, word: &str) -> Option<()> {
        self.rest = self.rest.strip_prefix(word.as_bytes())?;
        Some(())
    }

    /// Blanks and, where they are allowed, comments.
    fn blanks(&mut self) -> Option<()> {
        loop {
            self.skip_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
            if self.peek() != Some(b'/') {
                return Some(());
            }
            if !self.leniency.comments {
                return None;
            }
            match self.rest.get(1)? {
                b'/' => {
                    self.skip_while(|byte| !matches!(byte, b'\n' | b'\r'));
                }
                b'*' => {
                    let end = self.rest[2..].windows(2).position(|two| two == b"*/")?;
                    self.rest = &self.rest[end + 4..];
                }
                _ => return None,
            }
        }
    }

    fn value(&mut self, depth: usize) -> Option<()> {
        match self.peek()? {
            b'{' | b'[' if depth == MAX_DEPTH => None,
            b'{' => self.items(b'{', b'}', |reader| {
                reader.string()?;
                reader.blanks()?;
                reader.take(b':')?;
                reader.blanks()?;
                reader.value(depth + 1)
            }),
            b'[' => self.items(b'[', b']', |reader| reader.value(depth + 1)),
            b'"' => self.string(),
            b't' => self.word("true"),
            b'f' => self.word("false"),
            b'n' => self.word("null"),
            _ => self.number(),
        }
    }

    fn items(
        &mut self,
        open: u8,
        close: u8,
        mut item: impl FnMut(&mut Self) -> Option<()>,
    ) -> Option<()> {
        self.take(open)?;
        self.blanks()?;
        if self.take(close).is_some() {
            return Some(());
        }
        loop {
            item(self)?;
            self.blanks()?;
            if self.take(close).is_some() {
                return Some(());
            }
            self.take(b',')?;
            self.blanks()?;
            if self.leniency.trailing_commas && self.take(close).is_some() {
                return Some(());
            }
        }
    }

    fn string(&mut self) -> Option<()> {
        self.take(b'"')?;
        loop {
            self.skip_while(|byte| byte >= b' ' && !matches!(byte, b'"' | b'\\'));
            if self.take(b'"').is_some() {
                return Some(());
            }
            self.take(b'\\')?;
            let escaped = self.peek()?;
            self.take(escaped)?;
            match escaped {
                b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => {}
                b'u' => {
                    let digits = self.rest.get(..4)?;
                    if !digits.iter().all(u8::is_ascii_hexdigit) {
                        return None;
                    }
                    self.rest = &self.rest[4..];
                }
                _ => return None,
            }
        }
    }

    fn number(&mut self) -> Option<()> {
        let digits = |reader: &mut Self| reader.skip_while(|byte| byte.is_ascii_digit());
        let some = |count: usize| (count > 0).then_some(());
        let _ = self.take(b'-');
        if self.take(b'0').is_none() {
            some(digits(self))?;
        }
        if self.take(b'.').is_some() {
            some(digits(self))?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.rest = &self.rest[1..];
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.rest = &self.rest[1..];
            }
            some(digits(self))?;
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_read_to_the_letter() {
        let strict = |text: &str| is_json(text, Leniency::default());
        for good in [
            "1",
            "-0.5e+3",
            "null",
            " [ ] ",
            r#"{"a":[1,{"b":"\u00e9\n"}],"a":2}"#,
            "\"é\"",
            "1e400",
        ] {
            assert!(strict(good), "{good}");
        }
        for bad in [
            "",
            "01",
            "+1",
            ".5",
            "1.",
            "1e",
            "nul",
            "True",
            "[1,]",
            "{a:1}",
            "{'a':1}",
            "[1 2]",
            "\"\t\"",
            "\"\\x\"",
            "\"\\u12\"",
            "1 2",
            "// c\n1",
            "[",
            "NaN",
            "\u{feff}1",
        ] {
            assert!(!strict(bad), "{bad}");
        }
        let nested = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        assert!(strict(&nested(64)) && !strict(&nested(65)));
    }

    #[test]
    fn comments_and_commas_may_be_allowed() {
        let comments = Leniency {
            comments: true,
            ..Leniency::default()
        };
        assert!(is_json("/* a */ [1, // b\n 2] // c", comments));
        assert!(
            !is_json("[1,]", comments) && !is_json("/* a", comments) && !is_json("/", comments)
        );
        let commas = Leniency {
            trailing_commas: true,
            ..Leniency::default()
        };
        assert!(is_json("{\"a\":[1,],}", commas));
        assert!(!is_json("[,]", commas) && !is_json("1,", commas));
    }
}
