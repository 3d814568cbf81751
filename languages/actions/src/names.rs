//! All of AWS's services, by name.

use crate::read::rows;
use std::sync::LazyLock;

/// A service of AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServiceName {
    /// What its actions begin with.
    pub prefix: &'static str,
    /// Its name: `Amazon S3`.
    pub name: &'static str,
    /// Whether resource control policies limit its resources.
    pub resource_control: bool,
}

static SERVICES: LazyLock<Vec<ServiceName>> = LazyLock::new(|| {
    let text = include_str!("../data/services.tsv");
    rows(text).map(|mut row| ServiceName { prefix: row.next(), name: row.next(), resource_control: row.next() == "rcp" }).collect()
});

/// All services, in the order of their prefixes.
pub fn services() -> &'static [ServiceName] {
    &SERVICES
}

/// The service of this prefix, in any case.
pub fn service_name(prefix: &str) -> Option<&'static ServiceName> {
    SERVICES.iter().find(|service| service.prefix.eq_ignore_ascii_case(prefix))
}
