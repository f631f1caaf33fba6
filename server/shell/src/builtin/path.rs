//! `Join-Path` and `Split-Path`: paths as text, as the caller's file system writes them.

use crate::builtin::declare::{MANAGEMENT, at, command, named, set, switch};
use crate::builtin::support::{paths, tell_failure, texts};
use crate::command::{CommandInfo, ParameterInfo, SetMembership};
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::evaluate::failure::path_not_found;
use crate::file::FileFailure;
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::value::{Text, Value};

/// Drives that every session has.
const DRIVES: [&str; 5] = ["Alias", "Env", "Function", "Variable", "Temp"];

/// What the binder knows of `Join-Path`.
pub(super) fn join_info() -> CommandInfo {
    command("Join-Path", MANAGEMENT)
        .with_output(&["System.String"])
        .with(
            at(0, "Path", "string[]")
                .alias(&["PSPath"])
                .mandatory()
                .from_pipeline()
                .from_property(),
        )
        .with(
            at(1, "ChildPath", "string[]")
                .mandatory()
                .from_property()
                .allow_nothing(),
        )
        .with(
            named("AdditionalChildPath", "string[]")
                .member(SetMembership {
                    position: Some(2),
                    from_remaining_arguments: true,
                    from_pipeline_by_property_name: true,
                    ..set(crate::command::ALL_SETS)
                })
                .allow_nothing(),
        )
        .with(switch("Resolve"))
}

/// The switches of `Split-Path` that stand for a part, and the set of each.
const PARTS: [(&str, &str); 5] = [
    ("Qualifier", "QualifierSet"),
    ("NoQualifier", "NoQualifierSet"),
    ("Leaf", "LeafSet"),
    ("LeafBase", "LeafBaseSet"),
    ("Extension", "ExtensionSet"),
];

/// What the binder knows of `Split-Path`.
pub(super) fn split_info() -> CommandInfo {
    let sets = [
        "ParentSet",
        "LeafSet",
        "LeafBaseSet",
        "ExtensionSet",
        "QualifierSet",
        "NoQualifierSet",
        "IsAbsoluteSet",
    ];
    let part = |name: &str| -> ParameterInfo {
        let set = PARTS
            .iter()
            .find(|(own, _)| *own == name)
            .map_or("", |(_, set)| *set);
        switch(name).mandatory().from_property().in_sets(&[set])
    };
    command("Split-Path", MANAGEMENT)
        .with_default_set("ParentSet")
        .with_output(&["System.String", "System.Boolean"])
        .with(
            at(0, "Path", "string[]")
                .mandatory()
                .from_pipeline()
                .from_property()
                .in_sets(&sets),
        )
        .with(
            named("LiteralPath", "string[]")
                .alias(&["PSPath", "LP"])
                .mandatory()
                .from_property()
                .in_sets(&["LiteralPathSet"]),
        )
        .with(part("Qualifier"))
        .with(part("NoQualifier"))
        .with(switch("Parent").from_property().in_sets(&["ParentSet"]))
        .with(part("Leaf"))
        .with(part("LeafBase"))
        .with(part("Extension"))
        .with(switch("Resolve"))
        .with(switch("IsAbsolute").mandatory().in_sets(&["IsAbsoluteSet"]))
}

/// One `Join-Path` to run.
pub(super) fn join() -> Box<dyn Stage> {
    Box::new(JoinPath)
}

/// One `Split-Path` to run.
pub(super) fn split() -> Box<dyn Stage> {
    Box::new(SplitPath)
}

struct JoinPath;

impl Stage for JoinPath {
    fn process(&mut self, context: &mut Context<'_>, _: Option<Value>) -> Result<(), Halt> {
        let mut children = texts(context, "ChildPath");
        children.extend(texts(context, "AdditionalChildPath"));
        let child = children
            .iter()
            .fold(String::new(), |path, child| combine(&path, child));
        for path in texts(context, "Path") {
            if let Some((drive, _)) = drive(&path)
                && !DRIVES.iter().any(|known| known.eq_ignore_ascii_case(drive))
            {
                let record = no_drive(drive);
                context.write_error(record)?;
                continue;
            }
            let joined = combine(&path, &child);
            if !context.switch("Resolve") || exists(context, &joined)? {
                context.write(Value::text(joined))?;
            }
        }
        Ok(())
    }
}

/// Two parts of a path with one separator between them.
fn combine(parent: &str, child: &str) -> String {
    let (parent_path, child_path) = (normal(parent), normal(child));
    match (parent.is_empty(), child.is_empty()) {
        (true, _) => child_path,
        (false, true) => format!("{}/", parent.strip_suffix('/').unwrap_or(parent)),
        _ if child_path == "/" => format!("{}/", parent.strip_suffix('/').unwrap_or(parent)),
        _ => {
            let child = child_path.strip_prefix('/').unwrap_or(&child_path);
            let parent = parent_path.strip_suffix('/').unwrap_or(&parent_path);
            format!("{parent}/{child}")
        }
    }
}

fn normal(path: &str) -> String {
    path.replace('\\', "/")
}

/// The drive of a path, and what stands behind its colon.
fn drive(path: &str) -> Option<(&str, &str)> {
    let (drive, rest) = path.split_once(':')?;
    (!drive.is_empty() && !drive.contains(['/', '\\']) && !rest.starts_with(':'))
        .then_some((drive, rest))
}

/// The provider that a path names with two colons, and what stands behind them.
fn provider(path: &str) -> Option<(&str, &str)> {
    path.split_once("::")
        .filter(|(provider, _)| !provider.is_empty() && !provider.contains(':'))
}

fn no_drive(drive: &str) -> ErrorRecord {
    ErrorRecord::new(
        "DriveNotFound",
        ErrorCategory::ObjectNotFound,
        "System.Management.Automation.DriveNotFoundException",
        format!("Cannot find drive. A drive with the name '{drive}' does not exist."),
    )
    .with_target(Value::text(drive))
}

/// Whether a file of the caller's exists; that it does not is an error.
fn exists(context: &mut Context<'_>, path: &str) -> Result<bool, Halt> {
    match context.host().examine_file(path) {
        Ok(()) | Err(FileFailure::Denied | FileFailure::Directory) => Ok(true),
        Err(failure) => {
            tell_failure(context, &failure, path_not_found(path))?;
            Ok(false)
        }
    }
}

struct SplitPath;

impl Stage for SplitPath {
    fn process(&mut self, context: &mut Context<'_>, _: Option<Value>) -> Result<(), Halt> {
        let set = Text::from(context.parameter_set());
        for path in paths(context) {
            if context.switch("Resolve") && !exists(context, &path)? {
                continue;
            }
            let part = match &*set {
                "IsAbsoluteSet" => {
                    let absolute = path.starts_with('/')
                        || drive(&path).is_some()
                        || provider(&path).is_some();
                    context.write(Value::Bool(absolute))?;
                    continue;
                }
                "QualifierSet" => match qualifier(&path) {
                    Some(found) => found,
                    None => {
                        context.write_error(unqualified(&path))?;
                        continue;
                    }
                },
                "NoQualifierSet" => rest_of(&path).to_owned(),
                "LeafSet" => leaf(&path),
                "LeafBaseSet" => {
                    let leaf = leaf(&path);
                    leaf.rsplit_once('.')
                        .map_or_else(|| leaf.clone(), |(base, _)| base.to_owned())
                }
                "ExtensionSet" => leaf(&path)
                    .rsplit_once('.')
                    .filter(|(_, extension)| !extension.is_empty())
                    .map_or_else(String::new, |(_, extension)| format!(".{extension}")),
                _ => parent(&path),
            };
            context.write(Value::text(part))?;
        }
        Ok(())
    }
}

fn unqualified(path: &str) -> ErrorRecord {
    ErrorRecord::new(
        "ParsePathFormatError",
        ErrorCategory::InvalidArgument,
        "System.FormatException",
        format!("Cannot parse path because path '{path}' does not have a qualifier specified."),
    )
    .with_target(Value::text(path))
}

fn qualifier(path: &str) -> Option<String> {
    match provider(path) {
        Some((provider, _)) => Some(format!("{provider}::")),
        None => path.split_once(':').map(|(drive, _)| format!("{drive}:")),
    }
}

fn rest_of(path: &str) -> &str {
    match provider(path) {
        Some((_, rest)) => rest,
        None => drive(path)
            .map(|(_, rest)| rest)
            .filter(|rest| !rest.is_empty())
            .unwrap_or(path),
    }
}

/// The last name of a path.
fn leaf(path: &str) -> String {
    let path = normal(rest_of(path));
    let trimmed = path.trim_end_matches('/');
    let name = trimmed.rsplit('/').next().unwrap_or(trimmed);
    name.to_owned()
}

/// All but the last name of a path.
fn parent(path: &str) -> String {
    let (qualifier, rest) = match (provider(path), drive(path)) {
        (Some((provider, rest)), _) => (format!("{provider}::"), rest),
        (None, Some((drive, rest))) => (format!("{drive}:"), rest),
        (None, None) => (String::new(), path),
    };
    let rest = normal(rest);
    let trimmed = rest.trim_end_matches('/');
    let parent = match trimmed.rfind('/') {
        Some(0) => "/",
        Some(end) => &trimmed[..end],
        None => "",
    };
    if parent.is_empty() {
        String::new()
    } else {
        format!("{qualifier}{parent}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_joined_with_one_separator() {
        for (parent, child, joined) in [
            ("a", "b", "a/b"),
            ("a/", "/b", "a/b"),
            ("a", "", "a/"),
            ("/", "b", "/b"),
            ("", "b", "b"),
            ("a\\b", "c\\d", "a/b/c/d"),
            ("a", "/", "a/"),
        ] {
            assert_eq!(combine(parent, child), joined);
        }
    }

    #[test]
    fn paths_have_parents_and_leaves() {
        for (path, up, name) in [
            ("a/b/c.txt", "a/b", "c.txt"),
            ("/a", "/", "a"),
            ("/", "", ""),
            ("a", "", "a"),
            ("a/b/", "a", "b"),
            ("C:\\a\\b", "C:/a", "b"),
            ("FileSystem::/a/b", "FileSystem::/a", "b"),
        ] {
            assert_eq!((parent(path), leaf(path)), (up.to_owned(), name.to_owned()));
        }
    }
}
