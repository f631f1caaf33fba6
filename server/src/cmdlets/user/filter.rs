//! `-Filter` of Get-CsUser: `RegistrarPool -eq "pool1.contoso.com" -and Enabled -eq $true`.
//!
//! The shell hands the script block over as text. What a filter may say is a small part of the language: comparisons of
//! a property with a constant, `-and`, `-or`, `-not` and parentheses. As in the shell, `-and` and `-or` have the same
//! rank and are read from left to right, and texts compare without case.

use tandem::user::v1::User;
use tandem_domain::identity::Fqdn;
use tandem_shell::error_record::ErrorCategory;
use tandem_shell::wildcard::Wildcard;

use crate::dispatch::Fault;

/// Deepest nesting of parentheses and `-not`.
const DEPTH_MAX: usize = 32;
/// Longest filter in bytes.
const LENGTH_MAX: usize = 16 * 1024;

/// A filter over users.
#[derive(Debug)]
pub(super) enum Filter {
    /// A property compared with a constant.
    Compare(Property, Comparison),
    /// `-not`.
    Not(Box<Self>),
    /// `-and`.
    And(Box<Self>, Box<Self>),
    /// `-or`.
    Or(Box<Self>, Box<Self>),
}

/// How a property is compared.
#[derive(Debug)]
pub(super) enum Comparison {
    Equal(String),
    NotEqual(String),
    Like(Wildcard),
    NotLike(Wildcard),
}

/// A property of a user that filters know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Property {
    Identity,
    SipAddress,
    DisplayName,
    RegistrarPool,
    Enabled,
    SamAccountName,
    UserPrincipalName,
    HomeServer,
    EnterpriseVoiceEnabled,
}

impl Property {
    const ALL: [(&'static str, Self); 9] = [
        ("Identity", Self::Identity),
        ("SipAddress", Self::SipAddress),
        ("DisplayName", Self::DisplayName),
        ("RegistrarPool", Self::RegistrarPool),
        ("Enabled", Self::Enabled),
        ("SamAccountName", Self::SamAccountName),
        ("UserPrincipalName", Self::UserPrincipalName),
        ("HomeServer", Self::HomeServer),
        ("EnterpriseVoiceEnabled", Self::EnterpriseVoiceEnabled),
    ];

    fn of(self, user: &User) -> &str {
        let flag = |value| if value { "True" } else { "False" };
        match self {
            Self::Identity => &user.identity,
            Self::SipAddress => &user.sip_address,
            Self::DisplayName => &user.display_name,
            Self::RegistrarPool => &user.registrar_pool,
            Self::Enabled => flag(user.enabled),
            Self::SamAccountName => &user.sam_account_name,
            Self::UserPrincipalName => &user.user_principal_name,
            Self::HomeServer => &user.home_server,
            Self::EnterpriseVoiceEnabled => flag(user.enterprise_voice_enabled),
        }
    }
}

impl Filter {
    /// Reads a filter.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub(super) fn parse(text: &str) -> Result<Self, Fault> {
        if text.len() > LENGTH_MAX {
            return Err(invalid(text, "it is longer than 16,384 bytes"));
        }
        let mut parser = Parser {
            text,
            tokens: tokens(text)?,
            next: 0,
        };
        let filter = parser.alternatives(0)?;
        match parser.take() {
            None => Ok(filter),
            Some(token) => Err(invalid(text, &format!("{} is not expected", token.shown()))),
        }
    }

    /// Whether a user is meant.
    pub(super) fn matches(&self, user: &User) -> bool {
        match self {
            Self::Compare(property, comparison) => comparison.holds(property.of(user)),
            Self::Not(inner) => !inner.matches(user),
            Self::And(left, right) => left.matches(user) && right.matches(user),
            Self::Or(left, right) => left.matches(user) || right.matches(user),
        }
    }

    /// The one home pool whose users alone can match, when the filter says so: the others need not be read.
    pub(super) fn home_pool(&self) -> Option<Fqdn> {
        match self {
            Self::Compare(Property::RegistrarPool, Comparison::Equal(pool)) => {
                Fqdn::parse(pool).ok()
            }
            Self::And(left, right) => left.home_pool().or_else(|| right.home_pool()),
            Self::Compare(..) | Self::Not(_) | Self::Or(..) => None,
        }
    }
}

impl Comparison {
    fn holds(&self, value: &str) -> bool {
        let equal = |text: &str| value.to_lowercase() == text.to_lowercase();
        match self {
            Self::Equal(text) => equal(text),
            Self::NotEqual(text) => !equal(text),
            Self::Like(pattern) => pattern.matches(value),
            Self::NotLike(pattern) => !pattern.matches(value),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Open,
    Close,
    /// `-eq` and the like, in lower case and without the dash.
    Operator(String),
    /// A bare word: a property, or a constant without quotes.
    Word(String),
    /// A quoted text.
    Text(String),
}

impl Token {
    fn shown(&self) -> String {
        match self {
            Self::Open => "\"(\"".to_owned(),
            Self::Close => "\")\"".to_owned(),
            Self::Operator(name) => format!("\"-{name}\""),
            Self::Word(text) | Self::Text(text) => format!("\"{text}\""),
        }
    }
}

fn tokens(text: &str) -> Result<Vec<Token>, Fault> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, length) = match first {
            '(' => (Token::Open, 1),
            ')' => (Token::Close, 1),
            '"' | '\'' => {
                let (value, length) = quoted(rest, first)
                    .ok_or_else(|| invalid(text, "a quotation mark is not closed"))?;
                (Token::Text(value), length)
            }
            _ => {
                let length = rest
                    .find(|c: char| c.is_whitespace() || "()\"'".contains(c))
                    .unwrap_or(rest.len());
                let (word, _) = rest.split_at(length);
                let is_operator = word
                    .strip_prefix('-')
                    .filter(|name| !name.is_empty() && name.chars().all(char::is_alphabetic));
                let token = match is_operator {
                    Some(name) => Token::Operator(name.to_lowercase()),
                    None => Token::Word(word.to_owned()),
                };
                (token, length)
            }
        };
        tokens.push(token);
        rest = rest.get(length..).unwrap_or_default().trim_start();
    }
    Ok(tokens)
}

/// The text in quotation marks at the beginning of `rest`, in which a doubled mark stands for itself, and its length
/// with the marks.
fn quoted(rest: &str, mark: char) -> Option<(String, usize)> {
    let mut value = String::new();
    let mut characters = rest.char_indices().skip(1).peekable();
    while let Some((place, character)) = characters.next() {
        if character != mark {
            value.push(character);
        } else if characters.next_if(|(_, next)| *next == mark).is_some() {
            value.push(mark);
        } else {
            return Some((value, place + mark.len_utf8()));
        }
    }
    None
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    next: usize,
}

impl Parser<'_> {
    fn take(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.next).cloned();
        self.next += 1;
        token
    }

    /// Takes the next token when it is this operator.
    fn take_operator(&mut self, name: &str) -> bool {
        let found =
            matches!(self.tokens.get(self.next), Some(Token::Operator(found)) if found == name);
        self.next += usize::from(found);
        found
    }

    fn alternatives(&mut self, depth: usize) -> Result<Filter, Fault> {
        let mut left = self.term(depth)?;
        loop {
            if self.take_operator("and") {
                let right = self.term(depth)?;
                left = Filter::And(Box::new(left), Box::new(right));
            } else if self.take_operator("or") {
                let right = self.term(depth)?;
                left = Filter::Or(Box::new(left), Box::new(right));
            } else {
                return Ok(left);
            }
        }
    }

    fn term(&mut self, depth: usize) -> Result<Filter, Fault> {
        if depth > DEPTH_MAX {
            return Err(self.fail("it is nested too deeply"));
        }
        if self.take_operator("not") {
            return Ok(Filter::Not(Box::new(self.term(depth + 1)?)));
        }
        match self.take() {
            Some(Token::Open) => {
                let inner = self.alternatives(depth + 1)?;
                match self.take() {
                    Some(Token::Close) => Ok(inner),
                    _ => Err(self.fail("a parenthesis is not closed")),
                }
            }
            Some(Token::Word(name)) => self.comparison(&name),
            Some(token) => Err(self.fail(&format!(
                "a property is expected where {} stands",
                token.shown()
            ))),
            None => Err(self.fail("it ends where a property is expected")),
        }
    }

    fn comparison(&mut self, name: &str) -> Result<Filter, Fault> {
        let name = name.strip_prefix("$_.").unwrap_or(name);
        let property = Property::ALL
            .into_iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, property)| property);
        let Some(property) = property else {
            let known = Property::ALL.map(|(name, _)| name).join(", ");
            return Err(self.fail(&format!(
                "users have no property \"{name}\" to filter by; they have {known}"
            )));
        };
        let Some(Token::Operator(operator)) = self.take() else {
            return Err(self.fail(&format!(
                "-eq, -ne, -like or -notlike is expected after {name}"
            )));
        };
        let value = match self.take() {
            Some(Token::Text(text)) => text,
            Some(Token::Word(word)) => constant(&word)
                .ok_or_else(|| self.fail(&format!("the value of {word} is not known here")))?,
            _ => return Err(self.fail(&format!("a value is expected after -{operator}"))),
        };
        let comparison = match operator.as_str() {
            "eq" | "ieq" => Comparison::Equal(value),
            "ne" | "ine" => Comparison::NotEqual(value),
            "like" | "ilike" => Comparison::Like(Wildcard::new(&value)),
            "notlike" | "inotlike" => Comparison::NotLike(Wildcard::new(&value)),
            _ => {
                return Err(self.fail(&format!(
                    "-{operator} does not compare; -eq, -ne, -like and -notlike do"
                )));
            }
        };
        Ok(Filter::Compare(property, comparison))
    }

    fn fail(&self, reason: &str) -> Fault {
        invalid(self.text, reason)
    }
}

/// A constant without quotes; variables have no value here but for the three that are constants.
fn constant(word: &str) -> Option<String> {
    match word.to_lowercase().as_str() {
        "$true" => Some("True".to_owned()),
        "$false" => Some("False".to_owned()),
        "$null" => Some(String::new()),
        _ if word.starts_with('$') => None,
        _ => Some(word.to_owned()),
    }
}

fn invalid(text: &str, reason: &str) -> Fault {
    let shown: String = text.trim().chars().take(200).collect();
    Fault::new(
        "InvalidFilter",
        ErrorCategory::InvalidArgument,
        format!("The filter \"{shown}\" cannot be used: {reason}."),
    )
    .target(shown)
    .mended_by("Get-CsUser -Filter {RegistrarPool -eq \"pool1.contoso.com\"}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn user() -> User {
        User {
            sip_address: "sip:kenmyer@contoso.com".to_owned(),
            display_name: "Ken \"K\" Myer".to_owned(),
            registrar_pool: "pool1.contoso.com".to_owned(),
            enabled: true,
            ..User::default()
        }
    }

    #[test]
    fn what_filters_mean() {
        for (filter, expected) in [
            ("RegistrarPool -eq \"POOL1.contoso.com\"", true),
            ("registrarpool -ne 'pool1.contoso.com'", false),
            ("SipAddress -like \"sip:ken*\"", true),
            ("SipAddress -notlike sip:ken*", false),
            ("Enabled -eq $true", true),
            ("Enabled -eq $false -or HomeServer -eq $null", true),
            ("-not (Enabled -eq $true)", false),
            ("DisplayName -eq \"Ken \"\"K\"\" Myer\"", true),
            ("$_.Enabled -eq $true", true),
            // From left to right: (true or true) and false.
            (
                "Enabled -eq $true -or Enabled -eq $true -and Enabled -eq $false",
                false,
            ),
            (
                "Enabled -eq $true -or (Enabled -eq $true -and Enabled -eq $false)",
                true,
            ),
        ] {
            assert_eq!(
                Filter::parse(filter).unwrap().matches(&user()),
                expected,
                "{filter}"
            );
        }
    }

    #[test]
    fn what_is_no_filter() {
        for filter in [
            "",
            "RegistrarPool",
            "RegistrarPool -eq",
            "RegistrarPool -gt \"a\"",
            "Colour -eq red",
            "(Enabled -eq $true",
            "Enabled -eq $true)",
            "Enabled -eq $whatever",
            "DisplayName -eq \"open",
            &"(".repeat(10_000),
            &"-not ".repeat(3_000),
            &"x".repeat(20_000),
        ] {
            let fault = Filter::parse(filter).unwrap_err();
            assert_eq!(fault.id, "InvalidFilter", "{filter}");
        }
    }

    #[test]
    fn one_pool_is_read_when_only_its_users_can_match() {
        let pool = |filter: &str| Filter::parse(filter).unwrap().home_pool().map(String::from);
        let one = Some("pool1.contoso.com".to_owned());
        assert_eq!(pool("RegistrarPool -eq pool1.contoso.com"), one);
        assert_eq!(
            pool("Enabled -eq $true -and RegistrarPool -eq pool1.contoso.com"),
            one
        );
        assert_eq!(
            pool("Enabled -eq $true -or RegistrarPool -eq pool1.contoso.com"),
            None
        );
        assert_eq!(pool("-not (RegistrarPool -eq pool1.contoso.com)"), None);
    }
}
