//! Objects in S3, read and written as the build's role.

use gate::{BodyReader, Client, Error, Operation};
use serde_json::json;
use std::{fs::File, path::Path};

/// An input by its members' names.
fn input<Op: Operation>(members: serde_json::Value) -> Result<Op::Input, Error> {
    serde_json::from_value(members).map_err(Error::internal)
}

/// An object's bytes, and its version where the bucket has versions.
pub(super) fn get(client: &Client, bucket: &str, key: &str, version: Option<&str>) -> Result<(BodyReader, Option<String>), Error> {
    let input = input::<s3::GetObject>(json!({"Bucket": bucket, "Key": key, "VersionId": version}))?;
    let (output, body) = client.receive::<s3::GetObject>(|| input.clone())?;
    Ok((body, output.version_id))
}

/// Writes a file as an object; `kms`: the key it is sealed with, if not the bucket's own.
pub(super) fn put(client: &Client, bucket: &str, key: &str, file: &Path, kms: Option<&str>) -> Result<(), Error> {
    let mut members = json!({"Bucket": bucket, "Key": key});
    if let Some(kms) = kms {
        members["ServerSideEncryption"] = "aws:kms".into();
        members["SSEKMSKeyId"] = kms.into();
    }
    let input = input::<s3::PutObject>(members)?;
    client.send::<s3::PutObject>(|| input.clone(), || Ok(Box::new(File::open(file)?))).map(drop)
}

/// A refusal in the words of a phase's context.
pub(super) fn told(error: &Error) -> String {
    format!("{}: {} status code: {}", error.code, error.message, error.status)
}
