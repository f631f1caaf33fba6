//! Arithmetic of decimals. What digits a result keeps is .NET's: a sum has the longer fraction, a product both together,
//! a quotient no more zeros than it came with.

use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive, Zero};
use rust_decimal::Decimal;

use crate::language::ast::BinaryOperator;

const MAX_SCALE: i64 = 28;
/// How far beyond that scale a product of two short numbers is still rounded; behind it there is only zero.
const MAX_LOST_DIGITS: i64 = 19;

/// `a operator b`; none if no decimal holds it. The divisor is not zero.
pub fn calculate(operator: BinaryOperator, a: Decimal, b: Decimal) -> Option<Decimal> {
    match operator {
        BinaryOperator::Add => sum(a, b),
        BinaryOperator::Subtract => sum(a, -b),
        BinaryOperator::Multiply => product(a, b),
        BinaryOperator::Divide => quotient(a, b),
        _ => remainder(a, b),
    }
}

fn mantissa(n: Decimal) -> BigInt {
    BigInt::from(n.mantissa())
}

fn scale(n: Decimal) -> i64 {
    n.scale().into()
}

fn power(digits: i64) -> BigInt {
    BigInt::from(10).pow(u32::try_from(digits).unwrap_or_default())
}

fn fits(mantissa: &BigInt) -> bool {
    mantissa.bits() <= 96
}

/// Division that rounds half to even.
fn rounded(numerator: &BigInt, divisor: &BigInt) -> BigInt {
    let quotient = numerator / divisor;
    let twice = ((numerator % divisor).abs() << 1u32).cmp(&divisor.abs());
    let odd = (&quotient % 2u32) != BigInt::zero();
    if twice.is_gt() || (twice.is_eq() && odd) {
        let away = if numerator.is_negative() == divisor.is_negative() {
            1
        } else {
            -1
        };
        quotient + away
    } else {
        quotient
    }
}

fn number(mantissa: &BigInt, scale: i64, negative: bool) -> Option<Decimal> {
    let mut number =
        Decimal::try_from_i128_with_scale(mantissa.to_i128()?, u32::try_from(scale).ok()?).ok()?;
    number.set_sign_negative(negative);
    Some(number)
}

/// The number with as many of its digits as 96 bits hold, the last one rounded.
fn fitted(mantissa: &BigInt, scale: i64, negative: bool) -> Option<Decimal> {
    let mut lost = (scale - MAX_SCALE).max(0);
    loop {
        let kept = if lost == 0 {
            mantissa.clone()
        } else {
            rounded(mantissa, &power(lost))
        };
        if fits(&kept) {
            return number(&kept, scale - lost, negative);
        }
        lost += 1;
        if lost > scale {
            return None;
        }
    }
}

fn sum(a: Decimal, b: Decimal) -> Option<Decimal> {
    let longer = scale(a).max(scale(b));
    let sum = mantissa(a) * power(longer - scale(a)) + mantissa(b) * power(longer - scale(b));
    let negative = if sum.is_zero() {
        a.is_sign_negative() && b.is_sign_negative()
    } else {
        sum.is_negative()
    };
    fitted(&sum, longer, negative)
}

fn product(a: Decimal, b: Decimal) -> Option<Decimal> {
    let product = mantissa(a) * mantissa(b);
    let scale = scale(a) + scale(b);
    let negative = a.is_sign_negative() != b.is_sign_negative();
    let short = |n: Decimal| n.mantissa().unsigned_abs() <= u32::MAX.into();
    if product.is_zero() {
        let kept = short(a) && short(b) && scale <= MAX_SCALE + MAX_LOST_DIGITS;
        return if kept {
            number(&product, scale.min(MAX_SCALE), negative)
        } else {
            Some(Decimal::ZERO)
        };
    }
    fitted(&product, scale, negative)
}

fn quotient(a: Decimal, b: Decimal) -> Option<Decimal> {
    let negative = a.is_sign_negative() != b.is_sign_negative();
    let natural = scale(a) - scale(b);
    let (mut dividend, divisor) = (mantissa(a).abs(), mantissa(b).abs());
    // A quotient has at least its whole digits.
    let start = natural.max(0);
    dividend *= power(start - natural);
    if (&dividend % &divisor).is_zero() {
        let whole = dividend / divisor;
        return if fits(&whole) {
            number(&whole, start, negative)
        } else {
            None
        };
    }
    let mut longest = start;
    while longest < MAX_SCALE && fits(&(&dividend * 10 / &divisor)) {
        dividend *= 10;
        longest += 1;
    }
    let digits = rounded(&dividend, &divisor);
    let quotient = fitted(&digits, longest, negative)?;
    let mut shortest = quotient.normalize();
    shortest.set_sign_negative(negative);
    Some(shortest)
}

fn remainder(a: Decimal, b: Decimal) -> Option<Decimal> {
    let longer = scale(a).max(scale(b));
    let (own, other) = (
        mantissa(a).abs() * power(longer - scale(a)),
        mantissa(b).abs() * power(longer - scale(b)),
    );
    if own < other {
        return Some(a);
    }
    let rest = own % other;
    // A divisor longer than 96 bits leaves a rest of as many digits as fit.
    fitted(&rest, longer, a.is_sign_negative())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn results_keep_the_digits_that_net_keeps() {
        use BinaryOperator::{Add, Divide, Multiply, Remainder, Subtract};
        for (operator, a, b, expected) in [
            (Add, "1.50", "0.50", "2.00"),
            (Subtract, "1.0", "1.00", "0.00"),
            (
                Add,
                "79228162514264337593543950335",
                "0.4",
                "79228162514264337593543950335",
            ),
            (Multiply, "1.1", "0", "0.0"),
            (Multiply, "1.10", "1.10", "1.2100"),
            (
                Multiply,
                "0.0000000000000000000000000001",
                "0.1",
                "0.0000000000000000000000000000",
            ),
            (Divide, "1", "2", "0.5"),
            (Divide, "1", "10", "0.1"),
            (Divide, "1.10", "1", "1.10"),
            (Divide, "1.1", "0.1", "11"),
            (Divide, "0.00", "7", "0.00"),
            (Divide, "1", "0.5", "2"),
            (Divide, "1", "3", "0.3333333333333333333333333333"),
            (Divide, "100", "3", "33.333333333333333333333333333"),
            (Divide, "2", "0.3", "6.6666666666666666666666666667"),
            (Divide, "1.000", "8", "0.125"),
            (Remainder, "10", "2.5", "0.0"),
            (Remainder, "1.1", "1.10", "0.00"),
            (Remainder, "1", "1.50", "1"),
            (Remainder, "-7.9", "2", "-1.9"),
        ] {
            let (a, b): (Decimal, Decimal) = (a.parse().unwrap(), b.parse().unwrap());
            let result = calculate(operator, a, b).unwrap();
            assert_eq!(result.to_string(), expected, "{a} {operator:?} {b}");
        }
        let none = |operator, a: &str, b: &str| {
            calculate(operator, a.parse().unwrap(), b.parse().unwrap()).is_none()
        };
        assert!(none(Add, "79228162514264337593543950335", "0.5"));
        assert!(none(Divide, "79228162514264337593543950335", "0.1"));
    }
}
