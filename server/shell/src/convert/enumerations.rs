//! The enumerations that every session knows: preferences, days, colours.

use std::sync::{Arc, LazyLock};

use crate::value::{EnumDefinition, EnumValue, Value};

/// Full name, whether values combine, and the members in order; a member is numbered from its place unless it says so.
type Declaration = (&'static str, bool, &'static [(&'static str, i64)]);

const DECLARATIONS: &[Declaration] = &[
    (
        "System.Management.Automation.ActionPreference",
        false,
        &[
            ("SilentlyContinue", 0),
            ("Stop", 1),
            ("Continue", 2),
            ("Inquire", 3),
            ("Ignore", 4),
            ("Suspend", 5),
            ("Break", 6),
        ],
    ),
    (
        "System.Management.Automation.ErrorView",
        false,
        &[
            ("NormalView", 0),
            ("CategoryView", 1),
            ("ConciseView", 2),
            ("DetailedView", 3),
        ],
    ),
    (
        "System.Management.Automation.CommandOrigin",
        false,
        &[("Runspace", 0), ("Internal", 1)],
    ),
    (
        "System.Management.Automation.ConfirmImpact",
        false,
        &[("None", 0), ("Low", 1), ("Medium", 2), ("High", 3)],
    ),
    (
        "System.Management.Automation.Runspaces.PipelineState",
        false,
        &[
            ("NotStarted", 0),
            ("Running", 1),
            ("Stopping", 2),
            ("Stopped", 3),
            ("Completed", 4),
            ("Failed", 5),
            ("Disconnected", 6),
        ],
    ),
    (
        "System.Management.Automation.OutputRendering",
        false,
        &[("Host", 0), ("PlainText", 1), ("Ansi", 2)],
    ),
    (
        "System.Management.Automation.ProgressView",
        false,
        &[("Minimal", 0), ("Classic", 1)],
    ),
    (
        "System.Management.Automation.RemotingCapability",
        false,
        &[
            ("None", 0),
            ("PowerShell", 1),
            ("SupportedByCommand", 2),
            ("OwnedByCommand", 3),
        ],
    ),
    (
        "System.Management.Automation.SplitOptions",
        true,
        &[
            ("SimpleMatch", 0x01),
            ("RegexMatch", 0x02),
            ("CultureInvariant", 0x04),
            ("IgnorePatternWhitespace", 0x08),
            ("Multiline", 0x10),
            ("Singleline", 0x20),
            ("IgnoreCase", 0x40),
            ("ExplicitCapture", 0x80),
        ],
    ),
    (
        "System.Management.Automation.CommandTypes",
        true,
        &[
            ("Alias", 1),
            ("Function", 2),
            ("Filter", 4),
            ("Cmdlet", 8),
            ("ExternalScript", 16),
            ("Application", 32),
            ("Script", 64),
            ("Configuration", 256),
            ("All", 383),
        ],
    ),
    (
        "System.Management.Automation.ScopedItemOptions",
        true,
        &[
            ("None", 0),
            ("ReadOnly", 1),
            ("Constant", 2),
            ("Private", 4),
            ("AllScope", 8),
            ("Unspecified", 16),
        ],
    ),
    (
        "System.Management.Automation.SessionStateEntryVisibility",
        false,
        &[("Public", 0), ("Private", 1)],
    ),
    (
        "System.Management.Automation.PSMemberTypes",
        true,
        &[
            ("AliasProperty", 1),
            ("CodeProperty", 2),
            ("Property", 4),
            ("NoteProperty", 8),
            ("ScriptProperty", 16),
            ("PropertySet", 32),
            ("Method", 64),
            ("CodeMethod", 128),
            ("ScriptMethod", 256),
            ("Methods", 448),
            ("ParameterizedProperty", 512),
            ("MemberSet", 1024),
            ("Event", 2048),
            ("Dynamic", 4096),
            ("InferredProperty", 8192),
            ("Properties", 8223),
            ("All", 16383),
        ],
    ),
    (
        "System.Management.Automation.PSMemberViewTypes",
        true,
        &[("Extended", 1), ("Adapted", 2), ("Base", 4), ("All", 7)],
    ),
    (
        "System.Management.Automation.ErrorCategory",
        false,
        &[
            ("NotSpecified", 0),
            ("OpenError", 1),
            ("CloseError", 2),
            ("DeviceError", 3),
            ("DeadlockDetected", 4),
            ("InvalidArgument", 5),
            ("InvalidData", 6),
            ("InvalidOperation", 7),
            ("InvalidResult", 8),
            ("InvalidType", 9),
            ("MetadataError", 10),
            ("NotImplemented", 11),
            ("NotInstalled", 12),
            ("ObjectNotFound", 13),
            ("OperationStopped", 14),
            ("OperationTimeout", 15),
            ("SyntaxError", 16),
            ("ParserError", 17),
            ("PermissionDenied", 18),
            ("ResourceBusy", 19),
            ("ResourceExists", 20),
            ("ResourceUnavailable", 21),
            ("ReadError", 22),
            ("WriteError", 23),
            ("FromStdErr", 24),
            ("SecurityError", 25),
            ("ProtocolError", 26),
            ("ConnectionError", 27),
            ("AuthenticationError", 28),
            ("LimitsExceeded", 29),
            ("QuotaExceeded", 30),
            ("NotEnabled", 31),
        ],
    ),
    (
        "Microsoft.PowerShell.Commands.JsonDateKind",
        false,
        &[
            ("Default", 0),
            ("Local", 1),
            ("Utc", 2),
            ("Offset", 3),
            ("String", 4),
        ],
    ),
    (
        "Newtonsoft.Json.StringEscapeHandling",
        false,
        &[("Default", 0), ("EscapeNonAscii", 1), ("EscapeHtml", 2)],
    ),
    (
        "Microsoft.PowerShell.Commands.BaseCsvWritingCommand+QuoteKind",
        false,
        &[("Never", 0), ("Always", 1), ("AsNeeded", 2)],
    ),
    (
        "Microsoft.PowerShell.Commands.DisplayHintType",
        false,
        &[("Date", 0), ("Time", 1), ("DateTime", 2)],
    ),
    (
        "System.Net.Sockets.AddressFamily",
        false,
        &[
            ("Unknown", -1),
            ("Unspecified", 0),
            ("Unix", 1),
            ("InterNetwork", 2),
            ("ImpLink", 3),
            ("Pup", 4),
            ("Chaos", 5),
            ("NS", 6),
            ("Ipx", 6),
            ("Iso", 7),
            ("Osi", 7),
            ("Ecma", 8),
            ("DataKit", 9),
            ("Ccitt", 10),
            ("Sna", 11),
            ("DecNet", 12),
            ("DataLink", 13),
            ("Lat", 14),
            ("HyperChannel", 15),
            ("AppleTalk", 16),
            ("NetBios", 17),
            ("VoiceView", 18),
            ("FireFox", 19),
            ("Banyan", 21),
            ("Atm", 22),
            ("InterNetworkV6", 23),
            ("Cluster", 24),
            ("Ieee12844", 25),
            ("Irda", 26),
            ("NetworkDesigners", 28),
            ("Max", 29),
            ("Packet", 65536),
            ("ControllerAreaNetwork", 65537),
        ],
    ),
    (
        "System.UriHostNameType",
        false,
        &[
            ("Unknown", 0),
            ("Basic", 1),
            ("Dns", 2),
            ("IPv4", 3),
            ("IPv6", 4),
        ],
    ),
    (
        "System.DayOfWeek",
        false,
        &[
            ("Sunday", 0),
            ("Monday", 1),
            ("Tuesday", 2),
            ("Wednesday", 3),
            ("Thursday", 4),
            ("Friday", 5),
            ("Saturday", 6),
        ],
    ),
    (
        "System.DateTimeKind",
        false,
        &[("Unspecified", 0), ("Utc", 1), ("Local", 2)],
    ),
    (
        "System.Management.Automation.WhereOperatorSelectionMode",
        false,
        &[
            ("Default", 0),
            ("First", 1),
            ("Last", 2),
            ("SkipUntil", 3),
            ("Until", 4),
            ("Split", 5),
        ],
    ),
    (
        "System.StringSplitOptions",
        true,
        &[("None", 0), ("RemoveEmptyEntries", 1), ("TrimEntries", 2)],
    ),
    (
        "System.MidpointRounding",
        false,
        &[
            ("ToEven", 0),
            ("AwayFromZero", 1),
            ("ToZero", 2),
            ("ToNegativeInfinity", 3),
            ("ToPositiveInfinity", 4),
        ],
    ),
    (
        "System.TypeCode",
        false,
        &[
            ("Empty", 0),
            ("Object", 1),
            ("DBNull", 2),
            ("Boolean", 3),
            ("Char", 4),
            ("SByte", 5),
            ("Byte", 6),
            ("Int16", 7),
            ("UInt16", 8),
            ("Int32", 9),
            ("UInt32", 10),
            ("Int64", 11),
            ("UInt64", 12),
            ("Single", 13),
            ("Double", 14),
            ("Decimal", 15),
            ("DateTime", 16),
            ("String", 18),
        ],
    ),
    (
        "System.Text.RegularExpressions.RegexOptions",
        true,
        &[
            ("None", 0),
            ("IgnoreCase", 1),
            ("Multiline", 2),
            ("ExplicitCapture", 4),
            ("Compiled", 8),
            ("Singleline", 16),
            ("IgnorePatternWhitespace", 32),
            ("RightToLeft", 64),
            ("ECMAScript", 256),
            ("CultureInvariant", 512),
            ("NonBacktracking", 1024),
        ],
    ),
    (
        "System.StringComparison",
        false,
        &[
            ("CurrentCulture", 0),
            ("CurrentCultureIgnoreCase", 1),
            ("InvariantCulture", 2),
            ("InvariantCultureIgnoreCase", 3),
            ("Ordinal", 4),
            ("OrdinalIgnoreCase", 5),
        ],
    ),
    (
        "System.Globalization.DateTimeStyles",
        true,
        &[
            ("None", 0),
            ("AllowLeadingWhite", 1),
            ("AllowTrailingWhite", 2),
            ("AllowInnerWhite", 4),
            ("AllowWhiteSpaces", 7),
            ("NoCurrentDateDefault", 8),
            ("AdjustToUniversal", 16),
            ("AssumeLocal", 32),
            ("AssumeUniversal", 64),
            ("RoundtripKind", 128),
        ],
    ),
    (
        "System.Globalization.NumberStyles",
        true,
        &[
            ("None", 0),
            ("AllowLeadingWhite", 1),
            ("AllowTrailingWhite", 2),
            ("AllowLeadingSign", 4),
            ("Integer", 7),
            ("AllowTrailingSign", 8),
            ("AllowParentheses", 16),
            ("AllowDecimalPoint", 32),
            ("AllowThousands", 64),
            ("Number", 111),
            ("AllowExponent", 128),
            ("Float", 167),
            ("AllowCurrencySymbol", 256),
            ("Currency", 383),
            ("Any", 511),
            ("AllowHexSpecifier", 512),
            ("HexNumber", 515),
            ("AllowBinarySpecifier", 1024),
            ("BinaryNumber", 1027),
        ],
    ),
    (
        "System.ConsoleColor",
        false,
        &[
            ("Black", 0),
            ("DarkBlue", 1),
            ("DarkGreen", 2),
            ("DarkCyan", 3),
            ("DarkRed", 4),
            ("DarkMagenta", 5),
            ("DarkYellow", 6),
            ("Gray", 7),
            ("DarkGray", 8),
            ("Blue", 9),
            ("Green", 10),
            ("Cyan", 11),
            ("Red", 12),
            ("Magenta", 13),
            ("Yellow", 14),
            ("White", 15),
        ],
    ),
];

static DEFINITIONS: LazyLock<Vec<Arc<EnumDefinition>>> = LazyLock::new(|| {
    DECLARATIONS
        .iter()
        .map(|(name, flags, members)| {
            Arc::new(EnumDefinition {
                name: (*name).into(),
                flags: *flags,
                members: members
                    .iter()
                    .map(|(member, number)| ((*member).into(), *number))
                    .collect(),
            })
        })
        .collect()
});

/// The enumeration of that name, case-insensitively, with or without `System.`.
pub fn find(name: &str) -> Option<Arc<EnumDefinition>> {
    DEFINITIONS
        .iter()
        .find(|definition| {
            definition.name.eq_ignore_ascii_case(name)
                || definition
                    .name
                    .strip_prefix("System.")
                    .is_some_and(|rest| rest.eq_ignore_ascii_case(name))
        })
        .cloned()
}

/// A value of the enumeration of that name; null if there is none.
pub(crate) fn value(name: &str, number: i64) -> Value {
    find(name).map_or(Value::Null, |definition| {
        Value::Enum(EnumValue { definition, number })
    })
}

/// `System.Management.Automation.ActionPreference`.
pub fn action_preference() -> Arc<EnumDefinition> {
    DEFINITIONS[0].clone()
}

/// The full names of all of them.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    DECLARATIONS.iter().map(|(name, _, _)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_enumeration_is_declared_once() {
        let mut declared: Vec<&str> = names().collect();
        let all = declared.len();
        declared.sort_unstable();
        declared.dedup();
        assert_eq!(declared.len(), all);
    }
}
