//! Values go and come back, and what would have no end has one.

#![allow(clippy::unwrap_used)]
use super::*;

#[test]
fn scalars_are_values_of_their_types() {
    for (type_name, text) in [
        ("System.Decimal", "1.25"),
        (
            "System.Numerics.BigInteger",
            "123456789012345678901234567890",
        ),
        ("System.DateTime", "2026-03-01T12:00:00.0000000"),
        ("System.Int32", "-5"),
        ("System.Guid", "0f8fad5b-d9cb-469f-a165-70867728950e"),
    ] {
        let value = scalar(type_name, text);
        assert_eq!(&*type_name_of(&value), type_name);
        assert_eq!(to_round_trip_text(&value), text);
    }
    assert!(matches!(
        scalar("System.Security.SecureString", "x"),
        Value::SecureString(_)
    ));
    assert!(matches!(
        scalar("System.Int32", "no number"),
        Value::Named(_)
    ));
}

use tandem_shell::type_names::type_name as type_name_of;

#[test]
fn values_come_back_as_they_went() {
    let object = Value::Object(Arc::new(Object::typed(
        Arc::from(vec!["A.B".into(), "System.Object".into()]),
        vec![
            ("Name".into(), Value::text("x")),
            (
                "When".into(),
                Value::DateTime(DateTime {
                    ticks: EPOCH_TICKS - 1,
                    kind: DateTimeKind::Utc,
                }),
            ),
            ("Length".into(), Value::TimeSpan(-15_000_001)),
            (
                "Items".into(),
                Value::array(vec![Value::Int32(-1), Value::Null, Value::UInt16(7)]),
            ),
        ],
    )));
    let wire = to_wire(&object);
    assert_eq!(to_wire(&from_wire(&wire)), wire);
}

#[test]
fn nesting_without_end_is_cut() {
    let mut value = Value::Int32(1);
    for _ in 0..200 {
        value = Value::array(vec![value]);
    }
    let mut depth = 0;
    let mut wire = to_wire(&value);
    while let Some(Kind::List(list)) = wire.kind {
        depth += 1;
        wire = list.item.into_iter().next().unwrap();
    }
    assert_eq!(depth, MAX_DEPTH);
}

#[test]
fn what_holds_others_many_times_over_has_an_end() {
    let mut value = Value::array(vec![Value::Int32(1), Value::text("x".repeat(1 << 20))]);
    for _ in 0..60 {
        value = Value::array(vec![value.clone(), value]);
    }
    let wire = to_wire(&value);
    assert!(prost::Message::encoded_len(&wire) < 4 * WHOLE.bytes);
}

#[test]
fn what_a_record_is_about_leaves_room_for_the_record() {
    let mut shared = Value::array(vec![Value::Int32(1), Value::text("a".repeat(1000))]);
    for _ in 0..30 {
        shared = Value::array(vec![shared.clone(), shared]);
    }
    let long = Value::array(vec![Value::text("x".repeat(8 << 20))]);
    for value in [shared, long] {
        let wire = beside(&value);
        assert!(prost::Message::encoded_len(&wire) < 3 << 20);
    }
}

#[test]
fn what_no_value_can_be_is_taken_for_the_nearest() {
    for (seconds, ticks) in [(i64::MAX, MAX_TICKS), (i64::MIN, 0)] {
        let moment = prost_types::Timestamp { seconds, nanos: -1 };
        assert_eq!(date_time(&moment).ticks, ticks);
    }
    for (type_name, text) in [
        ("System.Version", "1"),
        ("System.Version", "1.-2"),
        ("System.Version", "1.2.3.4.5"),
        ("System.Numerics.BigInteger", &"9".repeat(1 << 20)),
    ] {
        assert!(matches!(scalar(type_name, text), Value::Named(_)));
    }
    let nothing = wire::Value {
        kind: Some(Kind::List(wire::ValueList {
            r#type: "[]".to_owned(),
            item: vec![to_wire(&Value::Int32(1))],
        })),
    };
    let Value::Array(array) = from_wire(&nothing) else {
        panic!("no array");
    };
    assert_eq!(&*array.element_type, "System.Object");
}
