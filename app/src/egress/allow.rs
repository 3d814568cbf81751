//! Lists of hosts, and the addresses that none of them can mean by a name.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

/// Ports where none is named: what registries are at.
const PORTS: [u16; 2] = [443, 80];
const MAX_NAME: usize = 253;

/// Hosts and ports that are allowed, or asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Host {
    name: Name,
    port: Option<u16>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Name {
    Address(IpAddr),
    Exactly(String),
    /// All names below this one, but not itself.
    Below(String),
}

impl Host {
    fn ports(&self) -> Vec<u16> {
        self.port.map_or(PORTS.to_vec(), |port| vec![port])
    }

    fn has_port(&self, port: u16) -> bool {
        self.port.map_or(PORTS.contains(&port), |own| own == port)
    }

    /// Whether it means this target.
    pub(crate) fn covers(&self, host: &str, port: u16) -> bool {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        self.has_port(port)
            && match &self.name {
                Name::Address(own) => address(&host).is_some_and(|address| address == *own),
                Name::Exactly(own) => host == *own,
                Name::Below(parent) => host.strip_suffix(parent).is_some_and(|rest| rest.len() > 1 && rest.ends_with('.')),
            }
    }

    /// Whether it names this address, by its digits.
    pub(crate) fn is_address(&self, address: IpAddr, port: u16) -> bool {
        self.name == Name::Address(address.to_canonical()) && self.has_port(port)
    }

    /// Whether everything that `asked` means is within it, for one of its ports at least.
    pub(crate) fn contains(&self, asked: &Host) -> bool {
        let named = match (&self.name, &asked.name) {
            (Name::Below(parent), Name::Below(name)) => name == parent || name.strip_suffix(parent).is_some_and(|rest| rest.ends_with('.')),
            (Name::Below(parent), Name::Exactly(name)) => {
                name.strip_suffix(parent).is_some_and(|rest| rest.len() > 1 && rest.ends_with('.'))
            }
            (own, name) => own == name,
        };
        named && asked.ports().iter().any(|port| self.has_port(*port))
    }
}

impl FromStr for Host {
    type Err = String;

    /// `HOST[:PORT]`: a name, `*.` and a name, an IPv4 address, or an IPv6 address in brackets.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = |why: &str| format!("'{}' is no host to allow: {why}", text.escape_debug());
        let (host, port) = split(text).ok_or_else(|| wrong("HOST or HOST:PORT is expected, with an IPv6 address in brackets"))?;
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        if let Some(address) = address(&host) {
            return Ok(Host { name: Name::Address(address), port });
        }
        let (name, below) = host.strip_prefix("*.").map_or((host.as_str(), false), |name| (name, true));
        if !is_name(name) {
            return Err(wrong(
                "a name of letters, digits and hyphens is expected; a wildcard stands for the first labels, as in *.example.com",
            ));
        }
        // Almost every name of the world would be below it.
        if below && !name.contains('.') {
            return Err(wrong("a wildcard needs at least two labels after it"));
        }
        Ok(Host { name: if below { Name::Below(name.into()) } else { Name::Exactly(name.into()) }, port })
    }
}

impl std::fmt::Display for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.name {
            Name::Address(IpAddr::V6(address)) => write!(f, "[{address}]")?,
            Name::Address(address) => write!(f, "{address}")?,
            Name::Exactly(name) => f.write_str(name)?,
            Name::Below(name) => write!(f, "*.{name}")?,
        }
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

/// A host, without brackets, and its port.
pub(crate) fn split(text: &str) -> Option<(&str, Option<u16>)> {
    let port = |text: &str| text.parse::<u16>().ok().filter(|port| *port > 0);
    if let Some(rest) = text.strip_prefix('[') {
        let (host, rest) = rest.split_once(']')?;
        host.parse::<Ipv6Addr>().ok()?;
        return match rest.strip_prefix(':') {
            Some(digits) => Some((host, Some(port(digits)?))),
            None => rest.is_empty().then_some((host, None)),
        };
    }
    match text.split_once(':') {
        Some((host, digits)) => Some((host, Some(port(digits)?))),
        None => Some((text, None)),
    }
}

/// An address, however it is written: clients and resolvers know more forms than four numbers.
fn address(host: &str) -> Option<IpAddr> {
    host.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

/// Whether it can be the name of a host. Digits alone, or `0x7f1`, are addresses to resolvers and not to us: refused.
pub(crate) fn is_name(name: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    name.len() <= MAX_NAME
        && name.split('.').all(label)
        && name.rsplit('.').next().is_some_and(|last| last.starts_with(|c: char| c.is_ascii_alphabetic()))
}

/// Whether a name may lead there: the addresses of the world, and of no machine, network or cloud of one's own.
/// Source: <https://www.iana.org/assignments/iana-ipv4-special-registry>, and the registry of IPv6.
pub(crate) fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = matches!(
        (a, b, c),
        (0 | 10 | 127, ..)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 168, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (198, 18..=19, _)
            | (198, 51, 100)
            | (203, 0, 113)
            | (224..=255, ..)
    );
    !special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    // Tunnels and translations carry an IPv4 address that is not looked at: Teredo, 6to4. Documentation.
    let special = (a == 0x2001 && b < 0x0200) || a == 0x2002 || (a == 0x2001 && b == 0x0db8) || (a == 0x3fff && b < 0x1000);
    (0x2000..0x4000).contains(&a) && !special
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(text: &str) -> Host {
        text.parse().unwrap()
    }

    #[test]
    fn a_name_is_itself_and_a_wildcard_what_is_below() {
        assert!(host("pypi.org").covers("PyPI.org.", 443) && host("pypi.org").covers("pypi.org", 80));
        assert!(!host("pypi.org").covers("pypi.org", 22) && host("pypi.org:22").covers("pypi.org", 22));
        assert!(!host("pypi.org:22").covers("pypi.org", 443));
        assert!(!host("pypi.org").covers("evilpypi.org", 443) && !host("pypi.org").covers("pypi.org.evil.com", 443));
        let below = host("*.example.com");
        assert!(below.covers("a.example.com", 443) && below.covers("a.b.example.com", 443));
        assert!(!below.covers("example.com", 443) && !below.covers("anexample.com", 443) && !below.covers(".example.com", 443));
        assert!(host("10.0.0.1:8080").covers("10.0.0.1", 8080) && !host("10.0.0.1").covers("10.0.0.10", 443));
        assert!(host("[::1]:80").covers("::1", 80) && host("[::ffff:10.0.0.1]").covers("10.0.0.1", 80));
    }

    #[test]
    fn what_is_asked_has_to_be_within_what_is_allowed() {
        assert!(host("*.example.com").contains(&host("a.example.com")) && host("*.example.com").contains(&host("*.b.example.com")));
        assert!(!host("a.example.com").contains(&host("*.example.com")) && !host("*.example.com").contains(&host("example.com")));
        assert!(!host("a.example.com").contains(&host("a.example.com:22")) && host("a.example.com:443").contains(&host("a.example.com")));
    }

    #[test]
    fn wrong_hosts_are_refused() {
        for text in [
            "",
            "*",
            "*.com",
            "a b",
            "http://x.com",
            "x.com:0",
            "x.com:99999",
            "x.com:",
            "::1",
            "[x]",
            "a..b",
            "-a.com",
            "2130706433",
            "0x7f.1",
            "127.1",
            "é.com",
            "a.*.com",
        ] {
            assert!(text.parse::<Host>().is_err(), "{text}");
        }
        for text in ["pypi.org", "*.pypi.org:8443", "10.0.0.1", "[2001:db8::1]:443", "localhost:8080"] {
            assert_eq!(host(text).to_string(), text);
        }
    }

    #[test]
    fn private_addresses_are_told_from_public_ones() {
        let public = |text: &str| is_public(text.parse().unwrap());
        for text in ["1.1.1.1", "172.32.0.1", "100.128.0.1", "192.0.1.1", "2606:4700::1111", "2001:4860:4860::8888"] {
            assert!(public(text), "{text}");
        }
        for text in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "192.0.0.8",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "2001:db8::1",
            "2001::1",
            "2002:7f00:1::",
        ] {
            assert!(!public(text), "{text}");
        }
    }
}
