use super::authority::{Authority, failed, valid};
use crate::failure::Failure;
use base::{Clock, Region, Timestamp};
use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, Issuer, KeyPair, SanType};
use rustls::{
    ServerConfig,
    crypto::{CryptoProvider, aws_lc_rs::default_provider},
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// How long a certificate is valid.
const LIFE: Duration = Duration::from_secs(90 * 24 * 3600);
/// It is renewed this long before its end.
const SPARE: Duration = Duration::from_secs(30 * 24 * 3600);
/// Certificates for single names that are kept at hand.
const MOST_NAMES: usize = 256;

/// The names by which a server is called.
#[derive(Debug, Clone)]
pub(crate) struct Names {
    /// What stands in its certificate.
    exact: Vec<String>,
    addresses: Vec<IpAddr>,
    /// Names below these are its own too: buckets, services.
    below: Vec<String>,
}

impl Names {
    /// Those of a server in `region` that listens on `address`, and `more` (names and addresses).
    pub(crate) fn new(region: &str, address: IpAddr, more: &[String]) -> Self {
        let (addresses, more): (Vec<_>, Vec<_>) =
            more.iter().map(|name| name.parse::<IpAddr>().map_err(|_| name.to_lowercase())).partition(Result::is_ok);
        let below: Vec<String> = std::iter::once("localhost".into()).chain(more.into_iter().filter_map(Result::err)).collect();
        let mut exact = vec![format!("git-codecommit.{region}.amazonaws.com")];
        for name in &below {
            for host in [name.clone(), format!("s3.{name}"), format!("s3.{region}.{name}")] {
                exact.extend([format!("*.{host}"), host]);
            }
        }
        let fixed = [IpAddr::from([127, 0, 0, 1]), IpAddr::from([0_u16, 0, 0, 0, 0, 0, 0, 1])];
        let mut all: Vec<IpAddr> = fixed.into_iter().chain(addresses.into_iter().flatten()).collect();
        if !address.is_unspecified() && !all.contains(&address) {
            all.push(address);
        }
        Self { exact, addresses: all, below }
    }

    /// The hosts under which buckets are subdomains, the longer ones first.
    pub(crate) fn bucket_hosts(&self, home: &Region) -> Vec<String> {
        let regions: Vec<Region> = Region::all().filter(|region| region != home).chain([home.clone()]).collect();
        let regional = |name: &String| regions.iter().map(|region| format!("s3.{region}.{name}")).collect::<Vec<_>>();
        self.below.iter().flat_map(|name| regional(name).into_iter().chain([format!("s3.{name}"), name.clone()])).collect()
    }

    /// Whether every client finds the name in the certificate of all names. Many do not take `*.localhost`, which is a wildcard
    /// for what could be all that there is; nor does a wildcard stand for two labels.
    fn stands_in_it(&self, name: &str) -> bool {
        let wild = name.split_once('.').filter(|(_, rest)| rest.contains('.')).map(|(_, rest)| format!("*.{rest}"));
        self.exact.iter().any(|exact| exact == name || wild.as_ref() == Some(exact))
    }

    fn is_below(&self, name: &str) -> bool {
        let git = |region: &str| region.strip_suffix(".amazonaws.com").is_some_and(Region::exists);
        name.strip_prefix("git-codecommit.").is_some_and(git)
            || self.below.iter().any(|below| name.strip_suffix(below.as_str()).is_some_and(|rest| rest.ends_with('.')))
    }
}

struct Leaf {
    certified: Arc<CertifiedKey>,
    renew_at: Timestamp,
}

/// The server's certificates: one for all its names, and one for each name below them that a client asks for and that a
/// wildcard does not stand for. Each is made anew in good time, when it is asked for.
struct Certificates {
    issuer: Issuer<'static, KeyPair>,
    names: Names,
    clock: Arc<dyn Clock>,
    provider: Arc<CryptoProvider>,
    /// By name; the empty one is for all names.
    leaves: Mutex<HashMap<String, Leaf>>,
}

impl std::fmt::Debug for Certificates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Certificates({:?})", self.names)
    }
}

impl Certificates {
    fn make(&self, name: &str, now: Timestamp) -> Result<Leaf, Failure> {
        let names = if name.is_empty() { self.names.exact.clone() } else { vec![name.to_owned()] };
        let mut leaf = CertificateParams::new(names).map_err(failed)?;
        if name.is_empty() {
            leaf.subject_alt_names.extend(self.names.addresses.iter().map(|ip| SanType::IpAddress(*ip)));
        }
        leaf.distinguished_name.push(DnType::CommonName, "Sekisho");
        leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        leaf.use_authority_key_identifier_extension = true;
        valid(&mut leaf, now, now.plus(LIFE));
        let key = KeyPair::generate().map_err(failed)?;
        let certificate = leaf.signed_by(&key, &self.issuer).map_err(failed)?;
        let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let certified = CertifiedKey::from_der(vec![certificate.der().clone()], private, &self.provider).map_err(failed)?;
        Ok(Leaf { certified: Arc::new(certified), renew_at: now.plus(LIFE - SPARE) })
    }

    fn get(&self, name: &str) -> Result<Arc<CertifiedKey>, Failure> {
        let now = self.clock.now();
        let mut leaves = self.leaves.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(leaf) = leaves.get(name).filter(|leaf| now < leaf.renew_at) {
            return Ok(leaf.certified.clone());
        }
        // Who asks for ever new names makes others' be made again, and no more.
        if leaves.len() > MOST_NAMES {
            leaves.retain(|name, _| name.is_empty());
        }
        let leaf = self.make(name, now)?;
        let certified = leaf.certified.clone();
        leaves.insert(name.to_owned(), leaf);
        Ok(certified)
    }

    fn of(&self, asked: Option<&str>) -> Option<Arc<CertifiedKey>> {
        let asked = asked.map(str::to_lowercase).unwrap_or_default();
        let single = !asked.is_empty() && self.names.is_below(&asked) && !self.names.stands_in_it(&asked);
        self.get(if single { &asked } else { "" }).map_err(|e| eprintln!("sekisho: no certificate for '{asked}': {e}")).ok()
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.of(hello.server_name())
    }
}

/// A server's configuration: TLS 1.3 and 1.2, with certificates that this authority signs.
pub(crate) fn server(authority: Authority, names: Names, clock: Arc<dyn Clock>) -> Result<Arc<ServerConfig>, Failure> {
    let provider = Arc::new(default_provider());
    let certificates = Certificates { issuer: authority.issuer(), names, clock, provider: provider.clone(), leaves: Mutex::default() };
    // What cannot be made is told at the start.
    certificates.get("")?;
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .map_err(failed)?
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(certificates));
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::ManualClock;

    const DAY: Duration = Duration::from_secs(24 * 3600);

    fn certificates(clock: &Arc<ManualClock>, more: &[String]) -> Certificates {
        Certificates {
            issuer: Issuer::new(CertificateParams::default(), KeyPair::generate().unwrap()),
            names: Names::new("us-east-1", IpAddr::from([0, 0, 0, 0]), more),
            clock: clock.clone(),
            provider: Arc::new(default_provider()),
            leaves: Mutex::default(),
        }
    }

    #[test]
    fn a_certificate_is_renewed_in_good_time_while_the_server_runs() {
        let clock = Arc::new(ManualClock::new(Timestamp::parse_iso("2026-11-22T05:00:00Z").unwrap()));
        let certificates = certificates(&clock, &[]);
        let der = |name| certificates.of(name).unwrap().cert[0].to_vec();
        let first = der(None);
        clock.advance(59 * DAY);
        assert_eq!(der(Some("localhost")), first);
        clock.advance(2 * DAY);
        let second = der(None);
        assert_ne!(second, first);
        clock.advance(3000 * DAY);
        assert_ne!(der(None), second);
    }

    #[test]
    fn names_that_a_wildcard_does_not_stand_for_have_a_certificate_of_their_own() {
        let clock = Arc::new(ManualClock::new(Timestamp::parse_iso("2026-11-22T05:00:00Z").unwrap()));
        let certificates = certificates(&clock, &["sekisho.example".into(), "192.0.2.7".into()]);
        let der = |name: &str| certificates.of(Some(name)).unwrap().cert[0].to_vec();
        let all = certificates.of(None).unwrap().cert[0].to_vec();
        for name in
            ["localhost", "bucket.s3.localhost", "bucket.s3.us-east-1.localhost", "S3.localhost", "x.sekisho.example", "elsewhere.example"]
        {
            assert_eq!(der(name), all, "{name}");
        }
        for name in ["kms.localhost", "a.dotted.bucket.s3.localhost", "a.b.sekisho.example"] {
            assert_ne!(der(name), all, "{name}");
            assert_eq!(der(name), der(name), "{name}");
        }
        for n in 0..1000 {
            der(&format!("n{n}.localhost"));
        }
        assert!(certificates.leaves.lock().unwrap().len() <= MOST_NAMES + 1);
        assert_eq!(certificates.of(None).unwrap().cert[0].to_vec(), all);
        assert_eq!(
            certificates.names.bucket_hosts(&Region::new("us-east-1"))[33..36],
            ["s3.us-east-1.localhost", "s3.localhost", "localhost"]
        );
        assert!(certificates.names.addresses.contains(&IpAddr::from([192, 0, 2, 7])));
    }
}
