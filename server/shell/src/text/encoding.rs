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
    /// Windows' code page of western Europe, which `ansi` is in en-US; what does not fit becomes `?`.
    Windows1252,
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

/// What completion offers, in PowerShell's own order. `utf7` is refused, as it is obsolete.
pub const OFFERED: [&str; 11] = [
    "ansi",
    "ascii",
    "bigendianunicode",
    "bigendianutf32",
    "oem",
    "unicode",
    "utf7",
    "utf8",
    "utf8BOM",
    "utf8NoBOM",
    "utf32",
];

/// PowerShell's own names: those of `EncodingConversion`.
const OWN_NAMES: [(&str, TextEncoding); 13] = [
    ("utf8", TextEncoding::Utf8),
    ("utf8NoBOM", TextEncoding::Utf8),
    ("default", TextEncoding::Utf8),
    ("oem", TextEncoding::Utf8),
    ("utf8BOM", TextEncoding::Utf8Bom),
    ("ascii", TextEncoding::Ascii),
    ("ansi", TextEncoding::Windows1252),
    ("unicode", TextEncoding::Utf16),
    ("string", TextEncoding::Utf16),
    ("unknown", TextEncoding::Utf16),
    ("bigendianunicode", TextEncoding::Utf16BigEndian),
    ("utf32", TextEncoding::Utf32),
    ("bigendianutf32", TextEncoding::Utf32BigEndian),
];

/// .NET's names.
const NET_NAMES: [(&str, TextEncoding); 14] = [
    ("utf-8", TextEncoding::Utf8Bom),
    ("unicode-1-1-utf-8", TextEncoding::Utf8Bom),
    ("us-ascii", TextEncoding::Ascii),
    ("windows-1252", TextEncoding::Windows1252),
    ("latin1", TextEncoding::Latin1),
    ("iso-8859-1", TextEncoding::Latin1),
    ("utf-16", TextEncoding::Utf16),
    ("utf-16le", TextEncoding::Utf16),
    ("ucs-2", TextEncoding::Utf16),
    ("utf-16be", TextEncoding::Utf16BigEndian),
    ("unicodefffe", TextEncoding::Utf16BigEndian),
    ("utf-32", TextEncoding::Utf32),
    ("utf-32le", TextEncoding::Utf32),
    ("utf-32be", TextEncoding::Utf32BigEndian),
];

/// Code pages.
const PAGES: [(i32, TextEncoding); 8] = [
    (65001, TextEncoding::Utf8Bom),
    (20127, TextEncoding::Ascii),
    (1252, TextEncoding::Windows1252),
    (28591, TextEncoding::Latin1),
    (1200, TextEncoding::Utf16),
    (1201, TextEncoding::Utf16BigEndian),
    (12000, TextEncoding::Utf32),
    (12001, TextEncoding::Utf32BigEndian),
];

/// What stands at 0x80 to 0x9f in Windows' code page 1252; the rest is as in ISO 8859-1.
pub(super) const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

const OBSOLETE: &str = "Encoding 'UTF-7' is obsolete, please use UTF-8.";
const ASK_FOR_MORE: &str = "For information on defining a custom encoding, see the documentation for the Encoding.RegisterProvider method.";

impl TextEncoding {
    /// The encoding that a name stands for, in any case.
    ///
    /// # Errors
    /// Why there is none, in words.
    pub fn named(name: &str) -> Result<Self, String> {
        let mut known = OWN_NAMES.iter().chain(&NET_NAMES);
        if let Some((_, encoding)) = known.find(|(known, _)| known.eq_ignore_ascii_case(name)) {
            return Ok(*encoding);
        }
        if ["utf7", "utf-7"]
            .iter()
            .any(|old| old.eq_ignore_ascii_case(name))
        {
            return Err(OBSOLETE.to_owned());
        }
        Err(format!(
            "'{name}' is not a supported encoding name. {ASK_FOR_MORE} (Parameter 'name')"
        ))
    }

    /// The encoding that a code page stands for.
    ///
    /// # Errors
    /// Why there is none, in words.
    pub fn of_page(page: i32) -> Result<Self, String> {
        if let Some((_, encoding)) = PAGES.iter().find(|(known, _)| *known == page) {
            return Ok(*encoding);
        }
        Err(match page {
            0 => return Ok(Self::Utf8),
            65000 => OBSOLETE.to_owned(),
            1..=65535 => format!("No data is available for encoding {page}. {ASK_FOR_MORE}"),
            _ => {
                "Valid values are between 0 and 65535, inclusive. (Parameter 'codepage')".to_owned()
            }
        })
    }

    /// The encoding that a bound parameter of type `System.Text.Encoding` holds; the usual one where none is given.
    #[must_use]
    pub fn of_parameter(value: Option<&Value>) -> Self {
        match value {
            Some(Value::String(name)) => Self::named(name).unwrap_or_default(),
            Some(Value::Int32(page)) => Self::of_page(*page).unwrap_or_default(),
            _ => Self::default(),
        }
    }

    /// The mark with which a file of this encoding begins.
    #[must_use]
    pub fn mark(self) -> &'static [u8] {
        match self {
            Self::Utf8 | Self::Ascii | Self::Windows1252 | Self::Latin1 => &[],
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
            Self::Windows1252 => units()
                .map(|unit| page_byte(unit).unwrap_or(b'?'))
                .collect(),
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

/// The byte of a UTF-16 unit in Windows' code page 1252.
fn page_byte(unit: u16) -> Option<u8> {
    let moved = WINDOWS_1252
        .iter()
        .zip(0x80_u8..)
        .find(|(c, _)| u32::from(**c) == u32::from(unit));
    match moved {
        Some((_, byte)) => Some(byte),
        None => u8::try_from(unit)
            .ok()
            .filter(|byte| !(0x80..=0x9f).contains(byte)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn every_encoding_reads_what_it_wrote() {
        for name in OFFERED.into_iter().filter(|name| *name != "utf7") {
            let encoding = TextEncoding::named(name).unwrap();
            let text = match encoding {
                TextEncoding::Ascii => "a b",
                TextEncoding::Windows1252 => "aü€\u{81}",
                _ => "aü😀",
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
        assert_eq!(TextEncoding::Windows1252.encode("ü€😀"), b"\xfc\x80??");
    }

    #[test]
    fn what_is_no_encoding_is_refused() {
        for name in ["utf7", "klingon", "", "65001"] {
            assert!(TextEncoding::named(name).is_err(), "{name}");
        }
        for page in [-1, 1, 65000, 65536] {
            assert!(TextEncoding::of_page(page).is_err(), "{page}");
        }
        assert_eq!(TextEncoding::of_page(65001), Ok(TextEncoding::Utf8Bom));
    }
}
