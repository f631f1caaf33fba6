//! The commands that the recorded sessions had beside PowerShell's own: contracts of the test's own, read by the code
//! that makes commands of the product's contracts.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use prost_reflect::DescriptorPool;
use tandem_server::dispatch::describe;
use tandem_shell::command::CommandInfo;
use tandem_shell::value::EnumDefinition;

/// The stand-ins' contracts, in their folder.
const CONTRACTS: [&str; 2] = ["catalogue.proto", "probes.proto"];

/// What the types of the catalogue's cmdlets begin with.
const CATALOGUE: &str = "Microsoft.Rtc.Management.";

/// The contract's name of the enumeration that `Get-Probe` emits a member of.
const COLOUR: &str = "conformance.probes.v1.Colour";

/// All stand-ins by lower-case name.
pub(crate) struct StandIns {
    commands: HashMap<String, Arc<CommandInfo>>,
    colour: Arc<EnumDefinition>,
}

impl StandIns {
    /// Compiles the contracts of a folder; what they import is looked for among `product`'s as well.
    pub(crate) fn load(folder: &Path, product: &Path) -> Result<Self, String> {
        let contracts = compile(&[product, folder]).map_err(|e| e.to_string())?;
        // The recorded sessions had no module of the stand-ins: scripts defined them.
        let commands = describe::commands(&contracts, "")
            .into_iter()
            .map(|command| (command.name.to_lowercase(), Arc::new(command)))
            .collect();
        let colour = contracts
            .get_enum_by_name(COLOUR)
            .and_then(|colour| describe::enumeration(&colour))
            .ok_or_else(|| format!("the stand-ins' contracts lack the enumeration {COLOUR}"))?;
        Ok(Self {
            commands,
            colour: Arc::new(colour),
        })
    }

    /// The stand-in of that name, case-insensitively.
    pub(crate) fn find(&self, name: &str) -> Option<Arc<CommandInfo>> {
        self.commands.get(&name.to_lowercase()).cloned()
    }

    /// All, sorted by name.
    pub(crate) fn all(&self) -> Vec<Arc<CommandInfo>> {
        let mut all: Vec<_> = self.commands.values().cloned().collect();
        all.sort_by(|a, b| a.name.cmp(&b.name));
        all
    }

    /// The cmdlets of the catalogue, sorted by name: all but the probes.
    pub(crate) fn catalogue(&self) -> Vec<Arc<CommandInfo>> {
        let mut all = self.all();
        all.retain(|command| command.implementing_type.starts_with(CATALOGUE));
        all
    }

    /// `Tandem.Probe.Colour`.
    pub(crate) fn colour(&self) -> &Arc<EnumDefinition> {
        &self.colour
    }
}

/// The contracts with what they import. They pass through their encoded form: only there do the annotations, which are
/// extensions, survive.
fn compile(folders: &[&Path]) -> Result<DescriptorPool, Box<dyn std::error::Error>> {
    let mut compiler = protox::Compiler::new(folders)?;
    compiler.include_imports(true).include_source_info(true);
    compiler.open_files(CONTRACTS)?;
    Ok(DescriptorPool::decode(
        compiler.encode_file_descriptor_set().as_slice(),
    )?)
}
