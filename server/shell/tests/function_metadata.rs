//! What a function is refused for when it is called: attributes that cannot be made, names that clash.

#![allow(clippy::unwrap_used)]

mod keeper;

use keeper::{run, shown};

#[test]
fn an_attribute_that_cannot_be_made_is_refused_at_the_call() {
    let cast = "SubstringDisambiguationEnumParseThrewAnException";
    for (declared, expected) in [
        ("[CmdletBinding(ConfirmImpact = 'Nope')] param()", cast),
        ("[CmdletBinding(RemotingCapability = 'Nope')] param()", cast),
        (
            "[CmdletBinding(Nope = 1)] param()",
            "PropertyNotFoundForType",
        ),
        ("[CmdletBinding(1)] param()", "MethodCountCouldNotFindBest"),
        ("param([Parameter(Nope)] $a)", "PropertyNotFoundForType"),
        ("param([Parameter(1)] $a)", "MethodCountCouldNotFindBest"),
        (
            "param([Parameter(Position = 'x')] $a)",
            "InvalidCastFromStringToInteger",
        ),
        ("param([Parameter(HelpMessage = '')] $a)", "Argument"),
        ("param([Alias(Nope = 1)] $a)", "PropertyNotFoundForType"),
        ("param([ValidateSet()] $a)", "ArgumentOutOfRange"),
        (
            "param([ValidateSet('a', Nope = 1)] $a)",
            "PropertyNotFoundForType",
        ),
        (
            "param([ValidateNotNull(1)] $a)",
            "MethodCountCouldNotFindBest",
        ),
        (
            "param([ValidatePattern()] $a)",
            "MethodCountCouldNotFindBest",
        ),
        (
            "param([ValidatePattern('a', Nope = 1)] $a)",
            "PropertyNotFoundForType",
        ),
        (
            "param([ValidatePattern('')] $a)",
            "ExceptionConstructingAttribute",
        ),
        (
            "param([ValidateLength(-1, 1)] $a)",
            "ExceptionConstructingAttribute",
        ),
        (
            "param([ValidateLength(5, 1)] $a)",
            "ValidateLengthMaxLengthSmallerThanMinLength",
        ),
        (
            "param([ValidateCount(5, 1)] $a)",
            "ValidateRangeMaxLengthSmallerThanMinLength",
        ),
        (
            "param([ValidateRange(5, 1)] $a)",
            "MaxRangeSmallerThanMinRange",
        ),
        (
            "param([ValidateRange(1, 'x')] $a)",
            "MinRangeNotTheSameTypeOfMaxRange",
        ),
        (
            "[OutputType('x', Nope = 1)] param()",
            "PropertyNotFoundForType",
        ),
    ] {
        let line = format!("function f {{ {declared} 'ran' }}; f");
        assert_eq!(run(&line).1, [expected], "{line}");
        let defined = format!("function f {{ {declared} }}; 'defined'");
        assert_eq!(shown(&defined), ["defined"], "{defined}");
    }
}

#[test]
fn names_that_clash_are_refused_at_the_call() {
    let advanced = "[CmdletBinding(SupportsShouldProcess)]";
    for (declared, expected) in [
        (
            "param($a, [Alias('a')] $b)".to_owned(),
            "ParameterNameConflictsWithAlias",
        ),
        (
            "param([Alias('x')] $a, [Alias('X')] $b)".to_owned(),
            "AliasDeclaredMultipleTimes",
        ),
        (
            "param([Alias('x', 'x')] $a)".to_owned(),
            "AliasDeclaredMultipleTimes",
        ),
        ("param($Verbose)".to_owned(), ""),
        ("[CmdletBinding()] param($WhatIf)".to_owned(), ""),
        (
            format!("{advanced} param($WhatIf)"),
            "ParameterNameAlreadyExistsForCommand",
        ),
        (
            format!("{advanced} param($Verbose)"),
            "ParameterNameAlreadyExistsForCommand",
        ),
        (
            format!("{advanced} param([Alias('debug')] $b)"),
            "ParameterNameConflictsWithAlias",
        ),
        (
            format!("{advanced} param([Alias('cf')] $b)"),
            "AliasParameterNameAlreadyExistsForCommand",
        ),
        (
            "[CmdletBinding(SupportsPaging)] param($Skip)".to_owned(),
            "ParameterNameAlreadyExistsForCommand",
        ),
        (
            "[CmdletBinding()] param($SelectObject)".to_owned(),
            "ReservedParameterName",
        ),
        (
            "param([Parameter()][Parameter()] $a)".to_owned(),
            "ParameterDeclaredInParameterSetMultipleTimes",
        ),
    ] {
        for line in [
            format!("function f {{ {declared} }}; f"),
            format!("& {{ {declared} }}"),
        ] {
            assert_eq!(run(&line).1.join(" "), expected, "{line}");
        }
    }
}

#[test]
fn a_command_has_32_sets_at_most() {
    let line = |sets: usize| {
        let parameters: Vec<String> = (0..sets)
            .map(|n| format!("[Parameter(ParameterSetName = 's{n}')] $p{n}"))
            .collect();
        format!(
            "function f {{ param({}) 'ran' }}; f -p1 1",
            parameters.join(", ")
        )
    };
    assert_eq!(run(&line(32)).1.join(" "), "");
    assert_eq!(run(&line(33)).1, ["ParsingTooManyParameterSets"]);
}

#[test]
fn a_clash_is_placed_at_the_name_of_the_command() {
    for (line, underlined) in [
        (
            "function f { [CmdletBinding()] param($Verbose) }; f 1 2",
            "~",
        ),
        ("function f { param($a, [Alias('a')] $b) }; f 1 2", "~~~~~"),
        (
            "$f = { [CmdletBinding()] param($Verbose) }; & $f 1",
            "~~~~~~",
        ),
    ] {
        let line =
            format!("{line}; $Error[0].InvocationInfo.PositionMessage.Split('+')[-1].Trim()");
        assert_eq!(run(&line).0, [underlined], "{line}");
    }
}
