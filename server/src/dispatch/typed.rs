//! Cmdlets as typed RPCs: what a program that calls a generated stub gets.
//!
//! A typed call cannot be asked anything. So -Confirm's questions follow PowerShell's rule for hosts without a user: a
//! cmdlet of impact High refuses unless the caller says `confirm = false`.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;

use futures_util::{Stream, StreamExt};
use prost::Message;
use tonic::{Request, Response, Status};

use super::catalogue::Described;
use super::cmdlet::Cmdlet;
use super::dispatcher::{Dispatcher, Invocation, record};
use super::event::Event;
use super::failure::{Failure, Fault};
use super::running::Running;
use super::status;
use super::unattended::{Reaction, Unattended};
use crate::layers::identity::Identity;

/// The typed services of all cmdlets.
#[derive(Clone, Debug)]
pub struct Typed {
    dispatcher: Arc<Dispatcher>,
}

/// What a typed call streams.
pub type Responses<R> = Pin<Box<dyn Stream<Item = Result<R, Status>> + Send>>;

impl Typed {
    /// The services over `dispatcher`.
    #[must_use]
    pub fn new(dispatcher: Arc<Dispatcher>) -> Self {
        Self { dispatcher }
    }

    /// One typed call.
    ///
    /// # Errors
    /// When it may not start.
    pub(super) async fn call<C: Cmdlet>(
        &self,
        request: Request<C::Request>,
    ) -> Result<Response<Responses<C::Response>>, Status> {
        let cmdlet = self
            .dispatcher
            .catalogue()
            .by_rpc(C::RPC)
            .cloned()
            .ok_or_else(|| Status::internal("The catalogue has no such cmdlet."))?;
        let caller = request
            .extensions()
            .get::<Arc<Identity>>()
            .cloned()
            .ok_or_else(|| Status::unauthenticated("The connection has no client certificate."))?;
        let request = request.into_inner();
        let common = C::common(&request).cloned().unwrap_or_default();
        let driver = Unattended::new(cmdlet.info.clone(), &common);
        let invocation = Invocation {
            cmdlet: cmdlet.clone(),
            caller,
            request: request.encode_to_vec().into(),
            common,
            parameter_set: None,
            hops: 0,
        };
        let mut running = self
            .dispatcher
            .start(invocation)
            .await
            .map_err(|fault| status::from_record(&record(&cmdlet, fault)))?;
        // Most calls have said all by now: a change of tasks would cost more than they do.
        let said = running.begin();
        let drive = Drive {
            cmdlet,
            driver,
            said,
            running: Some(running),
        };
        let responses = futures_util::stream::unfold(drive, Drive::next::<C>);
        Ok(Response::new(responses.boxed()))
    }
}

/// A typed call that runs.
struct Drive {
    cmdlet: Arc<Described>,
    driver: Unattended,
    /// What it has said at once.
    said: VecDeque<Event>,
    running: Option<Running>,
}

impl Drive {
    async fn next<C: Cmdlet>(mut self) -> Option<(Result<C::Response, Status>, Self)> {
        loop {
            let running = self.running.as_mut()?;
            let event = match self.said.pop_front() {
                Some(event) => Some(event),
                None => running.next().await,
            };
            let Some(event) = event else {
                return match self.running.take()?.end().await {
                    Err(Failure::Terminating(fault)) => Some((Err(self.status(*fault)), self)),
                    Err(Failure::Stopped) | Ok(()) => None,
                };
            };
            if let Event::Output(output) = event {
                let Ok(output) = output.into_any().downcast::<C::Output>() else {
                    continue;
                };
                if let Some(response) = C::output(*output) {
                    return Some((Ok(response), self));
                }
                continue;
            }
            let cmdlet = &self.cmdlet;
            match self.driver.react(event, |fault| record(cmdlet, fault)) {
                Reaction::Say(record) => return Some((Ok(C::stream(*record)), self)),
                Reaction::Nothing => {}
                Reaction::End(fault) => {
                    self.running = None;
                    return Some((Err(self.status(*fault)), self));
                }
            }
        }
    }

    fn status(&self, fault: Fault) -> Status {
        status::from_record(&record(&self.cmdlet, fault))
    }
}
