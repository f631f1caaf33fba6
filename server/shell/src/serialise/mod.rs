//! Values as text that other programs read: JSON, CSV and PowerShell's own CLIXML, both ways, and plain XML.

mod clixml_element;
mod clixml_primitive;
mod clixml_primitive_read;
pub mod clixml_progress;
pub mod clixml_read;
mod clixml_records;
pub mod clixml_write;
pub mod csv;
pub mod json_check;
mod json_date;
mod json_number;
pub mod json_read;
mod json_scalar;
mod json_token;
pub mod json_write;
pub mod object_xml;
