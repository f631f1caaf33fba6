//! Topologies in their three forms: whatever is read can be written in both that are written, and is read back the same.

use proptest::prelude::*;
use tandem_domain::topology::{
    Document, ReadError, Severity, Topology, validate, write_toml, write_xml,
};

use crate::campaign::{self, Verdict};
use crate::seeds;

const TOKENS: &[&str] = &[
    "<",
    ">",
    "</",
    "/>",
    "&amp;",
    "&#x0;",
    "&#10;",
    "&x;",
    "<![CDATA[",
    "]]>",
    "<!--",
    "-->",
    "<!DOCTYPE a [<!ENTITY b \"c\">]>",
    "\"",
    "=",
    " xmlns=\"urn:x\"",
    "true",
    "false",
    "0",
    "65536",
    "-1",
    "Default",
    "Fqdn=\"a.b\"",
    " ",
    "\n",
    "[",
    "]",
    "[[",
    "]]",
    "{",
    "}",
    "[[pools]]",
    "[[sites]]",
    "fqdn = \"a.b\"",
    "kind = \"",
    "\"\"\"",
    "'''",
    "1979-05-27",
    ".",
    "\\u0000",
    "é",
    "\u{85}",
    "\\r",
    "\\n",
    "\\t",
    "\\u0001",
];

fn read(text: &str) -> Result<Topology, ReadError> {
    Document::read(text).map(|document| document.topology)
}

fn check(text: &str) -> Verdict {
    let Ok(topology) = read(text) else {
        return Ok(());
    };
    let is_sound = validate(&topology)
        .iter()
        .all(|finding| finding.severity != Severity::Refuse);
    // XML names things by numbers, so what names a thing that is not there can only be written in TOML.
    let xml = is_sound.then(|| write_xml(&topology));
    for written in xml.into_iter().chain([write_toml(&topology)]) {
        let again =
            read(&written).map_err(|error| TestCaseError::fail(format!("{error}\n{written}")))?;
        prop_assert_eq!(&again, &topology, "{}", written);
    }
    Ok(())
}

#[test]
fn what_is_read_is_written_and_read_back_the_same() {
    campaign::run("topology", seeds::topologies(), TOKENS, check);
}
