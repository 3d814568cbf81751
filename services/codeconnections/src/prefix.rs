//! The service has two names: its own, and the one of before, which the ARNs of what was made by it keep.
//! Source: <https://docs.aws.amazon.com/dtconsole/latest/userguide/rename.html>

use crate::{
    CodeConnections, CodeStarConnections,
    state::{CONNECTIONS, ConnectionRow, HOSTS, HostRow, STAR_CONNECTIONS, STAR_HOSTS},
};
use gate::{Scope, Service, Table};

/// One of the service's names, with what was made under it.
pub trait Prefix: Service {
    /// Its operation that makes a connection.
    const CREATE_CONNECTION: &'static str;
    /// Its operation that connects a connection.
    const CONNECT: &'static str;
    /// Its operation that makes a host.
    const CREATE_HOST: &'static str;
    /// The HTTP status of what is not there: the newer name has another than the older one.
    const NOT_FOUND: u16;
    /// The connections that were made under it.
    fn connections() -> &'static Table<Self, ConnectionRow>
    where
        Self: Sized;
    /// The hosts that were made under it.
    fn hosts() -> &'static Table<Self, HostRow>
    where
        Self: Sized;
}

impl Prefix for CodeConnections {
    const CREATE_CONNECTION: &'static str = "codeconnections:CreateConnection";
    const CONNECT: &'static str = "codeconnections:UpdateConnectionInstallation";
    const CREATE_HOST: &'static str = "codeconnections:CreateHost";
    const NOT_FOUND: u16 = 404;
    fn connections() -> &'static Table<Self, ConnectionRow> {
        &CONNECTIONS
    }
    fn hosts() -> &'static Table<Self, HostRow> {
        &HOSTS
    }
}

impl Prefix for CodeStarConnections {
    const CREATE_CONNECTION: &'static str = "codestar-connections:CreateConnection";
    const CONNECT: &'static str = "codestar-connections:UpdateConnectionInstallation";
    const CREATE_HOST: &'static str = "codestar-connections:CreateHost";
    const NOT_FOUND: u16 = 400;
    fn connections() -> &'static Table<Self, ConnectionRow> {
        &STAR_CONNECTIONS
    }
    fn hosts() -> &'static Table<Self, HostRow> {
        &STAR_HOSTS
    }
}

/// Work on what was made under one of the names, whichever was called.
pub(crate) trait Under<T> {
    fn run<P: Prefix>(self, scope: &mut Scope<'_, P>) -> T;
}

/// Does the work where an ARN of this service lies.
pub(crate) fn under<P: Prefix, T>(scope: &mut Scope<'_, P>, service: &str, work: impl Under<T>) -> T {
    if service == P::NAME {
        work.run(scope)
    } else if service == CodeConnections::NAME {
        work.run(&mut scope.beside(&CodeConnections(())))
    } else {
        work.run(&mut scope.beside(&CodeStarConnections(())))
    }
}

/// Whether it is one of the service's names.
pub(crate) fn is_name(service: &str) -> bool {
    [CodeConnections::NAME, CodeStarConnections::NAME].contains(&service)
}

/// An action under the name that an ARN has: policies that state the other name are about another resource.
pub(crate) fn action(service: &str, operation: &str) -> String {
    format!("{service}:{operation}")
}
