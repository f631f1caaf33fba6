//! How large what an operator makes may be: .NET's own bounds, and a session's, which are reached first.

use crate::convert::ConversionError;
use crate::error_record::ErrorRecord;
use crate::evaluate::{MAX_GROWTH, failure};

/// Most elements of an array (`Array.MaxLength`).
const MAX_ARRAY: i64 = 0x7FFF_FFC7;
/// Most UTF-16 units of a text.
const MAX_TEXT: i64 = 0x3FFF_FFDF;

type Sized = Result<(), Box<ErrorRecord>>;

fn overflow(message: &str) -> Box<ErrorRecord> {
    Box::new(failure::thrown("System.OverflowException", message))
}

fn out_of_memory(message: &str) -> Box<ErrorRecord> {
    Box::new(failure::thrown("System.OutOfMemoryException", message))
}

/// An array of so many elements.
fn array(length: i64) -> Sized {
    if length > MAX_ARRAY {
        return Err(out_of_memory("Array dimensions exceeded supported range."));
    }
    match length > MAX_GROWTH as i64 {
        true => Err(Box::new(failure::too_large())),
        false => Ok(()),
    }
}

/// `first..last` (`IntOps.Range`), which counts in 32 bits.
///
/// # Errors
/// When the list would be too long.
pub(super) fn of_range(first: i32, last: i32) -> Sized {
    const OVERFLOW: &str = "Arithmetic operation resulted in an overflow.";
    let difference = last.checked_sub(first).ok_or_else(|| overflow(OVERFLOW))?;
    let distance = difference.checked_abs().ok_or_else(|| {
        overflow("Negating the minimum value of a twos complement number is invalid.")
    })?;
    match distance.checked_add(1) {
        Some(length) => array(length.into()),
        None => Err(overflow(OVERFLOW)),
    }
}

/// A list of so many elements, so many times (`ArrayOps.Multiply`).
///
/// # Errors
/// When the list would be too long.
pub(super) fn of_array(length: usize, times: usize) -> Sized {
    let wanted = (length as i64).saturating_mul(times as i64);
    if wanted > i64::from(i32::MAX) {
        let target = crate::command::ParameterType::Plain("System.Int32".into());
        let refused = ConversionError::no_way(&crate::value::Value::Int64(wanted), &target);
        return Err(Box::new(failure::conversion(refused)));
    }
    array(wanted)
}

/// A text, so many times (`StringOps.Multiply`), which counts in 32 bits.
///
/// # Errors
/// When the text would be too long.
pub(super) fn of_text(text: &str, times: usize) -> Sized {
    let units = text.encode_utf16().count();
    let wanted = (units as i64).saturating_mul(times as i64) as i32;
    if wanted < 0 {
        return Err(Box::new(failure::thrown(
            "System.ArgumentOutOfRangeException",
            "Specified argument was out of the range of valid values. (Parameter 'length')",
        )));
    }
    if i64::from(wanted) > MAX_TEXT {
        return Err(out_of_memory(
            "Exception of type 'System.OutOfMemoryException' was thrown.",
        ));
    }
    match text.len().saturating_mul(times) > MAX_GROWTH {
        true => Err(Box::new(failure::too_large())),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(sized: Sized) -> String {
        sized.map_or_else(|record| record.message, |()| String::new())
    }

    #[test]
    fn what_no_machine_holds_is_refused_as_dotnet_does() {
        for (first, last, expected) in [
            (1, 5, ""),
            (0, i32::MAX, "Arithmetic operation resulted in an overflow."),
            (
                -1,
                i32::MAX,
                "Arithmetic operation resulted in an overflow.",
            ),
            (1, i32::MAX, "Array dimensions exceeded supported range."),
            (
                1,
                100_000_000,
                "The result is larger than a session may hold.",
            ),
        ] {
            assert_eq!(refusal(of_range(first, last)), expected, "{first}..{last}");
        }
        let times = i32::MAX as usize;
        for (length, expected) in [
            (1, "Array dimensions exceeded supported range."),
            (
                3,
                "Cannot convert the \"6442450941\" value of type \"System.Int64\" to type \"System.Int32\".",
            ),
        ] {
            assert_eq!(refusal(of_array(length, times)), expected, "{length}");
        }
        assert!(refusal(of_text("a", times)).contains("OutOfMemoryException"));
        assert!(refusal(of_text("10", times)).contains("'length'"));
        assert_eq!(refusal(of_text("ab", 3)), "");
    }
}
