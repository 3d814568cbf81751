//! What a repository of a stack begins with: the files of a zip archive in S3, read and committed by the stack's own rights.
//! Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-codecommit-repository-code.html>

use crate::{CreateCommit, files, git::objects::FileMode};
use archive::{Limits, Sink};
use base64::{Engine, engine::general_purpose::STANDARD};
use gate::{Error, ResourceContext};
use s3::{GetObject, GetObjectInput};
use serde::Deserialize;
use serde_json::{Value, json};
use std::io::{self, Cursor, Read};

/// The template's words.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Code {
    #[serde(rename = "S3")]
    s3: S3,
    branch_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct S3 {
    bucket: String,
    key: String,
    object_version: Option<String>,
}

/// An archive has at most this many bytes.
const MAX_ARCHIVE: u64 = 20 * 1024 * 1024;
/// What one commit takes, as CreateCommit has it: more files come by more commits.
const FILES_AT_ONCE: usize = 100;
const BYTES_AT_ONCE: usize = files::MAX_FILE;
const BRANCH: &str = "main";

/// The archive's files as CreateCommit takes them, in parts of what it takes.
#[derive(Default)]
struct Parts {
    parts: Vec<Vec<Value>>,
    bytes: usize,
}

impl Parts {
    fn add(&mut self, path: &str, mode: FileMode, content: &[u8]) {
        let full = self.parts.last().is_none_or(|part| part.len() >= FILES_AT_ONCE) || self.bytes + content.len() > BYTES_AT_ONCE;
        if full {
            self.parts.push(Vec::new());
            self.bytes = 0;
        }
        self.bytes += content.len();
        if let Some(part) = self.parts.last_mut() {
            part.push(json!({"filePath": path, "fileMode": mode, "fileContent": STANDARD.encode(content)}));
        }
    }
}

impl Sink for Parts {
    fn folder(&mut self, _path: &str) -> io::Result<()> {
        Ok(())
    }
    fn file(&mut self, path: &str, mode: u32, size: u64, content: &mut dyn Read) -> io::Result<()> {
        if size > files::MAX_FILE as u64 {
            return Err(io::Error::other(format!("it has {size} bytes; a file that is committed so has at most {}", files::MAX_FILE)));
        }
        let mut bytes = Vec::new();
        content.read_to_end(&mut bytes)?;
        self.add(path, if mode & 0o111 == 0 { FileMode::Normal } else { FileMode::Executable }, &bytes);
        Ok(())
    }
    fn link(&mut self, path: &str, target: &str) -> io::Result<()> {
        self.add(path, FileMode::Symlink, target.as_bytes());
        Ok(())
    }
}

/// Commits the archive's files to a new repository.
pub(crate) fn push(context: &mut ResourceContext<'_>, repository: &str, code: Code) -> Result<(), Error> {
    let S3 { bucket, key, object_version } = code.s3;
    let from = format!("s3://{bucket}/{key}");
    let input = GetObjectInput { bucket, key, version_id: object_version, ..GetObjectInput::default() };
    let (_, content) = context.call_receiving::<GetObject>(input)?;
    let mut bytes = Vec::new();
    let unread = |e: io::Error| Error::internal(format_args!("{from} could not be read: {e}"));
    content.take(MAX_ARCHIVE + 1).read_to_end(&mut bytes).map_err(unread)?;
    let invalid = |why: String| Error::new("InvalidRequest", format!("The Code of the repository, {from}, cannot be committed: {why}"));
    if bytes.len() as u64 > MAX_ARCHIVE {
        return Err(invalid(format!("the archive has more than {MAX_ARCHIVE} bytes")));
    }
    let mut parts = Parts::default();
    let limits = Limits { max_entries: 10_000, max_total: 10 * MAX_ARCHIVE, ..Limits::default() };
    archive::extract(Cursor::new(bytes), &mut parts, &limits).map_err(|e| invalid(e.to_string()))?;
    let branch = code.branch_name.as_deref().unwrap_or(BRANCH);
    let mut tip = Value::Null;
    for part in parts.parts {
        let mut input = json!({"repositoryName": repository, "branchName": branch, "commitMessage": "Initial commit", "putFiles": part});
        if !tip.is_null() {
            input["parentCommitId"] = tip;
        }
        tip = context.call_with::<CreateCommit>(input)?.commit_id.into();
    }
    Ok(())
}
