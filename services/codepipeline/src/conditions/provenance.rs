//! The rule `Provenance`: an artifact must be what a build of this execution made, as its signed statement tells; the one that was
//! there when an approval was given; built from a branch. From then on, who reads it takes these very bytes or fails.
//! AWS has no such rule; the form is that of its rules, so that its clients and templates declare it unchanged.

use super::RuleDeclaration;
use crate::{
    CodePipeline, artifacts,
    providers::{Stop, failed},
    roles,
    state::{Artifact, RuleRow},
    workflows::run::Run,
};
use gate::{Actor, Scope};
use provenance::{Demand, Envelope, Statement};
use serde_json::json;
use std::collections::BTreeMap;

/// The key with which CodeBuild signs, of the account that the rule acts in.
const KEY: &str = "alias/aws/codebuild";

fn refused(why: impl Into<String>) -> Stop {
    failed("JobFailed", why)
}

/// Checks all the rule's artifacts; tells what was found.
pub(crate) fn check(run: &mut Run, scope: &mut Scope<'_, CodePipeline>, rule: &RuleDeclaration, row: &RuleRow) -> Result<String, Stop> {
    let actor = roles::acting_as(scope, run.account, &run.pipeline, rule.role_arn.as_ref())?;
    let mut told = Vec::new();
    for named in &rule.input_artifacts {
        let artifact = run.row.artifacts.get(&named.name).cloned();
        let artifact = artifact.ok_or_else(|| refused(format!("The execution has no artifact {}", named.name)))?;
        if let Some(approval) = setting(&row.configuration, "ApprovedBy") {
            check_approval(run.row.approved.get(approval), approval, &artifact)?;
        }
        let build = artifact.build.clone().ok_or_else(|| {
            refused(format!("The artifact {} was made by no build of CodeBuild in this execution: it has no provenance", artifact.name))
        })?;
        let found = Found { envelopes: statements(scope, &actor, &build)?, key: public_key(scope, &actor)?, build };
        let digest = artifacts::digest(scope, &actor, &artifact)?;
        let statement = found.judge(&artifact, &digest, &row.configuration)?;
        let source = statement.sources().next().map_or_else(|| "no source under version control".to_owned(), |s| s.uri.clone());
        told.push(format!("{} ({digest}) was built by {} from {source}", artifact.name, statement.build()));
        if let Some(kept) = run.row.artifacts.get_mut(&artifact.name) {
            kept.sha256 = Some(digest);
        }
    }
    Ok(told.join("; "))
}

fn setting<'c>(configuration: &'c BTreeMap<String, String>, name: &str) -> Option<&'c str> {
    configuration.get(name).map(String::as_str).filter(|value| !value.is_empty())
}

fn check_approval(approved: Option<&BTreeMap<String, Artifact>>, approval: &str, artifact: &Artifact) -> Result<(), Stop> {
    let there = approved
        .ok_or_else(|| refused(format!("The approval {approval} was not given in this execution (ApprovedBy is STAGE/ACTION)")))?
        .get(&artifact.name)
        .ok_or_else(|| refused(format!("There was no artifact {} yet when the approval {approval} was given", artifact.name)))?;
    let same = (&there.bucket, &there.key, &there.build) == (&artifact.bucket, &artifact.key, &artifact.build);
    if same {
        return Ok(());
    }
    Err(refused(format!(
        "The artifact {} was built again after the approval {approval}: s3://{}/{} was approved, s3://{}/{} would be taken",
        artifact.name, there.bucket, there.key, artifact.bucket, artifact.key
    )))
}

fn statements(scope: &mut Scope<'_, CodePipeline>, actor: &Actor, build: &str) -> Result<Vec<Envelope>, Stop> {
    let answer = scope.invoke_named(actor, "codebuild:GetBuildProvenance", json!({"id": build}))?;
    let list = answer["statements"].as_array().into_iter().flatten();
    Ok(list.filter_map(|one| serde_json::from_value(one["envelope"].clone()).ok()).collect())
}

fn public_key(scope: &mut Scope<'_, CodePipeline>, actor: &Actor) -> Result<(String, Vec<u8>), Stop> {
    let input = kms::GetPublicKeyInput { key_id: KEY.into(), grant_tokens: Vec::new() };
    let found = scope.invoke::<kms::GetPublicKey>(actor, input)?;
    Ok((found.key_id.to_string(), found.public_key.0))
}

/// What there is of an artifact's build.
struct Found {
    build: String,
    envelopes: Vec<Envelope>,
    /// ARN and public half.
    key: (String, Vec<u8>),
}

impl Found {
    /// The statement that tells of the artifact as it lies there, if it says all that is demanded.
    fn judge(&self, artifact: &Artifact, digest: &str, demanded: &BTreeMap<String, String>) -> Result<Statement, Stop> {
        let place = format!("s3://{}/{}", artifact.bucket, artifact.key);
        let mut why = None;
        for envelope in &self.envelopes {
            let statement = match envelope.verified(&self.key.1) {
                Ok(statement) => statement,
                Err(refused) => {
                    why = Some(format!("{refused} ({})", self.key.0));
                    continue;
                }
            };
            let Some(subject) = statement.subject.iter().find(|subject| subject.name == place) else { continue };
            artifacts::check_digest(artifact, subject.digest.get("sha256").map_or("", String::as_str), digest)?;
            let demand = Demand {
                sha256: Some(digest),
                branch: setting(demanded, "Branch"),
                repository: setting(demanded, "Repository"),
                builder: setting(demanded, "BuildProject"),
                build: Some(&self.build),
                ..Demand::default()
            };
            demand.check(&statement).map_err(|refused| self::refused(format!("The artifact {}: {refused}", artifact.name)))?;
            return Ok(statement);
        }
        let why = why.unwrap_or_else(|| format!("the build {} has no statement about {place}", self.build));
        Err(refused(format!("The provenance of the artifact {} is not verified: {why}", artifact.name)))
    }
}
