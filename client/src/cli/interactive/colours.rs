//! Syntax colours while typing: those of PSReadLine.

use reedline::{Color, Highlighter, StyledText};

use super::scan::{Kind, scan};

/// Colours a line.
pub(super) struct Colours;

impl Highlighter for Colours {
    fn highlight(&self, line: &str, _cursor: usize) -> StyledText {
        let mut styled = StyledText::new();
        for (kind, range) in scan(line).pieces {
            let style = match kind {
                Kind::Command => Color::LightYellow.normal(),
                Kind::Keyword | Kind::Variable => Color::LightGreen.normal(),
                Kind::Parameter | Kind::Operator => Color::DarkGray.normal(),
                Kind::Text => Color::Cyan.normal(),
                Kind::Number => Color::White.normal(),
                Kind::Comment => Color::Green.normal(),
                Kind::Plain => Color::Default.normal(),
            };
            styled.push((style, line[range].to_owned()));
        }
        styled
    }
}
