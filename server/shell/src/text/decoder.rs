//! Bytes as text, piece by piece: what `System.IO.StreamReader` makes of a file.

use super::encoding::{TextEncoding, WINDOWS_1252};

/// The longest byte order mark.
const MARK: usize = 4;

/// Makes text of bytes that come in pieces, which may be cut anywhere. What is no character becomes U+FFFD.
#[derive(Clone, Debug)]
pub struct Decoder {
    encoding: TextEncoding,
    marked: Option<TextEncoding>,
    /// Whether the beginning, where a mark may stand, is past.
    begun: bool,
    /// What is not whole yet.
    pending: Vec<u8>,
}

impl Decoder {
    /// For bytes in `encoding`, unless a mark at their beginning says another one.
    #[must_use]
    pub fn new(encoding: TextEncoding) -> Self {
        Self {
            encoding,
            marked: None,
            begun: false,
            pending: Vec::new(),
        }
    }

    /// The encoding that the mark said.
    #[must_use]
    pub fn marked(&self) -> Option<TextEncoding> {
        self.marked
    }

    /// Takes the next bytes; appends what is whole of them.
    pub fn decode(&mut self, bytes: &[u8], out: &mut String) {
        self.push(bytes, false, out);
    }

    /// Nothing follows: appends what is left.
    pub fn finish(&mut self, out: &mut String) {
        self.push(&[], true, out);
    }

    fn push(&mut self, bytes: &[u8], is_end: bool, out: &mut String) {
        let mut joined = std::mem::take(&mut self.pending);
        let mut bytes = bytes;
        if !joined.is_empty() {
            joined.extend_from_slice(bytes);
            bytes = &joined;
        }
        if !self.begun {
            if bytes.len() < MARK && !is_end {
                self.pending = bytes.to_vec();
                return;
            }
            self.begun = true;
            self.marked = TextEncoding::marked(bytes);
            self.encoding = self.marked.unwrap_or(self.encoding);
            let mark = self.encoding.mark();
            bytes = bytes.strip_prefix(mark).unwrap_or(bytes);
        }
        let left = whole(self.encoding, bytes, out);
        if is_end {
            if !left.is_empty() {
                out.push(char::REPLACEMENT_CHARACTER);
            }
        } else {
            self.pending = left.to_vec();
        }
    }
}

/// Appends the whole characters; what may become one with what follows is left.
fn whole<'a>(encoding: TextEncoding, bytes: &'a [u8], out: &mut String) -> &'a [u8] {
    match encoding {
        TextEncoding::Utf8 | TextEncoding::Utf8Bom => utf8(bytes, out),
        TextEncoding::Ascii => {
            out.extend(bytes.iter().map(|byte| match byte {
                0..=0x7f => char::from(*byte),
                _ => char::REPLACEMENT_CHARACTER,
            }));
            &[]
        }
        TextEncoding::Windows1252 => {
            out.extend(bytes.iter().map(|byte| match byte {
                0x80..=0x9f => WINDOWS_1252[usize::from(byte - 0x80)],
                _ => char::from(*byte),
            }));
            &[]
        }
        TextEncoding::Latin1 => {
            out.extend(bytes.iter().map(|byte| char::from(*byte)));
            &[]
        }
        TextEncoding::Utf16 => utf16(bytes, u16::from_le_bytes, out),
        TextEncoding::Utf16BigEndian => utf16(bytes, u16::from_be_bytes, out),
        TextEncoding::Utf32 => utf32(bytes, u32::from_le_bytes, out),
        TextEncoding::Utf32BigEndian => utf32(bytes, u32::from_be_bytes, out),
    }
}

fn utf8<'a>(mut bytes: &'a [u8], out: &mut String) -> &'a [u8] {
    loop {
        let error = match std::str::from_utf8(bytes) {
            Ok(text) => {
                out.push_str(text);
                return &[];
            }
            Err(error) => error,
        };
        let (valid, rest) = bytes.split_at(error.valid_up_to());
        out.push_str(std::str::from_utf8(valid).unwrap_or_default());
        let Some(wrong) = error.error_len() else {
            return rest;
        };
        out.push(char::REPLACEMENT_CHARACTER);
        bytes = &rest[wrong..];
    }
}

fn utf16<'a>(bytes: &'a [u8], unit: fn([u8; 2]) -> u16, out: &mut String) -> &'a [u8] {
    let (pairs, _) = bytes.as_chunks();
    let is_half = |pair: &[u8; 2]| (0xd800..0xdc00).contains(&unit(*pair));
    let cut = usize::from(pairs.last().is_some_and(is_half));
    let pairs = &pairs[..pairs.len() - cut];
    let decoded = char::decode_utf16(pairs.iter().map(|pair| unit(*pair)));
    out.extend(decoded.map(|found| found.unwrap_or(char::REPLACEMENT_CHARACTER)));
    &bytes[pairs.len() * 2..]
}

fn utf32<'a>(bytes: &'a [u8], unit: fn([u8; 4]) -> u32, out: &mut String) -> &'a [u8] {
    let (fours, left) = bytes.as_chunks();
    out.extend(
        fours
            .iter()
            .map(|four| char::from_u32(unit(*four)).unwrap_or(char::REPLACEMENT_CHARACTER)),
    );
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_pieces(encoding: TextEncoding, bytes: &[u8], length: usize) -> String {
        let mut decoder = Decoder::new(encoding);
        let mut out = String::new();
        for piece in bytes.chunks(length) {
            decoder.decode(piece, &mut out);
        }
        decoder.finish(&mut out);
        out
    }

    #[test]
    fn a_file_may_be_cut_anywhere() {
        let text = "aü€😀\r\nb";
        for encoding in [
            TextEncoding::Utf8,
            TextEncoding::Utf8Bom,
            TextEncoding::Utf16,
            TextEncoding::Utf16BigEndian,
            TextEncoding::Utf32,
            TextEncoding::Utf32BigEndian,
        ] {
            let mut file = encoding.mark().to_vec();
            file.extend(encoding.encode(text));
            for length in 1..=file.len() {
                assert_eq!(in_pieces(encoding, &file, length), text, "{encoding:?}");
                if !encoding.mark().is_empty() {
                    assert_eq!(in_pieces(TextEncoding::Latin1, &file, length), text);
                }
            }
        }
        assert_eq!(in_pieces(TextEncoding::Latin1, b"\xfc", 1), "ü");
    }

    #[test]
    fn what_is_no_character_is_replaced() {
        for (encoding, bytes, text) in [
            (
                TextEncoding::Utf8,
                &b"a\xff\xc3(\xe2\x82"[..],
                "a\u{fffd}\u{fffd}(\u{fffd}",
            ),
            (TextEncoding::Ascii, b"a\xfc", "a\u{fffd}"),
            (
                TextEncoding::Utf16,
                b"a\0\x3d\xd8b\0\x3d\xd8",
                "a\u{fffd}b\u{fffd}",
            ),
            (TextEncoding::Utf16, b"a\0b", "a\u{fffd}"),
            (
                TextEncoding::Utf32,
                b"a\0\0\0\xff\xff\xff\xffb",
                "a\u{fffd}\u{fffd}",
            ),
            (TextEncoding::Utf8, b"", ""),
        ] {
            for length in 1..=bytes.len().max(1) {
                assert_eq!(in_pieces(encoding, bytes, length), text, "{encoding:?}");
            }
        }
    }
}
