//! No breaking change: what a program compiled against an earlier contract relies on is still there.
//!
//! `baseline.txt` lists every RPC, field and enum value that was ever published, in its wire form. A line may be added, never changed or taken
//! away. `TANDEM_EXTEND_BASELINE=1 cargo test -p tandem-tests --test contracts` adds what is new.

use std::collections::BTreeSet;
use std::path::Path;
use std::{env, fs};

use prost_reflect::{Cardinality, Kind, MessageDescriptor};

fn kind(kind: &Kind) -> String {
    match kind {
        Kind::Message(message) => message.full_name().to_owned(),
        Kind::Enum(descriptor) => descriptor.full_name().to_owned(),
        scalar => format!("{scalar:?}").to_lowercase(),
    }
}

fn describe(message: &MessageDescriptor, lines: &mut BTreeSet<String>) {
    for field in message.fields() {
        let label = match field.cardinality() {
            Cardinality::Repeated => "repeated ",
            Cardinality::Required => "required ",
            Cardinality::Optional => "",
        };
        let oneof = field
            .containing_oneof()
            .filter(|oneof| !oneof.is_synthetic())
            .map(|oneof| format!(" in {}", oneof.name()))
            .unwrap_or_default();
        lines.insert(format!(
            "field {}.{} = {} {label}{}{oneof}",
            message.full_name(),
            field.name(),
            field.number(),
            kind(&field.kind())
        ));
    }
    for child in message.child_messages() {
        describe(&child, lines);
    }
}

fn contract() -> BTreeSet<String> {
    let mut lines = BTreeSet::new();
    for file in tandem::DESCRIPTORS.files() {
        if !file.package_name().starts_with("tandem.") {
            continue;
        }
        for message in file.messages() {
            describe(&message, &mut lines);
        }
        for descriptor in file.enums() {
            for value in descriptor.values() {
                lines.insert(format!(
                    "value {}.{} = {}",
                    descriptor.full_name(),
                    value.name(),
                    value.number()
                ));
            }
        }
        for service in file.services() {
            for method in service.methods() {
                let stream = |streaming| if streaming { "stream " } else { "" };
                lines.insert(format!(
                    "rpc {} ({}{}) returns ({}{})",
                    method.full_name(),
                    stream(method.is_client_streaming()),
                    method.input().full_name(),
                    stream(method.is_server_streaming()),
                    method.output().full_name()
                ));
            }
        }
    }
    lines
}

#[test]
fn nothing_published_has_changed() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("contracts/baseline.txt");
    let baseline: BTreeSet<String> = fs::read_to_string(&path)
        .unwrap_or_default()
        .lines()
        .map(str::to_owned)
        .collect();
    let contract = contract();
    let broken: Vec<&String> = baseline.difference(&contract).collect();
    assert!(
        broken.is_empty(),
        "published, and gone or changed: {broken:#?}"
    );
    let new: Vec<&String> = contract.difference(&baseline).collect();
    if env::var_os("TANDEM_EXTEND_BASELINE").is_some() {
        let mut text = contract.iter().cloned().collect::<Vec<_>>().join("\n");
        text.push('\n');
        fs::write(path, text).unwrap();
    } else {
        assert!(
            new.is_empty(),
            "new, and not in the baseline (see this module's text): {new:#?}"
        );
    }
}
