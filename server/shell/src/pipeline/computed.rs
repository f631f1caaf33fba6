//! Commands that read properties: what they are given has its computed ones computed first.

use crate::command::CommandKind;
use crate::evaluate::DEEP;
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::Context;
use crate::value::Value;

/// Commands that take objects as they are.
const INDIFFERENT: [&str; 8] = [
    "Add-Member",
    "Get-Member",
    "New-Variable",
    "Out-Null",
    "Set-Variable",
    "Tee-Object",
    "Write-Error",
    "Write-Output",
];

/// Commands that read what lies within objects.
const THOROUGH: [&str; 5] = [
    "ConvertTo-CliXml",
    "ConvertTo-Json",
    "ConvertTo-Xml",
    "Export-Clixml",
    "Format-Custom",
];

impl Context<'_> {
    /// How deep the command reads; none if it does not.
    fn reads(&self) -> Option<usize> {
        let info = self.command.binding.command();
        let name = &*info.name;
        // A block sees the object itself.
        let by_block = match name {
            "ForEach-Object" => self.parameter("Process").is_some(),
            "Where-Object" => self.parameter("FilterScript").is_some(),
            _ => info.kind != CommandKind::Cmdlet && self.command.takes_anything,
        };
        if by_block || INDIFFERENT.contains(&name) {
            return None;
        }
        Some(if THOROUGH.contains(&name) { DEEP } else { 1 })
    }

    /// Computes the properties of an input object.
    pub(super) fn compute_input(&mut self, value: &Value) -> Result<(), Halt> {
        if !self.engine.session.computes {
            return Ok(());
        }
        match self.reads() {
            Some(depth) => self.engine.compute(value, depth, self.tail),
            None => Ok(()),
        }
    }

    /// Computes the properties of the objects that stand in the parameters.
    pub(super) fn compute_parameters(&mut self) -> Result<(), Halt> {
        if !self.engine.session.computes {
            return Ok(());
        }
        let Some(depth) = self.reads() else {
            return Ok(());
        };
        let given: Vec<Value> = self
            .command
            .binding
            .parameters()
            .iter()
            .map(|(_, value)| value.clone())
            .collect();
        given
            .iter()
            .try_for_each(|value| self.engine.compute(value, depth, self.tail))
    }
}
