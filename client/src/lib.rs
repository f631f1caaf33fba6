//! Tandem's client as a library: a profile, a connection over mutual TLS, typed stubs and a shell for command lines.
//!
//! ```no_run
//! # async fn example() -> Result<(), tandem_client::Error> {
//! use tandem_client::{Profile, Settings, connect};
//!
//! let profile = Profile::resolve(Settings::default(), &Settings::from_environment(|name| std::env::var(name).ok()))?;
//! let connection = connect(&profile).await?;
//!
//! // A cmdlet by its typed stub:
//! use tandem::topology::v1::topology_service_client::TopologyServiceClient;
//! let pools = TopologyServiceClient::new(connection.channel());
//! // The same cmdlet by its line:
//! let running = connection.shell().line("Get-CsPool").await?;
//! # let _ = (pools, running);
//! # Ok(())
//! # }
//! ```

mod connection;
mod endpoint;
mod failure;
mod profile;
mod shell;
mod tls;
mod window;

pub use connection::{Connection, Skipped, connect};
pub use endpoint::{DEFAULT_PORT, Endpoint};
pub use failure::{Error, Refusal};
pub use profile::{Profile, Settings, default_profile_path};
pub use shell::{Message, Requests, Running, Shell};
pub use tls::Identity;
