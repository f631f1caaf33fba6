//! The operators of expressions, assignments and chains.

/// Assignment operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssignmentOperator {
    /// `=`.
    Set,
    /// `+=`, `-=`, `*=`, `/=`, `%=`.
    Combine(BinaryOperator),
    /// `??=`.
    Coalesce,
}

/// What joins two pipelines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChainOperator {
    /// `&&`.
    And,
    /// `||`.
    Or,
}

/// Unary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOperator {
    /// `-not`, `!`.
    Not,
    /// `-bnot`.
    BitwiseNot,
    /// `-`.
    Minus,
    /// `+`.
    Plus,
    /// `,`.
    Comma,
    /// `-join`.
    Join,
    /// `-split`, `-isplit`, `-csplit`; whether case counts.
    Split(bool),
}

/// Binary operators. Those of text carry whether case counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(
    missing_docs,
    reason = "the names are PowerShell's own and say all there is to say"
)]
pub enum BinaryOperator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Range,
    Format,
    And,
    Or,
    Xor,
    BitwiseAnd,
    BitwiseOr,
    BitwiseXor,
    ShiftLeft,
    ShiftRight,
    Equal(bool),
    NotEqual(bool),
    GreaterThan(bool),
    GreaterOrEqual(bool),
    LessThan(bool),
    LessOrEqual(bool),
    Like(bool),
    NotLike(bool),
    Match(bool),
    NotMatch(bool),
    Contains(bool),
    NotContains(bool),
    In(bool),
    NotIn(bool),
    Replace(bool),
    Split(bool),
    Join,
    Is,
    IsNot,
    As,
    Coalesce,
}
