//! `ConvertTo-Html`.

use crate::builtin::declare::{UTILITY, at, command, input, named, switch};
use crate::builtin::expression::{Expression, Source};
use crate::builtin::expression_table::{Definition, expressions};
use crate::builtin::support::{input_object, text, texts};
use crate::command::{CommandInfo, Validation};
use crate::members;
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::text::{Culture, to_text};
use crate::value::{Text, Value};
use crate::wildcard::Wildcard;

/// What the binder knows of it.
pub(super) fn info() -> CommandInfo {
    let page = &["Page"][..];
    command("ConvertTo-Html", UTILITY)
        .with_default_set("Page")
        .with(input())
        .with(at(0, "Property", "object[]"))
        .with(at(3, "Body", "string[]").in_sets(page))
        .with(at(1, "Head", "string[]").in_sets(page))
        .with(at(2, "Title", "string").in_sets(page))
        .with(named("As", "string").validated(Validation::Set(
            ["Table", "List"].map(Text::from).to_vec(),
            false,
        )))
        .with(named("CssUri", "uri").alias(&["cu", "uri"]).in_sets(page))
        .with(switch("Fragment").in_sets(&["Fragment"]))
        .with(
            named("PostContent", "string[]").validated(crate::command::Validation::NotNullOrEmpty),
        )
        .with(named("PreContent", "string[]").validated(crate::command::Validation::NotNullOrEmpty))
        .with(named("Charset", "string").in_sets(page))
}

/// One to run.
pub(super) fn create() -> Box<dyn Stage> {
    Box::<Html>::default()
}

#[derive(Default)]
struct Html {
    properties: Vec<Expression>,
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
            other => out.push(other),
        }
    }
    out
}

impl Html {
    fn is_list(context: &Context<'_>) -> bool {
        text(context, "As").is_some_and(|shape| shape.eq_ignore_ascii_case("List"))
    }

    /// Everything before the first object.
    fn open(&mut self, context: &mut Context<'_>, first: &Value) -> Result<(), Halt> {
        self.started = true;
        if self.properties.is_empty() {
            self.properties = members::properties(first)
                .into_iter()
                .map(|property| Expression::name(property.name))
                .collect();
        } else {
            self.properties = self
                .properties
                .iter()
                .flat_map(|expression| expand(expression, first))
                .collect();
        }
        context.write(Value::text("<table>"))?;
        if Self::is_list(context) {
            return Ok(());
        }
        let columns = "<col/>".repeat(self.properties.len());
        context.write(Value::text(format!("<colgroup>{columns}</colgroup>")))?;
        let headings: String = self
            .properties
            .iter()
            .map(|expression| format!("<th>{}</th>", escape(&expression.display_name())))
            .collect();
        context.write(Value::text(format!("<tr>{headings}</tr>")))
    }

    fn page_head(context: &mut Context<'_>) -> Result<(), Halt> {
        for line in [
            "<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Strict//EN\"  \"http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd\">",
            "<html xmlns=\"http://www.w3.org/1999/xhtml\">",
            "<head>",
        ] {
            context.write(Value::text(line))?;
        }
        if let Some(charset) = text(context, "Charset") {
            context.write(Value::text(format!("<meta charset=\"{charset}\">")))?;
        }
        let head = texts(context, "Head");
        if head.is_empty() {
            let title = text(context, "Title").unwrap_or_else(|| "HTML TABLE".into());
            context.write(Value::text(format!("<title>{}</title>", escape(&title))))?;
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
        Ok(())
    }

    fn process(&mut self, context: &mut Context<'_>, input: Option<Value>) -> Result<(), Halt> {
        let Some(object) = input_object(context, input) else {
            return Ok(());
        };
        let list = Self::is_list(context);
        if !self.started {
            self.open(context, &object)?;
        } else if list {
            context.write(Value::text("<tr><td><hr></td></tr>"))?;
        }
        let mut cells = Vec::with_capacity(self.properties.len());
        for expression in &self.properties {
            let value = expression.value(context, &object)?.unwrap_or_default();
            cells.push((
                expression.display_name(),
                escape(&to_text(&value, Culture::Current)),
            ));
        }
        if list {
            return cells.into_iter().try_for_each(|(name, cell)| {
                let name = escape(&name);
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
        if !self.started {
            context.write(Value::text("<table>"))?;
        }
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
