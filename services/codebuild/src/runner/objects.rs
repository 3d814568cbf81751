//! Objects in S3, read and written as the build's role.

use base::IsoTime;
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

/// How an object is written.
#[derive(Debug, Clone, Default)]
pub(super) struct Manner<'m> {
    /// The key it is sealed with, if not the bucket's own.
    pub(super) kms: Option<&'m str>,
    /// What the bucket's owner may do, in CodeBuild's words.
    pub(super) owner: Option<&'m str>,
    /// What is kept beside it.
    pub(super) metadata: Vec<(&'static str, String)>,
}

/// Writes a file as an object.
pub(super) fn put(client: &Client, bucket: &str, key: &str, file: &Path, manner: &Manner<'_>) -> Result<(), Error> {
    let mut members = json!({"Bucket": bucket, "Key": key});
    if let Some(kms) = manner.kms {
        members["ServerSideEncryption"] = "aws:kms".into();
        members["SSEKMSKeyId"] = kms.into();
    }
    match manner.owner {
        Some("FULL") => members["ACL"] = "bucket-owner-full-control".into(),
        Some("READ_ONLY") => members["ACL"] = "bucket-owner-read".into(),
        _ => {}
    }
    for (name, value) in &manner.metadata {
        members["Metadata"][*name] = value.as_str().into();
    }
    let input = input::<s3::PutObject>(members)?;
    client.send::<s3::PutObject>(|| input.clone(), || Ok(Box::new(File::open(file)?))).map(drop)
}

/// All keys that begin with a prefix, each with its time; at most so many.
pub(super) fn list(client: &Client, bucket: &str, prefix: &str, most: usize) -> Result<Vec<(String, IsoTime)>, Error> {
    let (mut found, mut token) = (Vec::new(), None::<String>);
    loop {
        let page = client.call::<s3::ListObjectsV2>(|| s3::ListObjectsV2Input {
            bucket: bucket.into(),
            prefix: Some(prefix.into()),
            continuation_token: token.clone(),
            ..Default::default()
        })?;
        found.extend(page.contents.into_iter().map(|object| (object.key, object.last_modified)));
        token = page.next_continuation_token;
        if found.len() > most {
            return Err(Error::new("TooManyObjects", format!("more than {most} objects begin with {prefix}")));
        }
        if token.is_none() {
            return Ok(found);
        }
    }
}

/// Bucket and key of `bucket/key` or its ARN.
pub(super) fn place(location: &str) -> (&str, &str) {
    let bare = location.strip_prefix("arn:aws:s3:::").unwrap_or(location);
    bare.split_once('/').unwrap_or((bare, ""))
}

/// A refusal in the words of a phase's context.
pub(super) fn told(error: &Error) -> String {
    format!("{}: {} status code: {}", error.code, error.message, error.status)
}
