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
