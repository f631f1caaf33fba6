//! The system measured whole, in release, against a baseline in the same run: ratios, not seconds, are what to compare.
//!
//! `cargo bench --package tandem-tests --bench system`; `TANDEM_BENCH_USERS=2000,20000` chooses the sizes, `-- calls moves …` the parts.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a bench reports by printing and fails by panicking"
)]

mod bare;
mod calls;
mod cold;
mod files;
mod moves;
mod shipping;
mod site;
mod stream;

use std::env;

fn wanted(part: &str) -> bool {
    let chosen: Vec<String> = env::args()
        .skip(1)
        .filter(|word| !word.starts_with('-'))
        .collect();
    chosen.is_empty() || chosen.iter().any(|word| word == part)
}

fn sizes() -> Vec<usize> {
    let text = env::var("TANDEM_BENCH_USERS").unwrap_or_else(|_| "2000,20000,200000".to_owned());
    text.split(',')
        .map(|size| {
            size.trim()
                .parse()
                .expect("TANDEM_BENCH_USERS holds numbers")
        })
        .collect()
}

#[tokio::main]
async fn main() {
    let site = site::Site::start().await;
    if wanted("calls") {
        calls::run(&site).await;
    }
    if wanted("cold") {
        cold::run(&site).await;
    }
    if wanted("files") {
        files::run(&site).await;
    }
    if wanted("shipping") {
        shipping::run(&site).await;
    }
    for users in sizes() {
        if wanted("moves") || wanted("stream") {
            site.grow(users).await;
        }
        if wanted("moves") {
            moves::run(&site, users).await;
        }
        if wanted("stream") {
            stream::run(&site, users).await;
        }
    }
}
