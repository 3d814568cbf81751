//! Tokens of OpenID Connect issuers: signed JSON Web Tokens, and the key sets that verify them.
//!
//! Source: RFC 7515 (signatures), RFC 7517 (keys), RFC 7518 (algorithms), RFC 7519 (tokens).

mod keys;

pub use keys::{KeySet, KeySetError};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};
use std::fmt;

/// The longest token that is read: AWS's own limit for web identity tokens.
/// Source: <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html>
pub const MAX_TOKEN: usize = 20_000;

/// A signature's algorithm. Only those with a public key, and only those that AWS accepts: a token that is not signed, or by a
/// shared secret, proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// RSA, PKCS #1 v1.5, SHA-256.
    Rs256,
    /// RSA, PKCS #1 v1.5, SHA-384.
    Rs384,
    /// RSA, PKCS #1 v1.5, SHA-512.
    Rs512,
    /// ECDSA on P-256, SHA-256.
    Es256,
    /// ECDSA on P-384, SHA-384.
    Es384,
    /// ECDSA on P-521, SHA-512.
    Es512,
}

impl Algorithm {
    const ALL: [(&'static str, Self); 6] = [
        ("RS256", Self::Rs256),
        ("RS384", Self::Rs384),
        ("RS512", Self::Rs512),
        ("ES256", Self::Es256),
        ("ES384", Self::Es384),
        ("ES512", Self::Es512),
    ];
    fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(text, _)| *text == name).map(|(_, algorithm)| *algorithm)
    }
    /// `RS256`.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, algorithm)| *algorithm == self).map_or("", |(text, _)| text)
    }
}

/// Why a token is refused before its claims are looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenError {
    /// It has not the form of a signed token.
    Malformed(&'static str),
    /// Its algorithm is none that is accepted.
    Algorithm(String),
    /// No key of the issuer has its key id, or fits its algorithm.
    UnknownKey,
    /// The key's signature is another.
    Signature,
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(what) => write!(f, "the token is not a signed JSON Web Token: {what}"),
            Self::Algorithm(name) => {
                write!(f, "the token is signed by '{name}'; accepted are RS256, RS384, RS512, ES256, ES384 and ES512")
            }
            Self::UnknownKey => f.write_str("the issuer has no key of the token's key id and algorithm"),
            Self::Signature => f.write_str("the token's signature does not match"),
        }
    }
}
impl std::error::Error for TokenError {}

/// A token that was read and not believed yet: [`Token::verify`] tells whether its claims are the issuer's.
#[derive(Clone)]
pub struct Token<'t> {
    algorithm: Algorithm,
    key_id: Option<String>,
    signed: &'t str,
    signature: Vec<u8>,
    claims: Map<String, Value>,
}

fn part(text: &str, what: &'static str) -> Result<Vec<u8>, TokenError> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| TokenError::Malformed(what))
}

fn object(text: &str, what: &'static str) -> Result<Map<String, Value>, TokenError> {
    serde_json::from_slice(&part(text, what)?).map_err(|_| TokenError::Malformed(what))
}

impl<'t> Token<'t> {
    /// Reads a token in the compact form, `header.claims.signature`.
    ///
    /// # Errors
    /// It has another form, is too long, or names an algorithm that is not accepted.
    pub fn read(text: &'t str) -> Result<Self, TokenError> {
        if text.len() > MAX_TOKEN {
            return Err(TokenError::Malformed("it has more than 20000 characters"));
        }
        let (signed, signature) = text.rsplit_once('.').ok_or(TokenError::Malformed("it has not three parts"))?;
        let (header, claims) = signed.split_once('.').ok_or(TokenError::Malformed("it has not three parts"))?;
        let header = object(header, "its header is not readable")?;
        let claims = object(claims, "its claims are not readable")?;
        let name = header.get("alg").and_then(Value::as_str).unwrap_or_default();
        let algorithm = Algorithm::named(name).ok_or_else(|| TokenError::Algorithm(name.chars().take(32).collect()))?;
        // What a header marks as critical must be understood, and none of it is.
        if header.contains_key("crit") {
            return Err(TokenError::Malformed("its header has critical extensions"));
        }
        let key_id = match header.get("kid") {
            None => None,
            Some(Value::String(id)) => Some(id.clone()),
            Some(_) => return Err(TokenError::Malformed("its key id is not a text")),
        };
        Ok(Self { algorithm, key_id, signed, signature: part(signature, "its signature is not readable")?, claims })
    }

    /// Verifies the signature by the issuer's keys.
    ///
    /// # Errors
    /// None of the keys is the token's, or the signature is wrong.
    pub fn verify(&self, keys: &KeySet) -> Result<(), TokenError> {
        keys.verify(self.key_id.as_deref(), self.algorithm, self.signed.as_bytes(), &self.signature)
    }

    /// A claim.
    pub fn claim(&self, name: &str) -> Option<&Value> {
        self.claims.get(name)
    }

    /// All claims.
    pub fn claims(&self) -> &Map<String, Value> {
        &self.claims
    }
}
