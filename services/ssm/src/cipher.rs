//! The values of SecureString parameters, sealed under KMS keys on behalf of who calls.
//! Source: <https://docs.aws.amazon.com/systems-manager/latest/userguide/secure-string-parameter-kms-encryption.html>

use crate::{
    Ssm,
    error::behind,
    state::{Stored, Tier},
};
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use base::{Arn, Blob, Secret};
use base64::{Engine, engine::general_purpose::STANDARD};
use gate::{Error, Scope};
use std::collections::BTreeMap;

/// The key of parameters that name none.
pub(crate) const MANAGED_KEY: &str = "alias/aws/ssm";

fn context(arn: &Arn) -> BTreeMap<String, String> {
    [("PARAMETER_ARN".to_owned(), arn.to_string())].into()
}

fn cipher(key: &[u8]) -> Result<LessSafeKey, Error> {
    UnboundKey::new(&AES_256_GCM, key).map(LessSafeKey::new).map_err(|_| Error::internal("a data key has another length"))
}

/// A data key seals one value, so that its one nonce is used once.
fn nonce() -> Nonce {
    Nonce::assume_unique_for_key([0; 12])
}

/// Standard parameters are encrypted by KMS itself, advanced ones by a data key of their own, as on AWS.
pub(crate) fn seal(scope: &mut Scope<'_, Ssm>, tier: Tier, key_id: &str, arn: &Arn, value: &Secret<String>) -> Result<Stored, Error> {
    let actor = scope.forward();
    if tier == Tier::Standard {
        let input = kms::EncryptInput {
            key_id: key_id.into(),
            plaintext: Secret::new(Blob(value.expose().clone().into_bytes())),
            encryption_context: context(arn),
            encryption_algorithm: None,
            grant_tokens: Vec::new(),
            dry_run: false,
        };
        return Ok(Stored::Direct(scope.invoke::<kms::Encrypt>(&actor, input).map_err(behind)?.ciphertext_blob));
    }
    let input = kms::GenerateDataKeyInput {
        key_id: key_id.into(),
        key_spec: Some("AES_256".into()),
        number_of_bytes: None,
        encryption_context: context(arn),
        recipient: None,
        grant_tokens: Vec::new(),
        dry_run: false,
    };
    let made = scope.invoke::<kms::GenerateDataKey>(&actor, input).map_err(behind)?;
    let mut sealed = value.expose().clone().into_bytes();
    cipher(&made.plaintext.expose().0)?
        .seal_in_place_append_tag(nonce(), Aad::from(arn.as_str()), &mut sealed)
        .map_err(|_| Error::internal("encryption"))?;
    Ok(Stored::Envelope { data_key: made.ciphertext_blob, sealed: Blob(sealed) })
}

fn decrypt(scope: &mut Scope<'_, Ssm>, arn: &Arn, ciphertext: &Blob) -> Result<Secret<Blob>, Error> {
    let input = kms::DecryptInput {
        ciphertext_blob: ciphertext.clone(),
        key_id: None,
        encryption_context: context(arn),
        encryption_algorithm: None,
        recipient: None,
        grant_tokens: Vec::new(),
        dry_run: false,
        dry_run_modifiers: Vec::new(),
    };
    let actor = scope.forward();
    Ok(scope.invoke::<kms::Decrypt>(&actor, input).map_err(behind)?.plaintext)
}

/// The value: as it was given, or its ciphertext where nobody asks for more.
pub(crate) fn open(scope: &mut Scope<'_, Ssm>, arn: &Arn, stored: &Stored, decrypted: bool) -> Result<Secret<String>, Error> {
    let bytes = match (stored, decrypted) {
        (Stored::Plain(text), _) => return Ok(text.clone()),
        (Stored::Direct(ciphertext), false) => return Ok(Secret::new(STANDARD.encode(&ciphertext.0))),
        (Stored::Envelope { data_key, sealed }, false) => {
            let length = u16::try_from(data_key.0.len()).unwrap_or(u16::MAX).to_be_bytes();
            return Ok(Secret::new(STANDARD.encode([&length[..], &data_key.0, &sealed.0].concat())));
        }
        (Stored::Direct(ciphertext), true) => decrypt(scope, arn, ciphertext)?.expose().0.clone(),
        (Stored::Envelope { data_key, sealed }, true) => {
            let key = decrypt(scope, arn, data_key)?;
            let mut bytes = sealed.0.clone();
            let length = cipher(&key.expose().0)?.open_in_place(nonce(), Aad::from(arn.as_str()), &mut bytes).map_err(|_| altered())?.len();
            bytes.truncate(length);
            bytes
        }
    };
    String::from_utf8(bytes).map(Secret::new).map_err(|_| altered())
}

fn altered() -> Error {
    Error::internal("a parameter's value was altered")
}
