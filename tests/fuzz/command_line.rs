//! The command line: lexer, parser and tree; completion at any caret; the quoting of what completion offers.

use std::sync::{Arc, LazyLock};

use fancy_regex::Regex;
use proptest::prelude::*;
use tandem_shell::builtin;
use tandem_shell::command::{CommandInfo, ParameterInfo};
use tandem_shell::completion::session::SessionSource;
use tandem_shell::completion::{Completion, complete};
use tandem_shell::language::ast::{
    Block, CommandElement, ElementKind, ExpressionKind, Source, StatementKind,
};
use tandem_shell::language::parse;
use tandem_shell::language::parse_error::into_record;
use tandem_shell::session::{Session, SessionOptions};
use tandem_shell::value::{Text, Value as Object};

use crate::campaign::{self, Verdict};
use crate::run_line::Bystander;
use crate::seeds;

/// Tokens that change how the rest of a line is read.
pub(crate) const TOKENS: &[&str] = &[
    "(",
    ")",
    "{",
    "}",
    "@{",
    "@(",
    "$(",
    "\"",
    "'",
    "$x",
    "${",
    "-eq ",
    "-Name:",
    "--",
    "--%",
    "1",
    ".5",
    "1e9",
    "0x",
    "kb",
    ",",
    ";",
    "|",
    "||",
    "&",
    "&&",
    ">",
    "2>&1",
    "<",
    "[",
    "]",
    "::",
    ".",
    "..",
    "=",
    "+=",
    "++",
    "!",
    "?",
    "?.",
    "??",
    ":",
    " if (1) {",
    "foreach",
    " in ",
    "try {",
    "} catch {",
    "function f {",
    "param(",
    "process {",
    "\n",
    " ",
    "`",
    "#",
    "<#",
    "#>",
    "@'\n",
    "\n'@",
    "@\"\n",
    "\n\"@",
    "switch",
    "trap",
    "enum",
    "return ",
    "throw ",
    "-f ",
    "-split ",
    "-join ",
    ":l ",
    "\u{2013}",
    "\u{201c}",
    "\u{2018}",
    "\u{a0}",
    "$_",
    "$null",
    "@x",
    "[int]",
    "-is ",
    "% {",
    "? {",
    "-not ",
    "-1",
    "'@'",
];

fn parsed(text: &str) -> Result<Block, TestCaseError> {
    let source = Arc::new(Source {
        text: text.into(),
        file: None,
    });
    parse(&source).map_err(|errors| {
        let record = into_record(&errors, &source);
        TestCaseError::reject(record.message)
    })
}

/// The tree as text, without the places and the sources of its nodes.
fn shape(block: &Block) -> String {
    static PLACES: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"Extent \{ start: \d+, end: \d+ \}|source: Source \{ text: "(?:[^"\\]|\\.)*", file: None \}"#)
            .unwrap()
    });
    let statements = format!(
        "{:?} {:?} {:?} {:?} {:?}",
        block.parameters, block.has_parameters, block.begin, block.process, block.end
    );
    PLACES.replace_all(&statements, "").into_owned()
}

/// The block of `{ … }`, where that is all that a text holds.
fn only_block(outer: &Block) -> Option<&Block> {
    let [statement] = outer.end.as_slice() else {
        return None;
    };
    let StatementKind::Chain(chain) = &statement.kind else {
        return None;
    };
    match &chain.first.elements.first()?.kind {
        ElementKind::Expression(expression) => match &expression.kind {
            ExpressionKind::ScriptBlock(block) => Some(block),
            _ => None,
        },
        ElementKind::Command(_) => None,
    }
}

/// A text that parses means the same between braces: a script block can be stored, sent, and read again.
fn check(text: &str) -> Verdict {
    let source = Arc::new(Source {
        text: text.into(),
        file: None,
    });
    let block = match parse(&source) {
        Ok(block) => block,
        Err(errors) => {
            for error in &errors {
                let extent = &error.extent;
                prop_assert!(
                    extent.start <= extent.end && text.get(extent.start..extent.end).is_some(),
                    "{} blames {extent:?}",
                    error.id
                );
            }
            prop_assert!(!into_record(&errors, &source).fully_qualified_id.is_empty());
            return Ok(());
        }
    };
    if text.ends_with('`') {
        // It would take the line break that follows for a blank.
        return Ok(());
    }
    let braced = format!("{{\n{text}\n}}");
    let Ok(outer) = parsed(&braced) else {
        // One level more may be one too many, and `--%` takes the closing brace for an argument.
        return Ok(());
    };
    if let Some(inner) = only_block(&outer) {
        prop_assert_eq!(shape(&block), shape(inner));
    }
    Ok(())
}

#[test]
fn any_line_is_parsed_or_refused_and_means_the_same_in_braces() {
    campaign::run("command-line", seeds::command_lines(), TOKENS, check);
}

fn check_completion(text: &str, caret: usize, source: &SessionSource<'_>) -> Verdict {
    let Completion {
        start,
        length,
        matches,
        ..
    } = complete(text, caret, source);
    let span = text.get(start..start + length);
    prop_assert!(span.is_some(), "caret {caret}: {start}+{length}");
    for offered in matches {
        prop_assert!(
            !offered.text.is_empty() && !offered.list_text.is_empty(),
            "caret {caret}"
        );
    }
    Ok(())
}

#[test]
fn any_line_is_completed_at_any_caret() {
    let mut session = Session::new(SessionOptions::default());
    let host = Bystander::default();
    session
        .state_mut()
        .set_variable("pool", Object::text("pool1"));
    let source = SessionSource {
        state: session.state(),
        host: &host,
    };
    campaign::run("completion", seeds::command_lines(), TOKENS, |text| {
        // Every caret of a short line; of a long one so many that the work stays bounded.
        let step = text.len() / 16 + 1;
        (0..=text.len())
            .step_by(step)
            .try_for_each(|caret| check_completion(text, caret, &source))
    });
}

/// A host whose one list holds one value.
fn offering(value: &str) -> Bystander {
    let parameter = ParameterInfo {
        completer: Some("any".into()),
        ..ParameterInfo::new("Name", "string").at(0)
    };
    Bystander {
        command: Some(Arc::new(
            CommandInfo::new("Get-Any", "Get-Any", "").with(parameter),
        )),
        offered: vec![Text::from(value)],
        ..Bystander::default()
    }
}

/// The one argument of a line.
fn argument(line: &str) -> Option<Text> {
    let block = parsed(line).ok()?;
    let StatementKind::Chain(chain) = &block.end.first()?.kind else {
        return None;
    };
    let ElementKind::Command(command) = &chain.first.elements.first()?.kind else {
        return None;
    };
    let [.., CommandElement::Argument(argument)] = command.elements.as_slice() else {
        return None;
    };
    match &argument.kind {
        ExpressionKind::Constant(Object::String(text)) => Some(text.clone()),
        ExpressionKind::BareWord(_, typed) => Some(typed.clone()),
        _ => None,
    }
}

proptest! {
    #[test]
    fn a_value_that_is_offered_means_itself(value in "\\PC{1,12}|[ -~\u{2018}-\u{201e}\u{2013}]{1,8}", quote in "['\"]?") {
        prop_assert!(builtin::find("Get-Any").is_none());
        let host = offering(&value);
        let session = Session::new(SessionOptions::default());
        let source = SessionSource { state: session.state(), host: &host };
        let typed = format!("Get-Any {quote}");
        let completion = complete(&typed, typed.len(), &source);
        let [offered] = completion.matches.as_slice() else {
            return Err(TestCaseError::fail(format!("{:?}", completion.matches)));
        };
        let mut line = typed.clone();
        line.replace_range(completion.start..completion.start + completion.length, &offered.text);
        let meant = argument(&line);
        prop_assert_eq!(meant.as_deref(), Some(value.as_str()), "{}", line);
    }
}
