//! Classes at work: what a session's lines see of them.

#![allow(clippy::unwrap_used)]

mod keeper;

use keeper::Keeper;
use tandem_shell::session::{Input, Session, SessionOptions};

/// What a line writes, and the identifiers of its errors.
fn answer(line: &str) -> String {
    let host = Keeper::default();
    let mut session = Session::new(SessionOptions::default());
    let outcome = session.run(&host, &Input::Text(line));
    let mut all = host.shown.into_inner();
    all.extend(
        host.errors
            .into_inner()
            .into_iter()
            .map(|error| format!("!{error}")),
    );
    all.extend(
        outcome
            .terminating
            .map(|error| format!("!!{}", error.fully_qualified_id)),
    );
    all.join(" ")
}

#[test]
fn members_do_what_they_say() {
    for (line, expected) in [
        (
            "class A { [int] $x = 5; $y }; $a = [A]::new(); $a.x; $null -eq $a.y",
            "5 True",
        ),
        (
            "class A { [int] $x }; $a = [A]::new(); $a.x = '7'; $a.x.GetType().Name",
            "Int32",
        ),
        (
            "class A { [int] $x }; $a = [A]::new(); $a.x = 'z'",
            "!ExceptionWhenSetting",
        ),
        (
            "class A { [ValidateSet('p', 'q')] $x = 'p' }; $a = [A]::new(); $a.x = 'r'; $a.x",
            "p !ExceptionWhenSetting",
        ),
        (
            "class A { hidden $x = 1; $y = 2 }; $a = [A]::new(); $a.x; $a.psobject.Properties.Name",
            "1 y",
        ),
        (
            "class A { static [int] $n = 3; static [int] Twice() { return [A]::n * 2 } }; [A]::Twice(); [A]::n = '4'; [A]::Twice()",
            "6 8",
        ),
        (
            "class A { static [A] $Only; $v; static A() { [A]::Only = [A]::new(); [A]::Only.v = 9 } }; [A]::Only.v",
            "9",
        ),
    ] {
        assert_eq!(answer(line), expected, "{line}");
    }
}

#[test]
fn methods_give_what_they_return() {
    for (line, expected) in [
        (
            "class A { [int] F([int] $a) { 'lost'; return $a + 1 } }; [A]::new().F('2')",
            "3",
        ),
        (
            "class A { F() { 'lost' } }; $null -eq [A]::new().F()",
            "True",
        ),
        (
            "class A { [int[]] L() { return 1, 2 } }; [A]::new().L().GetType().Name",
            "Int32[]",
        ),
        (
            "class A { [int] F() { foreach ($i in 1..9) { if ($i -gt 3) { return $i } }; return 0 } }; [A]::new().F()",
            "4",
        ),
        (
            "class A { [int] F() { $x = 1..3 | ForEach-Object { return $_ }; return $x.Count } }; [A]::new().F()",
            "3",
        ),
        (
            "class A { [string] F([int] $x) { return 'i' } [string] F([string] $x) { return 's' } [string] F($x, $y) { return 'two' } }; $a = [A]::new(); $a.F(1); $a.F('1'); $a.F(1, 2)",
            "i s two",
        ),
        (
            "class A { [int] F([int] $a) { return 1 } }; $a = [A]::new(); $a.F(); $a.F('x')",
            "!MethodCountCouldNotFindBest !MethodArgumentConversionInvalidCastArgument",
        ),
        (
            "class A { [int] F() { return 'x' } }; [A]::new().F()",
            "!InvalidCastFromStringToInteger",
        ),
        (
            "class A { [void] F([ref] $r) { $r.Value = 5 } }; $v = 1; [A]::new().F([ref] $v); $v",
            "5",
        ),
    ] {
        assert_eq!(answer(line), expected, "{line}");
    }
}

#[test]
fn errors_end_a_method_and_go_on() {
    for (line, expected) in [
        (
            "class A { F() { 1 / 0; $global:after = 1 } }; [A]::new().F(); \"after=$after\"",
            "after= !RuntimeException",
        ),
        (
            "class A { F() { throw 'boo' } }; try { [A]::new().F() } catch { \"$_\" }",
            "boo",
        ),
        (
            "class A { F() { throw 'boo' } }; [A]::new().F(); 'unreached'",
            "!!boo",
        ),
        (
            "class A { A() { throw 'made' } }; try { [A]::new() } catch { \"$_\" }",
            "made",
        ),
        (
            "class A { [int] F([int] $n) { return $this.F($n + 1) } }; [A]::new().F(0); 'on'",
            "on !CallDepthOverflow",
        ),
        (
            "class A { [A] $a = [A]::new() }; [A]::new(); 'on'",
            "on !CallDepthOverflow",
        ),
        (
            "class A { [int] $n; [bool] Equals($o) { return $this -eq $o } }; [A]::new() -eq [A]::new(); 'on'",
            "on !CallDepthOverflow",
        ),
    ] {
        assert_eq!(answer(line), expected, "{line}");
    }
}

#[test]
fn classes_derive_from_each_other() {
    const ANIMALS: &str = "class Animal { [string] $Name; Animal([string] $n) { $this.Name = $n } [string] Sound() { return '...' } \
        [string] Speak() { return $this.Name + ' says ' + $this.Sound() } } \
        class Dog : Animal { Dog([string] $n) : base($n) {} [string] Sound() { return 'Woof' + ([Animal] $this).Sound() } }; \
        $d = [Dog]::new('Rex'); ";
    for (line, expected) in [
        ("$d.Speak()", "Rex says Woof..."),
        (
            "$d -is [Animal]; $d -is [Dog]; [Animal]::new('x') -is [Dog]",
            "True True False",
        ),
        (
            "$d.GetType().Name; $d.GetType().BaseType.Name; [Animal].BaseType.FullName",
            "Dog Animal System.Object",
        ),
        (
            "$d.psobject.TypeNames -join ' '",
            "Dog Animal System.Object",
        ),
        (
            "[Animal[]] $all = $d, [Animal]::new('Tom'); $all.Speak() -join '; '",
            "Rex says Woof...; Tom says ...",
        ),
        ("function f([Animal] $a) { $a.Name }; f $d", "Rex"),
        ("([Animal] $d).GetType().Name", "Dog"),
    ] {
        assert_eq!(answer(&format!("{ANIMALS}{line}")), expected, "{line}");
    }
}

#[test]
fn exceptions_of_a_script_are_caught_by_their_classes() {
    const ERRORS: &str = "class E1 : System.ArgumentException { [int] $Code; E1($m, $c) : base($m) { $this.Code = $c } } \
        class E2 : E1 { E2($m) : base($m, 2) {} } class Plain : Exception {}; ";
    for (line, expected) in [
        (
            "try { throw [E1]::new('m', 4) } catch [E1] { $_.Exception.Message; $_.Exception.Code; $_.FullyQualifiedErrorId }",
            "m 4 m",
        ),
        (
            "try { throw [E2]::new('m') } catch [E1] { 'E1'; $_.Exception.GetType().Name }",
            "E1 E2",
        ),
        (
            "try { throw [E2]::new('m') } catch [System.InvalidOperationException] { 'no' } catch [ArgumentException] { 'yes' }",
            "yes",
        ),
        (
            "try { throw [Plain]::new() } catch { $_.Exception.Message; \"$($_.CategoryInfo)\" }",
            "Exception of type 'Plain' was thrown. OperationStopped: (:) [], Plain",
        ),
        (
            "[E2]::new('m').ToString(); \"$([E2]::new('m'))\"",
            "E2: m E2: m",
        ),
    ] {
        assert_eq!(answer(&format!("{ERRORS}{line}")), expected, "{line}");
    }
}

#[test]
fn values_become_objects_of_a_class() {
    for (line, expected) in [
        (
            "class P { [int] $X; [int] $Y }; ([P] @{ X = '1'; Y = 2 }).Y; ([P] [pscustomobject] @{ X = 3 }).X",
            "2 3",
        ),
        (
            "class P { [int] $X }; [P] @{ Z = 1 }; [P] @{ X = 'z' }; [P] 5",
            "!ObjectCreationError !ObjectCreationError !ConvertToFinalInvalidCastException",
        ),
        (
            "class P { $v; P([int] $x) { $this.v = $x } static [P] Parse([string] $s) { return [P]::new($s.Length) } }; ([P] 5).v; ([P] 'abc').v",
            "5 3",
        ),
        (
            "class P { $v; P([string] $x) { throw 'no' } }; [P] 'a'",
            "!InvalidCastConstructorTargetInvocationException",
        ),
        (
            "class P { [int] $X }; ([P[]] (@{ X = 1 }, @{ X = 2 })).X; (New-Object P -Property @{ X = 4 }).X",
            "1 2 4",
        ),
        (
            "class P { P($x) {} }; New-Object P; New-Object P -ArgumentList 1 | ForEach-Object GetType | ForEach-Object Name",
            "P !CannotFindAppropriateCtor,Microsoft.PowerShell.Commands.NewObjectCommand",
        ),
        (
            "class P { [int] $X }; [P] $p = @{ X = 2 }; $p.X; $p = 'z'",
            "2 !RuntimeException",
        ),
        (
            "enum E { A; B }; class P { [E] $e = 'B' }; [P]::new().e; [int] [P]::new().e",
            "B 1",
        ),
    ] {
        assert_eq!(answer(line), expected, "{line}");
    }
}

#[test]
fn objects_say_what_they_are() {
    for (line, expected) in [
        (
            "class A { $x = 1; [string] ToString() { return \"x=$($this.x)\" } }; $a = [A]::new(); \"$a\"; [string] $a; $a.ToString(); $a, $a -join ','",
            "x=1 x=1 x=1 x=1,x=1",
        ),
        (
            "class A { $x }; \"$([A]::new())\"; [A]::new().ToString()",
            "A A",
        ),
        (
            "class A { $n; A($n) { $this.n = $n } [bool] Equals($o) { return $this.n -eq $o.n } }; [A]::new(1) -eq [A]::new(1); [A]::new(1) -ne [A]::new(1)",
            "True False",
        ),
        (
            "class A { }; $a = [A]::new(); $a -eq $a; $a -eq [A]::new()",
            "True False",
        ),
        (
            "class A : System.IComparable { $n; A($n) { $this.n = $n } [int] CompareTo([object] $o) { return $this.n - $o.n } }; [A]::new(1) -lt [A]::new(2); [A]::new(1) -ge [A]::new(2)",
            "True False",
        ),
        (
            "class A { $x = 1; hidden $h = 2; $y = 3 }; [A]::new() | ConvertTo-Json -Compress",
            "{\"x\":1,\"h\":2,\"y\":3}",
        ),
        (
            "class A { [int] $x; hidden $h; [string] F([int] $a, $b) { return '' } static [void] S() {} }; ([A]::new() | Get-Member).Definition -join '; '; ([A] | Get-Member -Static S, new).Definition -join '; '",
            "bool Equals(System.Object obj); string F(int a, System.Object b); int GetHashCode(); type GetType(); string ToString(); int x {get;set;} A new(); static void S()",
        ),
    ] {
        assert_eq!(answer(line), expected, "{line}");
    }
}

#[test]
fn derived_properties_and_operators_of_a_class() {
    for (line, expected) in [
        (
            "class A { $x = 1 } class B : A { $x = 2 }; [B]::new().x; [A]::new().x",
            "2 1",
        ),
        (
            "class P { [int] $X; static [P] op_Addition([P] $a, [P] $b) { return [P] @{ X = $a.X + $b.X } } }; ([P] @{ X = 1 } + [P] @{ X = 3 }).X; [P]::new() - 1",
            "4 !MethodNotFound",
        ),
    ] {
        assert_eq!(answer(line), expected, "{line}");
    }
}

#[test]
fn what_is_static_and_what_is_kept_to_classes() {
    for (line, expected) in [
        (
            "class A { static [int] $s; F() { $this::s = 4 } static [string] T() { return 't' } }; $a = [A]::new(); $a.F(); [A]::s; $a::s; $a::T(); $t = [A]; $t::s",
            "4 4 t 4",
        ),
        (
            "class A { static [int] $s = 'z' }; [A]::s; try { [A]::s } catch { $_.Exception.Message }",
            "The type initializer for 'A' threw an exception. !System.TypeInitializationException",
        ),
        (
            "class A { $x; [object] Copy() { return $this.MemberwiseClone() } }; $a = [A]::new(); $a.x = 3; $b = $a.Copy(); $b.x; $a -eq $b; $a.MemberwiseClone()",
            "3 False !MethodNotFound",
        ),
        (
            "class A { [string] ToString() { return 'mine' } }; ([object] [A]::new()).ToString(); ([object] 'x').ToString()",
            "A System.String",
        ),
        (
            "class A : IDisposable { Dispose() { } }; [A]::new() -is [System.IDisposable]; 1 -is [System.IDisposable]",
            "True False",
        ),
        (
            "class A { $n; A($n) { $this.n = $n } [bool] Equals($o) { return $this.n -eq $o.n } }; $all = [A]::new(1), [A]::new(2); $all -contains [A]::new(2); [A]::new(3) -in $all; ($all -eq [A]::new(2)).n",
            "True False 2",
        ),
        (
            "class A { [string] ToString() { return \"$this\" } }; \"$([A]::new())\"; 'on'",
            "on !CallDepthOverflow",
        ),
    ] {
        assert_eq!(answer(line), expected, "{line}");
    }
}

#[test]
fn types_are_seen_where_their_text_runs() {
    for (line, expected) in [
        (
            "[A]::new().F(); class A { [string] F() { return 'early' } }",
            "early",
        ),
        (
            "function f { class L { [L] Again() { return [L]::new() } }; [L]::new() }; (f).Again().GetType().Name; [L]",
            "L !TypeNotFound",
        ),
        ("& { enum E { A }; [E]::A }", "A"),
        (
            "class A { [int] $v = 1 }; Invoke-Expression 'class A { [int] $v = 2 }; [A]::new().v'",
            "2",
        ),
        (
            "$x = 1; class A { [int] F() { $x = 5; return $x } }; [A]::new().F(); $x",
            "5 1",
        ),
        (
            "$global:g = 4; function helper { 7 }; class A { [int] F() { return $global:g + (helper) } }; [A]::new().F()",
            "11",
        ),
    ] {
        assert_eq!(answer(line), expected, "{line}");
    }
}

#[test]
fn what_is_wrong_with_a_class_is_said_before_anything_runs() {
    for (line, id) in [
        ("'never'; class A : NoSuch {}", "TypeNotFound"),
        ("class A : B {} class B {}", "TypeNotFound"),
        ("class A : string {}", "SealedBaseClass"),
        ("class A : int[] {}", "SubtypeArray"),
        ("class A : Exception, Exception {}", "InterfaceNameExpected"),
        ("class A : hashtable {}", "BaseTypeNotSupported"),
        ("class A { [nosuch] $x }", "TypeNotFound"),
        ("class A { [void] $x }", "TypeNotAllowedForProperty"),
        ("class A { $x; $X }", "MemberAlreadyDefined"),
        (
            "class A { F([int] $a) {} F([int] $b) {} }",
            "MemberAlreadyDefined",
        ),
        (
            "class A { static A($x) {} }",
            "StaticConstructorCantHaveParameters",
        ),
        (
            "class A { A($x) {} } class B : A {}",
            "BaseClassNoDefaultCtor",
        ),
        ("class A : System.IComparable {}", "TypeCreationError"),
    ] {
        assert_eq!(answer(line), format!("!!{id}"), "{line}");
    }
}

/// Members of a class, and the identifier of the error that they are refused with.
fn refused(all: &[(&str, &str)]) {
    for (members, id) in all {
        let line = format!("class A {{ {members} }}");
        let expected = match *id {
            "" => String::new(),
            id => format!("!!{id}"),
        };
        assert_eq!(answer(&line), expected, "{line}");
    }
}

#[test]
fn methods_are_checked_as_they_are_read() {
    refused(&[
        ("f() { return 1 }", "VoidMethodHasReturn"),
        ("[int] f() { return }", "NonVoidMethodMissingReturnValue"),
        ("[int] f() {}", "MethodHasCodePathNotReturn"),
        (
            "[int] f() { try { throw 'x' } catch { } }",
            "MethodHasCodePathNotReturn",
        ),
        (
            "[int] f() { while ($true) { return 1 } }",
            "MethodHasCodePathNotReturn",
        ),
        (
            "[int] f($k) { switch ($k) { 1 { return 1 } default { return 2 } } }",
            "MethodHasCodePathNotReturn",
        ),
        ("[int] f() { do { return 1 } while ($false) }", ""),
        ("[int] f() { try { throw 'x' } finally { } }", ""),
        (
            "[int] f($k) { if ($k) { return 1 } elseif ($k -eq 3) { return 2 } else { throw 'x' } }",
            "",
        ),
        ("f() { $y = $z }", "VariableNotLocal"),
        ("f() { \"$z\" }", "VariableNotLocal"),
        ("f() { if ($true) { $a = 1 } $a }", "VariableNotLocal"),
        ("f() { try { $a = 1 } finally { } $a }", "VariableNotLocal"),
        (
            "f() { foreach ($a in 1, 2) { $b = $a } $b }",
            "VariableNotLocal",
        ),
        ("f() { $true -and ($a = 5) -and $a }", "VariableNotLocal"),
        ("f() { $PID }", "VariableNotLocal"),
        ("f() { Write-Output @a }", "VariableNotLocal"),
        (
            "f() { $a = 1; if ($true) { $a } foreach ($b in $a) { $b, $foreach } $b }",
            "",
        ),
        (
            "f($p) { $a, $b = $p; $a; $b; $global:x; $script:y; $env:z; $_; $error; $Matches; $null }",
            "",
        ),
        ("f() { if ($true) { Set-Variable a 1; $a = 2 } $a }", ""),
        ("f() { { $z }; 1 | ForEach-Object { $z } }", ""),
    ]);
}

#[test]
fn members_stand_where_they_may() {
    refused(&[
        ("$x; f() { $x = 1 }", "MissingThis"),
        ("$x; f() { [int] $x = 1 }", "MissingThis"),
        (
            "static $x; f() { $x = 1 }",
            "MissingTypeInStaticPropertyAssignment",
        ),
        (
            "static f() { $this }",
            "NonStaticMemberAccessInStaticMember",
        ),
        ("static $y = $this", "NonStaticMemberAccessInStaticMember"),
        ("f() { param($x) }", "ParamBlockNotAllowedInMethod"),
        ("f() { end { } }", "NamedBlockNotAllowedInMethod"),
        ("[int] A() { return 1 }", "ConstructorCantHaveReturnType"),
        ("f() { break far }", "LabelNotFound"),
        ("f() { :far foreach ($a in 1) { break far } }", ""),
        (
            "[ValidateScript({ })] $x",
            "ParameterAttributeArgumentNeedsToBeConstant",
        ),
        ("[Flags()] $x", "AttributeNotAllowedOnDeclaration"),
        (
            "f([Parameter()] $x) { }",
            "AttributeNotAllowedOnDeclaration",
        ),
        ("[Nope()] $x", "CustomAttributeTypeNotFound"),
        ("f() { 1 = 2 }", "InvalidLeftHandSide"),
    ]);
}
