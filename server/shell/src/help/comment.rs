//! Help in comments: `.SYNOPSIS`, `.DESCRIPTION`, `.PARAMETER name`, `.EXAMPLE`, …, in a block comment or in lines, at
//! the beginning or end of a function's body or right before it.

use crate::language::ast::Block;
use crate::value::Text;

/// What comments say of a function.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommentHelp {
    /// One sentence.
    pub synopsis: Text,
    /// Paragraphs.
    pub description: Vec<Text>,
    /// Parameters with their descriptions.
    pub parameters: Vec<(Text, Text)>,
    /// Command lines with their explanations.
    pub examples: Vec<(Text, Text)>,
    /// What it takes.
    pub inputs: Vec<Text>,
    /// What it gives.
    pub outputs: Vec<Text>,
    /// Further remarks.
    pub notes: Text,
    /// Related commands and pages.
    pub links: Vec<Text>,
}

/// Words that begin a section.
const SECTIONS: &[&str] = &[
    "SYNOPSIS",
    "DESCRIPTION",
    "PARAMETER",
    "EXAMPLE",
    "INPUTS",
    "OUTPUTS",
    "NOTES",
    "LINK",
    "COMPONENT",
    "ROLE",
    "FUNCTIONALITY",
    "FORWARDHELPTARGETNAME",
    "FORWARDHELPCATEGORY",
    "EXTERNALHELP",
];

/// The help in a function's comments; empty if there is none.
pub fn of_function(body: &Block) -> CommentHelp {
    let text = &body.source.text;
    let inside = text.get(body.extent.start..body.extent.end).unwrap_or("");
    let inside = inside.trim().trim_start_matches('{').trim_end_matches('}');
    let before = text
        .get(..body.extent.start)
        .and_then(|before| Some(&before[..before.to_ascii_lowercase().rfind("function")?]))
        .unwrap_or("");
    [leading(inside), trailing(inside), trailing(before)]
        .into_iter()
        .flatten()
        .map(|comment| parse(&comment))
        .find(|help| *help != CommentHelp::default())
        .unwrap_or_default()
}

/// The comment that a text begins with, without its marks.
fn leading(text: &str) -> Option<String> {
    let text = text.trim_start();
    if let Some(block) = text.strip_prefix("<#") {
        return block.split_once("#>").map(|(inner, _)| inner.to_owned());
    }
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim_start)
        .take_while(|line| line.starts_with('#'))
        .map(unmarked)
        .collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// The comment that a text ends with, without its marks.
fn trailing(text: &str) -> Option<String> {
    let text = text.trim_end();
    if let Some(block) = text.strip_suffix("#>") {
        return block.rsplit_once("<#").map(|(_, inner)| inner.to_owned());
    }
    let mut lines: Vec<&str> = text
        .lines()
        .rev()
        .map(str::trim_start)
        .take_while(|line| line.starts_with('#'))
        .map(unmarked)
        .collect();
    lines.reverse();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn unmarked(line: &str) -> &str {
    let line = line.trim_start_matches('#');
    line.strip_prefix(' ').unwrap_or(line)
}

/// Reads the sections of a comment.
pub fn parse(comment: &str) -> CommentHelp {
    let mut help = CommentHelp::default();
    let mut section: Option<(String, String)> = None;
    let mut content: Vec<&str> = Vec::new();
    for line in comment.lines() {
        match heading(line) {
            Some(next) => {
                if let Some((name, argument)) = section.replace(next) {
                    take(&mut help, &name, &argument, &content);
                }
                content.clear();
            }
            None => content.push(line),
        }
    }
    if let Some((name, argument)) = section {
        take(&mut help, &name, &argument, &content);
    }
    help
}

/// `.NAME argument`.
fn heading(line: &str) -> Option<(String, String)> {
    let line = line.trim().strip_prefix('.')?;
    let (name, argument) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let name = name.to_ascii_uppercase();
    SECTIONS
        .contains(&&*name)
        .then(|| (name, argument.trim().to_owned()))
}

fn take(help: &mut CommentHelp, section: &str, argument: &str, content: &[&str]) {
    let whole = || Text::from(joined(content));
    match section {
        "SYNOPSIS" => help.synopsis = whole(),
        "DESCRIPTION" => help.description = paragraphs(content),
        "PARAMETER" => help.parameters.push((argument.into(), whole())),
        "EXAMPLE" => {
            let text = joined(content);
            let (code, remarks) = text.split_once('\n').unwrap_or((&text, ""));
            help.examples
                .push((code.trim().into(), remarks.trim().into()));
        }
        "INPUTS" => help.inputs.push(whole()),
        "OUTPUTS" => help.outputs.push(whole()),
        "NOTES" => help.notes = whole(),
        "LINK" => help.links.push(whole()),
        _ => {}
    }
}

fn joined(content: &[&str]) -> String {
    content
        .iter()
        .map(|line| line.trim_end())
        .collect::<Vec<_>>()
        .join("\n")
        .trim()
        .to_owned()
}

fn paragraphs(content: &[&str]) -> Vec<Text> {
    joined(content)
        .split("\n\n")
        .filter(|paragraph| !paragraph.trim().is_empty())
        .map(Text::from)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_are_read_in_any_order_and_case() {
        let help = parse(
            "\n.Synopsis\nDoes it.\n.PARAMETER Name\nThe name.\n.DESCRIPTION\nFirst.\n\nSecond.\n.EXAMPLE\nDo-It x\n\nDoes x.\n.LINK\nUndo-It\n",
        );
        assert_eq!(&*help.synopsis, "Does it.");
        assert_eq!(help.parameters, [("Name".into(), "The name.".into())]);
        assert_eq!(help.description, ["First.".into(), "Second.".into()]);
        assert_eq!(help.examples, [("Do-It x".into(), "Does x.".into())]);
        assert_eq!(help.links, ["Undo-It".into()]);
    }

    #[test]
    fn other_words_behind_a_dot_begin_no_section() {
        let help = parse(".SYNOPSIS\nSee\n.net is a word.\n");
        assert_eq!(&*help.synopsis, "See\n.net is a word.");
    }
}
