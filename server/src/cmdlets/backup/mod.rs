//! The Backup Service's cmdlets.
