//! Dictionaries of .NET's several classes: how their entries are kept.

use indexmap::IndexMap;

use crate::evaluate::fold_by;
use crate::text::write;
use crate::value::list::ordered;
use crate::value::{Comparer, Dictionary, Text, Value};

impl Dictionary {
    /// A new dictionary of the class of that name with the entries of another one.
    pub(crate) fn of_entries<'e>(
        type_name: &str,
        comparer: Comparer,
        entries: impl Iterator<Item = &'e (Value, Value)>,
    ) -> Self {
        let made = Self {
            type_name: type_name.into(),
            comparer,
            entries: IndexMap::new().into(),
        };
        let mut own = write(&made.entries);
        for (key, value) in entries {
            made.put(&mut own, made.folded(key), (key.clone(), value.clone()));
        }
        drop(own);
        made
    }

    /// Under what it keeps the entry of a key.
    pub(crate) fn folded(&self, key: &Value) -> Text {
        fold_by(key, self.comparer)
    }

    /// Whether its class says of what types its keys and values are.
    pub(crate) fn is_generic(&self) -> bool {
        self.type_name.contains("`2[")
    }

    /// Puts an entry into its entries: behind all others, or where its key belongs in a sorted dictionary. An entry that
    /// is there keeps its key, but not in an ordered dictionary.
    pub(crate) fn put(
        &self,
        entries: &mut IndexMap<Text, (Value, Value)>,
        folded: Text,
        (key, value): (Value, Value),
    ) {
        let is_ordered = self.type_name.contains("Ordered");
        match entries.get_mut(&folded) {
            Some(entry) if is_ordered => *entry = (key, value),
            Some(entry) => entry.1 = value,
            None if self.type_name.contains(".Sorted") => {
                let place = entries.partition_point(|_, (own, _)| ordered(own, &key).is_lt());
                entries.shift_insert(place, folded, (key, value));
            }
            None => {
                entries.insert(folded, (key, value));
            }
        }
    }
}
