//! Tells where a build's artifacts come from, signed by the service itself with the account's key `alias/aws/codebuild`.

use super::book::{Book, Ending};
use crate::state::{BY_DIGEST, BuildRow, PROVENANCE};
use base::{Blob, Secret, Timestamp};
use gate::Error;
use provenance::{
    BUILD_TYPE, BuildDefinition, Builder, Dependency, Envelope, ExternalParameters, Metadata, Pipeline, Predicate, RunDetails, Statement,
    Subject, digest_to_sign,
};

/// The key that is made when the first build of an account puts something away.
const KEY: &str = "alias/aws/codebuild";
/// Artifacts of one statement: what lies in a folder may be many.
const MOST: usize = 1000;

pub(super) struct Telling<'a> {
    pub(super) book: &'a Book<'a>,
    pub(super) row: &'a BuildRow,
    pub(super) taken: &'a [Dependency],
    pub(super) begun: Timestamp,
    /// How well the build was isolated.
    pub(super) isolation: &'a str,
}

impl Telling<'_> {
    /// Signs for all artifacts. Those of an attempt that a crash cut off are told of no more.
    pub(super) fn sign(&self, subjects: &[Subject]) -> Result<(), Ending> {
        if subjects.is_empty() {
            return Ok(());
        }
        self.signed(subjects).map_err(|e| Ending::fault(format!("the provenance of the artifacts could not be signed: {e}")))
    }

    fn signed(&self, subjects: &[Subject]) -> Result<(), Error> {
        let (owner, id) = (&self.book.owner, self.book.id.as_str());
        let payloads: Vec<Vec<u8>> = subjects
            .chunks(MOST)
            .map(|some| serde_json::to_vec(&Statement::new(some.to_vec(), self.predicate())).map_err(Error::internal))
            .collect::<Result<_, _>>()?;
        self.book.step(|scope| {
            let [account, region, id] = owner.row(id);
            let old: Vec<(Vec<String>, Envelope)> = scope.scan(&PROVENANCE, &[account, region, id])?;
            for part in old.iter().filter_map(|(key, _)| key.last()) {
                scope.delete(&PROVENANCE, &[account, region, id, part]);
            }
            let service = scope.as_service(owner.account, Some(&owner.project_arn(&self.row.project)));
            for (part, payload) in payloads.iter().enumerate() {
                let input = kms::SignInput {
                    key_id: KEY.into(),
                    message: Secret::new(Blob(digest_to_sign(payload))),
                    message_type: Some("DIGEST".into()),
                    signing_algorithm: "ECDSA_SHA_256".into(),
                    grant_tokens: Vec::new(),
                    dry_run: false,
                };
                let signed = scope.invoke::<kms::Sign>(&service, input)?;
                let envelope = Envelope::of(payload, signed.key_id.as_str(), &signed.signature.0);
                scope.put(&PROVENANCE, &[account, region, id, &format!("{part:010}")], &envelope)?;
            }
            for (at, subject) in subjects.iter().enumerate() {
                let part = u32::try_from(at / MOST).unwrap_or(u32::MAX);
                if let Some(sha256) = subject.digest.get("sha256") {
                    scope.put(&BY_DIGEST, &[account, region, sha256, id], &part)?;
                }
            }
            Ok(())
        })
    }

    fn predicate(&self) -> Predicate {
        let (owner, row) = (&self.book.owner, self.row);
        let project = owner.project_arn(&row.project).to_string();
        let source = &row.source;
        let plain = row.environment.environment_variables.iter().filter(|variable| variable.kind == "PLAINTEXT");
        let pipeline = row.pipeline.clone().map(|name| Pipeline { name, execution_id: row.pipeline_execution.clone() });
        let external_parameters = ExternalParameters {
            project: project.clone(),
            initiator: row.initiator.clone(),
            source_type: source.kind.clone(),
            source_location: source.location.clone(),
            source_version: row.source_version.clone(),
            environment_variables: plain.map(|variable| variable.name.clone()).collect(),
            pipeline,
        };
        let version = [("sekisho", env!("CARGO_PKG_VERSION")), ("isolation", self.isolation)]
            .map(|(what, is)| (what.to_owned(), is.to_owned()))
            .into();
        Predicate {
            build_definition: BuildDefinition {
                build_type: BUILD_TYPE.into(),
                external_parameters,
                resolved_dependencies: self.taken.to_vec(),
            },
            run_details: RunDetails {
                builder: Builder { id: project, version },
                metadata: Metadata {
                    invocation_id: self.book.arn().to_string(),
                    started_on: self.begun.iso(),
                    finished_on: self.book.now().iso(),
                },
            },
        }
    }
}
