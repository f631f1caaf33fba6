//! One grammar for all contracts: everything is described, names follow the style guide, cmdlets have one shape.

use prost_reflect::{
    DescriptorPool, EnumDescriptor, Kind, MessageDescriptor, MethodDescriptor, ServiceDescriptor,
};

fn ours(pool: &DescriptorPool) -> impl Iterator<Item = prost_reflect::FileDescriptor> + '_ {
    pool.files()
        .filter(|file| file.package_name().starts_with("tandem."))
}

fn messages() -> Vec<MessageDescriptor> {
    fn nested(message: MessageDescriptor, into: &mut Vec<MessageDescriptor>) {
        for child in message.child_messages() {
            nested(child, into);
        }
        into.push(message);
    }
    let mut found = Vec::new();
    for file in ours(&tandem::DESCRIPTORS) {
        for message in file.messages() {
            nested(message, &mut found);
        }
    }
    found
}

fn enums() -> Vec<EnumDescriptor> {
    ours(&tandem::DESCRIPTORS)
        .flat_map(|file| file.enums().collect::<Vec<_>>())
        .collect()
}

fn services() -> Vec<ServiceDescriptor> {
    ours(&tandem::DESCRIPTORS)
        .flat_map(|file| file.services().collect::<Vec<_>>())
        .collect()
}

fn cmdlets() -> Vec<MethodDescriptor> {
    let cmdlet = tandem::DESCRIPTORS
        .get_extension_by_name("tandem.cmdlet.v1.cmdlet")
        .unwrap();
    services()
        .iter()
        .flat_map(|service| service.methods().collect::<Vec<_>>())
        .filter(|method| method.options().has_extension(&cmdlet))
        .collect()
}

/// The comment that stands before an element, by its path in the file's source information.
fn comment(file: &prost_reflect::FileDescriptor, path: &[i32]) -> String {
    let info = file
        .file_descriptor_proto()
        .source_code_info
        .clone()
        .unwrap_or_default();
    info.location
        .iter()
        .find(|location| location.path == path)
        .map(|location| location.leading_comments().trim().to_owned())
        .unwrap_or_default()
}

#[test]
fn everything_is_described() {
    let mut silent = Vec::new();
    for message in messages() {
        if message.is_map_entry() {
            continue;
        }
        if comment(&message.parent_file(), message.path()).is_empty() {
            silent.push(message.full_name().to_owned());
        }
        for field in message.fields() {
            let of_value = message.full_name() == "tandem.cmdlet.v1.Value";
            if !of_value && comment(&message.parent_file(), field.path()).is_empty() {
                silent.push(field.full_name().to_owned());
            }
        }
    }
    for service in services() {
        for method in service.methods() {
            if comment(&service.parent_file(), method.path()).is_empty() {
                silent.push(method.full_name().to_owned());
            }
        }
    }
    assert!(silent.is_empty(), "without a comment: {silent:#?}");
}

#[test]
fn packages_end_in_a_version_and_files_lie_where_their_package_says() {
    for file in ours(&tandem::DESCRIPTORS) {
        let folder = file.package_name().replace('.', "/");
        assert!(file.package_name().ends_with(".v1"), "{}", file.name());
        assert!(
            file.name().starts_with(&folder),
            "{} holds {}",
            file.name(),
            file.package_name()
        );
    }
}

#[test]
fn enumerations_begin_with_unspecified_and_prefix_their_values() {
    for descriptor in enums() {
        let mut prefix = String::new();
        for (index, letter) in descriptor.name().chars().enumerate() {
            if letter.is_uppercase() && index > 0 {
                prefix.push('_');
            }
            prefix.extend(letter.to_uppercase());
        }
        for value in descriptor.values() {
            assert!(
                value.name().starts_with(&prefix),
                "{} in {}",
                value.name(),
                descriptor.full_name()
            );
        }
        let first = descriptor.get_value(0).unwrap();
        assert_eq!(
            first.name(),
            format!("{prefix}_UNSPECIFIED"),
            "{}",
            descriptor.full_name()
        );
    }
}

#[test]
fn every_rpc_has_its_own_request_and_response() {
    for service in services() {
        for method in service.methods() {
            assert_eq!(method.input().name(), format!("{}Request", method.name()));
            assert_eq!(method.output().name(), format!("{}Response", method.name()));
        }
    }
}

#[test]
fn a_cmdlet_streams_records_and_takes_the_common_parameters() {
    let cmdlets = cmdlets();
    assert!(cmdlets.len() >= 30, "only {} cmdlets", cmdlets.len());
    for method in cmdlets {
        assert!(
            method.is_server_streaming() && !method.is_client_streaming(),
            "{}",
            method.full_name()
        );
        let common = method.input().get_field(1).unwrap();
        assert_eq!(common.name(), "common", "{}", method.full_name());
        let Kind::Message(kind) = common.kind() else {
            panic!("{}", method.full_name())
        };
        assert_eq!(kind.full_name(), "tandem.cmdlet.v1.CommonParameters");
        let stream = method.output().get_field_by_name("stream").unwrap();
        assert!(
            stream.containing_oneof().is_some(),
            "{}",
            method.full_name()
        );
    }
}

#[test]
fn every_cmdlet_has_a_synopsis_and_an_example_that_begins_with_its_name_or_a_pipeline() {
    for method in cmdlets() {
        let comment = comment(&method.parent_service().parent_file(), method.path());
        let synopsis = comment.lines().next().unwrap_or_default();
        assert!(
            synopsis.ends_with(['.', ',']) || comment.contains(".\n"),
            "{}: {synopsis}",
            method.name()
        );
        assert!(
            comment.contains("example: "),
            "{} has no example",
            method.full_name()
        );
    }
}
