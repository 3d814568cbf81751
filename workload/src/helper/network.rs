//! The sandbox's network: a loopback interface, and the listeners that lead out.

use std::net::{Ipv4Addr, SocketAddrV4, TcpListener, UdpSocket};

use crate::error::{At, Failure};
use crate::{Spec, sys};

/// Makes the listeners: inside a network of its own at their addresses, otherwise on free ports of the host.
pub(super) fn listen(spec: &Spec) -> Result<Vec<TcpListener>, Failure> {
    if spec.keep_network {
        return on_host(spec);
    }
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).at("opening a socket in the new network")?;
    sys::interface_up(&socket, c"lo", None).at("turning the loopback interface on")?;
    let mut known = Vec::new();
    for address in &spec.listen {
        let ip = *address.ip();
        if !ip.is_loopback() && !known.contains(&ip) {
            known.push(ip);
            let alias = std::ffi::CString::new(format!("lo:{}", known.len())).at("naming an interface")?;
            sys::interface_up(&socket, &alias, Some(ip)).at_with(|| format!("giving the sandbox {ip}"))?;
        }
    }
    spec.listen.iter().map(bind).collect()
}

/// The listeners of a program that has the host's network.
pub(super) fn on_host(spec: &Spec) -> Result<Vec<TcpListener>, Failure> {
    let free = SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0);
    spec.listen.iter().map(|_| bind(&free)).collect()
}

fn bind(address: &SocketAddrV4) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).at_with(|| format!("listening on {address} for the sandbox"))
}
