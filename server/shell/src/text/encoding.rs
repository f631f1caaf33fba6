//! Text encodings of files, by the names that `-Encoding` takes (`System.Text.Encoding`).

use super::decoder::Decoder;
use crate::value::Value;

/// How text becomes bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TextEncoding {
    /// UTF-8 without a mark: what PowerShell 7 writes unless told otherwise.
    #[default]
    Utf8,
    /// UTF-8 with a mark.
    Utf8Bom,
    /// Seven bits; what does not fit becomes `?`.
    Ascii,
    /// ISO 8859-1; what does not fit becomes `?`.
    Latin1,
    /// UTF-16, little end first, with a mark.
    Utf16,
    /// UTF-16, big end first, with a mark.
    Utf16BigEndian,
    /// UTF-32, little end first, with a mark.
    Utf32,
    /// UTF-32, big end first, with a mark.
    Utf32BigEndian,
}

/// What completion offers, as PowerShell spells it. `ansi`, `oem` and `utf7` are left out: they are refused.
pub const OFFERED: [&str; 8] = [
    "ascii",
    "bigendianunicode",
    "bigendianutf32",
    "unicode",
    "utf8",
    "utf8BOM",
    "utf8NoBOM",
    "utf32",
];

/// PowerShell's names, .NET's names and code pages.
const NAMES: [(&str, TextEncoding); 28] = [
    ("utf8", TextEncoding::Utf8),
    ("utf8NoBOM", TextEncoding::Utf8),
    ("default", TextEncoding::Utf8),
    ("utf8BOM", TextEncoding::Utf8Bom),
    ("utf-8", TextEncoding::Utf8Bom),
    ("65001", TextEncoding::Utf8Bom),
    ("ascii", TextEncoding::Ascii),
    ("us-ascii", TextEncoding::Ascii),
    ("20127", TextEncoding::Ascii),
    ("latin1", TextEncoding::Latin1),
    ("iso-8859-1", TextEncoding::Latin1),
    ("28591", TextEncoding::Latin1),
    ("unicode", TextEncoding::Utf16),
    ("string", TextEncoding::Utf16),
    ("unknown", TextEncoding::Utf16),
    ("utf-16", TextEncoding::Utf16),
    ("utf-16le", TextEncoding::Utf16),
    ("1200", TextEncoding::Utf16),
    ("bigendianunicode", TextEncoding::Utf16BigEndian),
    ("utf-16be", TextEncoding::Utf16BigEndian),
    ("1201", TextEncoding::Utf16BigEndian),
    ("utf32", TextEncoding::Utf32),
    ("utf-32", TextEncoding::Utf32),
    ("utf-32le", TextEncoding::Utf32),
    ("12000", TextEncoding::Utf32),
    ("bigendianutf32", TextEncoding::Utf32BigEndian),
    ("utf-32be", TextEncoding::Utf32BigEndian),
    ("12001", TextEncoding::Utf32BigEndian),
];

impl TextEncoding {
    /// The encoding that a name or code page stands for, in any case.
    ///
    /// # Errors
    /// Why there is none, in words.
    pub fn named(name: &str) -> Result<Self, String> {
        let found = NAMES
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        if let Some((_, encoding)) = found {
            return Ok(*encoding);
        }
        let of_machine = ["ansi", "oem"];
        if of_machine.iter().any(|own| own.eq_ignore_ascii_case(name)) {
            return Err(format!(
                "'{name}' is the code page of a machine, and the file's machine is not this one. Use one of {}.",
                OFFERED.join(", ")
            ));
        }
        if ["utf7", "utf-7", "65000"]
            .iter()
            .any(|old| old.eq_ignore_ascii_case(name))
        {
            return Err("Encoding 'UTF-7' is obsolete, please use UTF-8.".to_owned());
        }
        Err(format!(
            "'{name}' is not a supported encoding name. Use one of {}.",
            OFFERED.join(", ")
        ))
    }

    /// The encoding that a bound parameter of type `System.Text.Encoding` holds; the usual one where none is given.
    #[must_use]
    pub fn of_parameter(value: Option<&Value>) -> Self {
        match value {
            Some(Value::String(name)) => Self::named(name).unwrap_or_default(),
            _ => Self::default(),
        }
    }

    /// The mark with which a file of this encoding begins.
    #[must_use]
    pub fn mark(self) -> &'static [u8] {
        match self {
            Self::Utf8 | Self::Ascii | Self::Latin1 => &[],
            Self::Utf8Bom => &[0xef, 0xbb, 0xbf],
            Self::Utf16 => &[0xff, 0xfe],
            Self::Utf16BigEndian => &[0xfe, 0xff],
            Self::Utf32 => &[0xff, 0xfe, 0, 0],
            Self::Utf32BigEndian => &[0, 0, 0xfe, 0xff],
        }
    }

    /// The encoding whose mark the bytes begin with.
    #[must_use]
    pub fn marked(bytes: &[u8]) -> Option<Self> {
        // The mark of UTF-32 begins with that of UTF-16.
        let marked = [
            Self::Utf32,
            Self::Utf32BigEndian,
            Self::Utf8Bom,
            Self::Utf16,
            Self::Utf16BigEndian,
        ];
        marked
            .into_iter()
            .find(|encoding| bytes.starts_with(encoding.mark()))
    }

    /// The text as bytes, without a mark.
    #[must_use]
    pub fn encode(self, text: &str) -> Vec<u8> {
        let units = || text.encode_utf16();
        // .NET replaces each half of a surrogate pair.
        let narrow = |most: u16| {
            units()
                .map(|unit| u8::try_from(unit).ok().filter(|_| unit <= most))
                .map(|byte| byte.unwrap_or(b'?'))
                .collect()
        };
        match self {
            Self::Utf8 | Self::Utf8Bom => text.as_bytes().to_vec(),
            Self::Ascii => narrow(0x7f),
            Self::Latin1 => narrow(0xff),
            Self::Utf16 => units().flat_map(u16::to_le_bytes).collect(),
            Self::Utf16BigEndian => units().flat_map(u16::to_be_bytes).collect(),
            Self::Utf32 => text
                .chars()
                .flat_map(|c| u32::from(c).to_le_bytes())
                .collect(),
            Self::Utf32BigEndian => text
                .chars()
                .flat_map(|c| u32::from(c).to_be_bytes())
                .collect(),
        }
    }

    /// The bytes as text: by their mark when they have one, else in this encoding. What is no character becomes U+FFFD.
    #[must_use]
    pub fn decode(self, bytes: &[u8]) -> String {
        let mut text = String::with_capacity(bytes.len());
        let mut decoder = Decoder::new(self);
        decoder.decode(bytes, &mut text);
        decoder.finish(&mut text);
        text
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn every_encoding_reads_what_it_wrote() {
        for name in OFFERED {
            let encoding = TextEncoding::named(name).unwrap();
            let text = if encoding == TextEncoding::Ascii {
                "a b"
            } else {
                "aü😀"
            };
            let mut file = encoding.mark().to_vec();
            file.extend(encoding.encode(text));
            assert_eq!(encoding.decode(&file), text, "{name}");
            if !encoding.mark().is_empty() {
                assert_eq!(TextEncoding::Utf8.decode(&file), text, "{name} by its mark");
            }
        }
    }

    #[test]
    fn what_does_not_fit_becomes_question_marks() {
        assert_eq!(TextEncoding::Ascii.encode("aü😀"), b"a???");
        assert_eq!(TextEncoding::Latin1.encode("ü€"), b"\xfc?");
    }

    #[test]
    fn code_pages_of_a_machine_are_refused() {
        for name in ["ansi", "OEM", "utf7", "klingon", ""] {
            assert!(TextEncoding::named(name).is_err(), "{name}");
        }
    }
}
