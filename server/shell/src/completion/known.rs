//! Values that an expression has already, without running anything (`SafeExprEvaluator`): constants, variables of the
//! session, and what can be read of them.

use std::sync::{Arc, RwLock};

use crate::completion::CompletionSource;
use crate::completion::tree;
use crate::convert::type_names;
use crate::evaluate::hashtable::{HASHTABLE, ORDERED, fold};
use crate::language::ast::{
    Expression, ExpressionKind, Statement, StringPart, TypeLiteral, VariablePath,
};
use crate::members;
use crate::text::{as_double, read};
use crate::value::{Dictionary, Object, Property, Value};

/// How deep a value is read: what is nested deeper than anybody writes has none.
const MAX_LEVELS: u8 = 60;

/// The value of an expression; none if it would have to run, or is nothing.
pub(super) fn value(expression: &Expression, source: &dyn CompletionSource) -> Option<Value> {
    at(expression, source, MAX_LEVELS)
}

fn at(expression: &Expression, source: &dyn CompletionSource, level: u8) -> Option<Value> {
    let level = level.checked_sub(1)?;
    match &expression.kind {
        ExpressionKind::Constant(value) | ExpressionKind::BareWord(value, _) => Some(value.clone()),
        ExpressionKind::Expandable(parts) => parts
            .iter()
            .all(|part| matches!(part, StringPart::Literal(_)))
            .then(|| Value::text("")),
        ExpressionKind::Variable(path) => variable(path, source),
        ExpressionKind::Parenthesis(inner) => at(tree::pure_statement(inner)?, source, level),
        ExpressionKind::ArrayExpression(inner) => {
            let items = match &**inner {
                [] => Vec::new(),
                [one] => {
                    let one = at(tree::pure_statement(one)?, source, level)?;
                    one.elements().unwrap_or_else(|| vec![one])
                }
                _ => return None,
            };
            Some(Value::array(items))
        }
        ExpressionKind::ArrayLiteral(items) => {
            let items: Option<Vec<_>> = items.iter().map(|item| at(item, source, level)).collect();
            items.map(Value::array)
        }
        ExpressionKind::Type(literal) => {
            let full = type_names::resolve(&literal.name)
                .map(|resolved| resolved.full_name())
                .or_else(|| static_only(&literal.name).map(Into::into))?;
            Some(Value::Type(full))
        }
        ExpressionKind::Member {
            target,
            name,
            is_static: false,
            ..
        } => {
            let owner = at(target, source, level)?;
            let Value::String(name) = at(name, source, level)? else {
                return None;
            };
            members::property(&owner, &name).filter(|value| !matches!(value, Value::Null))
        }
        ExpressionKind::Index { target, index, .. } => {
            let owner = at(target, source, level)?;
            let index = at(index, source, level)?;
            element(&owner, &index)
        }
        ExpressionKind::Hashtable(entries) => Some(dictionary(
            HASHTABLE,
            self::entries(entries, source, level)?,
        )),
        ExpressionKind::Cast(literal, inner) => cast(literal, inner, source, level),
        ExpressionKind::ScriptBlock(_)
        | ExpressionKind::SubExpression(_)
        | ExpressionKind::Unary(..)
        | ExpressionKind::Step { .. }
        | ExpressionKind::Binary { .. }
        | ExpressionKind::Ternary(..)
        | ExpressionKind::Member { .. }
        | ExpressionKind::Call { .. }
        | ExpressionKind::Attributed(..)
        | ExpressionKind::Error => None,
    }
}

type Entries = Vec<(Value, Value)>;

fn entries(
    entries: &[(Expression, Statement)],
    source: &dyn CompletionSource,
    level: u8,
) -> Option<Entries> {
    let mut all = Entries::new();
    for (key, item) in entries {
        let key = at(key, source, level)?;
        all.push((key, at(tree::pure_statement(item)?, source, level)?));
    }
    Some(all)
}

fn dictionary(of_type: &str, entries: Entries) -> Value {
    let folded = entries
        .into_iter()
        .map(|(key, item)| (fold(&key), (key, item)));
    Value::Dictionary(Arc::new(Dictionary {
        comparer: Default::default(),
        type_name: of_type.into(),
        entries: RwLock::new(folded.collect()),
    }))
}

/// What a hashtable becomes that is cast; a cast of anything else would have to convert.
fn cast(
    literal: &TypeLiteral,
    inner: &Expression,
    source: &dyn CompletionSource,
    level: u8,
) -> Option<Value> {
    let ExpressionKind::Hashtable(inner) = &inner.kind else {
        return None;
    };
    let entries = entries(inner, source, level)?;
    if literal.name.eq_ignore_ascii_case("ordered") {
        return Some(dictionary(ORDERED, entries));
    }
    if !literal.name.eq_ignore_ascii_case("pscustomobject") {
        return None;
    }
    let properties = entries.into_iter().filter_map(|(key, value)| match key {
        Value::String(name) => Some(Property {
            name,
            value,
            note: true,
        }),
        _ => None,
    });
    Some(Value::Object(Arc::new(Object::custom(
        properties.collect(),
    ))))
}

/// Types that have static members here but no values.
pub(super) fn static_only(name: &str) -> Option<&'static str> {
    ["System.Math", "System.Environment"]
        .into_iter()
        .find(|full| {
            full.eq_ignore_ascii_case(name)
                || full
                    .strip_prefix("System.")
                    .is_some_and(|short| short.eq_ignore_ascii_case(name))
        })
}

fn variable(path: &VariablePath, source: &dyn CompletionSource) -> Option<Value> {
    let name = match path.scope.as_deref() {
        None | Some("global" | "local" | "script" | "private" | "variable") => &*path.key,
        Some(_) => return None,
    };
    match name {
        "true" => return Some(Value::Bool(true)),
        "false" => return Some(Value::Bool(false)),
        "null" => return None,
        _ => {}
    }
    source
        .variables()
        .into_iter()
        .find(|(known, _, _)| known.eq_ignore_ascii_case(name))
        .map(|(_, value, _)| value)
        .filter(|value| !matches!(value, Value::Null))
}

fn element(owner: &Value, index: &Value) -> Option<Value> {
    if let (Value::Dictionary(dictionary), Value::String(key)) = (owner, index) {
        return read(&dictionary.entries)
            .values()
            .find(|(own, _)| matches!(own, Value::String(own) if members::same_name(own, key)))
            .map(|(_, item)| item.clone());
    }
    let items = owner.elements()?;
    let at = as_double(index)? as i64;
    let at = if at < 0 { at + items.len() as i64 } else { at };
    items.get(usize::try_from(at).ok()?).cloned()
}

/// The entries of a dictionary whose keys are texts.
pub(super) fn keys(value: &Value) -> Vec<Arc<str>> {
    let Value::Dictionary(dictionary) = value else {
        return Vec::new();
    };
    read(&dictionary.entries)
        .values()
        .filter_map(|(key, _)| match key {
            Value::String(key) => Some(Arc::clone(key)),
            _ => None,
        })
        .collect()
}
