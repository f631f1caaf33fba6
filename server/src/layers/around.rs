//! What surrounds every call, as a tower layer: each aspect says only what it does before and after.

use std::pin::Pin;
use std::task::{Context, Poll};

use http::{Request, Response};
use tonic::body::Body;
use tower::{Layer, Service};

/// A call under way.
pub type Answer<E> = Pin<Box<dyn Future<Output = Result<Response<Body>, E>> + Send>>;

/// Something that is done around every call, whichever service it belongs to.
pub trait Aspect: Clone {
    /// Has `inner` answer the call, or answers it instead.
    fn call<S>(&self, request: Request<Body>, inner: &mut S) -> Answer<S::Error>
    where
        S: Service<Request<Body>, Response = Response<Body>>,
        S::Future: Send + 'static,
        S::Error: Send + 'static;
}

/// The layer of an aspect.
#[derive(Clone, Debug)]
pub struct Around<A>(pub A);

impl<A: Aspect, S> Layer<S> for Around<A> {
    type Service = Surrounded<A, S>;

    fn layer(&self, inner: S) -> Self::Service {
        Surrounded {
            aspect: self.0.clone(),
            inner,
        }
    }
}

/// Services with an aspect around them.
#[derive(Clone, Debug)]
pub struct Surrounded<A, S> {
    aspect: A,
    inner: S,
}

impl<A, S> Service<Request<Body>> for Surrounded<A, S>
where
    A: Aspect,
    S: Service<Request<Body>, Response = Response<Body>>,
    S::Future: Send + 'static,
    S::Error: Send + 'static,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Answer<S::Error>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        self.aspect.call(request, &mut self.inner)
    }
}
