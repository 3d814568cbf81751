//! The world of the operations' examples: a repository with one commit.

use gate::Example;
use serde_json::{Value, json};

/// The one commit: `README.md` and `src/door.txt`.
pub(crate) const COMMIT: &str = "8b0dae4d8c62b8ed0589a58c2dff29bfa030aad7";
/// Its pack, as git sends it.
pub(crate) const PACK: &[u8] = include_bytes!("example.pack");

/// A call after the repository was made.
pub(crate) fn with_repository(input: Value) -> Example {
    Example::of(input).after("codecommit:CreateRepository", json!({"repositoryName": "shop"}))
}

/// The push of the commit to a new branch.
pub(crate) fn push(branch: &str) -> Value {
    json!({"repositoryName": "shop", "references": [{"ref": format!("refs/heads/{branch}"), "commit": COMMIT}]})
}

/// A call after the commit was pushed to `main`.
pub(crate) fn with_commit(input: Value) -> Example {
    with_repository(input).after_sending("codecommit:GitPush", push("main"), PACK)
}

/// A call after the commit was pushed to `main` and to `next`.
pub(crate) fn with_branch(input: Value) -> Example {
    with_commit(input).after("codecommit:CreateBranch", json!({"repositoryName": "shop", "branchName": "next", "commitId": COMMIT}))
}

/// What writes the commit's files into a bucket.
pub(crate) fn archive() -> Value {
    json!({"repositoryName": "shop", "commitId": COMMIT, "s3Bucket": "example-bucket", "s3Key": "shop.zip"})
}

/// A call after the commit was pushed and the bucket was made; `$3` is the next answer.
pub(crate) fn with_bucket(input: Value) -> Example {
    with_commit(input).after("s3:CreateBucket", json!({"Bucket": "example-bucket"}))
}

/// A call about an upload.
pub(crate) fn with_upload() -> Example {
    with_bucket(json!({"repositoryName": "shop", "uploadId": "$3/uploadId"})).after("codecommit:UploadArchive", archive())
}

/// The same, encrypted by a KMS key.
pub(crate) fn with_key() -> Example {
    let mut input = archive();
    input["kmsKeyArn"] = json!("$3/KeyMetadata/Arn");
    with_bucket(input).after("kms:CreateKey", json!({})).inside(["kms:GenerateDataKey", "s3:PutObject"])
}
