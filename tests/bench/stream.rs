//! All users through Get-CsUser: how many a second, and what the server's memory does.

use std::time::Instant;

use tandem::user::v1::GetCsUserRequest;
use tandem::user::v1::user_service_client::UserServiceClient;
use tandem_lab::laboratory::POOL1;

use crate::site::{Site, drain, report};

pub(crate) async fn run(site: &Site, users: usize) {
    let process = site.nodes[0].process_id().unwrap();
    let before = resident_kib(process);
    let begun = Instant::now();
    let mut client = UserServiceClient::new(site.channel(POOL1));
    let count = drain(
        client
            .get_cs_user(GetCsUserRequest::default())
            .await
            .unwrap()
            .into_inner(),
    )
    .await;
    let time = begun.elapsed();
    let after = resident_kib(process);
    assert!(count >= users, "{count} users of {users}");
    let rate = count as f64 / time.as_secs_f64();
    report(
        &format!("Get-CsUser, {count} users"),
        &format!("{rate:.0}/s"),
        &format!(
            "{:.1} x PowerShell remoting's 13.9 k objects/s; server {before} -> {after} KiB",
            rate / 13_900.0
        ),
    );
}

fn resident_kib(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok())
        .unwrap_or(0)
}
