//! The states of `DateTime.Parse`: what has been read of a date or of a time, and where the next token leads
//! (.NET's `DateTimeParse.dateParsingStates`; suffixes of East Asian dates are left out).

/// What the parser has read since it last completed a date or a time. N: a number; Y: a year, which has three digits or
/// more; M: the name of a month; d: a separator of dates, t: of times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Begin,
    N,
    NN,
    DateNd,
    DateNN,
    DateNNd,
    DateM,
    DateMN,
    DateNM,
    DateMNd,
    DateY,
    DateYN,
    DateYNd,
    DateYM,
    DateYMd,
    TimeNt,
    TimeNNt,
    /// No date or time begins so.
    Error,
    Done(Complete),
}

/// A whole date or time, by what it was made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Complete {
    DayNN,
    DayNNN,
    DayMN,
    DayNM,
    DayMNN,
    DayYNN,
    DayYMN,
    DayYN,
    DayYM,
    DayNNY,
    TimeN,
    TimeNN,
    TimeNNN,
}

/// A token with the separator behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    End,
    NumberEnd,
    NumberHalf,
    NumberSpace,
    NumberDateSeparator,
    NumberTimeSeparator,
    MonthEnd,
    MonthSpace,
    MonthDateSeparator,
    DayOfWeek,
    YearSpace,
    YearDateSeparator,
    YearEnd,
    Zone,
    Era,
    /// A number before the `T` of ISO 8601, which is in no table.
    NumberTimeMark,
    /// What is passed over.
    Nothing,
}

impl State {
    /// Whether a date or a time is complete.
    pub(super) fn is_done(self) -> bool {
        matches!(self, Self::Done(_))
    }

    /// Where a token leads.
    pub(super) fn next(self, token: Token) -> Self {
        let column = TOKENS.iter().position(|of_table| *of_table == token);
        let row = NEXT.iter().find(|(state, _)| *state == self);
        match (row, column) {
            (Some((_, row)), Some(column)) => row[column],
            _ => Self::Error,
        }
    }
}

/// The tokens of the columns of [`NEXT`].
const TOKENS: [Token; 15] = [
    Token::End,
    Token::NumberEnd,
    Token::NumberHalf,
    Token::NumberSpace,
    Token::NumberDateSeparator,
    Token::NumberTimeSeparator,
    Token::MonthEnd,
    Token::MonthSpace,
    Token::MonthDateSeparator,
    Token::DayOfWeek,
    Token::YearSpace,
    Token::YearDateSeparator,
    Token::YearEnd,
    Token::Zone,
    Token::Era,
];

const X: State = State::Error;

const fn done(complete: Complete) -> State {
    State::Done(complete)
}

/// Where each token leads from each state.
#[rustfmt::skip]
const NEXT: [(State, [State; 15]); 17] = {
    use Complete::*;
    use State::*;
    [
        (Begin, [Begin, X, done(TimeN), N, DateNd, TimeNt, X, DateM, DateM, Begin, DateY, DateY, X, Begin, Begin]),
        (N, [X, done(DayNN), done(TimeNN), NN, DateNNd, X, done(DayNM), DateNM, DateMNd, N, DateYN, DateYNd, done(DayYN), N, N]),
        (NN, [done(DayNN), done(DayNNN), done(TimeNNN), done(DayNNN), X, TimeNt, done(DayMNN), done(DayMNN), X, NN, done(DayNNY), X, done(DayNNY), NN, NN]),
        (DateNd, [X, done(DayNN), X, DateNN, DateNNd, X, done(DayNM), DateMN, DateMNd, DateNd, DateYN, DateYNd, done(DayYN), X, DateNd]),
        (DateNN, [done(DayNN), done(DayNNN), done(TimeN), done(DayNNN), X, TimeNt, done(DayMNN), done(DayMNN), X, DateNN, done(DayNNY), X, done(DayNNY), X, DateNN]),
        (DateNNd, [X, done(DayNNN), done(DayNNN), done(DayNNN), X, X, done(DayMNN), done(DayMNN), X, DateNNd, done(DayNNY), X, done(DayNNY), X, DateNNd]),
        (DateM, [X, done(DayMN), X, DateMN, DateMNd, X, X, X, X, DateM, DateYM, DateYMd, done(DayYM), X, DateM]),
        (DateMN, [done(DayMN), done(DayMNN), done(DayMNN), done(DayMNN), X, TimeNt, X, X, X, DateMN, done(DayYMN), X, done(DayYMN), X, DateMN]),
        (DateNM, [done(DayNM), done(DayMNN), done(DayMNN), done(DayMNN), X, TimeNt, X, X, X, DateNM, done(DayYMN), X, done(DayYMN), X, DateNM]),
        (DateMNd, [X, done(DayMNN), X, done(DayMNN), X, X, X, X, X, DateMNd, done(DayYMN), X, done(DayYMN), X, DateMNd]),
        (DateY, [X, done(DayYN), X, DateYN, DateYNd, X, done(DayYM), DateYM, DateYMd, DateY, X, X, X, X, DateY]),
        (DateYN, [done(DayYN), done(DayYNN), done(DayYNN), done(DayYNN), X, X, done(DayYMN), done(DayYMN), X, DateYN, X, X, X, X, DateYN]),
        (DateYNd, [X, done(DayYNN), done(DayYNN), done(DayYNN), X, X, done(DayYMN), done(DayYMN), X, DateYN, X, X, X, X, DateYN]),
        (DateYM, [done(DayYM), done(DayYMN), done(DayYMN), done(DayYMN), X, X, X, X, X, DateYM, X, X, X, X, DateYM]),
        (DateYMd, [X, done(DayYMN), done(DayYMN), done(DayYMN), X, X, X, X, X, DateYM, X, X, X, X, DateYM]),
        (TimeNt, [X, done(TimeNN), done(TimeNN), done(TimeNN), X, TimeNNt, done(DayNM), DateNM, X, X, X, X, X, TimeNt, TimeNt]),
        (TimeNNt, [X, done(TimeNNN), done(TimeNNN), done(TimeNNN), X, X, X, X, X, TimeNNt, X, X, X, TimeNNt, TimeNNt]),
    ]
};
