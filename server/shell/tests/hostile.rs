//! Lines that mean harm: each ends soon, in an error that can be told apart, and the process lives.
//!
//! What is bounded stands beside its limit: the parser's in `language`, the engine's in `evaluate`. A stack that overflows
//! would end this test, and the server, at once.

#![allow(clippy::unwrap_used)]

mod keeper;

use std::time::{Duration, Instant};

use keeper::Keeper;
use tandem_shell::evaluate::STACK_BYTES;
use tandem_shell::session::{Input, RunState, Session, SessionOptions};

/// How long a line may take, on a machine that is busy with other tests.
const PATIENCE: Duration = Duration::from_secs(60);

/// Ids of the errors of a line, the terminating one last.
fn errors(line: &str) -> Vec<String> {
    let line = line.to_owned();
    // As the server runs it: see `STACK_BYTES`.
    let thread = std::thread::Builder::new().stack_size(STACK_BYTES);
    let run = thread.spawn(move || {
        let host = Keeper::default();
        let begun = Instant::now();
        let mut session = Session::new(SessionOptions::default());
        let outcome = session.run(&host, &Input::Text(&line));
        drop(session);
        let shown = &line[..line.floor_char_boundary(200)];
        assert!(begun.elapsed() < PATIENCE, "{:?}: {shown}", begun.elapsed());
        let mut ids = host.errors.into_inner();
        ids.extend(
            outcome
                .terminating
                .map(|error| error.fully_qualified_id.into_owned()),
        );
        ids
    });
    run.unwrap().join().unwrap()
}

fn refused(cases: &[(&str, &str)]) {
    for (line, id) in cases {
        let shown = &line[..line.floor_char_boundary(200)];
        assert_eq!(
            errors(line).first().map(String::as_str),
            Some(*id),
            "{shown}"
        );
    }
}

fn harmless(lines: &[&str]) {
    for line in lines {
        assert_eq!(errors(line), [""; 0], "{line}");
    }
}

#[test]
fn what_nests_too_deeply_is_not_parsed() {
    for part in [
        "(",
        "@(",
        "{",
        "$(",
        "\"$(",
        "@{a=",
        "[int[",
        "-not ",
        "!",
        "$x[",
        "if(1){",
        "a -b:(",
        "1+",
        "$x.a",
        "$x[0]",
        "$x.a()",
        "1..",
        "$x=",
        ",",
        "[int]",
        " ? 1 : 1",
        "| ",
        "-split ",
        "\"$(\"",
        "&{",
        "function f{",
        "try{",
        "switch(1){1{",
    ] {
        let ids = errors(&format!("$x{}", part.repeat(20_000)));
        assert_eq!(ids.len(), 1, "{part}: {ids:?}");
    }
    // Left of the limits everything is at home.
    harmless(&[
        &format!("$null = 1{}", "+1".repeat(900)),
        &format!("$null = $x{}", ".a".repeat(900)),
        &format!("$null = {}1{}", "(".repeat(25), ")".repeat(25)),
        &format!("if(0){{}}{}", "elseif(0){}".repeat(20_000)),
        &format!("$null = \"{}\"", "$(1)".repeat(20_000)),
    ]);
}

#[test]
fn a_text_of_a_hundred_megabytes_is_refused() {
    let long = "x".repeat(100 << 20);
    assert_eq!(errors(&long), ["ScriptTooComplicated"]);
    assert_eq!(errors(&format!("#{long}")), ["ScriptTooComplicated"]);
}

#[test]
fn recursion_ends_before_the_stack() {
    let deep = |open: &str, close: &str, times: usize| {
        format!(
            "function f {{ {}f{} }}; f",
            open.repeat(times),
            close.repeat(times)
        )
    };
    for line in [
        deep("", "", 0),
        deep("if(1){", "}", 25),
        deep("(", ")", 20),
        deep("@(", ")", 20),
        deep("$(", ")", 20),
        deep("\"$(", ")\"", 10),
        deep("&{", "}", 10),
        deep("1|%{", "}", 10),
        deep("1+(", ")", 10),
        deep("try{", "}finally{}", 20),
        deep("foreach($x in 1){", "}", 20),
        deep("switch(1){1{", "}}", 10),
        "$b = { 1 | Where-Object $b }; & $b".to_owned(),
        "$b = { 1 | Select-Object @{n='x';e=$b} }; & $b".to_owned(),
        "$b = { \"$(& $b)\" }; & $b".to_owned(),
        "function f { 1 | f }; f".to_owned(),
        "filter f { $_ | f }; 1 | f".to_owned(),
    ] {
        let ids = errors(&line);
        assert_eq!(
            ids.first().map(String::as_str),
            Some("CallDepthOverflow"),
            "{line}"
        );
    }
}

#[test]
fn values_as_deep_as_one_likes_come_and_go() {
    let grown = |step: &str| format!("$a = 1; for ($i = 0; $i -lt 50000; $i++) {{ {step} }}");
    for step in [
        "$a = ,$a",
        "$a = @{n=$a}",
        "$a = [pscustomobject]@{n=$a}",
        "$l = [System.Collections.ArrayList]@(); $null = $l.Add($a); $a = $l",
        "$a = Add-Member -InputObject 'x' -NotePropertyName next -NotePropertyValue $a -PassThru",
    ] {
        harmless(&[
            &grown(step),
            &format!(
                "{}; $null = \"$a\", ($a -eq $a), ($a -join ','), [bool]$a",
                grown(step)
            ),
            &format!(
                "{}; $null = $a | Out-String; $null = $a | Format-List * | Out-String",
                grown(step)
            ),
            &format!(
                "{}; $a | ConvertTo-Json -Depth 100 -WarningAction SilentlyContinue | Out-Null",
                grown(step)
            ),
            &format!(
                "{}; $null = $a | ConvertTo-Csv; $null = $a,$a | Sort-Object; $null = @{{ $a = 1 }}",
                grown(step)
            ),
        ]);
    }
}

#[test]
fn blocks_and_errors_as_deep_as_one_likes_come_and_go() {
    let grown = |first: &str, step: &str, behind: &str| {
        format!("$a = {first}; for ($i = 0; $i -lt 30000; $i++) {{ {step} }}; {behind}")
    };
    let looked_at = "$null = \"$a\", ($a | Out-String), ($a | Format-List * -Force | Out-String); \
        $null = $a | ConvertTo-Json -Depth 9 -WarningAction Ignore; $null = $a | ConvertTo-CliXml";
    for (first, step) in [
        ("1", "$a = { $a }.GetNewClosure()"),
        (
            "1",
            "$a = [Management.Automation.ErrorRecord]::new([Exception]::new('x'), 'id', 0, $a)",
        ),
        ("[Exception]::new('x')", "$a = [Exception]::new('x', $a)"),
    ] {
        harmless(&[&grown(first, step, looked_at)]);
    }
    let errors = errors(&grown(
        "[Exception]::new('x')",
        "$a = [Exception]::new('x', $a)",
        "throw $a",
    ));
    assert_eq!(errors, ["x"]);
    // Members that are computed hold blocks, and those their variables.
    harmless(&[
        "$a = 1; for ($i = 0; $i -lt 3000; $i++) { $a = [pscustomobject]@{} | Add-Member ScriptProperty x ({ $a }.GetNewClosure()) -PassThru }",
    ]);
}

#[test]
fn values_that_hold_themselves_are_looked_at_and_left() {
    harmless(&[
        "$a = @(1); $a[0] = $a; $null = \"$a\", ($a -contains $a), ($a | Out-String); $null = $a | ConvertTo-Json",
        "$h = @{}; $h.a = $h; $null = \"$h\", ($h -eq $h), ($h | Out-String); $null = $h | ConvertTo-Json",
        "$l = [System.Collections.ArrayList]@(); $null = $l.Add($l); $null = $l.Contains($l), $l.IndexOf($l); $null = $l.Remove($l)",
        "$l = [System.Collections.ArrayList]@(1); $l.AddRange($l); $l.AddRange($l)",
        "$a = @(1); $a[0] = $a; Write-Host $a; $a = 1; for ($i = 0; $i -lt 50000; $i++) { $a = ,$a }; Write-Host $a",
    ]);
    let ids = errors("$a = @(1); $a[0] = $a; [System.DayOfWeek]$a");
    assert_eq!(ids.len(), 1);
    let ids = errors("$a = @(1); $a[0] = $a; $a[$a] = 1");
    assert!(!ids.is_empty());
}

#[test]
fn members_of_elements_of_lists_that_have_no_end_are_refused() {
    for made in [
        "$l = [System.Collections.Generic.List[object]]::new(); $l.Add($l); ",
        "$l = 1; for ($i = 0; $i -lt 50000; $i++) { $l = ,$l }; ",
    ] {
        harmless(&[&format!("{made}$l.none")]);
        refused(&[
            (&format!("{made}$l.none()"), "CallDepthOverflow"),
            (&format!("{made}$l.none = 1"), "CallDepthOverflow"),
        ]);
        assert_eq!(errors(&format!("{made}$l | ForEach-Object none")).len(), 1);
    }
    harmless(&["$l = 1, 2; for ($i = 0; $i -lt 60; $i++) { $l = $l, $l }; $l.none"]);
}

#[test]
fn values_that_hold_each_other_many_times_over_have_an_end() {
    let grown = "$a = 1, 2; for ($i = 0; $i -lt 60; $i++) { $a = $a, $a }; ";
    refused(&[(
        &format!("{grown}$a | ConvertTo-Json -Depth 100"),
        "System.OutOfMemoryException,Microsoft.PowerShell.Commands.ConvertToJsonCommand",
    )]);
    refused(&[(
        &format!("{grown}ConvertTo-Xml $a -Depth 100"),
        "System.OutOfMemoryException,Microsoft.PowerShell.Commands.ConvertToXmlCommand",
    )]);
    harmless(&[
        &format!("{grown}Write-Host $a"),
        &format!("{grown}$null = \"$a\"; $null = $a -contains 1"),
        "$a = 1; for ($i = 0; $i -lt 60; $i++) { $a = [pscustomobject]@{a=$a; b=$a} }; $null = \"$a\"; $null = $a | Out-String; \
         $null = $a | Format-Custom -Depth 100 | Out-String",
    ]);
}

#[test]
fn what_grows_without_end_is_stopped() {
    let memory = "System.OutOfMemoryException";
    refused(&[
        ("'x' * 1gb", memory),
        ("1..1e9", memory),
        ("@(1) * 1000000000", memory),
        (
            "$s = 'x' * 1mb; for ($i = 0; $i -lt 8; $i++) { $s += $s }",
            memory,
        ),
        (
            "$a = @(1) * 1000000; for ($i = 0; $i -lt 6; $i++) { $a += $a }",
            memory,
        ),
        ("('x' * 1mb) -replace 'x', ('y' * 1mb)", memory),
        ("(1..100000) -join ('x' * 1mb)", memory),
        ("('{0}' * 1000000) -f ('x' * 1mb)", memory),
        ("('{0,9999}' * 100000) -f 1", memory),
        ("'x'.PadLeft(2147483647)", "OutOfMemoryException"),
        (
            "('x' * 1mb).Replace('x', 'y' * 1mb)",
            "OutOfMemoryException",
        ),
        (
            "$b = [bigint]10; for ($i = 0; $i -lt 40; $i++) { $b *= $b }",
            "OutOfMemoryException",
        ),
        ("1n -shl 2147483647", "OutOfMemoryException"),
        (
            "$s = 'x'; for ($i = 0; $i -lt 30; $i++) { $s = \"$s$s\" }",
            memory,
        ),
        ("$OFS = 'x' * 1mb; \"$(1..1000)\"", memory),
        ("[string]::Join('x' * 1mb, 1..1000)", "OutOfMemoryException"),
        (
            "[string]::Concat(@('x' * 1mb) * 1000)",
            "OutOfMemoryException",
        ),
        ("[regex]::Matches('x' * 1mb, 'x')", "OutOfMemoryException"),
        (
            "'x' * 1mb | Select-String x -AllMatches",
            "System.OutOfMemoryException,Microsoft.PowerShell.Commands.SelectStringCommand",
        ),
    ]);
    harmless(&[
        "$null = [pscustomobject]@{a=1; b=2} | Format-Wide -Column 2147483647 | Out-String",
        "$null = [pscustomobject]@{a=1; b=2} | Format-Wide | Out-String -Width 2147483647",
        "$null = [pscustomobject]@{a=1; b=2} | Format-Table @{e='a'; w=2147483647}, @{e='b'; w=2147483647} | Out-String -Width 2147483647",
        "Write-Host (1..100000) -Separator ('x' * 10kb)",
        "$FormatEnumerationLimit = -1; $o = [pscustomobject]@{a=@('x' * 16mb) * 1000}; $null = $o | Format-List; $null = $o | Format-Custom",
    ]);
    let table = "$h = @{}; for ($i = 0; $i -lt 1100000; $i++) { $h[$i] = $i }";
    refused(&[(table, memory)]);
}

#[test]
fn formats_and_numbers_beyond_reason_are_refused() {
    refused(&[
        ("'{0,999999999}' -f 1", "FormatError"),
        ("'{0,99999999999999999999}' -f 1", "FormatError"),
        ("(1.5).ToString('0' * 1000000)", "FormatException"),
        ("9".repeat(1_000_000).as_str(), "CommandNotFoundException"),
        ("[bigint]('9' * 1000000)", "InvalidCastFromStringToInteger"),
        (
            "[int[]]('1' * 1000000)",
            "InvalidCastExceptionScalarToArray",
        ),
        (
            "('9' * 1000000) | ConvertFrom-Json",
            "System.ArgumentException,Microsoft.PowerShell.Commands.ConvertFromJsonCommand",
        ),
        (
            "('[' * 1000000) | ConvertFrom-Json -Depth 2147483647",
            "System.ArgumentException,Microsoft.PowerShell.Commands.ConvertFromJsonCommand",
        ),
        (
            "('{\"a\":' * 1000000) | ConvertFrom-Json -AsHashtable -Depth 2147483647",
            "System.ArgumentException,Microsoft.PowerShell.Commands.ConvertFromJsonCommand",
        ),
    ]);
    harmless(&[
        "$null = 1e999999",
        "$null = 0x1 -shl 2147483647",
        "$null = Get-Random -Maximum ([double]::PositiveInfinity)",
        "$null = Get-Random -Maximum ([double]::NaN)",
        "$null = Get-Date -Format ('y' * 100000)",
        "$o = [ordered]@{}; 1..3000 | ForEach-Object { $o[\"c$_\"] = $_ }; $null = [pscustomobject]$o | Format-Table * | Out-String",
    ]);
}

#[test]
fn a_pattern_that_explodes_times_out() {
    let timed_out = "System.Text.RegularExpressions.RegexMatchTimeoutException";
    refused(&[
        ("('a' * 40 + '!') -match '^(a|a|aa)+(b\\1)?$'", timed_out),
        (
            "('a' * 40 + '!') -replace '^(a|a|aa)+(b\\1)?$', ''",
            timed_out,
        ),
        ("('a' * 40 + '!') -split '^(a|a|aa)+(b\\1)?$'", timed_out),
        (
            "'a' -match ('(' * 5000 + 'a' + ')' * 5000)",
            "System.Text.RegularExpressions.RegexParseException",
        ),
        (
            "'a' -match '((((a{100}){100}){100}){100})'",
            "System.Text.RegularExpressions.RegexParseException",
        ),
    ]);
    harmless(&[
        "$null = ('a' * 40 + '!') -match '^(a+)+$'",
        "$null = ('a' * 10000) -like ('*a' * 5000 + 'b')",
    ]);
}

#[test]
fn what_never_ends_stops_when_asked() {
    for line in [
        "while ($true) { 1 }",
        "for (;;) { }",
        "do { } until ($false)",
        "try { while (1) { } } finally { while (1) { } }",
        "while (1) { try { throw 1 } catch { } }",
        "1..16000000 | ForEach-Object { 1..16000000 } | Out-Null",
        "1..16000000 | Where-Object { $false }",
        "switch (1..16000000) { 0 { } }",
        "switch -file /endless { 0 { } }",
        "Get-Content /endless -Tail 1",
        "Import-Csv /endless | Where-Object { $false }",
        "function f { try { f } catch { f } }; f",
        "('a' * 1mb) -replace 'a', { 'b' }; while (1) { }",
        "Start-Sleep 100000",
        // An error ends a statement, not the function: each level goes on.
        "function f { f; f }; f",
        "$b = { (1,2).ForEach($b) }; & $b",
    ] {
        let line = line.to_owned();
        let thread = std::thread::Builder::new().stack_size(STACK_BYTES);
        thread
            .spawn(move || {
                let begun = Instant::now();
                let host = Keeper::default();
                host.end.set(Some(begun + Duration::from_millis(300)));
                let outcome =
                    Session::new(SessionOptions::default()).run(&host, &Input::Text(&line));
                assert_eq!(outcome.state, RunState::Stopped, "{line}");
                assert!(begun.elapsed() < PATIENCE, "{line}: {:?}", begun.elapsed());
            })
            .unwrap()
            .join()
            .unwrap();
    }
}

#[test]
fn members_that_run_in_each_other_end_as_calls_do() {
    let add = "$o = [pscustomobject]@{a=1}; $o | Add-Member ";
    let deep = |line: &str| assert_eq!(errors(line).last().unwrap(), "CallDepthOverflow", "{line}");
    for member in [
        "ScriptProperty x {$this.x + $this.x}; $o.x",
        "ScriptProperty x {$this | Select-Object *}; $o | Select-Object *",
        "ScriptProperty x {$this | ConvertTo-Json}; $o",
        "ScriptProperty x {1} {$this.x = 2}; $o.x = 1",
        "ScriptMethod m {(1, 2).ForEach{ $this.m() }}; $o.m()",
        "ScriptMethod ToString {\"$this\"} -Force; \"$o\"",
    ] {
        deep(&format!("{add}{member}"));
    }
    harmless(&[
        "$o = [pscustomobject]@{a=1}; $o | Add-Member ScriptProperty x {$this}; $o; $o | Select-Object *; \"$($o.x)\"",
        "$g = { 1..9 | % { [pscustomobject]@{} | Add-Member ScriptProperty x $g -PassThru } }; & $g",
    ]);
}
