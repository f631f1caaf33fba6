//! Variables that every session has without holding them: automatic ones, those of the host, names of drives and
//! scopes. The texts are PowerShell's.

/// Automatic variables: name, and type with description as a tooltip shows them; none of it for one that holds nothing.
pub(super) const AUTOMATIC: &[(&str, &str)] = &[
    ("$", "$"),
    ("?", "[bool]$? - Status of last command"),
    (
        "EnabledExperimentalFeatures",
        "[ReadOnlyBag[string]]$EnabledExperimentalFeatures - Variable to hold the enabled experimental feature names",
    ),
    ("Error", "[ArrayList]$Error"),
    (
        "ExecutionContext",
        "[EngineIntrinsics]$ExecutionContext - The run objects available to cmdlets",
    ),
    ("false", "[bool]$false - Boolean False"),
    ("IsCoreCLR", "[bool]$IsCoreCLR"),
    ("IsLinux", "[bool]$IsLinux"),
    ("IsMacOS", "[bool]$IsMacOS"),
    ("IsWindows", "[bool]$IsWindows"),
    (
        "null",
        "null - References to the null variable always return the null value. Assignments have no effect.",
    ),
    (
        "PSCulture",
        "[string]$PSCulture - Culture of the current PowerShell session",
    ),
    (
        "PSEmailServer",
        "[string]$PSEmailServer - Variable to contain the name of the email server. This can be used instead of the HostName parameter in the Send-MailMessage cmdlet.",
    ),
    (
        "PSNativeCommandArgumentPassing",
        "[NativeArgumentPassingStyle]$PSNativeCommandArgumentPassing - Dictates how arguments are passed to native executables.",
    ),
    (
        "PSNativeCommandUseErrorActionPreference",
        "[bool]$PSNativeCommandUseErrorActionPreference - If true, $ErrorActionPreference applies to native executables, so that non-zero exit codes will generate cmdlet-style errors governed by error action settings",
    ),
    (
        "PSSessionApplicationName",
        "[string]$PSSessionApplicationName - AppName where the remote connection will be established",
    ),
    (
        "PSSessionConfigurationName",
        "[string]$PSSessionConfigurationName - Name of the session configuration which will be loaded on the remote computer",
    ),
    (
        "PSSessionOption",
        "[PSSessionOption]$PSSessionOption - Default session options for new remote sessions",
    ),
    (
        "PSStyle",
        "[PSStyle]$PSStyle - Configuration controlling how text is rendered.",
    ),
    (
        "PSUICulture",
        "[string]$PSUICulture - UI culture of the current PowerShell session",
    ),
    ("PWD", "[PathInfo]$PWD"),
    ("StackTrace", "StackTrace"),
    ("true", "[bool]$true - Boolean True"),
    ("^", "^"),
];

/// Variables that the language gives a meaning, whether they hold something now or not.
pub(super) const SPECIAL: &[&str] = &[
    "args",
    "CurrentlyExecutingCommand",
    "foreach",
    "input",
    "LASTEXITCODE",
    "LogCommandHealthEvent",
    "LogCommandLifecycleEvent",
    "LogEngineHealthEvent",
    "LogEngineLifecycleEvent",
    "LogProviderHealthEvent",
    "LogProviderLifecycleEvent",
    "LogSettingsEvent",
    "Matches",
    "MyInvocation",
    "OFS",
    "PSBoundParameters",
    "PSCmdlet",
    "PSCommandPath",
    "PSDebugContext",
    "PSItem",
    "PSLogUserData",
    "PSModuleAutoLoadingPreference",
    "PSScriptRoot",
    "PSSenderInfo",
    "switch",
    "this",
    "VerboseHelpErrors",
    "_",
];

/// Drives whose items are read as variables, with what they are.
pub(super) const DRIVES: &[(&str, &str)] = &[
    (
        "Alias",
        "Drive that contains a view of the aliases stored in a session state",
    ),
    (
        "Env",
        "Drive that contains a view of the environment variables for the process",
    ),
    (
        "Function",
        "Drive that contains a view of the functions stored in a session state",
    ),
    (
        "Temp",
        "Drive that maps to the temporary directory path for the current user",
    ),
    (
        "Variable",
        "Drive that contains a view of those variables stored in a session state",
    ),
];

/// Scopes that a name can begin with.
pub(super) const SCOPES: &[&str] = &["Global:", "Local:", "Script:", "Private:", "Using:"];

/// The types of variables that PowerShell keeps in classes of its own.
pub(super) const TYPES: &[(&str, &str)] = &[
    ("ErrorView", "ErrorView"),
    ("OutputEncoding", "UTF8Encoding+UTF8EncodingSealed"),
    ("PSDefaultParameterValues", "DefaultParameterDictionary"),
    ("PSVersionTable", "PSVersionHashTable"),
];

/// What PowerShell says of its own variables.
pub(super) const DESCRIPTIONS: &[(&str, &str)] = &[
    ("?", "Status of last command"),
    (
        "ConfirmPreference",
        "Dictates when confirmation should be requested. Confirmation is requested when the ConfirmImpact of the operation is equal to or greater than $ConfirmPreference. If $ConfirmPreference is None, actions will only be confirmed when Confirm is specified.",
    ),
    (
        "DebugPreference",
        "Dictates the action taken when a Debug message is delivered",
    ),
    (
        "ErrorActionPreference",
        "Dictates the action taken when an error message is delivered",
    ),
    (
        "ErrorView",
        "Dictates the view mode to use when displaying errors",
    ),
    ("false", "Boolean False"),
    (
        "FormatEnumerationLimit",
        "Dictates the limit of enumeration on formatting IEnumerable objects",
    ),
    ("HOME", "Folder containing the current user's profile"),
    ("Host", "A reference to the host of the current runspace"),
    (
        "InformationPreference",
        "Dictates the action taken when a command generates an item in the Information stream",
    ),
    (
        "MaximumHistoryCount",
        "Maximum number of history objects to retain in a session",
    ),
    (
        "NestedPromptLevel",
        "Dictates what type of prompt should be displayed for the current nesting level",
    ),
    (
        "null",
        "References to the null variable always return the null value. Assignments have no effect.",
    ),
    (
        "OutputEncoding",
        "The text encoding used when piping text to a native executable file",
    ),
    ("PID", "Current process ID"),
    (
        "ProgressPreference",
        "Dictates the action taken when progress records are delivered",
    ),
    ("PSCulture", "Culture of the current PowerShell session"),
    (
        "PSDefaultParameterValues",
        "Variable to hold all default <cmdlet:parameter, value> pairs",
    ),
    (
        "PSEdition",
        "Edition information for the current PowerShell session",
    ),
    (
        "PSHOME",
        "Parent folder of the host application of the current runspace",
    ),
    ("PSStyle", "Configuration controlling how text is rendered."),
    (
        "PSUICulture",
        "UI culture of the current PowerShell session",
    ),
    (
        "PSVersionTable",
        "Version information for current PowerShell session",
    ),
    (
        "ShellId",
        "The ShellID identifies the current shell.  This is used by #Requires.",
    ),
    ("true", "Boolean True"),
    (
        "VerbosePreference",
        "Dictates the action taken when a Verbose message is delivered",
    ),
    (
        "WarningPreference",
        "Dictates the action taken when a Warning message is delivered",
    ),
    (
        "WhatIfPreference",
        "If true, WhatIf is considered to be enabled for all commands.",
    ),
];
