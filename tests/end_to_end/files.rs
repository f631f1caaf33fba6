//! The caller's files as streams: the real client before a whole node, files longer than anything that is held, and all that can
//! go wrong on the way.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;

use tandem::shell::v1::{
    FileAction, FileAnswer, Finished, OutputForm, PipelineState, Start, start,
};
use tandem_client::{Message, Running};
use tandem_lab::laboratory::{ADMINISTRATOR, POOL1};
use tandem_lab::programs::programs;
use tokio::process::Command;
use tokio::time::timeout;

use crate::deployment::{Deployment, PATIENCE};
use crate::input::{connected, memory};

/// Longer than what is read whole, by far longer than what may be ahead.
const LARGE: usize = 80 << 20;
/// Memory that a process may come to hold more while such a file goes through it.
const GROWTH: usize = 48 << 20;

/// An administrator with a folder.
pub(crate) struct Caller<'a> {
    deployment: &'a Deployment,
    folder: tempfile::TempDir,
}

impl<'a> Caller<'a> {
    pub(crate) fn new(deployment: &'a Deployment) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { deployment, folder }
    }

    pub(crate) fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    pub(crate) fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn command(&self, line: &str) -> Command {
        let laboratory = &self.deployment.laboratory;
        let files = laboratory.cast().holder(ADMINISTRATOR);
        let mut command = Command::new(programs().unwrap().client);
        command
            .env_clear()
            .env("TANDEM_SERVER", laboratory.pool(POOL1).address.to_string())
            .env("TANDEM_CA", laboratory.cast().authority())
            .env("TANDEM_CERTIFICATE", files.certificate)
            .env("TANDEM_KEY", files.key)
            .current_dir(self.folder.path())
            .args(["-c", line])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    async fn run(&self, line: &str) -> Output {
        let ended = timeout(PATIENCE, self.command(line).output()).await;
        ended.unwrap_or_else(|_| panic!("{line} hangs")).unwrap()
    }

    /// What a line says, output and errors, without line ends at its end.
    pub(crate) async fn says(&self, line: &str) -> String {
        let output = self.run(line).await;
        let all = [output.stdout, output.stderr].concat();
        String::from_utf8(all).unwrap().trim_end().to_owned()
    }
}

/// Text of at least `LARGE` bytes: `line` again and again between `first` and `last`.
fn large(path: &Path, first: &str, line: &str, last: &str) {
    let mut file = BufWriter::new(File::create(path).unwrap());
    file.write_all(first.as_bytes()).unwrap();
    for _ in 0..LARGE / line.len() + 1 {
        file.write_all(line.as_bytes()).unwrap();
    }
    file.write_all(last.as_bytes()).unwrap();
    file.flush().unwrap();
}

/// The most memory of a process while `running` lasts.
async fn most(process: u32, running: impl Future) -> usize {
    let mut running = std::pin::pin!(running);
    let mut most = 0;
    loop {
        let pause = Duration::from_millis(50);
        if timeout(pause, &mut running).await.is_ok() {
            return most;
        }
        most = most.max(memory(process));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_file_goes_through_in_flat_memory() {
    let deployment = Deployment::start().await;
    let caller = Caller::new(&deployment);
    let field = "x".repeat(100_000);
    let row = format!("many,{field}\n");
    large(&caller.path("in.csv"), "Kind,Data\n", &row, "one,end\n");
    let node = deployment.process_id(POOL1);
    let before = memory(node);
    let line = "Import-Csv in.csv | Where-Object Kind -eq one | Export-Csv out.csv; \
        Get-Content in.csv | Where-Object Length -lt 100 | Set-Content short.txt; \
        switch -File in.csv { 'one,end' { 'found' } }; \
        Select-String -Path in.csv -Pattern '^one' -Raw; \
        Get-Content in.csv -Tail 1";
    let mut child = caller.command(line).spawn().unwrap();
    let process = child.id().unwrap();
    let ended = async { child.wait().await.unwrap() };
    let node_most = async {
        // As long as the client runs.
        let alive = async {
            while Path::new(&format!("/proc/{process}/fd/1")).exists() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        most(node, alive).await
    };
    let (client_most, node_most) = tokio::join!(most(process, ended), node_most);
    let output = child.wait_with_output().await.unwrap();
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert_eq!(said, "found\none,end\none,end\n");
    assert_eq!(
        caller.text("out.csv"),
        "\"Kind\",\"Data\"\n\"one\",\"end\"\n"
    );
    assert_eq!(caller.text("short.txt"), "Kind,Data\none,end\n");
    assert!(client_most < GROWTH, "the client held {client_most} bytes");
    let grown = node_most.saturating_sub(before);
    assert!(grown < GROWTH, "the node held {grown} bytes more");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_read_no_further_than_it_is_wanted() {
    let deployment = Deployment::start().await;
    let caller = Caller::new(&deployment);
    let made = Command::new("mkfifo").arg(caller.path("endless")).status();
    assert!(made.await.unwrap().success());
    for (line, said) in [
        ("Get-Content endless | Select-Object -First 2", "yes\nyes"),
        ("Get-Content endless -TotalCount 1; 'behind'", "yes\nbehind"),
        (
            "Import-Csv endless -Header a | Select-Object -First 1 | ForEach-Object a",
            "yes",
        ),
        ("switch -File endless { yes { 'found'; break } }", "found"),
        ("Select-String yes endless -Quiet", "True"),
        (
            "Get-Content endless | Tee-Object out.txt | Select-Object -First 3 | Measure-Object | ForEach-Object Count; Get-Content out.txt",
            "3\nyes\nyes\nyes",
        ),
    ] {
        let path = caller.path("endless");
        let endless = tokio::task::spawn_blocking(move || {
            let mut file = File::create(path).unwrap();
            let mut written = 0_usize;
            while file.write_all(&b"yes\n".repeat(1_000)).is_ok() {
                written += 4_000;
            }
            written
        });
        assert_eq!(caller.says(line).await, said, "{line}");
        let written = timeout(PATIENCE, endless)
            .await
            .expect("it is closed")
            .unwrap();
        assert!(written < 4 << 20, "{line}: {written} bytes were read");
    }
    // Where nothing comes, Ctrl-C still does, once the client has opened the file.
    let path = caller.path("endless");
    let opened = tokio::task::spawn_blocking(move || File::create(path).unwrap());
    let mut child = caller
        .command("Get-Content endless; 'behind'")
        .spawn()
        .unwrap();
    let _silent = timeout(PATIENCE, opened).await.unwrap().unwrap();
    let process = child.id().unwrap().to_string();
    let sent = Command::new("kill").args(["-INT", &process]).status().await;
    assert!(sent.unwrap().success());
    let left = timeout(PATIENCE, child.wait()).await.unwrap().unwrap();
    assert_eq!(left.code(), Some(1));
}

/// Lines, and how what they say begins.
const UNUSABLE: &[(&str, &str)] = &[
    (
        "Get-Content gone",
        "Get-Content: Cannot find path 'gone' because it does not exist.",
    ),
    (
        "Get-Content none/gone",
        "Get-Content: Cannot find path 'none/gone' because it does not exist.",
    ),
    (
        "Get-Content folder",
        "Get-Content: Unable to get content because it is a directory: 'folder'. Please use 'Get-ChildItem' instead.",
    ),
    ("Import-Csv gone", "Import-Csv: Could not find file 'gone'."),
    (
        "Import-Csv none/gone",
        "Import-Csv: Could not find a part of the path 'none/gone'.",
    ),
    (
        "1 > none/gone",
        "Out-File: Could not find a part of the path 'none/gone'.",
    ),
    (
        "1 > here/gone",
        "Out-File: Could not find a part of the path 'here/gone'.",
    ),
    (
        "1 | Out-File folder",
        "Out-File: Access to the path 'folder' is denied.",
    ),
    (
        "Set-Content none/gone 1",
        "Set-Content: Could not find a part of the path 'none/gone'.",
    ),
    (
        "1 | Export-Csv none/gone",
        "Export-Csv: Could not find a part of the path 'none/gone'.",
    ),
    (
        "1 | Out-File here -NoClobber",
        "Out-File: File here already exists and NoClobber was specified.",
    ),
    (
        "1 | Out-File /dev/full",
        "Out-File: No space left on device : '/dev/full'",
    ),
    (
        "Get-Content /dev/zero -Raw",
        "Get-Content: The text of the file '/dev/zero' is longer than",
    ),
    (
        "Get-Content ('he' + 're')",
        "Get-Content: No line of this session names the file \"here\"",
    ),
    (
        "Test-Path here, folder, gone, none/gone, /dev/zero",
        "True\nTrue\nFalse\nFalse\nTrue",
    ),
    ("Get-Content /dev/zero -AsByteStream -TotalCount 2", "0\n0"),
    (
        "Get-Content here | Set-Content here; Get-Content here",
        "a,b\n1,2",
    ),
    (
        "Import-Csv here | ForEach-Object { Get-Content here -TotalCount 1 }",
        "a,b",
    ),
    (
        "Import-Csv here | Export-Csv here -Append; Import-Csv here | ForEach-Object b",
        "2\n2",
    ),
    (
        "Clear-Content here; 'x' | Add-Content here; Get-Content here",
        "x",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn files_that_cannot_be_used_are_told_of_as_powershell_does() {
    let deployment = Deployment::start().await;
    let caller = Caller::new(&deployment);
    fs::create_dir(caller.path("folder")).unwrap();
    caller.write("here", "a,b\n1,2\n");
    for (line, said) in UNUSABLE {
        let answer = caller.says(line).await;
        assert!(answer.starts_with(said), "{line}: {answer}");
    }
    // What is being read is not written over.
    large(
        &caller.path("large"),
        "",
        &format!("{}\n", "y".repeat(10_000)),
        "",
    );
    let answer = caller.says("Get-Content large | Set-Content large").await;
    let said =
        "The process cannot access the file 'large' because it is being used by another process.";
    assert!(answer.contains(said), "{answer}");
    assert!(fs::metadata(caller.path("large")).unwrap().len() > LARGE as u64);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_changes_while_it_is_read_ends_where_it_ends() {
    let deployment = Deployment::start().await;
    let caller = Caller::new(&deployment);
    large(
        &caller.path("log"),
        "",
        &format!("{}\n", "z".repeat(100_000)),
        "",
    );
    // It shrinks to less than what has been read.
    let line = "$n = 0; Get-Content log | ForEach-Object { if (++$n -eq 1) { Set-Content mark 1; while ((Get-Content mark) -ne 2) { } } }; $n";
    let mut child = caller.command(line).spawn().unwrap();
    let shrunk = async {
        while !fs::read_to_string(caller.path("mark")).is_ok_and(|text| text == "1\n") {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let file = File::options()
            .write(true)
            .open(caller.path("log"))
            .unwrap();
        file.set_len(10).unwrap();
        caller.write("mark", "2\n");
    };
    timeout(PATIENCE, shrunk).await.unwrap();
    let ended = timeout(PATIENCE, child.wait()).await.unwrap().unwrap();
    assert_eq!(ended.code(), Some(0));
    let output = child.wait_with_output().await.unwrap();
    let count: usize = String::from_utf8(output.stdout)
        .unwrap()
        .trim()
        .parse()
        .unwrap();
    assert!((1..100).contains(&count), "{count} lines");
}

async fn begin(
    deployment: &Deployment,
    line: &str,
    session: &str,
    paces_files: bool,
) -> Option<Running> {
    let start = Start {
        command: Some(start::Command::Line(line.to_owned())),
        session_id: session.to_owned(),
        paces_files,
        output: Some(tandem::shell::v1::Output {
            form: OutputForm::Text.into(),
            ..Default::default()
        }),
        ..Start::default()
    };
    connected(deployment).await.shell().invoke(start).await.ok()
}

fn piece(request_id: u32, data: &[u8], last: bool) -> FileAnswer {
    FileAnswer {
        request_id,
        data: data.to_vec(),
        last,
        ..FileAnswer::default()
    }
}

/// All that a pipeline says; files are answered by a caller that knows no pace: whole, at once.
async fn unpaced(
    mut running: Running,
    file: &[u8],
) -> (String, Vec<(FileAction, Vec<u8>)>, Finished) {
    let requests = running.requests();
    let (mut text, mut written, mut end) = (String::new(), Vec::new(), Finished::default());
    while let Some(message) = timeout(PATIENCE, running.next()).await.unwrap().unwrap() {
        match message {
            Message::Text(said) => text.push_str(&said),
            Message::Said(said) => text.push_str(&said.rendered),
            Message::File(request) => {
                assert!(!request.paced);
                match request.action() {
                    FileAction::Read => {
                        let pieces: Vec<_> = file.chunks(250_000).collect();
                        for (index, data) in pieces.iter().enumerate() {
                            let last = index + 1 == pieces.len();
                            requests.file(piece(request.request_id, data, last)).await;
                        }
                    }
                    action => {
                        written.push((action, request.data));
                        if request.last {
                            requests.file(piece(request.request_id, b"", true)).await;
                        }
                    }
                }
            }
            Message::Finished(finished) => end = finished,
            _ => {}
        }
    }
    (text, written, end)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_of_an_earlier_version_is_served_as_before() {
    let deployment = Deployment::start().await;
    let line = "Get-Content a | ForEach-Object Length; 'x', 'y' > b; Test-Path a";
    let running = begin(&deployment, line, "", false).await.unwrap();
    let file = format!("{}\n{}", "1".repeat(300_000), "2".repeat(200_000));
    let (text, written, end) = unpaced(running, file.as_bytes()).await;
    assert_eq!(text, "300000\n200000\nTrue\n");
    assert_eq!(end.state(), PipelineState::Completed);
    // In as many pieces as it was made in.
    let (begun, added) = written.split_first().unwrap();
    assert_eq!(*begun, (FileAction::Write, b"".to_vec()));
    assert!(
        added
            .iter()
            .all(|(action, _)| *action == FileAction::Append)
    );
    let added: Vec<_> = added.iter().flat_map(|(_, data)| data.clone()).collect();
    assert_eq!(added, b"x\ny\n");

    // What is too long is not read to its end, and holds nothing up.
    let line = "Get-Content a; 'behind'";
    let running = begin(&deployment, line, "", false).await.unwrap();
    let (text, _, _) = unpaced(running, &vec![b'x'; 100 << 20]).await;
    assert!(text.contains("is larger than 67108864 bytes"), "{text}");
    assert!(text.ends_with("behind\n"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_vanishes_while_it_reads_is_not_waited_for() {
    let deployment = Deployment::start().await;
    for line in [
        "Get-Content a",
        "Get-Content a | ForEach-Object { Start-Sleep 600 }",
    ] {
        let mut running = begin(&deployment, line, "left", true).await.unwrap();
        let requests = running.requests();
        let Some(Message::File(request)) = running.next().await.unwrap() else {
            panic!("no request");
        };
        assert!(request.paced && request.action() == FileAction::Read);
        assert!(
            requests
                .file(piece(request.request_id, b"one\n", false))
                .await
        );
        drop((running, requests));
        let again = async {
            loop {
                if let Some(running) = begin(&deployment, "1", "left", true).await {
                    return running;
                }
                tokio::task::yield_now().await;
            }
        };
        let mut again = timeout(PATIENCE, again).await.expect("the pipeline ends");
        while again.next().await.unwrap().is_some() {}
    }
}
