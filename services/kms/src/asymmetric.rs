//! Pairs of keys: made, and used, from their private half in PKCS #8.

use crate::{
    error::{invalid_ciphertext, invalid_usage},
    kinds::Spec,
};
use aws_lc_rs::{
    agreement,
    digest::{self, Digest},
    encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der},
    rand::SystemRandom,
    rsa::{
        self, KeySize, OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OaepAlgorithm, OaepPrivateDecryptingKey, OaepPublicEncryptingKey,
        PrivateDecryptingKey,
    },
    signature::{self, EcdsaKeyPair, EcdsaSigningAlgorithm, KeyPair, RsaEncoding, UnparsedPublicKey, VerificationAlgorithm},
};
use base::Secret;
use gate::Error;

fn broken<E>(_: E) -> Error {
    Error::internal("a key pair could not be made or used")
}

fn ecdsa(spec: Spec) -> Option<&'static EcdsaSigningAlgorithm> {
    Some(match spec {
        Spec::P256 => &signature::ECDSA_P256_SHA256_ASN1_SIGNING,
        Spec::P384 => &signature::ECDSA_P384_SHA384_ASN1_SIGNING,
        Spec::P521 => &signature::ECDSA_P521_SHA512_ASN1_SIGNING,
        Spec::P256K1 => &signature::ECDSA_P256K1_SHA256_ASN1_SIGNING,
        _ => return None,
    })
}

/// A new pair's private half, in PKCS #8.
pub(crate) fn generate(spec: Spec) -> Result<Secret<Vec<u8>>, Error> {
    let size = match spec {
        Spec::Rsa2048 => KeySize::Rsa2048,
        Spec::Rsa3072 => KeySize::Rsa3072,
        Spec::Rsa4096 => KeySize::Rsa4096,
        _ => {
            let algorithm = ecdsa(spec).ok_or_else(|| broken(spec))?;
            let document = EcdsaKeyPair::generate_pkcs8(algorithm, &SystemRandom::new()).map_err(broken)?;
            return Ok(Secret::new(document.as_ref().to_vec()));
        }
    };
    let der: Pkcs8V1Der<'_> = rsa::KeyPair::generate(size).and_then(|pair| pair.as_der()).map_err(broken)?;
    Ok(Secret::new(der.as_ref().to_vec()))
}

/// The public half: a SubjectPublicKeyInfo in DER (RFC 5280).
pub(crate) fn public(spec: Spec, private: &Secret<Vec<u8>>) -> Result<Vec<u8>, Error> {
    let der: PublicKeyX509Der<'_> = match ecdsa(spec) {
        Some(algorithm) => EcdsaKeyPair::from_pkcs8(algorithm, private.expose()).map_err(broken)?.public_key().as_der(),
        None => rsa::KeyPair::from_pkcs8(private.expose()).map_err(broken)?.public_key().as_der(),
    }
    .map_err(broken)?;
    Ok(der.as_ref().to_vec())
}

/// Whether this is the private half of a pair of the spec.
pub(crate) fn is_of(spec: Spec, private: &Secret<Vec<u8>>) -> bool {
    let bits = match spec {
        Spec::Rsa2048 => 2048,
        Spec::Rsa3072 => 3072,
        Spec::Rsa4096 => 4096,
        _ => return ecdsa(spec).is_some_and(|curve| EcdsaKeyPair::from_pkcs8(curve, private.expose()).is_ok()),
    };
    rsa::KeyPair::from_pkcs8(private.expose()).is_ok_and(|pair| pair.public_modulus_len() * 8 == bits)
}

/// The bytes of an RSA key's modulus.
pub(crate) fn modulus_bytes(private: &Secret<Vec<u8>>) -> Result<usize, Error> {
    rsa::KeyPair::from_pkcs8(private.expose()).map(|pair| pair.public_modulus_len()).map_err(broken)
}

/// What is signed: a message, or its digest that was made elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MessageType {
    Raw,
    Digest,
}

struct Scheme {
    digest: &'static digest::Algorithm,
    encoding: Option<&'static dyn RsaEncoding>,
    verification: &'static dyn VerificationAlgorithm,
}

fn scheme(spec: Spec, algorithm: &str) -> Result<Scheme, Error> {
    use signature as s;
    let (digest, encoding, verification): (_, Option<&'static dyn RsaEncoding>, &'static dyn VerificationAlgorithm) =
        match (algorithm, spec) {
            ("RSASSA_PKCS1_V1_5_SHA_256", _) => (&digest::SHA256, Some(&s::RSA_PKCS1_SHA256), &s::RSA_PKCS1_2048_8192_SHA256),
            ("RSASSA_PKCS1_V1_5_SHA_384", _) => (&digest::SHA384, Some(&s::RSA_PKCS1_SHA384), &s::RSA_PKCS1_2048_8192_SHA384),
            ("RSASSA_PKCS1_V1_5_SHA_512", _) => (&digest::SHA512, Some(&s::RSA_PKCS1_SHA512), &s::RSA_PKCS1_2048_8192_SHA512),
            ("RSASSA_PSS_SHA_256", _) => (&digest::SHA256, Some(&s::RSA_PSS_SHA256), &s::RSA_PSS_2048_8192_SHA256),
            ("RSASSA_PSS_SHA_384", _) => (&digest::SHA384, Some(&s::RSA_PSS_SHA384), &s::RSA_PSS_2048_8192_SHA384),
            ("RSASSA_PSS_SHA_512", _) => (&digest::SHA512, Some(&s::RSA_PSS_SHA512), &s::RSA_PSS_2048_8192_SHA512),
            (_, Spec::P256K1) => (&digest::SHA256, None, &s::ECDSA_P256K1_SHA256_ASN1),
            (_, Spec::P256) => (&digest::SHA256, None, &s::ECDSA_P256_SHA256_ASN1),
            (_, Spec::P384) => (&digest::SHA384, None, &s::ECDSA_P384_SHA384_ASN1),
            (_, Spec::P521) => (&digest::SHA512, None, &s::ECDSA_P521_SHA512_ASN1),
            _ => return Err(invalid_usage(format!("Algorithm {algorithm} is incompatible with key spec {}.", spec.name()))),
        };
    Ok(Scheme { digest, encoding, verification })
}

impl Scheme {
    fn digest(&self, message: &[u8], kind: MessageType, algorithm: &str) -> Result<Digest, Error> {
        match kind {
            MessageType::Raw => Ok(digest::digest(self.digest, message)),
            MessageType::Digest => Digest::import_less_safe(message, self.digest)
                .map_err(|_| Error::validation(format!("Digest is invalid length for algorithm {algorithm}."))),
        }
    }
}

/// Signs with an algorithm that fits the spec. ECDSA signatures are in DER (RFC 3279).
pub(crate) fn sign(spec: Spec, private: &Secret<Vec<u8>>, algorithm: &str, message: &[u8], kind: MessageType) -> Result<Vec<u8>, Error> {
    let scheme = scheme(spec, algorithm)?;
    let digest = scheme.digest(message, kind, algorithm)?;
    let Some(encoding) = scheme.encoding else {
        let curve = ecdsa(spec).ok_or_else(|| broken(spec))?;
        let pair = EcdsaKeyPair::from_pkcs8(curve, private.expose()).map_err(broken)?;
        return Ok(pair.sign_digest(&digest).map_err(broken)?.as_ref().to_vec());
    };
    let pair = rsa::KeyPair::from_pkcs8(private.expose()).map_err(broken)?;
    let mut signature = vec![0; pair.public_modulus_len()];
    pair.sign_digest(encoding, &digest, &mut signature).map_err(broken)?;
    Ok(signature)
}

/// Whether the signature is one of the message by this key.
pub(crate) fn verify(
    spec: Spec,
    private: &Secret<Vec<u8>>,
    algorithm: &str,
    (message, kind): (&[u8], MessageType),
    signature: &[u8],
) -> Result<bool, Error> {
    let scheme = scheme(spec, algorithm)?;
    let digest = scheme.digest(message, kind, algorithm)?;
    let public = public(spec, private)?;
    Ok(UnparsedPublicKey::new(scheme.verification, public).verify_digest(&digest, signature).is_ok())
}

fn oaep(algorithm: &str) -> &'static OaepAlgorithm {
    if algorithm == "RSAES_OAEP_SHA_1" { &OAEP_SHA1_MGF1SHA1 } else { &OAEP_SHA256_MGF1SHA256 }
}

/// Encrypts under an RSA key.
pub(crate) fn encrypt(private: &Secret<Vec<u8>>, algorithm: &str, plain: &[u8]) -> Result<Vec<u8>, Error> {
    let pair = PrivateDecryptingKey::from_pkcs8(private.expose()).map_err(broken)?;
    let key = OaepPublicEncryptingKey::new(pair.public_key()).map_err(broken)?;
    let most = key.max_plaintext_size(oaep(algorithm));
    if plain.is_empty() || plain.len() > most {
        return Err(Error::validation(format!("Under {algorithm} this key encrypts 1 to {most} bytes; the plaintext has {}", plain.len())));
    }
    let mut sealed = vec![0; key.ciphertext_size()];
    let length = key.encrypt(oaep(algorithm), plain, &mut sealed, None).map_err(broken)?.len();
    sealed.truncate(length);
    Ok(sealed)
}

/// Decrypts what was encrypted under an RSA key.
pub(crate) fn decrypt(private: &Secret<Vec<u8>>, algorithm: &str, sealed: &[u8]) -> Result<Secret<Vec<u8>>, Error> {
    let pair = PrivateDecryptingKey::from_pkcs8(private.expose()).map_err(broken)?;
    let key = OaepPrivateDecryptingKey::new(pair).map_err(broken)?;
    let mut plain = vec![0; key.min_output_size()];
    let length = key.decrypt(oaep(algorithm), sealed, &mut plain, None).map_err(|_| invalid_ciphertext())?.len();
    plain.truncate(length);
    Ok(Secret::new(plain))
}

/// The raw secret that this key and another one's public half (DER) have in common (SP 800-56A, 5.7.1.2).
pub(crate) fn shared_secret(spec: Spec, private: &Secret<Vec<u8>>, public: &[u8]) -> Result<Secret<Vec<u8>>, Error> {
    let curve = match spec {
        Spec::P256 => &agreement::ECDH_P256,
        Spec::P384 => &agreement::ECDH_P384,
        Spec::P521 => &agreement::ECDH_P521,
        _ => return Err(broken(spec)),
    };
    let own = agreement::PrivateKey::from_private_key_der(curve, private.expose()).map_err(broken)?;
    let foreign = || Error::validation(format!("PublicKey is not the DER-encoded public key of a pair on the curve {}", spec.name()));
    let peer = agreement::UnparsedPublicKey::new(curve, public);
    agreement::agree(&own, peer, foreign(), |secret| Ok(Secret::new(secret.to_vec())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_holds_for_its_message_alone() {
        for (spec, algorithm) in [
            (Spec::Rsa2048, "RSASSA_PSS_SHA_384"),
            (Spec::Rsa2048, "RSASSA_PKCS1_V1_5_SHA_256"),
            (Spec::P256, "ECDSA_SHA_256"),
            (Spec::P384, "ECDSA_SHA_384"),
            (Spec::P521, "ECDSA_SHA_512"),
            (Spec::P256K1, "ECDSA_SHA_256"),
        ] {
            let pair = generate(spec).unwrap();
            let raw = |text: &'static [u8]| (text, MessageType::Raw);
            let signature = sign(spec, &pair, algorithm, b"message", MessageType::Raw).unwrap();
            assert!(verify(spec, &pair, algorithm, raw(b"message"), &signature).unwrap(), "{algorithm}");
            assert!(!verify(spec, &pair, algorithm, raw(b"massage"), &signature).unwrap(), "{algorithm}");
            let other = generate(spec).unwrap();
            assert!(!verify(spec, &other, algorithm, raw(b"message"), &signature).unwrap(), "{algorithm}");
            // A digest that was made elsewhere is signed as the message is.
            let digest = digest::digest(scheme(spec, algorithm).unwrap().digest, b"message");
            assert!(verify(spec, &pair, algorithm, (digest.as_ref(), MessageType::Digest), &signature).unwrap(), "{algorithm}");
            assert!(sign(spec, &pair, algorithm, b"short", MessageType::Digest).is_err());
        }
    }

    #[test]
    fn two_pairs_agree() {
        for spec in [Spec::P256, Spec::P384, Spec::P521] {
            let (one, other) = (generate(spec).unwrap(), generate(spec).unwrap());
            let here = shared_secret(spec, &one, &public(spec, &other).unwrap()).unwrap();
            let there = shared_secret(spec, &other, &public(spec, &one).unwrap()).unwrap();
            assert_eq!(here.expose(), there.expose());
            assert!(shared_secret(spec, &one, b"no key").is_err());
        }
    }

    #[test]
    fn what_an_rsa_key_encrypts_it_alone_decrypts() {
        let (pair, other) = (generate(Spec::Rsa2048).unwrap(), generate(Spec::Rsa2048).unwrap());
        for (algorithm, most) in [("RSAES_OAEP_SHA_1", 214), ("RSAES_OAEP_SHA_256", 190)] {
            let sealed = encrypt(&pair, algorithm, &vec![7; most]).unwrap();
            assert_eq!(decrypt(&pair, algorithm, &sealed).unwrap().expose(), &vec![7; most]);
            assert!(decrypt(&other, algorithm, &sealed).is_err());
            assert!(encrypt(&pair, algorithm, &vec![7; most + 1]).is_err());
            assert!(decrypt(&pair, algorithm, &sealed[1..]).is_err());
        }
    }
}
