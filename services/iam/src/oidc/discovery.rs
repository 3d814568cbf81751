//! How an issuer's keys are found: its discovery document names their place.
//! Source: OpenID Connect Discovery 1.0, section 4.

use serde::Deserialize;
use wire::jwt::KeySet;

/// Fetches a document by its https URL: what the server's owner of sockets offers, within its limits on size and time. It follows
/// no redirect, and says in words why it failed.
pub type Fetch = dyn Fn(&str) -> Result<Vec<u8>, String> + Send + Sync;

#[derive(Deserialize)]
struct Configuration {
    issuer: String,
    jwks_uri: String,
}

/// The keys that an issuer publishes.
pub(crate) fn keys(fetch: &Fetch, issuer: &str) -> Result<KeySet, String> {
    let place = format!("https://{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
    let document = fetch(&place)?;
    let found: Configuration = serde_json::from_slice(&document).map_err(|e| format!("{place} is no discovery document: {e}"))?;
    if found.issuer.strip_prefix("https://") != Some(issuer) {
        return Err(format!("{place} is of another issuer"));
    }
    if !found.jwks_uri.starts_with("https://") {
        return Err(format!("{place} gives no https URL of its keys"));
    }
    KeySet::read(&fetch(&found.jwks_uri)?).map_err(|e| format!("the keys of https://{issuer} are not readable: {e}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_issuers_own_word_counts() {
        let keys_text = r#"{"keys":[{"kty":"EC","crv":"P-256","x":"AQ","y":"AQ","kid":"1"}]}"#;
        let fetch = |configuration: String| {
            move |url: &str| match url {
                "https://a.example/x/.well-known/openid-configuration" => Ok(configuration.clone().into_bytes()),
                "https://keys.example/" => Ok(keys_text.as_bytes().to_vec()),
                other => Err(format!("{other}: not there")),
            }
        };
        let with = |issuer: &str, place: &str| format!(r#"{{"issuer":"{issuer}","jwks_uri":"{place}"}}"#);
        assert!(keys(&fetch(with("https://a.example/x", "https://keys.example/")), "a.example/x").is_ok());
        for (configuration, why) in [
            (with("https://b.example", "https://keys.example/"), "another issuer"),
            (with("https://a.example/x", "http://keys.example/"), "no https URL"),
            (with("https://a.example/x", "https://other.example/"), "not there"),
            ("[]".into(), "no discovery document"),
        ] {
            let error = keys(&fetch(configuration), "a.example/x").unwrap_err();
            assert!(error.contains(why), "{error}");
        }
    }
}
