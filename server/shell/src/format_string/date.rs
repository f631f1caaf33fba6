//! The formats of dates and spans.

use std::fmt::Write as _;

use crate::format_string::FormatError;
use crate::text::{
    DAY_NAMES, DateParts, MONTH_NAMES, TICKS_PER_DAY, TICKS_PER_SECOND, date_parts,
    date_time_general, date_time_long, date_time_round_trip, time_span_constant,
};
use crate::value::{DateTime, DateTimeKind};

/// A date under a standard (`s`) or custom (`yyyy-MM-dd`) format in en-US.
///
/// # Errors
/// When there is no such standard format.
pub fn format_date(date: DateTime, specifier: &str) -> Result<String, FormatError> {
    let custom = |pattern: &str| custom_date(date, pattern);
    if specifier.chars().count() > 1 {
        let letters = |letter: char| specifier.split(|c| c != letter).map(str::len).max();
        // .NET counts at most seven digits of a second.
        if letters('f').max(letters('F')) > Some(7) {
            return Err(FormatError::InvalidTime);
        }
        return Ok(custom(specifier));
    }
    Ok(match specifier {
        "d" => custom("M/d/yyyy"),
        "D" => custom("dddd, MMMM d, yyyy"),
        "t" => custom("h:mm\u{202f}tt"),
        "T" => custom("h:mm:ss\u{202f}tt"),
        "f" => custom("dddd, MMMM d, yyyy h:mm\u{202f}tt"),
        "F" => date_time_long(date),
        "g" => custom("M/d/yyyy h:mm\u{202f}tt"),
        "G" | "" => date_time_general(date),
        "m" | "M" => custom("MMMM d"),
        "y" | "Y" => custom("MMMM yyyy"),
        "s" => custom("yyyy-MM-ddTHH:mm:ss"),
        "u" => custom("yyyy-MM-dd HH:mm:ssZ"),
        "U" => date_time_long(date),
        "o" | "O" => date_time_round_trip(date),
        "r" | "R" => custom("ddd, dd MMM yyyy HH:mm:ss G\\MT"),
        _ => return Err(FormatError::InvalidTime),
    })
}

fn custom_date(date: DateTime, pattern: &str) -> String {
    let parts = date_parts(date);
    let mut out = String::new();
    let characters: Vec<char> = pattern.chars().collect();
    let mut at = 0;
    while let Some(&c) = characters.get(at) {
        match c {
            '\'' | '"' => {
                let quoted = characters[at + 1..].iter().take_while(|q| **q != c);
                let text: String = quoted.collect();
                at += text.chars().count() + 2;
                out.push_str(&text);
                continue;
            }
            '\\' => {
                out.extend(characters.get(at + 1));
                at += 2;
                continue;
            }
            '%' => {
                at += 1;
                continue;
            }
            _ => {}
        }
        let run = characters[at..]
            .iter()
            .take_while(|same| **same == c)
            .count();
        push_date_part(&mut out, &parts, date.kind, c, run);
        at += run;
    }
    out
}

fn push_date_part(out: &mut String, p: &DateParts, kind: DateTimeKind, letter: char, run: usize) {
    let number = |out: &mut String, n: i64| {
        let _ = write!(out, "{n:0width$}", width = run.min(2));
    };
    let day_name = DAY_NAMES[p.weekday as usize];
    let month_name = MONTH_NAMES[p.month as usize - 1];
    match (letter, run) {
        ('d', 1 | 2) => number(out, i64::from(p.day)),
        ('d', 3) => out.push_str(&day_name[..3]),
        ('d', _) => out.push_str(day_name),
        ('M', 1 | 2) => number(out, i64::from(p.month)),
        ('M', 3) => out.push_str(&month_name[..3]),
        ('M', _) => out.push_str(month_name),
        ('y', 1 | 2) => number(out, i64::from(p.year % 100)),
        ('y', _) => {
            let digits = p.year.to_string();
            out.extend(std::iter::repeat_n('0', run.saturating_sub(digits.len())));
            out.push_str(&digits);
        }
        ('H', _) => number(out, p.hour),
        ('h', _) => number(out, (p.hour + 11) % 12 + 1),
        ('m', _) => number(out, p.minute),
        ('s', _) => number(out, p.second),
        ('f', _) => out.push_str(&format!("{:07}", p.fraction)[..run.min(7)]),
        ('F', _) => {
            let digits = format!("{:07}", p.fraction);
            let digits = digits[..run.min(7)].trim_end_matches('0');
            // Without digits the point before them goes as well.
            if digits.is_empty() && out.ends_with('.') {
                out.pop();
            }
            out.push_str(digits);
        }
        ('t', _) => {
            let half = if p.hour < 12 { "AM" } else { "PM" };
            out.push_str(&half[..run.min(2)]);
        }
        ('g', _) => out.push_str("AD"),
        ('K', _) => out.push_str(match kind {
            DateTimeKind::Utc => "Z",
            DateTimeKind::Local => "+00:00",
            DateTimeKind::Unspecified => "",
        }),
        ('z', 1) => out.push_str("+0"),
        ('z', 2) => out.push_str("+00"),
        ('z', _) => out.push_str("+00:00"),
        (literal, _) => out.extend(std::iter::repeat_n(literal, run)),
    }
}

pub(super) fn format_span(ticks: i64, specifier: &str) -> Result<String, FormatError> {
    let positive = ticks.unsigned_abs() as i64;
    let (days, rest) = (positive / TICKS_PER_DAY, positive % TICKS_PER_DAY);
    let second = TICKS_PER_SECOND;
    let (hours, minutes) = (rest / (3600 * second), rest / (60 * second) % 60);
    let (seconds, fraction) = (rest / second % 60, rest % second);
    let sign = if ticks < 0 { "-" } else { "" };
    match specifier {
        "c" | "t" | "T" => return Ok(time_span_constant(ticks)),
        "g" => {
            let mut out = String::from(sign);
            if days > 0 {
                let _ = write!(out, "{days}:");
            }
            let _ = write!(out, "{hours}:{minutes:02}:{seconds:02}");
            crate::text::push_fraction(&mut out, fraction);
            return Ok(out);
        }
        "G" => {
            return Ok(format!(
                "{sign}{days}:{hours:02}:{minutes:02}:{seconds:02}.{fraction:07}"
            ));
        }
        _ => {}
    }
    let mut out = String::new();
    let characters: Vec<char> = specifier.chars().collect();
    let mut at = 0;
    while let Some(&c) = characters.get(at) {
        if c == '\\' {
            out.extend(characters.get(at + 1));
            at += 2;
            continue;
        }
        if c == '\'' || c == '"' {
            let text: String = characters[at + 1..]
                .iter()
                .take_while(|q| **q != c)
                .collect();
            at += text.chars().count() + 2;
            out.push_str(&text);
            continue;
        }
        let run = characters[at..]
            .iter()
            .take_while(|same| **same == c)
            .count();
        let part = match c {
            'd' => days,
            'h' => hours,
            'm' => minutes,
            's' => seconds,
            'f' => {
                out.push_str(&format!("{fraction:07}")[..run.min(7)]);
                at += run;
                continue;
            }
            '%' => {
                at += 1;
                continue;
            }
            _ => return Err(FormatError::InvalidTime),
        };
        let _ = write!(out, "{part:0run$}");
        at += run;
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_follow_their_patterns() {
        let date = DateTime {
            ticks: 639_029_198_450_000_000,
            kind: DateTimeKind::Utc,
        };
        for (specifier, expected) in [
            ("yyyy-MM-dd", "2026-01-02"),
            ("s", "2026-01-02T03:04:05"),
            ("d", "1/2/2026"),
            ("r", "Fri, 02 Jan 2026 03:04:05 GMT"),
            ("dddd 'at' h:mm tt", "Friday at 3:04 AM"),
        ] {
            assert_eq!(
                format_date(date, specifier).as_deref(),
                Ok(expected),
                "{specifier}"
            );
        }
    }
}
