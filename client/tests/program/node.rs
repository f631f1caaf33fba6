//! A node that plays a script, behind the same mutual TLS as a real one; and the program, run as a user runs it.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tandem::cmdlet::v1::StreamRecord;
use tandem::cmdlet::v1::stream_record::Record;
use tandem::shell::v1::invoke_request::Message as Request;
use tandem::shell::v1::invoke_response::Message as Response;
use tandem::shell::v1::shell_service_server::{ShellService, ShellServiceServer};
use tandem::shell::v1::{
    CompleteRequest, CompleteResponse, CompletionMatch, Finished, GetCommandRequest,
    GetCommandResponse, InvokeRequest, InvokeResponse, ListCommandsRequest, ListCommandsResponse,
    Said, Start,
};
use tandem_lab::pki::Cast;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio::sync::mpsc;
use tokio_stream::wrappers::{ReceiverStream, TcpListenerStream};
use tonic::transport::{Certificate, Identity, Server, ServerTlsConfig};
use tonic::{Response as Reply, Status, Streaming};

/// The name in the node's certificate.
pub(crate) const NODE: &str = "pool1.contoso.com";
/// Nothing here takes longer, or it hangs.
const PATIENCE: Duration = Duration::from_secs(20);

type Script = Arc<dyn Fn(Start, Talk) -> BoxFuture<'static, ()> + Send + Sync>;

/// A node that listens on loopback for as long as this lives.
pub(crate) struct ScriptedNode {
    pub(crate) address: SocketAddr,
    pub(crate) cast: Cast,
    pub(crate) folder: TempDir,
    server: tokio::task::JoinHandle<()>,
}

/// One call, seen from the node.
pub(crate) struct Talk {
    requests: Streaming<InvokeRequest>,
    responses: mpsc::Sender<Result<InvokeResponse, Status>>,
}

impl Talk {
    pub(crate) async fn tell(&self, message: Response) {
        let _ = self
            .responses
            .send(Ok(InvokeResponse {
                message: Some(message),
            }))
            .await;
    }

    pub(crate) async fn text(&self, text: &str) {
        self.tell(Response::Text(text.to_owned())).await;
    }

    pub(crate) async fn said(&self, record: Record, rendered: &str) {
        let record = Some(StreamRecord {
            record: Some(record),
        });
        self.tell(Response::Said(Said {
            record,
            rendered: rendered.to_owned(),
            terminating: false,
            feedback: String::new(),
        }))
        .await;
    }

    pub(crate) async fn finish(&self, exit_code: i32) {
        self.tell(Response::Finished(Finished {
            state: 1,
            exit_code,
            ..Finished::default()
        }))
        .await;
    }

    pub(crate) async fn next(&mut self) -> Option<Request> {
        self.requests.message().await.ok()??.message
    }
}

impl ScriptedNode {
    /// Starts a node that plays `script` at every call.
    pub(crate) async fn start<F, P>(script: F) -> Self
    where
        F: Fn(Start, Talk) -> P + Send + Sync + 'static,
        P: Future<Output = ()> + Send + 'static,
    {
        let folder = tempfile::tempdir().unwrap();
        let cast = Cast::create(&folder.path().join("certificates"), &[(NODE, NODE)]).unwrap();
        let files = cast.holder(NODE);
        let read = |path: &Path| std::fs::read_to_string(path).unwrap();
        let tls = ServerTlsConfig::new()
            .identity(Identity::from_pem(
                read(&files.certificate),
                read(&files.key),
            ))
            .client_ca_root(Certificate::from_pem(read(&cast.authority())));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let script: Script = Arc::new(move |start, talk| Box::pin(script(start, talk)));
        let service = ShellServiceServer::new(Played { script });
        let serving = Server::builder()
            .tls_config(tls)
            .unwrap()
            .add_service(service)
            .serve_with_incoming(TcpListenerStream::new(listener));
        let server = tokio::spawn(async move { serving.await.unwrap() });
        Self {
            address,
            cast,
            folder,
            server,
        }
    }

    /// The program with this node, the CA and the administrator's certificate in its environment, and nothing else of the machine's.
    pub(crate) fn program(&self) -> Program {
        let files = self.cast.holder("administrator");
        Program::new(env!("CARGO_BIN_EXE_tandem").as_ref())
            .variable("TANDEM_SERVER", &self.address.to_string())
            .variable("TANDEM_CA", self.cast.authority().to_str().unwrap())
            .variable("TANDEM_CERTIFICATE", files.certificate.to_str().unwrap())
            .variable("TANDEM_KEY", files.key.to_str().unwrap())
            .variable("HOME", self.folder.path().to_str().unwrap())
    }
}

/// A way to a node that can be cut.
pub(crate) struct Relay {
    pub(crate) address: SocketAddr,
    carrier: tokio::task::JoinHandle<()>,
}

impl ScriptedNode {
    /// A way to this node; dropping it cuts the connection that goes over it.
    pub(crate) async fn relay(&self) -> Relay {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let node = self.address;
        let carrier = tokio::spawn(async move {
            let (mut near, _) = listener.accept().await.unwrap();
            let mut far = tokio::net::TcpStream::connect(node).await.unwrap();
            let _ = tokio::io::copy_bidirectional(&mut near, &mut far).await;
        });
        Relay { address, carrier }
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.carrier.abort();
    }
}

impl Drop for ScriptedNode {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// The program as a user calls it.
pub(crate) struct Program {
    command: Command,
    input: Option<Vec<u8>>,
}

/// How it went.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) code: Option<i32>,
}

impl Program {
    pub(crate) fn new(path: &Path) -> Self {
        let mut command = Command::new(path);
        command
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        Self {
            command,
            input: None,
        }
    }

    pub(crate) fn variable(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn arguments(mut self, words: &[&str]) -> Self {
        self.command.args(words);
        self
    }

    pub(crate) fn in_folder(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    pub(crate) fn input(mut self, input: impl Into<Vec<u8>>) -> Self {
        self.command.stdin(Stdio::piped());
        self.input = Some(input.into());
        self
    }

    /// The process, for tests that meddle with it.
    pub(crate) fn spawn(mut self) -> tokio::process::Child {
        self.command.spawn().unwrap()
    }

    pub(crate) async fn run(mut self) -> Outcome {
        let mut child = self.command.spawn().unwrap();
        if let Some(input) = self.input {
            let mut stdin = child.stdin.take().unwrap();
            // A program that does not read its input closes the pipe.
            tokio::spawn(async move {
                let _ = stdin.write_all(&input).await;
            });
        }
        let output = tokio::time::timeout(PATIENCE, child.wait_with_output())
            .await
            .expect("the program hangs")
            .unwrap();
        Outcome {
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
            code: output.status.code(),
        }
    }
}

struct Played {
    script: Script,
}

#[tonic::async_trait]
impl ShellService for Played {
    type InvokeStream = ReceiverStream<Result<InvokeResponse, Status>>;

    async fn invoke(
        &self,
        request: tonic::Request<Streaming<InvokeRequest>>,
    ) -> Result<Reply<Self::InvokeStream>, Status> {
        let mut requests = request.into_inner();
        let Some(InvokeRequest {
            message: Some(Request::Start(start)),
        }) = requests.message().await?
        else {
            return Err(Status::invalid_argument("a call begins with Start"));
        };
        let (responses, answers) = mpsc::channel(16);
        tokio::spawn((self.script)(
            start,
            Talk {
                requests,
                responses,
            },
        ));
        Ok(Reply::new(ReceiverStream::new(answers)))
    }

    async fn complete(
        &self,
        request: tonic::Request<CompleteRequest>,
    ) -> Result<Reply<CompleteResponse>, Status> {
        // Replaces what follows the last blank or colon, and says which line it saw.
        let line = request.into_inner().line;
        let start = line.rfind([' ', ':']).map_or(0, |index| index + 1);
        let found = CompletionMatch {
            completion_text: "'it''s'".to_owned(),
            tool_tip: line.clone(),
            ..CompletionMatch::default()
        };
        Ok(Reply::new(CompleteResponse {
            replacement_index: line[..start].encode_utf16().count() as u32,
            replacement_length: line[start..].encode_utf16().count() as u32,
            r#match: vec![found],
        }))
    }

    async fn list_commands(
        &self,
        _: tonic::Request<ListCommandsRequest>,
    ) -> Result<Reply<ListCommandsResponse>, Status> {
        Err(Status::unimplemented("not in this script"))
    }

    async fn get_command(
        &self,
        _: tonic::Request<GetCommandRequest>,
    ) -> Result<Reply<GetCommandResponse>, Status> {
        Err(Status::unimplemented("not in this script"))
    }
}
