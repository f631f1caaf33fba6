//! Tab completion on the server: the session's variables, the catalogue, and the lists that the deployment fills.

use std::sync::Arc;

use futures_util::StreamExt;
use tandem::shell::v1 as wire;
use tandem_domain::backup::BackupModule;
use tandem_shell::builtin;
use tandem_shell::command::CommandInfo;
use tandem_shell::completion::{self, CompletionSource};
use tandem_shell::help::topic;
use tandem_shell::value::{Text, Value};
use tonic::Status;

use super::{Parts, topics};
use crate::layers::identity::Identity;
use crate::windows_services::Service;

/// Longest line that is completed, in bytes.
const MAX_LINE: usize = 64 * 1024;

/// Most entries of a list that are offered.
const MAX_OFFERED: usize = 50;

/// Operations that are offered, the newest ones.
const OFFERED_OPERATIONS: u32 = 50;

/// Accounts that are looked at: completion must be quick in the largest pool.
const MAX_SCANNED: usize = 20_000;

/// What could stand at the caret.
pub(super) async fn answer(
    parts: Arc<Parts>,
    caller: Arc<Identity>,
    request: wire::CompleteRequest,
) -> Result<wire::CompleteResponse, Status> {
    if request.line.len() > MAX_LINE {
        return Err(Status::invalid_argument(format!(
            "A line of more than {MAX_LINE} bytes is not completed."
        )));
    }
    let found = tokio::task::spawn_blocking(move || {
        let held = parts
            .sessions
            .peek(&caller.name, &request.session_id, |session| {
                let state = session.state();
                let entries = state.history.entries();
                Held {
                    variables: state.variables(),
                    functions: state.function_commands(),
                    aliases: Some(state.aliases()),
                    history: entries
                        .map(|entry| (entry.id.unsigned_abs(), entry.line.clone()))
                        .collect(),
                }
            })
            .unwrap_or_default();
        let source = Source {
            parts,
            held,
            runtime: tokio::runtime::Handle::current(),
        };
        let caret = bytes_at(&request.line, request.caret);
        let found = completion::complete(&request.line, caret, &source);
        response(&request.line, found)
    });
    found
        .await
        .map_err(|_| Status::internal("The line could not be completed."))
}

/// The byte offset of a caret that is counted in UTF-16 units.
fn bytes_at(line: &str, caret: u32) -> usize {
    let mut units = 0;
    for (at, letter) in line.char_indices() {
        if units >= caret {
            return at;
        }
        units += if letter.len_utf16() == 2 { 2 } else { 1 };
    }
    line.len()
}

fn units(text: &str) -> u32 {
    u32::try_from(text.encode_utf16().count()).unwrap_or(u32::MAX)
}

fn response(line: &str, found: completion::Completion) -> wire::CompleteResponse {
    let end = found.start + found.length;
    let matches = found
        .matches
        .into_iter()
        .map(|found| wire::CompletionMatch {
            completion_text: found.text,
            list_item_text: found.list_text,
            result_type: found.kind.name().to_owned(),
            tool_tip: found.tooltip,
        });
    wire::CompleteResponse {
        replacement_index: units(line.get(..found.start).unwrap_or_default()),
        replacement_length: units(line.get(found.start..end).unwrap_or_default()),
        r#match: matches.collect(),
    }
}

/// What the caller's session holds; nothing while a pipeline runs in it.
#[derive(Default)]
struct Held {
    variables: Vec<(Text, Value)>,
    functions: Vec<Arc<CommandInfo>>,
    /// None where the session is not to be looked into.
    aliases: Option<Vec<(Text, Text)>>,
    history: Vec<(u64, Text)>,
}

struct Source {
    parts: Arc<Parts>,
    held: Held,
    runtime: tokio::runtime::Handle,
}

impl CompletionSource for Source {
    fn commands(&self) -> Vec<Arc<CommandInfo>> {
        let cmdlets = self
            .parts
            .dispatcher
            .catalogue()
            .cmdlets()
            .iter()
            .map(|cmdlet| cmdlet.info.clone());
        cmdlets
            .chain(builtin::all().iter().map(|command| command.info.clone()))
            .collect()
    }

    fn find_command(&self, name: &str) -> Option<Arc<CommandInfo>> {
        let is_named = |function: &&Arc<CommandInfo>| function.name.eq_ignore_ascii_case(name);
        if let Some(function) = self.held.functions.iter().find(is_named) {
            return Some(Arc::clone(function));
        }
        if let Some(cmdlet) = self.parts.dispatcher.catalogue().by_name(name) {
            return Some(cmdlet.info.clone());
        }
        builtin::find(builtin::alias_target(name).unwrap_or(name))
            .map(|command| command.info.clone())
    }

    fn aliases(&self) -> Vec<(Text, Text)> {
        self.held.aliases.clone().unwrap_or_else(|| {
            let all = builtin::aliases().iter();
            all.map(|(name, meaning)| ((*name).into(), (*meaning).into()))
                .collect()
        })
    }

    fn functions(&self) -> Vec<Arc<CommandInfo>> {
        self.held.functions.clone()
    }

    fn variables(&self) -> Vec<(Text, Value, Text)> {
        let all = self.held.variables.iter();
        all.map(|(name, value)| (name.clone(), value.clone(), Text::from("")))
            .collect()
    }

    fn history(&self) -> Vec<(u64, Text)> {
        self.held.history.clone()
    }

    fn list(&self, list: &str, prefix: &str, _given: &[(Text, Text)]) -> Vec<Text> {
        let prefix = prefix.to_lowercase();
        let mut found = self.all(list, &prefix);
        found.retain(|name| name.to_lowercase().starts_with(&prefix));
        found.sort();
        found.dedup();
        found.truncate(MAX_OFFERED);
        found.into_iter().map(Text::from).collect()
    }

    fn help_topics(&self) -> Vec<&'static str> {
        topic::offered(topics::PRODUCT)
    }

    fn properties(&self, type_name: &str) -> Vec<(Text, Text)> {
        self.parts
            .dispatcher
            .catalogue()
            .shapes()
            .properties_of(type_name)
    }
}

impl Source {
    fn all(&self, list: &str, prefix: &str) -> Vec<String> {
        let node = &self.parts.node;
        let topology = node.management.topology().topology;
        let pools = topology.pools.iter();
        match list {
            "pool" => pools
                .filter(|pool| pool.kind.is_front_end())
                .map(|pool| pool.fqdn.to_string())
                .collect(),
            "paired_pool" => pools
                .filter(|pool| topology.backup_of(&pool.fqdn).is_some())
                .map(|pool| pool.fqdn.to_string())
                .collect(),
            "site" => topology
                .sites
                .iter()
                .map(|site| site.name.clone())
                .collect(),
            "computer" => pools
                .flat_map(|pool| &pool.machines)
                .map(|machine| machine.fqdn.to_string())
                .collect(),
            "service" => pools
                .flat_map(|pool| {
                    pool.services
                        .iter()
                        .map(|service| pool.service_identity(&service.role))
                })
                .collect(),
            "windows_service" => Service::ALL
                .iter()
                .map(|service| service.name().to_owned())
                .collect(),
            "backup_module" => BackupModule::ALL
                .iter()
                .map(|module| module.name().to_owned())
                .collect(),
            "user" => self.runtime.block_on(self.users(prefix)),
            "operation" => self.runtime.block_on(self.operations()),
            "salvage" => self.runtime.block_on(self.bundles()),
            _ => Vec::new(),
        }
    }

    async fn users(&self, prefix: &str) -> Vec<String> {
        let accounts = self
            .parts
            .node
            .stores
            .documents
            .accounts(None)
            .take(MAX_SCANNED);
        let fitting = accounts.filter_map(|account| async {
            let address = account.ok()?.sip_address.to_string();
            let bare = address.strip_prefix("sip:").unwrap_or(&address);
            let fits = address.starts_with(prefix) || bare.starts_with(prefix);
            fits.then(|| {
                if prefix.starts_with("sip:") {
                    address.clone()
                } else {
                    bare.to_owned()
                }
            })
        });
        fitting.take(MAX_OFFERED).collect().await
    }

    async fn operations(&self) -> Vec<String> {
        let entries = self
            .parts
            .node
            .stores
            .journal
            .list(None, OFFERED_OPERATIONS)
            .await;
        entries
            .unwrap_or_default()
            .into_iter()
            .map(|entry| entry.id)
            .collect()
    }

    async fn bundles(&self) -> Vec<String> {
        let bundles = self.parts.node.stores.salvage.bundles(None).await;
        bundles
            .unwrap_or_default()
            .into_iter()
            .map(|bundle| bundle.id)
            .collect()
    }
}
