//! Functions as a session's lines see them: their arguments, what they know of their call, their syntax.

#![allow(clippy::unwrap_used)]

mod keeper;

use keeper::{check, run, shown};

#[test]
fn a_parameter_that_an_object_leaves_alone_has_its_default() {
    let declared = "function f { param([Parameter(ValueFromPipeline)][string]$P = 'q', [Parameter(ValueFromPipelineByPropertyName)][int]$Z = 5) begin { if ($P -eq 'n') { $Z = 7 } } process { \"$P $Z\" } }";
    check(&[
        (&format!("{declared}; 'x' | f; f"), "x 5|q 5", ""),
        (
            &format!("{declared}; [pscustomobject]@{{Z = 1}}, 'a' | f"),
            "@{Z=1} 1|a 5",
            "",
        ),
        (
            "function f { param([Parameter(ValueFromPipelineByPropertyName)]$Z = 5, [Parameter(ValueFromPipelineByPropertyName)]$Y = 'y') begin { $Z = 7 } process { \"$Z $Y\" } }; [pscustomobject]@{Y = 2}, [pscustomobject]@{Z = 1}, [pscustomobject]@{Y = 3} | f",
            "7 2|1 y|5 3",
            "",
        ),
    ]);
}

#[test]
fn a_function_says_what_is_wrong_with_its_arguments() {
    for (line, expected) in [
        (
            "function f { param($alpha, $also) }; f -al 1",
            "AmbiguousParameter,f",
        ),
        ("function f { param($a) }; f -a", "MissingArgument,f"),
        ("function f { param($a, $b) }; f -a -b", "MissingArgument,f"),
        (
            "function f { param($a) }; f -a 1 -a 2",
            "ParameterAlreadyBound,f",
        ),
    ] {
        assert_eq!(run(line).1, [expected], "{line}");
    }
    for (line, expected) in [
        ("function f { param($a) \"$a\" }; f -a -x", "-x"),
        (
            "function f { param($alpha, [Alias('alone')]$b) \"$alpha|$b\" }; f -alo 1",
            "|1",
        ),
        (
            "function f { param($a, $b) \"$a|$b|$args\" }; $h = @{ a = 1 }; f @h -a 2 3 4",
            "2|3|4",
        ),
    ] {
        assert_eq!(shown(line), [expected], "{line}");
    }
}

#[test]
fn a_function_knows_its_call() {
    for (line, expected) in [
        (
            "function f { param($a, $b = 2) $PSBoundParameters.Keys; $PSBoundParameters.Count }; f 1",
            "a 1",
        ),
        (
            "function f { [CmdletBinding()] param($a) $PSBoundParameters.Keys }; f 1 -Verbose",
            "Verbose a",
        ),
        (
            "function f { param($a) $PSBoundParameters.ContainsKey('A'); g @PSBoundParameters }; function g { \"$args\" }; f 1",
            "True -a: 1",
        ),
        (
            "function f { param([Parameter(ValueFromPipeline)]$x) process { $PSBoundParameters['x'] } }; 1, 2 | f",
            "1 2",
        ),
        (
            "function f { $MyInvocation.MyCommand.Name; $MyInvocation.InvocationName; $MyInvocation.MyCommand.GetType().Name }; f",
            "f f FunctionInfo",
        ),
    ] {
        assert_eq!(shown(line).join(" "), expected, "{line}");
    }
}

#[test]
fn functions_and_aliases_have_a_syntax_too() {
    for (line, expected) in [
        (
            "function f { param($a, [switch]$c) }; Get-Command f -Syntax",
            "\nf [[-a] <Object>] [-c]\n",
        ),
        ("function f { }; Get-Command f -Syntax", "\nf \n"),
        (
            "function f { [CmdletBinding()] param($a) }; Get-Command f -Syntax",
            "\nf [[-a] <Object>] [<CommonParameters>]\n",
        ),
        ("Get-Command gm -Syntax", "gm (alias) -> Get-Member\n"),
    ] {
        assert!(
            shown(line)[0].starts_with(expected),
            "{line}: {:?}",
            shown(line)
        );
    }
}

#[test]
fn splatted_names_are_typed_with_a_colon_and_text_is_its_characters() {
    for (line, expected) in [
        ("function f { $args }; $h = @{ Foo = 1 }; f @h", "-Foo: 1"),
        ("$t = 'ab'; (Write-Output @t)[1].GetType().Name", "Char"),
    ] {
        assert_eq!(shown(line).join(" "), expected, "{line}");
    }
}

#[test]
fn a_function_cleans_up_however_it_ends() {
    for (line, expected) in [
        (
            "function f { process { 'p' } end { 'e' } clean { $global:c = 'cleaned' } }; f; $c",
            &["p", "e", "cleaned"][..],
        ),
        (
            "function f { process { throw 'x' } clean { $global:c = 'cleaned' } }; try { f } catch { \"$_\" }; $c",
            &["x", "cleaned"],
        ),
        (
            "function f { process { 1; 2 } clean { $global:c = 'cleaned' } }; f | Select-Object -First 1; $c",
            &["1", "cleaned"],
        ),
        (
            "function f { begin { 'b' } end { return 'r' } clean { 'lost'; $global:c = 'cleaned' } }; f; $c",
            &["b", "r", "cleaned"],
        ),
        (
            "& { process { $_ } clean { $global:c = 'never begun' } } (1/0); \"[$c]\"",
            &["[]"],
        ),
    ] {
        assert_eq!(run(line).0, expected, "{line}");
    }
}

#[test]
fn a_function_with_dynamic_parameters_is_refused() {
    let (shown, errors, outcome) = run("function f { dynamicparam { } end { 'ran' } }; f");
    assert!(shown.is_empty());
    let told = errors.into_iter().chain(
        outcome
            .terminating
            .map(|error| error.fully_qualified_id.into_owned()),
    );
    assert_eq!(told.collect::<Vec<_>>(), ["DynamicParametersNotSupported"]);
}

#[test]
fn variables_of_a_function_keep_what_is_written_within_it() {
    let functions = "function g { [CmdletBinding()] param() Write-Error y } \
        function f { [CmdletBinding()] param($do) . $do }; ";
    for (line, expected) in [
        (
            "f { Write-Error x; g } -ErrorAction SilentlyContinue -ErrorVariable e; \"$e\"",
            "x y",
        ),
        (
            "f { NoSuch; 1/0 } -ErrorAction SilentlyContinue -ErrorVariable e; $e.Count",
            "2",
        ),
        (
            "f { $x = g } -ErrorAction SilentlyContinue -ErrorVariable e; \"$e\"",
            "y",
        ),
        // What another command takes is written into a pipe of its own.
        (
            "f { g | Out-Null } -ErrorAction SilentlyContinue -ErrorVariable e; $e.Count",
            "0",
        ),
        (
            "f { Write-Warning w; Write-Information i } -WarningAction Ignore -WarningVariable w -InformationVariable i; \"$w $i\"",
            "w i",
        ),
        (
            "try { f { throw 'x' } -ErrorVariable e } catch { }; $e[0].ToString()",
            "x",
        ),
    ] {
        let (shown, errors, outcome) = run(&format!("{functions}{line}"));
        assert!(
            errors.is_empty() && outcome.terminating.is_none(),
            "{line}: {errors:?}"
        );
        assert_eq!(shown.join(" "), expected, "{line}");
    }
}

#[test]
fn a_function_complains_as_a_cmdlet_does() {
    let function = "function f { [CmdletBinding()] param() $PSCmdlet.WriteError( \
        [System.Management.Automation.ErrorRecord]::new( \
        [System.InvalidOperationException]::new('bad'), 'MyId', 'InvalidData', 5)); 'goes on' }; ";
    let (shown, errors, _) = run(&format!(
        "{function} f; $?; $Error[0].CategoryInfo.Activity"
    ));
    assert_eq!(shown, ["goes on", "False", "f"]);
    assert_eq!(errors, ["MyId,f"]);
    let (shown, errors, _) = run(&format!(
        "{function} f -ErrorAction SilentlyContinue -ErrorVariable e; $e.Count; try {{ f -ErrorAction Stop }} catch {{ \"$_\" }}"
    ));
    assert_eq!(
        (shown, errors.len()),
        (vec!["goes on".into(), "1".into(), "bad".into()], 0)
    );
}

#[test]
fn functions_are_items_of_a_drive() {
    for (line, expected) in [
        (
            "$function:f = { \"hi $args\" }; f 1; ${function:f} = 'param($x) \"got $x\"'; f 2",
            "hi 1 got 2",
        ),
        (
            "function f { 1 }; $function:f = $null; [bool](Get-Command f -ErrorAction Ignore)",
            "False",
        ),
        ("function f { 1 }; $function:g = $function:f; g", "1"),
    ] {
        assert_eq!(shown(line).join(" "), expected, "{line}");
    }
}

#[test]
fn attributes_are_read_whatever_their_form() {
    let refused = "ParameterArgumentValidationError,f";
    for (line, error) in [
        (
            "function f { param([ValidateRange(0, [int]::MaxValue)]$x) }; f (-1)",
            refused,
        ),
        (
            "function f { param([ValidateSet(@('a', 'b'))]$x) }; f a; f c",
            refused,
        ),
        (
            "function f { param([ValidateLength(1, (1 + 2))]$x) }; f abc; f abcd",
            refused,
        ),
        (
            "function f { param([ValidateSetAttribute('a')]$x) }; f b",
            refused,
        ),
        (
            "function f { param([System.Management.Automation.ValidateSet('a')]$x) }; f b",
            refused,
        ),
        ("function f { param([Parameter(Mandatory = 0)]$x) }; f", ""),
        (
            "function f { param([nope()]$x) }; f",
            "CustomAttributeTypeNotFound",
        ),
        ("[nope()]$x = 1", "CustomAttributeTypeNotFound"),
        (
            "function f { [Diagnostics.CodeAnalysis.SuppressMessage('a', 'b')] param() }; f",
            "",
        ),
    ] {
        assert_eq!(run(line).1.join(" "), error, "{line}");
    }
    let line =
        "function f { [OutputType([int], 'My.Type')] param() }; (Get-Command f).OutputType.Name";
    assert_eq!(shown(line), ["System.Int32", "My.Type"]);
}
