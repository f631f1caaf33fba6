//! Objects in, lines of text out: the views, widths and blank lines of PowerShell's default formatting.

pub mod cell;
pub mod cell_text;
mod command_views;
mod complex;
pub(crate) mod elements;
mod entries;
pub(crate) mod error_detail;
pub mod error_view;
pub mod formatter;
mod group;
pub mod layout;
mod list;
pub mod packet;
pub mod producer;
pub mod request;
mod resolve;
mod standard_views;
mod table;
pub mod view;
pub mod vt;
