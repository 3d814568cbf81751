//! Key material that is brought along: wrapped under a public key that is made for it.
//! Source: <https://docs.aws.amazon.com/kms/latest/developerguide/importing-keys-conceptual.html>

use crate::{
    Kms, asymmetric,
    error::{invalid_ciphertext, unsupported},
    keys,
    kinds::{Kind, Origin, Spec, not_among},
    state::{KeyRow, Material},
};
use aws_lc_rs::key_wrap::{AES_128, AES_256, AesKek, KeyWrapPadded};
use base::{Blob, Secret, Timestamp};
use gate::{Error, Scope};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How long a wrapping key may be used.
const VALID: Duration = Duration::from_secs(24 * 60 * 60);
const PLACE: &str = "import token";
const RSA_AES: &str = "RSA_AES_KEY_WRAP_SHA_";

/// How material is wrapped: under an RSA key, or under an AES key which is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wrapping {
    Rsa(&'static str),
    RsaAes(&'static str),
}

impl Wrapping {
    fn parse(text: &str) -> Result<Self, Error> {
        Ok(match text {
            "RSAES_OAEP_SHA_1" => Self::Rsa("RSAES_OAEP_SHA_1"),
            "RSAES_OAEP_SHA_256" => Self::Rsa("RSAES_OAEP_SHA_256"),
            "RSA_AES_KEY_WRAP_SHA_1" => Self::RsaAes("RSAES_OAEP_SHA_1"),
            "RSA_AES_KEY_WRAP_SHA_256" => Self::RsaAes("RSAES_OAEP_SHA_256"),
            "RSAES_PKCS1_V1_5" => return Err(unsupported("Algorithm RSAES_PKCS1_V1_5 is no longer supported to wrap key material.")),
            "SM2PKE" => return Err(Error::not_implemented("kms:GetParametersForImport with WrappingAlgorithm SM2PKE")),
            other => {
                let known =
                    ["RSAES_PKCS1_V1_5", "RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256", "RSA_AES_KEY_WRAP_SHA_1", "RSA_AES_KEY_WRAP_SHA_256"];
                return Err(not_among(other, "WrappingAlgorithm", &known));
            }
        })
    }
}

/// What an import token says. It is sealed: nobody else can read or make one.
#[derive(Serialize, Deserialize)]
struct Token {
    key: String,
    algorithm: String,
    valid_to: Timestamp,
    /// The private half of the wrapping key, in PKCS #8.
    private: Blob,
}

/// A wrapping key, and what unwraps.
pub(crate) struct Parameters {
    pub(crate) token: Blob,
    pub(crate) public: Blob,
    pub(crate) valid_to: Timestamp,
}

/// A key into which material can be imported.
pub(crate) fn load(scope: &mut Scope<'_, Kms>, text: &str) -> Result<KeyRow, Error> {
    let key = keys::load_living(scope, text)?;
    keys::check_origin(&key, Origin::External)?;
    Ok(key)
}

fn is_rsa(spec: Spec) -> bool {
    matches!(spec, Spec::Rsa2048 | Spec::Rsa3072 | Spec::Rsa4096)
}

/// A wrapping key for the material of `key`.
pub(crate) fn parameters(scope: &Scope<'_, Kms>, key: &KeyRow, algorithm: &str, spec: &str) -> Result<Parameters, Error> {
    let wrapping = Wrapping::parse(algorithm)?;
    let spec = match spec {
        "RSA_2048" => Spec::Rsa2048,
        "RSA_3072" => Spec::Rsa3072,
        "RSA_4096" => Spec::Rsa4096,
        "SM2" => return Err(Error::not_implemented("kms:GetParametersForImport with WrappingKeySpec SM2")),
        other => return Err(not_among(other, "WrappingKeySpec", &["RSA_2048", "RSA_3072", "RSA_4096", "SM2"])),
    };
    let too_long = is_rsa(key.kind.spec) || key.kind.spec == Spec::P521 && spec == Spec::Rsa2048;
    if too_long && matches!(wrapping, Wrapping::Rsa(_)) {
        return Err(unsupported(format!(
            "{algorithm} with {} cannot wrap the material of a key of spec {}: use {RSA_AES}256 or {RSA_AES}1.",
            spec.name(),
            key.kind.spec.name()
        )));
    }
    let private = asymmetric::generate(spec)?;
    let public = Blob(asymmetric::public(spec, &private)?);
    let valid_to = scope.now().plus(VALID);
    let token = Token { key: key.id.clone(), algorithm: algorithm.to_owned(), valid_to, private: Blob(private.expose().clone()) };
    let text = Secret::new(serde_json::to_vec(&token).map_err(Error::internal)?);
    Ok(Parameters { token: Blob(scope.seal(PLACE, text.expose())?), public, valid_to })
}

/// The material that was wrapped for `key`, whose kind it must fit.
pub(crate) fn unwrap(scope: &Scope<'_, Kms>, key: &KeyRow, token: &Blob, wrapped: &Blob) -> Result<Secret<Vec<u8>>, Error> {
    let invalid = |why: &str| Error::new("InvalidImportTokenException", format!("The import token {why}. Call GetParametersForImport."));
    let text = scope.unseal(PLACE, &token.0).ok_or_else(|| invalid("is not one of this server"))?;
    let token: Token = serde_json::from_slice(text.expose()).map_err(|_| invalid("is of another release"))?;
    if token.key != key.id {
        return Err(invalid("is for another KMS key"));
    }
    if token.valid_to <= scope.now() {
        return Err(Error::new("ExpiredImportTokenException", "The import token has expired. Call GetParametersForImport."));
    }
    let private = Secret::new(token.private.0);
    let material = match Wrapping::parse(&token.algorithm)? {
        Wrapping::Rsa(oaep) => asymmetric::decrypt(&private, oaep, &wrapped.0)?,
        Wrapping::RsaAes(oaep) => {
            let (head, tail) = wrapped.0.split_at_checked(asymmetric::modulus_bytes(&private)?).ok_or_else(invalid_ciphertext)?;
            unwrap_padded(&asymmetric::decrypt(&private, oaep, head)?, tail)?
        }
    };
    check(key.kind, &material)?;
    Ok(material)
}

/// RFC 5649.
fn unwrap_padded(wrapping: &Secret<Vec<u8>>, wrapped: &[u8]) -> Result<Secret<Vec<u8>>, Error> {
    let block = match wrapping.expose().len() {
        32 => &AES_256,
        16 => &AES_128,
        _ => return Err(invalid_ciphertext()),
    };
    let mut plain = vec![0; wrapped.len()];
    let kek = AesKek::new(block, wrapping.expose()).map_err(|_| invalid_ciphertext())?;
    let length = kek.unwrap_with_padding(wrapped, &mut plain).map_err(|_| invalid_ciphertext())?.len();
    plain.truncate(length);
    Ok(Secret::new(plain))
}

/// Material that is not what it must be.
pub(crate) fn incorrect(why: impl Into<String>) -> Error {
    Error::new("IncorrectKeyMaterialException", why)
}

fn check(kind: Kind, material: &Secret<Vec<u8>>) -> Result<(), Error> {
    let fits = match kind.spec.secret_bytes() {
        Some(length) => material.expose().len() == length,
        None => asymmetric::is_of(kind.spec, material),
    };
    let wanted = || match kind.spec.secret_bytes() {
        Some(length) => format!("has {length} bytes"),
        None => format!("is a private key of spec {} in PKCS #8 (DER)", kind.spec.name()),
    };
    if fits { Ok(()) } else { Err(incorrect(format!("The key material of a key of spec {} {}.", kind.spec.name(), wanted()))) }
}

/// The place of material among the key's own.
pub(crate) fn known<'k>(key: &'k mut KeyRow, id: &str) -> Option<&'k mut Material> {
    key.all_materials().find(|material| material.id == id)
}
