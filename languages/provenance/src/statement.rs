//! What a build says of what it made.
//! Sources: <https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md>, <https://slsa.dev/spec/v1.0/provenance>

use crate::Refused;
use aws_lc_rs::digest;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    io::{self, Read},
};

/// in-toto's name of statements.
pub const STATEMENT_TYPE: &str = "https://in-toto.io/Statement/v1";
/// SLSA's name of provenance.
pub const PREDICATE_TYPE: &str = "https://slsa.dev/provenance/v1";
/// The kind of builds whose parameters these are: a build of a CodeBuild project here.
pub const BUILD_TYPE: &str = "urn:sekisho:build-type:codebuild:v1";

/// Digests by their algorithms: `sha256`, `gitCommit`.
pub type Digests = BTreeMap<String, String>;

/// A statement of a build's provenance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Statement {
    /// `STATEMENT_TYPE`.
    #[serde(rename = "_type")]
    pub kind: String,
    /// What was made.
    pub subject: Vec<Subject>,
    /// `PREDICATE_TYPE`.
    pub predicate_type: String,
    /// How it was made.
    pub predicate: Predicate,
}

/// An artifact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// Where it was put.
    pub name: String,
    /// The digests of its bytes.
    pub digest: Digests,
}

/// How an artifact was made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the members are SLSA's own")]
pub struct Predicate {
    pub build_definition: BuildDefinition,
    pub run_details: RunDetails,
}

/// What the build was asked for, and what went into it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the members are SLSA's own")]
pub struct BuildDefinition {
    pub build_type: String,
    pub external_parameters: ExternalParameters,
    #[serde(default)]
    pub resolved_dependencies: Vec<Dependency>,
}

/// What the build was asked for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExternalParameters {
    /// The project's ARN.
    pub project: String,
    /// Who started it.
    #[serde(default)]
    pub initiator: String,
    /// The type of its source, and where that lies.
    #[serde(default)]
    pub source_type: String,
    /// Where the source lies, if it is no pipeline's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_location: Option<String>,
    /// The version that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_version: Option<String>,
    /// The names of the variables in the clear that the project or its starter set; never values.
    #[serde(default)]
    pub environment_variables: Vec<String>,
    /// The pipeline that it is a build of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pipeline: Option<Pipeline>,
}

/// A pipeline's execution.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pipeline {
    /// The pipeline.
    pub name: String,
    /// The execution.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub execution_id: Option<String>,
}

/// What went into a build.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dependency {
    /// What it is for the build: a source's name, an artifact's, or `buildspec`.
    #[serde(default)]
    pub name: String,
    /// Where it came from: `git+https://HOST/REPOSITORY@refs/heads/BRANCH`, `s3://BUCKET/KEY`.
    #[serde(default)]
    pub uri: String,
    /// Its digests.
    #[serde(default)]
    pub digest: Digests,
    /// Such as an object's version.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, Value>,
}

/// Who built, and when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the members are SLSA's own")]
pub struct RunDetails {
    pub builder: Builder,
    pub metadata: Metadata,
}

/// Who built.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Builder {
    /// The project's ARN.
    pub id: String,
    /// Of the server and of its isolation.
    #[serde(default)]
    pub version: BTreeMap<String, String>,
}

/// One run of the builder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Metadata {
    /// The build's ARN.
    pub invocation_id: String,
    /// When it began.
    pub started_on: String,
    /// When what it made was put away.
    pub finished_on: String,
}

impl Dependency {
    /// The branch that a git source was taken from.
    pub fn branch(&self) -> Option<&str> {
        self.git()?.1
    }
    /// The repository of a git source.
    pub fn repository(&self) -> Option<&str> {
        Some(self.git()?.0)
    }
    /// The commit of a git source.
    pub fn commit(&self) -> Option<&str> {
        self.digest.get("gitCommit").map(String::as_str)
    }
    fn git(&self) -> Option<(&str, Option<&str>)> {
        let rest = self.uri.strip_prefix("git+")?;
        Some(match rest.split_once("@refs/heads/") {
            Some((repository, branch)) => (repository, Some(branch)),
            None => (rest, None),
        })
    }
}

impl Statement {
    /// A statement of what was made and how.
    pub fn new(subject: Vec<Subject>, predicate: Predicate) -> Self {
        Self { kind: STATEMENT_TYPE.into(), subject, predicate_type: PREDICATE_TYPE.into(), predicate }
    }
    /// The artifact of this SHA-256, if the statement is about it.
    pub fn subject(&self, sha256: &str) -> Option<&Subject> {
        self.subject.iter().find(|subject| subject.digest.get("sha256").is_some_and(|digest| digest.eq_ignore_ascii_case(sha256)))
    }
    /// The sources that were under version control.
    pub fn sources(&self) -> impl Iterator<Item = &Dependency> {
        self.predicate.build_definition.resolved_dependencies.iter().filter(|dependency| dependency.uri.starts_with("git+"))
    }
    /// The build's ARN.
    pub fn build(&self) -> &str {
        &self.predicate.run_details.metadata.invocation_id
    }
}

pub(crate) fn parse(payload: &[u8]) -> Result<Statement, Refused> {
    let statement: Statement =
        serde_json::from_slice(payload).map_err(|e| Refused::Unreadable(format!("the payload is no statement of provenance: {e}")))?;
    for (what, is, wanted) in [
        ("statement", &statement.kind, STATEMENT_TYPE),
        ("predicate", &statement.predicate_type, PREDICATE_TYPE),
        ("build", &statement.predicate.build_definition.build_type, BUILD_TYPE),
    ] {
        if is != wanted {
            return Err(Refused::Unreadable(format!("the {what}'s type is '{}', not {wanted}", is.escape_debug())));
        }
    }
    Ok(statement)
}

/// The SHA-256 of all that is read, in hex.
///
/// # Errors
/// It cannot be read.
pub fn sha256(mut content: impl Read) -> io::Result<String> {
    let mut sum = digest::Context::new(&digest::SHA256);
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match content.read(&mut buffer)? {
            0 => return Ok(sum.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect()),
            count => sum.update(&buffer[..count]),
        }
    }
}
