//! The catalogue: every cmdlet as the contracts describe it, found by name, alias or RPC.

use std::collections::HashMap;
use std::sync::Arc;

use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MessageDescriptor};
use tandem::DESCRIPTORS;
use tandem::cmdlet::v1::{Effect, Place};
use tandem_shell::command::CommandInfo;
use tandem_shell::value::Text;

use super::comments::Comments;
use super::describe;
use super::registry::{ENTRIES, Entry};
use super::shape::Shapes;

/// All cmdlets.
#[derive(Debug)]
pub struct Catalogue {
    cmdlets: Vec<Arc<Described>>,
    by_name: HashMap<String, usize>,
    by_rpc: HashMap<&'static str, usize>,
    shapes: Shapes,
}

/// One cmdlet.
#[derive(Debug)]
pub struct Described {
    /// Its behaviour.
    pub entry: &'static Entry,
    /// What the shell knows of it.
    pub info: Arc<CommandInfo>,
    /// What it does to the deployment.
    pub effect: Effect,
    /// Where it runs.
    pub place: Place,
    /// Its request.
    pub request: MessageDescriptor,
    /// Its output message.
    pub output: Option<MessageDescriptor>,
    /// Its other names.
    pub aliases: Vec<String>,
    /// The fields behind its parameters, in the order of [`CommandInfo::parameters`].
    pub fields: Vec<Field>,
}

/// The field behind a parameter.
#[derive(Debug)]
pub struct Field {
    /// The parameter's name.
    pub parameter: Text,
    /// The field.
    pub field: FieldDescriptor,
    /// Whether the value must not be logged or shown.
    pub secret: bool,
    /// What to warn of when the parameter is given.
    pub not_applicable: Option<String>,
}

impl Catalogue {
    /// Reads the descriptors of every cmdlet of the registry.
    #[must_use]
    pub fn new() -> Self {
        let mut catalogue = Self {
            cmdlets: Vec::new(),
            by_name: HashMap::new(),
            by_rpc: HashMap::new(),
            shapes: Shapes::default(),
        };
        for file in DESCRIPTORS.files() {
            let comments = Comments::of(&file);
            for method in file
                .services()
                .flat_map(|service| service.methods().collect::<Vec<_>>())
            {
                let path = format!("{}/{}", method.parent_service().full_name(), method.name());
                let entry = ENTRIES.iter().find(|entry| entry.rpc == path);
                if let (Some(entry), Some(options)) = (entry, describe::cmdlet_options(&method)) {
                    let output = method
                        .output()
                        .get_field_by_name("output")
                        .and_then(|field| match field.kind() {
                            Kind::Message(message) => Some(message),
                            _ => None,
                        });
                    catalogue.cmdlets.push(Arc::new(Described {
                        entry,
                        info: Arc::new(describe::command(
                            &method,
                            &options,
                            &comments,
                            describe::MODULE,
                        )),
                        effect: options.effect(),
                        place: options.place(),
                        request: method.input(),
                        output,
                        fields: fields(&method.input()),
                        aliases: options.alias,
                    }));
                }
            }
        }
        catalogue.index();
        catalogue
    }

    fn index(&mut self) {
        self.cmdlets.sort_by(|a, b| a.info.name.cmp(&b.info.name));
        for (index, cmdlet) in self.cmdlets.iter().enumerate() {
            self.by_rpc.insert(cmdlet.entry.rpc, index);
            for name in cmdlet
                .aliases
                .iter()
                .map(String::as_str)
                .chain([&*cmdlet.info.name])
            {
                self.by_name.insert(name.to_lowercase(), index);
            }
            if let Some(output) = &cmdlet.output {
                self.shapes.add(output);
            }
        }
    }

    /// All cmdlets, sorted by name.
    #[must_use]
    pub fn cmdlets(&self) -> &[Arc<Described>] {
        &self.cmdlets
    }

    /// The cmdlet of that name or alias, case-insensitively.
    #[must_use]
    pub fn by_name(&self, name: &str) -> Option<&Arc<Described>> {
        self.by_name
            .get(&name.to_lowercase())
            .map(|index| &self.cmdlets[*index])
    }

    /// The cmdlet behind an RPC, given as `package.Service/Method`.
    #[must_use]
    pub fn by_rpc(&self, rpc: &str) -> Option<&Arc<Described>> {
        self.by_rpc.get(rpc).map(|index| &self.cmdlets[*index])
    }

    /// How output messages become objects.
    #[must_use]
    pub fn shapes(&self) -> &Shapes {
        &self.shapes
    }
}

impl Default for Catalogue {
    fn default() -> Self {
        Self::new()
    }
}

fn fields(request: &MessageDescriptor) -> Vec<Field> {
    request
        .fields()
        .filter_map(|field| {
            let options = describe::parameter_options(&field)?;
            Some(Field {
                parameter: describe::parameter_name(&field, &options),
                secret: options.secret,
                not_applicable: (!options.not_applicable.is_empty())
                    .then_some(options.not_applicable),
                field,
            })
        })
        .collect()
}

impl Described {
    /// The parameters that a request gives, with their fields.
    pub fn given<'a>(&'a self, request: &'a DynamicMessage) -> impl Iterator<Item = &'a Field> {
        self.fields
            .iter()
            .filter(|field| request.has_field(&field.field))
    }
}
