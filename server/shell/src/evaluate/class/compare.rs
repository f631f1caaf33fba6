//! Objects of classes that say themselves whether they equal another, or which comes first.

use crate::evaluate::class::object_of;
use crate::evaluate::operator::comparison;
use crate::language::ast::BinaryOperator;
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::pipeline::sink::Discard;
use crate::value::Value;

impl Engine<'_> {
    /// What a comparison gives whose left operand is an object of a class that has a word in it; none otherwise.
    pub(crate) fn compared_by_class(
        &mut self,
        operator: BinaryOperator,
        left: &Value,
        right: &Value,
    ) -> Result<Option<bool>, Halt> {
        use BinaryOperator as B;
        let Some((_, class)) = object_of(left) else {
            return Ok(None);
        };
        let method = match operator {
            B::Equal(_) | B::NotEqual(_) => "Equals",
            _ => "CompareTo",
        };
        if class.overloads(method, false).is_empty() {
            return Ok(None);
        }
        if method == "CompareTo" && !class.implements("System.IComparable") {
            return Ok(None);
        }
        let arguments = std::slice::from_ref(right);
        let Some(answer) = self.class_method(left, method, arguments, &mut Discard)? else {
            return Ok(None);
        };
        let order = match &answer {
            Value::Int32(order) => *order,
            _ => 0,
        };
        let equal = crate::convert::is_true(&answer);
        Ok(Some(match operator {
            B::Equal(_) => equal,
            B::NotEqual(_) => !equal,
            B::LessThan(_) => order < 0,
            B::LessOrEqual(_) => order <= 0,
            B::GreaterThan(_) => order > 0,
            _ => order >= 0,
        }))
    }

    /// What the static method gives that a class has for an operator; none where it has none.
    pub(crate) fn operator_of_class(
        &mut self,
        owner: &Value,
        method: &str,
        operands: &[Value],
    ) -> Result<Option<Value>, Halt> {
        let Some((_, class)) = object_of(owner) else {
            return Ok(None);
        };
        let class = class.clone();
        self.static_class_method(&class, method, operands, &mut Discard)
    }

    /// `-contains`: whether an element equals a value, as its class or PowerShell has it.
    pub(crate) fn contains(
        &mut self,
        collection: &Value,
        item: &Value,
        case: bool,
    ) -> Result<bool, Halt> {
        if !self.session.classes.is_empty() {
            let own = collection.elements();
            let own = own.unwrap_or_else(|| vec![collection.clone()]);
            for element in &own {
                let equal = BinaryOperator::Equal(case);
                if self.compared_by_class(equal, element, item)? == Some(true) {
                    return Ok(true);
                }
            }
        }
        Ok(comparison::contains(collection, item, case))
    }
}
