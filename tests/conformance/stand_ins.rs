//! The commands that the recorded sessions had beside PowerShell's own, built from their recorded signatures.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value as Json;
use tandem_shell::command::{
    ALL_SETS, CommandInfo, ConfirmImpact, ParameterInfo, ParameterType, SetMembership, TextRule,
    Validation,
};
use tandem_shell::value::{EnumDefinition, Text, Value};

/// Namespace of the catalogue's types.
const NAMESPACE: &str = "Microsoft.Rtc.Management";

/// Cmdlets of the catalogue that ask before they act.
const HIGH_IMPACT: &[&str] = &[
    "Invoke-CsPoolFailOver",
    "Invoke-CsPoolFailBack",
    "Invoke-CsManagementServerFailover",
    "Move-CsManagementServer",
    "Invoke-CsDatabaseFailover",
    "Reset-CsPoolRegistrarState",
    "Move-CsUser",
    "Invoke-CsUcsRollback",
    "Remove-CsBackupServiceConfiguration",
];

/// Types that read any text but an empty one.
const IDENTITIES: &[&str] = &[
    "XdsIdentity",
    "XdsGlobalRelativeIdentity",
    "UserIdParameter",
    "RgsIdentity",
    "OUIdParameter",
];

/// All stand-ins by lower-case name.
pub(crate) struct StandIns {
    commands: HashMap<String, Arc<CommandInfo>>,
}

impl StandIns {
    /// Reads both signature files of a folder.
    pub(crate) fn load(folder: &Path) -> Result<Self, String> {
        let mut commands = HashMap::new();
        let mut keep = |command: CommandInfo| {
            commands.insert(command.name.to_lowercase(), Arc::new(command));
        };
        catalogue(&read(&folder.join("catalogue.json"))?)
            .into_iter()
            .for_each(&mut keep);
        probes(&read(&folder.join("probes.json"))?)
            .into_iter()
            .for_each(&mut keep);
        Ok(Self { commands })
    }

    /// The stand-in of that name, case-insensitively.
    pub(crate) fn find(&self, name: &str) -> Option<Arc<CommandInfo>> {
        self.commands.get(&name.to_lowercase()).cloned()
    }

    /// All, sorted by name.
    pub(crate) fn all(&self) -> Vec<Arc<CommandInfo>> {
        let mut all: Vec<_> = self.commands.values().cloned().collect();
        all.sort_by(|a, b| a.name.cmp(&b.name));
        all
    }
}

fn read(path: &Path) -> Result<Json, String> {
    let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    serde_json::from_str(&text).map_err(|e| format!("{}: {e}", path.display()))
}

fn text<'a>(json: &'a Json, key: &str) -> &'a str {
    json[key].as_str().unwrap_or_default()
}

fn list<'a>(json: &'a Json, key: &str) -> impl Iterator<Item = &'a Json> {
    json[key].as_array().into_iter().flatten()
}

fn catalogue(json: &Json) -> Vec<CommandInfo> {
    let enums: HashMap<&str, Arc<EnumDefinition>> = json["enums"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, members)| (name.as_str(), plain_enum(name, members)))
        .collect();
    json["cmdlets"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, cmdlet)| catalogue_cmdlet(name, cmdlet, &enums))
        .collect()
}

fn plain_enum(name: &str, members: &Json) -> Arc<EnumDefinition> {
    let members = members
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Json::as_str)
        .zip(0..)
        .map(|(name, number)| (Text::from(name), number))
        .collect();
    Arc::new(EnumDefinition {
        name: format!("{NAMESPACE}.{name}").into(),
        flags: false,
        members,
    })
}

fn catalogue_cmdlet(
    name: &str,
    cmdlet: &Json,
    enums: &HashMap<&str, Arc<EnumDefinition>>,
) -> CommandInfo {
    let class = format!("{NAMESPACE}.{}Cmdlet", name.replace('-', ""));
    let mut command = CommandInfo::new(name, class, "");
    let sets: Vec<&Json> = list(cmdlet, "parameter_sets").collect();
    let default = sets
        .iter()
        .map(|set| text(set, "name"))
        .find_map(|name| name.strip_suffix(" (Default)"));
    let first = (sets.len() > 1)
        .then(|| sets.first().map(|set| text(set, "name")))
        .flatten();
    if let Some(default) = default.or(first) {
        command = command.with_default_set(default);
    }
    if sets
        .iter()
        .any(|set| text(set, "syntax").contains("[-WhatIf]"))
    {
        command = command.with_should_process(if HIGH_IMPACT.contains(&name) {
            ConfirmImpact::High
        } else {
            ConfirmImpact::Medium
        });
    }
    // The catalogue lists -WhatIf and -Confirm among the rest; the binder adds them by itself.
    list(cmdlet, "parameters")
        .filter(|parameter| !matches!(text(parameter, "name"), "WhatIf" | "Confirm"))
        .fold(command, |command, parameter| {
            command.with(catalogue_parameter(parameter, &sets, enums))
        })
}

fn catalogue_parameter(
    json: &Json,
    sets: &[&Json],
    enums: &HashMap<&str, Arc<EnumDefinition>>,
) -> ParameterInfo {
    // A set that the cmdlet does not list stands for all of them.
    let known = |name: &str| {
        let bare = name.trim_end_matches(" (Default)");
        sets.iter()
            .any(|set| text(set, "name").trim_end_matches(" (Default)") == bare)
    };
    let mut parameter = ParameterInfo::of_type(
        text(json, "name"),
        catalogue_type(text(json, "type"), enums),
    );
    parameter.aliases = list(json, "aliases")
        .filter_map(Json::as_str)
        .map(Text::from)
        .collect();
    let pipeline = text(json, "pipeline");
    parameter.sets = list(json, "sets")
        .filter_map(Json::as_str)
        .map(|set| SetMembership {
            set: match set {
                "(All)" => ALL_SETS.into(),
                unknown if !known(unknown) => ALL_SETS.into(),
                set => set.trim_end_matches(" (Default)").into(),
            },
            mandatory: json["required"] == true,
            position: text(json, "position").parse().ok(),
            from_pipeline: pipeline.contains("ByValue"),
            from_pipeline_by_property_name: pipeline.contains("ByPropertyName"),
            from_remaining_arguments: false,
        })
        .collect();
    parameter
}

fn catalogue_type(name: &str, enums: &HashMap<&str, Arc<EnumDefinition>>) -> ParameterType {
    if name.contains("PSListModifier") {
        return ParameterInfo::new("", "pslistmodifier").parameter_type;
    }
    if name.contains("List`1") {
        return ParameterType::List(
            "System.Collections.Generic.List`1".into(),
            Box::new(ParameterInfo::new("", "string").parameter_type),
        );
    }
    if name.contains("Unlimited") {
        return ParameterType::Nullable(Box::new(ParameterInfo::new("", "uint32").parameter_type));
    }
    if let Some(element) = name.strip_suffix("[]") {
        return ParameterType::Array(Box::new(catalogue_type(element, enums)));
    }
    let short = name.rsplit('.').next().unwrap_or(name);
    if let Some(definition) = enums.get(short) {
        return ParameterType::Enum(Arc::clone(definition));
    }
    let plain = match short {
        "Fqdn" => return fqdn(),
        _ if IDENTITIES.contains(&short) => {
            return ParameterType::Custom(
                format!("{NAMESPACE}.{short}").into(),
                TextRule::Identity,
            );
        }
        "SwitchParameter" => "switch",
        "Boolean" => "bool",
        "PSCredential" => "pscredential",
        "String" | "UInt16" | "Int16" | "Int32" | "UInt32" | "TimeSpan" | "DateTime" | "Guid"
        | "Hashtable" | "Byte" => short,
        _ => "psobject",
    };
    ParameterInfo::new("", plain).parameter_type
}

fn fqdn() -> ParameterType {
    ParameterType::Custom(format!("{NAMESPACE}.Fqdn").into(), TextRule::Fqdn)
}

fn probes(json: &Json) -> Vec<CommandInfo> {
    json.as_object()
        .into_iter()
        .flatten()
        .map(|(name, probe)| probe_cmdlet(name, probe))
        .collect()
}

fn probe_cmdlet(name: &str, probe: &Json) -> CommandInfo {
    let class = format!("Tandem.Probe.{}Command", name.replace('-', ""));
    let mut command = CommandInfo::new(name, class, "");
    if let Some(default) = probe["default_set"].as_str() {
        command = command.with_default_set(default);
    }
    let syntax = list(probe, "syntax").filter_map(Json::as_str);
    if syntax.into_iter().any(|line| line.contains("[-WhatIf]")) {
        command = command.with_should_process(match name {
            "Set-LowImpact" => ConfirmImpact::Low,
            "Remove-HighImpact" => ConfirmImpact::High,
            _ => ConfirmImpact::Medium,
        });
    }
    list(probe, "parameters").fold(command, |command, parameter| {
        command.with(probe_parameter(parameter))
    })
}

fn probe_parameter(json: &Json) -> ParameterInfo {
    let mut parameter = ParameterInfo::of_type(text(json, "name"), probe_type(text(json, "type")));
    parameter.aliases = list(json, "aliases")
        .filter_map(Json::as_str)
        .map(Text::from)
        .collect();
    parameter.sets = list(json, "sets")
        .map(|set| {
            let takes = |how: &str| list(set, "pipeline").any(|entry| entry == how);
            SetMembership {
                set: text(set, "set").into(),
                mandatory: set["required"] == true,
                position: set["position"].as_i64().and_then(|n| i32::try_from(n).ok()),
                from_pipeline: takes("ByValue"),
                from_pipeline_by_property_name: takes("ByPropertyName"),
                from_remaining_arguments: set["remaining"] == true,
            }
        })
        .collect();
    list(json, "checks")
        .filter_map(Json::as_str)
        .fold(parameter, add_check)
}

fn add_check(mut parameter: ParameterInfo, check: &str) -> ParameterInfo {
    let (name, arguments) = check
        .strip_suffix(')')
        .and_then(|check| check.split_once('('))
        .unwrap_or((check, ""));
    let numbers: Vec<i32> = arguments
        .split(',')
        .filter_map(|number| number.parse().ok())
        .collect();
    let bounds = || (numbers[0] as usize, numbers[1] as usize);
    let validation = match name {
        "AllowNull" => {
            parameter.allow_null = true;
            return parameter;
        }
        "AllowEmptyString" => {
            parameter.allow_empty_string = true;
            return parameter;
        }
        "ValidateSet" => Validation::Set(arguments.split(',').map(Text::from).collect(), false),
        "ValidateRange" => Validation::Range(Value::Int32(numbers[0]), Value::Int32(numbers[1])),
        "ValidatePattern" => Validation::Pattern(arguments.into(), false),
        "ValidateLength" => Validation::Length(bounds().0, bounds().1),
        "ValidateCount" => Validation::Count(bounds().0, bounds().1),
        "ValidateNotNull" => Validation::NotNull,
        "ValidateNotNullOrEmpty" => Validation::NotNullOrEmpty,
        other => panic!("the signature file holds the unknown check {other}"),
    };
    parameter.validated(validation)
}

fn probe_type(name: &str) -> ParameterType {
    if let Some(element) = name.strip_suffix("[]") {
        return ParameterType::Array(Box::new(probe_type(element)));
    }
    match name {
        "Microsoft.Rtc.Management.Fqdn" => fqdn(),
        "Tandem.Probe.Colour" => ParameterType::Enum(colour()),
        "Tandem.Probe.Access" => ParameterType::Enum(access()),
        "System.Nullable`1[System.Boolean]" => {
            ParameterType::Nullable(Box::new(ParameterInfo::new("", "bool").parameter_type))
        }
        plain => ParameterInfo::new("", plain).parameter_type,
    }
}

/// `Tandem.Probe.Colour`.
pub(crate) fn colour() -> Arc<EnumDefinition> {
    Arc::new(EnumDefinition {
        name: "Tandem.Probe.Colour".into(),
        flags: false,
        members: vec![("Red".into(), 0), ("Green".into(), 1), ("Blue".into(), 2)],
    })
}

fn access() -> Arc<EnumDefinition> {
    Arc::new(EnumDefinition {
        name: "Tandem.Probe.Access".into(),
        flags: true,
        members: vec![
            ("None".into(), 0),
            ("Read".into(), 1),
            ("Write".into(), 2),
            ("Run".into(), 4),
        ],
    })
}
