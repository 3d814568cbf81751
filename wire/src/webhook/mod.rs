//! Webhooks of git hosts: what they are signed with, and what they tell.
//!
//! A webhook brings no AWS signature: who knows the receiver's secret may deliver.

mod payload;
mod signature;

pub use payload::{Change, is_commit};
pub use signature::Provider;

use aws_lc_rs::digest;
use base::Secret;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A delivery, as its headers and its body have it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Delivery {
    /// Who sends it.
    pub provider: Provider,
    /// In the provider's words.
    pub event: String,
    /// What a delivery that is sent again has again; the body's digest if it is not given.
    #[serde(default)]
    pub delivery: Option<String>,
    /// Of the body.
    #[serde(default)]
    pub signature: Option<Secret<String>>,
    /// JSON, or a form with it. It is not to be kept.
    pub body: Secret<String>,
}

/// Shorter secrets can be guessed.
const SHORTEST: usize = 16;
const LONGEST: usize = 1024;

/// Whether it can be the secret of a webhook.
///
/// # Errors
/// What is wrong with it.
pub fn check_secret(text: &str) -> Result<(), String> {
    if !(SHORTEST..=LONGEST).contains(&text.len()) || text.chars().any(char::is_control) {
        return Err(format!("A webhook's secret has {SHORTEST} to {LONGEST} characters, none of them a control character."));
    }
    Ok(())
}

/// What a body says: JSON, or a form with it in the field `payload`, as GitHub sends it where nothing else is chosen. The signature is
/// that of the body as it came, in both cases.
/// Source: <https://docs.github.com/en/webhooks/using-webhooks/creating-webhooks>
///
/// # Errors
/// It is neither.
pub fn body(text: &str) -> Result<Value, String> {
    let field = || form_urlencoded::parse(text.as_bytes()).find(|(name, _)| name == "payload").map(|(_, value)| value);
    // No JSON begins so.
    let json = text.starts_with("payload=").then(field).flatten();
    serde_json::from_str(json.as_deref().unwrap_or(text))
        .map_err(|_| "The webhook's body is no JSON: let the sender send application/json.".to_string())
}

impl Delivery {
    /// Whether the body is signed with the secret, in a time that tells nothing of it.
    pub fn is_signed(&self, secret: &[u8]) -> bool {
        let signature = self.signature.as_ref().map_or("", |text| text.expose());
        self.provider.verify(secret, signature, self.body.expose().as_bytes())
    }

    /// What it is known by again.
    ///
    /// # Errors
    /// It is no id.
    pub fn id(&self) -> Result<String, String> {
        let digest = || hex::encode(digest::digest(&digest::SHA256, self.body.expose().as_bytes()));
        let id = self.delivery.clone().filter(|id| !id.is_empty()).unwrap_or_else(digest);
        if id.len() > 128 || !id.bytes().all(|b| b.is_ascii_graphic()) {
            return Err("The delivery's id has 128 visible characters at most.".into());
        }
        Ok(id)
    }

    /// What changed. Nothing: it is about something else, such as a branch that was deleted.
    ///
    /// # Errors
    /// The body is no JSON.
    pub fn changes(&self) -> Result<Vec<Change>, String> {
        let body = body(self.body.expose())?;
        Ok(payload::changes(self.provider, &self.event, &body))
    }
}
