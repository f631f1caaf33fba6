//! What becomes an object of a class: a text that it parses, what one of its constructors takes, a dictionary or an object
//! whose entries its properties take (`LanguagePrimitives.FigureConversion`).

use std::sync::Arc;

use crate::command::ParameterType;
use crate::convert::{self, ConversionContext, ConversionError, collection, is_instance};
use crate::evaluate::failure;
use crate::members::{properties, same_name};
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::pipeline::sink::{Discard, Sink};
use crate::text::{Culture, read, to_text};
use crate::value::Value;
use crate::value::class::{Class, ClassMethod, ClassReference};

/// What a conversion came to.
type Converted = Result<Value, ConversionError>;

/// Whether a type is a class of a script's, or made of one.
fn involves_class(target: &ParameterType) -> bool {
    match target {
        ParameterType::Class(_) => true,
        ParameterType::Array(element)
        | ParameterType::List(_, element)
        | ParameterType::Nullable(element) => involves_class(element),
        _ => false,
    }
}

/// Whether a value may become an object of a class.
pub(crate) fn is_convertible(value: &Value, class: &Arc<Class>) -> bool {
    parser(value, class).is_some()
        || constructor(value, class).is_some()
        || (is_default(class) && entries(value).is_some())
}

/// The static method that reads a text.
fn parser<'c>(value: &Value, class: &'c Arc<Class>) -> Option<&'c ClassMethod> {
    if !matches!(value, Value::String(_)) {
        return None;
    }
    let mut all = class.overloads("Parse", true).into_iter();
    all.find(|(_, own)| {
        takes(own, |of_type| {
            *of_type == ParameterType::Plain("System.String".into())
        })
    })
    .map(|(_, own)| own)
}

fn takes(method: &ClassMethod, fits: impl Fn(&ParameterType) -> bool) -> bool {
    match method.parameters.as_slice() {
        [only] => only.of_type.as_ref().is_some_and(fits),
        _ => false,
    }
}

/// The constructor that takes a value as it is: one of its own type before one of a base.
fn constructor<'c>(value: &Value, class: &'c Arc<Class>) -> Option<&'c ClassMethod> {
    let all = &class.members().constructors;
    let own = crate::type_names::type_name(value);
    all.iter()
        .find(|method| takes(method, |of_type| of_type.full_name() == own))
        .or_else(|| {
            all.iter()
                .find(|method| takes(method, |of_type| is_instance(value, of_type)))
        })
}

/// Whether a class is made without arguments.
fn is_default(class: &Class) -> bool {
    let all = &class.members().constructors;
    all.is_empty() || all.iter().any(|own| own.parameters.is_empty())
}

/// The entries of a dictionary, or the properties of an object that is of no type of its own.
fn entries(value: &Value) -> Option<Vec<(String, Value)>> {
    match value.base() {
        Value::Dictionary(table) => Some(
            read(&table.entries)
                .values()
                .map(|(key, value)| (to_text(key, Culture::Invariant), value.clone()))
                .collect(),
        ),
        Value::Object(object) if object.custom => {
            let all = properties(value).into_iter();
            Some(all.map(|own| (own.name.to_string(), own.value)).collect())
        }
        _ => None,
    }
}

impl Engine<'_> {
    /// Converts a value to any type, classes of scripts among them.
    ///
    /// # Errors
    /// What a constructor ended that is more than a conversion; within, why there is no way.
    pub(crate) fn convert_value(
        &mut self,
        value: &Value,
        target: &ParameterType,
        out: &mut dyn Sink,
    ) -> Result<Converted, Halt> {
        if !involves_class(target) {
            let context = ConversionContext::invariant(self.host.now());
            return Ok(convert::convert(value, target, context));
        }
        self.nested(|engine| engine.convert_to_class(value, target, out))
    }

    fn convert_to_class(
        &mut self,
        value: &Value,
        target: &ParameterType,
        out: &mut dyn Sink,
    ) -> Result<Converted, Halt> {
        let value = value.base();
        if matches!(value, Value::Null) {
            return Ok(Ok(Value::Null));
        }
        if is_instance(value, target) {
            return Ok(Ok(value.clone()));
        }
        match target {
            ParameterType::Class(own) => self.made_of(value, own, target, out),
            ParameterType::Nullable(inner) => self.convert_to_class(value, inner, out),
            ParameterType::Array(element) | ParameterType::List(_, element) => {
                let items = value.elements().unwrap_or_else(|| vec![value.clone()]);
                let mut made = Vec::with_capacity(items.len());
                for item in &items {
                    match self.convert_value(item, element, out)? {
                        Ok(item) => made.push(item),
                        Err(error) => return Ok(Err(error)),
                    }
                }
                Ok(Ok(collection(target, made)))
            }
            _ => Ok(Err(ConversionError::no_way(value, target))),
        }
    }

    /// An object of a class, made of a value.
    fn made_of(
        &mut self,
        value: &Value,
        own: &ClassReference,
        target: &ParameterType,
        out: &mut dyn Sink,
    ) -> Result<Converted, Halt> {
        let Some(class) = own.class() else {
            return Ok(Err(ConversionError::no_way(value, target)));
        };
        if parser(value, &class).is_some() {
            let outcome =
                self.static_class_method(&class, "Parse", std::slice::from_ref(value), out);
            let outcome = outcome.map(Option::unwrap_or_default);
            return self.concluded_conversion(
                "InvalidCastParseTargetInvocation",
                value,
                target,
                outcome,
            );
        }
        if constructor(value, &class).is_some() {
            let outcome = self.construct(&class, std::slice::from_ref(value), out);
            return self.concluded_conversion(
                "InvalidCastConstructorTargetInvocationException",
                value,
                target,
                outcome,
            );
        }
        match entries(value) {
            Some(entries) if is_default(&class) => {
                let made = self.construct(&class, &[], out)?;
                self.fill(made, &class, value, entries, out)
            }
            _ => Ok(Err(ConversionError::no_way(value, target))),
        }
    }

    /// What a method made of a value: an error within it is one of the conversion.
    fn concluded_conversion(
        &mut self,
        id: &'static str,
        value: &Value,
        target: &ParameterType,
        outcome: Result<Value, Halt>,
    ) -> Result<Converted, Halt> {
        let outcome = self.session.take_error(outcome)?;
        Ok(outcome.map_err(|why| {
            let text = crate::convert::net_text(value);
            ConversionError::wrapping(id, &text, target, &why.message)
        }))
    }

    /// Sets the properties that entries name.
    fn fill(
        &mut self,
        made: Value,
        class: &Arc<Class>,
        from: &Value,
        entries: Vec<(String, Value)>,
        out: &mut dyn Sink,
    ) -> Result<Converted, Halt> {
        let of_object = !matches!(from.base(), Value::Dictionary(_));
        for (name, value) in entries {
            let refused = match self.set_class_property(&made, &name, &value, out) {
                Ok(Some(())) => continue,
                Ok(None) => not_found(class, &name),
                Err(halt) => match self.session.take_error::<()>(Err(halt))? {
                    // What the setter said, without the words around it.
                    Err(why) => inner_words(&why.message).to_owned(),
                    Ok(()) => continue,
                },
            };
            let target = ParameterType::Class(ClassReference::to(class));
            return Ok(Err(match of_object {
                true => ConversionError::no_way(from, &target),
                false => ConversionError::new(
                    "ObjectCreationError",
                    format!("Cannot create object of type \"{}\". {refused}", class.name),
                ),
            }));
        }
        Ok(Ok(made))
    }

    /// The same without a place for what constructors write.
    pub(crate) fn convert_quietly(
        &mut self,
        value: &Value,
        target: &ParameterType,
    ) -> Result<Converted, Halt> {
        self.convert_value(value, target, &mut Discard)
    }

    /// Converts as a cast does.
    ///
    /// # Errors
    /// The cast's error.
    pub(crate) fn cast_value(
        &mut self,
        value: &Value,
        target: &ParameterType,
        out: &mut dyn Sink,
    ) -> Result<Value, Halt> {
        self.convert_value(value, target, out)?
            .map_err(|error| self.fail(failure::conversion(error)))
    }
}

/// `The property 'x' was not found for the 'C' object. …`
fn not_found(class: &Arc<Class>, name: &str) -> String {
    let settable: Vec<String> = class
        .properties()
        .into_iter()
        .filter(|own| !own.is_hidden())
        .map(|own| format!("[{} <{}>]", own.name, own.of_type.full_name()))
        .collect();
    let settable = match settable.is_empty() {
        true => "There is no settable property available.".to_owned(),
        false => format!("The settable properties are: {}.", settable.join(", ")),
    };
    format!(
        "The property '{name}' was not found for the '{}' object. {settable}",
        class.name
    )
}

/// The words between the quotes of `Exception setting "x": "…"`.
fn inner_words(message: &str) -> &str {
    let inner = message
        .strip_prefix("Exception setting ")
        .and_then(|rest| rest.split_once(": \""))
        .and_then(|(_, inner)| inner.strip_suffix('"'));
    inner.unwrap_or(message)
}

impl Engine<'_> {
    /// The member of that name of what a class inherits is settable on exceptions only where .NET's is.
    pub(crate) fn is_fixed_by_net(owner: &Value, name: &str) -> bool {
        let Some((object, class)) = super::object_of(owner) else {
            return false;
        };
        let settable = ["HelpLink", "Source", "HResult"];
        class.exception().is_some()
            && !settable.iter().any(|own| same_name(own, name))
            && read(&object.properties)
                .iter()
                .any(|own| !own.note && same_name(&own.name, name))
    }
}
