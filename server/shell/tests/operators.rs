//! Operators between operands of every pair of types: which of them decides, and what is said when none can.

#![allow(clippy::unwrap_used)]

mod keeper;

use keeper::answer;

#[test]
fn truth_values_and_characters_are_numbers_to_some_operators_only() {
    for (line, expected) in [
        ("$true + 2", "3"),
        ("$true - 2", "-1"),
        (
            "$true * 2",
            "The operation '[System.Boolean] * [System.Int32]' is not defined.",
        ),
        (
            "$true * $null",
            "The operation '[System.Boolean] * [$null]' is not defined.",
        ),
        (
            "$true * '2'",
            "Method invocation failed because [System.String] does not contain a method named 'op_Multiply'.",
        ),
        ("$true * 2d", "2"),
        (
            "$true + 1d",
            "No coercion operator is defined between types 'System.Boolean' and 'System.Decimal'.",
        ),
        ("[char]'c' + 1", "c1"),
        ("[char]'c' - 1", "98"),
        (
            "[char]'c' * 2",
            "The operation '[System.Char] * [System.Int32]' is not defined.",
        ),
        (
            "$true -shl @(1)",
            "Method invocation failed because [System.Object[]] does not contain a method named 'op_LeftShift'.",
        ),
    ] {
        assert_eq!(answer(line), expected, "{line}");
    }
}

#[test]
fn spans_and_dates_bring_operators_of_their_own() {
    for (line, expected) in [
        ("2 * [timespan]'00:01:30'", "00:03:00"),
        ("[timespan]'00:01:30' * '2'", "00:03:00"),
        ("[timespan]'00:01:30' / 2", "00:00:45"),
        ("[timespan]'00:01:30' / [timespan]'00:00:30'", "3"),
        (
            "[timespan]'00:01:30' / $true",
            "Multiple ambiguous overloads found for \"op_Division\" and the argument count: \"2\".",
        ),
        (
            "[timespan]'00:01:30' * @(1)",
            "Cannot find an overload for \"op_Multiply\" and the argument count: \"2\".",
        ),
        ("$null - [timespan]'00:01:30'", "-00:01:30"),
        (
            "1.5 + [timespan]'00:01:30'",
            "Cannot convert argument \"0\", with value: \"1.5\", for \"op_Addition\" to type \"System.TimeSpan\": \
             \"Cannot convert value \"1.5\" to type \"System.TimeSpan\". Error: \"String '1.5' was not recognized as a \
             valid TimeSpan.\"\"",
        ),
        (
            "[datetime]'2026-01-02' - 1",
            "Multiple ambiguous overloads found for \"op_Subtraction\" and the argument count: \"2\".",
        ),
        ("0 - [datetime]'0001-01-02'", "-1.00:00:00"),
        (
            "1d + @(1)",
            "Cannot convert argument \"1\", with value: \"System.Object[]\", for \"op_Addition\" to type \
             \"System.Decimal\": \"Cannot convert the \"System.Object[]\" value of type \"System.Object[]\" to type \
             \"System.Decimal\".\"",
        ),
        (
            "[timespan]'10675199' + [timespan]'1'",
            "Exception calling \"op_Addition\" with \"2\" argument(s): \"TimeSpan overflowed because the duration is \
             too long.\"",
        ),
    ] {
        assert_eq!(answer(line), expected, "{line}");
    }
}

#[test]
fn bits_keep_the_type_of_what_is_shifted() {
    for (line, expected) in [
        ("([byte]7 -shl 1).GetType().Name", "Byte"),
        ("[byte]255 -shl 1", "254"),
        ("$null -shl @(1)", "0"),
        ("(3e9 -shl 0).GetType().Name", "UInt32"),
        ("-bnot 3e9", "1294967295"),
        (
            "1.5 -band @(1)",
            "Object reference not set to an instance of an object.",
        ),
        (
            "1e30 -band 7",
            "Cannot convert value \"1E+30\" to type \"System.UInt64\". Error: \"Value was either too large or too \
             small for a UInt64.\"",
        ),
        ("[System.DayOfWeek]'Monday' -bor 4", "Friday"),
        ("[System.DayOfWeek]'Monday' + 1", "Tuesday"),
    ] {
        assert_eq!(answer(line), expected, "{line}");
    }
}

#[test]
fn a_text_beside_a_number_is_read_as_it_is_written() {
    for (line, expected) in [
        ("2 -lt '2.5'", "True"),
        ("2 -eq '2.5'", "False"),
        ("16 -eq '0x10'", "True"),
        (
            "5 -gt 'abc'",
            "Cannot convert value \"abc\" to type \"System.Int32\". Error: \"The input string 'abc' was not in a \
             correct format.\"",
        ),
        (
            "5 -gt @(1)",
            "Could not compare \"5\" to \"1\". Error: \"Cannot convert the \"System.Object[]\" value of type \
             \"System.Object[]\" to type \"System.Int32\".\"",
        ),
        ("[double]::NaN -lt 1", "False"),
        ("[double]::NaN -ge 1", "False"),
    ] {
        assert_eq!(answer(line), expected, "{line}");
    }
}

#[test]
fn formats_splits_and_patterns_say_what_is_wrong_with_them() {
    for (line, expected) in [
        (
            "'{' -f 1",
            "Error formatting a string: Input string was not in a correct format. Failure to parse near offset 1. \
             Format item ends prematurely..",
        ),
        ("'{0}' -f ([int[]](1, 2))", "System.Int32[]"),
        ("'{0}' -f ([string[]](1, 2))", "1"),
        ("'{0:0,}' -f 1234567", "1235"),
        ("\"$(1, (2, 3))\"", "1 System.Object[]"),
        ("(1, (2, 3)) -join ','", "1,System.Object[]"),
        ("'a,b,c' -split ',', -2 -join '|'", "a,b|c"),
        (
            "'a' -split @()",
            "The argument to operator '-split' is not valid: System.Object[].",
        ),
        (
            "'a' -replace '('",
            "The regular expression pattern ( is not valid.",
        ),
        (
            "'a' -match '('",
            "Invalid pattern '(' at offset 1. Not enough )'s.",
        ),
        (
            "'a' -like '[a'",
            "The specified wildcard character pattern is not valid: [a",
        ),
        (
            "(1, 2)[$null]",
            "Index operation failed; the array index evaluated to null.",
        ),
        ("\"|$((1, 2)['x'])|\"", "||"),
        ("(-split 'a b') -is [object[]]", "True"),
        ("([array]([int[]](1, 2))).GetType().Name", "Int32[]"),
        ("[timespan][char]'c'", "00:00:00.0000099"),
        (
            "[version]'-2.5'",
            "Cannot convert value \"-2.5\" to type \"System.Version\". Error: \"input ('-2') must be a non-negative \
             value. (Parameter 'input')\nActual value was -2.\"",
        ),
    ] {
        assert_eq!(answer(line), expected, "{line}");
    }
}

#[test]
fn a_type_as_text_goes_by_its_accelerator() {
    for (line, expected) in [
        ("\"$([int])\"", "int"),
        ("'a' + [string[]]", "astring[]"),
        ("[string][System.DayOfWeek]", "System.DayOfWeek"),
        ("[int].ToString()", "System.Int32"),
        ("([int], [string]) -join ','", "System.Int32,System.String"),
        ("'{0}' -f [int]", "System.Int32"),
    ] {
        assert_eq!(answer(line), expected, "{line}");
    }
}

#[test]
fn statements_that_are_not_whole_are_refused_in_the_parsers_words() {
    for (line, expected) in [
        ("if", "Missing '(' after 'if' in if statement."),
        ("if (", "Missing condition in if statement after 'if ('."),
        (
            "if (1) { 2 } else",
            "Missing statement block after 'else' keyword.",
        ),
        (
            "foreach ($x in 1)",
            "Missing statement body in foreach loop.\nThe correct form is: foreach ($a in $b) {...}",
        ),
        (
            "switch",
            "A switch statement must have one of the following:  '-file file_name' or '( expression )'.",
        ),
        (
            "trap",
            "The 'trap' statement was incomplete. A trap statement requires a body.",
        ),
        (
            "try { 1 } finally",
            "The Finally block is missing its statement block.",
        ),
        ("$x ? 1", "Missing ':' in the ternary expression."),
        (
            "function f($a,) { }",
            "At line:1 char:15\n+ function f($a,) { }\n+               ~\nMissing expression after ','.",
        ),
        (
            "try { } catch { } catch { }",
            "At line:1 char:18\n+ try { } catch { } catch { }\n+                  ~\nCatch block must be the last \
             catch block.",
        ),
        (
            "1 | Where-Object Length -eq",
            "The specified operator requires both the -Property and -Value parameters. Provide values for both \
             parameters, and then try the command again.",
        ),
        (
            "'a' | ForEach-Object Nope | ForEach-Object { $null -eq $_ }",
            "True",
        ),
    ] {
        assert_eq!(answer(line), expected, "{line}");
    }
}

#[test]
fn what_is_kept_from_change_is_not_changed() {
    for (line, expected) in [
        (
            "Set-Variable x 1 -Option ReadOnly; $x = 2; $x",
            "Cannot overwrite variable x because it is read-only or constant. 1",
        ),
        (
            "'a,A', '1,2' | ConvertFrom-Csv",
            "The member \"A\" is already present.",
        ),
        ("(New-Object System.ArgumentException 'x').Message", "x"),
    ] {
        assert_eq!(answer(line), expected, "{line}");
    }
}

#[test]
fn collections_have_the_methods_that_lines_use() {
    for (line, expected) in [
        ("([ordered]@{ a = 1; b = 2 })[1]", "2"),
        (
            "@{ a = 1 }.GetEnumerator() | ForEach-Object { \"$($_.Key)=$($_.Value)\" }",
            "a=1",
        ),
        ("(1..5).Where({ $_ -gt 1 }, 'First')", "2"),
        ("(1..5).Where({ $_ -gt 1 }, 'Last', 2)", "4 5"),
        ("(1..5).Where({ $_ -gt 3 }, 'Until')", "1 2 3"),
        ("(1..5).Where({ $_ -eq 4 }, 'SkipUntil')", "4 5"),
        ("'abc' -replace 'b', { $_.Value.ToUpper() }", "aBc"),
        ("'a1' -replace '(\\d)', { \"<$_>\" }", "a<1>"),
    ] {
        assert_eq!(answer(line), expected, "{line}");
    }
}

#[test]
fn splitting_takes_the_options_of_its_enumeration() {
    for (line, expected) in [
        ("'a.b' -split '.', 0, 'SimpleMatch'", "a b"),
        ("'aXbxc' -csplit 'x', 0, 'IgnoreCase'", "a b c"),
        ("'aXbxc' -split 'x', 0, $null", "a b c"),
        ("'aXbxc' -split 'x', 0, ''", "aXb c"),
        (
            "'a.b' -split '.', 0, 'SimpleMatch, Singleline'",
            "The combination of options with the -split operator is not valid.",
        ),
        (
            "'a b' -split { $_ -eq ' ' }, 0, 'Multiline'",
            "Options are not allowed on the -split operator with a predicate.",
        ),
        ("'a,b,c' -split { $_ -eq ',' }, -2", "a,b c"),
        ("'abc' -split { $args[1] -eq 1 }", "a c"),
        (
            "'abc' -match '(?<x>a)(b)'; $Matches[1]; $Matches.x",
            "True b a",
        ),
        ("'aaa' -replace 'a*', 'x'", "xx"),
    ] {
        assert_eq!(answer(line), expected, "{line}");
    }
}

#[test]
fn types_and_numbers_are_refused_in_their_own_words() {
    for (line, expected) in [
        ("[int[]]5 -is [array]", "True"),
        ("([array][int[]](1..2)).GetType().Name", "Int32[]"),
        ("([array]5).GetType().Name", "Object[]"),
        ("5 -as $null", "The right operand of '-as' must be a type."),
        ("5 -is $null", "The right operand of '-is' must be a type."),
        (
            "' x ' - 1",
            "Cannot convert value \"x\" to type \"System.Int32\". Error: \"The input string 'x' was not in a correct format.\"",
        ),
        (
            "[int]' x '",
            "Cannot convert value \" x \" to type \"System.Int32\". Error: \"The input string 'x' was not in a correct format.\"",
        ),
        (
            "(1.5 % 0) -bor 1d",
            "Cannot convert value \"NaN\" to type \"System.Decimal\". Error: \"Value was either too large or too small for a Decimal.\"",
        ),
        ("(@() * 2147483647).Count", "0"),
        (
            "'{0:N1000000000}' -f 5",
            "Error formatting a string: Format specifier was invalid..",
        ),
        ("'{0:yyyy gg}' -f [datetime]'2026-01-02'", "2026 AD"),
        ("'co-op' -lt 'coop'", "True"),
        ("'\u{e9}' -eq 'e\u{301}'", "True"),
        ("'a' -clt 'A'", "True"),
    ] {
        assert_eq!(answer(line), expected, "{line}");
    }
}

#[test]
fn methods_are_refused_by_overload_argument_and_exception() {
    for (line, expected) in [
        (
            "'abc'.Substring()",
            "Cannot find an overload for \"Substring\" and the argument count: \"0\".",
        ),
        (
            "'abc'.Substring('x')",
            "Cannot convert argument \"startIndex\", with value: \"x\", for \"Substring\" to type \"System.Int32\": \"Cannot convert value \"x\" to type \"System.Int32\". Error: \"The input string 'x' was not in a correct format.\"\"",
        ),
        (
            "'abc'.Substring(-1)",
            "Exception calling \"Substring\" with \"1\" argument(s): \"StartIndex cannot be less than zero. (Parameter 'startIndex')\"",
        ),
        (
            "'abc'.Remove(1, 9)",
            "Exception calling \"Remove\" with \"2\" argument(s): \"Index and count must refer to a location within the string. (Parameter 'count')\"",
        ),
        (
            "[int]::Parse('1kb')",
            "Exception calling \"Parse\" with \"1\" argument(s): \"The input string '1kb' was not in a correct format.\"",
        ),
        ("[math]::Max(3, 2.5)", "3"),
        ("[math]::Max(1, 2); [math]::Min(1, 2)", "2 1"),
        ("([math]::Max([long]5, 2)).GetType().Name", "Int64"),
        ("[math]::Round(2.5, 0, 'AwayFromZero')", "3"),
        ("[convert]::ToInt32('ff', 16)", "255"),
        ("[convert]::ToString(5, 2)", "101"),
        ("[regex]::Replace('abc', 'B', 'x', 'IgnoreCase')", "axc"),
        ("'a,b,c'.Split(',', 2)", "a b,c"),
        ("'abcabc'.IndexOf('b', 2)", "4"),
        ("'abc'.Equals('ABC', 'OrdinalIgnoreCase')", "True"),
    ] {
        assert_eq!(answer(line), expected, "{line}");
    }
}

#[test]
fn numbers_keep_their_kind_and_their_digits() {
    for (line, expected) in [
        ("1d / 2", "0.5"),
        ("1.10d * 0", "0.00"),
        ("10d % 2.5", "0.0"),
        ("0.00d", "0.00"),
        ("-(0.0)", "-0"),
        ("(-[int16]3).GetType().Name", "Int16"),
        ("-([int]::MinValue)", "-2147483648"),
        (
            "-[uint32]5",
            "The unary operator Negate is not defined for the type 'System.UInt32'.",
        ),
        (
            "[dayofweek]1 + 1l",
            "Unable to cast object of type 'System.Int64' to type 'System.DayOfWeek'.",
        ),
        (
            "[int][datetime]5",
            "Cannot convert value \"1/1/0001 12:00:00\u{202f}AM\" to type \"System.Int32\". Error: \"Invalid cast from 'DateTime' to 'Int32'.\"",
        ),
        ("'{0:F0} {1:N0} {2:P0}' -f 2.5, 0.5, 0.125", "2 0 12%"),
    ] {
        assert_eq!(answer(line), expected, "{line}");
    }
}

#[test]
fn everything_can_be_gone_through_by_where_and_for_each() {
    for (line, expected) in [
        ("('a', 'b').ForEach('ToUpper')", "A B"),
        ("('ab', 'c').ForEach('Length')", "2 1"),
        ("(1, 2).ForEach([string])[0].GetType().Name", "String"),
        ("(1, 2).ForEach({ param($x) $x + $_ }, 5)", "6 7"),
        ("(1..5).Where({ $_ -gt 2 }, 'SkipUntil', 2)", "3 4"),
        ("(1..5).Where({ $_ -gt 2 }, 'Last', 2)", "4 5"),
        ("(1..5).Where($null, 'First', 2)", "1 2"),
        ("$null.Where({ $true }).Count", "0"),
        ("(1, 2).Where({ $true }).GetType().Name", "Collection`1"),
        (
            "(1, 2).Where()",
            "Cannot find an overload for \".Where({ expression } [, mode [, numberToReturn]])\" and the argument count: \"0\".",
        ),
        ("{ param($x) $x * 2 }.Invoke(4)", "8"),
        (
            "{ throw 'no' }.Invoke()",
            "Exception calling \"Invoke\" with \"0\" argument(s): \"no\"",
        ),
    ] {
        assert_eq!(answer(line), expected, "{line}");
    }
}

#[test]
fn enumerations_and_families_are_types_too() {
    for (line, expected) in [
        ("[enum]::GetNames([dayofweek])[1]", "Monday"),
        ("[enum]::Parse([dayofweek], 'Monday')", "Monday"),
        (
            "[enum]::GetNames([int])",
            "Exception calling \"GetNames\" with \"1\" argument(s): \"Type provided must be an Enum. (Parameter 'enumType')\"",
        ),
        ("1 -is [valuetype]; 'a' -is [IComparable]", "True True"),
        ("[valuetype]1", "1"),
        (
            "[enum]1",
            "Cannot convert the \"1\" value of type \"System.Int32\" to type \"System.Enum\".",
        ),
        (
            "[datetime]::new(2026, 13, 1)",
            "Exception calling \".ctor\" with \"3\" argument(s): \"Year, Month, and Day parameters describe an un-representable DateTime.\"",
        ),
        ("$a = 3, 1, 2; [array]::Sort($a); $a", "1 2 3"),
        (
            "'a' | Get-Member Substring | ForEach-Object Definition",
            "string Substring(int startIndex), string Substring(int startIndex, int length)",
        ),
        (
            "[int] | Get-Member MaxValue -Static | ForEach-Object { \"$($_.TypeName): $_\" }",
            "System.Int32: static int MaxValue {get;}",
        ),
    ] {
        assert_eq!(answer(line), expected, "{line}");
    }
}
