use super::{example_project, example_with_role};
use crate::{
    CodeBuild,
    error::invalid,
    names::{Owner, build_id, on_projects, project_of},
    state::{BY_DIGEST, PROVENANCE},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use provenance::Envelope;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Gives the signed statements of where artifacts come from: all of a build's, or those about an artifact by its digest. AWS has no
/// such call: name, input and output are ours, and the right is that to see the builds.
/// Source: <https://slsa.dev/spec/v1.0/provenance>
pub struct GetBuildProvenance;

/// Of a build, or of an artifact.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GetBuildProvenanceInput {
    /// The build's id or ARN.
    pub id: Option<String>,
    /// The artifact's SHA-256, in hex.
    pub sha256: Option<String>,
}

/// A signed statement.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BuildProvenance {
    /// The build's id.
    pub build_id: String,
    /// The statement, in the envelope that holds its signature.
    pub envelope: Envelope,
}

/// The statements.
#[derive(Debug, Clone, Serialize)]
pub struct GetBuildProvenanceOutput {
    /// The newest 100 of builds that made the artifact, or all of the build.
    pub statements: Vec<BuildProvenance>,
}

const MOST: usize = 100;

fn digest(input: &GetBuildProvenanceInput) -> Result<Option<String>, Error> {
    match (&input.id, &input.sha256) {
        (Some(_), None) => Ok(None),
        (None, Some(text)) if text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit()) => Ok(Some(text.to_ascii_lowercase())),
        (None, Some(_)) => Err(invalid("sha256 is not the SHA-256 of an artifact in hex: 64 digits")),
        _ => Err(invalid("Name a build by its id or an artifact by its sha256, one of both")),
    }
}

/// The builds that made an artifact, each with the part of its statements that tells of it.
fn builds(found: Vec<(Vec<String>, u32)>) -> Vec<(String, u32)> {
    found.into_iter().filter_map(|(mut key, part)| Some((key.pop()?, part))).take(MOST).collect()
}

impl Operation for GetBuildProvenance {
    type Service = CodeBuild;
    const NAME: &'static str = "GetBuildProvenance";
    const READ_ONLY: bool = true;
    type Input = GetBuildProvenanceInput;
    type Output = GetBuildProvenanceOutput;

    fn demands(input: &GetBuildProvenanceInput, view: &mut View<'_, CodeBuild>) -> Result<Demands, Error> {
        let named = match (digest(input)?, &input.id) {
            (Some(sha256), _) => {
                let (account, region) = (view.account()?, view.region().clone());
                builds(view.scan(&BY_DIGEST, &[account.as_str(), region.as_str(), &sha256])?).into_iter().map(|(id, _)| id).collect()
            }
            (None, id) => vec![build_id(id.as_deref().unwrap_or_default())?.to_owned()],
        };
        // What nobody built here is told to those alone who may see all builds.
        let projects = if named.is_empty() { vec!["*"] } else { named.iter().map(|id| project_of(id)).collect() };
        on_projects("codebuild:BatchGetBuilds", view, projects)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: GetBuildProvenanceInput) -> Result<GetBuildProvenanceOutput, Error> {
        let owner = Owner::of(call)?;
        let mut statements = Vec::new();
        if let Some(sha256) = digest(&input)? {
            for (build_id, part) in builds(call.scan(&BY_DIGEST, &owner.row(&sha256))?) {
                let envelope = call.get(&PROVENANCE, &owner.row_of(&build_id, &format!("{part:010}")))?;
                statements.extend(envelope.map(|envelope| BuildProvenance { build_id, envelope }));
            }
        } else {
            let id = build_id(input.id.as_deref().unwrap_or_default())?;
            let parts: Vec<(Vec<String>, Envelope)> = call.scan(&PROVENANCE, &owner.row(id))?;
            statements.extend(parts.into_iter().map(|(_, envelope)| BuildProvenance { build_id: id.into(), envelope }));
        }
        Ok(GetBuildProvenanceOutput { statements })
    }

    fn example() -> Example {
        example_with_role(json!({"id": "$2/build/id"}))
            .after("codebuild:CreateProject", example_project())
            .after("codebuild:StartBuild", json!({"projectName": "example"}))
    }
}
