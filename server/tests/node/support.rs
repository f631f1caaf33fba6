//! A node on a free port with certificates of its own, and calls to it.

use std::fs;
use std::path::Path;

use tandem::cmdlet::v1::stream_record::Record;
use tandem::cmdlet::v1::{ErrorRecord, Value};
use tandem::shell::v1::invoke_request::Message as Say;
use tandem::shell::v1::invoke_response::Message;
use tandem::shell::v1::shell_service_client::ShellServiceClient;
use tandem::shell::v1::{Finished, InvokeRequest, Output, OutputForm, Said, Start, start};
use tandem_lab::pki::Cast;
use tandem_server::RunningNode;
use tandem_server::configuration::Configuration;
use tempfile::TempDir;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity};
use tonic::{Status, Streaming};

pub(crate) const TOPOLOGY: &str = include_str!("../pair/topology.toml");

/// Held by who measures the memory of this process, and by who needs much of it.
pub(crate) static MEMORY: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

const POOL: &str = "pool1.contoso.com";

pub(crate) struct Laboratory {
    folder: TempDir,
    cast: Cast,
    node: RunningNode,
}

/// What a pipeline said.
#[derive(Default)]
pub(crate) struct Ended {
    pub text: String,
    pub output: Vec<Value>,
    pub error: Option<ErrorRecord>,
    pub said: Vec<Said>,
    pub finished: Finished,
}

impl Laboratory {
    pub(crate) async fn start() -> Self {
        Self::start_with("").await
    }

    /// With further settings of `[sessions]`.
    pub(crate) async fn start_with(sessions: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let cast = Cast::create(folder.path(), &[(POOL, POOL)]).unwrap();
        let node = tandem_server::start(configuration(folder.path(), sessions))
            .await
            .unwrap();
        Self { folder, cast, node }
    }

    pub(crate) fn configuration(&self) -> Configuration {
        configuration(self.folder.path(), "")
    }

    /// A lazy connection with the certificate of `holder`.
    pub(crate) fn channel(&self, holder: &str) -> Channel {
        let files = self.cast.holder(holder);
        let identity = Identity::from_pem(
            fs::read(files.certificate).unwrap(),
            fs::read(files.key).unwrap(),
        );
        self.connect(self.tls().identity(identity))
    }

    /// A lazy connection without a certificate.
    pub(crate) fn anonymous_channel(&self) -> Channel {
        self.connect(self.tls())
    }

    fn tls(&self) -> ClientTlsConfig {
        let authority =
            Certificate::from_pem(fs::read(self.folder.path().join("own-ca.pem")).unwrap());
        ClientTlsConfig::new()
            .ca_certificate(authority)
            .domain_name(POOL)
    }

    fn connect(&self, tls: ClientTlsConfig) -> Channel {
        let endpoint = Endpoint::from_shared(format!("https://{}", self.node.address)).unwrap();
        endpoint.tls_config(tls).unwrap().connect_lazy()
    }

    /// Puts the certificate of the other authority in the place of the own one.
    pub(crate) fn trust_other_authority(&self) {
        fs::copy(self.cast.other_authority(), self.cast.authority()).unwrap();
    }

    pub(crate) async fn run(&self, line: &str, form: OutputForm) -> Ended {
        self.invoke(start::Command::Line(line.to_owned()), form)
            .await
    }

    pub(crate) async fn invoke(&self, command: start::Command, form: OutputForm) -> Ended {
        let output = Output {
            form: form.into(),
            width: 100,
            color: false,
        };
        let start = Start {
            command: Some(command),
            output: Some(output),
            ..Start::default()
        };
        self.run_as("administrator", start).await
    }

    /// Runs a pipeline with the certificate of `holder`.
    pub(crate) async fn run_as(&self, holder: &str, start: Start) -> Ended {
        let request = InvokeRequest {
            message: Some(Say::Start(start)),
        };
        let mut client = ShellServiceClient::new(self.channel(holder));
        let said = all(client
            .invoke(tokio_stream::once(request))
            .await
            .unwrap()
            .into_inner())
        .await
        .unwrap();
        let mut ended = Ended::default();
        for message in said.into_iter().filter_map(|response| response.message) {
            match message {
                Message::Text(text) => ended.text.push_str(&text),
                Message::Output(value) => ended.output.push(value),
                Message::Finished(finished) => ended.finished = finished,
                Message::Said(said) => {
                    ended.said.push(said.clone());
                    if let Some(Record::Error(error)) = said.record.and_then(|record| record.record)
                    {
                        ended.error = Some(error);
                    }
                }
                Message::Prompt(_)
                | Message::File(_)
                | Message::InputTaken(_)
                | Message::FileTaken(_) => {}
            }
        }
        ended
    }

    pub(crate) async fn stop(self) {
        self.node.stop().await;
    }
}

/// All messages of a stream.
pub(crate) async fn all<T>(mut stream: Streaming<T>) -> Result<Vec<T>, Status> {
    let mut messages = Vec::new();
    while let Some(message) = stream.message().await? {
        messages.push(message);
    }
    Ok(messages)
}

fn configuration(folder: &Path, sessions: &str) -> Configuration {
    let own = folder.join("own-ca.pem");
    if !own.exists() {
        fs::copy(folder.join("ca.pem"), own).unwrap();
    }
    let text = format!(
        "pool = \"{POOL}\"\ncomputer = \"{POOL}\"\nlisten = \"127.0.0.1:0\"\ndata = \"data\"\nstop_grace = \"1s\"\n\
         [tls]\ncertificate = \"{POOL}.pem\"\nkey = \"{POOL}.key\"\nauthority = \"ca.pem\"\ncheck = \"1s\"\n\
         [sessions]\n{sessions}\n"
    );
    Configuration::parse(&text, folder, None).unwrap()
}
