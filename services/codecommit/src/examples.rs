//! The world of the operations' examples: a repository with one commit.

use gate::Example;
use serde_json::{Value, json};

/// The one commit: `README.md` and `src/door.txt`.
pub(crate) const COMMIT: &str = "8b0dae4d8c62b8ed0589a58c2dff29bfa030aad7";
/// Its pack, as git sends it.
pub(crate) const PACK: &[u8] = include_bytes!("example.pack");

/// Its `README.md`.
pub(crate) const BLOB: &str = "ac1ddecc39608b07ca23f96befda9759648d1327";
/// The repository's ARN.
pub(crate) const ARN: &str = "arn:aws:codecommit:us-east-1:111111111111:shop";
/// An approval rule.
pub(crate) const RULE: &str = r#"{"Version": "2018-11-08", "Statements": [{"Type": "Approvers", "NumberOfApprovalsNeeded": 2}]}"#;

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

/// A call after a file was added to `next`; `$3` is that commit, `$4` the next answer.
pub(crate) fn with_change(input: Value) -> Example {
    let change =
        json!({"repositoryName": "shop", "branchName": "next", "filePath": "new.txt", "fileContent": "bmV3", "parentCommitId": COMMIT});
    with_branch(input).after("codecommit:PutFile", change)
}

/// A call after `README.md` was changed in both branches.
pub(crate) fn with_conflict(input: Value) -> Example {
    let change = |branch: &str, content: &str| json!({"repositoryName": "shop", "branchName": branch, "filePath": "README.md", "fileContent": content, "parentCommitId": COMMIT});
    with_branch(input).after("codecommit:PutFile", change("next", "bmV4dA==")).after("codecommit:PutFile", change("main", "bWFpbg=="))
}

/// The request to merge `next` into `main`.
pub(crate) fn pull_request() -> Value {
    json!({"title": "Tidy up", "targets": [{"repositoryName": "shop", "sourceReference": "next", "destinationReference": "main"}]})
}

/// A call after that; `$4` is the pull request.
pub(crate) fn with_pull_request(input: Value) -> Example {
    with_change(input).after("codecommit:CreatePullRequest", pull_request())
}

/// A comment on the commit.
pub(crate) fn comment() -> Value {
    json!({"repositoryName": "shop", "afterCommitId": COMMIT, "content": "Why?", "location": {"filePath": "README.md", "filePosition": 1, "relativeFileVersion": "AFTER"}})
}

/// A call after that; `$2` is the comment.
pub(crate) fn with_comment(input: Value) -> Example {
    with_commit(input).after("codecommit:PostCommentForComparedCommit", comment())
}

/// The same, where the caller wrote the comment.
pub(crate) fn with_own_comment(input: Value) -> Example {
    with_commit(input).after_own("codecommit:PostCommentForComparedCommit", comment())
}

/// A call after the repository and an approval rule template were made.
pub(crate) fn with_template(input: Value) -> Example {
    with_repository(input)
        .after("codecommit:CreateApprovalRuleTemplate", json!({"approvalRuleTemplateName": "two", "approvalRuleTemplateContent": RULE}))
}

/// A call after they were associated.
pub(crate) fn with_association(input: Value) -> Example {
    let both = json!({"approvalRuleTemplateName": "two", "repositoryName": "shop"});
    with_template(input).after("codecommit:AssociateApprovalRuleTemplateWithRepository", both)
}
