//! What the parser hands to the binder: the arguments of one command, as typed.

use crate::error_record::Extent;
use crate::value::{Text, Value};

/// One argument of a command: a name, a value, or a name with its value attached.
#[derive(Clone, Debug)]
pub struct Argument {
    /// The parameter token, if this is one.
    pub name: Option<ArgumentName>,
    /// The value: attached with a colon where `name` is given too, else standing alone.
    pub value: Option<ArgumentValue>,
    /// Whether it was an entry of a splatted dictionary: an explicit parameter silently beats it.
    pub splatted: bool,
}

/// A parameter token.
#[derive(Clone, Debug)]
pub struct ArgumentName {
    /// The name without its dash and its colon.
    pub name: Text,
    /// The token as typed, dash and colon included: what a parameter that takes the rest receives.
    pub typed: Text,
    /// The token's extent, colon included.
    pub extent: Extent,
}

/// A value with its place.
#[derive(Clone, Debug)]
pub struct ArgumentValue {
    /// The value.
    pub value: Value,
    /// Where it stands; for a splatted one the whole `@name`.
    pub extent: Extent,
    /// The text of a lone numeric bare word: bound to a string, `007` stays `007`.
    pub source: Option<Text>,
}

impl Argument {
    /// A value that stands alone.
    pub fn positional(value: ArgumentValue) -> Self {
        Self {
            name: None,
            value: Some(value),
            splatted: false,
        }
    }

    /// `-Name`, or `-Name:value` if a value is attached.
    pub fn named(name: ArgumentName, attached: Option<ArgumentValue>) -> Self {
        Self {
            name: Some(name),
            value: attached,
            splatted: false,
        }
    }
}
