//! `Get-Variable`, `Set-Variable`, `New-Variable`, `Clear-Variable` and `Remove-Variable`.

mod change;
mod declare;
mod object;

use std::sync::Arc;

use crate::builtin::support::{text, texts};
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::evaluate::not_writable;
use crate::evaluate::scope::{Options, Variable};
use crate::host::ShouldProcess;
use crate::members::same_name;
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::text::{Culture, to_text};
use crate::value::{List, Text, Value};
use crate::wildcard::Wildcard;
use change::{change, describe, refused};
pub(super) use declare::{clear_info, get_info, new_info, option, remove_info, set_info};
pub(super) use object::options;
use object::variable_object;

/// One `Get-Variable` to run.
pub(super) fn get() -> Box<dyn Stage> {
    Box::new(Get)
}

/// One `Set-Variable` to run.
pub(super) fn set() -> Box<dyn Stage> {
    Box::<Set>::default()
}

/// One `New-Variable` to run.
pub(super) fn new() -> Box<dyn Stage> {
    Box::new(New)
}

/// One `Clear-Variable` to run.
pub(super) fn clear() -> Box<dyn Stage> {
    Box::new(Clear)
}

/// One `Remove-Variable` to run.
pub(super) fn remove() -> Box<dyn Stage> {
    Box::new(Remove)
}

fn not_found(name: &str) -> ErrorRecord {
    ErrorRecord::new(
        "VariableNotFound",
        ErrorCategory::ObjectNotFound,
        "System.Management.Automation.ItemNotFoundException",
        format!("Cannot find a variable with the name '{name}'."),
    )
    .with_target(Value::text(name))
}

/// A variable in its scope: the scope's place and the name in lower case.
type Place = (usize, Text);

/// The scope that -Scope names; none if it is not given.
pub(super) fn scope_of(context: &mut Context<'_>) -> Result<Option<usize>, Halt> {
    let Some(name) = text(context, "Scope") else {
        return Ok(None);
    };
    let refusal = |id, exception, message| {
        ErrorRecord::new(id, ErrorCategory::InvalidArgument, exception, message)
    };
    let scopes = &context.engine.session.scopes;
    if let Some(found) = scopes.by_name(&name.to_lowercase()) {
        return Ok(Some(found));
    }
    let record = match name.trim().parse::<i32>() {
        Ok(number) => {
            let up = usize::try_from(number).ok();
            if let Some(found) = up.and_then(|up| (scopes.depth() - 1).checked_sub(up)) {
                return Ok(Some(found));
            }
            refusal(
                "ArgumentOutOfRange",
                "System.Management.Automation.PSArgumentOutOfRangeException",
                format!(
                    "The scope number '{number}' exceeds the number of active scopes. (Parameter 'scopeID')\nActual value was {number}."
                ),
            )
        }
        Err(_) => refusal(
            "Argument",
            "System.Management.Automation.PSArgumentException",
            "Cannot process argument because the value of parameter \"scopeID\" is not valid. Valid values are \"Global\", \"Local\", or \"Script\", or a number relative to the current scope (0 through the number of scopes where 0 is the current scope and 1 is its parent). Change the value of the \"scopeID\" parameter and run the operation again.".into(),
        ),
    };
    Err(context.terminate(record))
}

fn patterns(context: &Context<'_>, name: &str) -> Vec<Wildcard> {
    texts(context, name)
        .iter()
        .map(|pattern| Wildcard::new(pattern))
        .collect()
}

/// The variables that a name or pattern means, by name, and whether any was left out for what it is called.
fn matching(context: &Context<'_>, name: &str, scope: Option<usize>) -> (Vec<Place>, bool) {
    let (include, exclude) = (patterns(context, "Include"), patterns(context, "Exclude"));
    let wanted = |own: &str| {
        (include.is_empty() || include.iter().any(|pattern| pattern.matches(own)))
            && !exclude.iter().any(|pattern| pattern.matches(own))
    };
    let pattern = Wildcard::new(if name.is_empty() { "*" } else { name });
    if !pattern.is_pattern() && !wanted(name) {
        return (Vec::new(), true);
    }
    let mut filtered = false;
    let mut found = context.engine.session.scopes.places(scope);
    found.retain(|(_, own)| {
        let fits = pattern.matches(own);
        let kept = fits && wanted(own);
        filtered |= !kept && (fits || pattern.is_pattern());
        kept
    });
    found.sort_by(|(_, a), (_, b)| a.cmp(b));
    (found, filtered)
}

fn of<'a>(context: &'a mut Context<'_>, place: &Place) -> Option<&'a mut Variable> {
    context.engine.session.scopes.at_mut(place.0, &place.1)
}

/// Asks whether to do something to a variable.
fn may(context: &mut Context<'_>, action: &str, target: String) -> Result<bool, Halt> {
    context.should_process(&ShouldProcess::TargetAndAction(target, action.into()))
}

fn shown(value: &Value) -> String {
    to_text(value, Culture::Current)
}

struct Get;

impl Stage for Get {
    fn process(&mut self, context: &mut Context<'_>, _: Option<Value>) -> Result<(), Halt> {
        let scope = scope_of(context)?;
        let mut names = texts(context, "Name");
        if names.is_empty() {
            names.push("*".into());
        }
        let value_only = context.switch("ValueOnly");
        for name in names {
            let (places, filtered) = matching(context, &name, scope);
            let mut found: Vec<Variable> = places
                .iter()
                .filter_map(|place| of(context, place).cloned())
                .collect();
            if found.is_empty()
                && !filtered
                && let Some(variable) = object::constant(context, &name)
            {
                found.push(variable);
            }
            if found.is_empty() && !filtered {
                context.write_error(not_found(&name))?;
            }
            for variable in found {
                context.write(if value_only {
                    variable.value
                } else {
                    variable_object(&variable)
                })?;
            }
        }
        Ok(())
    }
}

#[derive(Default)]
struct Set {
    /// Whether name and value stand in the command line.
    named: bool,
    valued: bool,
    values: Vec<Value>,
}

impl Stage for Set {
    fn begin(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        self.named = context.parameter("Name").is_some();
        self.valued = context.parameter("Value").is_some();
        if context.switch("Append") {
            let names = texts(context, "Name");
            let [name] = names.as_slice() else {
                let mut record = ErrorRecord::new(
                    "SetVariableAppend",
                    ErrorCategory::InvalidOperation,
                    "System.InvalidOperationException",
                    "Operation is not valid due to the current state of the object.",
                );
                record.details = Some("SetVariableAppend".into());
                return Err(context.terminate(record));
            };
            if let Some(known) = context.variable(name) {
                self.values
                    .extend(known.elements().unwrap_or_else(|| vec![known]));
            }
        }
        Ok(())
    }

    fn process(&mut self, context: &mut Context<'_>, input: Option<Value>) -> Result<(), Halt> {
        let value = context.parameter("Value").cloned().or(input);
        if self.named {
            if context.switch("Append") || !self.valued {
                if let Some(value) = &value {
                    context.hoard(value)?;
                }
                self.values.extend(value);
            }
            return Ok(());
        }
        for name in texts(context, "Name") {
            set_one(context, &name, value.as_ref())?;
        }
        Ok(())
    }

    fn end(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        if !self.named {
            return Ok(());
        }
        let mut values = std::mem::take(&mut self.values);
        let value = if context.switch("Append") && self.valued {
            Some(Value::List(Arc::new(List {
                keys: None,
                type_name: "System.Collections.Generic.List`1[System.Object]".into(),
                items: values.into(),
            })))
        } else if self.valued {
            context.parameter("Value").cloned()
        } else {
            match values.len() {
                0 => None,
                1 => values.pop(),
                _ => Some(Value::array(values)),
            }
        };
        for name in texts(context, "Name") {
            set_one(context, &name, value.as_ref())?;
        }
        Ok(())
    }
}

/// Sets the variables that a name means, in the scope that is named or the current one; makes one if there is none.
fn set_one(context: &mut Context<'_>, name: &str, value: Option<&Value>) -> Result<(), Halt> {
    let given = scope_of(context)?;
    let local = context.engine.session.scopes.depth() - 1;
    let scope = given.unwrap_or(local);
    let (places, filtered) = matching(context, name, Some(scope));
    if places.is_empty() && !filtered {
        if object::constant(context, name).is_some() {
            return context.write_error(not_writable(name));
        }
        let private = text(context, "Scope").is_some_and(|own| same_name(&own, "private"));
        let mut variable = Variable::new(name, value.cloned().unwrap_or_default());
        describe(context, &mut variable);
        variable.options = Options(variable.options.0 | if private { Options::PRIVATE } else { 0 });
        let target = format!("Name: {name} Value: {}", shown(&variable.value));
        if may(context, "Set variable", target)? {
            let made = variable_object(&variable);
            context.engine.session.scopes.put_at(scope, variable);
            if context.switch("PassThru") {
                context.write(made)?;
            }
        }
        return Ok(());
    }
    for place in places {
        let own = of(context, &place).map_or_else(|| place.1.clone(), |own| own.name.clone());
        let text = value.map_or_else(String::new, shown);
        if !may(
            context,
            "Set variable",
            format!("Name: {own} Value: {text}"),
        )? {
            continue;
        }
        match change(context, &place, value) {
            Ok(()) if context.switch("PassThru") => {
                if let Some(changed) = of(context, &place).map(|own| variable_object(own)) {
                    context.write(changed)?;
                }
            }
            Ok(()) => {}
            Err(record) => context.write_error(*record)?,
        }
    }
    Ok(())
}

struct New;

impl Stage for New {
    fn process(&mut self, context: &mut Context<'_>, input: Option<Value>) -> Result<(), Halt> {
        let Some(name) = text(context, "Name") else {
            return Ok(());
        };
        let local = context.engine.session.scopes.depth() - 1;
        let scope = scope_of(context)?.unwrap_or(local);
        let place = (scope, Text::from(name.to_lowercase()));
        let known = of(context, &place).map(|variable| variable.options);
        let force = context.switch("Force");
        if known.is_some() && !force {
            return context.write_error(
                ErrorRecord::new(
                    "VariableAlreadyExists",
                    ErrorCategory::ResourceExists,
                    "System.Management.Automation.SessionStateException",
                    format!("A variable with name '{name}' already exists."),
                )
                .with_target(Value::String(name)),
            );
        }
        let value = context.parameter("Value").cloned().or(input);
        let mut variable = Variable::new(name.clone(), value.unwrap_or_default());
        describe(context, &mut variable);
        let target = format!("Name: {name} Value: {}", shown(&variable.value));
        if !may(context, "New variable", target)? {
            return Ok(());
        }
        let fixed = known.is_some_and(|options| options.has(Options::CONSTANT));
        if fixed || object::constant(context, &name).is_some() {
            return context.write_error(not_writable(&name));
        }
        let made = variable_object(&variable);
        context.engine.session.scopes.put_at(scope, variable);
        if context.switch("PassThru") {
            context.write(made)?;
        }
        Ok(())
    }
}

struct Clear;

impl Stage for Clear {
    fn process(&mut self, context: &mut Context<'_>, _: Option<Value>) -> Result<(), Halt> {
        let scope = scope_of(context)?;
        for name in texts(context, "Name") {
            let (places, filtered) = matching(context, &name, scope);
            if places.is_empty() && !filtered {
                context.write_error(not_found(&name))?;
            }
            for place in places {
                let own =
                    of(context, &place).map_or_else(|| place.1.clone(), |own| own.name.clone());
                if !may(context, "Clear variable", format!("Name: {own}"))? {
                    continue;
                }
                // Without -Scope the variable of the current scope is cleared.
                let local = context.engine.session.scopes.depth() - 1;
                let place = match scope {
                    None if place.0 != local => {
                        let variable = Variable::new(own, Value::Null);
                        context.engine.session.scopes.put_at(local, variable);
                        (local, place.1)
                    }
                    _ => place,
                };
                match change(context, &place, Some(&Value::Null)) {
                    Ok(()) if context.switch("PassThru") => {
                        if let Some(cleared) = of(context, &place).map(|own| variable_object(own)) {
                            context.write(cleared)?;
                        }
                    }
                    Ok(()) => {}
                    Err(record) => context.write_error(*record)?,
                }
            }
        }
        Ok(())
    }
}

struct Remove;

impl Stage for Remove {
    fn process(&mut self, context: &mut Context<'_>, _: Option<Value>) -> Result<(), Halt> {
        let local = context.engine.session.scopes.depth() - 1;
        let scope = scope_of(context)?.unwrap_or(local);
        for name in texts(context, "Name") {
            let (places, filtered) = matching(context, &name, Some(scope));
            if places.is_empty() && !filtered {
                context.write_error(not_found(&name))?;
            }
            for place in places {
                let Some((own, options)) =
                    of(context, &place).map(|own| (own.name.clone(), own.options))
                else {
                    continue;
                };
                if !may(context, "Remove variable", format!("Name: {own}"))? {
                    continue;
                }
                let force = context.switch("Force");
                if options.has(Options::CONSTANT) || options.has(Options::READ_ONLY) && !force {
                    let message = format!(
                        "Cannot remove variable {own} because it is constant or read-only. If the variable is read-only, try the operation again specifying the Force option."
                    );
                    context.write_error(refused("VariableNotRemovable", &own, message))?;
                } else {
                    context.engine.session.scopes.remove_at(place.0, &place.1);
                }
            }
        }
        Ok(())
    }
}
