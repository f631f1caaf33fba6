//! Properties of the types that are known by their text: addresses of the web, of the network and of mail, expressions.

use std::net::{IpAddr, Ipv6Addr};

use crate::convert::semantic_version::SemanticVersion;
use crate::convert::{enumerations, semantic_version};
use crate::evaluate::regex_member::options_value;
use crate::text::uri;
use crate::value::{NamedScalar, Value};

type Properties = Vec<(&'static str, Value)>;

/// In .NET's order; what cannot be read of a value is null.
pub(super) fn properties(scalar: &NamedScalar) -> Properties {
    let text = &*scalar.text;
    match &*scalar.type_name {
        "System.Net.IPAddress" => address(text),
        "System.Uri" => uri_properties(text),
        "System.Text.RegularExpressions.Regex" => vec![
            ("Options", options_value(scalar.options)),
            ("RightToLeft", Value::Bool(false)),
            // `Regex.InfiniteMatchTimeout`.
            ("MatchTimeout", Value::TimeSpan(-10_000)),
        ],
        "System.Net.Mail.MailAddress" => mail_address(text),
        semantic_version::TYPE => semantic_version(text),
        "System.Xml.XmlDocument" => vec![
            ("OuterXml", Value::text(text)),
            ("InnerXml", Value::text(text)),
        ],
        _ => Vec::new(),
    }
}

fn semantic_version(text: &str) -> Properties {
    let Some(version) = SemanticVersion::parse(text) else {
        return Vec::new();
    };
    let [major, minor, patch] = version.numbers.map(Value::Int32);
    let label = |label: Option<String>| label.map_or(Value::Null, Value::text);
    vec![
        ("Major", major),
        ("Minor", minor),
        ("Patch", patch),
        ("PreReleaseLabel", label(version.pre_release)),
        ("BuildLabel", label(version.build)),
    ]
}

fn address(text: &str) -> Properties {
    let Ok(address) = text.parse::<IpAddr>() else {
        return Vec::new();
    };
    let v6 = match address {
        IpAddr::V6(v6) => Some(v6),
        IpAddr::V4(_) => None,
    };
    let is = |test: fn(&Ipv6Addr) -> bool| Value::Bool(v6.as_ref().is_some_and(test));
    let (family, scope) = if v6.is_some() {
        (23, Value::Int64(0))
    } else {
        (2, Value::Null)
    };
    let number = match address {
        IpAddr::V4(v4) => Value::Int64(i64::from(u32::from_le_bytes(v4.octets()))),
        IpAddr::V6(_) => Value::Null,
    };
    vec![
        ("IPAddressToString", Value::text(text)),
        (
            "AddressFamily",
            enumerations::value("System.Net.Sockets.AddressFamily", family),
        ),
        ("ScopeId", scope),
        ("IsIPv6Multicast", is(Ipv6Addr::is_multicast)),
        ("IsIPv6LinkLocal", is(Ipv6Addr::is_unicast_link_local)),
        (
            "IsIPv6SiteLocal",
            is(|a| a.segments()[0] & 0xffc0 == 0xfec0),
        ),
        ("IsIPv6Teredo", is(|a| a.segments()[..2] == [0x2001, 0])),
        ("IsIPv6UniqueLocal", is(Ipv6Addr::is_unique_local)),
        ("IsIPv4MappedToIPv6", is(|a| a.to_ipv4_mapped().is_some())),
        ("Address", number),
    ]
}

/// `Name <user@host>` or `user@host`.
fn mail_address(text: &str) -> Properties {
    let (name, address) = match text
        .trim()
        .strip_suffix('>')
        .and_then(|t| t.split_once('<'))
    {
        Some((name, address)) => (name.trim().trim_matches('"'), address.trim()),
        None => ("", text.trim()),
    };
    let (user, host) = address.rsplit_once('@').unwrap_or((address, ""));
    vec![
        ("DisplayName", Value::text(name)),
        ("User", Value::text(user)),
        ("Host", Value::text(host)),
        ("Address", Value::text(address)),
    ]
}

/// A relative address knows its text only; everything else of it cannot be read.
fn uri_properties(text: &str) -> Properties {
    let parts = uri::parts(text);
    let of = |read: &dyn Fn(&uri::Parts) -> Value| parts.as_ref().map_or(Value::Null, read);
    let string = |read: fn(&uri::Parts) -> &str| of(&|parts| Value::text(read(parts)));
    let is = |read: fn(&uri::Parts) -> bool| of(&|parts| Value::Bool(read(parts)));
    vec![
        ("AbsolutePath", string(|parts| &parts.path)),
        ("AbsoluteUri", of(&|parts| Value::text(parts.absolute()))),
        ("LocalPath", of(&|parts| Value::text(parts.local_path()))),
        ("Authority", of(&|parts| Value::text(parts.authority()))),
        (
            "HostNameType",
            of(&|parts| enumerations::value("System.UriHostNameType", parts.host_kind())),
        ),
        ("IsDefaultPort", is(uri::Parts::has_default_port)),
        ("IsFile", is(uri::Parts::is_file)),
        ("IsLoopback", is(uri::Parts::is_loopback)),
        (
            "PathAndQuery",
            of(&|parts| Value::text(format!("{}{}", parts.path, parts.query))),
        ),
        (
            "Segments",
            of(&|parts| Value::strings(parts.path.split_inclusive('/'))),
        ),
        (
            "IsUnc",
            is(|parts| parts.is_file() && !parts.host.is_empty()),
        ),
        ("Host", string(|parts| &parts.host)),
        ("Port", of(&|parts| Value::Int32(parts.port))),
        ("Query", string(|parts| &parts.query)),
        ("Fragment", string(|parts| &parts.fragment)),
        ("Scheme", string(|parts| &parts.scheme)),
        ("OriginalString", Value::text(text)),
        ("DnsSafeHost", string(uri::Parts::bare_host)),
        ("IdnHost", string(uri::Parts::bare_host)),
        ("IsAbsoluteUri", Value::Bool(parts.is_some())),
        ("UserEscaped", Value::Bool(false)),
        ("UserInfo", string(|parts| &parts.user)),
    ]
}
