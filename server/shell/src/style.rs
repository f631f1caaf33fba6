//! `$PSStyle`: the escape sequences that text is styled with (PowerShell's class `PSStyle`). What a session shows is
//! drawn without them; scripts put them into texts of their own.

use std::sync::Arc;

use crate::command::ParameterType;
use crate::convert::{ConversionContext, convert, enumerations};
use crate::evaluate::dictionary;
use crate::format::view::{Source, View, ViewBody, ViewRegistry};
use crate::members::property;
use crate::text::{Culture, to_text};
use crate::value::{EnumValue, Object, Text, Value};

const STYLE: &str = "System.Management.Automation.PSStyle";
const FOREGROUND: &str = "System.Management.Automation.PSStyle+ForegroundColor";
const BACKGROUND: &str = "System.Management.Automation.PSStyle+BackgroundColor";
const RESET: &str = "\u{1b}[0m";

/// Sequences by name, in the order of the class; the number between `\e[` and `m`.
const EFFECTS: [(&str, &str); 17] = [
    ("Reset", "0"),
    ("BlinkOff", "25"),
    ("Blink", "5"),
    ("BoldOff", "22"),
    ("Bold", "1"),
    ("DimOff", "22"),
    ("Dim", "2"),
    ("Hidden", "8"),
    ("HiddenOff", "28"),
    ("Reverse", "7"),
    ("ReverseOff", "27"),
    ("ItalicOff", "23"),
    ("Italic", "3"),
    ("UnderlineOff", "24"),
    ("Underline", "4"),
    ("StrikethroughOff", "29"),
    ("Strikethrough", "9"),
];

const FORMATTING: [(&str, &str); 11] = [
    ("FormatAccent", "32;1"),
    ("TableHeader", "32;1"),
    ("CustomTableHeaderLabel", "32;1;3"),
    ("ErrorAccent", "36;1"),
    ("Error", "31;1"),
    ("Warning", "33;1"),
    ("Verbose", "33;1"),
    ("Debug", "33;1"),
    ("FeedbackName", "33"),
    ("FeedbackText", "96"),
    ("FeedbackAction", "97"),
];

/// How the view lists them.
const FORMATTING_SHOWN: [&str; 11] = [
    "FormatAccent",
    "ErrorAccent",
    "Error",
    "Warning",
    "Verbose",
    "Debug",
    "TableHeader",
    "CustomTableHeaderLabel",
    "FeedbackName",
    "FeedbackText",
    "FeedbackAction",
];

const FILES: [(&str, &str); 3] = [
    ("Directory", "44;1"),
    ("SymbolicLink", "36;1"),
    ("Executable", "32;1"),
];

const EXTENSIONS: [(&str, &str); 11] = [
    (".zip", "31;1"),
    (".tgz", "31;1"),
    (".gz", "31;1"),
    (".tar", "31;1"),
    (".nupkg", "31;1"),
    (".cab", "31;1"),
    (".7z", "31;1"),
    (".ps1", "33;1"),
    (".psd1", "33;1"),
    (".psm1", "33;1"),
    (".ps1xml", "33;1"),
];

/// Colours in the order of the terminal's numbers; the bright ones follow.
const COLOURS: [&str; 8] = [
    "Black", "Red", "Green", "Yellow", "Blue", "Magenta", "Cyan", "White",
];

/// How the view lists them, each with the bright one behind it.
const COLOURS_SHOWN: [&str; 8] = [
    "Black", "White", "Red", "Magenta", "Blue", "Cyan", "Green", "Yellow",
];

/// The terminal's numbers of `ConsoleColor`'s members.
const CONSOLE: [i64; 16] = [0, 4, 2, 6, 1, 5, 3, 7, 60, 64, 62, 66, 61, 65, 63, 67];

fn sequence(codes: &str) -> Value {
    Value::text(format!("\u{1b}[{codes}m"))
}

fn typed(name: &str, properties: Vec<(Text, Value)>) -> Value {
    let types: [Text; 2] = [name.into(), "System.Object".into()];
    Value::Object(Arc::new(Object::typed(types.into(), properties)))
}

fn named(table: &[(&str, &str)]) -> Vec<(Text, Value)> {
    table
        .iter()
        .map(|(name, codes)| (Text::from(*name), sequence(codes)))
        .collect()
}

fn member(name: &str, number: i64) -> Value {
    enumerations::find(name).map_or(Value::Null, |definition| {
        Value::Enum(EnumValue { definition, number })
    })
}

fn colours(class: &str, first: i64) -> Value {
    let shades = [("", first), ("Bright", first + 60)];
    let all = shades.into_iter().flat_map(|(prefix, first)| {
        let numbered = COLOURS.iter().zip(first..);
        numbered.map(move |(name, code)| {
            (
                Text::from(format!("{prefix}{name}")),
                sequence(&code.to_string()),
            )
        })
    });
    typed(class, all.collect())
}

/// The variable's value in a fresh session.
pub(crate) fn style() -> Value {
    let mut all = vec![(
        "OutputRendering".into(),
        member("System.Management.Automation.OutputRendering", 0),
    )];
    all.extend(named(&EFFECTS));
    let progress = vec![
        ("Style".into(), sequence("33;1")),
        ("MaxWidth".into(), Value::Int32(120)),
        (
            "View".into(),
            member("System.Management.Automation.ProgressView", 0),
        ),
        ("UseOSCIndicator".into(), Value::Bool(false)),
    ];
    let extensions = EXTENSIONS
        .iter()
        .map(|(name, codes)| (Text::from(*name), (Value::text(*name), sequence(codes))));
    let mut files = named(&FILES);
    files.push((
        "Extension".into(),
        dictionary(
            "System.Management.Automation.PSStyle+FileInfoFormatting+FileExtensionDictionary",
            extensions.collect(),
        ),
    ));
    all.extend([
        (
            "Formatting".into(),
            typed(&format!("{STYLE}+FormattingData"), named(&FORMATTING)),
        ),
        (
            "Progress".into(),
            typed(&format!("{STYLE}+ProgressConfiguration"), progress),
        ),
        ("Foreground".into(), colours(FOREGROUND, 30)),
        ("Background".into(), colours(BACKGROUND, 40)),
        (
            "FileInfo".into(),
            typed(&format!("{STYLE}+FileInfoFormatting"), files),
        ),
    ]);
    typed(STYLE, all)
}

/// The methods of `$PSStyle` and its colours; none for other owners, names and arguments.
pub(crate) fn method(owner: &Value, name: &str, arguments: &[Value]) -> Option<Value> {
    let Value::Object(object) = owner else {
        return None;
    };
    let of_type = crate::text::read(&object.type_names).first()?.clone();
    let first = match &*of_type {
        STYLE => {
            let [text, link] = arguments else { return None };
            let text_of = |value| to_text(value, Culture::Invariant);
            return name.eq_ignore_ascii_case("FormatHyperlink").then(|| {
                Value::text(format!(
                    "\u{1b}]8;;{}\u{1b}\\{}\u{1b}]8;;\u{1b}\\",
                    text_of(link),
                    text_of(text)
                ))
            });
        }
        FOREGROUND => 30,
        BACKGROUND => 40,
        _ => return None,
    };
    let number = |value: &Value, of_type: &str| {
        let target = ParameterType::Plain(of_type.into());
        let found = convert(value, &target, ConversionContext::default()).ok()?;
        crate::text::as_double(&found).map(|number| number as i64)
    };
    match (&*name.to_ascii_lowercase(), arguments) {
        ("fromrgb", [rgb]) => {
            let rgb = number(rgb, "System.Int32")?;
            let part = |shift: u32| rgb >> shift & 0xff;
            Some(rgb_sequence(first, [part(16), part(8), part(0)]))
        }
        ("fromrgb", [red, green, blue]) => {
            let part = |value| number(value, "System.Byte");
            Some(rgb_sequence(first, [part(red)?, part(green)?, part(blue)?]))
        }
        ("fromconsolecolor", [colour]) => {
            let target = ParameterType::Enum(enumerations::find("System.ConsoleColor")?);
            let Value::Enum(colour) =
                convert(colour, &target, ConversionContext::default()).ok()?
            else {
                return None;
            };
            let code = CONSOLE.get(usize::try_from(colour.number).ok()?)?;
            Some(sequence(&(first + code).to_string()))
        }
        _ => None,
    }
}

fn rgb_sequence(first: i64, [red, green, blue]: [i64; 3]) -> Value {
    sequence(&format!("{};2;{red};{green};{blue}", first + 8))
}

/// A sequence in its own effect and in letters, at a path of properties.
pub(crate) fn shown(value: &Value, path: &str) -> Value {
    let at = path
        .split('.')
        .try_fold(value.clone(), |at, name| property(&at, name));
    let text = to_text(&at.unwrap_or_default(), Culture::Invariant);
    let letters = text.replace('\u{1b}', "`e");
    let end = if path == "Reset" { "" } else { RESET };
    Value::text(format!("{text}{letters}{end}"))
}

/// Registers the views of the class and its parts.
pub(crate) fn register(registry: &mut ViewRegistry) {
    let styled = |path: String| (Text::from(&*path), Source::Sequence(path.into()));
    let colours = |prefix: &str| -> Vec<(Text, Source)> {
        let both = COLOURS_SHOWN.iter().flat_map(|name| {
            [String::new(), "Bright".into()].map(|shade: String| format!("{prefix}{shade}{name}"))
        });
        both.map(styled).collect()
    };
    let formatting = |prefix: &str| -> Vec<(Text, Source)> {
        let all = FORMATTING_SHOWN
            .iter()
            .map(|name| styled(format!("{prefix}{name}")));
        all.collect()
    };
    let progress = ["MaxWidth", "View", "UseOSCIndicator"];
    let files = ["Directory", "SymbolicLink", "Executable"];
    let plain = |name: &str| (Text::from(name), Source::Property(name.into()));

    let mut whole: Vec<_> = EFFECTS
        .iter()
        .map(|(name, _)| styled((*name).into()))
        .collect();
    whole.push(plain("OutputRendering"));
    whole.extend(formatting("Formatting."));
    whole.push(styled("Progress.Style".into()));
    whole.extend(progress.map(|name| {
        let path = format!("Progress.{name}");
        (Text::from(&*path), Source::Path(path.into()))
    }));
    whole.extend(files.map(|name| styled(format!("FileInfo.{name}"))));
    whole.push(("FileInfo.Extension".into(), Source::Compute(extensions)));
    whole.extend(colours("Foreground."));
    whole.extend(colours("Background."));

    let mut own_progress = vec![styled("Style".into())];
    own_progress.extend(progress.map(plain));
    for (class, items) in [
        (STYLE.to_owned(), whole),
        (format!("{STYLE}+FormattingData"), formatting("")),
        (format!("{STYLE}+ProgressConfiguration"), own_progress),
        (FOREGROUND.to_owned(), colours("")),
        (BACKGROUND.to_owned(), colours("")),
    ] {
        registry.register(
            &class,
            View {
                name: class.as_str().into(),
                body: ViewBody::List(items),
                group_by: None,
                out_of_band: false,
            },
        );
    }
}

/// The extensions that files are told by.
fn extensions(style: &Value) -> Value {
    let files = property(style, "FileInfo").unwrap_or_default();
    let Some(Value::Dictionary(known)) = property(&files, "Extension") else {
        return Value::Null;
    };
    let entries = crate::text::read(&known.entries);
    let names: Vec<String> = entries
        .values()
        .map(|(name, _)| to_text(name, Culture::Invariant))
        .collect();
    Value::text(names.join(","))
}
