//! What a session may hold: lines that would have it hold more end, in an error that can be told apart, and room can be made.

#![allow(clippy::unwrap_used)]

mod keeper;

use std::time::{Duration, Instant};

use keeper::Keeper;
use tandem_shell::host::InputFailure;
use tandem_shell::session::{Input, Session, SessionOptions};
use tandem_shell::value::Value;

const LIMIT: usize = 4 << 20;
/// How long a line may take, on a machine that is busy with other tests.
const PATIENCE: Duration = Duration::from_secs(60);
const ID: &str = "SessionMemoryExceeded";

fn session() -> Session {
    Session::new(SessionOptions {
        memory: Some(LIMIT),
        ..SessionOptions::default()
    })
}

/// Output, and ids of the errors, the terminating one last.
fn run(session: &mut Session, line: &str) -> (Vec<String>, Vec<String>) {
    let host = Keeper::default();
    // A line that only fails, again and again, would never end.
    host.end.set(Some(Instant::now() + PATIENCE));
    let outcome = session.run(&host, &Input::Text(line));
    let mut ids = host.errors.take();
    ids.truncate(3);
    ids.extend(
        outcome
            .terminating
            .map(|error| error.fully_qualified_id.into_owned()),
    );
    (host.shown.take(), ids)
}

#[test]
fn what_grows_without_end_is_ended() {
    for line in [
        "while ($true) { $x += 'x' * 100kb }",
        "while ($true) { $x += ,('x' * 100kb) }",
        "$l = [System.Collections.ArrayList]@(); while ($true) { $null = $l.Add('x' * 100kb) }",
        "$l = [System.Collections.ArrayList]@(); while ($true) { 'x' * 100kb | ForEach-Object { $null = $l.Add($_) } }",
        "$l = [System.Collections.ArrayList]@(); while ($true) { $null = $l.Add('x'.PadLeft(100kb)) }",
        "$h = @{}; for ($i = 0; $true; $i++) { $h[$i] = 1..1000 }",
        "$h = @{}; for ($i = 0; $true; $i++) { $h[\"$i\"] = [pscustomobject]@{ a = $i } }",
        "$o = [pscustomobject]@{ a = $null }; while ($true) { $o.a = $o.a, ('x' * 10kb) }",
        "for ($i = 0; $true; $i++) { Set-Variable \"v$($i % 4000)\" ('x' * 100kb + $i) }",
        "for ($i = 0; $true; $i++) { Set-Variable v -Value (@(Get-Variable v -ValueOnly -ErrorAction Ignore) + ('x' * 100kb)) }",
        "$x = while ($true) { 'x' * 100kb }",
        "$x = while ($true) { [pscustomobject]@{ a = 1; b = 2 } }",
        "@(while ($true) { 1 }).Count",
        "& { while ($true) { 'x' * 100kb } } | Sort-Object",
        "& { while ($true) { 1..9 | Write-Output } } | Sort-Object",
        "& { while ($true) { 'x' * 100kb } } | Group-Object Length",
        "& { while ($true) { 'x' * 100kb } } | Select-Object -Last 1000",
        "& { for ($i = 0; $true; $i++) { 'x' * 100kb + $i } } | Select-Object -Unique",
        "& { while ($true) { 'x' * 100kb } } | Tee-Object -Variable y | Out-Null",
        "& { while ($true) { 'x' * 100kb } } | Set-Variable y",
        "& { while ($true) { 'x' * 100kb } } | ConvertTo-Json",
        "& { while ($true) { 'x' * 100kb } } | & { $input.Count }",
        "& { while ($true) { 'x' * 100kb } } | Compare-Object 1",
        "& { while ($true) { 'x' * 100kb } } | Out-String",
        "& { while ($true) { 'x' * 100kb } } | Join-String",
        "& { while ($true) { 'x' * 100kb } } | Get-Random -Count 100000",
        "$l = [System.Collections.ArrayList]@(); while ($true) { & { $x = 'x' * 100kb; $null = $l.Add({ $x }.GetNewClosure()) } }",
        "while ($true) { $e = [Exception]::new('x' * 10kb, $e) }",
        "function f { 'x' * 100kb; f2 }; function f2 { while ($true) { $script:z += ,(f3) } }; function f3 { 'y' * 100kb }; f | Out-Null",
        "for ($i = 0; $true; $i++) { Write-Output ('x' * 100kb) -OutVariable +kept | Out-Null }",
    ] {
        let (_, ids) = run(&mut session(), line);
        assert_eq!(ids, [ID], "{line}");
    }
}

#[test]
fn what_passes_through_may_be_endless() {
    for line in [
        "1..100 | ForEach-Object { 'x' * 100kb } | Measure-Object -Property Length -Sum | ForEach-Object Sum",
        "for ($i = 0; $i -lt 100; $i++) { $x = 'x' * 100kb }; $i * 102400",
        "$sum = 0; foreach ($i in 1..100) { $part = foreach ($j in 1..10) { 'x' * 10kb }; $sum += $part.Count * 10kb }; $sum",
        "$big = 1..10000; $n = 0; function f($a) { $a.Count }; foreach ($i in 1..100) { $n += f $big }; $n * 10.24",
        "1..100 | ForEach-Object { 'x' * 100kb } | Select-Object -Last 1 | ForEach-Object { $_.Length * 100 }",
        "1..100 | ForEach-Object { 'x' * 512 } | Select-Object -Unique | ForEach-Object { $_.Length * 20000 }",
        "$n = 0; 1..100 | ForEach-Object { $n += (1..100 | Sort-Object -Descending)[0] * 1024 }; $n",
    ] {
        let (shown, ids) = run(&mut session(), line);
        assert_eq!(
            (shown, ids),
            (vec!["10240000".to_owned()], vec![]),
            "{line}"
        );
    }
    let host = Keeper::default();
    let text = Value::text("x".repeat(100_000));
    let given = std::iter::repeat_n(text, 1_000).map(Ok::<Value, InputFailure>);
    *host.input.borrow_mut() = Some(Box::new(given));
    let mut session = session();
    session.expect_input();
    session.run(&host, &Input::Text("$input | ForEach-Object { $n++ }; $n"));
    assert_eq!(host.shown.take(), ["1000"]);
    session.expect_input();
    let endless = std::iter::repeat_with(|| Ok(Value::text("x".repeat(100_000))));
    *host.input.borrow_mut() = Some(Box::new(endless));
    let outcome = session.run(&host, &Input::Text("$input | Sort-Object"));
    assert_eq!(outcome.terminating.unwrap().fully_qualified_id, ID);
}

/// Memory of this process, in bytes.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.unwrap().trim().trim_end_matches(" kB");
    kilobytes.parse::<usize>().unwrap() << 10
}

#[test]
fn what_holds_itself_ends_when_nobody_else_holds_it() {
    let before = resident();
    for ring in [
        "$a = @(0, ('x' * 100kb)); $a[0] = $a",
        "$a = @{ x = 'x' * 100kb }; $a.me = $a",
        "$a = [pscustomobject]@{ x = 'x' * 100kb; me = $null }; $a.me = @{ a = $a }",
        "$a = [System.Collections.ArrayList]@('x' * 100kb); $null = $a.Add($a)",
        "$a = [pscustomobject]@{ x = 'x' * 100kb }; $a | Add-Member me $a",
        "$a = [pscustomobject]@{ x = 'x' * 100kb }; $a | Add-Member ScriptProperty me { $a }.GetNewClosure()",
        "& { $a = @{ x = 'x' * 100kb }; $a.me = { $a }.GetNewClosure() }",
        "$parent = @{ x = 'x' * 100kb; children = @() }; $parent.children += @{ parent = $parent }",
    ] {
        let line = format!("for ($i = 0; $i -lt 1000; $i++) {{ {ring} }}; $i");
        let (shown, ids) = run(&mut session(), &line);
        assert_eq!((shown, ids), (vec!["1000".to_owned()], vec![]), "{ring}");
        let grown = resident().saturating_sub(before);
        assert!(grown < 90 << 20, "{ring}: {grown} bytes are left");
    }
}

#[test]
fn room_can_be_made_and_lines_and_errors_give_way() {
    let mut session = session();
    assert_eq!(
        run(&mut session, "while ($true) { $x += ,('x' * 100kb) }").1,
        [ID]
    );
    assert_eq!(run(&mut session, "$x.Count -gt 20").0, ["True"]);
    assert_eq!(
        run(&mut session, "while ($true) { $y += ,('x' * 100kb) }").1,
        [ID]
    );
    assert_eq!(
        run(&mut session, "Remove-Variable x, y; 'free'").0,
        ["free"]
    );
    assert_eq!(
        run(
            &mut session,
            "$y = foreach ($i in 1..25) { 'x' * 100kb }; $y.Count"
        ),
        (vec!["25".to_owned()], vec![])
    );
    // A thing that several refer to counts once.
    assert_eq!(
        run(
            &mut session,
            "$z = foreach ($i in 1..500) { ,$y }; $z.Count"
        )
        .1,
        [ID]
    );
    assert_eq!(
        run(
            &mut session,
            "$z = @(); for ($i = 0; $i -lt 500; $i++) { $z += ,$y }; $z.Count"
        )
        .0,
        ["500"]
    );

    let long = format!("$null = '{}'", "x".repeat(1 << 20));
    for _ in 0..20 {
        assert_eq!(run(&mut session, &long).1, [""; 0]);
    }
    for _ in 0..20 {
        let failing = "Write-Error 'no' -TargetObject ('x' * 1mb)";
        assert_eq!(run(&mut session, failing).1.len(), 1);
    }
    let (held, _) = run(&mut session, "$Error.Count; (Get-History).Count");
    let held: Vec<usize> = held.iter().map(|count| count.parse().unwrap()).collect();
    assert!(held[0] < 9 && held[1] < 40, "{held:?}");
}
