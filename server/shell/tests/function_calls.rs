//! Functions called by whole lines: how their arguments are bound, what they know of themselves, how they are left.

#![allow(clippy::unwrap_used)]

mod keeper;

use keeper::answer;

fn answers(table: &[(&str, &str)]) {
    for (line, expected) in table {
        assert_eq!(answer(line), *expected, "{line}");
    }
}

#[test]
fn what_no_parameter_takes_is_left_in_args() {
    answers(&[
        ("function f($a) { \"$a|$args\" }; f 1 2 3", "1|2 3"),
        ("function f($a) { \"$a|$args\" }; f -b 2", "|-b 2"),
        ("function f { \"$args\" }; f -x 1 -y:2 z", "-x 1 -y: 2 z"),
        (
            "function f { g @args }; function g($a, $b) { \"$a/$b\" }; f -b 1 -a 2",
            "2/1",
        ),
        ("& { $args.Count } 1 2 -x", "3"),
        (
            "function f([decimal]$d, [byte]$b, $n) { \"$d|$b|$n\" }; f",
            "0|0|",
        ),
    ]);
}

#[test]
fn a_function_knows_how_it_was_called() {
    answers(&[
        (
            "function f($a, $b) { $PSBoundParameters.Keys }; f -b 1",
            "b",
        ),
        (
            "function f($a) { $null = $PSBoundParameters.Remove('a'); $PSBoundParameters.Count }; f 1",
            "0",
        ),
        (
            "function f($a) { g @PSBoundParameters }; function g($a) { \"g $a\" }; f 4",
            "g 4",
        ),
        (
            "function f { $MyInvocation.MyCommand.Name; $MyInvocation.InvocationName }; f",
            "f f",
        ),
        ("function f { & { $PSBoundParameters.Count } }; f", "0"),
        (
            "function f { param([Parameter(ParameterSetName='A')]$x, [Parameter(ParameterSetName='B')]$y) \
             $PSCmdlet.ParameterSetName }; f -y 1",
            "B",
        ),
        (
            "function f { [CmdletBinding(SupportsShouldProcess)]param() $PSCmdlet.ShouldProcess('t', 'a') }; f -WhatIf; f",
            "False True",
        ),
        (
            "function f { [CmdletBinding()]param() $PSCmdlet.WriteObject((1, 2), $true) }; f",
            "1 2",
        ),
        ("function f { $PSCmdlet -eq $null }; f", "True"),
    ]);
}

#[test]
fn finally_runs_however_its_body_is_left() {
    answers(&[
        (
            "function f { try { return 1 } finally { 'fin' } }; f",
            "1 fin",
        ),
        (
            "foreach ($i in 1..3) { try { if ($i -eq 2) { break }; $i } finally { \"f$i\" } }",
            "1 f1 f2",
        ),
        (
            "foreach ($i in 1..2) { try { continue } finally { \"f$i\" } }",
            "f1 f2",
        ),
        ("try { exit 3 } finally { 'fin' }", "fin"),
        (
            "try { try { throw 'a' } finally { 'f' } } catch { \"c $_\" }",
            "f c a",
        ),
        ("function f { end { 'e' } clean { 'never' } }; f", "e"),
    ]);
}

#[test]
fn the_trap_that_fits_best_is_taken() {
    answers(&[
        (
            "trap { 'any'; continue } trap [System.DivideByZeroException] { 'zero'; continue } 1/0; throw 'x'; 'end'",
            "zero any end",
        ),
        (
            "try { throw [System.ArgumentException]'bad' } catch [System.ArgumentException] { \"$_\" }",
            "bad",
        ),
    ]);
}

#[test]
fn declarations_are_what_powershell_makes_of_them() {
    answers(&[
        (
            "enum E { A = 4; B; C = [E]::A -bor 1 }; [int][E]::B; [int][E]::C",
            "5 5",
        ),
        ("[E]::B; enum E { A; B }", "B"),
        ("data D { @{ a = 1 } }; $D.a", "1"),
        ("$x = data { 1 + 1 }; $x", "2"),
        ("$private:p = 1; \"[$(& { $p })][$p]\"", "[][1]"),
        ("($a, $b) = 1, 2; \"$a$b\"", "12"),
    ]);
}
