//! Users.

mod accounts;
mod disable_cs_user;
mod enable_cs_user;
mod filter;
mod get_cs_user;
mod get_cs_user_database_state;
mod get_cs_user_pool_info;
mod move_cs_user;

pub use disable_cs_user::DisableCsUser;
pub use enable_cs_user::EnableCsUser;
pub use get_cs_user::GetCsUser;
pub use get_cs_user_database_state::GetCsUserDatabaseState;
pub use get_cs_user_pool_info::GetCsUserPoolInfo;
pub use move_cs_user::MoveCsUser;
