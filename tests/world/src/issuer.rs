//! An issuer of OpenID Connect tokens, with real keys.

use aws_lc_rs::{
    rand::SystemRandom,
    rsa::KeySize,
    signature::{
        self, ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, ECDSA_P521_SHA512_FIXED_SIGNING, EcdsaKeyPair, KeyPair,
        RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512,
    },
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

enum Key {
    Rsa(Box<signature::RsaKeyPair>),
    Curve(Box<EcdsaKeyPair>),
}

/// A key of an issuer, and the tokens that it signs.
pub struct IssuerKey {
    id: String,
    algorithm: &'static str,
    key: Key,
}

fn encoded(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Modulus and exponent of an RSA key as DER writes it: a sequence of two integers.
fn rsa_numbers(der: &[u8]) -> (Vec<u8>, Vec<u8>) {
    fn taken(at: &[u8]) -> (&[u8], &[u8]) {
        let (length, rest) = match at[1] {
            short @ 0..0x80 => (usize::from(short), &at[2..]),
            long => {
                let digits = usize::from(long & 0x7f);
                (at[2..2 + digits].iter().fold(0, |n, b| n << 8 | usize::from(*b)), &at[2 + digits..])
            }
        };
        rest.split_at(length)
    }
    let (n, rest) = taken(taken(der).0);
    (n.to_vec(), taken(rest).0.to_vec())
}

impl IssuerKey {
    /// A new key of this id, for `RS256` or its like, `ES256` or its like.
    pub fn new(id: &str, algorithm: &'static str) -> Self {
        let curve = |curve| Key::Curve(Box::new(EcdsaKeyPair::generate(curve).expect("a key")));
        let key = match algorithm {
            "ES256" => curve(&ECDSA_P256_SHA256_FIXED_SIGNING),
            "ES384" => curve(&ECDSA_P384_SHA384_FIXED_SIGNING),
            "ES512" => curve(&ECDSA_P521_SHA512_FIXED_SIGNING),
            _ => Key::Rsa(Box::new(signature::RsaKeyPair::generate(KeySize::Rsa2048).expect("a key"))),
        };
        Self { id: id.into(), algorithm, key }
    }

    /// Its public half, as issuers publish it.
    pub fn public(&self) -> Value {
        let mut public = json!({"kid": self.id, "use": "sig", "alg": self.algorithm});
        let mut set = |name: &str, value: String| public[name] = json!(value);
        match &self.key {
            Key::Rsa(pair) => {
                let (n, e) = rsa_numbers(pair.public_key().as_ref());
                set("kty", "RSA".into());
                set("n", encoded(n));
                set("e", encoded(e));
            }
            Key::Curve(pair) => {
                let point = &pair.public_key().as_ref()[1..];
                let (x, y) = point.split_at(point.len() / 2);
                set("kty", "EC".into());
                set("crv", if self.algorithm == "ES512" { "P-521".into() } else { self.algorithm.replace("ES", "P-") });
                set("x", encoded(x));
                set("y", encoded(y));
            }
        }
        public
    }

    /// The signature of a text.
    pub fn sign(&self, text: &str) -> String {
        let random = SystemRandom::new();
        match &self.key {
            Key::Rsa(pair) => {
                let mut signed = vec![0; pair.public_modulus_len()];
                let padding: &'static dyn signature::RsaEncoding = match self.algorithm {
                    "RS384" => &RSA_PKCS1_SHA384,
                    "RS512" => &RSA_PKCS1_SHA512,
                    _ => &RSA_PKCS1_SHA256,
                };
                pair.sign(padding, &random, text.as_bytes(), &mut signed).expect("a signature");
                encoded(signed)
            }
            Key::Curve(pair) => encoded(pair.sign(&random, text.as_bytes()).expect("a signature")),
        }
    }

    /// A token with these claims.
    pub fn token(&self, claims: &Value) -> String {
        self.token_with(&json!({"alg": self.algorithm, "kid": self.id, "typ": "JWT"}), claims)
    }

    /// A token with this header and these claims.
    pub fn token_with(&self, header: &Value, claims: &Value) -> String {
        let text = format!("{}.{}", encoded(header.to_string()), encoded(claims.to_string()));
        let signed = self.sign(&text);
        format!("{text}.{signed}")
    }
}

/// The key set of an issuer with these keys.
pub fn key_set(keys: &[&IssuerKey]) -> Vec<u8> {
    json!({"keys": keys.iter().map(|key| key.public()).collect::<Vec<_>>()}).to_string().into_bytes()
}
