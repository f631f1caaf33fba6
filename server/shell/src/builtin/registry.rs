//! The one table of the built-in commands and of their aliases.

use std::sync::{Arc, LazyLock};

use crate::builtin::{
    BuiltIn, add_member, alias_commands, call_stack, clixml, compare_object, content, csv,
    data_file, date, discovery, foreach_object, format_commands, format_hex, get_credential,
    get_error, group_object, history, html, invoke, json, measure_object, members, misc, out_file,
    out_string, path, random, select_object, select_string, session_objects, small_objects,
    sort_object, strict_mode, string_data, test_json, update_list, variables, where_object,
    write_error, write_streams, xml,
};
use crate::command::CommandInfo;
use crate::evaluate::scope::Options;
use crate::pipeline::stage::Stage;

type Entry = (fn() -> CommandInfo, fn() -> Box<dyn Stage>);

const COMMANDS: &[Entry] = &[
    (where_object::info, where_object::create),
    (foreach_object::info, foreach_object::create),
    (select_object::info, select_object::create),
    (sort_object::info, sort_object::create),
    (group_object::info, group_object::create),
    (measure_object::info, measure_object::create),
    (compare_object::info, compare_object::create),
    (small_objects::tee::info, small_objects::tee::create),
    (small_objects::unique::info, small_objects::unique::create),
    (small_objects::null::info, small_objects::null::create),
    (small_objects::output::info, small_objects::output::create),
    (small_objects::join::info, small_objects::join::create),
    (format_commands::table_info, format_commands::table),
    (format_commands::list_info, format_commands::list),
    (format_commands::wide_info, format_commands::wide),
    (format_commands::custom_info, format_commands::custom),
    (out_string::info, out_string::create),
    (out_string::host_info, out_string::create_host),
    (out_string::default_info, out_string::create_host),
    (out_file::out::info, out_file::out::create),
    (content::write::set_info, content::write::create_set),
    (content::write::add_info, content::write::create_add),
    (content::get::info, content::get::create),
    (content::clear::info, content::clear::create),
    (out_file::test_path::info, out_file::test_path::create),
    (write_streams::warning_info, write_streams::warning),
    (write_streams::verbose_info, write_streams::verbose),
    (write_streams::debug_info, write_streams::debug),
    (write_streams::information_info, write_streams::information),
    (write_streams::host_info, write_streams::host),
    (write_streams::progress_info, write_streams::progress),
    (write_error::info, write_error::create),
    (json::to_info, json::to),
    (json::from_info, json::from),
    (csv::to_info, csv::to),
    (csv::from_info, csv::from),
    (csv::export_info, csv::export),
    (csv::import_info, csv::import),
    (data_file::info, data_file::create),
    (clixml::export_info, clixml::export),
    (clixml::import_info, clixml::import),
    (clixml::to_info, clixml::to),
    (clixml::from_info, clixml::from),
    (html::info, html::create),
    (xml::info, xml::create),
    (date::get_info, date::get),
    (date::span_info, date::span),
    (date::sleep_info, date::sleep),
    (variables::get_info, variables::get),
    (variables::set_info, variables::set),
    (variables::new_info, variables::new),
    (variables::clear_info, variables::clear),
    (variables::remove_info, variables::remove),
    (discovery::get_alias::info, discovery::get_alias::create),
    (discovery::get_command::info, discovery::get_command::create),
    (discovery::get_help::info, discovery::get_help::create),
    (discovery::get_member::info, discovery::get_member::create),
    (members::add_info, add_member::add),
    (members::new_info, members::new),
    (update_list::info, update_list::create),
    (alias_commands::set_info, alias_commands::set),
    (alias_commands::new_info, alias_commands::new),
    (alias_commands::remove_info, alias_commands::remove),
    (strict_mode::info, strict_mode::create),
    (call_stack::info, call_stack::create),
    (get_error::info, get_error::create),
    (get_credential::info, get_credential::create),
    (test_json::info, test_json::create),
    (format_hex::info, format_hex::create),
    (history::get_info, history::get),
    (history::add_info, history::add),
    (history::clear_info, history::clear),
    (history::invoke_info, history::invoke),
    (misc::read_host::info, misc::read_host::create),
    (path::join_info, path::join),
    (path::split_info, path::split),
    (random::info, random::random),
    (random::secure_info, random::secure),
    (random::guid_info, random::guid),
    (invoke::expression_info, invoke::expression),
    (invoke::command_info, invoke::invoke_command),
    (string_data::info, string_data::create),
    (session_objects::host_info, session_objects::host),
    (session_objects::verb_info, session_objects::verb),
    (session_objects::culture_info, session_objects::culture),
    (session_objects::ui_culture_info, session_objects::culture),
    (select_string::info, select_string::create),
    (misc::measure_command::info, misc::measure_command::create),
    (misc::secure_string::info, misc::secure_string::create),
];

/// Aliases of the built-in commands, and of those that the engine answers elsewhere.
const ALIASES: &[(&str, &str)] = &[
    ("%", "ForEach-Object"),
    ("?", "Where-Object"),
    ("clc", "Clear-Content"),
    ("clhy", "Clear-History"),
    ("clv", "Clear-Variable"),
    ("compare", "Compare-Object"),
    ("diff", "Compare-Object"),
    ("echo", "Write-Output"),
    ("epcsv", "Export-Csv"),
    ("fc", "Format-Custom"),
    ("fhx", "Format-Hex"),
    ("fl", "Format-List"),
    ("foreach", "ForEach-Object"),
    ("ft", "Format-Table"),
    ("fw", "Format-Wide"),
    ("gal", "Get-Alias"),
    ("gc", "Get-Content"),
    ("gcm", "Get-Command"),
    ("gcs", "Get-PSCallStack"),
    ("gerr", "Get-Error"),
    ("ghy", "Get-History"),
    ("gm", "Get-Member"),
    ("group", "Group-Object"),
    ("gu", "Get-Unique"),
    ("gv", "Get-Variable"),
    ("h", "Get-History"),
    ("help", "Get-Help"),
    ("history", "Get-History"),
    ("icm", "Invoke-Command"),
    ("iex", "Invoke-Expression"),
    ("ihy", "Invoke-History"),
    ("ipcsv", "Import-Csv"),
    ("measure", "Measure-Object"),
    ("nal", "New-Alias"),
    ("nv", "New-Variable"),
    ("oh", "Out-Host"),
    ("r", "Invoke-History"),
    ("rv", "Remove-Variable"),
    ("sal", "Set-Alias"),
    ("select", "Select-Object"),
    ("set", "Set-Variable"),
    ("sls", "Select-String"),
    ("sort", "Sort-Object"),
    ("sv", "Set-Variable"),
    ("tee", "Tee-Object"),
    ("type", "Get-Content"),
    ("where", "Where-Object"),
    ("write", "Write-Output"),
];

/// Sorted by name.
static SORTED: LazyLock<Vec<BuiltIn>> = LazyLock::new(|| {
    let mut all: Vec<BuiltIn> = COMMANDS
        .iter()
        .map(|(info, create)| BuiltIn {
            info: Arc::new(info()),
            create: *create,
        })
        .collect();
    all.sort_by(|a, b| a.info.name.cmp(&b.info.name));
    all
});

/// Names in lower case, sorted, with their places in [`SORTED`].
static BY_NAME: LazyLock<Vec<(String, usize)>> = LazyLock::new(|| {
    let mut names: Vec<_> = SORTED
        .iter()
        .enumerate()
        .map(|(place, command)| (command.info.name.to_ascii_lowercase(), place))
        .collect();
    names.sort();
    names
});

/// The built-in command of that name, case-insensitively; aliases are resolved before.
pub fn find(name: &str) -> Option<&'static BuiltIn> {
    let wanted = || name.bytes().map(|byte| byte.to_ascii_lowercase());
    let found = BY_NAME.binary_search_by(|(lower, _)| lower.bytes().cmp(wanted()));
    found.ok().map(|at| &SORTED[BY_NAME[at].1])
}

/// All built-in commands, sorted by name: what Get-Command and completion list.
pub fn all() -> &'static [BuiltIn] {
    &SORTED
}

/// What an alias stands for, case-insensitively.
pub fn alias_target(name: &str) -> Option<&'static str> {
    ALIASES
        .iter()
        .find(|(alias, _)| alias.eq_ignore_ascii_case(name))
        .map(|(_, target)| *target)
}

/// Aliases that may be given another meaning; all others are read-only.
const WRITABLE: [&str; 9] = [
    "echo", "h", "help", "history", "icm", "r", "set", "sls", "type",
];

/// Aliases that every scope has a hand in.
const OF_ALL_SCOPES: [&str; 6] = ["%", "?", "echo", "foreach", "select", "where"];

/// An alias that every session has: its name, what it stands for, and what may be done with it.
pub fn alias(name: &str) -> Option<(&'static str, &'static str, Options)> {
    let mut all = ALIASES.iter();
    let (name, target) = all.find(|(alias, _)| alias.eq_ignore_ascii_case(name))?;
    let option = |names: &[&str], option| match names.contains(name) {
        true => option,
        false => 0,
    };
    let fixed = Options::READ_ONLY - option(&WRITABLE, Options::READ_ONLY);
    let options = fixed | option(&OF_ALL_SCOPES, Options::ALL_SCOPE);
    Some((name, target, Options(options)))
}

/// All aliases with what they stand for, sorted.
pub fn aliases() -> &'static [(&'static str, &'static str)] {
    ALIASES
}
