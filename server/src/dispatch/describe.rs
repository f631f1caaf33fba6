//! Annotated RPCs as commands of the shell: the same words, from the contract to the binder.

use std::sync::Arc;

use prost::Message;
use prost_reflect::{
    DescriptorPool, DynamicMessage, EnumDescriptor, ExtensionDescriptor, FieldDescriptor, Kind,
    MethodDescriptor, ReflectMessage,
};
use tandem::cmdlet::v1 as wire;
use tandem_shell::command::{
    CommandInfo, ConfirmImpact, ParameterInfo, ParameterType, SetMembership, TextRule, Validation,
};
use tandem_shell::convert::type_names;
use tandem_shell::value::{EnumDefinition, Text, Value};

use super::comments::Comments;

/// The module that the catalogue's commands count to.
pub const MODULE: &str = "Tandem";

/// The message in an extension option, read as `M`; the default when the option is not given.
pub fn option<M: Message + Default>(options: &DynamicMessage, extension: &str) -> Option<M> {
    let extension: ExtensionDescriptor = extension_of(options, extension)?;
    if !options.has_extension(&extension) {
        return None;
    }
    options
        .get_extension(&extension)
        .as_message()?
        .transcode_to()
        .ok()
}

/// An annotation by name, in the pool that the options stand in: contracts other than the project's own import the
/// annotations as well.
fn extension_of(options: &DynamicMessage, name: &str) -> Option<ExtensionDescriptor> {
    options
        .descriptor()
        .parent_pool()
        .get_extension_by_name(name)
}

/// Every cmdlet of a set of contracts as a command of `module`, in the order of the files.
#[must_use]
pub fn commands(contracts: &DescriptorPool, module: &str) -> Vec<CommandInfo> {
    let mut commands = Vec::new();
    for file in contracts.files() {
        let comments = Comments::of(&file);
        for service in file.services() {
            for method in service.methods() {
                if let Some(options) = cmdlet_options(&method) {
                    commands.push(command(&method, &options, &comments, module));
                }
            }
        }
    }
    commands
}

/// The annotation of a cmdlet's RPC.
#[must_use]
pub fn cmdlet_options(method: &MethodDescriptor) -> Option<wire::CmdletOptions> {
    option(&method.options(), "tandem.cmdlet.v1.cmdlet")
}

/// The annotation of a parameter's field.
#[must_use]
pub fn parameter_options(field: &FieldDescriptor) -> Option<wire::ParameterOptions> {
    option(&field.options(), "tandem.cmdlet.v1.parameter")
}

/// The parameter's name.
#[must_use]
pub fn parameter_name(field: &FieldDescriptor, options: &wire::ParameterOptions) -> Text {
    if options.name.is_empty() {
        pascal(field.name()).into()
    } else {
        options.name.as_str().into()
    }
}

/// The command of `module` that an RPC is.
#[must_use]
pub fn command(
    method: &MethodDescriptor,
    options: &wire::CmdletOptions,
    comments: &Comments,
    module: &str,
) -> CommandInfo {
    let name = format!("{}-{}", options.verb, options.noun);
    let parameters = method
        .input()
        .fields()
        .filter_map(|field| {
            let annotation = parameter_options(&field)?;
            Some(parameter(
                &field,
                &annotation,
                comments.description(field.path()),
            ))
        })
        .collect();
    CommandInfo {
        name: name.into(),
        implementing_type: implementing_type(method, options).into(),
        module: module.into(),
        parameters,
        default_set: some(&options.default_parameter_set),
        should_process: options.should_process,
        confirm_impact: confirm_impact(options.confirm_impact()),
        output_types: options
            .output_type
            .iter()
            .map(|name| name.as_str().into())
            .collect(),
        help: comments.help(method.path()),
        ..CommandInfo::default()
    }
}

/// The type that error ids name: the original's cmdlets in its name space, by area; ours in ours.
fn implementing_type(method: &MethodDescriptor, options: &wire::CmdletOptions) -> String {
    if !options.implementing_type.is_empty() {
        return options.implementing_type.clone();
    }
    let rpc = method.name();
    if rpc.contains("Tandem") {
        return format!("Tandem.Management.{rpc}Cmdlet");
    }
    let area = method
        .parent_service()
        .package_name()
        .split('.')
        .nth(1)
        .map(pascal)
        .unwrap_or_default();
    format!("Microsoft.Rtc.Management.{area}.{rpc}Cmdlet")
}

fn confirm_impact(impact: wire::ConfirmImpact) -> ConfirmImpact {
    match impact {
        wire::ConfirmImpact::None => ConfirmImpact::None,
        wire::ConfirmImpact::Low => ConfirmImpact::Low,
        wire::ConfirmImpact::Unspecified | wire::ConfirmImpact::Medium => ConfirmImpact::Medium,
        wire::ConfirmImpact::High => ConfirmImpact::High,
    }
}

fn parameter(
    field: &FieldDescriptor,
    options: &wire::ParameterOptions,
    description: Text,
) -> ParameterInfo {
    ParameterInfo {
        name: parameter_name(field, options),
        aliases: options
            .alias
            .iter()
            .map(|alias| alias.as_str().into())
            .collect(),
        parameter_type: parameter_type(field, &options.r#type),
        sets: memberships(options),
        validations: validations(options),
        allow_null: options.allow_null,
        allow_empty_string: options.allow_empty_string,
        allow_empty_collection: options.allow_empty_collection,
        help_message: some(&options.help_message),
        description,
        default_text: some(&options.default_text),
        completer: some(&options.completer),
    }
}

fn memberships(options: &wire::ParameterOptions) -> Vec<SetMembership> {
    if options.set.is_empty() {
        return vec![SetMembership {
            mandatory: options.mandatory,
            position: options.position,
            from_pipeline: options.value_from_pipeline,
            from_pipeline_by_property_name: options.value_from_pipeline_by_property_name,
            from_remaining_arguments: options.value_from_remaining_arguments,
            ..SetMembership::default()
        }];
    }
    options
        .set
        .iter()
        .map(|set| SetMembership {
            set: set.name.as_str().into(),
            mandatory: set.mandatory,
            position: set.position,
            from_pipeline: set.value_from_pipeline,
            from_pipeline_by_property_name: set.value_from_pipeline_by_property_name,
            from_remaining_arguments: set.value_from_remaining_arguments,
        })
        .collect()
}

fn validations(options: &wire::ParameterOptions) -> Vec<Validation> {
    let mut validations = Vec::new();
    if !options.validate_set.is_empty() {
        validations.push(Validation::Set(
            options
                .validate_set
                .iter()
                .map(|member| member.as_str().into())
                .collect(),
            false,
        ));
    }
    if let Some(range) = &options.validate_range {
        validations.push(Validation::Range(
            number(range.minimum, options),
            number(range.maximum, options),
        ));
    }
    if !options.validate_pattern.is_empty() {
        validations.push(Validation::Pattern(
            options.validate_pattern.as_str().into(),
            tandem_shell::regex::Options::IGNORING_CASE,
        ));
    }
    let bounds = |range: &wire::ValidateRange| {
        (
            usize::try_from(range.minimum).unwrap_or(0),
            usize::try_from(range.maximum).unwrap_or(usize::MAX),
        )
    };
    if let Some((minimum, maximum)) = options.validate_length.as_ref().map(bounds) {
        validations.push(Validation::Length(minimum, maximum));
    }
    if let Some((minimum, maximum)) = options.validate_count.as_ref().map(bounds) {
        validations.push(Validation::Count(minimum, maximum));
    }
    if options.validate_not_null {
        validations.push(Validation::NotNull);
    }
    if options.validate_not_null_or_empty {
        validations.push(Validation::NotNullOrEmpty);
    }
    validations
}

/// A bound of `ValidateRange` in the parameter's own type, as the attribute's author writes it.
fn number(bound: i64, options: &wire::ParameterOptions) -> Value {
    match i32::try_from(bound) {
        Ok(small) if options.r#type.contains("UInt32") => {
            u32::try_from(small).map_or(Value::Int32(small), Value::UInt32)
        }
        Ok(small) => Value::Int32(small),
        Err(_) => Value::Int64(bound),
    }
}

fn parameter_type(field: &FieldDescriptor, name: &str) -> ParameterType {
    if let Some(element) = name.strip_suffix("[]") {
        return ParameterType::Array(Box::new(parameter_type(field, element)));
    }
    if let Some(inner) = name
        .strip_prefix("System.Nullable`1[")
        .and_then(|rest| rest.strip_suffix(']'))
    {
        return ParameterType::Nullable(Box::new(parameter_type(field, inner)));
    }
    if let Some(element) = name
        .strip_prefix("System.Collections.Generic.List`1[")
        .and_then(|rest| rest.strip_suffix(']'))
    {
        let element = Box::new(parameter_type(field, element));
        return ParameterType::List("System.Collections.Generic.List`1".into(), element);
    }
    if let Kind::Enum(descriptor) = field.kind()
        && let Some(definition) = enumeration(&descriptor)
    {
        return ParameterType::Enum(Arc::new(definition));
    }
    match name.rsplit('.').next().unwrap_or(name) {
        "Fqdn" => type_names::custom(name, TextRule::Fqdn),
        "XdsIdentity"
        | "XdsGlobalRelativeIdentity"
        | "UserIdParameter"
        | "OUIdParameter"
        | "RgsIdentity" => type_names::custom(name, TextRule::Identity),
        _ => type_names::resolve(name).unwrap_or_else(|| ParameterType::Plain(name.into())),
    }
}

/// The enumeration that sessions see of one in the contract. The member 0, `…_UNSPECIFIED`, is the wire's own.
#[must_use]
pub fn enumeration(descriptor: &EnumDescriptor) -> Option<EnumDefinition> {
    let text = |options: DynamicMessage, extension: &str| {
        let extension = extension_of(&options, extension)?;
        options
            .get_extension(&extension)
            .as_str()
            .map(str::to_owned)
    };
    let members = descriptor
        .values()
        .filter_map(|value| {
            let name = text(value.options(), "tandem.cmdlet.v1.enum_name")
                .filter(|name| !name.is_empty())?;
            Some((name.as_str().into(), i64::from(value.number())))
        })
        .collect();
    let name =
        text(descriptor.options(), "tandem.cmdlet.v1.enum_type").filter(|name| !name.is_empty())?;
    let options = descriptor.options();
    let flags = extension_of(&options, "tandem.cmdlet.v1.enum_flags")
        .is_some_and(|flags| options.get_extension(&flags).as_bool() == Some(true));
    Some(EnumDefinition {
        name: name.as_str().into(),
        flags,
        members,
    })
}

/// `pool_fqdn` → `PoolFqdn`.
#[must_use]
pub fn pascal(name: &str) -> String {
    name.split('_')
        .map(|word| {
            let mut letters = word.chars();
            letters.next().map_or_else(String::new, |first| {
                first.to_ascii_uppercase().to_string() + letters.as_str()
            })
        })
        .collect()
}

fn some(text: &str) -> Option<Text> {
    (!text.is_empty()).then(|| text.into())
}
