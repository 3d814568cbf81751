//! AWS CodeConnections: connections to git hosts elsewhere, and hosts of one's own, under the service's name and the one of before,
//! `codestar-connections`.
//!
//! Must not know who uses a connection, nor how git fetches: the binary brings that.

mod error;
mod examples;
mod fetching;
mod listing;
mod names;
mod operations;
mod prefix;
mod resources;
mod shapes;
mod state;
mod tags;
mod webhook;

use gate::{Protocol, Registration, Service};
use prefix::Prefix;
use std::sync::Arc;

pub use fetching::{Fetch, Fetched, Reached, Wanted, redeem};
pub use operations::{
    create_connection::{CreateConnection, CreateConnectionInput},
    create_host::{CreateHost, CreateHostInput},
    delete_connection::{DeleteConnection, DeleteConnectionInput},
    delete_host::{DeleteHost, DeleteHostInput},
    get_connection::{GetConnection, GetConnectionInput},
    get_host::{GetHost, GetHostInput},
    list_connections::{ListConnections, ListConnectionsInput},
    list_hosts::{ListHosts, ListHostsInput},
    list_tags_for_resource::{ListTagsForResource, ListTagsForResourceInput},
    receive_webhook::{ReceiveWebhook, ReceiveWebhookInput},
    tag_resource::{TagResource, TagResourceInput},
    untag_resource::{UntagResource, UntagResourceInput},
    update_connection_installation::{UpdateConnectionInstallation, UpdateConnectionInstallationInput},
    update_host::{UpdateHost, UpdateHostInput},
    use_connection::{UseConnection, UseConnectionInput},
};

/// The service's token.
pub struct CodeConnections(());

impl Service for CodeConnections {
    const NAME: &'static str = "codeconnections";
    const PRINCIPAL: &'static str = "codeconnections.amazonaws.com";
    const PROTOCOL: Protocol = Protocol::Json;
}

/// The token of the service's name of before.
pub struct CodeStarConnections(());

impl Service for CodeStarConnections {
    const NAME: &'static str = "codestar-connections";
    const PRINCIPAL: &'static str = "codestar-connections.amazonaws.com";
    const PROTOCOL: Protocol = Protocol::Json;
}

/// The service.
pub fn service() -> Registration {
    under::<CodeConnections>()
}

/// The service's work outside transactions; `fetch` reaches git hosts.
pub fn workflows(engine: &mut durable::Engine, fetch: Arc<Fetch>) {
    fetching::register(engine, fetch);
}

/// The service under its name of before.
pub fn star_service() -> Registration {
    under::<CodeStarConnections>()
}

fn under<P: Prefix>() -> Registration {
    Registration::new::<P>()
        .operation::<CreateConnection<P>>()
        .operation::<CreateHost<P>>()
        .operation::<DeleteConnection<P>>()
        .operation::<DeleteHost<P>>()
        .operation::<GetConnection<P>>()
        .operation::<GetHost<P>>()
        .operation::<ListConnections<P>>()
        .operation::<ListHosts<P>>()
        .operation::<ListTagsForResource<P>>()
        .operation::<ReceiveWebhook<P>>()
        .operation::<TagResource<P>>()
        .operation::<UntagResource<P>>()
        .operation::<UpdateConnectionInstallation<P>>()
        .operation::<UpdateHost<P>>()
        .operation::<UseConnection<P>>()
        .resource_type(resources::connection::Connection::<P>::new())
        .resources::<P>(names::facts)
}
