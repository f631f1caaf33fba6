//! The stores of a node in one SQLite file: WAL, `synchronous=FULL`, one writer, reads on connections of their own.

use std::fs::{self, File, TryLockError};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use sqlx::ConnectOptions;
use sqlx::migrate::MigrateError;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use tandem_domain::identity::Fqdn;

use self::convert::failed;
use self::session::Session;
use self::writer::WriterHandle;
use super::content_files::ContentFiles;
use super::{Contents, Error, Result, Stores, WriteGate};

mod account;
mod adopt;
mod audit;
mod change_log;
mod convert;
mod documents;
mod import;
mod journal;
mod management;
mod owner;
mod ownership;
mod references;
mod rows;
mod salvage;
mod session;
mod writer;

pub use writer::Writer;

/// The database's file in a node's folder.
const DATABASE_FILE: &str = "tandem.sqlite";
/// The folder of content files in a node's folder.
const CONTENT_FOLDER: &str = "content";
/// Held while a process uses the folder: two writers would each believe to be the only one.
const LOCK_FILE: &str = "lock";
/// Connections that read at the same time.
const READ_CONNECTIONS: u32 = 4;
/// How long a connection waits for a lock; readers and the writer do not block each other, so this is for checkpoints.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Bytes that the write-ahead log keeps between checkpoints.
const WAL_BYTES: &str = "67108864";

/// Where a node's data is, and whose node it is.
#[derive(Clone, Debug)]
pub struct SqliteOptions {
    /// The node's data folder; made when it does not exist.
    pub folder: PathBuf,
    /// The pool that the node serves: with an epoch's parity it tells whether the node owns a home pool.
    pub own_pool: Fqdn,
}

/// Opens the stores, bringing the database to the newest form. Nothing is written until [`Writer::run`] runs.
///
/// # Errors
/// When the folder is in use by another process, cannot be made, or holds a database of a newer program.
pub async fn open(options: &SqliteOptions) -> Result<(Stores, Writer)> {
    fs::create_dir_all(&options.folder).map_err(Error::from_io)?;
    let lock = take_folder(options)?;
    let connect = SqliteConnectOptions::new()
        .filename(options.folder.join(DATABASE_FILE))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        .pragma("journal_size_limit", WAL_BYTES);

    let mut connection = connect.connect().await.map_err(failed)?;
    sqlx::migrate!("migrations/sqlite")
        .run(&mut connection)
        .await
        .map_err(|error| match error {
            MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => {
                failed(error)
            }
            error => Error::Backend(Box::new(error)),
        })?;
    let reads = SqlitePoolOptions::new()
        .max_connections(READ_CONNECTIONS)
        .connect_with(connect.pragma("query_only", "ON"))
        .await
        .map_err(failed)?;

    let gate = WriteGate::new();
    let session = Session::load(connection, options.own_pool.clone(), gate.clone()).await?;
    let (handle, writer) = writer::channel(session, lock);
    let contents: Arc<dyn Contents> = Arc::new(ContentFiles::new(
        options.folder.join(CONTENT_FOLDER),
        Arc::new(references::References::new(reads.clone())),
    )?);
    let store = Arc::new(Sqlite {
        reads,
        writer: handle,
        own_pool: options.own_pool.clone(),
        contents: contents.clone(),
    });
    let stores = Stores {
        documents: store.clone(),
        change_log: store.clone(),
        ownership: store.clone(),
        journal: store.clone(),
        salvage: store.clone(),
        management: store.clone(),
        audit: store,
        contents,
        gate,
    };
    Ok((stores, writer))
}

fn take_folder(options: &SqliteOptions) -> Result<File> {
    let path = options.folder.join(LOCK_FILE);
    let lock = File::create(&path).map_err(Error::from_io)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(Error::Invalid(format!(
            "another process uses the data folder {}",
            options.folder.display()
        ))),
        Err(TryLockError::Error(error)) => Err(Error::from_io(error)),
    }
}

/// All stores over one database: reads go to the pool, changes to the writer.
struct Sqlite {
    reads: SqlitePool,
    writer: WriterHandle,
    own_pool: Fqdn,
    contents: Arc<dyn Contents>,
}
