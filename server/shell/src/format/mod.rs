//! Objects in, lines of text out: the views, widths and blank lines of PowerShell's default formatting.

pub mod error_view;
pub mod packet;
