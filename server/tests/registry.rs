//! The whole registry of cmdlets, judged: what a reader may rely on for each of them.

use std::collections::BTreeSet;

use tandem::cmdlet::v1::Effect;
use tandem_server::dispatch::catalogue::Catalogue;
use tandem_server::dispatch::registry::ENTRIES;

/// PowerShell's approved verbs, as far as nouns of this product use them (Microsoft: Approved Verbs for PowerShell
/// Commands).
const APPROVED_VERBS: [&str; 42] = [
    "Add",
    "Approve",
    "Backup",
    "Clear",
    "Compare",
    "Convert",
    "Copy",
    "Debug",
    "Disable",
    "Enable",
    "Export",
    "Find",
    "Get",
    "Grant",
    "Import",
    "Install",
    "Invoke",
    "Lock",
    "Merge",
    "Move",
    "New",
    "Publish",
    "Remove",
    "Repair",
    "Reset",
    "Resolve",
    "Restart",
    "Restore",
    "Resume",
    "Revoke",
    "Search",
    "Set",
    "Start",
    "Stop",
    "Submit",
    "Suspend",
    "Sync",
    "Test",
    "Trace",
    "Unlock",
    "Unpublish",
    "Update",
];

/// Cmdlets that change something and whose originals have no -WhatIf: reference pages of Lync Server 2013.
const WITHOUT_SHOULD_PROCESS: [&str; 2] = ["Invoke-CsBackupServiceSync", "Sync-CsUserData"];

#[test]
fn every_cmdlet_of_the_contracts_is_in_the_registry() {
    let annotated = tandem::DESCRIPTORS
        .services()
        .filter(|service| {
            service
                .methods()
                .any(|method| method.input().get_field_by_name("common").is_some())
        })
        .flat_map(|service| service.methods().collect::<Vec<_>>())
        .map(|method| format!("{}/{}", method.parent_service().full_name(), method.name()));
    let annotated: BTreeSet<String> = annotated.collect();
    let registered: BTreeSet<String> = ENTRIES.iter().map(|entry| entry.rpc.to_owned()).collect();
    assert_eq!(annotated, registered);
    assert_eq!(Catalogue::new().cmdlets().len(), ENTRIES.len());
}

#[test]
fn verbs_are_approved_and_names_are_unique() {
    let catalogue = Catalogue::new();
    let mut names = BTreeSet::new();
    for cmdlet in catalogue.cmdlets() {
        let (verb, noun) = cmdlet.info.name.split_once('-').expect("Verb-Noun");
        assert!(
            APPROVED_VERBS.contains(&verb),
            "{}: {verb} is not approved",
            cmdlet.info.name
        );
        assert!(
            noun.starts_with("Cs") || noun.starts_with("Tandem"),
            "{}: whose noun is it?",
            cmdlet.info.name
        );
        for name in cmdlet
            .aliases
            .iter()
            .map(String::as_str)
            .chain([&*cmdlet.info.name])
        {
            assert!(names.insert(name.to_lowercase()), "{name} is taken");
        }
        let mut parameters = BTreeSet::new();
        for parameter in &cmdlet.info.parameters {
            for name in parameter.aliases.iter().chain([&parameter.name]) {
                assert!(
                    parameters.insert(name.to_lowercase()),
                    "{}: -{name} is taken",
                    cmdlet.info.name
                );
            }
        }
        assert_eq!(
            cmdlet.info.parameters.len(),
            cmdlet.fields.len(),
            "{}",
            cmdlet.info.name
        );
    }
}

#[test]
fn every_cmdlet_has_help_and_an_example_of_itself() {
    for cmdlet in Catalogue::new().cmdlets() {
        let info = &cmdlet.info;
        assert!(
            info.help.synopsis.ends_with('.'),
            "{}: the synopsis is a sentence: {}",
            info.name,
            info.help.synopsis
        );
        assert!(!info.help.examples.is_empty(), "{}: no example", info.name);
        for (line, explanation) in &info.help.examples {
            assert!(
                line.contains(&*info.name),
                "{}: the example {line:?} is not about it",
                info.name
            );
            assert!(
                !explanation.is_empty(),
                "{}: nothing explains {line:?}",
                info.name
            );
        }
        for parameter in &info.parameters {
            assert!(
                !parameter.description.is_empty(),
                "{} -{}: no description",
                info.name,
                parameter.name
            );
        }
    }
}

#[test]
fn what_changes_something_can_be_tried_without_effect() {
    for cmdlet in Catalogue::new().cmdlets() {
        let name = &*cmdlet.info.name;
        assert_ne!(
            cmdlet.effect,
            Effect::Unspecified,
            "{name}: who may run it?"
        );
        let expected = cmdlet.effect == Effect::Change && !WITHOUT_SHOULD_PROCESS.contains(&name);
        assert_eq!(cmdlet.info.should_process, expected, "{name}");
    }
}

#[test]
fn mandatory_positions_come_before_optional_ones() {
    for cmdlet in Catalogue::new().cmdlets() {
        for set in tandem_shell::help::syntax::set_names(&cmdlet.info) {
            let members = tandem_shell::help::syntax::set_parameters(&cmdlet.info, &set);
            let mut positions: Vec<_> = members
                .iter()
                .filter_map(|member| {
                    Some((member.membership.position?, member.membership.mandatory))
                })
                .collect();
            positions.sort_unstable();
            let first_optional = positions
                .iter()
                .position(|(_, mandatory)| !mandatory)
                .unwrap_or(positions.len());
            assert!(
                positions[first_optional..]
                    .iter()
                    .all(|(_, mandatory)| !mandatory),
                "{} {set}: {positions:?}",
                cmdlet.info.name
            );
        }
    }
}
