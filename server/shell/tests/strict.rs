//! What strict mode refuses, by version.

#![allow(clippy::unwrap_used)]

mod keeper;

use keeper::run;

#[test]
fn a_version_refuses_what_it_names() {
    for (line, errors) in [
        ("Set-StrictMode -Version 1; $nope", "VariableIsUndefined"),
        (
            "Set-StrictMode -Version 1; \"$nope $($nope)\"; 'a'.Nope; (5)[1]",
            "",
        ),
        (
            "Set-StrictMode -Version 2; \"$nope\"",
            "VariableIsUndefined",
        ),
        (
            "Set-StrictMode -Version 2; 'a'.Nope",
            "PropertyNotFoundStrict",
        ),
        (
            "Set-StrictMode -Version 2; (5).Count",
            "PropertyNotFoundStrict",
        ),
        (
            "Set-StrictMode -Version 2; $null.Count",
            "PropertyNotFoundStrict",
        ),
        (
            "Set-StrictMode -Version 2; @{}.Count; @().Count; 'a'.Length",
            "",
        ),
        (
            "Set-StrictMode -Version 2; @([pscustomobject]@{a=1}, [pscustomobject]@{b=1}).a",
            "PropertyNotFoundStrict",
        ),
        ("Set-StrictMode -Version 2; (5)[1]", "CannotIndex"),
        ("Set-StrictMode -Version 2; (5)[0]; (1, 2)[7]", ""),
        (
            "Set-StrictMode -Version 2; function f { }; f(1, 2); f (1, 2); f(1)",
            "StrictModeFunctionCallWithParens",
        ),
        (
            "Set-StrictMode -Version 3; (1, 2)[7]",
            "System.IndexOutOfRangeException",
        ),
        (
            "Set-StrictMode -Version Latest; 'ab'[7]",
            "System.IndexOutOfRangeException",
        ),
        ("Set-StrictMode -Version 3; @{}['x']; (1, 2)[-1]", ""),
        (
            "Set-StrictMode -Version 3; & { Set-StrictMode -Off; $nope }; $nope",
            "VariableIsUndefined",
        ),
        ("function f { Set-StrictMode -Version 3 }; f; $nope", ""),
        (
            "Set-StrictMode -Version 9",
            "ParameterArgumentValidationError,Microsoft.PowerShell.Commands.SetStrictModeCommand",
        ),
        (
            "Set-StrictMode -Version 5.2",
            "ParameterArgumentValidationError,Microsoft.PowerShell.Commands.SetStrictModeCommand",
        ),
    ] {
        assert_eq!(run(line).1.join(" "), errors, "{line}");
    }
}
