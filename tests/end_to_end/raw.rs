//! Calls of any RPC by its path, with bytes for messages: for tests that enumerate the contracts.

use bytes_codec::BytesCodec;
use prost_reflect::MethodDescriptor;
use tonic::client::Grpc;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::transport::Channel;
use tonic::{Request, Status};

mod bytes_codec {
    use tonic::Status;
    use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
    use tonic::codegen::Bytes;

    #[derive(Clone, Copy, Default)]
    pub(super) struct BytesCodec;

    impl Codec for BytesCodec {
        type Encode = Bytes;
        type Decode = Bytes;
        type Encoder = Self;
        type Decoder = Self;

        fn encoder(&mut self) -> Self {
            *self
        }

        fn decoder(&mut self) -> Self {
            *self
        }
    }

    impl Encoder for BytesCodec {
        type Item = Bytes;
        type Error = Status;

        fn encode(&mut self, item: Bytes, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
            use prost::bytes::BufMut;
            buffer.put(item);
            Ok(())
        }
    }

    impl Decoder for BytesCodec {
        type Item = Bytes;
        type Error = Status;

        fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
            use prost::bytes::Buf;
            Ok(Some(buffer.copy_to_bytes(buffer.remaining())))
        }
    }
}

/// Every RPC of the contracts.
pub(crate) fn methods() -> Vec<MethodDescriptor> {
    tandem::DESCRIPTORS
        .services()
        .filter(|service| service.package_name().starts_with("tandem."))
        .flat_map(|service| service.methods().collect::<Vec<_>>())
        .collect()
}

/// Calls an RPC with an empty request, and reads its answer to the end.
pub(crate) async fn call(channel: Channel, method: &MethodDescriptor) -> Result<(), Status> {
    let path = format!("/{}/{}", method.parent_service().full_name(), method.name());
    let path: PathAndQuery = path.parse().unwrap();
    let mut client = Grpc::new(channel);
    client
        .ready()
        .await
        .map_err(|error| Status::unavailable(error.to_string()))?;
    let request = Request::new(tokio_stream::once(tonic::codegen::Bytes::new()));
    let mut answer = client
        .streaming(request, path, BytesCodec)
        .await?
        .into_inner();
    while answer.message().await?.is_some() {}
    Ok(())
}
