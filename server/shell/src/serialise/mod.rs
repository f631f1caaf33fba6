//! Values as text that other programs read: JSON, CSV and PowerShell's own CLIXML, both ways.

mod clixml_primitive;
mod clixml_primitive_read;
pub mod clixml_progress;
pub mod clixml_read;
mod clixml_records;
pub mod clixml_write;
pub mod csv;
pub mod json_read;
pub mod json_write;
