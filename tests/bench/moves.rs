//! Planned failover and failback with nothing left to ship: the time must not grow with the users.

use std::time::{Duration, Instant};

use tandem::pool::v1::pool_service_client::PoolServiceClient;
use tandem::pool::v1::{InvokeCsPoolFailBackRequest, InvokeCsPoolFailOverRequest};
use tandem_lab::laboratory::{POOL1, POOL2};

use crate::site::{Site, drain, median, report, unasked};

const ROUNDS: usize = 5;

pub(crate) async fn run(site: &Site, users: usize) {
    let mut over: Vec<Duration> = Vec::new();
    let mut back: Vec<Duration> = Vec::new();
    let mut pools = PoolServiceClient::new(site.channel(POOL2));
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        let request = InvokeCsPoolFailOverRequest {
            common: Some(unasked()),
            pool_fqdn: POOL1.to_owned(),
            ..Default::default()
        };
        drain(
            pools
                .invoke_cs_pool_fail_over(request)
                .await
                .unwrap()
                .into_inner(),
        )
        .await;
        over.push(begun.elapsed());
        let begun = Instant::now();
        let request = InvokeCsPoolFailBackRequest {
            common: Some(unasked()),
            pool_fqdn: POOL1.to_owned(),
            ..Default::default()
        };
        drain(
            pools
                .invoke_cs_pool_fail_back(request)
                .await
                .unwrap()
                .into_inner(),
        )
        .await;
        back.push(begun.elapsed());
    }
    let wanted = "wanted: under 1 s, flat; the original: up to 60 minutes for 20,000 users";
    report(
        &format!("planned failover of {users} users"),
        &format!("{:.1?}", median(over)),
        wanted,
    );
    report(
        &format!("failback of {users} users"),
        &format!("{:.1?}", median(back)),
        wanted,
    );
}
