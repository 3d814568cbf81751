//! The head of a proxied request: where it goes, and what goes there.

use super::allow::{is_name, split};
use std::net::IpAddr;

const MAX_HEADERS: usize = 100;

/// A request to a proxy.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) host: String,
    pub(super) port: u16,
    /// What is sent to the host first; None: a tunnel.
    pub(super) forward: Option<Vec<u8>>,
}

/// Reads the head of a request, with the empty line at its end; or says what is wrong with it.
pub(super) fn read(head: &[u8]) -> Result<Request, &'static str> {
    let head = std::str::from_utf8(head).map_err(|_| "the head is not UTF-8")?;
    let mut lines = head.split("\r\n");
    let first = lines.next().unwrap_or_default();
    let mut words = first.split(' ');
    let (Some(method), Some(target), Some(version), None) = (words.next(), words.next(), words.next(), words.next()) else {
        return Err("the first line is not METHOD TARGET VERSION");
    };
    if !matches!(version, "HTTP/1.0" | "HTTP/1.1") {
        return Err("HTTP/1.1 is spoken here");
    }
    if method == "CONNECT" {
        let (host, port) = authority(target)?;
        return Ok(Request { host, port: port.ok_or("CONNECT needs a port")?, forward: None });
    }
    let rest = target.strip_prefix("http://").ok_or("a proxy is asked with CONNECT HOST:PORT, or with a whole http:// URL")?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (place, path) = rest.split_at(end);
    let (host, port) = authority(place)?;
    let slash = if path.starts_with('/') { "" } else { "/" };
    // The host hears its own name, whatever the client's header says, and answers this one request.
    let mut forward = format!("{method} {slash}{path} HTTP/1.1\r\nHost: {place}\r\nConnection: close\r\n");
    for (count, line) in lines.filter(|line| !line.is_empty()).enumerate() {
        let (name, _) = line.split_once(':').ok_or("a header has no colon")?;
        if count >= MAX_HEADERS || name.is_empty() || !name.bytes().all(|b| b.is_ascii_graphic()) || line.contains(['\r', '\n', '\0']) {
            return Err("the headers are not well formed, or too many");
        }
        let own = ["host", "connection", "keep-alive", "te", "upgrade"].iter().any(|own| name.eq_ignore_ascii_case(own));
        if !own && !name.to_ascii_lowercase().starts_with("proxy-") {
            forward += line;
            forward += "\r\n";
        }
    }
    forward += "\r\n";
    Ok(Request { host, port: port.unwrap_or(80), forward: Some(forward.into_bytes()) })
}

fn authority(text: &str) -> Result<(String, Option<u16>), &'static str> {
    let (host, port) = split(text).ok_or("the target is no HOST or HOST:PORT")?;
    let host = host.trim_end_matches('.');
    let known = is_name(host) || host.parse::<IpAddr>().is_ok();
    // A name and password before an @ are refused with all else that is no host.
    known.then(|| (host.to_ascii_lowercase(), port)).ok_or("the target's host is neither a name nor an address")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tunnel_names_a_host_and_a_port() {
        let request = read(b"CONNECT PyPI.org:443 HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
        assert_eq!(request, Request { host: "pypi.org".into(), port: 443, forward: None });
        assert_eq!(read(b"CONNECT [::1]:443 HTTP/1.1\r\n\r\n").unwrap().host, "::1");
    }

    #[test]
    fn a_plain_request_goes_on_under_the_hosts_own_name() {
        let head = b"GET http://deb.example.org:81/a?b HTTP/1.1\r\nHost: other.example\r\nAccept: */*\r\nProxy-Authorization: x\r\nConnection: keep-alive\r\n\r\n";
        let request = read(head).unwrap();
        assert_eq!((request.host.as_str(), request.port), ("deb.example.org", 81));
        let expected = "GET /a?b HTTP/1.1\r\nHost: deb.example.org:81\r\nConnection: close\r\nAccept: */*\r\n\r\n";
        assert_eq!(String::from_utf8(request.forward.unwrap()).unwrap(), expected);
        let bare = read(b"GET http://x.org HTTP/1.0\r\n\r\n").unwrap().forward.unwrap();
        assert!(bare.starts_with(b"GET / HTTP/1.1\r\nHost: x.org\r\n"));
    }

    #[test]
    fn what_is_not_well_formed_is_refused() {
        for head in [
            "",
            "GET",
            "GET / HTTP/1.1\r\n\r\n",
            "CONNECT pypi.org HTTP/1.1\r\n\r\n",
            "CONNECT pypi.org:443 HTTP/2\r\n\r\n",
            "CONNECT a@b:443 HTTP/1.1\r\n\r\n",
            "CONNECT 2130706433:80 HTTP/1.1\r\n\r\n",
            "GET https://x.org/ HTTP/1.1\r\n\r\n",
            "GET http://u:p@x.org/ HTTP/1.1\r\n\r\n",
            "GET http://x.org/ HTTP/1.1\r\nbad\r\n\r\n",
            "GET http://x.org/ HTTP/1.1\r\na b: c\r\n\r\n",
            "GET http://x.org/ HTTP/1.1\r\na: b\nc: d\r\n\r\n",
        ] {
            assert!(read(head.as_bytes()).is_err(), "{head}");
        }
    }
}
