//! Every object has a data key: from KMS where the request or the bucket asks for it, else sealed by the server's own key.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html>

use crate::{
    S3, error,
    names::{bucket_arn, object_arn},
    state::Bucket,
};
use base::{Arn, Blob, Region, Secret};
use gate::{Demand, Error, Scope};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// Encryption as requests ask for it and answers tell of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Encryption {
    /// `AES256` or `aws:kms`.
    #[serde(rename = "ServerSideEncryption")]
    pub server_side_encryption: Option<String>,
    /// The KMS key: id, ARN or alias.
    #[serde(rename = "SSEKMSKeyId")]
    pub kms_key_id: Option<String>,
    /// More encryption context: JSON in base64.
    #[serde(rename = "SSEKMSEncryptionContext")]
    pub kms_encryption_context: Option<String>,
    /// Whether the context names the bucket instead of the object.
    #[serde(rename = "BucketKeyEnabled", default, deserialize_with = "flag")]
    pub bucket_key_enabled: Option<bool>,
}

/// A header's text or a template's boolean.
fn flag<'de, D: Deserializer<'de>>(d: D) -> Result<Option<bool>, D::Error> {
    match Value::deserialize(d)? {
        Value::Null => Ok(None),
        Value::Bool(flag) => Ok(Some(flag)),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Ok(Some(true)),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Ok(Some(false)),
        _ => Err(serde::de::Error::custom("expected true or false")),
    }
}

pub(crate) const AES256: &str = "AES256";
pub(crate) const KMS: &str = "aws:kms";
/// The key of the caller's account for those who name none.
pub(crate) const MANAGED_KEY: &str = "alias/aws/s3";

/// What a bucket encrypts with where a request does not say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DefaultEncryption {
    /// The KMS key; None: AES256.
    pub(crate) kms_key_id: Option<String>,
    pub(crate) bucket_key: bool,
}

impl DefaultEncryption {
    pub(crate) const AES256: Self = Self { kms_key_id: None, bucket_key: false };
}

/// A data key as it is kept with its object.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Wrapped {
    /// SSE-S3: sealed for its bucket and key.
    S3 { sealed: Blob },
    /// SSE-KMS: the ciphertext that KMS gave, and what it wants to open it.
    Kms { key_arn: String, blob: Blob, context: BTreeMap<String, String>, bucket_key: bool },
}

impl Wrapped {
    /// What answers tell of it.
    pub(crate) fn told(&self) -> Encryption {
        match self {
            Self::S3 { .. } => Encryption { server_side_encryption: Some(AES256.into()), ..Encryption::default() },
            Self::Kms { key_arn, bucket_key, .. } => Encryption {
                server_side_encryption: Some(KMS.into()),
                kms_key_id: Some(key_arn.clone()),
                kms_encryption_context: None,
                bucket_key_enabled: bucket_key.then_some(true),
            },
        }
    }
    /// Whether ETags are made of the MD5 of the bytes: under KMS keys they say nothing of them.
    /// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html>
    pub(crate) fn etag_is_md5(&self) -> bool {
        matches!(self, Self::S3 { .. })
    }
    /// An object's ETag, made of this MD5 where there is one.
    pub(crate) fn etag(&self, scope: &Scope<'_, S3>, md5: Option<&str>) -> String {
        md5.filter(|_| self.etag_is_md5()).map_or_else(
            || {
                let mut bytes = [0; 16];
                scope.entropy().fill(&mut bytes);
                hex::encode(bytes)
            },
            str::to_string,
        )
    }
}

enum Plan {
    S3,
    Kms { key_id: String, context: BTreeMap<String, String>, bucket_key: bool },
}

impl Encryption {
    /// The demand with the condition keys of what the request itself asks for: defaults come after the decision.
    pub(crate) fn on(&self, demand: Demand) -> Demand {
        demand
            .with_some("s3:x-amz-server-side-encryption", self.server_side_encryption.as_ref())
            .with_some("s3:x-amz-server-side-encryption-aws-kms-key-id", self.kms_key_id.as_ref())
    }

    /// A data key for an object of `bucket`, in the clear and wrapped.
    pub(crate) fn new_key(&self, scope: &mut Scope<'_, S3>, bucket: &Bucket, key: &str) -> Result<(Secret<Vec<u8>>, Wrapped), Error> {
        match self.plan(bucket, key)? {
            Plan::S3 => {
                let mut plain = vec![0; 32];
                scope.entropy().fill(&mut plain);
                let sealed = scope.seal(&place(&bucket.name, key), &plain)?.into();
                Ok((Secret::new(plain), Wrapped::S3 { sealed }))
            }
            // A bucket's keys are of its region, from wherever it is asked.
            Plan::Kms { key_id, context, bucket_key } => {
                scope.in_region(&Region::new(&bucket.region), |scope| generate(scope, key_id, context, bucket_key))
            }
        }
    }

    fn plan(&self, bucket: &Bucket, key: &str) -> Result<Plan, Error> {
        let key_id = match self.server_side_encryption.as_deref() {
            None if self.kms_key_id.is_some() => {
                return Err(error::invalid_argument(
                    "x-amz-server-side-encryption-aws-kms-key-id",
                    "Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms",
                ));
            }
            None => match &bucket.encryption.kms_key_id {
                None => return Ok(Plan::S3),
                Some(id) => id.clone(),
            },
            Some(AES256) if self.kms_key_id.is_some() => {
                return Err(error::invalid_argument(
                    "x-amz-server-side-encryption-aws-kms-key-id",
                    "The header x-amz-server-side-encryption-aws-kms-key-id goes with x-amz-server-side-encryption: aws:kms alone",
                ));
            }
            Some(AES256) => return Ok(Plan::S3),
            Some(KMS) => self.kms_key_id.clone().unwrap_or_else(|| MANAGED_KEY.into()),
            Some("aws:kms:dsse") => return Err(Error::not_implemented("s3 with ServerSideEncryption aws:kms:dsse")),
            Some(_) => {
                return Err(error::invalid_argument("x-amz-server-side-encryption", "The encryption method specified is not supported"));
            }
        };
        let bucket_key = self.bucket_key_enabled.unwrap_or(bucket.encryption.bucket_key);
        let mut context = self.own_context()?;
        let arn = if bucket_key { bucket_arn(&bucket.name) } else { object_arn(&bucket.name, key) };
        context.insert(CONTEXT_KEY.into(), arn.to_string());
        Ok(Plan::Kms { key_id, context, bucket_key })
    }

    fn own_context(&self) -> Result<BTreeMap<String, String>, Error> {
        let Some(text) = &self.kms_encryption_context else { return Ok(BTreeMap::new()) };
        let bytes = serde_json::from_value::<Blob>(Value::from(text.as_str())).ok();
        let context: Option<BTreeMap<String, String>> = bytes.and_then(|b| serde_json::from_slice(&b.0).ok());
        match context {
            Some(context) if !context.contains_key(CONTEXT_KEY) => Ok(context),
            _ => Err(error::invalid_argument(
                "x-amz-server-side-encryption-context",
                format!(
                    "The header 'x-amz-server-side-encryption-context' shall be Base64-encoded UTF-8 string holding JSON which represents a string-string map without '{CONTEXT_KEY}'"
                ),
            )),
        }
    }
}

const CONTEXT_KEY: &str = "aws:s3:arn";

fn place(bucket: &str, key: &str) -> String {
    format!("{bucket}/{key}")
}

fn generate(
    scope: &mut Scope<'_, S3>,
    key_id: String,
    context: BTreeMap<String, String>,
    bucket_key: bool,
) -> Result<(Secret<Vec<u8>>, Wrapped), Error> {
    require_version_4(scope)?;
    let input = kms::GenerateDataKeyInput {
        key_id,
        key_spec: Some("AES_256".into()),
        number_of_bytes: None,
        encryption_context: context.clone(),
        recipient: None,
        grant_tokens: Vec::new(),
        dry_run: false,
    };
    let actor = scope.forward();
    let made = scope.invoke::<kms::GenerateDataKey>(&actor, input).map_err(behind)?;
    let wrapped = Wrapped::Kms { key_arn: made.key_id.to_string(), blob: made.ciphertext_blob, context, bucket_key };
    Ok((Secret::new(made.plaintext.expose().0.clone()), wrapped))
}

/// Opens a data key; those of KMS on behalf of the caller.
pub(crate) fn open_key(scope: &mut Scope<'_, S3>, wrapped: &Wrapped, bucket: &str, key: &str) -> Result<Secret<Vec<u8>>, Error> {
    match wrapped {
        Wrapped::S3 { sealed } => {
            let altered = || Error::internal("the data key of an object was altered, or sealed under another root key");
            scope.unseal(&place(bucket, key), &sealed.0).ok_or_else(altered)
        }
        Wrapped::Kms { key_arn, blob, context, .. } => {
            require_version_4(scope)?;
            let input = kms::DecryptInput {
                ciphertext_blob: blob.clone(),
                key_id: Some(key_arn.clone()),
                encryption_context: context.clone(),
                encryption_algorithm: None,
                recipient: None,
                grant_tokens: Vec::new(),
                dry_run: false,
                dry_run_modifiers: Vec::new(),
            };
            let region = key_arn.parse::<Arn>().map_or_else(|_| scope.region().clone(), |arn| Region::new(arn.region()));
            let opened = scope.in_region(&region, |scope| {
                let actor = scope.forward();
                scope.invoke::<kms::Decrypt>(&actor, input).map_err(behind)
            })?;
            Ok(Secret::new(opened.plaintext.expose().0.clone()))
        }
    }
}

/// A presigned URL of signature version 2 opens no KMS key.
fn require_version_4(scope: &Scope<'_, S3>) -> Result<(), Error> {
    if scope.context().transport.signature_version == Some("AWS") {
        let needs = "Requests specifying Server Side Encryption with AWS KMS managed keys require AWS Signature Version 4.";
        return Err(error::invalid_argument("Authorization", needs));
    }
    Ok(())
}

/// S3 names the key of what it would encrypt, but of a ciphertext it says no more than that there is one.
fn worded(cause: &Error) -> String {
    let Some(denial) = cause.denial.as_ref().filter(|denial| denial.action == "kms:Decrypt") else { return cause.message.clone() };
    cause.message.replacen(&format!("on resource: {}", denial.resource), "on the resource associated with this ciphertext", 1)
}

/// KMS's error as S3 words it. The denial stays with it, so that the cause behind S3's 403 can be explained.
fn behind(cause: Error) -> Error {
    if cause.is_denied() || cause.code == "AccessDeniedException" {
        let mut denied = error::access_denied(worded(&cause));
        denied.denial = cause.denial;
        return denied;
    }
    match cause.status {
        400..=499 => Error { code: format!("KMS.{}", cause.code).into(), status: 400, ..cause },
        _ => cause,
    }
}
