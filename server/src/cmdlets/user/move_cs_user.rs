//! `Move-CsUser`.

use std::collections::BTreeSet;

use tandem::user::v1::{MoveCsUserRequest, User};
use tandem_domain::identity::Fqdn;
use tandem_domain::plan::{InvalidDigest, SeenDigest};
use tandem_domain::request::MoveUserRequest;
use tandem_shell::error_record::ErrorCategory;

use super::accounts::{self, Ran};
use crate::cmdlets::operation::faults::{fault, rolled_back};
use crate::cmdlets::operation::follow::follow;
use crate::cmdlets::topology::report::Report;
use crate::dispatch::{Cmdlet, Context, Failure, Fault};
use crate::operation::plan_message::message;
use crate::operation::{Started, UserOrder};
use crate::store::Account;

/// Users of one -UserList.
const LIST_MAX: usize = 100_000;

/// Moves users to another pool.
#[derive(Debug)]
pub struct MoveCsUser;

impl Cmdlet for MoveCsUser {
    async fn run(context: &Context<User>, request: MoveCsUserRequest) -> Result<(), Failure> {
        let target = Fqdn::parse(request.target()).map_err(|error| {
            Fault::invalid_argument("InvalidFqdn", error.to_string()).target(request.target())
        })?;
        let mut accounts = Vec::new();
        for identity in identities(context, &request).await? {
            match accounts::find_one(context.node(), &identity).await {
                Ok(account) => accounts.push(account),
                Err(fault) => context.error(fault).await?,
            }
        }
        if let Some(home) = served_elsewhere(context, &accounts)
            && let Ran::Elsewhere = accounts::run_where_served(context, &home).await?
        {
            return Ok(());
        }
        let mut report = Report::about(format!("-Target {target}"), ["User", "Outcome"]);
        for account in accounts {
            let name = account.sip_address.as_str().to_owned();
            match move_one(context, &request, &target, account).await {
                Ok(outcome) => report.add(name, outcome),
                Err(Failure::Terminating(fault)) => {
                    report.add(name, fault.message.clone());
                    context.error(*fault).await?;
                }
                Err(Failure::Stopped) => return Err(Failure::Stopped),
            }
        }
        let path = request.report.as_deref();
        report
            .write(context, path.filter(|_| !context.what_if()))
            .await
    }
}

/// The users that are named: one, or the lines of a file.
async fn identities(
    context: &Context<User>,
    request: &MoveCsUserRequest,
) -> Result<Vec<String>, Failure> {
    let Some(path) = request.user_list.as_deref() else {
        return Ok(vec![request.identity().to_owned()]);
    };
    let file = context.read_caller_file(path).await?;
    let text = String::from_utf8_lossy(&file);
    let users: Vec<String> = text
        .trim_start_matches('\u{feff}')
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect();
    if users.len() > LIST_MAX {
        return Err(Fault::new(
            "UserListTooLong",
            ErrorCategory::LimitsExceeded,
            format!(
                "\"{path}\" names {} users; {LIST_MAX} are moved at once at most.",
                users.len()
            ),
        )
        .target(path)
        .into());
    }
    Ok(users)
}

/// A home pool of these users when all of them are served by one other pool, which then runs the whole call.
fn served_elsewhere(context: &Context<User>, accounts: &[Account]) -> Option<Fqdn> {
    let node = context.node();
    let servers: BTreeSet<Fqdn> = accounts
        .iter()
        .map(|account| node.operations.server_of(&account.home_pool))
        .collect();
    let is_one_other = servers.len() == 1 && !servers.contains(&node.pool);
    accounts
        .first()
        .filter(|_| is_one_other)
        .map(|account| account.home_pool.clone())
}

/// Plans, previews, asks and moves one user; what became of it, in a word.
async fn move_one(
    context: &Context<User>,
    request: &MoveCsUserRequest,
    target: &Fqdn,
    account: Account,
) -> Result<&'static str, Failure> {
    let operations = &context.node().operations;
    let order = MoveUserRequest {
        user: account.sip_address.clone(),
        from: account.home_pool.clone(),
        target: target.clone(),
        force: request.force(),
        move_conference_data: request.move_conference_data(),
        expected_plan: expected_plan(context)?,
    };
    let (plan, seen) = operations.plan_user(&order).await.map_err(fault)?;
    context.plan(message(&plan, seen.at)).await?;
    for warning in &plan.warnings {
        context.warning(warning.clone()).await?;
    }
    let name = account.sip_address.as_str();
    if !context.should_process(name, None).await? {
        return Ok("Not moved");
    }
    let started = operations
        .start_user(UserOrder {
            id: context.operation_id().map(str::to_owned),
            request: order,
            shown: plan.digest(),
            caller: context.caller().name.clone(),
        })
        .await
        .map_err(fault)?;
    let entry = match started {
        Started::Ended(entry) => *entry,
        Started::Running { id, watcher } => follow(context, &id, watcher, None).await?,
    };
    if let Some(failure) = &entry.failure {
        let again = format!("Move-CsUser -Identity {name} -Target {target}");
        return Err(rolled_back(&entry, failure, ErrorCategory::OperationStopped, &again).into());
    }
    if request.pass_thru() {
        let moved = Account {
            home_pool: target.clone(),
            ..account
        };
        context.output(accounts::message(moved)).await?;
    }
    Ok("Moved")
}

fn expected_plan(context: &Context<User>) -> Result<Option<SeenDigest>, Fault> {
    let parse = |text: &str| {
        text.parse().map_err(|error: InvalidDigest| {
            Fault::invalid_argument("InvalidPlanDigest", error.to_string()).target(text)
        })
    };
    context.expected_plan().map(parse).transpose()
}
