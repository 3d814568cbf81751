//! A source that hands a reference to its commit to builds, which clone the repository themselves, as their own role.
//! Source: <https://docs.aws.amazon.com/codepipeline/latest/userguide/tutorials-codecommit-gitclone.html>

use super::{Job, Stop};
use crate::{artifacts, declaration::ActionDeclaration, error};
use gate::Error;
use serde_json::{Value, json};

const CLONE_REF: &str = "CODEBUILD_CLONE_REF";

/// Whether an action's output is such a reference.
pub(super) fn wanted(job: &Job<'_, '_>) -> bool {
    job.setting("OutputArtifactFormat") == Some(CLONE_REF)
}

pub(super) fn check(action: &ActionDeclaration) -> Result<(), Error> {
    match action.setting("OutputArtifactFormat") {
        None | Some("CODE_ZIP" | CLONE_REF) => Ok(()),
        Some(other) => Err(error::action(format!(
            "OutputArtifactFormat '{other}' of action '{}' is neither CODE_ZIP nor CODEBUILD_CLONE_REF",
            action.name
        ))),
    }
}

/// Writes a reference as the action's output.
pub(super) fn write(job: &mut Job<'_, '_>, reference: &Value) -> Result<(), Stop> {
    let output = job.output()?;
    let text = json!({"CodeBuildCloneRef": reference}).to_string();
    artifacts::write(job.scope, job.actor, job.store, &output, &mut text.as_bytes())?;
    Ok(())
}
