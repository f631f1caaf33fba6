//! How the console of a `pwsh` process draws a question (`ConsoleHostUserInterface`), 80 cells wide.

use tandem_shell::host::ChoicePrompt;

/// Cells of a line of choices: the last column stays free.
const LINE_WIDTH: usize = 79;

/// Caption and message.
pub(crate) fn heading(caption: &str, message: &str) -> String {
    let mut text = String::new();
    if !caption.is_empty() {
        text.push_str(&format!("\n{caption}\n"));
    }
    if !message.is_empty() {
        text.push_str(&format!("{message}\n"));
    }
    text
}

/// The hot key of a label, and the label without its mark.
fn parts(label: &str) -> (String, String) {
    let key = label
        .split_once('&')
        .and_then(|(_, rest)| rest.chars().next())
        .map_or_else(String::new, |key| key.to_uppercase().collect());
    (key, label.replacen('&', "", 1))
}

/// All choices and the default, wrapped between choices.
pub(crate) fn choice_line(prompt: &ChoicePrompt) -> String {
    let labels: Vec<_> = prompt
        .choices
        .iter()
        .map(|(label, _)| parts(label))
        .collect();
    let mut pieces: Vec<String> = labels
        .iter()
        .map(|(key, plain)| format!("[{key}] {plain}  "))
        .collect();
    pieces.push("[?] Help ".to_owned());
    if let Some((key, plain)) = labels.get(prompt.default) {
        let name = if key.is_empty() { plain } else { key };
        pieces.push(format!("(default is \"{name}\"): "));
    }
    let (mut text, mut used) = (String::new(), 0);
    for piece in pieces {
        let length = piece.chars().count();
        if used + length > LINE_WIDTH {
            text.push('\n');
            text.push_str(piece.trim_end());
            used = length;
        } else {
            text.push_str(&piece);
            used += length;
        }
    }
    text
}

/// The choice that an answer names: by its key, else by its label.
pub(crate) fn chosen(prompt: &ChoicePrompt, answer: &str) -> Option<usize> {
    let wanted = answer.trim().to_lowercase();
    let named = |name: &str| !name.is_empty() && name.to_lowercase() == wanted;
    let labels = || prompt.choices.iter().map(|(label, _)| parts(label));
    labels()
        .position(|(key, _)| named(&key))
        .or_else(|| labels().position(|(_, plain)| named(&plain)))
}

/// One line of help a choice.
pub(crate) fn choice_help(prompt: &ChoicePrompt) -> String {
    let line = |(label, help): &(String, String)| {
        let (key, plain) = parts(label);
        let name = if key.is_empty() { plain } else { key };
        format!("{name} - {help}\n")
    };
    prompt.choices.iter().map(line).collect()
}
