//! `Disable-CsUser`.

use tandem::user::v1::{DisableCsUserRequest, User};

use super::accounts::{self, Ran, account_fault};
use crate::dispatch::{Cmdlet, Context, Failure};

/// Disables a user and deletes its data.
#[derive(Debug)]
pub struct DisableCsUser;

impl Cmdlet for DisableCsUser {
    async fn run(context: &Context<User>, request: DisableCsUserRequest) -> Result<(), Failure> {
        let node = context.node();
        let account = match accounts::find_one(node, &request.identity).await {
            Ok(account) => account,
            Err(fault) => return context.error(fault).await,
        };
        if let Ran::Elsewhere = accounts::run_where_served(context, &account.home_pool).await? {
            return Ok(());
        }
        let target = account.sip_address.as_str();
        if !context.should_process(target, None).await? {
            return Ok(());
        }
        let deleted = node
            .stores
            .documents
            .delete_owner(&account.home_pool, target)
            .await
            .map_err(account_fault)?;
        context
            .verbose(format!(
                "{deleted} documents of user {target} have been deleted."
            ))
            .await?;
        if request.pass_thru() {
            let mut user = accounts::message(account);
            user.enabled = false;
            context.output(user).await?;
        }
        Ok(())
    }
}
