//! The .NET members that a session has: nothing outside these lists can be called, and `about_Methods` says the same.
//!
//! They are the ones that runbooks use, and none of them reaches anything but the values it is given.

use crate::value::Value;

/// A type and its members, in .NET's spelling.
pub type Members = (&'static str, &'static [&'static str]);

/// Methods of everything.
pub const OF_ALL: &[&str] = &[
    "CompareTo",
    "Equals",
    "ForEach",
    "GetType",
    "ToString",
    "Where",
];

/// Methods of the values of a type, beside those of everything.
pub const METHODS: &[Members] = &[
    (
        "System.String",
        &[
            "Contains",
            "EndsWith",
            "IndexOf",
            "Insert",
            "LastIndexOf",
            "PadLeft",
            "PadRight",
            "Remove",
            "Replace",
            "Split",
            "StartsWith",
            "Substring",
            "ToCharArray",
            "ToLower",
            "ToLowerInvariant",
            "ToUpper",
            "ToUpperInvariant",
            "Trim",
            "TrimEnd",
            "TrimStart",
        ],
    ),
    (
        "System.DateTime",
        &[
            "Add",
            "AddDays",
            "AddHours",
            "AddMilliseconds",
            "AddMinutes",
            "AddMonths",
            "AddSeconds",
            "AddTicks",
            "AddYears",
            "Subtract",
            "ToLocalTime",
            "ToLongDateString",
            "ToLongTimeString",
            "ToShortDateString",
            "ToShortTimeString",
            "ToUniversalTime",
        ],
    ),
    (
        "System.TimeSpan",
        &[
            "Add", "Divide", "Duration", "Multiply", "Negate", "Subtract",
        ],
    ),
    ("System.Array", &["Contains", "GetEnumerator", "IndexOf"]),
    (
        "System.Collections.ArrayList",
        &[
            "Add", "AddRange", "Clear", "Contains", "IndexOf", "Insert", "Remove", "RemoveAt",
            "ToArray",
        ],
    ),
    (
        "System.Collections.Hashtable",
        &[
            "Add",
            "Clear",
            "Contains",
            "ContainsKey",
            "GetEnumerator",
            "Remove",
        ],
    ),
    ("System.Management.Automation.ScriptBlock", &["Invoke"]),
];

/// Static methods. Besides, every type that a text converts to has `Parse` and `new`, and every exception `new`.
pub const STATIC_METHODS: &[Members] = &[
    (
        "System.Char",
        &[
            "IsControl",
            "IsDigit",
            "IsLetter",
            "IsLetterOrDigit",
            "IsLower",
            "IsNumber",
            "IsPunctuation",
            "IsSymbol",
            "IsUpper",
            "IsWhiteSpace",
            "ToLower",
            "ToLowerInvariant",
            "ToUpper",
            "ToUpperInvariant",
        ],
    ),
    (
        "System.Convert",
        &[
            "FromBase64String",
            "ToBase64String",
            "ToBoolean",
            "ToByte",
            "ToChar",
            "ToDateTime",
            "ToDecimal",
            "ToDouble",
            "ToHexString",
            "ToInt16",
            "ToInt32",
            "ToInt64",
            "ToSByte",
            "ToSingle",
            "ToString",
            "ToUInt16",
            "ToUInt32",
            "ToUInt64",
        ],
    ),
    ("System.DateTime", &["DaysInMonth", "IsLeapYear", "new"]),
    ("System.Management.Automation.PSCredential", &["new"]),
    (
        "System.Math",
        &[
            "Abs", "Acos", "Asin", "Atan", "Atan2", "Cbrt", "Ceiling", "Clamp", "Cos", "Exp",
            "Floor", "Log", "Log10", "Log2", "Max", "Min", "Pow", "Round", "Sign", "Sin", "Sqrt",
            "Tan", "Truncate",
        ],
    ),
    (
        "System.String",
        &[
            "Compare",
            "Concat",
            "Equals",
            "Format",
            "IsNullOrEmpty",
            "IsNullOrWhiteSpace",
            "Join",
            "new",
        ],
    ),
    (
        "System.Text.RegularExpressions.Regex",
        &["Escape", "IsMatch", "Match", "Matches", "Replace", "Split"],
    ),
    (
        "System.TimeSpan",
        &[
            "FromDays",
            "FromHours",
            "FromMilliseconds",
            "FromMinutes",
            "FromSeconds",
            "FromTicks",
            "new",
        ],
    ),
    ("System.Version", &["new"]),
];

/// The two ends of a number's range.
const RANGE: &[&str] = &["MaxValue", "MinValue"];

/// Static properties and fields. Besides, every enumeration has its members.
pub const STATIC_PROPERTIES: &[Members] = &[
    ("System.Byte", RANGE),
    (
        "System.DateTime",
        &["MaxValue", "MinValue", "Now", "Today", "UtcNow"],
    ),
    ("System.Decimal", RANGE),
    (
        "System.Double",
        &[
            "Epsilon",
            "MaxValue",
            "MinValue",
            "NaN",
            "NegativeInfinity",
            "PositiveInfinity",
        ],
    ),
    ("System.Environment", &["NewLine"]),
    ("System.Guid", &["Empty"]),
    ("System.Int16", RANGE),
    ("System.Int32", RANGE),
    ("System.Int64", RANGE),
    ("System.Management.Automation.PSCredential", &["Empty"]),
    ("System.Math", &["E", "PI"]),
    ("System.SByte", RANGE),
    ("System.Single", RANGE),
    ("System.String", &["Empty"]),
    ("System.TimeSpan", &["MaxValue", "MinValue", "Zero"]),
    ("System.UInt16", RANGE),
    ("System.UInt32", RANGE),
    ("System.UInt64", RANGE),
];

/// Whether values such as `owner` have a method of that name.
pub(super) fn has_method(owner: &Value, name: &str) -> bool {
    has(OF_ALL, name) || lists(METHODS, family(owner), name)
}

/// The type that the methods of such a value are listed under.
pub(super) fn family(owner: &Value) -> &'static str {
    match owner {
        Value::String(_) => "System.String",
        Value::DateTime(_) => "System.DateTime",
        Value::TimeSpan(_) => "System.TimeSpan",
        Value::Array(_) => "System.Array",
        Value::List(_) => "System.Collections.ArrayList",
        Value::Dictionary(_) => "System.Collections.Hashtable",
        Value::ScriptBlock(_) => "System.Management.Automation.ScriptBlock",
        _ => "",
    }
}

/// Whether a type has a static method of that name.
pub(super) fn has_static_method(type_name: &str, name: &str) -> bool {
    lists(STATIC_METHODS, type_name, name)
}

/// Whether a type has a static property of that name.
pub(super) fn has_static_property(type_name: &str, name: &str) -> bool {
    lists(STATIC_PROPERTIES, type_name, name)
}

fn lists(table: &[Members], type_name: &str, name: &str) -> bool {
    table
        .iter()
        .find(|(of, _)| *of == type_name)
        .is_some_and(|(_, names)| has(names, name))
}

fn has(names: &[&str], name: &str) -> bool {
    names.iter().any(|own| own.eq_ignore_ascii_case(name))
}
