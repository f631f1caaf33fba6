//! PowerShell's encoding of script blocks for native programs: base64 of UTF-16, little end first.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The text of an encoded command or of encoded arguments.
///
/// # Errors
/// What is wrong, in words.
pub(crate) fn text(encoded: &str) -> Result<String, String> {
    let bytes = STANDARD
        .decode(encoded.trim())
        .map_err(|error| format!("an encoded command is not base64: {error}"))?;
    let (pairs, odd) = bytes.as_chunks::<2>();
    if !odd.is_empty() {
        return Err("an encoded command has half a UTF-16 unit".to_owned());
    }
    char::decode_utf16(pairs.iter().map(|pair| u16::from_le_bytes(*pair)))
        .collect::<Result<String, _>>()
        .map_err(|error| format!("an encoded command is not UTF-16: {error}"))
}

/// As PowerShell encodes it.
#[cfg(test)]
pub(crate) fn encode(text: &str) -> String {
    STANDARD.encode(
        text.encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect::<Vec<u8>>(),
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn what_powershell_encodes_is_read() {
        assert_eq!(
            text("IABHAGUAdAAtAEMAcwBQAG8AbwBsACAA").unwrap(),
            " Get-CsPool "
        );
        assert_eq!(text(&encode("a😀ü")).unwrap(), "a😀ü");
    }

    #[test]
    fn what_is_no_text_is_refused() {
        for wrong in ["?", "QQ==", "ANg="] {
            assert!(text(wrong).is_err(), "{wrong}");
        }
    }
}
