//! Help as text, line for line as PowerShell's help views draw it. The formatter puts an empty line before and one
//! behind.

use crate::format::cell::wrap;
use crate::format::view::{View, ViewBody, ViewColumn, ViewRegistry};
use crate::help::object::Detail;
use crate::members::property;
use crate::text::{Culture, to_text};
use crate::value::Value;

const COMMON_PARAMETERS: &str = "    <CommonParameters>\n        This cmdlet supports the common parameters: Verbose, Debug,\n        \
     ErrorAction, ErrorVariable, WarningAction, WarningVariable,\n        OutBuffer, PipelineVariable, and OutVariable. \
     For more information, see\n        about_CommonParameters \n    (https://go.microsoft.com/fwlink/?LinkID=113216). \n    \n";

/// Registers the views of help objects.
pub fn register(registry: &mut ViewRegistry) {
    let mut text = |type_name: &str, draw: fn(&Value, usize) -> String| {
        registry.register(
            type_name,
            View {
                name: type_name.into(),
                body: ViewBody::Text(draw),
                group_by: None,
                out_of_band: false,
            },
        );
    };
    text("ExtendedCmdletHelpInfo", |help, width| {
        declared(help, width, Detail::Normal)
    });
    text("ExtendedCmdletHelpInfo#DetailedView", |help, width| {
        declared(help, width, Detail::Detailed)
    });
    text("ExtendedCmdletHelpInfo#FullView", |help, width| {
        declared(help, width, Detail::Full)
    });
    text("ExtendedCmdletHelpInfo#ExamplesView", |help, width| {
        declared(help, width, Detail::Examples)
    });
    text("ExtendedCmdletHelpInfo#parameter", parameter_alone);
    text("MamlCommandHelpInfo", |help, width| {
        written(help, width, Detail::Normal)
    });
    text("MamlCommandHelpInfo#DetailedView", |help, width| {
        written(help, width, Detail::Detailed)
    });
    text("MamlCommandHelpInfo#FullView", |help, width| {
        written(help, width, Detail::Full)
    });
    text("MamlCommandHelpInfo#ExamplesView", |help, width| {
        written(help, width, Detail::Examples)
    });
    text("MamlCommandHelpInfo#parameter", parameter_alone);
    registry.register(
        "HelpInfoShort",
        View {
            name: "HelpInfoShort".into(),
            body: ViewBody::Table(vec![
                ViewColumn::property("Name").wide(33),
                ViewColumn::property("Category").wide(9),
                ViewColumn::property("Module").wide(25),
                ViewColumn::property("Synopsis"),
            ]),
            group_by: None,
            out_of_band: false,
        },
    );
}

fn field(value: &Value, name: &str) -> String {
    property(value, name).map_or_else(String::new, |value| to_text(&value, Culture::Current))
}

fn nested(value: &Value, path: &[&str]) -> Vec<Value> {
    let mut current = value.clone();
    for name in path {
        match property(&current, name) {
            Some(next) => current = next,
            None => return Vec::new(),
        }
    }
    match current {
        Value::Null => Vec::new(),
        one => one.elements().unwrap_or_else(|| vec![one]),
    }
}

/// Lines of text within an indent, words moving to the next line together with the blank behind them.
fn push_wrapped(out: &mut String, text: &str, indent: usize, width: usize) {
    for line in text.lines() {
        for piece in wrap(line, width.saturating_sub(indent).max(1)) {
            out.push_str(&" ".repeat(indent));
            out.push_str(&piece);
            out.push('\n');
        }
    }
}

fn push_section(out: &mut String, title: &str, text: &str, width: usize) {
    out.push_str(title);
    out.push('\n');
    push_wrapped(out, text, 4, width);
    out.push_str("    \n");
}

fn declared(help: &Value, width: usize, detail: Detail) -> String {
    let mut out = String::new();
    push_section(&mut out, "NAME", &field(help, "Name"), width);
    out.push_str("SYNTAX\n");
    for line in field(help, "Synopsis")
        .lines()
        .filter(|line| !line.is_empty())
    {
        push_wrapped(&mut out, line, 4, width);
        out.push_str("    \n");
    }
    if matches!(detail, Detail::Detailed | Detail::Full) {
        out.push_str("    \nPARAMETERS\n");
        for parameter in nested(help, &["parameters", "parameter"]) {
            push_header(&mut out, &parameter, 4);
            if detail == Detail::Full {
                out.push_str("        \n");
                push_facts(&mut out, &parameter, 8);
                out.push_str("        \n");
            } else {
                out.push_str("    \n");
            }
        }
        out.push_str(COMMON_PARAMETERS);
    }
    if detail == Detail::Full {
        let of_type = |path: &[&str]| {
            nested(help, path)
                .iter()
                .map(|value| field(value, "name"))
                .collect::<Vec<_>>()
                .join("\n")
        };
        out.push_str("    \n");
        push_section(
            &mut out,
            "INPUTS",
            &of_type(&["inputTypes", "inputType", "type"]),
            width,
        );
        out.push_str("    \n");
        push_section(
            &mut out,
            "OUTPUTS",
            &of_type(&["returnValues", "returnValue", "type"]),
            width,
        );
    } else {
        out.push('\n');
    }
    push_section(&mut out, "ALIASES", &field(help, "aliases"), width);
    out.push_str("\nREMARKS\n");
    push_wrapped(&mut out, &field(help, "remarks"), 4, width);
    out.push('\n');
    out
}

/// `-Name <type>`, `-Switch`, or for written help `-Switch [<SwitchParameter>]`.
fn push_header(out: &mut String, parameter: &Value, indent: usize) {
    out.push_str(&" ".repeat(indent));
    out.push('-');
    out.push_str(&field(parameter, "name"));
    let value = field(parameter, "parameterValue");
    if matches!(property(parameter, "switch"), Some(Value::Bool(true))) {
        out.push_str(" [<SwitchParameter>]");
    } else if !value.is_empty() {
        out.push_str(&format!(" <{value}>"));
    }
    out.push('\n');
}

/// The table of facts about one parameter.
fn push_facts(out: &mut String, parameter: &Value, indent: usize) {
    let written = property(parameter, "defaultValue").is_some();
    let facts: &[(&str, &str)] = if written {
        &[
            ("Required?", "required"),
            ("Position?", "position"),
            ("Default value", "defaultValue"),
            ("Accept pipeline input?", "pipelineInput"),
            ("Aliases", "aliases"),
            ("Accept wildcard characters?", "globbing"),
        ]
    } else {
        &[
            ("Required?", "required"),
            ("Position?", "position"),
            ("Accept pipeline input?", "pipelineInput"),
            ("Parameter set name", "parameterSetName"),
            ("Aliases", "aliases"),
            ("Dynamic?", "isDynamic"),
            ("Accept wildcard characters?", "globbing"),
        ]
    };
    for (label, name) in facts {
        out.push_str(&" ".repeat(indent));
        out.push_str(&format!("{label:<29}{}\n", field(parameter, name)));
    }
}

fn parameter_alone(parameter: &Value, width: usize) -> String {
    let mut out = String::new();
    push_header(&mut out, parameter, 0);
    push_wrapped(&mut out, &field(parameter, "description"), 4, width);
    out.push_str("    \n");
    push_facts(&mut out, parameter, 4);
    out.push_str("    \n\n");
    out
}

fn written(help: &Value, width: usize, detail: Detail) -> String {
    let mut out = String::new();
    push_section(&mut out, "NAME", &field(help, "Name"), width);
    push_section(&mut out, "SYNOPSIS", &field(help, "Synopsis"), width);
    out.push_str("    \n");
    if detail == Detail::Examples {
        push_examples(&mut out, help, width);
        return out;
    }
    out.push_str("SYNTAX\n");
    for item in nested(help, &["Syntax", "syntaxItem"]) {
        push_wrapped(&mut out, &field(&item, "line"), 4, width);
        out.push_str("    \n");
    }
    out.push_str("    \nDESCRIPTION\n");
    let paragraphs = nested(help, &["description"]);
    for paragraph in &paragraphs {
        push_wrapped(&mut out, &field(paragraph, "Text"), 4, width);
        out.push_str("    \n");
    }
    if paragraphs.is_empty() {
        out.push_str("    \n");
    }
    out.push('\n');
    match detail {
        Detail::Normal => {
            push_links(&mut out, help, width);
            out.push('\n');
        }
        Detail::Detailed => {
            push_parameters(&mut out, help, width, detail);
            push_examples(&mut out, help, width);
        }
        Detail::Full => {
            push_parameters(&mut out, help, width, detail);
            let inputs = field(help, "inputTypes");
            push_section(&mut out, "INPUTS", &inputs, width);
            if !inputs.is_empty() {
                out.push_str("    \n");
            }
            let outputs = field(help, "returnValues");
            push_section(&mut out, "OUTPUTS", &outputs, width);
            if !outputs.is_empty() {
                out.push_str("    \n");
            }
            let notes = field(help, "notes");
            if !notes.is_empty() {
                out.push_str("NOTES\n    \n");
                push_wrapped(&mut out, &notes, 4, width);
                out.push_str("    \n");
            }
            push_examples(&mut out, help, width);
            out.push_str("    \n");
            push_links(&mut out, help, width);
            out.push('\n');
            return out;
        }
        Detail::Examples => {}
    }
    push_remarks(&mut out, help);
    out
}

fn push_parameters(out: &mut String, help: &Value, width: usize, detail: Detail) {
    out.push_str("PARAMETERS\n");
    for parameter in nested(help, &["parameters", "parameter"]) {
        push_header(out, &parameter, 4);
        push_wrapped(out, &field(&parameter, "description"), 8, width);
        out.push_str("        \n");
        if detail == Detail::Full {
            push_facts(out, &parameter, 8);
            out.push_str("        \n");
        }
    }
    out.push_str(COMMON_PARAMETERS);
}

fn push_examples(out: &mut String, help: &Value, width: usize) {
    for example in nested(help, &["examples", "example"]) {
        push_wrapped(out, &field(&example, "title"), 4, width);
        out.push_str("    \n");
        push_wrapped(out, &format!("PS > {}", field(&example, "code")), 4, width);
        out.push_str("    \n");
        let remarks = field(&example, "remarks");
        if remarks.is_empty() {
            out.push_str("    \n");
        }
        push_wrapped(out, &remarks, 4, width);
        out.push_str("    \n    \n    \n    \n");
    }
}

fn push_links(out: &mut String, help: &Value, width: usize) {
    out.push_str("RELATED LINKS\n");
    for link in nested(help, &["relatedLinks"]) {
        push_wrapped(out, &to_text(&link, Culture::Current), 4, width);
    }
}

fn push_remarks(out: &mut String, help: &Value) {
    let name = field(help, "Name");
    out.push_str("REMARKS\n");
    for (what, option) in [
        ("To see the examples", "Examples"),
        ("For more information", "Detailed"),
        ("For technical information", "Full"),
    ] {
        out.push_str(&format!(
            "    {what}, type: \"Get-Help {name} -{option}\"\n"
        ));
    }
    // Only help with links can be looked up elsewhere.
    if nested(help, &["relatedLinks"]).is_empty() {
        out.push('\n');
    } else {
        out.push_str(&format!(
            "    For online help, type: \"Get-Help {name} -Online\"\n"
        ));
    }
}
