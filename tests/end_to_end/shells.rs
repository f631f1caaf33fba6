//! Completion in the shells that administrators use, each for real: the program's own scripts, a node that answers.

use std::fs;
use std::path::Path;

use tandem_lab::laboratory::{ADMINISTRATOR, POOL1, POOL2};
use tandem_lab::programs::programs;

use crate::deployment::Deployment;
use crate::tmux::Terminal;

/// A shell, its start-up file with what evaluates the script, and how it is started.
struct Shell {
    program: &'static str,
    file: &'static str,
    start_up: &'static str,
    arguments: &'static [&'static str],
}

const SHELLS: [Shell; 3] = [
    Shell {
        program: "bash",
        file: "bashrc",
        start_up: "PS1='ready> '\nbind 'set show-all-if-ambiguous on'\neval \"$(tandem --completions bash)\"\n",
        arguments: &["--rcfile", "bashrc", "-i"],
    },
    Shell {
        program: "zsh",
        file: ".zshrc",
        start_up: "PROMPT='ready> '\nautoload -Uz compinit && compinit -u\neval \"$(tandem --completions zsh)\"\n",
        arguments: &["-i"],
    },
    Shell {
        program: "fish",
        file: "fish/config.fish",
        start_up: "set fish_greeting\nfunction fish_prompt; echo 'ready> '; end\ntandem --completions fish | source\n",
        arguments: &["-i"],
    },
];

#[tokio::test(flavor = "multi_thread")]
async fn shells_complete_from_the_node() {
    let deployment = Deployment::start().await;
    for shell in &SHELLS {
        completes(&deployment, shell).await;
    }
}

async fn completes(deployment: &Deployment, shell: &Shell) {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    write(folder.path(), shell.file, shell.start_up);
    write(folder.path(), "topology.toml", "");
    let client = programs().unwrap().client;
    let laboratory = &deployment.laboratory;
    let files = laboratory.cast().holder(ADMINISTRATOR);
    let search = format!(
        "{}:{}",
        client.parent().unwrap().display(),
        std::env::var("PATH").unwrap()
    );
    let authority = laboratory.cast().authority();
    let address = laboratory.pool(POOL2).address.to_string();
    let environment = [
        ("HOME", folder.path().to_str().unwrap()),
        ("ZDOTDIR", folder.path().to_str().unwrap()),
        ("XDG_CONFIG_HOME", folder.path().to_str().unwrap()),
        ("XDG_DATA_HOME", &path("data")),
        ("PATH", &search),
        ("TANDEM_SERVER", &address),
        ("TANDEM_CA", authority.to_str().unwrap()),
        ("TANDEM_CERTIFICATE", files.certificate.to_str().unwrap()),
        ("TANDEM_KEY", files.key.to_str().unwrap()),
    ];
    let program = Path::new(shell.program);
    let terminal = Terminal::start(folder.path(), &environment, program, shell.arguments);
    terminal.waits_at("ready>").await;

    // A command, a parameter of it, and the values of that.
    terminal.write("tandem Get-CsPoolBackupR");
    terminal.press(&["Tab"]);
    terminal.shows("tandem Get-CsPoolBackupRelationship").await;
    terminal.write("-Poo");
    terminal.press(&["Tab"]);
    terminal.shows("Relationship -PoolFqdn").await;
    terminal.write("pool");
    terminal.press(&["Tab", "Tab"]);
    terminal
        .until("both pools", |screen| {
            screen.contains(POOL1) && screen.contains(POOL2)
        })
        .await;

    // What the shell would expand is quoted; what the node does not know may be a file of this machine.
    terminal.press(&["C-u"]);
    terminal
        .until("an empty line", |screen| {
            screen.lines().any(|line| line.trim_end() == "ready>")
        })
        .await;
    terminal.write("tandem Publish-CsTopology -Confirm:");
    terminal.press(&["Tab"]);
    terminal.shows("-Confirm:\\$").await;
    terminal.write("fal");
    terminal.press(&["Tab"]);
    terminal.shows("-Confirm:\\$false").await;
    terminal.write(" -FileName topo");
    terminal.press(&["Tab"]);
    terminal.shows("-FileName topology.toml").await;
}

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}
