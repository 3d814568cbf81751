//! Tokens of issuers: what verifies, and that nothing else does.

use serde_json::{Value, json};
use testworld::{IssuerKey, key_set};
use wire::jwt::{KeySet, Token, TokenError};

fn claims() -> Value {
    json!({"iss": "https://a.example", "sub": "somebody", "aud": "us", "exp": 4_102_444_800_u64})
}

fn set(keys: &[&IssuerKey]) -> KeySet {
    KeySet::read(&key_set(keys)).unwrap()
}

fn verified(token: &str, keys: &KeySet) -> Result<Value, TokenError> {
    let token = Token::read(token)?;
    token.verify(keys)?;
    Ok(Value::Object(token.claims().clone()))
}

#[test]
fn each_algorithm_verifies_by_its_own_key_alone() {
    let algorithms = ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512"];
    let keys: Vec<IssuerKey> = algorithms.iter().map(|algorithm| IssuerKey::new(algorithm, algorithm)).collect();
    let all = set(&keys.iter().collect::<Vec<_>>());
    for (n, key) in keys.iter().enumerate() {
        let token = key.token(&claims());
        assert_eq!(verified(&token, &all), Ok(claims()), "{}", algorithms[n]);
        let others: Vec<&IssuerKey> = keys.iter().enumerate().filter(|(m, _)| *m != n).map(|(_, key)| key).collect();
        assert_eq!(verified(&token, &set(&others)), Err(TokenError::UnknownKey), "{}", algorithms[n]);
        // Another key of the same id and kind.
        let impostor = IssuerKey::new(algorithms[n], algorithms[n]);
        assert_eq!(verified(&token, &set(&[&impostor])), Err(TokenError::Signature), "{}", algorithms[n]);
    }
}

#[test]
fn no_byte_of_a_token_can_be_another() {
    for algorithm in ["RS256", "ES256"] {
        let key = IssuerKey::new("1", algorithm);
        let keys = set(&[&key]);
        let token = key.token(&claims());
        assert!(verified(&token, &keys).is_ok());
        for at in 0..token.len() {
            let mut bytes = token.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            assert!(verified(std::str::from_utf8(&bytes).unwrap(), &keys).is_err(), "{algorithm}: byte {at}");
            let cut = [&token[..at], &token[at + 1..]].concat();
            assert!(verified(&cut, &keys).is_err(), "{algorithm}: without byte {at}");
        }
    }
}

#[test]
fn a_token_without_a_public_keys_signature_proves_nothing() {
    let key = IssuerKey::new("1", "RS256");
    let keys = set(&[&key]);
    for name in ["none", "None", "HS256", "HS512", "PS256", "EdDSA", "rs256", ""] {
        let token = key.token_with(&json!({"alg": name, "kid": "1"}), &claims());
        assert_eq!(verified(&token, &keys), Err(TokenError::Algorithm(name.into())));
        let unsigned = format!("{}.", token.rsplit_once('.').unwrap().0);
        assert!(verified(&unsigned, &keys).is_err(), "{name}");
    }
    // The key's own algorithm counts, whatever the token says.
    assert_eq!(verified(&key.token_with(&json!({"alg": "RS512", "kid": "1"}), &claims()), &keys), Err(TokenError::UnknownKey));
    assert_eq!(verified(&key.token_with(&json!({"alg": "ES256", "kid": "1"}), &claims()), &keys), Err(TokenError::UnknownKey));
    assert!(verified(&key.token_with(&json!({"alg": "RS256", "kid": "1", "crit": ["exp"]}), &claims()), &keys).is_err());
    assert!(verified(&key.token_with(&json!({"alg": "RS256", "kid": 1}), &claims()), &keys).is_err());
    assert!(verified(&key.token_with(&json!({"alg": "RS256"}), &claims()), &keys).is_ok(), "one key needs no id");
    let good = key.token(&claims());
    for bad in ["", ".", "..", "a.b.c", "e30.e30.", &good[..good.len() / 2], &format!("{good}.x"), &format!(" {good}"), &"x".repeat(30_000)]
    {
        assert!(matches!(verified(bad, &keys), Err(TokenError::Malformed(_) | TokenError::Algorithm(_) | TokenError::Signature)), "{bad}");
    }
    assert!(verified(&key.token(&json!(["no object"])), &keys).is_err());
}

#[test]
fn key_sets_are_read_as_issuers_write_them() {
    let key = IssuerKey::new("1", "RS256");
    let mut encryption = key.public();
    encryption["use"] = json!("enc");
    let odd = json!({"keys": [{"kty": "oct", "k": "c2VjcmV0"}, 7, encryption, {"kty": "RSA"}, key.public()], "more": 1});
    let keys = KeySet::read(odd.to_string().as_bytes()).unwrap();
    assert!(verified(&key.token(&claims()), &keys).is_ok());
    let kept = serde_json::to_string(&keys).unwrap();
    assert_eq!(serde_json::from_str::<KeySet>(&kept).unwrap(), keys);
    let many = json!({"keys": vec![key.public(); 101]}).to_string();
    let only_secret = r#"{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}"#;
    for bad in ["", "[]", "{}", r#"{"keys":[]}"#, only_secret, &many, &" ".repeat(1 << 20)] {
        assert!(KeySet::read(bad.as_bytes()).is_err(), "{}", &bad[..bad.len().min(40)]);
    }
}
