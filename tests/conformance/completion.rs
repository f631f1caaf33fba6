//! Cases about tab completion: the caret's place in the line, the matches in the corpus's form.

use std::sync::Arc;

use serde_json::{Value as Json, json};
use tandem_shell::builtin;
use tandem_shell::command::CommandInfo;
use tandem_shell::completion::{CompletionSource, complete};
use tandem_shell::session::{Session, SessionOptions};
use tandem_shell::value::{Text, Value};

use crate::stand_ins::StandIns;

/// Marks the caret in the line of a case.
const CARET: char = '¦';

/// What a fresh session offers.
struct Fresh<'a> {
    stand_ins: &'a StandIns,
    session: Session,
}

impl CompletionSource for Fresh<'_> {
    fn commands(&self) -> Vec<Arc<CommandInfo>> {
        let mut all = self.stand_ins.all();
        all.extend(
            builtin::all()
                .iter()
                .map(|command| Arc::clone(&command.info)),
        );
        all.sort_by(|a, b| a.name.cmp(&b.name));
        all
    }

    fn find_command(&self, name: &str) -> Option<Arc<CommandInfo>> {
        let name = builtin::alias_target(name).unwrap_or(name);
        builtin::find(name)
            .map(|command| Arc::clone(&command.info))
            .or_else(|| self.stand_ins.find(name))
    }

    fn aliases(&self) -> Vec<(Text, Text)> {
        self.session.state().aliases()
    }

    fn functions(&self) -> Vec<Arc<CommandInfo>> {
        self.session.state().function_commands()
    }

    fn variables(&self) -> Vec<(Text, Value, Text)> {
        let all = self.session.state().variables();
        all.into_iter()
            .map(|(name, value)| (name, value, "".into()))
            .collect()
    }

    fn list(&self, _list: &str, _prefix: &str, _given: &[(Text, Text)]) -> Vec<Text> {
        Vec::new()
    }

    fn properties(&self, _type_name: &str) -> Vec<(Text, Text)> {
        Vec::new()
    }
}

/// The members `matches` and `replace` of a case.
pub(crate) fn observe(line: &str, stand_ins: &StandIns) -> serde_json::Map<String, Json> {
    let caret = line.find(CARET).unwrap_or(line.len());
    let text = line.replace(CARET, "");
    let source = Fresh {
        stand_ins,
        session: Session::new(SessionOptions::default()),
    };
    let completion = complete(&text, caret, &source);
    let matches: Vec<Json> = completion
        .matches
        .iter()
        .map(|found| {
            json!({
                "text": found.text,
                "list": found.list_text,
                "kind": found.kind.name(),
                "tip": found.tooltip,
            })
        })
        .collect();
    let mut fields = serde_json::Map::new();
    fields.insert("matches".into(), Json::Array(matches));
    let replaced = match completion.nowhere {
        true => json!([-1, -1]),
        false => {
            // The corpus counts UTF-16 units.
            let units = |from: usize, to: usize| text[from..to].encode_utf16().count();
            let (start, end) = (completion.start, completion.start + completion.length);
            json!([units(0, start), units(start, end)])
        }
    };
    fields.insert("replace".into(), replaced);
    fields
}
