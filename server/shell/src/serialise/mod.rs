//! Values as text that other programs read: JSON, CSV and PowerShell's own CLIXML, both ways.

mod clixml_primitive;
pub mod clixml_read;
pub mod clixml_write;
pub mod csv;
pub mod json_read;
pub mod json_write;
