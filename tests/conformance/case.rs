//! The recorded cases: one file a group, one JSON object a line.

use std::path::Path;

use serde_json::Value as Json;

/// One recorded case.
pub(crate) struct Case {
    /// Stable name.
    pub(crate) id: String,
    /// What was run.
    pub(crate) line: String,
    /// All fields as recorded.
    pub(crate) fields: serde_json::Map<String, Json>,
}

/// The cases of one file.
pub(crate) struct Group {
    /// The file's stem.
    pub(crate) name: String,
    /// Its cases in order.
    pub(crate) cases: Vec<Case>,
}

/// Reads every `*.jsonl` of a folder, sorted by name.
pub(crate) fn load(folder: &Path) -> Result<Vec<Group>, String> {
    let entries = std::fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let mut paths: Vec<_> = entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|e| e == "jsonl"))
        .collect();
    paths.sort();
    paths.iter().map(|path| read_group(path)).collect()
}

fn read_group(path: &Path) -> Result<Group, String> {
    let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let cases = text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(index, line)| {
            parse(line).map_err(|e| format!("{}:{}: {e}", path.display(), index + 1))
        })
        .collect::<Result<_, _>>()?;
    let name = path
        .file_stem()
        .map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    Ok(Group { name, cases })
}

fn parse(line: &str) -> Result<Case, String> {
    let Json::Object(fields) = serde_json::from_str(line).map_err(|e| e.to_string())? else {
        return Err("not an object".into());
    };
    let text = |name: &str| {
        fields
            .get(name)
            .and_then(Json::as_str)
            .map(str::to_owned)
            .ok_or_else(|| format!("no {name}"))
    };
    Ok(Case {
        id: text("id")?,
        line: text("line")?,
        fields,
    })
}
