//! Artifacts: zip archives in the pipeline's bucket, read and written as the acting role.

use crate::{
    CodePipeline,
    declaration::ArtifactStore,
    providers::{Stop, failed},
    state::Artifact,
};
use base::Entropy;
use gate::{Actor, Body, BodyReader, Scope};
use s3::{
    BucketInput, Encryption, GetBucketAcl, GetBucketLocation, GetBucketVersioning, GetObject, GetObjectInput, GetObjectOutput, PutObject,
    PutObjectInput,
};
use std::io::{Cursor, Read};

/// An artifact that an action opens is held in memory, so it is at most this large.
const MAX_OPENED: u64 = 256 << 20;
/// A template or configuration within an artifact.
const MAX_FILE: u64 = 1 << 20;

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789Az";

fn start_of(text: &str, letters: usize) -> String {
    text.chars().take(letters).collect()
}

/// A new place for an artifact: `pipeline/artifact/XXXXXXX`, cut as AWS cuts it.
pub(crate) fn place(entropy: &dyn Entropy, pipeline: &str, store: &ArtifactStore, name: &str) -> Artifact {
    let mut bytes = [0; 7];
    entropy.fill(&mut bytes);
    let unique: String = bytes.iter().map(|b| char::from(LETTERS[usize::from(b % 64)])).collect();
    let key = format!("{}/{}/{unique}", start_of(pipeline, 20), start_of(name, 10));
    Artifact { name: name.into(), bucket: store.location.clone(), key, build: None, sha256: None }
}

/// What stores an object under `key`; without one the bucket's default encrypts.
pub(crate) fn stored_at(bucket: &str, object: &str, key: Option<&str>) -> PutObjectInput {
    let encryption =
        Encryption { server_side_encryption: key.map(|_| "aws:kms".into()), kms_key_id: key.map(Into::into), ..Encryption::default() };
    PutObjectInput { bucket: bucket.into(), key: object.into(), encryption, ..PutObjectInput::default() }
}

/// Writes an artifact.
pub(crate) fn write(
    scope: &mut Scope<'_, CodePipeline>,
    actor: &Actor,
    store: &ArtifactStore,
    to: &Artifact,
    content: &mut dyn Read,
) -> Result<(), Stop> {
    let input = stored_at(&to.bucket, &to.key, store.encryption_key.as_ref().map(|k| k.id.as_str()));
    scope.invoke_sending::<PutObject>(actor, input, Body::Reader(content))?;
    Ok(())
}

/// Opens an object.
pub(crate) fn open(
    scope: &mut Scope<'_, CodePipeline>,
    actor: &Actor,
    bucket: &str,
    key: &str,
) -> Result<(GetObjectOutput, BodyReader), Stop> {
    open_version(scope, actor, bucket, key, None)
}

/// Opens a version of an object; without one the newest.
pub(crate) fn open_version(
    scope: &mut Scope<'_, CodePipeline>,
    actor: &Actor,
    bucket: &str,
    key: &str,
    version: Option<&str>,
) -> Result<(GetObjectOutput, BodyReader), Stop> {
    let input = GetObjectInput { bucket: bucket.into(), key: key.into(), version_id: version.map(Into::into), ..GetObjectInput::default() };
    Ok(scope.invoke_receiving::<GetObject>(actor, input)?)
}

/// Reads an artifact whole.
pub(crate) fn read(scope: &mut Scope<'_, CodePipeline>, actor: &Actor, from: &Artifact) -> Result<Cursor<Vec<u8>>, Stop> {
    let (_, content) = open(scope, actor, &from.bucket, &from.key)?;
    let mut bytes = Vec::new();
    let unreadable =
        |e: std::io::Error| Stop::from(gate::Error::internal(format_args!("the artifact {} could not be read: {e}", from.name)));
    content.take(MAX_OPENED + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > MAX_OPENED {
        return Err(failed("ConfigurationError", format!("The artifact {} is larger than {MAX_OPENED} bytes; make it smaller", from.name)));
    }
    if let Some(demanded) = &from.sha256 {
        let found = provenance::sha256(&bytes[..]).map_err(unreadable)?;
        check_digest(from, demanded, &found)?;
    }
    Ok(Cursor::new(bytes))
}

/// Whether an artifact is the one that a rule has checked.
pub(crate) fn check_digest(artifact: &Artifact, demanded: &str, found: &str) -> Result<(), Stop> {
    if demanded == found {
        return Ok(());
    }
    Err(failed(
        "JobFailed",
        format!(
            "The artifact {} at s3://{}/{} has the SHA-256 {found}, not {demanded}: it was replaced after it was built",
            artifact.name, artifact.bucket, artifact.key
        ),
    ))
}

/// The SHA-256 of an artifact as it lies there now.
pub(crate) fn digest(scope: &mut Scope<'_, CodePipeline>, actor: &Actor, of: &Artifact) -> Result<String, Stop> {
    let (_, content) = open(scope, actor, &of.bucket, &of.key)?;
    provenance::sha256(content).map_err(|e| gate::Error::internal(format_args!("the artifact {} could not be read: {e}", of.name)).into())
}

/// One file of an artifact, as text.
pub(crate) fn file(scope: &mut Scope<'_, CodePipeline>, actor: &Actor, from: &Artifact, path: &str) -> Result<String, Stop> {
    let archive = read(scope, actor, from)?;
    let bytes = archive::read_file(archive, path, MAX_FILE)
        .map_err(|e| failed("ConfigurationError", format!("File [{path}] of the artifact [{}] could not be read: {e}", from.name)))?;
    String::from_utf8(bytes)
        .map_err(|_| failed("ConfigurationError", format!("File [{path}] of the artifact [{}] is not UTF-8 text", from.name)))
}

/// The checks of a bucket that an action makes before it uses it. Gives whether the bucket is versioned.
pub(crate) fn check_bucket(scope: &mut Scope<'_, CodePipeline>, actor: &Actor, bucket: &str) -> Result<bool, Stop> {
    let input = || BucketInput { bucket: bucket.into(), ..BucketInput::default() };
    let versioning = scope.invoke::<GetBucketVersioning>(actor, input())?;
    scope.invoke::<GetBucketAcl>(actor, input())?;
    let location = scope.invoke::<GetBucketLocation>(actor, input())?.location_constraint;
    let (found, wanted) = (location.as_deref().unwrap_or("us-east-1"), scope.region().as_str());
    if found != wanted {
        return Err(failed("ConfigurationError", format!("The bucket named {bucket} is not located in the {wanted} AWS region")));
    }
    Ok(versioning.status == Some("Enabled"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::SeededEntropy;

    #[test]
    fn places_are_cut_as_on_aws() {
        let store = ArtifactStore { kind: "S3".into(), location: "bucket".into(), encryption_key: None };
        let made = place(&SeededEntropy::new(1), "a-pipeline-with-a-long-name", &store, "SourceOutput");
        let parts: Vec<_> = made.key.split('/').collect();
        assert_eq!(parts[..2], ["a-pipeline-with-a-lo", "SourceOutp"]);
        assert_eq!(parts[2].len(), 7);
    }
}
