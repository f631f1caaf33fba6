//! Script properties, alias properties and script methods that `Add-Member` adds: what reads them has them computed.

mod keeper;

use keeper::check;

#[test]
fn script_properties_are_computed_where_they_are_read() {
    check(&[
        (
            "$o = [pscustomobject]@{a=1}; $o | Add-Member ScriptProperty x {$this.a + 1}; $o.x; $o.a = 9; $o.x; $o | select *; $o",
            "2|10|@{a=9; x=10}|@{a=9; x=System.Management.Automation.PSScriptProperty}",
            "",
        ),
        (
            "$o = [pscustomobject]@{a=1}; $o | Add-Member ScriptProperty x {$this.a * 2} {$this.a = $args[0] / 2}; $o.x = 8; $o.a; $o.x",
            "4|8",
            "",
        ),
        (
            "1..3 | % { [pscustomobject]@{n=$_} | Add-Member ScriptProperty sq {$this.n * $this.n} -PassThru } | ? sq -gt 2 | sort sq -Descending | select *",
            "@{n=3; sq=9}|@{n=2; sq=4}",
            "",
        ),
        (
            "$a = 1, 2 | % { [pscustomobject]@{n=$_} | Add-Member ScriptProperty d {$this.n * 2} -PassThru }; $a.d; ($a | Measure-Object d -Sum).Sum; $a.ForEach('d')",
            "2|4|6|2|4",
            "",
        ),
        (
            "$s = 'abc' | Add-Member ScriptProperty up {$this.ToUpper()} -PassThru; $s.up; $s.Length; $s",
            "ABC|3|abc",
            "",
        ),
        (
            "$o = [pscustomobject]@{a=1}; $o | Add-Member ScriptProperty in {[pscustomobject]@{z=$this.a}}; @{k=$o} | ConvertTo-Json -Compress; $o | ConvertTo-Csv; $o | ConvertTo-Html -Fragment -As List | select -Index 2",
            "{\"k\":{\"a\":1,\"in\":{\"z\":1}}}|\"a\",\"in\"|\"1\",\"@{z=1}\"|<tr><td>in:</td><td>@{z=1}</td></tr>",
            "",
        ),
        (
            "function f { param([Parameter(ValueFromPipelineByPropertyName)]$up) process { $up } }; 'b' | Add-Member ScriptProperty up {$this.ToUpper()} -PassThru | f",
            "B",
            "",
        ),
        (
            "$o = [pscustomobject]@{a=1}; $o | Add-Member ScriptProperty x {2}; ($o | select *).PSObject.Properties.MemberType; $o.PSObject.Properties['x'].MemberType; $o.PSObject.Properties['x'].Value",
            "NoteProperty|NoteProperty|ScriptProperty|2",
            "",
        ),
        (
            "$o = [pscustomobject]@{a=1}; $o | Add-Member ScriptProperty x {$this.a * 10}; $c = $o.PSObject.Copy(); $c.a = 5; $c.x; $o.x; $o.PSObject.Properties.Remove('x'); $o",
            "50|10|@{a=1}",
            "",
        ),
    ]);
}

#[test]
fn what_fails_in_a_getter_is_not_seen_where_it_is_read() {
    let bad = "$o = [pscustomobject]@{a=1}; $o | Add-Member ScriptProperty x {throw 'bad'}; ";
    check(&[
        (
            &format!("{bad}$o.x -eq $null; $o | select x; $o | ConvertTo-Json -Compress"),
            "True|@{x=}|{\"a\":1,\"x\":null}",
            "",
        ),
        (
            &format!("{bad}($o | ConvertTo-CliXml) -match 'N=\"x\"'"),
            "False",
            "",
        ),
        (
            &format!("{bad}$o | select -ExpandProperty x"),
            "",
            "PropertyEvaluationExpand",
        ),
        (
            &format!("{bad}$o.x = 1"),
            "",
            "SetWithoutSetterFromScriptProperty",
        ),
        (
            "$o = [pscustomobject]@{a=1}; $o | Add-Member ScriptProperty x {1} {throw 'bad'}; $o.x = 1",
            "",
            "ScriptSetValueRuntimeException",
        ),
        (
            "$o = [pscustomobject]@{a=1}; $o | Add-Member ScriptProperty x $null {}; $o.x -eq $null",
            "True",
            "",
        ),
    ]);
}

#[test]
fn aliases_lead_to_properties() {
    check(&[
        (
            "$o = [pscustomobject]@{a=1}; $o | Add-Member AliasProperty b a; $o.b; $o.b = 7; $o.a; $o",
            "1|7|@{a=7; b=7}",
            "",
        ),
        (
            "$o = [pscustomobject]@{a=1}; $o | Add-Member AliasProperty b a string; $o.b.GetType().Name; $o | Add-Member AliasProperty c nope; $o.c -eq $null",
            "String|True",
            "",
        ),
        (
            "$o = [pscustomobject]@{a=1}; $o | Add-Member AliasProperty c nope; $o.c = 1",
            "",
            "AliasLookupMemberNotPresent",
        ),
        (
            "$o = [pscustomobject]@{a=1}; $o | Add-Member AliasProperty x y; $o | Add-Member AliasProperty y x; $o.x -eq $null; $o.x = 1",
            "True",
            "CycleInAliasLookup",
        ),
    ]);
}

#[test]
fn script_methods_run_with_this_and_their_arguments() {
    check(&[
        (
            "$o = [pscustomobject]@{a=1}; $o | Add-Member ScriptMethod add {param($n, $m = 3) $this.a + $n + $m}; $o.add(5); $o.add(5, 6); $o | Add-Member ScriptMethod n {$args.Count}; $o.n(1, 2); ($o, $o).n(); $o | % n",
            "9|12|2|0|0|0",
            "",
        ),
        (
            "$o = [pscustomobject]@{a=1}; $o | Add-Member ScriptMethod bad {throw 'oops'}; $o.bad(1)",
            "",
            "ScriptMethodRuntimeException",
        ),
        (
            "$o = [pscustomobject]@{a=1}; $o | Add-Member ScriptMethod ToString {\"I am $($this.a)\"} -Force; \"$o\"; [string]$o; \"$($o, $o)\"",
            "I am 1|I am 1|I am 1 I am 1",
            "",
        ),
        (
            "$o = [pscustomobject]@{a=1}; $o | Add-Member ScriptProperty p {1}; $o | Add-Member AliasProperty q a int; $o | Add-Member ScriptMethod m {1}; ($o | gm p, q, m).Definition",
            "q = (System.Int32)a|System.Object m();|System.Object p {get=1;}",
            "",
        ),
    ]);
}

#[test]
fn members_that_cannot_be_are_refused() {
    let add = "$o = [pscustomobject]@{a=1}; $o | Add-Member ";
    check(&[
        (
            &format!("{add}ScriptProperty x $null"),
            "",
            "Value1AndValue2AreNotBothNull",
        ),
        (
            &format!("{add}ScriptMethod x $null"),
            "",
            "Value1ShouldNotBeNull",
        ),
        (
            &format!("{add}ScriptMethod x {{1}} {{2}}"),
            "",
            "Value2ShouldNotBeSpecified",
        ),
        (
            &format!("{add}AliasProperty x a $null"),
            "",
            "Value2ShouldNotBeNull",
        ),
        (&format!("{add}AliasProperty x ''"), "", "Argument"),
        (
            &format!("{add}ScriptMethod x text"),
            "",
            "ConvertToFinalInvalidCastException",
        ),
        (
            &format!("{add}-NotePropertyName ScriptMethod 1"),
            "",
            "ParameterArgumentValidationError",
        ),
        (
            &format!(
                "{add}ScriptMethod x {{1}}; $o | Add-Member ScriptMethod x {{2}} -Force; $o.x(); $o | Add-Member x 3 -Force; $o.x; $o | Add-Member ScriptMethod x {{2}}"
            ),
            "2|3",
            "MemberAlreadyExists",
        ),
    ]);
}
