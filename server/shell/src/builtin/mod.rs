//! The commands that every session has, beside the cmdlets of the catalogue.

mod add_member;
mod alias_commands;
mod call_stack;
mod clixml;
mod compare;
mod compare_object;
mod content;
mod context_lines;
mod csv;
mod data_file;
mod date;
mod declare;
pub mod discovery;
mod expression;
mod expression_table;
mod foreach_object;
mod format_commands;
mod format_hex;
mod get_credential;
mod get_error;
mod group_object;
mod history;
mod html;
mod invoke;
mod json;
mod measure_object;
mod members;
mod misc;
mod net_sort;
mod order;
mod out_file;
mod out_string;
mod path;
mod random;
mod registry;
mod select_object;
mod select_string;
mod session_objects;
mod small_objects;
mod sort_object;
mod strict_mode;
mod string_data;
mod support;
mod test_json;
mod update_list;
mod variables;
mod where_object;
mod write_error;
mod write_streams;
mod xml;

use std::sync::Arc;

use crate::command::CommandInfo;
use crate::pipeline::stage::Stage;

pub(crate) use session_objects::verbs;

pub use registry::{alias, alias_target, aliases, all, find};

/// A command that the engine runs itself.
#[derive(Debug)]
pub struct BuiltIn {
    /// What the binder, help and completion know of it.
    pub info: Arc<CommandInfo>,
    /// Makes one to run, once per use in a pipeline.
    pub create: fn() -> Box<dyn Stage>,
}
