//! The values of secrets: sealed under data keys of KMS, on behalf of the caller; and the stages that name them.
//! Source: <https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html>

use crate::{
    Secretsmanager,
    error::{clipped, exists, invalid, invalid_request, limit},
    state::{SecretRow, VersionRow},
};
use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    constant_time::verify_slices_are_equal,
};
use base::{Arn, Blob, Secret, Timestamp};
use gate::{Error, Scope};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, time::Duration};

pub(crate) const CURRENT: &str = "AWSCURRENT";
pub(crate) const PREVIOUS: &str = "AWSPREVIOUS";
const MANAGED_KEY: &str = "alias/aws/secretsmanager";
/// Bytes.
const LONGEST: usize = 65_536;
/// Versions that a secret keeps; those without a stage make room.
const MOST_VERSIONS: usize = 100;
const MOST_STAGES: usize = 20;
/// Versions that are younger are kept.
const YOUNG: Duration = Duration::from_secs(24 * 60 * 60);
/// The stages whose versions follow the secret to a new key.
const FOLLOWING: [&str; 3] = [CURRENT, "AWSPENDING", PREVIOUS];

/// A value as requests give it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Value {
    /// Text.
    pub secret_string: Option<Secret<String>>,
    /// Bytes.
    pub secret_binary: Option<Secret<Blob>>,
}

impl Value {
    fn bytes(&self) -> Result<Option<(&[u8], bool)>, Error> {
        let (bytes, binary) = match (&self.secret_string, &self.secret_binary) {
            (None, None) => return Ok(None),
            (Some(text), None) => (text.expose().as_bytes(), false),
            (None, Some(bytes)) => (bytes.expose().0.as_slice(), true),
            (Some(_), Some(_)) => {
                return Err(invalid("You can't specify both a binary secret value and a string secret value in the same secret."));
            }
        };
        if bytes.is_empty() || bytes.len() > LONGEST {
            return Err(invalid(format!("A secret value has 1 to {LONGEST} bytes; this one has {}.", bytes.len())));
        }
        Ok(Some((bytes, binary)))
    }

    /// Whether there is one.
    pub(crate) fn is_given(&self) -> bool {
        self.secret_string.is_some() || self.secret_binary.is_some()
    }
}

/// The version's id: the token that the client gave, or a new one.
pub(crate) fn token(scope: &Scope<'_, Secretsmanager>, given: Option<&str>) -> Result<String, Error> {
    match given {
        None => Ok(base::uuid(scope.entropy())),
        Some(text) if (32..=64).contains(&text.len()) && text.is_ascii() => Ok(text.to_owned()),
        Some(text) => Err(invalid(format!("ClientRequestToken has 32 to 64 characters: '{}'", clipped(text)))),
    }
}

fn context(arn: &Arn, version: &str) -> BTreeMap<String, String> {
    [("SecretARN".to_owned(), arn.to_string()), ("SecretVersionId".to_owned(), version.to_owned())].into()
}

fn cipher(key: &[u8]) -> Result<LessSafeKey, Error> {
    UnboundKey::new(&AES_256_GCM, key).map(LessSafeKey::new).map_err(|_| Error::internal("a data key has another length"))
}

/// A data key seals one value, so that its one nonce is used once.
fn nonce() -> Nonce {
    Nonce::assume_unique_for_key([0; 12])
}

fn seal(scope: &mut Scope<'_, Secretsmanager>, row: &SecretRow, version: &str, plain: &[u8]) -> Result<(String, Blob, Blob), Error> {
    let input = kms::GenerateDataKeyInput {
        key_id: row.kms_key_id.clone().unwrap_or_else(|| MANAGED_KEY.into()),
        key_spec: Some("AES_256".into()),
        number_of_bytes: None,
        encryption_context: context(&row.arn, version),
        recipient: None,
        grant_tokens: Vec::new(),
        dry_run: false,
    };
    let actor = scope.forward();
    let made = scope.invoke::<kms::GenerateDataKey>(&actor, input).map_err(behind)?;
    let mut sealed = plain.to_vec();
    cipher(&made.plaintext.expose().0)?
        .seal_in_place_append_tag(nonce(), Aad::from(row.arn.as_str()), &mut sealed)
        .map_err(|_| Error::internal("encryption"))?;
    Ok((made.key_id.to_string(), made.ciphertext_blob, Blob(sealed)))
}

/// The value of a version, on behalf of the caller.
pub(crate) fn open(scope: &mut Scope<'_, Secretsmanager>, arn: &Arn, version: &VersionRow) -> Result<Value, Error> {
    let input = kms::DecryptInput {
        ciphertext_blob: version.data_key.clone(),
        key_id: Some(version.key_arn.clone()),
        encryption_context: context(arn, &version.id),
        encryption_algorithm: None,
        recipient: None,
        grant_tokens: Vec::new(),
        dry_run: false,
        dry_run_modifiers: Vec::new(),
    };
    let actor = scope.forward();
    let key = scope.invoke::<kms::Decrypt>(&actor, input).map_err(behind)?.plaintext;
    let mut bytes = version.sealed.0.clone();
    let altered = || Error::internal("a secret's value was altered");
    let length = cipher(&key.expose().0)?.open_in_place(nonce(), Aad::from(arn.as_str()), &mut bytes).map_err(|_| altered())?.len();
    bytes.truncate(length);
    if version.binary {
        return Ok(Value { secret_binary: Some(Secret::new(Blob(bytes))), ..Value::default() });
    }
    let text = String::from_utf8(bytes).map_err(|_| altered())?;
    Ok(Value { secret_string: Some(Secret::new(text)), ..Value::default() })
}

/// KMS's denial is Secrets Manager's, and keeps its cause.
fn behind(cause: Error) -> Error {
    if cause.is_denied() || cause.code == "AccessDeniedException" {
        let mut denied = Error::access_denied(gate::Protocol::Json, format!("Access to KMS is not allowed. {}", cause.message));
        denied.denial = cause.denial;
        return denied;
    }
    match cause.code.as_ref() {
        "NotFoundException" | "DisabledException" | "KMSInvalidStateException" | "InvalidKeyUsageException" => {
            Error::new("InvalidRequestException", format!("The KMS key of the secret cannot be used: {}", cause.message))
        }
        _ => cause,
    }
}

fn check_stage(stage: &str) -> Result<(), Error> {
    if (1..=256).contains(&stage.chars().count()) {
        return Ok(());
    }
    Err(invalid("A staging label has 1 to 256 characters."))
}

/// A version cannot be changed.
pub(crate) fn token_taken() -> Error {
    exists("You can't use ClientRequestToken because that value is already in use for a version of this secret.")
}

/// Adds a version. Done already by a call with this token and value, nothing is added.
pub(crate) fn add(
    scope: &mut Scope<'_, Secretsmanager>,
    row: &mut SecretRow,
    token: &str,
    value: &Value,
    stages: Option<Vec<String>>,
) -> Result<Vec<String>, Error> {
    let Some((bytes, binary)) = value.bytes()? else { return Err(invalid("You must provide either SecretString or SecretBinary.")) };
    if let Some(old) = row.version(token).cloned() {
        let kept = open(scope, &row.arn, &old)?;
        let same = kept.bytes()?.is_some_and(|(own, kind)| kind == binary && verify_slices_are_equal(own, bytes).is_ok());
        if same {
            return Ok(old.stages);
        }
        return Err(token_taken());
    }
    let stages = stages.unwrap_or_else(|| vec![CURRENT.into()]);
    if stages.is_empty() || stages.len() > MOST_STAGES {
        return Err(invalid(format!("A version has 1 to {MOST_STAGES} staging labels.")));
    }
    let (key_arn, data_key, sealed) = seal(scope, row, token, bytes)?;
    row.versions.push(VersionRow { id: token.into(), stages: Vec::new(), created: scope.now(), binary, key_arn, data_key, sealed });
    for stage in &stages {
        stage_at(row, stage, token)?;
    }
    make_room(row, scope.now())?;
    row.changed = scope.now();
    Ok(row.version(token).map(|version| version.stages.clone()).unwrap_or_default())
}

/// Versions without a stage are dropped, oldest first, when there are too many; not those of the last day.
/// Source: <https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html>
fn make_room(row: &mut SecretRow, now: Timestamp) -> Result<(), Error> {
    while row.versions.len() > MOST_VERSIONS {
        let old = |version: &VersionRow| version.stages.is_empty() && now.since(version.created) >= YOUNG;
        let Some(unused) = row.versions.iter().position(old) else {
            return Err(limit(format!(
                "A secret has at most {MOST_VERSIONS} versions, and no version without a staging label is older than a day: change the value less often."
            )));
        };
        row.versions.remove(unused);
    }
    Ok(())
}

/// Moves a stage to a version. What was current becomes the previous one.
pub(crate) fn stage_at(row: &mut SecretRow, stage: &str, version: &str) -> Result<(), Error> {
    check_stage(stage)?;
    let holder = row.staged(stage).map(|holder| holder.id.clone());
    if holder.as_deref() == Some(version) {
        return Ok(());
    }
    unstage(row, stage);
    if stage == CURRENT
        && let Some(old) = holder
    {
        unstage(row, PREVIOUS);
        put_stage(row, PREVIOUS, &old);
    }
    if !put_stage(row, stage, version) {
        return Err(invalid_request(format!("The secret has no version '{}'.", clipped(version))));
    }
    Ok(())
}

fn put_stage(row: &mut SecretRow, stage: &str, version: &str) -> bool {
    let Some(found) = row.versions.iter_mut().find(|own| own.id == version) else { return false };
    found.stages.push(stage.to_owned());
    true
}

pub(crate) fn unstage(row: &mut SecretRow, stage: &str) {
    row.versions.iter_mut().for_each(|version| version.stages.retain(|own| own != stage));
}

/// A description is bounded.
pub(crate) fn check_description(text: Option<&str>) -> Result<(), Error> {
    if text.is_none_or(|text| text.chars().count() <= 2048) { Ok(()) } else { Err(invalid("A description has at most 2048 characters.")) }
}

/// Seals the values in use under the secret's new key.
pub(crate) fn reseal(scope: &mut Scope<'_, Secretsmanager>, row: &mut SecretRow) -> Result<(), Error> {
    for n in 0..row.versions.len() {
        let version = row.versions[n].clone();
        if !version.stages.iter().any(|stage| FOLLOWING.contains(&stage.as_str())) {
            continue;
        }
        let value = open(scope, &row.arn, &version)?;
        let Some((bytes, _)) = value.bytes()? else { continue };
        let (key_arn, data_key, sealed) = seal(scope, row, &version.id, bytes)?;
        row.versions[n] = VersionRow { key_arn, data_key, sealed, ..version };
    }
    Ok(())
}
