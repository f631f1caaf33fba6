//! Properties of every kind of value: what `$x.Name`, `Select-Object *`, formatting and serialisation see.

pub(crate) mod error;
mod named;
mod of_type;

use std::sync::{Arc, LazyLock};

use crate::error_record::ErrorRecord;
use crate::text::{TICKS_PER_DAY, TICKS_PER_SECOND, date_parts, date_time_long, read};
use crate::value::list::ListKind;
use crate::value::{
    DateTime, Dictionary, EnumDefinition, EnumValue, List, Object, Property, Text, Value,
};

/// Whether two names are the same to PowerShell: case does not count.
pub fn same_name(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b)
        || (!(a.is_ascii() && b.is_ascii()) && a.to_lowercase() == b.to_lowercase())
}

/// The value of one property; none if there is no such property. Keys of a dictionary count as its properties.
pub fn property(value: &Value, name: &str) -> Option<Value> {
    match value {
        Value::Object(object) => property_of(object, name),
        Value::Noted(noted) => find(&read(&noted.notes), name).or_else(|| match &noted.base {
            Value::DateTime(date) if same_name(name, "DateTime") => {
                Some(Value::text(hinted_date(*date, &read(&noted.notes))))
            }
            base => property(base, name),
        }),
        Value::Dictionary(dictionary) => entry(dictionary, name).or_else(|| adapted(value, name)),
        Value::Null => None,
        other => adapted(other, name),
    }
}

/// The value of a property of an object, one that is left out where members are listed among them.
pub(crate) fn property_of(object: &Object, name: &str) -> Option<Value> {
    find(&read(&object.properties), name).or_else(|| {
        let instance = object.instance.as_ref()?;
        find(&read(&instance.hidden), name)
    })
}

/// The properties as .NET has them: also those that are left out where members are listed, in their places.
pub(crate) fn net_properties(object: &Object) -> Vec<Property> {
    let shown = read(&object.properties).clone();
    let Some(instance) = object.instance.as_ref() else {
        return shown;
    };
    let hidden = read(&instance.hidden).clone();
    let declared = instance.class.properties().into_iter();
    let place = |own: &&Property, name: &str| same_name(&own.name, name);
    let mut all: Vec<Property> = declared
        .filter_map(|declared| {
            let mut own = shown.iter().chain(&hidden);
            own.find(|own| place(own, &declared.name)).cloned()
        })
        .collect();
    let rest = shown
        .into_iter()
        .filter(|own| !all.iter().any(|known| same_name(&known.name, &own.name)));
    let rest: Vec<Property> = rest.collect();
    all.extend(rest);
    all
}

/// The text of a date, as much of it as its note `DisplayHint` says.
pub(crate) fn hinted_date(date: DateTime, notes: &[Property]) -> String {
    let hint = find(notes, "DisplayHint").map_or_else(String::new, |hint| {
        crate::text::to_text(&hint, crate::text::Culture::Invariant)
    });
    if same_name(&hint, "Date") {
        crate::text::date_long(date)
    } else if same_name(&hint, "Time") {
        crate::text::time_long(date)
    } else {
        date_time_long(date)
    }
}

fn find(properties: &[Property], name: &str) -> Option<Value> {
    properties
        .iter()
        .find(|property| same_name(&property.name, name))
        .map(|property| property.value.clone())
}

fn entry(dictionary: &Dictionary, name: &str) -> Option<Value> {
    let key = dictionary.folded(&Value::text(name));
    let entries = read(&dictionary.entries);
    entries.get(&key).map(|(_, item)| item.clone())
}

/// The entry of a dictionary whose key is that text but for case, however the dictionary tells its keys apart.
pub fn text_entry(dictionary: &Dictionary, name: &str) -> Option<Value> {
    read(&dictionary.entries)
        .values()
        .find(|(key, _)| matches!(key, Value::String(key) if same_name(key, name)))
        .map(|(_, item)| item.clone())
}

fn adapted(value: &Value, name: &str) -> Option<Value> {
    adapted_properties(value)
        .into_iter()
        .find(|(own, _)| same_name(own, name))
        .map(|(_, item)| item)
        .or_else(|| match value {
            Value::Type(of) => of_type::flag(of, name),
            _ => None,
        })
}

/// All properties in .NET's order, notes last; none for `$null`. Keys of a dictionary are not properties here.
pub fn properties(value: &Value) -> Vec<Property> {
    match value {
        Value::Object(object) => read(&object.properties).clone(),
        Value::Noted(noted) => {
            let mut all = properties(&noted.base);
            let notes = read(&noted.notes);
            if let Value::DateTime(date) = &noted.base
                && let Some(text) = all.iter_mut().find(|own| &*own.name == "DateTime")
            {
                text.value = Value::text(hinted_date(*date, &notes));
            }
            // A note that was added by force stands for the property of its name.
            all.retain(|own| !notes.iter().any(|note| same_name(&note.name, &own.name)));
            all.extend(notes.iter().cloned());
            all
        }
        Value::Format(packet) => packet.properties(),
        other => adapted_properties(other)
            .into_iter()
            .map(|(name, value)| Property {
                name: Text::from(name),
                value,
                note: false,
            })
            .collect(),
    }
}

/// The computed members of a value.
pub(crate) fn scripts(value: &Value) -> Option<&crate::value::scripts::Scripts> {
    match value {
        Value::Object(object) => Some(&object.scripts),
        Value::Noted(noted) => Some(&noted.scripts),
        _ => None,
    }
}

/// Why a computed property had no value when it was last computed.
pub(crate) fn failure(value: &Value, name: &str) -> Option<Box<ErrorRecord>> {
    scripts(value)
        .filter(|own| !own.is_empty())
        .and_then(|own| own.find(name))
        .and_then(|own| own.failed)
}

/// Methods that every object has.
const METHODS: [&str; 4] = ["Equals", "GetHashCode", "GetType", "ToString"];

/// The names of the members that a name or pattern fits: properties first, then methods.
pub fn matching(value: &Value, name: &str) -> Vec<Text> {
    let pattern = crate::wildcard::Wildcard::new(name);
    let fits = |own: &str| {
        if pattern.is_pattern() {
            pattern.matches(own)
        } else {
            same_name(own, name)
        }
    };
    properties(value)
        .into_iter()
        .map(|property| property.name)
        .chain(METHODS.map(Text::from))
        .filter(|own| fits(own))
        .collect()
}

/// Properties that a value has through its .NET type.
fn adapted_properties(value: &Value) -> Vec<(&'static str, Value)> {
    match value {
        Value::String(text) => vec![("Length", count(text.encode_utf16().count()))],
        Value::Switch(on) => vec![("IsPresent", Value::Bool(*on))],
        Value::BigInteger(n) => big_integer_properties(n),
        Value::TimeSpan(ticks) => time_span_properties(*ticks),
        Value::DateTime(date) => date_properties(*date),
        Value::Version(parts) => version_properties(parts),
        Value::Guid(guid) => vec![
            ("Guid", Value::text(guid.to_string())),
            ("Variant", Value::Int32(i32::from(guid.as_bytes()[8] >> 4))),
            ("Version", Value::Int32(i32::from(guid.as_bytes()[6] >> 4))),
        ],
        Value::Enum(member) => vec![("value__", Value::Int32(member.number as i32))],
        Value::Array(array) => {
            let length = read(&array.items).len();
            vec![
                ("Length", count(length)),
                ("LongLength", Value::Int64(length as i64)),
                ("Rank", Value::Int32(1)),
                ("SyncRoot", value.clone()),
                ("IsReadOnly", Value::Bool(false)),
                ("IsFixedSize", Value::Bool(true)),
                ("IsSynchronized", Value::Bool(false)),
                ("Count", count(length)),
            ]
        }
        Value::List(list) => list_properties(list),
        Value::Dictionary(dictionary) => dictionary_properties(dictionary),
        Value::ScriptBlock(_) => vec![("IsFilter", Value::Bool(false))],
        Value::SecureString(text) => vec![("Length", count(text.encode_utf16().count()))],
        Value::Error(record) => error::properties(record),
        Value::Named(scalar) => named::properties(scalar),
        Value::Type(name) => vec![
            ("IsPublic", Value::Bool(true)),
            ("IsSerial", Value::Bool(name.starts_with("System."))),
            ("BaseType", base_type(name)),
            ("Name", Value::text(crate::type_names::short_name(name))),
            (
                "FullName",
                Value::String(crate::type_names::qualified::full_name(name)),
            ),
            (
                "Namespace",
                name.rsplit_once('.')
                    .map_or(Value::Null, |(space, _)| Value::text(space)),
            ),
        ],
        _ => Vec::new(),
    }
}

fn big_integer_properties(n: &num_bigint::BigInt) -> Vec<(&'static str, Value)> {
    let (sign, magnitude) = (n.sign(), n.magnitude());
    let positive = sign == num_bigint::Sign::Plus;
    let power = positive && magnitude.count_ones() == 1;
    let number = match sign {
        num_bigint::Sign::Minus => -1,
        num_bigint::Sign::NoSign => 0,
        num_bigint::Sign::Plus => 1,
    };
    vec![
        ("IsPowerOfTwo", Value::Bool(power)),
        ("IsZero", Value::Bool(number == 0)),
        ("IsOne", Value::Bool(positive && magnitude.bits() == 1)),
        ("IsEven", Value::Bool(!n.bit(0))),
        ("Sign", Value::Int32(number)),
    ]
}

/// The type that a type derives from, as far as it is known here.
fn base_type(name: &str) -> Value {
    let base = match name {
        "System.Object" => return Value::Null,
        array if array.ends_with("[]") => "System.Array",
        "System.DayOfWeek" | "System.DateTimeKind" => "System.Enum",
        "System.Enum" => "System.ValueType",
        "System.Boolean"
        | "System.Byte"
        | "System.Char"
        | "System.DateTime"
        | "System.Decimal"
        | "System.Double"
        | "System.Guid"
        | "System.Int16"
        | "System.Int32"
        | "System.Int64"
        | "System.SByte"
        | "System.Single"
        | "System.TimeSpan"
        | "System.UInt16"
        | "System.UInt32"
        | "System.UInt64"
        | "System.Numerics.BigInteger"
        | "System.Management.Automation.SwitchParameter" => "System.ValueType",
        _ => "System.Object",
    };
    Value::Type(base.into())
}

fn count(n: usize) -> Value {
    Value::Int32(i32::try_from(n).unwrap_or(i32::MAX))
}

fn list_properties(list: &List) -> Vec<(&'static str, Value)> {
    let items = read(&list.items);
    let size = ("Count", count(items.len()));
    match list.kind() {
        ListKind::List => vec![
            ("Capacity", count(items.len().next_power_of_two().max(4))),
            size,
            ("IsReadOnly", Value::Bool(false)),
            ("IsFixedSize", Value::Bool(false)),
            ("IsSynchronized", Value::Bool(false)),
        ],
        ListKind::SortedSet => vec![
            size,
            ("Min", items.first().cloned().unwrap_or_default()),
            ("Max", items.last().cloned().unwrap_or_default()),
        ],
        _ => vec![size, ("IsSynchronized", Value::Bool(false))],
    }
}

fn dictionary_properties(dictionary: &Dictionary) -> Vec<(&'static str, Value)> {
    let entries = read(&dictionary.entries);
    let keys = entries.values().map(|(key, _)| key.clone()).collect();
    let values = entries.values().map(|(_, item)| item.clone()).collect();
    vec![
        ("IsReadOnly", Value::Bool(false)),
        ("IsFixedSize", Value::Bool(false)),
        ("IsSynchronized", Value::Bool(false)),
        ("Keys", Value::array(keys)),
        ("Values", Value::array(values)),
        ("Count", count(entries.len())),
    ]
}

fn time_span_properties(ticks: i64) -> Vec<(&'static str, Value)> {
    let part = |unit: i64, modulus: i64| Value::Int32((ticks / unit % modulus) as i32);
    let total = |unit: f64| Value::Double(ticks as f64 / unit);
    let second = TICKS_PER_SECOND as f64;
    vec![
        ("Ticks", Value::Int64(ticks)),
        ("Days", Value::Int32((ticks / TICKS_PER_DAY) as i32)),
        ("Hours", part(3600 * TICKS_PER_SECOND, 24)),
        ("Milliseconds", part(10_000, 1000)),
        ("Microseconds", part(10, 1000)),
        ("Nanoseconds", Value::Int32((ticks % 10 * 100) as i32)),
        ("Minutes", part(60 * TICKS_PER_SECOND, 60)),
        ("Seconds", part(TICKS_PER_SECOND, 60)),
        ("TotalDays", total(TICKS_PER_DAY as f64)),
        ("TotalHours", total(3600.0 * second)),
        ("TotalMilliseconds", total(10_000.0)),
        ("TotalMicroseconds", total(10.0)),
        ("TotalNanoseconds", Value::Double(ticks as f64 * 100.0)),
        ("TotalMinutes", total(60.0 * second)),
        ("TotalSeconds", total(second)),
    ]
}

static DAY_OF_WEEK: LazyLock<Arc<EnumDefinition>> = LazyLock::new(|| {
    Arc::new(EnumDefinition {
        name: "System.DayOfWeek".into(),
        flags: false,
        members: crate::text::DAY_NAMES
            .iter()
            .zip(0..)
            .map(|(name, n)| (Text::from(*name), n))
            .collect(),
    })
});

static DATE_TIME_KIND: LazyLock<Arc<EnumDefinition>> = LazyLock::new(|| {
    Arc::new(EnumDefinition {
        name: "System.DateTimeKind".into(),
        flags: false,
        members: ["Unspecified", "Utc", "Local"]
            .into_iter()
            .zip(0..)
            .map(|(name, n)| (Text::from(name), n))
            .collect(),
    })
});

/// `System.DayOfWeek`.
pub fn day_of_week() -> Arc<EnumDefinition> {
    Arc::clone(&DAY_OF_WEEK)
}

fn date_properties(date: DateTime) -> Vec<(&'static str, Value)> {
    let p = date_parts(date);
    let number = |n: i64| Value::Int32(n as i32);
    let midnight = date.ticks - date.ticks.rem_euclid(TICKS_PER_DAY);
    let new_year = jiff::civil::date(p.year, 1, 1);
    let day_of_year = jiff::civil::date(p.year, p.month, p.day)
        .since(new_year)
        .map_or(0, |span| span.get_days())
        + 1;
    vec![
        ("DateTime", Value::text(date_time_long(date))),
        (
            "Date",
            Value::DateTime(DateTime {
                ticks: midnight,
                kind: date.kind,
            }),
        ),
        ("Day", number(i64::from(p.day))),
        (
            "DayOfWeek",
            Value::Enum(EnumValue {
                definition: day_of_week(),
                number: i64::from(p.weekday),
            }),
        ),
        ("DayOfYear", Value::Int32(day_of_year)),
        ("Hour", number(p.hour)),
        (
            "Kind",
            Value::Enum(EnumValue {
                definition: Arc::clone(&DATE_TIME_KIND),
                number: date.kind as i64,
            }),
        ),
        ("Millisecond", number(p.fraction / 10_000)),
        ("Microsecond", number(p.fraction / 10 % 1000)),
        ("Nanosecond", number(p.fraction % 10 * 100)),
        ("Minute", number(p.minute)),
        ("Month", number(i64::from(p.month))),
        ("Second", number(p.second)),
        ("Ticks", Value::Int64(date.ticks)),
        (
            "TimeOfDay",
            Value::TimeSpan(date.ticks.rem_euclid(TICKS_PER_DAY)),
        ),
        ("Year", number(i64::from(p.year))),
    ]
}

fn version_properties(parts: &[i32]) -> Vec<(&'static str, Value)> {
    let part = |index: usize| Value::Int32(parts.get(index).copied().unwrap_or(-1));
    let revision = parts.get(3).copied().unwrap_or(-1);
    vec![
        ("Major", part(0)),
        ("Minor", part(1)),
        ("Build", part(2)),
        ("Revision", part(3)),
        ("MajorRevision", Value::Int16((revision >> 16) as i16)),
        ("MinorRevision", Value::Int16(revision as i16)),
    ]
}

/// Whether PowerShell adds the property to the type: a note, or one of its type table.
pub(crate) fn is_added(of_type: &str, property: &Property) -> bool {
    property.note
        || matches!(
            (of_type, &*property.name),
            ("System.DateTime", "DateTime")
                | ("System.Guid", "Guid")
                | ("System.Net.IPAddress", "IPAddressToString")
                | ("System.Collections.DictionaryEntry", "Name")
                | (
                    "System.Management.Automation.ErrorRecord",
                    "PSMessageDetails"
                )
        )
}
