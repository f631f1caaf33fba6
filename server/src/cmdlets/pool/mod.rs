//! Moving the service of a pool's users to its backup pool, and back.

mod invoke_cs_pool_fail_back;
mod invoke_cs_pool_fail_over;
mod moving;

pub use invoke_cs_pool_fail_back::InvokeCsPoolFailBack;
pub use invoke_cs_pool_fail_over::InvokeCsPoolFailOver;
