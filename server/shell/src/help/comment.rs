//! Help in comments: `.SYNOPSIS`, `.DESCRIPTION`, `.PARAMETER name`, `.EXAMPLE`, …, in a block comment or in lines, right
//! before a function or at the beginning or end of its body (PowerShell's `HelpCommentsParser`).

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

/// Sections that stand alone on their line.
const PLAIN: &[&str] = &[
    "SYNOPSIS",
    "DESCRIPTION",
    "NOTES",
    "LINK",
    "EXAMPLE",
    "INPUTS",
    "OUTPUTS",
    "COMPONENT",
    "ROLE",
    "FUNCTIONALITY",
];
/// Sections that say more on their line.
const WITH_ARGUMENT: &[&str] = &[
    "PARAMETER",
    "FORWARDHELPTARGETNAME",
    "FORWARDHELPCATEGORY",
    "REMOTEHELPRUNSPACE",
    "EXTERNALHELP",
];
/// Lines between a function and the comment before it, that line's end among them.
const NEAR: usize = 2;

/// The help in a function's comments; empty if there is none.
pub fn of_function(body: &Block) -> CommentHelp {
    let text = &body.source.text;
    let inside = text.get(body.extent.start..body.extent.end).unwrap_or("");
    let inside = inside.trim().trim_start_matches('{').trim_end_matches('}');
    let before = text
        .get(..body.extent.start)
        .and_then(|before| Some(&before[..keyword(before)?]))
        .unwrap_or("");
    let candidates: [&dyn Fn() -> Vec<String>; 3] =
        [&|| trailing(before), &|| leading(inside), &|| {
            trailing(inside)
        }];
    candidates
        .iter()
        .find_map(|lines| parse_lines(&lines()))
        .unwrap_or_default()
}

/// Where the `function` or `filter` of a body begins.
fn keyword(before: &str) -> Option<usize> {
    let lower = before.to_ascii_lowercase();
    lower.rfind("function").max(lower.rfind("filter"))
}

/// Adds a comment's lines, without its marks.
fn collect(comment: &str, lines: &mut Vec<String>) {
    match comment.strip_prefix("<#") {
        Some(inner) => {
            let inner = inner.strip_suffix("#>").unwrap_or(inner);
            lines.extend(
                inner
                    .split('\n')
                    .map(|line| line.strip_suffix('\r').unwrap_or(line).to_owned()),
            );
        }
        None => lines.push(
            comment
                .trim_start_matches('#')
                .trim_end_matches('\r')
                .to_owned(),
        ),
    }
}

/// The lines of the comments that a text begins with, each on the line that another ends on, or on the next.
fn leading(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest = text.trim_start();
    loop {
        let end = if rest.starts_with("<#") {
            rest.find("#>").map_or(rest.len(), |end| end + 2)
        } else if rest.starts_with('#') {
            rest.find('\n').unwrap_or(rest.len())
        } else {
            return lines;
        };
        collect(&rest[..end], &mut lines);
        let after = rest[end..].trim_start();
        let gap = &rest[end..rest.len() - after.len()];
        if gap.matches('\n').count() > 1 {
            return lines;
        }
        rest = after;
    }
}

/// The lines of the comments that a text ends with: near its end, and each near the next.
fn trailing(text: &str) -> Vec<String> {
    let mut comments: Vec<&str> = Vec::new();
    let mut rest = text;
    let mut near = NEAR;
    loop {
        let before = rest.trim_end();
        if rest[before.len()..].matches('\n').count() > near {
            break;
        }
        let start = if before.ends_with("#>") {
            before.rfind("<#")
        } else {
            let line = before.rfind('\n').map_or(0, |end| end + 1);
            let indent = before[line..].len() - before[line..].trim_start().len();
            before[line..]
                .trim_start()
                .starts_with('#')
                .then_some(line + indent)
        };
        let Some(start) = start else { break };
        comments.push(&before[start..]);
        rest = &before[..start];
        near = 1;
    }
    let mut lines = Vec::new();
    for comment in comments.into_iter().rev() {
        collect(comment, &mut lines);
    }
    lines
}

/// Reads the sections of a comment; nothing if it is no help.
pub fn parse(comment: &str) -> CommentHelp {
    let lines: Vec<String> = comment.lines().map(str::to_owned).collect();
    parse_lines(&lines).unwrap_or_default()
}

/// A comment is help if it has sections, and nothing but sections that there are.
fn parse_lines(lines: &[String]) -> Option<CommentHelp> {
    let mut help = CommentHelp::default();
    let mut any = false;
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        at += 1;
        let Some((name, argument)) = directive(line) else {
            if line.trim().is_empty() {
                continue;
            }
            return None;
        };
        let known = if argument.is_empty() {
            PLAIN
        } else {
            WITH_ARGUMENT
        };
        if !known.contains(&&*name) {
            return None;
        }
        any = true;
        let has_section = argument.is_empty() || name == "PARAMETER";
        let section = if has_section {
            section(lines, &mut at)
        } else {
            String::new()
        };
        take(&mut help, &name, argument, &section);
    }
    any.then_some(help)
}

/// `.NAME argument` alone on a line: the name in capitals, and what stands behind it.
fn directive(line: &str) -> Option<(String, &str)> {
    let rest = line.trim_start().strip_prefix('.')?;
    let end = rest
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(rest.len());
    let (name, argument) = rest.split_at(end);
    let is_apart = argument.is_empty() || argument.starts_with(char::is_whitespace);
    (!name.is_empty() && is_apart).then(|| (name.to_uppercase(), argument.trim()))
}

/// The text up to the next directive, without the indent that its first line has.
fn section(lines: &[String], at: &mut usize) -> String {
    let is_blank = |c: char| matches!(c, ' ' | '\t' | '\u{a0}');
    let mut text = String::new();
    let mut indent = None;
    while let Some(line) = lines.get(*at) {
        if directive(line).is_some() {
            break;
        }
        *at += 1;
        if indent.is_none() && line.trim().is_empty() {
            continue;
        }
        let own = line.chars().take_while(|c| is_blank(*c)).count();
        let indent = *indent.get_or_insert(own);
        text.extend(line.chars().skip(own.min(indent)));
        text.push('\n');
    }
    text
}

fn take(help: &mut CommentHelp, name: &str, argument: &str, section: &str) {
    let text = || Text::from(section.trim());
    match name {
        "SYNOPSIS" => help.synopsis = text(),
        "DESCRIPTION" => {
            help.description = vec![text()];
            help.description.retain(|said| !said.is_empty());
        }
        "NOTES" => help.notes = text(),
        "LINK" => help.links.push(text()),
        "EXAMPLE" => {
            let section = section.replace("\r\n", "\n");
            let (code, remarks) = section.split_once("\n\n").unwrap_or((&section, ""));
            help.examples
                .push((code.trim().into(), remarks.trim().into()));
        }
        "INPUTS" => help.inputs.push(text()),
        "OUTPUTS" => help.outputs.push(text()),
        "PARAMETER" => {
            let known = |(name, _): &(Text, Text)| name.eq_ignore_ascii_case(argument);
            if !help.parameters.iter().any(known) {
                help.parameters.push((argument.into(), text()));
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_are_read_in_any_order_and_case() {
        let help = parse(
            "\n.Synopsis\nDoes it.\n.PARAMETER Name\n  The name.\n    More.\n.DESCRIPTION\nFirst.\n\nSecond.\n.EXAMPLE\nDo-It x\n-y\n\nDoes x.\n.LINK\nUndo-It\n",
        );
        assert_eq!(&*help.synopsis, "Does it.");
        assert_eq!(
            help.parameters,
            [("Name".into(), "The name.\n  More.".into())]
        );
        assert_eq!(help.description, ["First.\n\nSecond.".into()]);
        assert_eq!(help.examples, [("Do-It x\n-y".into(), "Does x.".into())]);
        assert_eq!(help.links, ["Undo-It".into()]);
    }

    #[test]
    fn a_comment_with_other_sections_or_other_text_is_no_help() {
        for comment in [
            ".SYNOPSIS\nSee\n.net is a word.\n",
            "Says\n.SYNOPSIS\nIt.\n",
            ".SYNOPSIS now\nIt.\n",
            ".PARAMETER\nIt.\n",
        ] {
            assert_eq!(parse(comment), CommentHelp::default(), "{comment}");
        }
    }

    #[test]
    fn comments_are_taken_from_near_the_function() {
        assert_eq!(leading("\n # a\n # b\n\n # c\n1"), [" a", " b"]);
        assert_eq!(trailing("# x\n\n# a\n# b\n\n"), [" a", " b"]);
        assert_eq!(trailing("# a\n\n\n"), Vec::<String>::new());
        assert_eq!(trailing("1; <# a\nb #>\n"), [" a", "b "]);
    }
}
