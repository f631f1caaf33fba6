//! The words that the language keeps for itself where a statement or a command may begin.

/// A word of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say all there is to say")]
pub enum Keyword {
    Assembly,
    Base,
    Begin,
    Break,
    Catch,
    Class,
    Clean,
    Command,
    Configuration,
    Continue,
    Data,
    Default,
    Define,
    Do,
    DynamicParam,
    Else,
    ElseIf,
    End,
    Enum,
    Exit,
    Filter,
    Finally,
    For,
    ForEach,
    From,
    Function,
    Hidden,
    If,
    In,
    Interface,
    Module,
    Namespace,
    Parallel,
    Param,
    Private,
    Process,
    Public,
    Return,
    Sequence,
    Static,
    Switch,
    Throw,
    Trap,
    Try,
    Type,
    Until,
    Using,
    Var,
    While,
    Workflow,
}

/// Every word with what it is, in alphabetical order.
const WORDS: &[(&str, Keyword)] = &[
    ("assembly", Keyword::Assembly),
    ("base", Keyword::Base),
    ("begin", Keyword::Begin),
    ("break", Keyword::Break),
    ("catch", Keyword::Catch),
    ("class", Keyword::Class),
    ("clean", Keyword::Clean),
    ("command", Keyword::Command),
    ("configuration", Keyword::Configuration),
    ("continue", Keyword::Continue),
    ("data", Keyword::Data),
    ("default", Keyword::Default),
    ("define", Keyword::Define),
    ("do", Keyword::Do),
    ("dynamicparam", Keyword::DynamicParam),
    ("else", Keyword::Else),
    ("elseif", Keyword::ElseIf),
    ("end", Keyword::End),
    ("enum", Keyword::Enum),
    ("exit", Keyword::Exit),
    ("filter", Keyword::Filter),
    ("finally", Keyword::Finally),
    ("for", Keyword::For),
    ("foreach", Keyword::ForEach),
    ("from", Keyword::From),
    ("function", Keyword::Function),
    ("hidden", Keyword::Hidden),
    ("if", Keyword::If),
    ("in", Keyword::In),
    ("interface", Keyword::Interface),
    ("module", Keyword::Module),
    ("namespace", Keyword::Namespace),
    ("parallel", Keyword::Parallel),
    ("param", Keyword::Param),
    ("private", Keyword::Private),
    ("process", Keyword::Process),
    ("public", Keyword::Public),
    ("return", Keyword::Return),
    ("sequence", Keyword::Sequence),
    ("static", Keyword::Static),
    ("switch", Keyword::Switch),
    ("throw", Keyword::Throw),
    ("trap", Keyword::Trap),
    ("try", Keyword::Try),
    ("type", Keyword::Type),
    ("until", Keyword::Until),
    ("using", Keyword::Using),
    ("var", Keyword::Var),
    ("while", Keyword::While),
    ("workflow", Keyword::Workflow),
];

impl Keyword {
    /// The keyword that a word is, in whatever case.
    pub fn find(word: &str) -> Option<Self> {
        if !(2..=13).contains(&word.len()) || !word.is_ascii() {
            return None;
        }
        let found = WORDS.binary_search_by(|(own, _)| {
            own.bytes()
                .cmp(word.bytes().map(|byte| byte.to_ascii_lowercase()))
        });
        found.ok().map(|index| WORDS[index].1)
    }

    /// The word, in lower case.
    pub fn text(self) -> &'static str {
        WORDS
            .iter()
            .find(|(_, own)| *own == self)
            .map_or("", |(word, _)| word)
    }

    /// Whether it names a part of a script block.
    pub fn is_block_name(self) -> bool {
        matches!(
            self,
            Self::Begin | Self::Process | Self::End | Self::Clean | Self::DynamicParam
        )
    }

    /// Whether its statement takes no attributes.
    pub fn refuses_attributes(self) -> bool {
        matches!(
            self,
            Self::Break
                | Self::Continue
                | Self::Data
                | Self::Define
                | Self::Do
                | Self::Exit
                | Self::Filter
                | Self::For
                | Self::ForEach
                | Self::From
                | Self::Function
                | Self::If
                | Self::Parallel
                | Self::Return
                | Self::Sequence
                | Self::Switch
                | Self::Throw
                | Self::Trap
                | Self::Try
                | Self::Using
                | Self::Var
                | Self::While
                | Self::Workflow
        )
    }
}
