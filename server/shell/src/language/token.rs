//! The words of the language.

mod keyword;

pub use keyword::Keyword;

use crate::error_record::Extent;
use crate::language::ast::{BinaryOperator, Stream, UnaryOperator, VariablePath};
use crate::value::{Text, Value};

/// A token with its place.
#[derive(Clone, Debug)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it stands in the source.
    pub extent: Extent,
    /// Where it begins in the text that is read, which a sub-expression of a string is for itself.
    pub start: usize,
}

/// The kinds of tokens.
#[derive(Clone, Debug)]
pub enum TokenKind {
    /// The end of the text.
    EndOfInput,
    /// A line break.
    NewLine,
    /// A character that begins nothing.
    Unknown,
    /// A fixed sign.
    Sign(Sign),
    /// A number.
    Number(Value),
    /// A quoted string without anything to expand.
    Literal(Text),
    /// A quoted string with parts to expand.
    Expandable(Vec<RawPart>),
    /// A plain name: a command, a member, a type, a key.
    Identifier(Text),
    /// A word of the language, where one may stand.
    Keyword(Keyword),
    /// A bare word that is more than a name.
    Generic(Text),
    /// A bare word with parts to expand.
    GenericExpandable(Vec<RawPart>),
    /// `$name`, `@name`.
    Variable(VariablePath),
    /// `-Name`, `-Name:`.
    Parameter {
        /// Without dash and colon.
        name: Text,
        /// Whether a colon ends it.
        colon: bool,
    },
    /// `-eq`, `-not`, … in an expression.
    Operator(DashOperator),
    /// `n>`, `n>>`, `n>&1`.
    Redirection(RedirectionSign),
    /// `:label`.
    Label(Text),
}

impl TokenKind {
    /// Whether it is that sign.
    pub fn is(&self, sign: Sign) -> bool {
        matches!(self, Self::Sign(own) if *own == sign)
    }

    /// Whether it is that word of the language.
    pub fn is_keyword(&self, keyword: Keyword) -> bool {
        matches!(self, Self::Keyword(own) if *own == keyword)
    }

    /// Whether it reads the same in every mode, so that it need not be read anew when the mode changes.
    pub fn is_invariant(&self) -> bool {
        match self {
            Self::NewLine
            | Self::EndOfInput
            | Self::Literal(_)
            | Self::Expandable(_)
            | Self::Redirection(RedirectionSign::Input) => true,
            Self::Sign(sign) => matches!(
                sign,
                Sign::LeftParenthesis
                    | Sign::RightParenthesis
                    | Sign::LeftBrace
                    | Sign::RightBrace
                    | Sign::RightBracket
                    | Sign::AtParenthesis
                    | Sign::AtBrace
                    | Sign::DollarParenthesis
                    | Sign::Semicolon
                    | Sign::AndAnd
                    | Sign::OrOr
                    | Sign::Ampersand
                    | Sign::Pipe
                    | Sign::Comma
            ),
            _ => false,
        }
    }

    /// Whether it may stand before an operand.
    pub fn is_unary_operator(&self) -> bool {
        match self {
            Self::Operator(operator) => !matches!(operator, DashOperator::Binary(_)),
            Self::Sign(sign) => matches!(
                sign,
                Sign::Comma
                    | Sign::MinusMinus
                    | Sign::PlusPlus
                    | Sign::Exclamation
                    | Sign::Plus
                    | Sign::Minus
            ),
            _ => false,
        }
    }
}

/// What a dash and a word mean in an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DashOperator {
    /// Only between two operands.
    Binary(BinaryOperator),
    /// Only before one.
    Unary(UnaryOperator),
    /// Both (`-split`, `-join`).
    Either(UnaryOperator, BinaryOperator),
}

/// A redirection without its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RedirectionSign {
    /// `n>&1`, `n>&2`.
    Merge {
        /// What is merged.
        from: Stream,
        /// Into what.
        into: Stream,
    },
    /// `n>`, `n>>`.
    File {
        /// The stream.
        stream: Stream,
        /// Whether to append.
        append: bool,
    },
    /// `<`.
    Input,
}

/// A part of an expandable string before its sub-expressions are parsed.
#[derive(Clone, Debug)]
pub enum RawPart {
    /// As it is.
    Literal(String),
    /// A variable.
    Variable(VariablePath, Extent),
    /// `$(…)`.
    SubExpression(RawSubExpression),
}

/// A `$(…)` within a string: its text, and where each byte of it stands in the source.
#[derive(Clone, Debug)]
pub struct RawSubExpression {
    /// The text between the parentheses, doubled quotes made single.
    pub text: String,
    /// For each byte of `text`, and one past it, its offset in the source.
    pub origins: Vec<usize>,
    /// From `$` past `)`.
    pub extent: Extent,
}

/// The fixed signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say all there is to say")]
pub enum Sign {
    /// Only as what reading goes on at after an error.
    NewLine,
    Semicolon,
    Pipe,
    AndAnd,
    OrOr,
    Ampersand,
    LeftParenthesis,
    RightParenthesis,
    LeftBrace,
    RightBrace,
    LeftBracket,
    RightBracket,
    AtParenthesis,
    AtBrace,
    DollarParenthesis,
    Comma,
    Dot,
    DotDot,
    ColonColon,
    Colon,
    Question,
    QuestionQuestion,
    QuestionQuestionEquals,
    QuestionDot,
    QuestionBracket,
    Equals,
    PlusEquals,
    MinusEquals,
    StarEquals,
    SlashEquals,
    PercentEquals,
    Plus,
    Minus,
    Star,
    Slash,
    Percent,
    PlusPlus,
    MinusMinus,
    Exclamation,
}

/// The operator that a dash and `word` mean, if any.
pub fn dash_operator(word: &str) -> Option<DashOperator> {
    use BinaryOperator as B;
    use DashOperator::{Binary, Either, Unary};
    let lower = word.to_ascii_lowercase();
    Some(match lower.as_str() {
        "and" => Binary(B::And),
        "or" => Binary(B::Or),
        "xor" => Binary(B::Xor),
        "band" => Binary(B::BitwiseAnd),
        "bor" => Binary(B::BitwiseOr),
        "bxor" => Binary(B::BitwiseXor),
        "shl" => Binary(B::ShiftLeft),
        "shr" => Binary(B::ShiftRight),
        "f" => Binary(B::Format),
        "is" => Binary(B::Is),
        "isnot" => Binary(B::IsNot),
        "as" => Binary(B::As),
        "join" => Either(UnaryOperator::Join, B::Join),
        "not" => Unary(UnaryOperator::Not),
        "bnot" => Unary(UnaryOperator::BitwiseNot),
        _ => return text_operator(&lower),
    })
}

/// The operators that come plain, with `i` and with `c`.
fn text_operator(word: &str) -> Option<DashOperator> {
    let find = |name: &str, case: bool| {
        use BinaryOperator as B;
        Some(DashOperator::Binary(match name {
            "eq" => B::Equal(case),
            "ne" => B::NotEqual(case),
            "gt" => B::GreaterThan(case),
            "ge" => B::GreaterOrEqual(case),
            "lt" => B::LessThan(case),
            "le" => B::LessOrEqual(case),
            "like" => B::Like(case),
            "notlike" => B::NotLike(case),
            "match" => B::Match(case),
            "notmatch" => B::NotMatch(case),
            "contains" => B::Contains(case),
            "notcontains" => B::NotContains(case),
            "in" => B::In(case),
            "notin" => B::NotIn(case),
            "replace" => B::Replace(case),
            "split" => {
                return Some(DashOperator::Either(
                    UnaryOperator::Split(case),
                    B::Split(case),
                ));
            }
            _ => return None,
        }))
    };
    find(word, false)
        .or_else(|| word.strip_prefix('i').and_then(|name| find(name, false)))
        .or_else(|| word.strip_prefix('c').and_then(|name| find(name, true)))
}

/// How tightly a binary operator binds; larger is tighter.
pub fn precedence(operator: BinaryOperator) -> u8 {
    use BinaryOperator as B;
    match operator {
        B::And | B::Or | B::Xor => 1,
        B::BitwiseAnd | B::BitwiseOr | B::BitwiseXor => 2,
        B::Coalesce => 7,
        B::Add | B::Subtract => 9,
        B::Multiply | B::Divide | B::Remainder => 10,
        B::Format => 13,
        B::Range => 14,
        B::Equal(_)
        | B::NotEqual(_)
        | B::GreaterThan(_)
        | B::GreaterOrEqual(_)
        | B::LessThan(_)
        | B::LessOrEqual(_)
        | B::Like(_)
        | B::NotLike(_)
        | B::Match(_)
        | B::NotMatch(_)
        | B::Contains(_)
        | B::NotContains(_)
        | B::In(_)
        | B::NotIn(_)
        | B::Replace(_)
        | B::Split(_)
        | B::Join
        | B::Is
        | B::IsNot
        | B::As
        | B::ShiftLeft
        | B::ShiftRight => 5,
    }
}
