//! FrontEndService on the wire: decode, call, encode.

use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use tandem::frontend::v1 as wire;
use tandem::frontend::v1::front_end_service_server::{FrontEndService, FrontEndServiceServer};
use tandem_domain::identity::Fqdn;
use tandem_domain::sign_in::SignIn;
use tonic::codec::CompressionEncoding;
use tonic::{Request, Response, Status, Streaming};

use super::{FrontEnd, mode_on_wire, user};

/// Longest message of a front end, in bytes: a thousand small writes or one large one. What is longer is refused before
/// it is read.
const MAX_MESSAGE_BYTES: usize = 16 * 1024 * 1024;

/// The service for a tonic server.
#[must_use]
pub fn server(front_end: FrontEnd) -> FrontEndServiceServer<FrontEnd> {
    FrontEndServiceServer::new(front_end)
        .max_decoding_message_size(MAX_MESSAGE_BYTES)
        .accept_compressed(CompressionEncoding::Zstd)
}

type Stream<T> = BoxStream<'static, Result<T, Status>>;

#[tonic::async_trait]
impl FrontEndService for FrontEnd {
    async fn sign_in(
        &self,
        request: Request<wire::SignInRequest>,
    ) -> Result<Response<wire::SignInResponse>, Status> {
        let user = user(&request.into_inner().user)?;
        let home = self.home_of(&user).await?;
        let answer = self.serving(&home);
        let here = matches!(answer.decision, SignIn::Serve(_));
        Ok(Response::new(wire::SignInResponse {
            home_pool: answer.home.to_string(),
            serving_pool: answer
                .serving
                .as_ref()
                .map(Fqdn::to_string)
                .unwrap_or_default(),
            mode: answer
                .mode()
                .map_or(wire::SignInMode::Refused, mode_on_wire)
                .into(),
            here,
            reason: answer.reason(),
            endpoint: answer.endpoints,
            epoch: answer.epoch.0,
        }))
    }

    type WatchStream = Stream<wire::WatchResponse>;

    async fn watch(
        &self,
        request: Request<wire::WatchRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        Ok(Response::new(
            Self::watch(self, request.into_inner()).await?,
        ))
    }

    type ListDocumentsStream = Stream<wire::ListDocumentsResponse>;

    async fn list_documents(
        &self,
        request: Request<wire::ListDocumentsRequest>,
    ) -> Result<Response<Self::ListDocumentsStream>, Status> {
        Ok(Response::new(
            self.list(request.into_inner()).await?.boxed(),
        ))
    }

    async fn get_document(
        &self,
        request: Request<wire::GetDocumentRequest>,
    ) -> Result<Response<wire::GetDocumentResponse>, Status> {
        Ok(Response::new(self.get(request.into_inner()).await?))
    }

    async fn put_documents(
        &self,
        request: Request<wire::PutDocumentsRequest>,
    ) -> Result<Response<wire::PutDocumentsResponse>, Status> {
        Ok(Response::new(self.put(request.into_inner()).await?))
    }

    async fn put_conference_content(
        &self,
        request: Request<Streaming<wire::PutConferenceContentRequest>>,
    ) -> Result<Response<wire::PutConferenceContentResponse>, Status> {
        Ok(Response::new(self.put_content(request.into_inner()).await?))
    }

    type GetConferenceContentStream = Stream<wire::GetConferenceContentResponse>;

    async fn get_conference_content(
        &self,
        request: Request<wire::GetConferenceContentRequest>,
    ) -> Result<Response<Self::GetConferenceContentStream>, Status> {
        Ok(Response::new(
            self.get_content(request.into_inner()).await?.boxed(),
        ))
    }
}
