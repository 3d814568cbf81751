use crate::{config, failure::Failure};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    SanType,
};
use rustls::{
    ServerConfig,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};
use std::{fs, net::IpAddr, path::PathBuf, sync::Arc};

/// The local certificate authority: one for the user, whose certificate clients trust (`AWS_CA_BUNDLE`).
pub(crate) struct Authority {
    key: KeyPair,
    /// The certificate's file.
    pub(crate) bundle: PathBuf,
}

fn params() -> CertificateParams {
    let mut params = CertificateParams::default();
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, "Sekisho local authority");
    params.distinguished_name = name;
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

fn failed(e: impl std::fmt::Display) -> Failure {
    Failure::new(format!("the certificate authority failed: {e}"))
}

impl Authority {
    /// The user's authority; made when there is none.
    pub(crate) fn open() -> Result<Self, Failure> {
        let folder = config::folder()?;
        let (key_path, bundle) = (folder.join("ca.key"), folder.join("ca.pem"));
        if key_path.exists() && bundle.exists() {
            let pem = fs::read_to_string(&key_path).map_err(|e| Failure::new(format!("{}: {e}", key_path.display())))?;
            return Ok(Self { key: KeyPair::from_pem(&pem).map_err(failed)?, bundle });
        }
        let key = KeyPair::generate().map_err(failed)?;
        let certificate = params().self_signed(&key).map_err(failed)?;
        config::write_private(&key_path, key.serialize_pem().as_bytes())?;
        config::write_private(&bundle, certificate.pem().as_bytes())?;
        Ok(Self { key, bundle })
    }

    /// A server's configuration with a new certificate for the names by which this machine is called. TLS 1.2 and 1.3.
    pub(crate) fn server(self, region: &str, address: IpAddr) -> Result<(Arc<ServerConfig>, PathBuf), Failure> {
        let names = [
            "localhost".to_string(),
            "*.localhost".into(),
            "s3.localhost".into(),
            "*.s3.localhost".into(),
            format!("git-codecommit.{region}.amazonaws.com"),
        ];
        let mut leaf = CertificateParams::new(names).map_err(failed)?;
        for ip in [IpAddr::from([127, 0, 0, 1]), IpAddr::from([0u16, 0, 0, 0, 0, 0, 0, 1]), address] {
            leaf.subject_alt_names.push(SanType::IpAddress(ip));
        }
        leaf.distinguished_name.push(DnType::CommonName, "Sekisho");
        leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        leaf.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate().map_err(failed)?;
        let issuer = Issuer::new(params(), self.key);
        let certificate = leaf.signed_by(&key, &issuer).map_err(failed)?;
        let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
            .map_err(failed)?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], private)
            .map_err(failed)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok((Arc::new(config), self.bundle))
    }
}
