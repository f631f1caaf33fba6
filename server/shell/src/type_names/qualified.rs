//! Names of types with those of their assemblies, as `Type.FullName` has them for the arguments of generic types.

use crate::value::Text;

/// The name of a type with that of its assembly (`Type.AssemblyQualifiedName`).
pub(crate) fn qualified(name: &str) -> String {
    const NET: (&str, &str) = ("10.0.0.0", "7cec85d7bea7798e");
    const BCL: (&str, &str) = ("10.0.0.0", "b03f5f7f11d50a3a");
    let element = name.trim_end_matches("[]");
    let (assembly, (version, token)) = match element {
        own if own.starts_with("System.Management.Automation.") => (
            "System.Management.Automation",
            ("7.6.5.500", "31bf3856ad364e35"),
        ),
        "System.Uri" => ("System.Private.Uri", BCL),
        "System.Net.IPAddress" => ("System.Net.Primitives", BCL),
        "System.Text.RegularExpressions.Regex" => ("System.Text.RegularExpressions", BCL),
        "System.Numerics.BigInteger" => ("System.Runtime.Numerics", BCL),
        "System.Xml.XmlDocument" => ("System.Private.Xml", ("10.0.0.0", "cc7b13ffcd2ddd51")),
        own if own.starts_with("System.Collections.Generic.Stack`")
            || own.starts_with("System.Collections.Generic.Sorted") =>
        {
            ("System.Collections", BCL)
        }
        _ => ("System.Private.CoreLib", NET),
    };
    let name = full_name(name);
    format!("{name}, {assembly}, Version={version}, Culture=neutral, PublicKeyToken={token}")
}

/// `Type.FullName` of a type that is named as its `ToString` does: each argument of a generic type in brackets and with
/// its assembly.
pub(crate) fn full_name(name: &str) -> Text {
    if let Some(element) = name.strip_suffix("[]") {
        return format!("{}[]", full_name(element)).into();
    }
    let parts = name.split_once('`').and_then(|(class, rest)| {
        let (arity, arguments) = rest.strip_suffix(']')?.split_once('[')?;
        (!arguments.starts_with('[')).then_some((class, arity, arguments))
    });
    let Some((class, arity, arguments)) = parts else {
        return name.into();
    };
    let arguments: Vec<String> = crate::convert::generics::split(arguments)
        .into_iter()
        .map(|argument| format!("[{}]", qualified(argument)))
        .collect();
    format!("{class}`{arity}[{}]", arguments.join(",")).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_of_generic_types_name_their_assemblies() {
        let string = "[System.String, System.Private.CoreLib, Version=10.0.0.0, Culture=neutral, PublicKeyToken=7cec85d7bea7798e]";
        for (name, full) in [
            ("System.String[]", "System.String[]".to_owned()),
            (
                "System.Collections.Generic.List`1[System.String]",
                format!("System.Collections.Generic.List`1[{string}]"),
            ),
            (
                "System.Collections.Generic.Dictionary`2[System.String,System.String]",
                format!("System.Collections.Generic.Dictionary`2[{string},{string}]"),
            ),
        ] {
            assert_eq!(*full_name(name), *full);
        }
    }
}
