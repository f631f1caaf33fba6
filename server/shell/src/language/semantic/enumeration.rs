//! What is wrong with the members of an enumeration (`DefineEnumHelper`), and types that are declared twice.

use std::collections::HashSet;

use crate::command::ParameterType;
use crate::convert::{ConversionContext, convert, number};
use crate::error_record::Extent;
use crate::evaluate::constant_member;
use crate::language::ast::{
    BinaryOperator, EnumMember, Expression, ExpressionKind, Statement, StatementKind, UnaryOperator,
};
use crate::language::semantic::{Checker, attribute};
use crate::text::{Culture, to_text};
use crate::type_names::fixed_type_name;
use crate::value::Value;

/// The value of an initial value that is written out; none if it has to be computed.
fn written(expression: &Expression) -> Option<Value> {
    match &expression.kind {
        ExpressionKind::Constant(value) | ExpressionKind::BareWord(value, _) => Some(value.clone()),
        ExpressionKind::Unary(UnaryOperator::Minus, operand) => match written(operand)? {
            Value::Int32(n) => Some(Value::Int64(-i64::from(n))),
            Value::Int64(n) => Some(Value::Int64(n.checked_neg()?)),
            _ => None,
        },
        ExpressionKind::Member {
            target,
            name,
            is_static: true,
            ..
        } => {
            let (ExpressionKind::Type(of), Some(name)) = (&target.kind, written(name)) else {
                return None;
            };
            let of = crate::convert::type_names::resolve(&of.name)?.full_name();
            constant_member(&of, &to_text(&name, Culture::Invariant))
        }
        ExpressionKind::Binary {
            operator,
            left,
            right,
            ..
        } => {
            let (left, right) = (whole_number(left)?, whole_number(right)?);
            let result = match operator {
                BinaryOperator::Add => left.checked_add(right),
                BinaryOperator::Subtract => left.checked_sub(right),
                BinaryOperator::Multiply => left.checked_mul(right),
                BinaryOperator::BitwiseOr => Some(left | right),
                BinaryOperator::BitwiseAnd => Some(left & right),
                _ => None,
            };
            result.map(Value::Int64)
        }
        _ => None,
    }
}

fn whole_number(expression: &Expression) -> Option<i64> {
    number::as_integer(&written(expression)?)
}

/// The greatest value of a type, by its name without its namespace in lower case.
fn greatest(underlying: &str) -> i128 {
    match underlying {
        "byte" => u8::MAX.into(),
        "sbyte" => i8::MAX.into(),
        "int16" => i16::MAX.into(),
        "uint16" => u16::MAX.into(),
        "uint32" => u32::MAX.into(),
        "int64" => i64::MAX.into(),
        "uint64" => u64::MAX.into(),
        _ => i32::MAX.into(),
    }
}

/// The type as messages call it.
fn shown(underlying: &str) -> &str {
    match underlying {
        "byte" => "byte",
        "sbyte" => "sbyte",
        "int16" => "short",
        "uint16" => "ushort",
        "uint32" => "uint",
        "int64" => "long",
        "uint64" => "ulong",
        _ => "int",
    }
}

/// Where a member stands, its value included.
fn whole(member: &EnumMember) -> Extent {
    let end = member
        .value
        .as_ref()
        .map_or(&member.extent, |value| &value.extent);
    Extent {
        start: member.extent.start,
        end: end.end,
    }
}

impl Checker<'_> {
    pub(super) fn enumeration(&mut self, underlying: Option<&str>, members: &[EnumMember]) {
        let underlying = underlying.unwrap_or("int32");
        let greatest = greatest(underlying);
        let mut defined: HashSet<String> = HashSet::new();
        // None where it is only known once it is computed.
        let mut next = Some(0);
        let mut too_big = false;
        for member in members {
            if let Some(value) = &member.value {
                next = self.initial(underlying, value);
                too_big = next.is_some_and(|next| next > greatest);
            }
            if too_big {
                self.out_of_bounds(underlying, &whole(member));
            }
            if !defined.insert(member.name.to_lowercase()) {
                self.already_defined(&member.name, &whole(member));
            }
            too_big = next.is_some_and(|next| next >= greatest);
            next = next.map(|next| if next < greatest { next + 1 } else { next });
        }
    }

    fn out_of_bounds(&mut self, underlying: &str, extent: &Extent) {
        let name = shown(underlying);
        self.refuse(
            "EnumeratorValueOutOfBounds",
            format!("Enumerator value is either too large or too small for {name}."),
            extent,
        );
    }

    fn already_defined(&mut self, name: &str, extent: &Extent) {
        self.refuse(
            "MemberAlreadyDefined",
            format!("The member '{name}' is already defined."),
            extent,
        );
    }

    /// An initial value as the enumeration's type; none if it is none, or has to be computed.
    fn initial(&mut self, underlying: &str, value: &Expression) -> Option<i128> {
        if !attribute::is_constant(value) {
            self.refuse(
                "EnumeratorValueMustBeConstant",
                "Enumerator value must be a constant value.",
                &value.extent,
            );
            return None;
        }
        let written = written(value)?;
        let full = crate::convert::type_names::resolve(underlying)
            .unwrap_or_else(|| ParameterType::Plain("System.Int32".into()));
        match convert(&written, &full, ConversionContext::default()) {
            Ok(converted) => to_text(&converted, Culture::Invariant).parse().ok(),
            Err(_) if number::is_number(&written) && fixed_type_name(&written).is_some() => {
                self.out_of_bounds(underlying, &value.extent);
                Some(0)
            }
            Err(_) => {
                self.refuse(
                    "CannotConvertValue",
                    format!(
                        "Cannot convert the value to type \"{}\".",
                        shown(underlying)
                    ),
                    &value.extent,
                );
                Some(0)
            }
        }
    }

    /// Types of one name in one block.
    pub(super) fn types_twice(&mut self, statements: &[Statement]) {
        let mut names: HashSet<String> = HashSet::new();
        for statement in statements {
            let name = match &statement.kind {
                StatementKind::Enum(own) => &own.name,
                StatementKind::Class(own) => &own.name,
                _ => continue,
            };
            if !names.insert(name.to_lowercase()) {
                self.already_defined(name, &statement.extent);
            }
        }
    }
}
