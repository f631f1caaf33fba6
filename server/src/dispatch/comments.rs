//! Comments of the contracts as help: a paragraph that begins with `example:` is a command line with its explanation.

use std::collections::HashMap;

use prost_reflect::FileDescriptor;
use tandem_shell::command::CommandHelp;
use tandem_shell::value::Text;

/// Comments of one file by the path of what they stand before.
#[derive(Debug)]
pub struct Comments(HashMap<Vec<i32>, String>);

impl Comments {
    /// The comments of `file`.
    #[must_use]
    pub fn of(file: &FileDescriptor) -> Self {
        let locations = file
            .file_descriptor_proto()
            .source_code_info
            .iter()
            .flat_map(|info| &info.location);
        Self(
            locations
                .filter_map(|location| {
                    Some((location.path.clone(), location.leading_comments.clone()?))
                })
                .collect(),
        )
    }

    /// The comment before what stands at `path`, as one paragraph.
    #[must_use]
    pub fn description(&self, path: &[i32]) -> Text {
        paragraphs(self.text(path)).join("\n").into()
    }

    /// The comment before an RPC, as help.
    #[must_use]
    pub fn help(&self, path: &[i32]) -> CommandHelp {
        let mut help = CommandHelp::default();
        for paragraph in split(self.text(path)) {
            match paragraph[0].strip_prefix("example:") {
                Some(line) => help
                    .examples
                    .push((line.trim().into(), paragraph[1..].join(" ").into())),
                None if help.synopsis.is_empty() => help.synopsis = paragraph.join(" ").into(),
                None => help.description.push(paragraph.join(" ").into()),
            }
        }
        help
    }

    fn text(&self, path: &[i32]) -> &str {
        self.0.get(path).map_or("", String::as_str)
    }
}

fn paragraphs(text: &str) -> Vec<String> {
    split(text)
        .into_iter()
        .map(|lines| lines.join(" "))
        .collect()
}

/// Paragraphs of trimmed lines; none is empty.
fn split(text: &str) -> Vec<Vec<&str>> {
    let mut paragraphs = vec![Vec::new()];
    for line in text.lines().map(str::trim) {
        if line.is_empty() {
            paragraphs.push(Vec::new());
        } else if let Some(last) = paragraphs.last_mut() {
            last.push(line);
        }
    }
    paragraphs.retain(|lines: &Vec<&str>| !lines.is_empty());
    paragraphs
}
