//! `[semver]` (`SemanticVersion` of `PSVersionInfo.cs`).

use std::cmp::Ordering;

use crate::value::{NamedScalar, Value};

/// The full name of the type.
pub(crate) const TYPE: &str = "System.Management.Automation.SemanticVersion";

/// `major.minor.patch-preReleaseLabel+buildLabel`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SemanticVersion {
    /// Major, minor and patch.
    pub(crate) numbers: [i32; 3],
    /// What stands behind the dash.
    pub(crate) pre_release: Option<String>,
    /// What stands behind the plus sign.
    pub(crate) build: Option<String>,
}

impl SemanticVersion {
    /// Reads a version; minor and patch may be missing.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text.ends_with(['-', '+', '.']) {
            return None;
        }
        let (rest, build) = split(text, '+');
        // A dash behind the plus sign is part of the build label.
        let (bare, pre_release) = split(rest, '-');
        let parts: Vec<&str> = bare.split('.').collect();
        if parts.len() > 3 {
            return None;
        }
        let mut numbers = [0; 3];
        for (number, part) in numbers.iter_mut().zip(parts) {
            *number = digits(part).then(|| part.parse().ok()).flatten()?;
        }
        let labels = pre_release.is_none_or(is_pre_release) && build.is_none_or(is_build);
        labels.then(|| Self {
            numbers,
            pre_release: pre_release.map(str::to_owned),
            build: build.map(str::to_owned),
        })
    }

    /// The version that a value is, if it is one.
    pub(crate) fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Named(scalar) if &*scalar.type_name == TYPE => Self::parse(&scalar.text),
            _ => None,
        }
    }

    /// As a value.
    pub(crate) fn value(&self) -> Value {
        Value::Named(std::sync::Arc::new(NamedScalar {
            options: 0,
            type_name: TYPE.into(),
            text: self.to_string().into(),
        }))
    }

    /// Which of two goes before the other; the build does not count.
    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        self.numbers.cmp(&other.numbers).then_with(|| {
            match (&self.pre_release, &other.pre_release) {
                (None, None) => Ordering::Equal,
                // What is not released yet goes before what is.
                (None, Some(_)) => Ordering::Greater,
                (Some(_), None) => Ordering::Less,
                (Some(a), Some(b)) => labels(a, b),
            }
        })
    }
}

impl std::fmt::Display for SemanticVersion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [major, minor, patch] = self.numbers;
        write!(f, "{major}.{minor}.{patch}")?;
        if let Some(label) = &self.pre_release {
            write!(f, "-{label}")?;
        }
        match &self.build {
            Some(label) => write!(f, "+{label}"),
            None => Ok(()),
        }
    }
}

fn split(text: &str, sign: char) -> (&str, Option<&str>) {
    match text.split_once(sign) {
        Some((before, behind)) => (before, Some(behind)),
        None => (text, None),
    }
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn is_build(label: &str) -> bool {
    label.split('.').all(|unit| {
        !unit.is_empty() && unit.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    })
}

/// As a build label, but a number has no zero before it.
fn is_pre_release(label: &str) -> bool {
    let padded = |unit: &str| digits(unit) && unit.len() > 1 && unit.starts_with('0');
    is_build(label) && !label.split('.').any(padded)
}

/// Labels by their units: numbers as such and before words, words by their characters, fewer before more.
fn labels(a: &str, b: &str) -> Ordering {
    let (a, b): (Vec<&str>, Vec<&str>) = (a.split('.').collect(), b.split('.').collect());
    for (a, b) in a.iter().zip(&b) {
        let order = match (a.parse::<i32>(), b.parse::<i32>()) {
            (Ok(a), Ok(b)) => a.cmp(&b),
            (Ok(_), Err(_)) => Ordering::Less,
            (Err(_), Ok(_)) => Ordering::Greater,
            (Err(_), Err(_)) => a.cmp(b),
        };
        if order.is_ne() {
            return order;
        }
    }
    a.len().cmp(&b.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_and_ordered() {
        let shown = |text| SemanticVersion::parse(text).map(|own| own.to_string());
        for (text, expected) in [
            ("1", Some("1.0.0")),
            ("1.2", Some("1.2.0")),
            ("1.2.3-alpha.1+b-5", Some("1.2.3-alpha.1+b-5")),
            ("1.2.3+a-b", Some("1.2.3+a-b")),
            ("1.2.3.4", None),
            ("1.2.3-", None),
            ("1.2.3-01", None),
            ("", None),
            ("a", None),
            ("-1", None),
        ] {
            assert_eq!(shown(text).as_deref(), expected, "{text}");
        }
        let ascending = [
            "1.0.0-2",
            "1.0.0-10",
            "1.0.0-a",
            "1.0.0-a.1",
            "1.0.0",
            "1.0.1",
            "1.10.0",
        ];
        let versions: Vec<_> = ascending
            .iter()
            .filter_map(|text| SemanticVersion::parse(text))
            .collect();
        assert!(
            versions
                .windows(2)
                .all(|pair| pair[0].compare(&pair[1]).is_lt())
        );
    }
}
