//! Signed envelopes.
//! Source: <https://github.com/secure-systems-lab/dsse/blob/master/protocol.md>

use crate::{Statement, statement};
use aws_lc_rs::{
    digest,
    signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What in-toto statements are called in envelopes.
pub const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";
/// Bytes of an envelope's text at most.
pub const LONGEST: usize = 4 << 20;
const MOST_SIGNATURES: usize = 16;

/// Why a statement is not believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// It is no envelope of a statement at all.
    Unreadable(String),
    /// The key that is trusted has not signed it, or what it signed was altered.
    Signature(String),
    /// It does not say what is demanded.
    Demand(String),
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(why) | Self::Signature(why) | Self::Demand(why) => f.write_str(why),
        }
    }
}

/// One signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// The ARN of the key: a hint, which proves nothing.
    #[serde(default)]
    pub keyid: String,
    /// The signature, in base64.
    pub sig: String,
}

/// A payload and who signed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Envelope {
    /// The payload, in base64.
    pub payload: String,
    /// What it is.
    pub payload_type: String,
    /// Its signatures.
    pub signatures: Vec<Signature>,
}

/// The text that is signed for a payload.
pub fn pae(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let mut text = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len()).into_bytes();
    text.extend_from_slice(payload);
    text
}

/// The SHA-256 that a key signs for a statement's payload.
pub fn digest_to_sign(payload: &[u8]) -> Vec<u8> {
    digest::digest(&digest::SHA256, &pae(PAYLOAD_TYPE, payload)).as_ref().to_vec()
}

impl Envelope {
    /// A statement's payload with its signature.
    pub fn of(payload: &[u8], keyid: &str, signature: &[u8]) -> Self {
        Self {
            payload: STANDARD.encode(payload),
            payload_type: PAYLOAD_TYPE.into(),
            signatures: vec![Signature { keyid: keyid.into(), sig: STANDARD.encode(signature) }],
        }
    }

    /// Reads an envelope.
    ///
    /// # Errors
    /// It is none, or too long.
    pub fn parse(text: &[u8]) -> Result<Self, Refused> {
        if text.len() > LONGEST {
            return Err(Refused::Unreadable(format!("the statement is longer than {LONGEST} bytes")));
        }
        serde_json::from_slice(text).map_err(|e| Refused::Unreadable(format!("the statement is no DSSE envelope: {e}")))
    }

    /// What the key with this public half (a SubjectPublicKeyInfo in DER, on the curve P-256) has signed.
    ///
    /// # Errors
    /// It has not signed this, or it is no statement of provenance.
    pub fn verified(&self, public_key: &[u8]) -> Result<Statement, Refused> {
        let unreadable = |why: String| Refused::Unreadable(why);
        if self.payload_type != PAYLOAD_TYPE {
            return Err(unreadable(format!("the envelope holds '{}', not {PAYLOAD_TYPE}", self.payload_type.escape_debug())));
        }
        if self.signatures.is_empty() || self.signatures.len() > MOST_SIGNATURES {
            return Err(Refused::Signature(format!(
                "the envelope has {} signatures; 1 to {MOST_SIGNATURES} are read",
                self.signatures.len()
            )));
        }
        let payload = STANDARD.decode(&self.payload).map_err(|_| unreadable("the envelope's payload is not base64".into()))?;
        let text = pae(PAYLOAD_TYPE, &payload);
        let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, public_key);
        let signed = |one: &Signature| STANDARD.decode(&one.sig).is_ok_and(|sig| key.verify(&text, &sig).is_ok());
        if !self.signatures.iter().any(signed) {
            return Err(Refused::Signature("the statement is not signed by the trusted key, or was altered after it was signed".into()));
        }
        // Read after the signature: nobody else's text is looked into.
        statement::parse(&payload)
    }
}
