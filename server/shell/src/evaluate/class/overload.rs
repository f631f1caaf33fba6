//! Which overload of a class's method takes the arguments, and the arguments as it wants them.

use std::sync::Arc;

use crate::error_record::ErrorRecord;
use crate::evaluate::as_operand;
use crate::evaluate::overload::{argument_refused, choose};
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::pipeline::sink::Sink;
use crate::value::Value;
use crate::value::class::{Class, ClassMethod};

impl Engine<'_> {
    /// The overload that takes the arguments, or the error that none or several do.
    pub(super) fn chosen<'m>(
        overloads: &[(&'m Arc<Class>, &'m ClassMethod)],
        name: &str,
        arguments: &[Value],
    ) -> Result<(&'m Arc<Class>, &'m ClassMethod), Box<ErrorRecord>> {
        // One that is alone is taken for its number of parameters: what does not convert is said of its argument.
        if let [only] = overloads
            && only.1.parameters.len() == arguments.len()
        {
            return Ok(*only);
        }
        let parameters: Vec<_> = overloads
            .iter()
            .map(|(_, method)| method.parameters.as_slice())
            .collect();
        choose(&parameters, name, arguments).map(|place| overloads[place])
    }

    /// The same, or the error that says so.
    pub(super) fn choose_method<'m>(
        &self,
        overloads: &[(&'m Arc<Class>, &'m ClassMethod)],
        name: &str,
        arguments: &[Value],
    ) -> Result<(&'m Arc<Class>, &'m ClassMethod), Halt> {
        Self::chosen(overloads, name, arguments).map_err(|error| self.fail(*error))
    }

    /// The arguments as a method's parameters want them; `name` is what errors call the method.
    pub(super) fn bind_arguments(
        &mut self,
        method: &ClassMethod,
        name: &str,
        arguments: &[Value],
        out: &mut dyn Sink,
    ) -> Result<Vec<Value>, Halt> {
        let mut bound = Vec::with_capacity(arguments.len());
        for (parameter, argument) in method.parameters.iter().zip(arguments) {
            let argument = as_operand(argument.clone());
            let Some(wanted) = &parameter.of_type else {
                bound.push(argument);
                continue;
            };
            match self.convert_value(&argument, wanted, out)? {
                Ok(value) => bound.push(value),
                Err(error) => {
                    let record =
                        argument_refused(&argument, wanted, &parameter.name, name, &error.message);
                    return Err(self.fail(record));
                }
            }
        }
        Ok(bound)
    }
}
