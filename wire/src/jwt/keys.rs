use super::{Algorithm, TokenError};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ECDSA_P521_SHA512_FIXED, EcdsaVerificationAlgorithm, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The longest key set that is read.
const MAX_BYTES: usize = 512 * 1024;
/// Keys of one type: AWS's own limit.
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html>
const MAX_OF_A_TYPE: usize = 100;

/// The public keys of an issuer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeySet {
    keys: Vec<Key>,
}

/// A public key, in the members of RFC 7517 and 7518.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Key {
    kty: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kid: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    alg: Option<String>,
    #[serde(default, rename = "use", skip_serializing_if = "Option::is_none")]
    usage: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    n: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    e: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    crv: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    x: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    y: Option<String>,
}

/// Why a key set is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeySetError(String);

impl fmt::Display for KeySetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl std::error::Error for KeySetError {}

#[derive(Deserialize)]
struct Raw {
    keys: Vec<serde_json::Value>,
}

/// How an algorithm is verified.
enum Method {
    Rsa(&'static RsaParameters),
    Curve { name: &'static str, bytes: usize, algorithm: &'static EcdsaVerificationAlgorithm },
}

fn method(algorithm: Algorithm) -> Method {
    match algorithm {
        Algorithm::Rs256 => Method::Rsa(&RSA_PKCS1_2048_8192_SHA256),
        Algorithm::Rs384 => Method::Rsa(&RSA_PKCS1_2048_8192_SHA384),
        Algorithm::Rs512 => Method::Rsa(&RSA_PKCS1_2048_8192_SHA512),
        Algorithm::Es256 => Method::Curve { name: "P-256", bytes: 32, algorithm: &ECDSA_P256_SHA256_FIXED },
        Algorithm::Es384 => Method::Curve { name: "P-384", bytes: 48, algorithm: &ECDSA_P384_SHA384_FIXED },
        Algorithm::Es512 => Method::Curve { name: "P-521", bytes: 66, algorithm: &ECDSA_P521_SHA512_FIXED },
    }
}

/// A number's bytes without leading zeros.
fn number(text: Option<&String>) -> Option<Vec<u8>> {
    let bytes = URL_SAFE_NO_PAD.decode(text?.trim_end_matches('=')).ok()?;
    let zeros = bytes.iter().take_while(|b| **b == 0).count();
    Some(bytes[zeros..].to_vec()).filter(|rest| !rest.is_empty())
}

impl KeySet {
    /// Reads a set as issuers publish it. Keys of other types or uses, and private members, are left out.
    ///
    /// # Errors
    /// It is no key set, has no key for signatures, or has more than AWS takes.
    pub fn read(bytes: &[u8]) -> Result<Self, KeySetError> {
        if bytes.len() > MAX_BYTES {
            return Err(KeySetError(format!("the key set has {} bytes, more than {MAX_BYTES}", bytes.len())));
        }
        let raw: Raw = serde_json::from_slice(bytes).map_err(|e| KeySetError(format!("it is not a JSON Web Key Set: {e}")))?;
        let keys: Vec<Key> = raw.keys.into_iter().filter_map(|key| serde_json::from_value(key).ok()).filter(Key::signs).collect();
        for kind in ["RSA", "EC"] {
            let count = keys.iter().filter(|key| key.kty == kind).count();
            if count > MAX_OF_A_TYPE {
                return Err(KeySetError(format!("the key set has {count} {kind} keys, more than {MAX_OF_A_TYPE}")));
            }
        }
        if keys.is_empty() {
            return Err(KeySetError("the key set has no RSA or EC key for signatures".into()));
        }
        Ok(Self { keys })
    }

    /// Whether it has no key at all.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    pub(super) fn verify(&self, key_id: Option<&str>, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> Result<(), TokenError> {
        let method = method(algorithm);
        let fits = |key: &&Key| (key_id.is_none() || key.kid.as_deref() == key_id) && key.fits(algorithm, &method);
        let mut tried = false;
        for key in self.keys.iter().filter(fits) {
            tried = true;
            if key.verifies(&method, message, signature) {
                return Ok(());
            }
        }
        Err(if tried { TokenError::Signature } else { TokenError::UnknownKey })
    }
}

impl Key {
    fn signs(&self) -> bool {
        ["RSA", "EC"].contains(&self.kty.as_str()) && self.usage.as_deref().is_none_or(|usage| usage == "sig")
    }

    fn fits(&self, algorithm: Algorithm, method: &Method) -> bool {
        let named = self.alg.as_deref().is_none_or(|alg| alg == algorithm.name());
        named
            && match method {
                Method::Rsa(_) => self.kty == "RSA",
                Method::Curve { name, .. } => self.kty == "EC" && self.crv.as_deref() == Some(*name),
            }
    }

    fn verifies(&self, method: &Method, message: &[u8], signature: &[u8]) -> bool {
        match method {
            Method::Rsa(parameters) => {
                let (Some(n), Some(e)) = (number(self.n.as_ref()), number(self.e.as_ref())) else { return false };
                RsaPublicKeyComponents { n: &n, e: &e }.verify(parameters, message, signature).is_ok()
            }
            Method::Curve { bytes, algorithm, .. } => {
                let (Some(x), Some(y)) = (number(self.x.as_ref()), number(self.y.as_ref())) else { return false };
                if x.len() > *bytes || y.len() > *bytes {
                    return false;
                }
                let mut point = vec![4];
                for coordinate in [x, y] {
                    point.resize(point.len() + bytes - coordinate.len(), 0);
                    point.extend(coordinate);
                }
                UnparsedPublicKey::new(*algorithm, &point).verify(message, signature).is_ok()
            }
        }
    }
}
