//! Methods of sets: whose elements are in both, in one, in none.

use crate::evaluate::method::Outcome;
use crate::evaluate::{MAX_GROWTH, nothing};
use crate::text::{read, write};
use crate::value::{Array, List, Value};

pub(super) fn call(set: &List, name: &str, arguments: &[Value]) -> Outcome {
    match (name, arguments) {
        ("add", [_]) if read(&set.items).len() >= MAX_GROWTH => Outcome::too_large(),
        ("add", [item]) => flag(set.put(item.clone())),
        ("contains", [item]) => flag(set.has(item)),
        ("remove", [item]) => flag(set.take(item)),
        ("clear", []) => {
            set.replace(Vec::new());
            Outcome::Value(nothing())
        }
        ("toarray", []) => Outcome::Value(Value::Array(
            Array {
                element_type: "System.Object".into(),
                items: read(&set.items).clone().into(),
            }
            .into(),
        )),
        (_, [Value::Null]) => Outcome::Thrown(
            "System.ArgumentNullException",
            "Value cannot be null. (Parameter 'other')".into(),
        ),
        (_, [other]) => match other.elements() {
            Some(other) => with(set, name, other),
            None => Outcome::Unknown,
        },
        _ => Outcome::Unknown,
    }
}

fn flag(flag: bool) -> Outcome {
    Outcome::Value(Value::Bool(flag))
}

/// What a set does with the elements of another collection.
fn with(set: &List, name: &str, other: Vec<Value>) -> Outcome {
    let Some(keys) = &set.keys else {
        return Outcome::Unknown;
    };
    let other = List::new(set.type_name.clone(), other, keys.comparer);
    let own = read(&set.items).clone();
    let others = read(&other.items).clone();
    let shared = own.iter().filter(|item| other.has(item)).count();
    let subset = shared == own.len();
    let superset = shared == others.len();
    let changed: Vec<Value> = match name {
        "unionwith" | "symmetricexceptwith" if own.len() + others.len() > MAX_GROWTH => {
            return Outcome::too_large();
        }
        "unionwith" => own.into_iter().chain(others).collect(),
        "intersectwith" => own.into_iter().filter(|item| other.has(item)).collect(),
        "exceptwith" => own.into_iter().filter(|item| !other.has(item)).collect(),
        "symmetricexceptwith" => {
            let added: Vec<Value> = others.into_iter().filter(|item| !set.has(item)).collect();
            let kept = own.into_iter().filter(|item| !other.has(item));
            kept.chain(added).collect()
        }
        "overlaps" => return flag(shared > 0),
        "setequals" => return flag(subset && superset),
        "issubsetof" => return flag(subset),
        "issupersetof" => return flag(superset),
        "ispropersubsetof" => return flag(subset && !superset),
        "ispropersupersetof" => return flag(superset && !subset),
        _ => return Outcome::Unknown,
    };
    set.replace(changed);
    // The other collection may hold the set itself.
    write(&other.items).clear();
    Outcome::Value(nothing())
}
