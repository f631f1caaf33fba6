//! An interactive session in a real terminal, as an administrator sees it: typed into and read from the screen.

use std::fs;

use tandem_lab::laboratory::{POOL1, POOL2};

use crate::deployment::Deployment;
use crate::desk::{Desk, assert_shows};
use crate::tmux::SIZE;

#[tokio::test(flavor = "multi_thread")]
async fn a_session_at_the_prompt() {
    let deployment = Deployment::start().await;
    let mut desk = Desk::new(&deployment, &[POOL2]);
    let greeting = desk.terminal.waits_at(desk.prompt(POOL2)).await;
    assert_shows(&greeting, &["Tab completes", "exit leaves"]);

    completion(&desk).await;
    completion_at_its_limits(&desk).await;
    hints_and_colours(&desk).await;
    several_lines(&desk).await;
    errors(&desk).await;
    files(&desk).await;
    confirmation(&desk).await;
    progress(&desk).await;
    interruption(&desk).await;
    another_size(&desk).await;
    history_and_leaving(&mut desk).await;
}

/// Tab: commands, parameters, members of enumerations, pools, users, properties behind a pipe, files of this machine.
async fn completion(desk: &Desk) {
    for name in ["users-north.csv", "users-south.csv"] {
        fs::write(desk.folder.path().join(name), "Identity\n").unwrap();
    }
    let menus: [(&str, &[&str]); 8] = [
        ("Get-CsPoolB", &["PS> Get-CsPoolBackupRelationship"]),
        (
            "Get-CsPoo",
            &["PS> Get-CsPool\n", "Get-CsPoolBackupRelationship"],
        ),
        (
            "Invoke-CsPoolFailOver -",
            &["PoolFqdn", "DisasterMode", "[switch] WhatIf"],
        ),
        (
            "Get-CsPool -ErrorAction S",
            &["SilentlyContinue", "Stop", "Suspend"],
        ),
        ("Get-CsPool -Identity p", &["-Identity pool", POOL1, POOL2]),
        (
            "Get-CsUser -Identity pool1-user00000",
            &[
                "pool1-user000001@contoso.com",
                "pool1-user000009@contoso.com",
            ],
        ),
        (
            "Get-CsPool | Select-Object ",
            &["BackupPoolFqdn", "System.String Identity"],
        ),
        (
            "Import-Csv u",
            &["Import-Csv users-", "users-north.csv", "users-south.csv"],
        ),
    ];
    for (line, offered) in menus {
        desk.clear(POOL2).await;
        desk.terminal.write(line);
        desk.terminal.waits_at(line.trim_end()).await;
        desk.terminal.press(&["Tab"]);
        desk.terminal
            .until(&format!("{offered:?}"), |screen| {
                offered
                    .iter()
                    .all(|text| format!("{screen}\n").contains(text))
            })
            .await;
    }
    // Tab goes from offer to offer, and Enter takes one.
    desk.clear(POOL2).await;
    desk.terminal.write("Get-CsPool -Identity p");
    desk.terminal.press(&["Tab"]);
    desk.terminal.shows(POOL1).await;
    let first = desk.terminal.coloured();
    desk.terminal.press(&["Tab"]);
    desk.terminal
        .until("the next offer", |_| desk.terminal.coloured() != first)
        .await;
    desk.terminal.press(&["Enter"]);
    desk.terminal
        .waits_at("Get-CsPool -Identity pool2.contoso.com")
        .await;

    desk.clear(POOL2).await;
    desk.terminal.write("Get-Nothing");
    desk.terminal.press(&["Tab"]);
    desk.terminal.shows("Nothing to complete here.").await;
}

/// A path with blanks is quoted, and the next Tab goes on behind the quote; a menu may be longer than the screen.
async fn completion_at_its_limits(desk: &Desk) {
    fs::create_dir(desk.folder.path().join("two words")).unwrap();
    fs::write(desk.folder.path().join("two words/it's.csv"), "").unwrap();
    desk.clear(POOL2).await;
    desk.terminal.write("Import-Csv two");
    for completed in [
        "Import-Csv 'two words/'",
        "Import-Csv 'two words/it''s.csv'",
    ] {
        desk.terminal.press(&["Tab"]);
        desk.terminal.waits_at(completed).await;
    }

    // All commands are more than the screen holds.
    desk.clear(POOL2).await;
    desk.terminal.press(&["C-Space"]);
    desk.terminal.shows("Backup-CsPool").await;
}

/// What was typed before shows behind the line, and the parts of a line have PSReadLine's colours.
async fn hints_and_colours(desk: &Desk) {
    desk.runs(POOL2, "Get-CsPool -Identity pool1.contoso.com | Out-Null")
        .await;
    desk.clear(POOL2).await;
    desk.terminal.write("Get-CsPool -Id");
    desk.terminal
        .waits_at("Get-CsPool -Identity pool1.contoso.com | Out-Null")
        .await;
    let coloured = desk.terminal.coloured();
    // Command, parameter as far as it was typed, then the hint: dim and slanted.
    assert_shows(
        &coloured,
        &[
            "\u{1b}[93mGet-CsPool",
            "\u{1b}[90m-Id\u{1b}",
            "entity pool1",
        ],
    );
    let hint = coloured.split("entity pool1").next().unwrap_or_default();
    let hint = hint.rsplit("-Id").next().unwrap_or_default();
    assert!(hint.contains('2') && hint.contains('3'), "{hint:?}");
    desk.terminal.press(&["Right", "Enter"]);
    desk.terminal
        .until("the line twice", |screen| {
            screen.matches(desk.prompt(POOL2)).count() == 2
        })
        .await;

    desk.clear(POOL2).await;
    desk.terminal
        .write("1; foreach ($x in 'a') { \"$x\" } # why");
    desk.terminal.waits_at("# why").await;
    assert_shows(
        &desk.terminal.coloured(),
        &[
            "\u{1b}[92mforeach",
            "\u{1b}[92m$x",
            "\u{1b}[36m'a'",
            "\u{1b}[32m# why",
        ],
    );
}

/// A line that is not whole goes on behind `>>`; pasted lines wait for Enter.
async fn several_lines(desk: &Desk) {
    // A line that is whole waits for nothing.
    let whole = desk.runs(POOL2, "[int]5 + ([int[]](1, 2))[1]").await;
    assert_shows(&whole, &["\n7\n"]);

    let sessions: [(&[&str], &str); 3] = [
        (
            &["foreach ($n in 1..2) {", "  \"row $n\"", "}"],
            "row 1\nrow 2\n",
        ),
        (&["@\"", "sum $(1+1)", "\"@"], "sum 2\n"),
        (
            &["Get-CsPool |", "Select-Object -ExpandProperty Fqdn"],
            "pool1.contoso.com\npool2.contoso.com\n",
        ),
    ];
    for (lines, answer) in sessions {
        desk.clear(POOL2).await;
        let (last, open) = lines.split_last().unwrap();
        for line in open {
            desk.terminal.enter(line);
            desk.terminal.waits_at("\n>>").await;
        }
        desk.terminal.enter(last);
        let screen = desk.terminal.shows(&format!("\n{answer}")).await;
        assert_shows(&screen, &[&format!(">> {last}")]);
    }

    desk.clear(POOL2).await;
    desk.terminal.paste("'first'\n'second'\n");
    let pasted = desk.terminal.shows(">> 'second'").await;
    assert!(!pasted.contains("\nfirst"), "{pasted}");
    desk.terminal.press(&["Enter"]);
    desk.terminal.shows("\nfirst\nsecond\n").await;
}

/// ConciseView: one line for an error of a line, the position for one within several, what to do about a refusal.
async fn errors(desk: &Desk) {
    let refused = desk
        .runs(POOL2, "Get-CsPool -Identity nix.contoso.com")
        .await;
    assert_shows(
        &refused,
        &[
            "\nGet-CsPool: There is no pool \"nix.contoso.com\" in the topology.",
            "\n  Recommendation: Get-CsPool lists what there is.\n",
        ],
    );
    assert_shows(&desk.terminal.coloured(), &["\u{1b}[31mGet-CsPool: "]);

    desk.clear(POOL2).await;
    desk.terminal.enter("if ($true) {");
    desk.terminal.waits_at("\n>>").await;
    desk.terminal.enter("  Get-CsPol");
    desk.terminal.waits_at("\n>>").await;
    desk.terminal.enter("}");
    let located = desk.terminal.waits_at(desk.prompt(POOL2)).await;
    assert_shows(
        &located,
        &[
            "\nGet-CsPol:",
            "\nLine |\n   2 |    Get-CsPol\n     |    ~~~~~~~~~\n     | The term 'Get-CsPol' is not recognized",
            "\n  The most similar commands are: Get-CsPool.\n",
        ],
    );

    let unparsed = desk.runs(POOL2, "Get-CsPool )").await;
    assert_shows(&unparsed, &["ParserError:", "Unexpected token ')'"]);
}

/// Files are this machine's, and only those that a line names.
async fn files(desk: &Desk) {
    let read = |name: &str| fs::read_to_string(desk.folder.path().join(name)).unwrap();
    desk.runs(
        POOL2,
        "& { Write-Warning careful; Write-Error bad; 'good' } 3> w.txt 2> e.txt > o.txt",
    )
    .await;
    assert_eq!((&*read("w.txt"), &*read("o.txt")), ("careful\n", "good\n"));
    assert!(read("e.txt").contains("bad"), "{}", read("e.txt"));
    desk.runs(
        POOL2,
        "Get-CsPool | Select-Object Fqdn | Export-Csv pools.csv",
    )
    .await;
    assert_eq!(
        read("pools.csv"),
        "\"Fqdn\"\n\"pool1.contoso.com\"\n\"pool2.contoso.com\"\n"
    );
    let again = desk
        .runs(
            POOL2,
            "(Import-Csv pools.csv).Fqdn; Test-Path pools.csv; Test-Path no.csv",
        )
        .await;
    assert_shows(&again, &["\npool2.contoso.com\nTrue\nFalse\n"]);
    let refused = desk.runs(POOL2, "Get-Content ('w' + '.bak')").await;
    assert_shows(
        &refused,
        &["No line of this session names the file \"w.bak\""],
    );
}

/// The question before a failover: its choices, their help, and no.
async fn confirmation(desk: &Desk) {
    const CHOICES: &str =
        "[Y] Yes  [A] Yes to All  [N] No  [L] No to All  [?] Help (default is \"Y\"):";
    desk.clear(POOL2).await;
    desk.terminal
        .enter("Invoke-CsPoolFailOver -PoolFqdn pool1.contoso.com");
    let asked = desk.terminal.waits_at(CHOICES).await;
    assert_shows(
        &asked,
        &[
            "\n\nConfirm\nFail over pool \"pool1.contoso.com\"",
            "Are you sure you want to perform this action?\n",
        ],
    );
    desk.terminal.enter("?");
    let helped = desk
        .terminal
        .until("the question once more", |screen| {
            screen.matches(CHOICES).count() == 2
        })
        .await;
    assert_shows(
        &helped,
        &[
            "\nY - Continue with only the next step of the operation.\n",
            "\nA - Continue with all the steps of the operation.\n",
            "\nN - Skip this operation and proceed with the next operation.\n",
            "\nL - Skip this operation and all subsequent operations.\n",
        ],
    );
    // A remote session has no prompt to be suspended to, so that is no choice.
    assert!(!helped.contains("Suspend"), "{helped}");
    desk.terminal.enter("maybe");
    desk.terminal
        .until("the question again", |screen| {
            screen.matches(CHOICES).count() == 3
        })
        .await;
    desk.terminal.enter("n");
    desk.terminal.waits_at(desk.prompt(POOL2)).await;

    // Ctrl-C at the question stops the command and leaves the session.
    desk.clear(POOL2).await;
    desk.terminal
        .enter("Invoke-CsPoolFailOver -PoolFqdn pool1.contoso.com; 'and on'");
    desk.terminal.waits_at(CHOICES).await;
    desk.terminal.press(&["C-c"]);
    let stopped = desk.terminal.waits_at(desk.prompt(POOL2)).await;
    assert!(!stopped.contains("\nand on"), "{stopped}");
    let owner = desk
        .runs(
            POOL2,
            "(Get-TandemReadiness -PoolFqdn pool1.contoso.com).ServingPoolFqdn",
        )
        .await;
    assert_shows(&owner, &["\npool1.contoso.com\n"]);
}

/// A bar while something lasts, text beside it, nothing of it afterwards.
async fn progress(desk: &Desk) {
    desk.clear(POOL2).await;
    // It goes on when a file says so, which is as long as the test wants.
    let gate = desk.folder.path().join("go");
    let line = format!(
        "Write-Progress Shipping 'batch 2 of 4' -PercentComplete 50; Write-Warning slow; \
         while (-not (Test-Path {})) {{ Start-Sleep -Milliseconds 20 }}; 'shipped'",
        gate.display()
    );
    desk.terminal.enter(&line);
    let drawn = desk.terminal.shows("50% batch 2 of 4").await;
    assert_shows(
        &drawn,
        &["\nShipping [===============>", "\nWARNING: slow\n"],
    );
    fs::write(gate, "").unwrap();
    // The bar stands beneath what is printed until the line has ended.
    let done = desk.terminal.waits_at(desk.prompt(POOL2)).await;
    assert_shows(&done, &["\nshipped\n"]);
    assert!(!done.contains("Shipping ["), "{done}");
}

/// Ctrl-C stops what runs on the server; the prompt returns, and the session lives.
async fn interruption(desk: &Desk) {
    desk.clear(POOL2).await;
    desk.terminal
        .enter("$n = 0; 'begun'; while ($true) { $n++; Start-Sleep -Milliseconds 1 }");
    desk.terminal.waits_at("\nbegun").await;
    desk.terminal.press(&["C-c"]);
    desk.terminal.waits_at(desk.prompt(POOL2)).await;
    // The count stands still: had the loop gone on, it would hold the session, or count.
    let stands = desk
        .runs(POOL2, "$a = $n; Start-Sleep 1; \"$($n -gt 0) $($n - $a)\"")
        .await;
    assert_shows(&stands, &["\nTrue 0\n"]);
}

/// Another size of the terminal: lines are laid out for it at once.
async fn another_size(desk: &Desk) {
    desk.clear(POOL2).await;
    let ruler =
        "'Services' | ForEach-Object { Get-CsPool -Identity pool1.contoso.com } | Format-List";
    let wide = desk.runs(POOL2, ruler).await;
    desk.terminal.resize(60, 24);
    let narrow = desk.runs(POOL2, ruler).await;
    let widest = |screen: &str| screen.lines().map(|line| line.chars().count()).max();
    assert!(widest(&wide) > Some(60), "{wide}");
    assert!(widest(&narrow) <= Some(60), "{narrow}");
    let services = |screen: &str| {
        screen
            .lines()
            .filter(|line| line.contains("Server:"))
            .count()
    };
    assert!(services(&narrow) > services(&wide), "{wide}\n{narrow}");
    desk.terminal.resize(SIZE.0, SIZE.1);
    assert_eq!(desk.runs(POOL2, ruler).await, wide);
}

/// The last line comes back, also in the next session, but none with a secret; leaving gives the exit code.
async fn history_and_leaving(desk: &mut Desk) {
    desk.runs(POOL2, "'to be kept'").await;
    desk.runs(POOL2, "$password = 'hunter2'").await;
    desk.clear(POOL2).await;
    desk.terminal.press(&["Up"]);
    desk.terminal.waits_at("PS> 'to be kept'").await;
    desk.clear(POOL2).await;
    desk.terminal.enter("exit 7");
    desk.terminal.waits_at("\nleft with 7").await;

    let kept = fs::read_to_string(desk.folder.path().join("state/tandem/history")).unwrap();
    assert!(kept.contains("to be kept"), "{kept}");
    assert!(!kept.contains("hunter2"), "{kept}");

    desk.start_again();
    desk.terminal.waits_at(desk.prompt(POOL2)).await;
    desk.terminal.press(&["Up", "Up"]);
    desk.terminal.waits_at("PS> 'to be kept'").await;
    desk.clear(POOL2).await;
    desk.terminal.press(&["C-d"]);
    desk.terminal.waits_at("\nleft with 0").await;
}
