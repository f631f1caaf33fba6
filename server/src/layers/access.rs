//! Which service a caller may reach at all. What a caller may run is the dispatcher's matter; here stands which doors
//! exist for whom. A path that is not known here is refused.

use std::fmt;
use std::sync::Arc;

use http::{Request, Response};
use tonic::Status;
use tonic::body::Body;
use tonic_types::{ErrorDetails, StatusExt};
use tower::Service;

use super::around::{Answer, Aspect};
use super::authorise;
use super::identity::Identity;
use crate::dispatch::status::ERROR_DOMAIN;

/// Whether a machine name belongs to the deployment.
pub type IsOurs = Arc<dyn Fn(&str) -> bool + Send + Sync>;

/// Guards all services.
#[derive(Clone)]
pub struct Access {
    is_ours: IsOurs,
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Access")
    }
}

impl Access {
    /// Guards; `is_ours` knows the names of the deployment's computers and pools.
    #[must_use]
    pub fn new(is_ours: IsOurs) -> Self {
        Self { is_ours }
    }

    /// Whether `caller` may call the RPC at `path`, given as `/package.Service/Method`.
    ///
    /// # Errors
    /// Who may instead.
    pub fn check(&self, path: &str, caller: &Identity) -> Result<(), &'static str> {
        let service = path
            .trim_start_matches('/')
            .split('/')
            .next()
            .unwrap_or_default();
        match service {
            "tandem.peer.v1.PeerService" if !authorise::is_component(caller) => {
                Err("only members of RTCComponentUniversalServices may call other nodes")
            }
            "tandem.peer.v1.PeerService"
                if !caller.machines.iter().any(|name| (self.is_ours)(name)) =>
            {
                Err("its certificate names no computer and no pool of this deployment")
            }
            "tandem.peer.v1.PeerService" => Ok(()),
            "tandem.frontend.v1.FrontEndService"
                if authorise::is_component(caller) || authorise::is_administrator(caller) =>
            {
                Ok(())
            }
            "tandem.frontend.v1.FrontEndService" => Err(
                "only members of RTCComponentUniversalServices and administrators may call front ends",
            ),
            "grpc.health.v1.Health" => Ok(()),
            service if service.starts_with("grpc.reflection.") => Ok(()),
            service if service.starts_with("tandem.") && authorise::may_call_cmdlets(caller) => {
                Ok(())
            }
            service if service.starts_with("tandem.") => Err(
                "only members of RTCUniversalServerAdmins, CsAdministrator and CsViewOnlyAdministrator may run commands",
            ),
            _ => Err("there is no such service"),
        }
    }
}

impl Aspect for Access {
    fn call<S>(&self, request: Request<Body>, inner: &mut S) -> Answer<S::Error>
    where
        S: Service<Request<Body>, Response = Response<Body>>,
        S::Future: Send + 'static,
        S::Error: Send + 'static,
    {
        let path = request.uri().path();
        let refusal = match request.extensions().get::<Arc<Identity>>() {
            None => Some(Status::unauthenticated("The connection has no client certificate.")),
            Some(caller) => self.check(path, caller).err().map(|who_may| {
                tracing::warn!(caller = caller.name, address = ?caller.address, rpc = path, who_may, "call refused");
                let message = format!("\"{}\" may not call {}: {who_may}.", caller.name, path.trim_start_matches('/'));
                let facts = [("category".to_owned(), "PermissionDenied".to_owned()), ("target".to_owned(), caller.name.clone())];
                let details = ErrorDetails::with_error_info("NotAuthorized", ERROR_DOMAIN, facts);
                Status::with_error_details(tonic::Code::PermissionDenied, message, details)
            }),
        };
        match refusal {
            Some(status) => Box::pin(std::future::ready(Ok(status.into_http()))),
            None => Box::pin(inner.call(request)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(groups: &[&str], machines: &[&str]) -> Identity {
        let owned = |texts: &[&str]| texts.iter().map(ToString::to_string).collect();
        Identity {
            groups: owned(groups),
            machines: owned(machines),
            ..Identity::default()
        }
    }

    #[test]
    fn every_door_has_its_callers() {
        let access = Access::new(Arc::new(|name| name == "fe01.contoso.com"));
        let node = caller(&["RTCComponentUniversalServices"], &["fe01.contoso.com"]);
        let stranger = caller(&["RTCComponentUniversalServices"], &["fe99.contoso.com"]);
        let admin = caller(&["CsAdministrator"], &["fe01.contoso.com"]);
        let viewer = caller(&["CsViewOnlyAdministrator"], &[]);
        let nobody = caller(&["Domain Users"], &["fe01.contoso.com"]);

        let may = |path: &str| {
            [&node, &stranger, &admin, &viewer, &nobody]
                .map(|caller| access.check(path, caller).is_ok())
        };
        assert_eq!(
            may("/tandem.peer.v1.PeerService/Heartbeat"),
            [true, false, false, false, false]
        );
        assert_eq!(
            may("/tandem.frontend.v1.FrontEndService/SignIn"),
            [true, true, true, false, false]
        );
        assert_eq!(
            may("/tandem.shell.v1.ShellService/Invoke"),
            [false, false, true, true, false]
        );
        assert_eq!(
            may("/tandem.pool.v1.PoolService/InvokeCsPoolFailOver"),
            [false, false, true, true, false]
        );
        assert_eq!(may("/grpc.health.v1.Health/Check"), [true; 5]);
        assert_eq!(
            may("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"),
            [true; 5]
        );
        assert_eq!(may("/acme.v1.Thing/Do"), [false; 5]);
    }
}
