//! The laboratory's users: accounts, contacts, groups, settings, presence, scheduled conferences and their files.

use std::ops::Range;

use tandem::frontend::v1::front_end_service_client::FrontEndServiceClient;
use tandem::frontend::v1::{DocumentWrite, PutConferenceContentRequest, PutDocumentsRequest};
use tandem::user::v1::EnableCsUserRequest;
use tandem::user::v1::user_service_client::UserServiceClient;
use tokio::task::JoinSet;
use tonic::transport::Channel;
use tonic::{Code, Status};

/// Users whose calls are under way at once.
const CONCURRENT_USERS: usize = 32;
/// Contacts of each user.
const CONTACTS: usize = 5;
/// One user in so many has a conference with a file.
const USERS_PER_CONFERENCE: usize = 10;
/// Bytes of a conference file.
const FILE_BYTES: usize = 20_000;

/// The n-th user of a pool: the first two are well-known, as the examples of the help name them.
#[must_use]
pub fn sip_address(pool: &str, number: usize) -> String {
    let site = pool.split('.').next().unwrap_or(pool);
    match (site, number) {
        ("pool1", 0) => "sip:kenmyer@contoso.com".to_owned(),
        ("pool2", 0) => "sip:pilar@contoso.com".to_owned(),
        _ => format!("sip:{site}-user{number:06}@contoso.com"),
    }
}

/// Makes `count` users on a pool, each with documents, every tenth with a conference file. `made` hears of each.
///
/// # Errors
/// The first refusal.
pub async fn seed(
    channel: &Channel,
    pool: &str,
    count: usize,
    made: impl FnMut(),
) -> Result<(), Status> {
    seed_range(channel, pool, 0..count, made).await
}

/// The same for the users of a range of numbers.
///
/// # Errors
/// The first refusal.
pub async fn seed_range(
    channel: &Channel,
    pool: &str,
    numbers: Range<usize>,
    mut made: impl FnMut(),
) -> Result<(), Status> {
    let mut running = JoinSet::new();
    for number in numbers {
        if running.len() >= CONCURRENT_USERS {
            joined(running.join_next().await)?;
            made();
        }
        running.spawn(make(channel.clone(), pool.to_owned(), number));
    }
    while let Some(ended) = running.join_next().await {
        joined(Some(ended))?;
        made();
    }
    Ok(())
}

fn joined(ended: Option<Result<Result<(), Status>, tokio::task::JoinError>>) -> Result<(), Status> {
    match ended {
        Some(Ok(result)) => result,
        Some(Err(error)) => Err(Status::internal(error.to_string())),
        None => Ok(()),
    }
}

async fn make(channel: Channel, pool: String, number: usize) -> Result<(), Status> {
    let user = sip_address(&pool, number);
    enable(&channel, &pool, &user).await?;
    let mut front_end = FrontEndServiceClient::new(channel);
    let write = documents(&pool, &user, number);
    front_end
        .put_documents(PutDocumentsRequest { write })
        .await?;
    if number.is_multiple_of(USERS_PER_CONFERENCE) {
        let file = conference_file(&user, number);
        front_end
            .put_conference_content(tokio_stream::iter([file]))
            .await?;
    }
    Ok(())
}

async fn enable(channel: &Channel, pool: &str, user: &str) -> Result<(), Status> {
    let name = user
        .trim_start_matches("sip:")
        .split('@')
        .next()
        .unwrap_or(user);
    let request = EnableCsUserRequest {
        identity: name.to_owned(),
        registrar_pool: Some(pool.to_owned()),
        sip_address: Some(user.to_owned()),
        ..EnableCsUserRequest::default()
    };
    let mut records = UserServiceClient::new(channel.clone())
        .enable_cs_user(request)
        .await?
        .into_inner();
    loop {
        match records.message().await {
            Ok(Some(_)) => (),
            Ok(None) => return Ok(()),
            // A second seeding finds the users of the first.
            Err(status) if status.code() == Code::AlreadyExists => return Ok(()),
            Err(status) => return Err(status),
        }
    }
}

fn documents(pool: &str, user: &str, number: usize) -> Vec<DocumentWrite> {
    let write = |kind: &str, key: String, body: String| DocumentWrite {
        owner: user.to_owned(),
        kind: kind.to_owned(),
        key,
        body: body.into_bytes(),
        expected_version: None,
        delete: false,
    };
    let mut writes: Vec<DocumentWrite> = (1..=CONTACTS)
        .map(|step| sip_address(pool, number + step))
        .map(|contact| {
            write(
                "contact",
                contact.clone(),
                format!("{{\"uri\":\"{contact}\",\"group\":\"colleagues\"}}"),
            )
        })
        .collect();
    writes.push(write(
        "group",
        "colleagues".to_owned(),
        "{\"name\":\"Colleagues\"}".to_owned(),
    ));
    writes.push(write(
        "setting",
        "call-forwarding".to_owned(),
        "{\"to\":\"voicemail\"}".to_owned(),
    ));
    writes.push(write(
        "presence",
        "note".to_owned(),
        format!("{{\"note\":\"user {number} was here\"}}"),
    ));
    if number.is_multiple_of(USERS_PER_CONFERENCE) {
        writes.push(write(
            "conference",
            "weekly".to_owned(),
            "{\"subject\":\"Weekly review\"}".to_owned(),
        ));
    }
    writes
}

fn conference_file(user: &str, number: usize) -> PutConferenceContentRequest {
    let line = format!("slide of {user}, number {number}\n");
    PutConferenceContentRequest {
        owner: user.to_owned(),
        conference: "weekly".to_owned(),
        name: "slides.txt".to_owned(),
        content_hash: String::new(),
        data: line.bytes().cycle().take(FILE_BYTES).collect(),
    }
}
