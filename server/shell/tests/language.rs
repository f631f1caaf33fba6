//! References, enumerators, closures and traps: the parts of the language that reach across scopes.

mod keeper;

use keeper::check;

#[test]
fn references_lead_to_their_variables() {
    check(&[
        (
            "$x = 1; $r = [ref]$x; $r.Value = 7; $x; $x = 9; $r.Value; $r.Value++; $x",
            "7|9|10",
            "",
        ),
        (
            "function f([ref]$r) { $r.Value = 5 }; $x = 1; f ([ref]$x); $x",
            "5",
            "",
        ),
        (
            "function f([ref]$r) { }; f 1",
            "",
            "ParameterArgumentTransformationError",
        ),
        (
            "function f([int]$n) { $n + 1 }; $x = 3; f ([ref]$x)",
            "4",
            "",
        ),
        (
            "function g { $l = 1; function k([ref]$p) { $p.Value = 2 }; k ([ref]$l); $l }; g",
            "2",
            "",
        ),
        (
            "$r = [ref]3; $r.Value += 2; $r.Value; ([ref]'a').Value.Length",
            "5|1",
            "",
        ),
        ("[ref]$nope", "", "NonExistingVariableReference"),
        (
            "[int]$i = 1; $r = [ref]$i; $r.Value = 'x'; $i",
            "1",
            "ExceptionWhenSetting",
        ),
        (
            "([ref]$null).Value; ([ref]5).GetType().Name",
            "|PSReference`1",
            "",
        ),
    ]);
}

#[test]
fn what_is_tried_comes_back_by_reference() {
    check(&[
        (
            "$n = 1; [int]::TryParse('5', [ref]$n); $n; [int]::TryParse('x', [ref]$n); $n",
            "True|5|False|0",
            "",
        ),
        (
            "$n = 0; [int]::TryParse('5', $n)",
            "",
            "NonRefArgumentToRefParameterMsg",
        ),
        ("[int]::TryParse('5')", "", "MethodCountCouldNotFindBest"),
        (
            "$v = $null; [version]::TryParse('1.2', [ref]$v); $v.Minor; [guid]::TryParse('x', [ref]$null)",
            "True|2|False",
            "",
        ),
        (
            "$e = [DayOfWeek]::Sunday; [enum]::TryParse('monday', $true, [ref]$e); $e; [DayOfWeek]::TryParse('x', [ref]$e)",
            "True|Monday|False",
            "",
        ),
        (
            "$d = 0; [datetime]::TryParseExact('20260102', 'yyyyMMdd', $null, 'None', [ref]$d); $d.Day",
            "True|2",
            "",
        ),
        (
            "[datetime]::ParseExact('02.01.2026', 'dd.MM.yyyy', $null).Month; [timespan]::ParseExact('90', '%m', $null)",
            "1",
            "FormatException",
        ),
    ]);
}

#[test]
fn loops_are_moved_on_by_their_bodies() {
    check(&[
        (
            "foreach ($i in 1..5) { $i; $null = $foreach.MoveNext() }; $foreach",
            "1|3|5|",
            "",
        ),
        (
            "switch (1, 2, 3) { 1 { $null = $switch.MoveNext(); \"at $($switch.Current)\" } 3 { 'three' } }",
            "at 2|three",
            "",
        ),
        (
            "foreach ($i in 1, 2) { foreach ($j in 3, 4) { $foreach.Current }; $foreach.Current }",
            "3|4|1|3|4|2",
            "",
        ),
        (
            "$e = (1, 2).GetEnumerator(); $e.Current; while ($e.MoveNext()) { $e.Current }; $e.Reset(); $e.MoveNext()",
            "|1|2|True",
            "",
        ),
        (
            "$e = @{a = 1}.GetEnumerator(); $e.MoveNext(); \"$($e.Key) $($e.Value) $($e.Entry.Name)\"",
            "True|a 1 a",
            "",
        ),
        (
            "'ab'.GetEnumerator() | % { \"<$_>\" }; [ordered]@{x = 1} | % { $_.GetEnumerator() } | % Key",
            "<a>|<b>|x",
            "",
        ),
    ]);
}

#[test]
fn closed_blocks_keep_their_variables() {
    check(&[
        ("$x = 1; $s = { $x }.GetNewClosure(); $x = 2; & $s", "1", ""),
        (
            "function mk($n) { { $script:n++; $n }.GetNewClosure() }; $a = mk 5; $b = mk 7; & $a; & $a; & $b",
            "6|7|8",
            "",
        ),
        (
            "$x = 5; $s = { $_ + $x }.GetNewClosure(); $x = 0; 1..2 | % $s; $s.Invoke()",
            "6|7|5",
            "",
        ),
    ]);
}

#[test]
fn traps_and_references_are_refused_by_name() {
    check(&[
        (
            "function f { trap [Unknown] { 't' }; 'in' }; f; 'after'",
            "after",
            "TypeNotFound",
        ),
        (
            "[int][ref]$x",
            "",
            "ReferenceNeedsToBeLastTypeInTypeConversion",
        ),
        (
            "[ref][ref]$x",
            "",
            "ReferenceNeedsToBeByItselfInTypeSequence",
        ),
        (
            "[ref][int]$x = 5",
            "",
            "ReferenceNeedsToBeByItselfInTypeConstraint",
        ),
    ]);
}

#[test]
fn what_is_made_of_text_is_refused_where_it_is_made() {
    check(&[
        (
            "(1, 2).Length = 5; ([datetime]'2026-01-02').Year = 5",
            "",
            "PropertyAssignmentException|PropertyAssignmentException",
        ),
        (
            "[guid]::new('x'); [version]::new('x')",
            "",
            "FormatException|ArgumentException",
        ),
        (
            "[regex]'a('; [regex]::new('a(')",
            "",
            "InvalidCastFromStringToRegex|RegexParseException",
        ),
        (
            "& ([scriptblock]::Create('1 + 1')); [scriptblock]::Create('1 +')",
            "2",
            "ParseException",
        ),
        (
            "[int].IsValueType; [DayOfWeek].IsEnum; [int[]].IsArray; [string].IsClass; [int].IsClass",
            "True|True|True|True|False",
            "",
        ),
    ]);
}

#[test]
fn types_and_attributes_of_a_variable_both_hold() {
    check(&[
        (
            "[ValidateLength(1, 3)][string]$x = 'abcd'; $x",
            "",
            "ValidateSetFailure",
        ),
        (
            "[ValidateRange(1, 3)][int]$x = '2'; $x.GetType().Name; $x = 9; $x",
            "Int32|2",
            "ValidateSetFailure",
        ),
        ("[ValidateRange(1, 3)][int]$x = 'x'", "", "RuntimeException"),
    ]);
}

#[test]
fn enumerations_are_refused_for_their_members() {
    check(&[
        ("enum E { A; a }", "", "MemberAlreadyDefined"),
        ("enum E { A } enum e { B }", "", "MemberAlreadyDefined"),
        ("enum E { A = 1; B = 'x' }", "", "CannotConvertValue"),
        (
            "enum E { A = 99999999999 }",
            "",
            "EnumeratorValueOutOfBounds",
        ),
        (
            "enum E : byte { A = 255; B }",
            "",
            "EnumeratorValueOutOfBounds",
        ),
        ("enum E { A = $x }", "", "EnumeratorValueMustBeConstant"),
        (
            "enum E { A = [int]::MaxValue; B }",
            "",
            "EnumeratorValueOutOfBounds",
        ),
        (
            "enum E { A = [int]::MaxValue + 1 }",
            "",
            "EnumeratorValueOutOfBounds",
        ),
        (
            "enum E { A = -1; B; C = '7'; D = [int]::MaxValue }; [int][E]::B; [int][E]::C",
            "0|7",
            "",
        ),
    ]);
}

#[test]
fn semantic_versions_are_versions_with_labels() {
    check(&[
        (
            "[semver]'1.2'; [semver]1; [version][semver]'1.2.3-a'; ([semver]'1.2.3-a+b').BuildLabel",
            "1.2.0|1.0.0|1.2.3|b",
            "",
        ),
        (
            "[semver]'1.2.3' -lt '1.10.0'; [semver]'1.0.0' -gt '1.0.0-rc.1'; [semver]'1.0.0+a' -eq '1.0.0+b'",
            "True|True|True",
            "",
        ),
        (
            "[semver]'x'; [semver]::new('x'); [semver][version]'1.2.3.4'",
            "",
            "InvalidCastParseTargetInvocation|FormatException|InvalidCastConstructorException",
        ),
        (
            "[semver]::new(1, 2, 3, 'a', 'b'); $PSVersionTable.PSVersion.GetType().Name; $PSVersionTable.PSVersion -ge '7.0'",
            "1.2.3-a+b|SemanticVersion|True",
            "",
        ),
    ]);
}

#[test]
fn notes_are_added_to_the_list_of_properties() {
    check(&[
        (
            "$o = [pscustomobject]@{a = 1}; $o.PSObject.Properties.Add([psnoteproperty]::new('b', 2)); $o.b; $o",
            "2|@{a=1; b=2}",
            "",
        ),
        (
            "$o = [pscustomobject]@{a = 1}; $o.PSObject.Properties.Add([psnoteproperty]::new('A', 2))",
            "",
            "ExtendedTypeSystemException",
        ),
        (
            "$n = [psnoteproperty]::new('x', 5); $n.Name; $n.Value; $n.MemberType",
            "x|5|NoteProperty",
            "",
        ),
    ]);
}

#[test]
fn members_of_collections_and_clocks_are_there() {
    check(&[
        (
            "(1, 2, 3).GetValue(1); (1, 2, 3).GetUpperBound(0); (1, 2, 3).GetLength(0); (1, 2).GetValue(5)",
            "2|2|3",
            "IndexOutOfRangeException",
        ),
        (
            "$o = [ordered]@{a = 1; b = 2}; $o.Insert(0, 'c', 3); $o.RemoveAt(1); $o.Keys -join ','; $o.RemoveAt(7)",
            "c,b",
            "ArgumentOutOfRangeException",
        ),
        (
            "[datetime]::Compare('2026-01-01', '2026-01-02'); [timespan]::Compare('2:00', '1:00'); [datetime]::SpecifyKind('2026-01-01', 'Utc').Kind",
            "-1|1|Utc",
            "",
        ),
        (
            "[double]::IsNaN([double]::NaN); [double]::IsInfinity(1); [bool]::TrueString",
            "True|False|True",
            "",
        ),
    ]);
}

#[test]
fn numbers_have_the_functions_of_their_types() {
    check(&[
        (
            "[math]::Sinh(0); [math]::Cosh(0); [math]::Tanh(0); [math]::Tau -gt 6.28",
            "0|1|0|True",
            "",
        ),
        (
            "[decimal]::Truncate(1.7); [decimal]::Floor(-1.5); ([decimal]::Ceiling('1.2')).GetType().Name",
            "1|-2|Decimal",
            "",
        ),
        (
            "[datetime]::UnixEpoch.Kind; [datetime]::UnixEpoch.Year",
            "Utc|1970",
            "",
        ),
    ]);
}
