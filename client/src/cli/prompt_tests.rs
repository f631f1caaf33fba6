//! Prompts, compared with what PowerShell's console draws.

use super::*;

fn confirmation() -> Choices {
    let choice = |label: &str, help: &str| Choice {
        label: label.to_owned(),
        help: help.to_owned(),
    };
    Choices {
        choice: vec![
            choice("&Yes", "Continue with only the next step of the operation."),
            choice(
                "Yes to &All",
                "Continue with all the steps of the operation.",
            ),
            choice(
                "&No",
                "Skip this operation and proceed with the next operation.",
            ),
            choice(
                "No to A&ll",
                "Skip this operation and all subsequent operations.",
            ),
            choice(
                "&Suspend",
                "Pause the current pipeline and return to the command prompt. Type \"exit\" to resume the pipeline.",
            ),
        ],
        default: 0,
    }
}

fn field(name: &str, type_name: &str, help: &str) -> Field {
    Field {
        name: name.to_owned(),
        label: format!("&{name}"),
        r#type: type_name.to_owned(),
        help_message: help.to_owned(),
        mandatory: true,
        secret: false,
    }
}

#[test]
fn a_confirmation_looks_as_in_powershell() {
    let message = "Are you sure you want to perform this action?\nPerforming the operation \"Invoke-CsPoolFailOver\" on target \"p1.contoso.com\".";
    let drawn = heading("Confirm", message) + &choice_line(&confirmation(), 120);
    assert_eq!(
        drawn,
        "\nConfirm\nAre you sure you want to perform this action?\nPerforming the operation \"Invoke-CsPoolFailOver\" on target \"p1.contoso.com\".\n\
         [Y] Yes  [A] Yes to All  [N] No  [L] No to All  [S] Suspend  [?] Help (default is \"Y\"): "
    );
}

#[test]
fn the_choices_wrap_at_the_window() {
    assert_eq!(
        choice_line(&confirmation(), 80),
        "[Y] Yes  [A] Yes to All  [N] No  [L] No to All  [S] Suspend  [?] Help \n(default is \"Y\"):"
    );
    assert_eq!(
        choice_line(&confirmation(), 30),
        "[Y] Yes  [A] Yes to All  \n[N] No[L] No to All  \n[S] Suspend[?] Help \n(default is \"Y\"):"
    );
}

#[test]
fn answers_are_keys_or_labels_in_any_case() {
    let choices = confirmation();
    for (answer, index) in [
        ("", 0),
        ("  ", 0),
        ("y", 0),
        ("A", 1),
        ("yes TO all", 1),
        ("n", 2),
        ("l", 3),
        ("Suspend", 4),
    ] {
        assert_eq!(chosen(&choices, answer), Chosen::Index(index), "{answer}");
    }
    assert_eq!(chosen(&choices, "?"), Chosen::Help);
    assert_eq!(chosen(&choices, "maybe"), Chosen::Nothing);
}

#[test]
fn the_help_has_a_line_a_choice() {
    let help = choice_help(&confirmation());
    assert!(
        help.starts_with("Y - Continue with only the next step of the operation.\nA - "),
        "{help}"
    );
    assert_eq!(help.lines().count(), 5);
}

#[test]
fn fields_are_asked_for_as_in_powershell() {
    let caption = "cmdlet Invoke-CsPoolFailOver at command pipeline position 1";
    let message = "Supply values for the following parameters:";
    let plain = Fields {
        field: vec![field("PoolFqdn", "System.String", "")],
    };
    assert_eq!(
        field_heading(caption, message, &plain),
        format!("\n{caption}\n{message}\n")
    );
    assert_eq!(field_line(&plain.field[0], None), "PoolFqdn: ");
    let helped = Fields {
        field: vec![field("Names", "System.String[]", "Which ones.")],
    };
    assert!(field_heading(caption, message, &helped).ends_with(":\n(Type !? for Help.)\n"));
    assert_eq!(field_line(&helped.field[0], Some(0)), "Names[0]: ");
}

#[test]
fn commands_of_the_prompt_are_not_answers() {
    let helped = field("Count", "System.Int32", "How many.");
    assert_eq!(entered(&helped, "!?"), Entered::Again("How many.".into()));
    assert_eq!(
        entered(&helped, "!x"),
        Entered::Again("\"!x\" cannot be recognized as a valid Prompt command.".into())
    );
    assert_eq!(
        entered(&field("Name", "System.String", ""), "!!x"),
        Entered::Text("!x".into())
    );
    assert_eq!(
        entered(&field("Name", "System.String", ""), "!\"\""),
        Entered::Text(String::new())
    );
    assert_eq!(
        entered(&field("Name", "System.String", ""), "!$NULL"),
        Entered::Null
    );
}

#[test]
fn a_number_that_is_none_is_asked_for_again() {
    let number = field("Count", "System.Int32", "");
    assert_eq!(
        entered(&number, "abc"),
        Entered::Again("Cannot recognize \"abc\" as a System.Int32 due to a format error.".into())
    );
    for good in ["7", " 7 ", "0x10", "1e3", ""] {
        assert_eq!(entered(&number, good), Entered::Text(good.into()));
    }
}

#[test]
fn a_secret_may_begin_with_an_exclamation_mark() {
    let secret = Field {
        secret: true,
        ..field("Password", "System.Security.SecureString", "")
    };
    assert_eq!(entered(&secret, "!?"), Entered::Text("!?".into()));
}

#[test]
fn several_answers_make_a_list() {
    let list = value(
        &field("Names", "System.String[]", ""),
        vec![Some("a".into()), Some("b".into())],
    );
    assert!(matches!(list.kind, Some(Kind::List(list)) if list.item.len() == 2));
    let scalar = value(&field("Name", "System.String", ""), vec![Some("a".into())]);
    assert_eq!(scalar.kind, Some(Kind::String("a".into())));
}
