//! Methods of collections that give what they find through a reference: `TryGetValue`, `TryPeek` and the like.

use crate::command::ParameterType;
use crate::convert::generics;
use crate::convert::{ConversionContext, type_names};
use crate::evaluate::method::Outcome;
use crate::evaluate::overload::{argument_as, none_found};
use crate::evaluate::{collection_method, constructor, reference};
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::pipeline::sink::Discard;
use crate::text::read;
use crate::value::Value;

impl Engine<'_> {
    /// Calls one of these methods; none if `owner` has none of that name (in lower case).
    pub(super) fn try_get(
        &mut self,
        owner: &Value,
        name: &str,
        arguments: &[Value],
    ) -> Result<Option<Value>, Halt> {
        let (element, spelled, inner) = match (owner, name) {
            (Value::Dictionary(table), "trygetvalue") => {
                match generics::of_entries(&table.type_name) {
                    Some((_, of_value)) => (of_value, "TryGetValue", ""),
                    None => return Ok(None),
                }
            }
            (Value::List(list), "trydequeue" | "trypop" | "trypeek")
                if list.type_name.contains('`') =>
            {
                match type_names::resolve(&list.type_name) {
                    Some(ParameterType::List(_, element)) => (*element, "", &name[3..]),
                    _ => return Ok(None),
                }
            }
            _ => return Ok(None),
        };
        let wanted = if inner.is_empty() { 2 } else { 1 };
        let Some((last, rest)) = arguments.split_last().filter(|_| arguments.len() == wanted)
        else {
            return Err(self.fail(none_found(name, arguments.len())));
        };
        if reference::value_of(last).is_none() {
            return Err(self.fail(reference::wanted(arguments.len())));
        }
        let found = match (owner, rest) {
            (Value::Dictionary(table), [key]) => {
                let context = ConversionContext::invariant(self.host.now());
                let of_key = generics::of_entries(&table.type_name).map(|(of_key, _)| of_key);
                let key = of_key
                    .map_or(Ok(key.clone()), |of_key| {
                        argument_as(key, &of_key, "key", spelled, context)
                    })
                    .map_err(|record| self.fail(*record))?;
                let entries = read(&table.entries);
                entries
                    .get(&table.folded(&key))
                    .map(|(_, value)| value.clone())
            }
            _ => match collection_method::collection_method(owner, inner, &[]) {
                Outcome::Value(value) => Some(value),
                _ => None,
            },
        };
        let is_found = found.is_some();
        let value = found.unwrap_or_else(|| match &*element.full_name() {
            "System.String" => Value::Null,
            _ => constructor::of_nothing(&element).unwrap_or_default(),
        });
        self.set_property(last, "Value", value, &mut Discard)?;
        Ok(Some(Value::Bool(is_found)))
    }
}
