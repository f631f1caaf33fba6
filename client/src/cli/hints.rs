//! What whoever called the program with words may have meant, where an error shows that they were taken otherwise.

use super::flags::find;

/// A hint about the words of a command that ended with the error of that id, in a sentence.
pub(crate) fn of_words(words: &[String], error_id: &str) -> Option<String> {
    let (command, rest) = words.split_first()?;
    match error_id.split(',').next().unwrap_or_default() {
        "CommandNotFoundException" => {
            let is_line = command.contains(|character: char| {
                character.is_whitespace() || "|;{(".contains(character)
            });
            is_line.then(|| {
                "The first word names a cmdlet; a whole line goes behind -c: tandem -c 'LINE'."
                    .to_owned()
            })
        }
        "NamedParameterNotFound" | "AmbiguousParameter" | "PositionalParameterNotFound" => {
            let option = rest.iter().find_map(|word| {
                let name = word
                    .split('=')
                    .next()
                    .filter(|name| name.starts_with('-'))?;
                find(name).map(|flag| (name, flag.value))
            });
            option.map(|(name, value)| {
                let option = format!("{name} {value}");
                format!(
                    "Options of tandem stand before the cmdlet: tandem {} {command} …",
                    option.trim_end()
                )
            })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_were_taken_otherwise_get_a_hint() {
        let hint = |words: &[&str], id: &str| {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            of_words(&words, id).unwrap_or_default()
        };
        let not_found = "CommandNotFoundException";
        assert!(hint(&["Get-CsPool | ft"], not_found).contains("tandem -c 'LINE'"));
        assert_eq!(hint(&["Get-CsPol"], not_found), "");
        assert_eq!(
            hint(
                &["Get-CsUser", "-o", "json"],
                "AmbiguousParameter,Some.Type"
            ),
            "Options of tandem stand before the cmdlet: tandem -o FORM Get-CsUser …"
        );
        assert_eq!(
            hint(
                &["Get-CsUser", "--non-interactive"],
                "NamedParameterNotFound,X"
            ),
            "Options of tandem stand before the cmdlet: tandem --non-interactive Get-CsUser …"
        );
        assert_eq!(
            hint(&["Get-CsUser", "-Nope"], "NamedParameterNotFound,X"),
            ""
        );
        assert_eq!(hint(&["Get-CsUser", "-o"], "PoolNotFound,X"), "");
    }
}
