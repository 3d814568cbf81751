use crate::{
    config::{self, write_private},
    failure::Failure,
};
use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, NONCE_LEN, RandomizedNonceKey},
    hkdf,
};
use base::Timestamp;
use rcgen::{BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose, date_time_ymd};
use serde::{Deserialize, Serialize};
use std::{fs, path::PathBuf, time::Duration};
use store::KeyBytes;

const DAY: Duration = Duration::from_secs(24 * 3600);
/// How long an authority lives.
const LIFE: Duration = Duration::from_secs(3650 * 24 * 3600);
/// A server that starts this long before the end makes a new one, so that certificates have their full time.
const LAST: Duration = Duration::from_secs(365 * 24 * 3600);
const TAG: usize = 16;

/// A server's own certificate authority, whose certificate clients trust (`AWS_CA_BUNDLE`). Its key lies encrypted under a key
/// that is kept with the data.
pub(crate) struct Authority {
    key: KeyPair,
    params: CertificateParams,
}

/// What lies in the sealed file.
#[derive(Serialize, Deserialize)]
struct Kept {
    key: String,
    made: Timestamp,
}

/// The certificate's file of the server `id`.
pub(crate) fn bundle(id: &str) -> Result<PathBuf, Failure> {
    Ok(config::server_folder(id)?.join("ca.pem"))
}

pub(super) fn failed(e: impl std::fmt::Display) -> Failure {
    Failure::new(format!("the certificate authority failed: {e}"))
}

/// Makes what is valid from a day before `from` (clocks differ) up to the day of `until`.
pub(super) fn valid(params: &mut CertificateParams, from: Timestamp, until: Timestamp) {
    let day = |at: Timestamp| {
        let text = at.iso();
        let number = |range: std::ops::Range<usize>| text.get(range).and_then(|digits| digits.parse().ok()).unwrap_or(1);
        let (month, day) = (number(5..7), number(8..10));
        date_time_ymd(text.get(..4).and_then(|year| year.parse().ok()).unwrap_or(2000), month as u8, day as u8)
    };
    params.not_before = day(Timestamp(from.0 - DAY.as_millis() as i64));
    params.not_after = day(until);
}

fn params(made: Timestamp) -> CertificateParams {
    let mut params = CertificateParams::default();
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, "Sekisho local authority");
    params.distinguished_name = name;
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    valid(&mut params, made, made.plus(LIFE));
    params
}

fn cipher(key: &KeyBytes) -> Result<RandomizedNonceKey, Failure> {
    let mut own = zeroize::Zeroizing::new([0; 32]);
    let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, b"sekisho authority").extract(key.as_slice());
    let okm = prk.expand(&[b"key of the authority"], hkdf::HKDF_SHA256).map_err(failed)?;
    okm.fill(own.as_mut_slice()).map_err(failed)?;
    RandomizedNonceKey::new(&AES_256_GCM, own.as_slice()).map_err(failed)
}

fn seal(key: &KeyBytes, kept: &Kept) -> Result<Vec<u8>, Failure> {
    let mut plain = zeroize::Zeroizing::new(serde_json::to_vec(kept).map_err(failed)?);
    let (nonce, tag) = cipher(key)?.seal_in_place_separate_tag(Aad::empty(), &mut plain).map_err(failed)?;
    Ok([&nonce.as_ref()[..], &plain, tag.as_ref()].concat())
}

fn open(keys: &[KeyBytes], sealed: &[u8]) -> Option<Kept> {
    let (nonce, body) = sealed.split_first_chunk::<NONCE_LEN>()?;
    body.len().checked_sub(TAG)?;
    keys.iter().find_map(|key| {
        let mut body = zeroize::Zeroizing::new(body.to_vec());
        let nonce = aws_lc_rs::aead::Nonce::assume_unique_for_key(*nonce);
        let plain = cipher(key).ok()?.open_in_place(nonce, Aad::empty(), &mut body).ok()?;
        serde_json::from_slice(plain).ok()
    })
}

impl Authority {
    /// The authority of the server `id`; made when there is none, when its key cannot be opened with any of `keys`, or when
    /// its time is nearly over.
    pub(crate) fn open(id: &str, keys: &[KeyBytes], now: Timestamp) -> Result<Self, Failure> {
        let (key_path, bundle) = (config::server_folder(id)?.join("ca.key"), bundle(id)?);
        let sealed = config::read_private(&key_path)?.filter(|_| bundle.exists());
        let kept = sealed.and_then(|sealed| open(keys, &sealed)).filter(|kept| now < kept.made.plus(LIFE - LAST));
        if let Some(kept) = kept {
            return Ok(Self { key: KeyPair::from_pem(&kept.key).map_err(failed)?, params: params(kept.made) });
        }
        let key = KeyPair::generate().map_err(failed)?;
        let params = params(now);
        let certificate = params.self_signed(&key).map_err(failed)?;
        let present = keys.first().ok_or_else(|| failed("there is no key to keep its own under"))?;
        write_private(&key_path, &seal(present, &Kept { key: key.serialize_pem(), made: now })?)?;
        write_private(&bundle, certificate.pem().as_bytes())?;
        forget_the_one_before()?;
        Ok(Self { key, params })
    }

    /// Who signs certificates.
    pub(crate) fn issuer(self) -> Issuer<'static, KeyPair> {
        Issuer::new(self.params, self.key)
    }
}

/// Earlier versions had one authority for all servers of a user, whose key lay in the clear: nobody signs with it any more.
fn forget_the_one_before() -> Result<(), Failure> {
    let key = config::folder()?.join("ca.key");
    match fs::remove_file(&key) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(Failure::new(format!("{}: {e}", key.display()))),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_key_opens_with_one_of_the_keys_and_unaltered() {
        let key = |n: u8| KeyBytes::new([n; 32]);
        let kept = Kept { key: "PRIVATE KEY".into(), made: Timestamp::from_seconds(1_000_000_000) };
        let sealed = seal(&key(1), &kept).unwrap();
        assert!(!sealed.windows(7).any(|w| w == b"PRIVATE"));
        assert_eq!(open(&[key(2), key(1)], &sealed).unwrap().made, kept.made);
        assert!(open(&[key(2)], &sealed).is_none());
        for at in 0..sealed.len() {
            let mut bad = sealed.clone();
            bad[at] ^= 1;
            assert!(open(&[key(1)], &bad).is_none(), "byte {at}");
            assert!(open(&[key(1)], &sealed[..at]).is_none());
        }
    }
}
