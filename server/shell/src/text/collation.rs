//! Order and equality of texts as people have them, not as machines store them (`CompareInfo.Compare`, which .NET
//! leaves to ICU; here ICU4X with the same data).

use std::cmp::Ordering;
use std::sync::LazyLock;

use icu_collator::options::{CollatorOptions, Strength};
use icu_collator::{Collator, CollatorBorrowed, CollatorPreferences};

static CASE_COUNTS: LazyLock<Option<CollatorBorrowed<'static>>> =
    LazyLock::new(|| collator(Strength::Tertiary));
static CASE_IGNORED: LazyLock<Option<CollatorBorrowed<'static>>> =
    LazyLock::new(|| collator(Strength::Secondary));

fn collator(strength: Strength) -> Option<CollatorBorrowed<'static>> {
    let mut options = CollatorOptions::default();
    options.strength = Some(strength);
    Collator::try_new(CollatorPreferences::default(), options).ok()
}

/// The order of texts in a culture.
#[derive(Debug)]
pub struct Collation(CollatorBorrowed<'static>);

impl Collation {
    /// That of a culture by its name, such as `sv-SE`; none if no culture can have that name.
    pub fn of(culture: &str, case_sensitive: bool) -> Option<Self> {
        let locale: icu_locale_core::Locale = culture.parse().ok()?;
        let mut options = CollatorOptions::default();
        options.strength = Some(match case_sensitive {
            true => Strength::Tertiary,
            false => Strength::Secondary,
        });
        Collator::try_new((&locale).into(), options).ok().map(Self)
    }

    /// Order of two texts.
    pub fn compare(&self, a: &str, b: &str) -> Ordering {
        self.0.compare(a, b)
    }
}

/// Order of two texts: signs before digits before letters, accents after letters, lower case before upper.
pub fn compare(a: &str, b: &str, case_sensitive: bool) -> Ordering {
    if a == b {
        return Ordering::Equal;
    }
    let collator = if case_sensitive {
        &*CASE_COUNTS
    } else {
        &*CASE_IGNORED
    };
    match collator {
        Some(collator) => collator.compare(a, b),
        None => a.cmp(b),
    }
}

/// Whether two texts are the same.
pub fn same(a: &str, b: &str, case_sensitive: bool) -> bool {
    if is_plain(a) && is_plain(b) {
        return if case_sensitive {
            a == b
        } else {
            a.eq_ignore_ascii_case(b)
        };
    }
    compare(a, b, case_sensitive) == Ordering::Equal
}

/// Whether a text holds only characters that are the same as themselves and, but for case, as no other.
fn is_plain(text: &str) -> bool {
    text.bytes()
        .all(|byte| matches!(byte, b' '..=b'~' | b'\t'..=b'\r'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_culture_has_an_order_of_its_own() {
        let order = |culture: &str| Collation::of(culture, false).map(|own| own.compare("ä", "z"));
        assert_eq!(order("sv-SE"), Some(Ordering::Greater));
        assert_eq!(order("de-DE"), Some(Ordering::Less));
        assert_eq!(order("not a culture"), None);
    }

    #[test]
    fn texts_stand_as_in_a_dictionary() {
        for pair in [
            [" ", "_"],
            ["_", "-"],
            ["-", ","],
            [",", "."],
            [".", "'"],
            ["'", "("],
            ["$", "0"],
            ["0", "10"],
            ["10", "9"],
            ["9", "a"],
            ["a-b", "ab"],
            ["a b", "ab"],
            ["co-op", "coop"],
            ["a", "B"],
            ["ä", "b"],
            ["cote", "coté"],
            ["coté", "côte"],
            ["z", "α"],
        ] {
            assert_eq!(compare(pair[0], pair[1], false), Ordering::Less, "{pair:?}");
        }
        assert_eq!(compare("a", "A", true), Ordering::Less);
        assert_eq!(compare("A", "a", true), Ordering::Greater);
        assert_eq!(compare("a", "A", false), Ordering::Equal);
        assert_eq!(compare("Ab", "aC", true), Ordering::Less);
    }

    #[test]
    fn what_is_written_in_two_ways_is_the_same() {
        assert!(same("abc", "ABC", false));
        assert!(!same("abc", "ABC", true));
        assert!(same("\u{e9}", "e\u{301}", true));
        assert!(!same("stra\u{df}e", "strasse", false));
        assert!(same("\u{ff}", "\u{178}", false));
        assert!(same("a\u{0}b", "ab", true));
        assert!(!same("a\tb", "ab", true));
        assert!(!same("\u{e9}", "e", false));
    }
}
