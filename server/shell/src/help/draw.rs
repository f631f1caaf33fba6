//! Help as text: PowerShell's help views. The formatter puts an empty line before and one behind.

use crate::format::view::{View, ViewBody, ViewColumn, ViewRegistry};
use crate::help::object::Detail;
use crate::help::page::Page;
use crate::members::property;
use crate::text::{Culture, to_text};
use crate::value::Value;

const COMMON_PARAMETERS: &str = "    This cmdlet supports the common parameters: Verbose, Debug,\n    ErrorAction, \
     ErrorVariable, WarningAction, WarningVariable,\n    OutBuffer, PipelineVariable, and OutVariable. For more \
     information, see\n    about_CommonParameters (https://go.microsoft.com/fwlink/?LinkID=113216). ";

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
    text("ExtendedCmdletHelpInfo#parameter", |parameter, width| {
        alone(width, |page| push_declared_parameter(page, parameter))
    });
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
    register_parts(&mut text);
    registry.register(
        "HelpInfoShort",
        View {
            name: "help".into(),
            body: ViewBody::Table(vec![
                ViewColumn::property("Name").wide(33),
                ViewColumn::property("Category").wide(9),
                ViewColumn::computed("Module", |help| {
                    property(help, "ModuleName")
                        .or_else(|| property(help, "Module"))
                        .unwrap_or_default()
                })
                .wide(25),
                ViewColumn::property("Synopsis"),
            ]),
            group_by: None,
            out_of_band: false,
        },
    );
}

/// The views of the parts of written help.
fn register_parts(text: &mut impl FnMut(&str, fn(&Value, usize) -> String)) {
    text("MamlCommandHelpInfo#parameter", |parameter, width| {
        alone(width, |page| push_written_parameter(page, parameter))
    });
    text("MamlCommandHelpInfo#parameters", |parameters, width| {
        alone(width, |page| {
            page.frame(|page| {
                for parameter in nested(parameters, &["parameter"]) {
                    push_written_parameter(page, &parameter);
                }
                push_common(page);
            });
        })
    });
    text("MamlCommandHelpInfo#syntax", |syntax, width| {
        alone(width, |page| {
            push_syntax(page, &nested(syntax, &["syntaxItem"]));
        })
    });
    text("MamlCommandHelpInfo#examples", |examples, width| {
        alone(width, |page| {
            push_examples(page, &nested(examples, &["example"]));
        })
    });
    text("MamlCommandHelpInfo#details", |details, width| {
        alone(width, |page| push_details(page, details))
    });
    text("MamlCommandHelpInfo#relatedLinks", |links, width| {
        alone(width, |page| push_links(page, links))
    });
    text("MamlCommandHelpInfo#inputTypes", |types, width| {
        alone(width, |page| {
            push_types(page, &nested(types, &["inputType"]));
        })
    });
    text("MamlCommandHelpInfo#returnValues", |types, width| {
        alone(width, |page| {
            push_types(page, &nested(types, &["returnValue"]));
        })
    });
    text("MamlCommandHelpInfo#alertSet", |set, width| {
        alone(width, |page| {
            page.line(&field(set, "title")).end_line();
            page.frame(|page| push_paragraphs(page, &nested(set, &["alert"])));
        })
    });
    text("MamlTextItem", |item, width| {
        alone(width, |page| {
            page.line(&field(item, "Text"));
        })
    });
}

fn alone(width: usize, write: impl FnOnce(&mut Page)) -> String {
    let mut page = Page::new(width);
    write(&mut page);
    page.finish()
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

fn declared(help: &Value, width: usize, detail: Detail) -> String {
    let mut page = Page::new(width);
    page.line("NAME").frame(|page| {
        page.line(&field(help, "Name"));
        if detail != Detail::Examples {
            page.end_line();
        }
    });
    let is_long = matches!(detail, Detail::Detailed | Detail::Full);
    if detail != Detail::Examples {
        page.line("SYNTAX").frame(|page| {
            push_syntax(page, &nested(help, &["Syntax", "syntaxItem"]));
            if is_long {
                page.end_line();
            }
        });
    }
    if is_long {
        page.line("PARAMETERS").frame(|page| {
            for parameter in nested(help, &["parameters", "parameter"]) {
                if detail == Detail::Full {
                    push_declared_parameter(page, &parameter);
                } else {
                    page.line(&header(&parameter)).end_line();
                }
            }
            let parameters = nested(help, &["parameters", "parameter"]);
            match has_common(help) {
                true => push_common(page),
                false if parameters.is_empty() => {
                    page.line("None").end_line();
                }
                false => {}
            }
            if detail == Detail::Full {
                page.end_line();
            }
        });
    }
    if detail == Detail::Full {
        let types = |page: &mut Page, path: &[&str]| {
            page.frame(|page| {
                for of_type in nested(help, path) {
                    page.line(&field(&of_type, "name"));
                }
                page.end_line();
            });
        };
        types(page.line("INPUTS"), &["inputTypes", "inputType", "type"]);
        types(
            page.line("OUTPUTS"),
            &["returnValues", "returnValue", "type"],
        );
    } else {
        page.end_line();
    }
    page.line("ALIASES").frame(|page| {
        page.line(&field(help, "aliases"));
    });
    page.end_line().line("REMARKS").frame(|page| {
        page.line(&field(help, "remarks"));
    });
    page.finish()
}

/// Whether a command has the common parameters; help that somebody wrote says so of any.
fn has_common(of: &Value) -> bool {
    !matches!(property(of, "CommonParameters"), Some(Value::Bool(false)))
}

/// `-Name <type>`, `-Switch`, or for written help `-Switch [<SwitchParameter>]`.
fn header(parameter: &Value) -> String {
    let name = field(parameter, "name");
    match property(parameter, "parameterValue") {
        None => format!("-{name}"),
        Some(value) => {
            let is_optional = property(&value, "required")
                .is_some_and(|required| to_text(&required, Culture::Invariant) != "true");
            let value = to_text(&value, Culture::Current);
            match is_optional {
                true => format!("-{name} [<{value}>]"),
                false => format!("-{name} <{value}>"),
            }
        }
    }
}

fn push_facts(page: &mut Page, parameter: &Value, facts: &[(&str, &str)]) {
    for (label, name) in facts {
        page.line(&format!("{label:<29}{}", field(parameter, name)));
    }
    page.end_line();
}

fn push_declared_parameter(page: &mut Page, parameter: &Value) {
    page.line(&header(parameter)).frame(|page| {
        page.line(&field(parameter, "description"));
        push_facts(
            page,
            parameter,
            &[
                ("Required?", "required"),
                ("Position?", "position"),
                ("Accept pipeline input?", "pipelineInput"),
                ("Parameter set name", "parameterSetName"),
                ("Aliases", "aliases"),
                ("Dynamic?", "isDynamic"),
                ("Accept wildcard characters?", "globbing"),
            ],
        );
    });
}

fn push_written_parameter(page: &mut Page, parameter: &Value) {
    page.line(&header(parameter)).frame(|page| {
        push_paragraphs(page, &nested(parameter, &["description"]));
        page.end_line();
        push_facts(
            page,
            parameter,
            &[
                ("Required?", "required"),
                ("Position?", "position"),
                ("Default value", "defaultValue"),
                ("Accept pipeline input?", "pipelineInput"),
                ("Aliases", "aliases"),
                ("Accept wildcard characters?", "globbing"),
            ],
        );
    });
}

fn push_common(page: &mut Page) {
    page.line("<CommonParameters>")
        .frame(|page| {
            page.text(COMMON_PARAMETERS);
        })
        .end_line()
        .end_line();
}

/// Each paragraph on lines of its own.
fn push_paragraphs(page: &mut Page, paragraphs: &[Value]) {
    for paragraph in paragraphs {
        page.line(&field(paragraph, "Text"));
    }
}

fn push_details(page: &mut Page, details: &Value) {
    page.line("NAME").frame(|page| {
        page.line(&field(details, "name")).end_line();
    });
    page.line("SYNOPSIS").frame(|page| {
        push_paragraphs(page, &nested(details, &["description"]));
        page.end_line().end_line();
    });
}

fn push_syntax(page: &mut Page, items: &[Value]) {
    for item in items {
        page.text(&field(item, "name")).text(" ");
        for parameter in nested(item, &["parameter"]) {
            page.text(&usage(&parameter)).text(" ");
        }
        if has_common(item) {
            page.text("[<CommonParameters>]");
        }
        page.end_line().end_line();
    }
}

/// A parameter in a line of syntax.
fn usage(parameter: &Value) -> String {
    let name = field(parameter, "name");
    let values = nested(parameter, &["parameterValueGroup", "parameterValue"]);
    let value = if !values.is_empty() {
        let values: Vec<String> = values
            .iter()
            .map(|value| to_text(value, Culture::Current))
            .collect();
        format!(" {{{}}}", values.join(" | "))
    } else if property(parameter, "parameterValue").is_some() {
        format!(" <{}>", field(parameter, "parameterValue"))
    } else {
        String::new()
    };
    let is_required = field(parameter, "required") == "true";
    let is_positional = field(parameter, "position").parse::<u32>().is_ok();
    match (is_required, is_positional) {
        (false, true) => format!("[[-{name}]{value}]"),
        (false, false) => format!("[-{name}{value}]"),
        (true, true) => format!("[-{name}]{value}"),
        (true, false) => format!("-{name}{value}"),
    }
}

fn push_types(page: &mut Page, types: &[Value]) {
    for of_type in types {
        let named = property(of_type, "type").unwrap_or_default();
        page.line(&field(&named, "name")).end_line();
    }
}

fn push_examples(page: &mut Page, examples: &[Value]) {
    for example in examples {
        page.line(&field(example, "title")).end_line();
        for introduction in nested(example, &["introduction"]) {
            page.text(&field(&introduction, "Text"));
        }
        page.line(&field(example, "code"));
        page.line(&field(example, "results"));
        push_paragraphs(page, &nested(example, &["remarks"]));
    }
}

fn push_links(page: &mut Page, links: &Value) {
    for link in nested(links, &["navigationLink"]) {
        let text = field(&link, "linkText");
        let blank = if text.is_empty() { "" } else { " " };
        page.line(&format!("{text}{blank}{}", field(&link, "uri")));
    }
}

fn written(help: &Value, width: usize, detail: Detail) -> String {
    let mut page = Page::new(width);
    push_details(&mut page, &property(help, "details").unwrap_or_default());
    let examples = nested(help, &["examples", "example"]);
    if detail == Detail::Examples {
        page.frame(|page| push_examples(page, &examples));
        return page.finish();
    }
    page.line("SYNTAX").frame(|page| {
        push_syntax(page, &nested(help, &["Syntax", "syntaxItem"]));
        page.end_line();
    });
    page.line("DESCRIPTION").frame(|page| {
        push_paragraphs(page, &nested(help, &["description"]));
        page.end_line();
    });
    page.end_line();
    let links = property(help, "relatedLinks").unwrap_or_default();
    match detail {
        Detail::Full => push_full(&mut page, help, &examples, &links),
        Detail::Detailed => {
            page.line("PARAMETERS").frame(|page| {
                for parameter in nested(help, &["parameters", "parameter"]) {
                    page.line(&header(&parameter)).frame(|page| {
                        push_paragraphs(page, &nested(&parameter, &["description"]));
                        page.end_line();
                    });
                }
                push_common(page);
            });
            page.frame(|page| push_examples(page, &examples));
            push_remarks(&mut page, help, &links);
        }
        Detail::Normal | Detail::Examples => {
            page.line("RELATED LINKS")
                .frame(|page| push_links(page, &links));
            page.end_line();
            push_remarks(&mut page, help, &links);
        }
    }
    page.finish()
}

fn push_full(page: &mut Page, help: &Value, examples: &[Value], links: &Value) {
    page.line("PARAMETERS").frame(|page| {
        for parameter in nested(help, &["parameters", "parameter"]) {
            push_written_parameter(page, &parameter);
        }
        push_common(page);
    });
    page.line("INPUTS").frame(|page| {
        push_types(page, &nested(help, &["inputTypes", "inputType"]));
        page.end_line();
    });
    page.line("OUTPUTS").frame(|page| {
        push_types(page, &nested(help, &["returnValues", "returnValue"]));
        page.end_line();
    });
    let notes = nested(help, &["alertSet"]);
    if !notes.is_empty() {
        page.line("NOTES");
        for set in notes {
            page.frame(|page| {
                page.line(&field(&set, "title")).end_line();
                page.frame(|page| push_paragraphs(page, &nested(&set, &["alert"])));
                page.end_line();
            });
        }
    }
    page.frame(|page| {
        push_examples(page, examples);
        page.end_line();
    });
    page.line("RELATED LINKS")
        .frame(|page| push_links(page, links));
}

fn push_remarks(page: &mut Page, help: &Value, links: &Value) {
    let name = field(help, "Name");
    page.line("REMARKS").frame(|page| {
        for (what, option) in [
            ("To see the examples", "Examples"),
            ("For more information", "Detailed"),
            ("For technical information", "Full"),
        ] {
            page.line(&format!("{what}, type: \"Get-Help {name} -{option}\""));
        }
    });
    // Only help with links can be looked up elsewhere; the line is ended where the page is.
    if !nested(links, &["navigationLink"]).is_empty() {
        page.text(&format!(
            "    For online help, type: \"Get-Help {name} -Online\""
        ));
    }
}
