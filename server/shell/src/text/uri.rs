//! `System.Uri`: how an address reads once .NET has taken it apart.

/// Ports that go without saying.
const DEFAULT_PORTS: &[(&str, &str)] = &[
    ("http", "80"),
    ("https", "443"),
    ("ws", "80"),
    ("wss", "443"),
    ("ftp", "21"),
];

/// `Uri.ToString()`: scheme and host in small letters, no default port, a path at least of `/`; a path of the file
/// system is an address of it, and a relative one stays as it is.
pub(crate) fn canonical(text: &str) -> String {
    let text = text.trim();
    let is_drive = |text: &str| {
        let mut characters = text.chars();
        characters.next().is_some_and(|c| c.is_ascii_alphabetic())
            && characters.next() == Some(':')
            && matches!(characters.next(), Some('\\' | '/'))
    };
    if is_drive(text) {
        return format!("file:///{}", text.replace('\\', "/"));
    }
    if text.starts_with('/') && !text.starts_with("//") {
        return format!("file://{text}");
    }
    let Some((scheme, rest)) = text.split_once(':').filter(|(scheme, _)| is_scheme(scheme)) else {
        return text.to_owned();
    };
    let scheme = scheme.to_ascii_lowercase();
    let Some(rest) = rest.strip_prefix("//") else {
        return format!("{scheme}:{rest}");
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let (user, host) = match authority.rsplit_once('@') {
        Some((user, host)) => (format!("{user}@"), host),
        None => (String::new(), authority),
    };
    let host = host.to_ascii_lowercase();
    let host = DEFAULT_PORTS
        .iter()
        .filter(|(known, _)| *known == scheme)
        .find_map(|(_, port)| host.strip_suffix(port)?.strip_suffix(':'))
        .unwrap_or(&host);
    let root = if path.starts_with('/') { "" } else { "/" };
    format!("{scheme}://{user}{host}{root}{path}")
}

/// Why .NET takes the text for no address at all.
pub(crate) fn refusal(text: &str) -> Option<&'static str> {
    let text = text.trim();
    if let [letter, b':', next, ..] = text.as_bytes()
        && letter.is_ascii_alphabetic()
        && !matches!(next, b'/' | b'\\')
    {
        return Some("Invalid URI: A Dos path must be rooted, for example, 'c:\\\\'.");
    }
    let (scheme, rest) = text.split_once("://")?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let host = &rest[..end];
    let has_host = !host.is_empty() && !host.contains(char::is_whitespace);
    (is_scheme(scheme) && !has_host && !scheme.eq_ignore_ascii_case("file"))
        .then_some("Invalid URI: The hostname could not be parsed.")
}

fn is_scheme(text: &str) -> bool {
    text.len() > 1
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_put_in_order() {
        for (text, expected) in [
            ("HTTP://A.B", "http://a.b/"),
            ("https://a:443/X?q", "https://a/X?q"),
            ("https://a:8443", "https://a:8443/"),
            ("mailto:A@b", "mailto:A@b"),
            ("not a uri", "not a uri"),
            ("a/b", "a/b"),
            ("/a/b", "file:///a/b"),
            ("C:\\x", "file:///C:/x"),
        ] {
            assert_eq!(canonical(text), expected);
        }
    }

    #[test]
    fn a_host_there_must_be() {
        assert!(refusal("http://").is_some());
        assert!(refusal("http://a b/").is_some());
        assert!(refusal("file:///x").is_none());
        assert!(refusal("http://a").is_none());
    }
}
