//! Conceptual help is true: what the topics show runs as they show it, and `Get-Help` and completion find them.

#![allow(clippy::unwrap_used)]

mod harmless;
#[path = "../keeper/mod.rs"]
mod keeper;

use std::sync::Arc;

use keeper::Keeper;
use tandem_shell::completion::complete;
use tandem_shell::completion::session::SessionSource;
use tandem_shell::format::formatter::format_all;
use tandem_shell::help::topic::{LANGUAGE, Topic};
use tandem_shell::host::Host as _;
use tandem_shell::language::ast::Source;
use tandem_shell::language::parse;
use tandem_shell::session::{Input, Session, SessionOptions};
use tandem_shell::text::{Culture, to_text};
use tandem_shell::value::Value;

/// Width of the windows that the topics were written for.
const WIDTH: usize = 80;

/// Topics of a host.
const OWN: &[Topic] = &[
    Topic {
        name: "about_Pools",
        text: "TOPIC\n    about_Pools\n\nSHORT DESCRIPTION\n    Two lakes.\n\nLONG DESCRIPTION\n    Watermarks.\n",
    },
    Topic {
        name: "default",
        text: "TOPIC\n    default\n\nSHORT DESCRIPTION\n    How to ask.\n\nLONG DESCRIPTION\n    Ask.\n",
    },
];

/// A host with topics of its own.
fn reader() -> Keeper {
    let host = Keeper::default();
    host.topics.set(OWN);
    host
}

/// What a line shows, and the ids of its errors.
fn answer(session: &mut Session, line: &str) -> (Vec<Value>, Vec<String>) {
    let host = reader();
    let outcome = session.run(&host, &Input::Text(line));
    let mut errors = host.errors.into_inner();
    let ended_by = outcome
        .terminating
        .map(|error| error.fully_qualified_id.into_owned());
    errors.extend(ended_by);
    (host.values.into_inner(), errors)
}

fn parses(line: &str) -> bool {
    let source = Source {
        text: line.into(),
        file: None,
    };
    parse(&Arc::new(source)).is_ok()
}

/// Whether a line uses a cmdlet of the product's, which this crate does not have; the server's tests bind those.
fn is_of_the_product(line: &str) -> bool {
    ["-Cs", "-Tandem"].iter().any(|noun| line.contains(noun))
}

#[test]
fn topics_have_their_sections_and_fit_a_window() {
    for topic in LANGUAGE {
        let lines: Vec<&str> = topic.text.lines().collect();
        assert_eq!(lines[0], "TOPIC", "{}", topic.name);
        assert_eq!(lines[1].trim(), topic.name);
        assert_eq!(lines[3], "SHORT DESCRIPTION", "{}", topic.name);
        assert!(!topic.synopsis().is_empty(), "{}", topic.name);
        assert_eq!(lines[6], "LONG DESCRIPTION", "{}", topic.name);
        assert!(
            !topic.transcript().is_empty(),
            "{} shows nothing",
            topic.name
        );
        for line in &lines {
            assert!(line.len() < WIDTH, "{}: {line}", topic.name);
            assert_eq!(line.trim_end(), *line, "{}", topic.name);
        }
    }
    assert!(LANGUAGE.is_sorted_by_key(|topic| topic.name));
}

#[test]
fn what_topics_refer_to_exists() {
    let known = [
        "about_Language_Modes",
        "about_Pool_Failover",
        "about_Tandem_Client",
    ];
    for topic in LANGUAGE {
        for word in topic
            .text
            .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        {
            if word.starts_with("about_") && word != "about_" {
                let exists = LANGUAGE.iter().any(|other| other.name == word);
                assert!(exists || known.contains(&word), "{}: {word}", topic.name);
            }
        }
    }
}

#[test]
fn what_topics_show_runs_as_they_show_it() {
    let mut wrong = Vec::new();
    for topic in LANGUAGE {
        let mut session = Session::new(SessionOptions::default());
        for (line, shown) in topic.transcript() {
            if !parses(&line) {
                wrong.push(format!("{}: {line}: does not parse", topic.name));
            }
            if is_of_the_product(&line) {
                continue;
            }
            let (output, errors) = answer(&mut session, &line);
            let drawn = format_all(&reader().views(), &output, WIDTH);
            if drawn.trim() != shown.trim() || !errors.is_empty() {
                wrong.push(format!("{}: {line}\n{drawn}{errors:?}", topic.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn note(value: &Value, name: &str) -> String {
    let found = tandem_shell::members::property(value, name);
    found.map_or_else(String::new, |value| to_text(&value, Culture::Invariant))
}

fn names(line: &str) -> Vec<String> {
    let (output, errors) = answer(&mut Session::new(SessionOptions::default()), line);
    assert!(errors.is_empty(), "{line}: {errors:?}");
    output.iter().map(|value| note(value, "Name")).collect()
}

#[test]
fn help_finds_a_topic_by_its_name_whatever_its_case() {
    let mut session = Session::new(SessionOptions::default());
    let (output, errors) = answer(&mut session, "Get-Help ABOUT_pools");
    assert!(errors.is_empty());
    assert_eq!(to_text(&output[0], Culture::Invariant), OWN[0].text);
    assert_eq!(note(&output[0], "Category"), "HelpFile");
    assert_eq!(note(&output[0], "Synopsis"), "Two lakes.");
    assert_eq!(names("help about_Parsing"), ["about_Parsing"]);
    assert_eq!(names("Get-Help"), ["default"]);
}

#[test]
fn help_searches_names_then_texts() {
    let all = names("Get-Help about_*");
    assert_eq!(all.len(), LANGUAGE.len() + 1);
    assert!(all.is_sorted(), "{all:?}");
    assert_eq!(names("Get-Help splat"), ["about_Splatting"]);
    assert_eq!(names("Get-Help watermarks"), ["about_Pools"]);
    assert_eq!(
        names("Get-Help *variable* -Category HelpFile"),
        ["about_Preference_Variables"]
    );
    assert!(names("Get-Help *variable* -Category Cmdlet").contains(&"Get-Variable".to_owned()));
    assert_eq!(
        names("Get-Help -Category HelpFile").len(),
        LANGUAGE.len() + OWN.len()
    );
    // With its dash a word is the beginning of a command's name, not its middle.
    assert_eq!(names("Get-Help Write-W"), ["Write-Warning"]);
}

#[test]
fn help_tells_what_it_does_not_find() {
    let errors = |line: &str| answer(&mut Session::new(SessionOptions::default()), line).1;
    let not_found = "HelpNotFound,Microsoft.PowerShell.Commands.GetHelpCommand";
    let no_parameters = "NoParmsFound,Microsoft.PowerShell.Commands.GetHelpCommand";
    assert_eq!(errors("Get-Help no_such_word_anywhere"), [not_found]);
    assert_eq!(errors("Get-Help about_Nothing_At_All"), [not_found]);
    assert!(errors("Get-Help about_Nothing*").is_empty());
    assert_eq!(errors("Get-Help about_Pools -Parameter x"), [no_parameters]);
}

#[test]
fn completion_offers_topics_to_get_help_only() {
    let host = reader();
    let session = Session::new(SessionOptions::default());
    let source = SessionSource {
        state: session.state(),
        host: &host,
    };
    let offered = |line: &str| -> Vec<String> {
        let found = complete(line, line.len(), &source);
        found.matches.into_iter().map(|found| found.text).collect()
    };
    assert_eq!(offered("Get-Help about_Po"), ["about_Pools"]);
    assert_eq!(offered("Get-Help -Name ABOUT_pi"), ["about_Pipelines"]);
    assert_eq!(offered("help about_po"), ["about_Pools"]);
    assert!(offered("Get-Help Get-He").contains(&"Get-Help".to_owned()));
    assert!(
        offered("Get-Help def").is_empty(),
        "only about topics are offered"
    );
    assert!(offered("Get-Command about_Po").is_empty());
}
