//! CLIXML: what is read can be written, and is read back the same.

use proptest::prelude::*;
use tandem_shell::serialise::clixml_read::{Item, read_clixml};
use tandem_shell::serialise::clixml_write::{ClixmlOptions, ClixmlWriter};

use crate::campaign::{self, Verdict};
use crate::seeds;

const TOKENS: &[&str] = &[
    "<",
    ">",
    "</",
    "/>",
    "&amp;",
    "&#x0;",
    "&#65;",
    "&x;",
    "_x0041_",
    "_xD800_",
    "<![CDATA[",
    "]]>",
    "<!--",
    "-->",
    "<!DOCTYPE a>",
    "<?xml?>",
    "<Obj RefId=\"0\">",
    "</Obj>",
    "<Ref RefId=\"0\" />",
    "<TNRef RefId=\"0\" />",
    "<TN RefId=\"0\"><T>System.Enum</T></TN>",
    "<LST>",
    "</LST>",
    "<IE>",
    "<DCT>",
    "<En>",
    "<MS>",
    "</MS>",
    "<Props>",
    "<Nil />",
    "<S>",
    "</S>",
    " N=\"Key\"",
    " S=\"Error\"",
    "<I32>",
    "<Db>NaN</Db>",
    "<Db>1E+300</Db>",
    "<D>79228162514264337593543950335</D>",
    "<TS>P10675199DT2H48M5.4775807S</TS>",
    "<TS>-P1D</TS>",
    "<DT>0001-01-01T00:00:00</DT>",
    "<DT>9999-12-31T23:59:59.9999999+14:00</DT>",
    "<BA>AAEC</BA>",
    "<C>65</C>",
    "<G>",
    "<Version>1.2</Version>",
    "<SS>4100</SS>",
    "<URI>x</URI>",
    "<ToString>x</ToString>",
    "System.Object[]",
    "Deserialized.",
];

/// Levels that the writer writes whatever else it is told.
const ALL_LEVELS: usize = 50;

fn written(items: &[Item]) -> Option<String> {
    let mut writer = ClixmlWriter::new(ClixmlOptions {
        depth: ALL_LEVELS,
        indent: false,
    });
    for item in items {
        // A character that XML cannot carry is refused: it came as a reference.
        writer.push(&item.value, item.stream.as_deref()).ok()?;
    }
    Some(writer.finish())
}

fn check(text: &str) -> Verdict {
    let Ok(items) = read_clixml(text) else {
        return Ok(());
    };
    let Some(document) = written(&items) else {
        return Ok(());
    };
    let again = read_clixml(&document)
        .map_err(|error| TestCaseError::fail(format!("{error}\n{document}")))?;
    prop_assert_eq!(written(&again), Some(document));
    Ok(())
}

#[test]
fn what_is_read_is_written_and_read_back_the_same() {
    campaign::run("clixml", seeds::clixml(), TOKENS, check);
}
