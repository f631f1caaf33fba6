//! The registry that `build.rs` derives from the contracts: each cmdlet's RPC with its behaviour, and the typed
//! services that lead to them.

use bytes::Bytes;
use futures_util::future::BoxFuture;
use prost::{DecodeError, Message};
use tandem::cmdlet::v1::{CommonParameters, StreamRecord};
use tonic::service::Routes;

use super::cmdlet::{Call, Cmdlet, Context, Contract};
use super::event::OutputMessage;
use super::failure::{Failure, Fault};
use super::typed::{Responses, Typed};

/// Longest request or response message of the cmdlet services, in bytes. A topology document travels in one.
const MAX_MESSAGE_BYTES: usize = 16 * 1024 * 1024;

type Decode = fn(&[u8]) -> Result<Box<dyn OutputMessage>, DecodeError>;

/// One cmdlet with its type erased.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The RPC as `package.Service/Method`.
    pub rpc: &'static str,
    /// `Verb-Noun`.
    pub name: &'static str,
    run: fn(Call, Bytes) -> BoxFuture<'static, Result<(), Failure>>,
    decode: Decode,
}

impl Entry {
    const fn of<C: Cmdlet>() -> Self {
        Self {
            rpc: C::RPC,
            name: C::NAME,
            run: run::<C>,
            decode: decode::<C>,
        }
    }

    /// Runs the cmdlet on this node with the bytes of its request.
    pub fn run(&self, call: Call, request: Bytes) -> BoxFuture<'static, Result<(), Failure>> {
        (self.run)(call, request)
    }

    /// Reads an output message that another node sent.
    ///
    /// # Errors
    /// When the bytes are not one.
    pub fn decode_output(&self, bytes: &[u8]) -> Result<Box<dyn OutputMessage>, DecodeError> {
        (self.decode)(bytes)
    }
}

fn run<C: Cmdlet>(call: Call, request: Bytes) -> BoxFuture<'static, Result<(), Failure>> {
    Box::pin(async move {
        let request = C::Request::decode(request).map_err(|error| {
            Fault::invalid_argument(
                "MalformedRequest",
                format!("The request cannot be read: {error}."),
            )
        })?;
        C::run(&Context::new(call), request).await
    })
}

fn decode<C: Contract>(bytes: &[u8]) -> Result<Box<dyn OutputMessage>, DecodeError> {
    Ok(Box::new(C::Output::decode(bytes)?))
}

macro_rules! limited {
    ($service:expr) => {
        $service
            .max_decoding_message_size(MAX_MESSAGE_BYTES)
            .max_encoding_message_size(MAX_MESSAGE_BYTES)
    };
}

include!(concat!(env!("OUT_DIR"), "/cmdlets.rs"));
