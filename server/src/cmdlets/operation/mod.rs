//! What no original has: operations that always have an answer, readiness, salvage.

mod elsewhere;
mod export_tandem_salvage;
pub(crate) mod faults;
pub(crate) mod follow;
mod get_tandem_operation;
mod get_tandem_readiness;
mod get_tandem_salvage;
mod resume_tandem_operation;

pub use export_tandem_salvage::ExportTandemSalvage;
pub use get_tandem_operation::GetTandemOperation;
pub use get_tandem_readiness::GetTandemReadiness;
pub use get_tandem_salvage::GetTandemSalvage;
pub use resume_tandem_operation::ResumeTandemOperation;
