//! The binder's state: which parameters have their values, which parameter sets are still possible.

use std::sync::Arc;

use crate::binder::coerce::{self, Incoming};
use crate::binder::defaults::Defaults;
use crate::binder::signature::{EVERY_SET, Formal, NO_SET, SetMask, Signature};
use crate::binder::{
    ArgumentValue, BindError, BindException, BindRequest, BindingContext, transform, validate,
};
use crate::command::{CommandInfo, CommandKind, ParameterInfo, ParameterType, Validation};
use crate::convert::ConversionContext;
use crate::error_record::ErrorCategory;
use crate::value::{Text, Value};

/// A command with its parameters bound.
#[derive(Debug)]
pub struct Binding {
    pub(crate) command: Arc<CommandInfo>,
    pub(crate) expects_input: bool,
    pub(crate) pipeline_position: usize,
    /// Bound values by parameter name, the common ones included.
    values: Vec<(Text, Value)>,
    /// The same as `MyInvocation.BoundParameters` has them: what an earlier object bound stays.
    recorded: Vec<(Text, Value)>,
    /// Parameters without a value, in the order that the phases of input go through backwards.
    pub(crate) unbound: Vec<usize>,
    /// The parameter sets that are still possible.
    pub(crate) valid: SetMask,
    /// The sets that were possible before any input.
    pub(crate) valid_before_input: SetMask,
    /// The set that input is tried on first; 0 for none.
    pub(crate) tried_first: SetMask,
    set_name: Text,
    /// Parameters that the current object bound.
    pub(crate) from_input: Vec<usize>,
    /// Script blocks that give a parameter its value anew for each object.
    pub(crate) delayed: Vec<(usize, ArgumentValue)>,
    /// What `$PSDefaultParameterValues` gives.
    pub(crate) defaults: Defaults,
    /// What is left of a simple function's arguments.
    pub(crate) remaining: Vec<Value>,
    /// Which of them were typed as names of parameters.
    pub(crate) remaining_names: Vec<usize>,
}

/// How hard an argument is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effort {
    /// Only if it fits as it is.
    AsIs,
    /// With conversion.
    Coerce,
}

impl Binding {
    pub(crate) fn new(request: BindRequest) -> Self {
        let count = request.command.signature().formals.len();
        Self {
            command: request.command,
            expects_input: request.expects_input,
            pipeline_position: request.pipeline_position,
            values: Vec::new(),
            recorded: Vec::new(),
            unbound: (0..count).collect(),
            valid: EVERY_SET,
            valid_before_input: EVERY_SET,
            tried_first: 0,
            set_name: NO_SET.clone(),
            from_input: Vec::new(),
            delayed: Vec::new(),
            defaults: Defaults::default(),
            remaining: Vec::new(),
            remaining_names: Vec::new(),
        }
    }

    /// The parameters that take pipeline input, by their declared names.
    pub fn input_parameters(&self) -> Vec<Text> {
        let signature = self.signature();
        (0..signature.formals.len())
            .filter(|index| signature.formals[*index].pipeline_somewhere)
            .map(|index| self.info(index).name.clone())
            .collect()
    }

    /// What a simple function finds in `$args`.
    pub fn remaining_arguments(&self) -> &[Value] {
        &self.remaining
    }

    /// The command.
    pub fn command(&self) -> &Arc<CommandInfo> {
        &self.command
    }

    /// What stands in the parameters at this object: name as declared, value converted. The common ones are among
    /// them (see [`crate::binder::is_common`]); what an earlier object bound is not.
    pub fn parameters(&self) -> &[(Text, Value)] {
        &self.values
    }

    /// `MyInvocation.BoundParameters`: as [`Binding::parameters`], but what an earlier object bound stays with its old
    /// value.
    pub fn recorded_parameters(&self) -> &[(Text, Value)] {
        &self.recorded
    }

    /// The value bound to a parameter, by its declared name.
    pub fn parameter(&self, name: &str) -> Option<&Value> {
        self.values
            .iter()
            .find(|(bound, _)| &**bound == name)
            .map(|(_, value)| value)
    }

    /// The chosen parameter set; `__AllParameterSets` where the command has none.
    pub fn parameter_set(&self) -> &str {
        &self.set_name
    }

    pub(crate) fn signature(&self) -> &Signature {
        self.command.signature()
    }

    pub(crate) fn formal(&self, index: usize) -> &Formal {
        &self.signature().formals[index]
    }

    pub(crate) fn info(&self, index: usize) -> &ParameterInfo {
        self.signature().info(&self.command, index)
    }

    /// Whether a script's rules of conversion hold.
    fn is_function(&self) -> bool {
        self.command.kind != CommandKind::Cmdlet
    }

    pub(crate) fn is_bound(&self, index: usize) -> bool {
        !self.unbound.contains(&index)
    }

    /// Names the chosen set after the sets that are possible now.
    pub(crate) fn name_set(&mut self) {
        self.set_name = self.signature().set_name(self.valid);
    }

    /// Names the chosen set.
    pub(crate) fn name_set_after(&mut self, mask: SetMask) {
        self.set_name = self.signature().set_name(mask);
    }

    /// Binds a value to a parameter if it can be; says whether it was.
    ///
    /// # Errors
    /// A conversion or a check that failed.
    pub(crate) fn bind_value(
        &mut self,
        index: usize,
        incoming: Incoming<'_>,
        effort: Effort,
        context: &mut dyn BindingContext,
    ) -> Result<bool, BindError> {
        let info = self.info(index);
        let target = &info.parameter_type;
        let other = match info.validations.first() {
            Some(Validation::PowerShellVersion) => transform::powershell_version(incoming.value),
            Some(Validation::Credential) => transform::user_name(incoming.value),
            _ => None,
        };
        let value = match effort {
            Effort::Coerce if other.is_some() => other.unwrap_or_default(),
            Effort::Coerce if self.is_function() => transform::transform(
                &info.name,
                target,
                incoming,
                self.command.kind,
                ConversionContext::invariant(context.now()),
            )?,
            Effort::Coerce if coerce::is_as_wanted(target, incoming) => incoming.value.clone(),
            Effort::Coerce => {
                let conversion = ConversionContext::current(context.now());
                coerce::coerce(&info.name, target, incoming, conversion)?
            }
            Effort::AsIs => match coerce::fitting(target, incoming) {
                Some(value) => value,
                None => return Ok(false),
            },
        };
        validate::check(info, &value, incoming.extent, context)?;
        if self.formal(index).mandatory_somewhere {
            validate::check_mandatory(info, &value, incoming.extent)?;
        }
        refuse_unsettable(info, &value).map_err(|error| error.at(incoming.extent))?;
        let name = info.name.clone();
        set(&mut self.recorded, &name, value.clone());
        set(&mut self.values, &name, value);
        self.mark_bound(index);
        Ok(true)
    }

    /// Takes a parameter as bound and narrows the possible sets to its own.
    pub(crate) fn mark_bound(&mut self, index: usize) {
        let mask = self.formal(index).mask;
        if mask != 0 {
            self.valid &= mask;
        }
        self.unbound.retain(|unbound| *unbound != index);
    }

    /// Binds an argument of the command line or of a prompt; a script block for a parameter that takes input waits for
    /// it.
    ///
    /// # Errors
    /// `ParameterNotInParameterSet` is the caller's; here conversion, checks, `ScriptBlockArgumentNoInput`.
    pub(crate) fn bind_argument(
        &mut self,
        index: usize,
        sets: SetMask,
        argument: &ArgumentValue,
        effort: Effort,
        context: &mut dyn BindingContext,
    ) -> Result<bool, BindError> {
        if matches!(argument.value, Value::ScriptBlock(_))
            && self.formal(index).takes_input(sets)
            && !takes_script_blocks(&self.info(index).parameter_type)
        {
            let name = self.info(index).name.clone();
            if !self.expects_input {
                return Err(BindError::new(
                    "ScriptBlockArgumentNoInput",
                    format!(
                        "Cannot evaluate parameter '{name}' because its argument is specified as a script block and \
                         there is no input. A script block cannot be evaluated without input."
                    ),
                )
                .of_category(ErrorCategory::MetadataError)
                .at(Some(&argument.extent)));
            }
            self.delayed.push((index, argument.clone()));
            self.mark_bound(index);
            set(&mut self.recorded, &name, argument.value.clone());
            return Ok(false);
        }
        let incoming = Incoming {
            value: &argument.value,
            source: argument.source.as_ref(),
            extent: Some(&argument.extent),
            from_pipeline: false,
        };
        self.bind_value(index, incoming, effort, context)
    }

    /// Takes back what the last object bound.
    pub(crate) fn forget_input(&mut self) {
        for index in std::mem::take(&mut self.from_input) {
            let name = self.info(index).name.clone();
            self.values.retain(|(bound, _)| *bound != name);
            if self.is_bound(index) {
                self.unbound.push(index);
            }
        }
    }
}

fn set(values: &mut Vec<(Text, Value)>, name: &Text, value: Value) {
    match values
        .iter_mut()
        .find(|(bound, _)| Arc::ptr_eq(bound, name) || bound == name)
    {
        Some((_, old)) => *old = value,
        None => values.push((name.clone(), value)),
    }
}

/// Whether a script block is a value of the type rather than a way to one. To a `PSObject` it is not
/// (`IsParameterScriptBlockBindable`).
fn takes_script_blocks(target: &ParameterType) -> bool {
    match target {
        ParameterType::Plain(name) => matches!(
            &**name,
            "System.Object" | "System.Management.Automation.ScriptBlock"
        ),
        ParameterType::Array(element) | ParameterType::List(_, element) => {
            takes_script_blocks(element)
        }
        ParameterType::Nullable(_)
        | ParameterType::Enum(_)
        | ParameterType::Custom(..)
        | ParameterType::Class(_) => false,
    }
}

/// What the parameter's property itself refuses: `$null` for a value type, a preference that only workflows had.
fn refuse_unsettable(info: &ParameterInfo, value: &Value) -> Result<(), BindError> {
    match value {
        Value::Null if coerce::is_value_type(&info.parameter_type) => {
            Err(coerce::null_refusal(&info.name, &info.parameter_type))
        }
        Value::Enum(member)
            if &*member.definition.name == "System.Management.Automation.ActionPreference"
                && member.number == 5 =>
        {
            Err(BindError {
                exception: BindException::Binding,
                ..BindError::new(
                    "ParameterBindingFailed",
                    format!(
                        "Cannot bind parameter '{name}' to the target. Exception setting \"{name}\": \"The Suspend \
                         ActionPreference value is reserved for future use and is not supported at this time. For more \
                         information about preference variables, see the Help topic, \
                         \"about_Preference_Variables.\"\"",
                        name = info.name
                    ),
                )
                .of_category(ErrorCategory::WriteError)
            })
        }
        _ => Ok(()),
    }
}
