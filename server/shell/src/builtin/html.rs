//! `ConvertTo-Html`.

use crate::builtin::declare::{UTILITY, at, command, input, named, switch};
use crate::builtin::expression::{Expression, Source};
use crate::builtin::expression_table::{Definition, expressions};
use crate::builtin::support::{input_object, text, texts};
use crate::command::{CommandInfo, Validation};
use crate::convert::net_text;
use crate::members;
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::text::{Culture, to_text};
use crate::value::{Text, Value};
use crate::wildcard::Wildcard;

/// What the binder knows of it.
pub(super) fn info() -> CommandInfo {
    let page = &["Page"][..];
    let filled = || Validation::NotNullOrEmpty;
    command("ConvertTo-Html", UTILITY)
        .with_default_set("Page")
        .with(input())
        .with(at(0, "Property", "object[]"))
        .with(at(3, "Body", "string[]").in_sets(page))
        .with(at(1, "Head", "string[]").in_sets(page))
        .with(at(2, "Title", "string").in_sets(page).validated(filled()))
        .with(
            named("As", "string")
                .validated(Validation::Set(
                    ["Table", "List"].map(Text::from).to_vec(),
                    false,
                ))
                .validated(filled()),
        )
        .with(
            named("CssUri", "uri")
                .alias(&["cu", "uri"])
                .in_sets(page)
                .validated(filled()),
        )
        .with(switch("Fragment").in_sets(&["Fragment"]))
        .with(named("PostContent", "string[]").validated(filled()))
        .with(named("PreContent", "string[]").validated(filled()))
        .with(named("Meta", "hashtable").in_sets(page).validated(filled()))
        .with(
            named("Charset", "string")
                .in_sets(page)
                .validated(Validation::Pattern(
                    "^[A-Za-z0-9]\\w+\\S+[A-Za-z0-9]$".into(),
                    crate::regex::Options::IGNORING_CASE,
                ))
                .validated(filled()),
        )
        .with(switch("Transitional").in_sets(page))
}

/// One to run.
pub(super) fn create() -> Box<dyn Stage> {
    Box::<Html>::default()
}

#[derive(Default)]
struct Html {
    properties: Vec<Expression>,
    /// Those of the object at hand in a list, of the first one in a table.
    resolved: Vec<Expression>,
    started: bool,
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\u{a0}'..='\u{ff}' => out.push_str(&format!("&#{};", u32::from(c))),
            other if other.len_utf16() == 2 => {
                out.push_str(&format!("&#{};", u32::from(other)));
            }
            other => out.push(other),
        }
    }
    out
}

/// A column with the width and the alignment that were asked for.
fn column(expression: &Expression) -> String {
    let attribute = |option: &str, name: &str| {
        expression.option(option).map_or_else(String::new, |value| {
            format!(" {name} = \"{}\"", to_text(value, Culture::Invariant))
        })
    };
    format!(
        "<col{}{}/>",
        attribute("Width", "width"),
        attribute("Alignment", "align")
    )
}

impl Html {
    fn is_list(context: &Context<'_>) -> bool {
        text(context, "As").is_some_and(|shape| shape.eq_ignore_ascii_case("List"))
    }

    /// The properties of an object that are shown.
    fn resolve(&self, object: &Value) -> Vec<Expression> {
        if self.properties.is_empty() {
            return members::properties(object)
                .into_iter()
                .map(|property| Expression::name(property.name))
                .collect();
        }
        self.properties
            .iter()
            .flat_map(|expression| expand(expression, object))
            .collect()
    }

    /// The head of a table: that of its first object.
    fn open(&mut self, context: &mut Context<'_>, first: &Value) -> Result<(), Halt> {
        self.resolved = self.resolve(first);
        if self.resolved.is_empty() {
            return Ok(());
        }
        self.started = true;
        let columns: String = self.resolved.iter().map(column).collect();
        context.write(Value::text(format!("<colgroup>{columns}</colgroup>")))?;
        let headings: String = self
            .resolved
            .iter()
            .map(|expression| format!("<th>{}</th>", expression.display_name()))
            .collect();
        context.write(Value::text(format!("<tr>{headings}</tr>")))
    }

    /// One line for each pair of `-Meta`.
    fn meta(context: &mut Context<'_>) -> Result<(), Halt> {
        let Some(Value::Dictionary(meta)) = context.parameter("Meta").cloned() else {
            return Ok(());
        };
        let pairs: Vec<(String, String)> = crate::text::read(&meta.entries)
            .values()
            .map(|(key, value)| {
                let text = |value| to_text(value, Culture::Current);
                (text(key), text(value))
            })
            .collect();
        for (key, value) in pairs {
            let attribute = match &*key.to_lowercase() {
                "content-type" | "default-style" | "x-ua-compatible" => "http-equiv",
                "application-name" | "author" | "description" | "generator" | "keywords"
                | "viewport" => "name",
                _ => {
                    context.warning(format!("Accepted meta properties are content-type, default-style, application-name, author, description, generator, keywords, x-ua-compatible, and viewport. The meta pair: {key} and {value} may not function correctly."))?;
                    "name"
                }
            };
            context.write(Value::text(format!(
                "<meta {attribute}=\"{key}\" content=\"{value}\">"
            )))?;
        }
        Ok(())
    }

    fn page_head(context: &mut Context<'_>) -> Result<(), Halt> {
        let (kind, file) = match context.switch("Transitional") {
            true => ("Transitional", "transitional"),
            false => ("Strict", "strict"),
        };
        context.write(Value::text(format!(
            "<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 {kind}//EN\"  \"http://www.w3.org/TR/xhtml1/DTD/xhtml1-{file}.dtd\">"
        )))?;
        for line in ["<html xmlns=\"http://www.w3.org/1999/xhtml\">", "<head>"] {
            context.write(Value::text(line))?;
        }
        if let Some(charset) = text(context, "Charset") {
            context.write(Value::text(format!("<meta charset=\"{charset}\">")))?;
        }
        Self::meta(context)?;
        let head = texts(context, "Head");
        if head.is_empty() {
            let title = text(context, "Title").unwrap_or_else(|| "HTML TABLE".into());
            context.write(Value::text(format!("<title>{title}</title>")))?;
        }
        for line in head {
            context.write(Value::String(line))?;
        }
        if let Some(uri) = text(context, "CssUri") {
            context.write(Value::text(format!(
                "<link rel=\"stylesheet\" type=\"text/css\" href=\"{uri}\" />"
            )))?;
        }
        context.write(Value::text("</head><body>"))?;
        for line in texts(context, "Body") {
            context.write(Value::String(line))?;
        }
        Ok(())
    }
}

/// The properties that a pattern names; anything else stays.
fn expand(expression: &Expression, object: &Value) -> Vec<Expression> {
    let Source::Name(name) = &expression.source else {
        return vec![expression.clone()];
    };
    let pattern = Wildcard::new(name);
    if !pattern.is_pattern() {
        return vec![expression.clone()];
    }
    members::properties(object)
        .into_iter()
        .filter(|property| pattern.matches(&property.name))
        .map(|property| Expression::name(property.name))
        .collect()
}

impl Stage for Html {
    fn begin(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        self.properties = expressions(context, "Property", Definition::Html)?;
        if !context.switch("Fragment") {
            Self::page_head(context)?;
        }
        for line in texts(context, "PreContent") {
            context.write(Value::String(line))?;
        }
        context.write(Value::text("<table>"))
    }

    fn process(&mut self, context: &mut Context<'_>, input: Option<Value>) -> Result<(), Halt> {
        let object = input_object(context, input).unwrap_or_default();
        if matches!(object, Value::Null) {
            return Ok(());
        }
        let list = Self::is_list(context);
        if list {
            self.resolved = self.resolve(&object);
            if self.started {
                context.write(Value::text("<tr><td><hr></td></tr>"))?;
            }
            self.started = true;
        } else if !self.started {
            self.open(context, &object)?;
        }
        if self.resolved.is_empty() {
            return Ok(());
        }
        let mut cells = Vec::with_capacity(self.resolved.len());
        for expression in &self.resolved {
            let value = expression.value(context, &object)?.unwrap_or_default();
            let cell = escape(&net_text(&value));
            cells.push((expression.display_name(), cell));
        }
        if list {
            return cells.into_iter().try_for_each(|(name, cell)| {
                context.write(Value::text(format!(
                    "<tr><td>{name}:</td><td>{cell}</td></tr>"
                )))
            });
        }
        let row: String = cells
            .into_iter()
            .map(|(_, cell)| format!("<td>{cell}</td>"))
            .collect();
        context.write(Value::text(format!("<tr>{row}</tr>")))
    }

    fn end(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        context.write(Value::text("</table>"))?;
        for line in texts(context, "PostContent") {
            context.write(Value::String(line))?;
        }
        if !context.switch("Fragment") {
            context.write(Value::text("</body></html>"))?;
        }
        Ok(())
    }
}
