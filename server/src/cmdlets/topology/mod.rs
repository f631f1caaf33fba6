//! The deployment's topology and Windows services.

mod get_cs_windows_service;

pub use get_cs_windows_service::GetCsWindowsService;
