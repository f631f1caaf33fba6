//! The deployment's topology and Windows services.

mod get_cs_computer;
mod get_cs_pool;
mod get_cs_service;
mod get_cs_site;
mod get_cs_topology;
mod get_cs_windows_service;
mod publish_cs_topology;
pub(crate) mod report;
mod selection;
mod start_cs_windows_service;
mod stop_cs_windows_service;

pub use get_cs_computer::GetCsComputer;
pub use get_cs_pool::GetCsPool;
pub use get_cs_service::GetCsService;
pub use get_cs_site::GetCsSite;
pub use get_cs_topology::GetCsTopology;
pub use get_cs_windows_service::GetCsWindowsService;
pub use publish_cs_topology::PublishCsTopology;
pub use start_cs_windows_service::StartCsWindowsService;
pub use stop_cs_windows_service::StopCsWindowsService;
