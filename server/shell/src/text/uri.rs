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

/// What an absolute address is made of, escaped as .NET escapes it.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    /// In small letters.
    pub scheme: String,
    /// What stands before the `@`.
    pub user: String,
    /// In small letters, one of IPv6 in brackets.
    pub host: String,
    /// −1 if the scheme has none.
    pub port: i32,
    pub path: String,
    /// With its `?`, or empty.
    pub query: String,
    /// With its `#`, or empty.
    pub fragment: String,
    /// Whether `//` stands behind the scheme.
    has_authority: bool,
}

/// The parts of an absolute address; none of a relative one.
pub(crate) fn parts(text: &str) -> Option<Parts> {
    let canonical = canonical(text);
    let (scheme, rest) = canonical
        .split_once(':')
        .filter(|(scheme, _)| is_scheme(scheme))?;
    let cut = |text: &str, sign: char| match text.find(sign) {
        Some(at) => (text[..at].to_owned(), escaped(&text[at..])),
        None => (text.to_owned(), String::new()),
    };
    let (rest, fragment) = cut(rest, '#');
    let (rest, query) = cut(&rest, '?');
    let default = default_port(scheme);
    let mut parts = Parts {
        scheme: scheme.to_owned(),
        port: default,
        query,
        fragment,
        ..Parts::default()
    };
    if let Some((user, host)) = rest.split_once('@').filter(|_| scheme == "mailto") {
        (parts.user, parts.host) = (escaped(user), host.to_lowercase());
        return Some(parts);
    }
    let Some(rest) = rest.strip_prefix("//") else {
        parts.path = escaped(&rest);
        return Some(parts);
    };
    parts.has_authority = true;
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = match authority.rsplit_once('@') {
        Some((user, host)) => {
            parts.user = escaped(user);
            host
        }
        None => authority,
    };
    let port = host
        .rsplit_once(':')
        .filter(|(host, _)| !host.starts_with('[') || host.ends_with(']'))
        .and_then(|(host, port)| Some((host, port.parse().ok()?)));
    parts.host = port.map_or(host, |(host, _)| host).to_owned();
    parts.port = port.map_or(default, |(_, port)| port);
    parts.path = escaped(&without_dots(path));
    Some(parts)
}

fn default_port(scheme: &str) -> i32 {
    let known = DEFAULT_PORTS.iter().find(|(known, _)| *known == scheme);
    known
        .and_then(|(_, port)| port.parse().ok())
        .unwrap_or(match scheme {
            "gopher" => 70,
            "nntp" => 119,
            "ldap" => 389,
            "telnet" => 23,
            "mailto" => 25,
            "net.tcp" => 808,
            _ => -1,
        })
}

/// A path without its `.` and `..`.
fn without_dots(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for segment in path.split_inclusive('/').skip(1) {
        match segment.trim_end_matches('/') {
            "." => {}
            ".." => {
                kept.pop();
            }
            _ => kept.push(segment),
        }
    }
    let root = if path.is_empty() { "" } else { "/" };
    format!("{root}{}", kept.concat())
}

/// With `%` and two digits for each byte of what may not stand in an address.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let code = tail
            .get(..2)
            .filter(|_| *first == b'%')
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

impl Parts {
    pub(crate) fn is_file(&self) -> bool {
        self.scheme == "file"
    }

    pub(crate) fn has_default_port(&self) -> bool {
        self.port == default_port(&self.scheme)
    }

    /// `host`, or `host:port` where the port does not go without saying.
    pub(crate) fn authority(&self) -> String {
        if self.has_default_port() {
            return self.host.clone();
        }
        format!("{}:{}", self.host, self.port)
    }

    pub(crate) fn absolute(&self) -> String {
        let Self {
            scheme,
            user,
            path,
            query,
            fragment,
            ..
        } = self;
        let authority = match (self.has_authority, &**user) {
            (false, "") => String::new(),
            (false, user) => format!("{user}@{}", self.authority()),
            (true, "") => format!("//{}", self.authority()),
            (true, user) => format!("//{user}@{}", self.authority()),
        };
        format!("{scheme}:{authority}{path}{query}{fragment}")
    }

    /// As the file system has it: a path with a drive has its own separators.
    pub(crate) fn local_path(&self) -> String {
        let path = unescaped(&self.path);
        if !self.is_file() {
            return path;
        }
        if !self.host.is_empty() {
            return format!("\\\\{}{}", self.host, path.replace('/', "\\"));
        }
        match path.as_bytes() {
            [b'/', letter, b':', ..] if letter.is_ascii_alphabetic() => {
                path[1..].replace('/', "\\")
            }
            _ => path,
        }
    }

    /// The host without the brackets of IPv6.
    pub(crate) fn bare_host(&self) -> &str {
        self.host.trim_start_matches('[').trim_end_matches(']')
    }

    fn address(&self) -> Option<std::net::IpAddr> {
        self.bare_host().parse().ok()
    }

    /// A number of `UriHostNameType`.
    pub(crate) fn host_kind(&self) -> i64 {
        match self.address() {
            _ if self.host.is_empty() => i64::from(self.is_file()),
            Some(std::net::IpAddr::V4(_)) => 3,
            Some(std::net::IpAddr::V6(_)) => 4,
            None => 2,
        }
    }

    pub(crate) fn is_loopback(&self) -> bool {
        match self.address() {
            Some(address) => address.is_loopback(),
            None if self.host.is_empty() => self.is_file(),
            None => matches!(&*self.host, "localhost" | "loopback"),
        }
    }
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
    fn addresses_are_taken_apart() {
        for (text, absolute, authority, path, local) in [
            (
                "HTTP://u@A:81/b/../c d?q#f",
                "http://u@a:81/c%20d?q#f",
                "a:81",
                "/c%20d",
                "/c d",
            ),
            ("https://a", "https://a/", "a", "/", "/"),
            ("mailto:a@B", "mailto:a@b", "b", "", ""),
            ("urn:a:b", "urn:a:b", "", "a:b", "a:b"),
            ("C:\\x", "file:///C:/x", "", "/C:/x", "C:\\x"),
            ("/a/b", "file:///a/b", "", "/a/b", "/a/b"),
        ] {
            let parts = parts(text).expect("it is absolute");
            let found = (
                parts.absolute(),
                parts.authority(),
                &*parts.path,
                parts.local_path(),
            );
            let expected = (
                absolute.to_owned(),
                authority.to_owned(),
                path,
                local.to_owned(),
            );
            assert_eq!(found, expected, "{text}");
        }
        assert!(parts("a/b").is_none());
    }

    #[test]
    fn a_host_there_must_be() {
        assert!(refusal("http://").is_some());
        assert!(refusal("http://a b/").is_some());
        assert!(refusal("file:///x").is_none());
        assert!(refusal("http://a").is_none());
    }
}
