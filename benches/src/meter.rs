//! Rates and processor time of a load.

use crate::{
    Result,
    client::{Load, Request},
    process::{cpu_of, free_address},
};
use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

/// What a load came to.
#[derive(Clone, Copy)]
pub(crate) struct Measured {
    /// Calls a second.
    pub(crate) rate: f64,
    /// Processor time for each call, of the client and of the server, in microseconds.
    pub(crate) client: f64,
    pub(crate) server: f64,
}

/// Measures a load on a server; its processor time is that of the process `server`, if it is another one.
pub(crate) async fn measured(load: Load, address: SocketAddr, server: Option<u32>, request: Request) -> Result<Measured> {
    let its = || server.map_or(Ok(Duration::ZERO), |id| cpu_of(&id.to_string()));
    let (own, other, begun) = (cpu_of("self")?, its()?, Instant::now());
    let answers = load.run(address, request).await?.len() as f64;
    let took = begun.elapsed();
    let each = |time: Duration| time.as_secs_f64() * 1e6 / answers;
    Ok(Measured { rate: answers / took.as_secs_f64(), client: each(cpu_of("self")? - own), server: each(its()? - other) })
}

/// A bare answer of the web framework, in this process.
pub(crate) async fn bare() -> Result<SocketAddr> {
    let address = free_address()?;
    let listener = tokio::net::TcpListener::bind(address).await?;
    let app = axum::Router::new().route("/", axum::routing::post(async || "x".repeat(400)));
    tokio::spawn(async { axum::serve(listener, app).await });
    Ok(address)
}

/// How measured rates were measured.
pub(crate) fn cpu(measured: &Measured) -> String {
    format!("{:.0} us CPU of the server, {:.0} us of the client", measured.server, measured.client)
}
