//! Texts made of real ones: cut, doubled, spliced, salted with the language's own tokens.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// Longest text that is tried, in bytes: enough for a rule that is quadratic or worse to show.
pub(crate) const MAX_BYTES: usize = 1 << 16;

/// One change of a text. Places are shares of its length.
#[derive(Clone, Debug)]
enum Edit {
    Insert(Index, String),
    Delete(Index, usize),
    Repeat(Index, usize, usize),
    Splice(Index, Index, Index, usize),
    Cut(Index),
}

/// Mutations of `seeds`.
pub(crate) fn of(
    seeds: Vec<String>,
    tokens: &'static [&'static str],
) -> impl Strategy<Value = String> {
    let text = prop_oneof![
        4 => select(tokens).prop_map(str::to_owned),
        2 => any::<char>().prop_map(String::from),
        1 => select(&["9", "-", "0x", "\0", "\u{7f}", "\u{feff}", "\u{10ffff}", "ǅ", "ß", "İ", "\r\n", "\t"][..])
            .prop_map(str::to_owned),
    ];
    let place = any::<Index>;
    let edit = prop_oneof![
        6 => (place(), text).prop_map(|(at, text)| Edit::Insert(at, text)),
        4 => (place(), 1..12_usize).prop_map(|(at, length)| Edit::Delete(at, length)),
        1 => (place(), 1..16_usize, 2..300_usize).prop_map(|(at, length, times)| Edit::Repeat(at, length, times)),
        2 => (place(), place(), place(), 1..40_usize).prop_map(|(at, seed, from, length)| Edit::Splice(at, seed, from, length)),
        1 => place().prop_map(Edit::Cut),
    ];
    (any::<Index>(), vec(edit, 0..8)).prop_map(move |(seed, edits)| {
        let mut text = seed.get(&seeds).clone();
        for edit in &edits {
            apply(edit, &mut text, &seeds);
            if text.len() > MAX_BYTES {
                text.truncate(text.floor_char_boundary(MAX_BYTES));
            }
        }
        text
    })
}

fn apply(edit: &Edit, text: &mut String, seeds: &[String]) {
    match edit {
        Edit::Insert(at, new) => text.insert_str(place(text, at), new),
        Edit::Delete(at, length) => {
            let from = place(text, at);
            text.replace_range(stretch(text, from, *length), "");
        }
        Edit::Repeat(at, length, times) => {
            let from = place(text, at);
            let more = text[stretch(text, from, *length)].repeat(*times);
            text.insert_str(from, &more);
        }
        Edit::Splice(at, seed, from, length) => {
            let other = seed.get(seeds);
            let from = place(other, from);
            let at = place(text, at);
            text.insert_str(at, &other[stretch(other, from, *length)]);
        }
        Edit::Cut(at) => text.truncate(place(text, at)),
    }
}

fn place(text: &str, at: &Index) -> usize {
    text.floor_char_boundary(at.index(text.len() + 1))
}

fn stretch(text: &str, from: usize, length: usize) -> std::ops::Range<usize> {
    from..text.ceil_char_boundary((from + length).min(text.len()))
}
