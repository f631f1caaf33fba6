//! `ConvertTo-Xml`.

use std::sync::Arc;

use crate::builtin::declare::{UTILITY, at, command, named, switch};
use crate::builtin::support::{count, input_object, text};
use crate::command::{CommandInfo, Validation};
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::serialise::object_xml::{Element, ObjectXmlError, element_of};
use crate::value::{NamedScalar, Value};

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>";

/// What the binder knows of it.
pub(super) fn info() -> CommandInfo {
    let forms = ["Stream", "String", "Document"].map(Into::into);
    let mut input = at(0, "InputObject", "psobject").mandatory().from_pipeline();
    input.allow_null = true;
    let mut depth =
        named("Depth", "int").validated(Validation::Range(Value::Int32(1), Value::Int32(i32::MAX)));
    depth.help_message = Some(
        "Specifies how many levels of contained objects should be included in the XML representation".into(),
    );
    let mut untyped = switch("NoTypeInformation");
    untyped.help_message =
        Some("Specifies not to include the Type information in the XML representation".into());
    command("ConvertTo-Xml", UTILITY)
        .with_output(&["System.Xml.XmlDocument", "System.String"])
        .with(depth)
        .with(input)
        .with(untyped)
        .with(
            named("As", "string")
                .validated(Validation::NotNullOrEmpty)
                .validated(Validation::Set(forms.into(), false)),
        )
}

/// One to run.
pub(super) fn create() -> Box<dyn Stage> {
    Box::<ConvertToXml>::default()
}

#[derive(Default)]
struct ConvertToXml {
    /// -As, in lower case.
    form: String,
    elements: Vec<Element>,
}

impl ConvertToXml {
    fn is_stream(&self) -> bool {
        self.form == "stream"
    }
}

/// What the object, or a character of it, is refused with.
fn refuse(context: &mut Context<'_>, error: &ObjectXmlError) -> Halt {
    let exception = match error {
        ObjectXmlError::InvalidCharacter(_) => "System.ArgumentException",
        ObjectXmlError::NullNote => "System.NullReferenceException",
        ObjectXmlError::TooLarge => "System.OutOfMemoryException",
    };
    context.terminate(ErrorRecord::new(
        exception,
        ErrorCategory::NotSpecified,
        exception,
        error.to_string(),
    ))
}

impl Stage for ConvertToXml {
    fn begin(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        self.form = text(context, "As").map_or_else(String::new, |form| form.to_lowercase());
        if self.is_stream() {
            context.write(Value::text(DECLARATION))?;
            context.write(Value::text("<Objects>"))?;
        }
        Ok(())
    }

    fn process(&mut self, context: &mut Context<'_>, input: Option<Value>) -> Result<(), Halt> {
        let object = input_object(context, input).unwrap_or_default();
        let depth = count(context, "Depth").unwrap_or(1);
        let with_types = !context.switch("NoTypeInformation");
        let element =
            element_of(&object, depth, with_types).map_err(|error| refuse(context, &error))?;
        if self.is_stream() {
            let mut out = String::new();
            element
                .push_indented(&mut out, 0)
                .map_err(|error| refuse(context, &error))?;
            return context.write(Value::text(out));
        }
        context.hoard(&object)?;
        self.elements.push(element);
        Ok(())
    }

    fn end(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        if self.is_stream() {
            return context.write(Value::text("</Objects>"));
        }
        let objects = Element::with("Objects", std::mem::take(&mut self.elements));
        let mut out = String::from(DECLARATION);
        if self.form == "string" {
            out.push('\n');
            objects
                .push_indented(&mut out, 0)
                .map_err(|error| refuse(context, &error))?;
            return context.write(Value::text(out));
        }
        objects
            .push_flat(&mut out)
            .map_err(|error| refuse(context, &error))?;
        context.write(Value::Named(Arc::new(NamedScalar {
            options: 0,
            type_name: "System.Xml.XmlDocument".into(),
            text: out.into(),
        })))
    }
}
