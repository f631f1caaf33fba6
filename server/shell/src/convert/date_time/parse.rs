//! `DateTime.Parse`: tokens are read until a date or a time is complete, then the next one begins
//! (.NET's `DateTimeParse.TryParse`).

use super::lexer::{Cursor, Half, Separator, Word};
use super::states::{Complete, State, Token};
use super::{DateFailure, MAX_TICKS, days_before};
use crate::convert::ConversionContext;
use crate::text::{Culture, TICKS_PER_DAY, TICKS_PER_SECOND, date_parts};
use crate::value::{DateTime, DateTimeKind};

/// Years below this one are of the century 2000, of two-digit ones (`GregorianCalendar.TwoDigitYearMax`, 2049).
const FIRST_YEAR_OF_1900: i64 = 50;
/// How far from Greenwich a zone lies, in minutes.
const MAX_OFFSET: i64 = 14 * 60;

/// `DateTime.Parse` in the current culture, which is en-US, or in the invariant one; a zone makes local time, which is
/// UTC here.
///
/// # Errors
/// What is wrong with the text.
pub fn parse_date_time(text: &str, context: ConversionContext) -> Result<DateTime, DateFailure> {
    if text.is_empty() {
        return Err(DateFailure::Malformed);
    }
    Parser {
        cursor: Cursor::new(text),
        context,
        reading: Reading::default(),
        found: Found::default(),
    }
    .parse()
}

/// What has been read since the last date or time was complete, and what counts for the whole.
#[derive(Default)]
struct Reading {
    /// At most three.
    numbers: Vec<i64>,
    year: Option<i64>,
    month: Option<i64>,
    day_of_week: Option<i64>,
    half: Option<Half>,
    /// Of a second.
    fraction: Option<f64>,
}

/// What is known of the moment.
#[derive(Default)]
struct Found {
    date: Option<(i64, i64, i64)>,
    /// Whether no other date may come; one with a month's name and one number may.
    is_date_closed: bool,
    /// Hours, minutes and seconds.
    time: Option<(i64, i64, i64)>,
    /// Minutes east of Greenwich.
    offset: Option<i64>,
}

struct Parser {
    cursor: Cursor,
    context: ConversionContext,
    reading: Reading,
    found: Found,
}

type Step<T> = Result<T, DateFailure>;

impl Parser {
    fn parse(mut self) -> Step<DateTime> {
        let mut state = State::Begin;
        let mut is_any_complete = false;
        loop {
            let token = self.token(state)?;
            match token {
                Token::Nothing => continue,
                Token::NumberTimeMark if matches!(state, State::DateYN | State::DateYNd) => {
                    return self.iso_8601();
                }
                _ => state = state.next(token),
            }
            match state {
                State::Error => return Err(DateFailure::Malformed),
                State::Done(complete) => {
                    self.complete(complete)?;
                    is_any_complete = true;
                    state = State::Begin;
                }
                _ => {}
            }
            if matches!(token, Token::End | Token::NumberEnd | Token::MonthEnd) {
                break;
            }
        }
        if !is_any_complete {
            return Err(DateFailure::Malformed);
        }
        self.assemble()
    }

    fn token(&mut self, state: State) -> Step<Token> {
        match self.cursor.word() {
            Word::Number { value, is_year } => self.number(state, value, is_year),
            Word::Month(month) => self.month(state, month),
            Word::DayOfWeek(day) => {
                if self.reading.day_of_week.replace(day).is_some() {
                    return Err(DateFailure::Malformed);
                }
                Ok(Token::DayOfWeek)
            }
            Word::Half(half) => {
                if self.reading.half.replace(half).is_some() {
                    return Err(DateFailure::Malformed);
                }
                Ok(Token::Nothing)
            }
            Word::Zone => {
                if self.found.offset.replace(0).is_some() {
                    return Err(DateFailure::Malformed);
                }
                Ok(Token::Zone)
            }
            Word::Era => Ok(Token::Era),
            Word::Ignorable => Ok(Token::Nothing),
            Word::End => Ok(Token::End),
            Word::Unknown => self.unknown(),
        }
    }

    fn unknown(&mut self) -> Step<Token> {
        if self.cursor.peek().is_some_and(char::is_alphabetic) {
            return Err(self.cursor.unknown_word());
        }
        if self.found.offset.is_none() {
            self.found.offset = self.cursor.offset();
            if self.found.offset.is_some() {
                return Ok(Token::Nothing);
            }
        }
        if self.cursor.punctuation() {
            return Ok(Token::Nothing);
        }
        Err(DateFailure::Malformed)
    }

    fn number(&mut self, state: State, value: Option<i64>, is_year: bool) -> Step<Token> {
        let value = value
            .filter(|_| self.reading.numbers.len() < 3)
            .ok_or(DateFailure::Malformed)?;
        if state == State::TimeNNt && self.cursor.has_more_than_one() && self.cursor.take('.') {
            self.reading.fraction = self.cursor.fraction();
        }
        if is_time(state) {
            self.zone_behind_time()?;
        }
        let before = self.cursor.at;
        if is_year {
            if self.reading.year.replace(value).is_some() {
                return Err(DateFailure::Malformed);
            }
            return self.year_token(state, before);
        }
        let token = match self.cursor.separator() {
            Separator::End => Token::NumberEnd,
            Separator::Space => Token::NumberSpace,
            Separator::Date => Token::NumberDateSeparator,
            Separator::Time => Token::NumberTimeSeparator,
            Separator::TimeMark => Token::NumberTimeMark,
            Separator::DateOrOffset => self.date_or_offset(
                state,
                before,
                Token::NumberDateSeparator,
                Token::NumberSpace,
            ),
            Separator::Half(half) => return self.number_of_half(state, value, half),
        };
        self.reading.numbers.push(value);
        Ok(token)
    }

    /// A number with a half of the day: an hour.
    fn number_of_half(&mut self, state: State, value: i64, half: Half) -> Step<Token> {
        if self.reading.half.is_some() {
            return Ok(Token::Nothing);
        }
        self.reading.half = Some(half);
        if state == State::DateNN {
            self.complete(Complete::DayNN)?;
        }
        self.reading.numbers.push(value);
        if is_time(state) {
            self.zone_behind_time()?;
        }
        Ok(Token::NumberHalf)
    }

    fn year_token(&mut self, state: State, before: usize) -> Step<Token> {
        Ok(match self.cursor.separator() {
            Separator::End => Token::YearEnd,
            Separator::Space => Token::YearSpace,
            Separator::Date => Token::YearDateSeparator,
            Separator::DateOrOffset => {
                self.date_or_offset(state, before, Token::YearDateSeparator, Token::YearSpace)
            }
            Separator::Half(half) if self.reading.half.is_none() => {
                self.reading.half = Some(half);
                Token::YearSpace
            }
            Separator::Half(_) => Token::Nothing,
            Separator::Time | Separator::TimeMark => return Err(DateFailure::Malformed),
        })
    }

    fn month(&mut self, state: State, month: i64) -> Step<Token> {
        if self.reading.month.is_some() {
            return Err(DateFailure::Malformed);
        }
        let before = self.cursor.at;
        let token = match self.cursor.separator() {
            Separator::End => Token::MonthEnd,
            Separator::Space => Token::MonthSpace,
            Separator::Date => Token::MonthDateSeparator,
            Separator::DateOrOffset => {
                self.date_or_offset(state, before, Token::MonthDateSeparator, Token::MonthSpace)
            }
            Separator::Time | Separator::TimeMark | Separator::Half(_) => {
                return Err(DateFailure::Malformed);
            }
        };
        self.reading.month = Some(month);
        Ok(token)
    }

    /// What `-` is: where it separates nothing, but the date is complete without it, it begins an offset and is read
    /// again.
    fn date_or_offset(
        &mut self,
        state: State,
        before: usize,
        separated: Token,
        ended: Token,
    ) -> Token {
        if state.next(separated) == State::Error && state.next(ended).is_done() {
            self.cursor.at = before;
            ended
        } else {
            separated
        }
    }

    /// The zone right behind a time.
    fn zone_behind_time(&mut self) -> Step<()> {
        let before = self.cursor.at;
        self.cursor.skip_white_space();
        if !self.cursor.has_more_than_one() || !matches!(self.cursor.peek(), Some('+' | '-')) {
            self.cursor.at = before;
            return Ok(());
        }
        let offset = self.cursor.offset().ok_or(DateFailure::Malformed)?;
        if self.found.offset.replace(offset).is_some() {
            return Err(DateFailure::Malformed);
        }
        Ok(())
    }

    /// Takes what has been read for a date or a time.
    fn complete(&mut self, complete: Complete) -> Step<()> {
        let numbers = std::mem::take(&mut self.reading.numbers);
        let number = |index: usize| numbers.get(index).copied().unwrap_or(-1);
        let (year, month) = (self.reading.year, self.reading.month);
        let (first, second, third) = (number(0), number(1), number(2));
        let is_invariant = self.context.culture == Culture::Invariant;
        let this_year = i64::from(date_parts(self.context.now).year);
        match complete {
            Complete::DayNN => self.date(true, [(Some(this_year), Some(first), second)]),
            Complete::DayNNN => self.date(true, [(Some(full(third)), Some(first), second)]),
            Complete::DayMN => self.date(false, [(Some(this_year), month, first)]),
            // The invariant culture writes the year before the month, en-US behind it.
            Complete::DayNM if is_invariant => self.date(false, [(Some(full(first)), month, 1)]),
            Complete::DayNM => self.date(false, [(Some(this_year), month, first)]),
            Complete::DayMNN => self.date(
                true,
                [
                    (Some(full(second)), month, first),
                    (Some(full(first)), month, second),
                ],
            ),
            Complete::DayYNN | Complete::DayNNY => self.date(true, [(year, Some(first), second)]),
            Complete::DayYMN => self.date(true, [(year, month, first)]),
            Complete::DayYN => self.date(true, [(year, Some(first), 1)]),
            Complete::DayYM => self.date(true, [(year, month, 1)]),
            Complete::TimeN if self.reading.half.is_none() => Err(DateFailure::Malformed),
            Complete::TimeN => self.time((first, 0, 0)),
            Complete::TimeNN => self.time((first, second, 0)),
            Complete::TimeNNN => self.time((first, second, third)),
        }
    }

    /// Takes the first of some readings that is a day of a year.
    fn date<const N: usize>(
        &mut self,
        closes: bool,
        readings: [(Option<i64>, Option<i64>, i64); N],
    ) -> Step<()> {
        if self.found.is_date_closed {
            return Err(DateFailure::Malformed);
        }
        let date = readings
            .into_iter()
            .filter_map(|(year, month, day)| Some((year?, month?, day)))
            .find(|&(year, month, day)| days_before(year, month, day).is_some())
            .ok_or(DateFailure::Malformed)?;
        self.found.date = Some(date);
        self.found.is_date_closed = closes;
        Ok(())
    }

    fn time(&mut self, time: (i64, i64, i64)) -> Step<()> {
        if self.found.time.replace(time).is_some() {
            return Err(DateFailure::Malformed);
        }
        Ok(())
    }

    fn assemble(self) -> Step<DateTime> {
        let (mut hours, minutes, seconds) = self.found.time.unwrap_or_default();
        match self.reading.half {
            Some(Half::Am) if hours > 12 => return Err(DateFailure::Malformed),
            Some(Half::Am) => hours %= 12,
            Some(Half::Pm) if hours > 23 => return Err(DateFailure::Malformed),
            Some(Half::Pm) if hours < 12 => hours += 12,
            Some(Half::Pm) | None => {}
        }
        let today = date_parts(self.context.now);
        let (year, month, day) = self.found.date.unwrap_or_else(|| {
            (
                i64::from(today.year),
                i64::from(today.month),
                i64::from(today.day),
            )
        });
        let ticks = moment(year, month, day, (hours, minutes, seconds))?;
        let fraction = self.reading.fraction.unwrap_or_default();
        let ticks = with_fraction(ticks, fraction)?;
        // 0001-01-01 was a Monday.
        let day_of_week = (ticks / TICKS_PER_DAY + 1) % 7;
        if self
            .reading
            .day_of_week
            .is_some_and(|named| named != day_of_week)
        {
            return Err(DateFailure::WrongDayOfWeek);
        }
        in_zone(ticks, self.found.offset)
    }

    /// The time behind the `T` of ISO 8601, to the end.
    fn iso_8601(mut self) -> Step<DateTime> {
        let malformed = DateFailure::Malformed;
        let cursor = &mut self.cursor;
        cursor.skip_white_space();
        let hours = cursor.two_digits().ok_or(malformed)?;
        cursor.skip_white_space();
        if !cursor.take(':') {
            return Err(malformed);
        }
        cursor.skip_white_space();
        let minutes = cursor.two_digits().ok_or(malformed)?;
        cursor.skip_white_space();
        let (mut seconds, mut fraction) = (0, 0.0);
        if cursor.take(':') {
            cursor.skip_white_space();
            seconds = cursor.two_digits().ok_or(malformed)?;
            if cursor.take('.') {
                fraction = cursor.fraction().ok_or(malformed)?;
            }
            cursor.skip_white_space();
        }
        match cursor.peek() {
            Some('+' | '-') => self.found.offset = Some(cursor.offset().ok_or(malformed)?),
            Some('Z' | 'z') => {
                cursor.at += 1;
                self.found.offset = Some(0);
            }
            _ => {}
        }
        cursor.skip_white_space();
        while cursor.peek().is_some() {
            if !cursor.punctuation() {
                return Err(malformed);
            }
            cursor.skip_white_space();
        }
        let number = |index: usize| self.reading.numbers.get(index).copied().unwrap_or(-1);
        let year = self.reading.year.unwrap_or(-1);
        let ticks = moment(year, number(0), number(1), (hours, minutes, seconds))?;
        in_zone(with_fraction(ticks, fraction)?, self.found.offset)
    }
}

fn is_time(state: State) -> bool {
    matches!(state, State::TimeNt | State::TimeNNt)
}

/// The year that one of two digits means.
fn full(year: i64) -> i64 {
    match year {
        0..FIRST_YEAR_OF_1900 => 2000 + year,
        FIRST_YEAR_OF_1900..100 => 1900 + year,
        _ => year,
    }
}

fn moment(year: i64, month: i64, day: i64, time: (i64, i64, i64)) -> Step<i64> {
    let (hours, minutes, seconds) = time;
    let days = days_before(year, month, day).ok_or(DateFailure::NotInCalendar)?;
    if hours > 23 || minutes > 59 || seconds > 59 {
        return Err(DateFailure::NotInCalendar);
    }
    Ok(days * TICKS_PER_DAY + ((hours * 60 + minutes) * 60 + seconds) * TICKS_PER_SECOND)
}

/// A part of a second counts in ticks, halves to the even one.
fn with_fraction(ticks: i64, fraction: f64) -> Step<i64> {
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        reason = "below a second's ticks"
    )]
    let ticks = ticks + (fraction * TICKS_PER_SECOND as f64).round_ties_even() as i64;
    if ticks > MAX_TICKS {
        return Err(DateFailure::Malformed);
    }
    Ok(ticks)
}

/// A moment on the clock of a zone: local time then. A time of day stays within its day.
fn in_zone(ticks: i64, offset: Option<i64>) -> Step<DateTime> {
    let Some(offset) = offset else {
        return Ok(DateTime {
            ticks,
            kind: DateTimeKind::Unspecified,
        });
    };
    if offset.abs() > MAX_OFFSET {
        return Err(DateFailure::OffsetOutOfRange);
    }
    let mut local = ticks - offset * 60 * TICKS_PER_SECOND;
    if ticks < TICKS_PER_DAY && local < 0 {
        local += TICKS_PER_DAY;
    } else if !(0..=MAX_TICKS).contains(&local) {
        // The zone of this clock is Greenwich's, so that nothing is left to add.
        return Err(DateFailure::OutOfRange);
    }
    Ok(DateTime {
        ticks: local,
        kind: DateTimeKind::Local,
    })
}
