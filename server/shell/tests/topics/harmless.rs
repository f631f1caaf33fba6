//! The lists of harmless members are what a session really has, and what its help says.

use std::collections::BTreeSet;

use tandem_shell::evaluate::harmless::{OF_ALL, methods, static_methods, static_properties};
use tandem_shell::help::topic::LANGUAGE;
use tandem_shell::session::{Session, SessionOptions};

/// A value of each type that has methods, and arguments of the methods that want some.
const VALUES: &[(&str, &str)] = &[
    ("Everything", "(5)"),
    ("System.String", "'pool1 of Contoso'"),
    ("System.DateTime", "([datetime]'2026-03-01')"),
    ("System.TimeSpan", "([timespan]'00:05:00')"),
    ("System.Array", "(1, 2)"),
    (
        "System.Collections.ArrayList",
        "(New-Object System.Collections.ArrayList(, @(1, 2)))",
    ),
    ("System.Collections.Hashtable", "@{a = 1}"),
    (
        "System.Collections.Specialized.OrderedDictionary",
        "([ordered]@{a = 1})",
    ),
    (
        "System.Collections.Queue",
        "(New-Object System.Collections.Queue(, @(1, 2)))",
    ),
    (
        "System.Collections.Stack",
        "(New-Object System.Collections.Stack(, @(1, 2)))",
    ),
    (
        "System.Collections.SortedList",
        "([System.Collections.SortedList]@{a = 1})",
    ),
    (
        "System.Collections.Generic.List`1",
        "([Collections.Generic.List[int]](1, 2))",
    ),
    (
        "System.Collections.Generic.HashSet`1",
        "([Collections.Generic.HashSet[int]](1, 2))",
    ),
    (
        "System.Collections.Generic.SortedSet`1",
        "([Collections.Generic.SortedSet[int]](1, 2))",
    ),
    (
        "System.Collections.Generic.Queue`1",
        "([Collections.Generic.Queue[int]](1, 2))",
    ),
    (
        "System.Collections.Generic.Stack`1",
        "([Collections.Generic.Stack[int]](1, 2))",
    ),
    (
        "System.Collections.Generic.Dictionary`2",
        "[Collections.Generic.Dictionary[string, int]]::new()",
    ),
    (
        "System.Collections.Generic.SortedDictionary`2",
        "[Collections.Generic.SortedDictionary[string, int]]::new()",
    ),
    ("System.Enum", "[DayOfWeek]::Friday"),
    ("System.Text.RegularExpressions.Regex", "([regex]'b')"),
    ("System.Management.Automation.ScriptBlock", "{ 1 }"),
];

const ARGUMENTS: &[(&str, &str)] = &[
    ("Everything.CompareTo", "6"),
    ("Everything.Equals", "6"),
    ("Everything.ForEach", "{ $_ }"),
    ("Everything.Where", "{ $true }"),
    ("System.String.Contains", "'of'"),
    ("System.String.EndsWith", "'so'"),
    ("System.String.IndexOf", "'o'"),
    ("System.String.Insert", "0, 'x'"),
    ("System.String.LastIndexOf", "'o'"),
    ("System.String.PadLeft", "20"),
    ("System.String.PadRight", "20"),
    ("System.String.Remove", "3"),
    ("System.String.Replace", "'o', '0'"),
    ("System.String.Split", "' '"),
    ("System.String.StartsWith", "'pool'"),
    ("System.String.Substring", "1, 2"),
    ("System.DateTime.Add", "[timespan]'01:00:00'"),
    ("System.DateTime.Subtract", "[datetime]'2026-02-01'"),
    ("System.TimeSpan.Divide", "2"),
    ("System.TimeSpan.Multiply", "2"),
    ("System.TimeSpan.Add", "[timespan]'01:00:00'"),
    ("System.TimeSpan.Subtract", "[timespan]'01:00:00'"),
    ("System.Array.Contains", "1"),
    ("System.Array.IndexOf", "1"),
    ("System.Array.GetLength", "0"),
    ("System.Array.GetLowerBound", "0"),
    ("System.Array.GetUpperBound", "0"),
    ("System.Array.GetValue", "0"),
    (
        "System.Collections.Specialized.OrderedDictionary.Insert",
        "0, 'b', 2",
    ),
    (
        "System.Collections.Specialized.OrderedDictionary.RemoveAt",
        "0",
    ),
    (
        "System.DateTime::Compare",
        "[datetime]'2026-03-01', [datetime]'2026-03-02'",
    ),
    (
        "System.DateTime::SpecifyKind",
        "[datetime]'2026-03-01', 'Utc'",
    ),
    (
        "System.TimeSpan::Compare",
        "[timespan]'01:00', [timespan]'02:00'",
    ),
    ("System.Collections.ArrayList.Add", "3"),
    ("System.Collections.ArrayList.AddRange", "@(3, 4)"),
    ("System.Collections.ArrayList.Contains", "1"),
    ("System.Collections.ArrayList.IndexOf", "1"),
    ("System.Collections.ArrayList.Insert", "0, 3"),
    ("System.Collections.ArrayList.Remove", "1"),
    ("System.Collections.ArrayList.RemoveAt", "0"),
    ("System.Collections.Hashtable.Add", "'b', 2"),
    ("System.Collections.Hashtable.Contains", "'a'"),
    ("System.Collections.Hashtable.ContainsKey", "'a'"),
    ("System.Collections.Hashtable.Remove", "'a'"),
    ("System.Collections.Hashtable.ContainsValue", "1"),
    (
        "System.Collections.Specialized.OrderedDictionary.Add",
        "'b', 2",
    ),
    (
        "System.Collections.Specialized.OrderedDictionary.Contains",
        "'a'",
    ),
    (
        "System.Collections.Specialized.OrderedDictionary.Remove",
        "'a'",
    ),
    ("System.Enum.HasFlag", "[DayOfWeek]::Monday"),
    ("System.Text.RegularExpressions.Regex.Replace", "'a', 'c'"),
    ("System.Array::IndexOf", "(1, 2), 1"),
    ("System.Array::LastIndexOf", "(1, 2), 1"),
    ("System.Array::Reverse", "(, 1)"),
    ("System.Array::Sort", "(, 1)"),
    ("System.Enum::GetName", "[DayOfWeek], 1"),
    ("System.Enum::GetNames", "[DayOfWeek]"),
    ("System.Enum::GetUnderlyingType", "[DayOfWeek]"),
    ("System.Enum::GetValues", "[DayOfWeek]"),
    ("System.Enum::IsDefined", "[DayOfWeek], 1"),
    ("System.Enum::ToObject", "[DayOfWeek], 1"),
    ("System.Guid::NewGuid", ""),
    ("System.String::CompareOrdinal", "'a', 'b'"),
    ("System.DateTime::DaysInMonth", "2026, 2"),
    ("System.DateTime::IsLeapYear", "2026"),
    ("System.DateTime::ParseExact", "'2026', 'yyyy', $null"),
    ("System.DateTime::new", "2026, 3, 1"),
    (
        "System.Management.Automation.PSCredential::new",
        "'ken', (ConvertTo-SecureString 'x' -AsPlainText -Force)",
    ),
    ("System.Management.Automation.PSNoteProperty::new", "'a', 1"),
    ("System.Management.Automation.ScriptBlock::Create", "'1'"),
    ("System.Convert::FromBase64String", "'AQI='"),
    ("System.Convert::ToBase64String", "(1, 2)"),
    ("System.Convert::ToBoolean", "1"),
    ("System.Convert::ToDateTime", "'2026-03-01'"),
    ("System.Convert::ToHexString", "(1, 2)"),
    ("System.Math::Atan2", "1, 2"),
    ("System.Math::Clamp", "1, 2, 3"),
    ("System.Math::Max", "1, 2"),
    ("System.Math::Min", "1, 2"),
    ("System.Math::Pow", "2, 3"),
    ("System.String::Compare", "'a', 'b'"),
    ("System.String::Concat", "'a', 'b'"),
    ("System.String::Equals", "'a', 'b'"),
    ("System.String::Format", "'{0}', 1"),
    ("System.String::Join", "', ', @('a', 'b')"),
    ("System.String::new", "'a', 3"),
    ("System.Text.RegularExpressions.Regex.GetGroupNames", ""),
    ("System.Text.RegularExpressions.Regex.GetGroupNumbers", ""),
    (
        "System.Text.RegularExpressions.Regex.GroupNameFromNumber",
        "0",
    ),
    ("System.Text.RegularExpressions.Regex::Count", "'a', 'b'"),
    ("System.Text.RegularExpressions.Regex::Escape", "'a'"),
    ("System.Text.RegularExpressions.Regex::Unescape", "'a'"),
    ("System.Text.RegularExpressions.Regex::new", "'a'"),
    ("System.Text.RegularExpressions.Regex::IsMatch", "'a', 'b'"),
    ("System.Text.RegularExpressions.Regex::Match", "'a', 'b'"),
    ("System.Text.RegularExpressions.Regex::Matches", "'a', 'b'"),
    (
        "System.Text.RegularExpressions.Regex::Replace",
        "'a', 'b', 'c'",
    ),
    ("System.Text.RegularExpressions.Regex::Split", "'a', 'b'"),
    ("System.TimeSpan::ParseExact", "'1', '%h', $null"),
    ("System.TimeSpan::new", "1, 2, 3"),
    ("System.Management.Automation.SemanticVersion::new", "1, 2"),
    ("System.Version::new", "1, 2"),
];

/// Arguments of the methods of collections, where those of the class are not listed.
const OF_COLLECTIONS: &[(&str, &str)] = &[
    ("AddRange", "[int[]](3, 4)"),
    ("Contains", "1"),
    ("ContainsKey", "'a'"),
    ("ContainsValue", "1"),
    ("Enqueue", "3"),
    ("Find", "{ $_ -eq 1 }"),
    ("Exists", "{ $_ -eq 1 }"),
    ("FindAll", "{ $_ -eq 1 }"),
    ("FindIndex", "{ $_ -eq 1 }"),
    ("FindLast", "{ $_ -eq 1 }"),
    ("GetByIndex", "0"),
    ("GetKey", "0"),
    ("GetRange", "0, 1"),
    ("IndexOf", "1"),
    ("IndexOfKey", "'a'"),
    ("IndexOfValue", "1"),
    ("Insert", "0, 3"),
    ("InsertRange", "0, [int[]](3, 4)"),
    ("LastIndexOf", "1"),
    ("Push", "3"),
    ("Remove", "1"),
    ("RemoveAll", "{ $_ -eq 1 }"),
    ("RemoveAt", "0"),
    ("RemoveRange", "0, 1"),
    ("TrueForAll", "{ $_ -eq 1 }"),
    ("TryAdd", "'c', 3"),
    ("TryDequeue", "[ref]$found"),
    ("TryGetValue", "'a', [ref]$found"),
    ("TryPeek", "[ref]$found"),
    ("TryPop", "[ref]$found"),
];

/// What a method of a collection wants.
fn of_collection(of: &str, name: &str) -> &'static str {
    let with_entries = of.contains("Dictionary") || of.contains("SortedList");
    let with_sets = of.contains("Set`1");
    match name {
        "Add" if with_entries => "'b', 2",
        "Add" => "3",
        _ if with_sets
            && (name.contains("With")
                || name.contains("Set")
                || name.contains("set")
                || name.starts_with("Over")) =>
        {
            "[int[]](2, 3)"
        }
        _ => OF_COLLECTIONS
            .iter()
            .find(|(own, _)| *own == name)
            .map_or("", |(_, arguments)| arguments),
    }
}

/// The arguments of a method, whose full name has `.` before its own, or `::` if it is static.
fn arguments(full: &str, otherwise: &str) -> String {
    let given = ARGUMENTS.iter().find(|(of, _)| *of == full);
    given
        .map_or(otherwise, |(_, arguments)| arguments)
        .to_owned()
}

/// The error of a line.
fn error(line: &str) -> Option<String> {
    let (_, errors) = crate::answer(&mut Session::new(SessionOptions::default()), line);
    errors.into_iter().next()
}

fn check(expression: &str) {
    assert_eq!(
        error(&format!("$found = 0; $null = {expression}")),
        None,
        "{expression}"
    );
}

fn all_methods() -> impl Iterator<Item = (&'static str, &'static str)> {
    let of_all = OF_ALL.iter().map(|name| ("Everything", *name));
    of_all.chain(methods())
}

#[test]
fn every_method_listed_can_be_called() {
    for (of, name) in all_methods() {
        let (_, value) = VALUES.iter().find(|(known, _)| *known == of).unwrap();
        let takes_number = of == "System.DateTime" && name.starts_with("Add");
        let otherwise = match of {
            "System.Text.RegularExpressions.Regex" => "'a'",
            _ if takes_number => "1",
            _ if of.starts_with("System.Collections.") => of_collection(of, name),
            _ => "",
        };
        check(&format!(
            "{value}.{name}({})",
            arguments(&format!("{of}.{name}"), otherwise)
        ));
    }
}

#[test]
fn every_static_member_listed_is_there() {
    for (of, name) in static_methods() {
        let otherwise = match of {
            "System.Char" | "System.String" => "'a'",
            _ => "2",
        };
        check(&format!(
            "[{of}]::{name}({})",
            arguments(&format!("{of}::{name}"), otherwise)
        ));
    }
    // What is no output at all has no type.
    let typed = static_properties().filter(|(of, _)| !of.ends_with(".AutomationNull"));
    for (of, name) in typed {
        check(&format!("[{of}]::{name}.GetType()"));
    }
}

#[test]
fn nothing_else_can_be_called() {
    for expression in [
        "'a'.CopyTo(0, @(), 0, 1)",
        "'a'.Normalize()",
        "(1, 2).SetValue(1, 1)",
        "[math]::BigMul(1, 2)",
        "[string]::Intern('a')",
        "[environment]::Exit(1)",
        "[datetime]::FromBinary(1)",
        "(Get-Date).ToFileTime()",
    ] {
        let error = error(&format!("$null = {expression}")).unwrap_or_default();
        assert_eq!(error, "MethodNotFound", "{expression}");
    }
    assert_eq!(
        error("if ($null -ne [environment]::MachineName) { throw 'a name' }"),
        None
    );
}

/// The lines under `heading` of `about_Methods`: each type with its members.
fn written(heading: &str) -> BTreeSet<(String, String)> {
    let topic = LANGUAGE.iter().find(|topic| topic.name == "about_Methods");
    let (_, from) = topic.unwrap().text.split_once(heading).unwrap();
    let mut of = String::new();
    let mut found = BTreeSet::new();
    for line in from
        .lines()
        .skip(1)
        .take_while(|line| line.is_empty() || line.starts_with(' '))
    {
        match line.strip_prefix("        ") {
            Some(names) => found.extend(
                names
                    .split(',')
                    .map(str::trim)
                    .filter(|name| !name.is_empty())
                    .map(|name| (of.clone(), name.to_owned())),
            ),
            None if line.is_empty() => {}
            None => of = line.trim().to_owned(),
        }
    }
    found
}

fn listed(
    members: impl Iterator<Item = (&'static str, &'static str)>,
) -> BTreeSet<(String, String)> {
    members
        .map(|(of, name)| (of.to_owned(), name.to_owned()))
        .collect()
}

#[test]
fn the_help_lists_exactly_these() {
    assert_eq!(written("\nMETHODS"), listed(all_methods()));
    assert_eq!(written("\nSTATIC METHODS"), listed(static_methods()));
    assert_eq!(written("\nSTATIC PROPERTIES"), listed(static_properties()));
}
