//! The program's options as one table, which parser, help and completion read.

/// One option.
pub(super) struct Flag {
    /// Which.
    pub(super) id: Id,
    /// Every way to write it, the first one for the help.
    pub(super) names: &'static [&'static str],
    /// The value's name; empty for a switch.
    pub(super) value: &'static str,
    /// What it does.
    pub(super) help: &'static str,
}

/// Names of options.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Id {
    Command,
    File,
    EncodedCommand,
    EncodedArguments,
    Output,
    InputFormat,
    NonInteractive,
    Operation,
    ExpectPlan,
    MaxLoss,
    Server,
    Ca,
    Certificate,
    Key,
    ServerName,
    Profile,
    Completions,
    Complete,
    Help,
    Version,
}

pub(super) const FLAGS: &[Flag] = &[
    Flag {
        id: Id::Command,
        names: &["-c", "--command", "-Command"],
        value: "LINE",
        help: "Run a line of PowerShell's language",
    },
    Flag {
        id: Id::File,
        names: &["-f", "--file", "-File"],
        value: "FILE",
        help: "Run a script; the words after FILE are its arguments",
    },
    Flag {
        id: Id::Output,
        names: &["-o", "--output", "-OutputFormat", "-of"],
        value: "FORM",
        help: "Show output as text, table, list, json, csv or clixml",
    },
    Flag {
        id: Id::InputFormat,
        names: &["--input-format", "-InputFormat", "-inp", "-if"],
        value: "FORM",
        help: "Read piped input as text (a string a line), json, clixml or none",
    },
    Flag {
        id: Id::NonInteractive,
        names: &["--non-interactive", "-NonInteractive", "-noni"],
        value: "",
        help: "Take every prompt as an error",
    },
    Flag {
        id: Id::Operation,
        names: &["--operation-id"],
        value: "UUID",
        help: "Name the operation; the same name again does nothing twice",
    },
    Flag {
        id: Id::ExpectPlan,
        names: &["--expect-plan"],
        value: "DIGEST",
        help: "Run only the plan with the digest that -WhatIf showed",
    },
    Flag {
        id: Id::MaxLoss,
        names: &["--max-loss"],
        value: "BUDGET",
        help: "Accept at most this loss in a disaster: records=0,files=3,age=30s",
    },
    Flag {
        id: Id::Server,
        names: &["-s", "--server"],
        value: "HOST[:PORT]",
        help: "Ask this node; given again, the next one when it is down",
    },
    Flag {
        id: Id::Ca,
        names: &["--ca"],
        value: "FILE",
        help: "Trust servers whose certificate comes from this CA",
    },
    Flag {
        id: Id::Certificate,
        names: &["--certificate"],
        value: "FILE",
        help: "Show this certificate",
    },
    Flag {
        id: Id::Key,
        names: &["--key"],
        value: "FILE",
        help: "Use this private key",
    },
    Flag {
        id: Id::ServerName,
        names: &["--server-name"],
        value: "NAME",
        help: "Expect this name in the server's certificate",
    },
    Flag {
        id: Id::Profile,
        names: &["--profile"],
        value: "FILE",
        help: "Read server, ca, certificate and key from this file",
    },
    Flag {
        id: Id::Completions,
        names: &["--completions"],
        value: "SHELL",
        help: "Print the completion script for bash, zsh, fish or powershell",
    },
    Flag {
        id: Id::Help,
        names: &["-h", "--help", "-Help", "-?"],
        value: "",
        help: "Print this help",
    },
    Flag {
        id: Id::Version,
        names: &["-V", "--version", "-Version"],
        value: "",
        help: "Print the version",
    },
    Flag {
        id: Id::Complete,
        names: &["--complete"],
        value: "WORDS…",
        help: "",
    },
    Flag {
        id: Id::EncodedCommand,
        names: &["--encoded-command", "-EncodedCommand", "-e", "-ec"],
        value: "BASE64",
        help: "",
    },
    Flag {
        id: Id::EncodedArguments,
        names: &[
            "--encoded-arguments",
            "-EncodedArguments",
            "-ea",
            "-encodeda",
        ],
        value: "BASE64",
        help: "",
    },
];

/// Long names as they stand; PowerShell's and one-letter names in any case where no other option differs by case only.
pub(super) fn find(name: &str) -> Option<&'static Flag> {
    let exact = FLAGS.iter().find(|flag| flag.names.contains(&name));
    exact.or_else(|| {
        let same = |other: &&str| other.eq_ignore_ascii_case(name) && !other.starts_with("--");
        FLAGS.iter().find(|flag| flag.names.iter().any(&same))
    })
}

/// The names of options, for completion.
pub(super) fn names() -> impl Iterator<Item = (&'static str, &'static str)> {
    let told = FLAGS.iter().filter(|flag| !flag.help.is_empty());
    told.flat_map(|flag| flag.names.iter().map(|name| (*name, flag.help)))
        .filter(|(name, _)| name.starts_with("--"))
}

/// The values of an option that has few, as its help names them.
pub(super) fn values(id: Id) -> &'static [&'static str] {
    match id {
        Id::Output => &["text", "table", "list", "json", "csv", "clixml"],
        Id::InputFormat => &["text", "json", "clixml", "none"],
        Id::Completions => &["bash", "zsh", "fish", "powershell"],
        _ => &[],
    }
}

/// Whether the option of that name takes the next word.
pub(super) fn takes_value(name: &str) -> bool {
    find(name).is_some_and(|flag| !flag.value.is_empty())
}

/// The help.
pub(super) fn help() -> String {
    let mut text = HELP_BEGINNING.to_owned();
    for flag in FLAGS.iter().filter(|flag| !flag.help.is_empty()) {
        let names: Vec<&str> = flag
            .names
            .iter()
            .copied()
            .filter(|name| is_shown(name))
            .collect();
        let left = format!("{} {}", names.join(", "), flag.value);
        text.push_str(&format!("  {:<28} {}\n", left.trim_end(), flag.help));
    }
    text.push_str(HELP_END);
    text
}

fn is_shown(name: &str) -> bool {
    name.starts_with("--")
        || name.len() == 2 && name.chars().nth(1).is_some_and(char::is_alphabetic)
}

const HELP_BEGINNING: &str = "\
Tandem keeps two pools of users in step and moves the users of one to the other when a site is lost.

  tandem                                   a session: type cmdlets, Tab completes, exit leaves
  tandem Get-CsPool                        one cmdlet
  tandem Invoke-CsPoolFailOver -PoolFqdn pool1.contoso.com -WhatIf
                                           what a failover would do, changing nothing
  tandem -c 'Get-CsUser | Where-Object Enabled | Select-Object SipAddress'
                                           a pipeline
  tandem runbook.ps1                       a script, with its arguments (-f FILE for any other name)
  tandem Get-Help Invoke-CsPoolFailOver    what a cmdlet does and takes
  tandem Get-Command                       all cmdlets
  tandem Get-Help about_Pool_Failover      what to do when a site is lost

Options stand before the cmdlet; every word after its name belongs to the cmdlet.

";

const HELP_END: &str = "
Server, certificate and key come from the options, else from the environment (TANDEM_SERVER, TANDEM_CA,
TANDEM_CERTIFICATE, TANDEM_KEY, TANDEM_SERVER_NAME, TANDEM_PROFILE), else from ~/.config/tandem/profile.toml:

  servers = [\"pool1.contoso.com\", \"pool2.contoso.com\"]
  ca = \"ca.pem\"
  certificate = \"me.pem\"
  key = \"me.key\"

Exit codes are PowerShell's: 0 when the last statement succeeded, 1 when it did not, N after `exit N`;
64 for a wrong command line, 70 when no server could be reached.
With standard output redirected, it carries output objects only; everything else goes to standard error.
Piped input goes to the cmdlet; to a line or script it is $input, or else the answers to its prompts.
";
