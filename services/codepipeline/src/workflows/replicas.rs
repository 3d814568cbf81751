//! Artifacts in the regions of the actions that read them.
//! Source: <https://docs.aws.amazon.com/codepipeline/latest/userguide/actions-create-cross-region.html>

use super::run::Run;
use crate::{
    CodePipeline, artifacts,
    declaration::{ActionDeclaration, ArtifactStore},
    providers::Stop,
    roles,
    state::Artifact,
};
use base::Region;
use gate::{Actor, Scope};
use s3::{CopyObject, CopyObjectInput, CopySource, PutObjectInput};

/// Where an action is done: in the pipeline's own region, if it names no other.
pub(crate) fn region_of(scope: &Scope<'_, CodePipeline>, action: &ActionDeclaration) -> Region {
    action.region.as_deref().map_or_else(|| scope.region().clone(), Region::new)
}

/// Copies what lies in another region's store to that of `region`, as the pipeline's role; what was copied before stays.
pub(crate) fn bring(run: &mut Run, scope: &mut Scope<'_, CodePipeline>, inputs: &mut [Artifact], region: &Region) -> Result<(), Stop> {
    let Some(store) = run.pipeline.artifact_stores.get(region.as_str()).cloned() else { return Ok(()) };
    let mut role = None;
    for input in inputs.iter_mut().filter(|input| input.bucket != store.location) {
        let there = Artifact { bucket: store.location.clone(), ..input.clone() };
        if !run.row.replicas.contains(&there) {
            let role = match &role {
                Some(role) => role,
                None => role.insert(roles::service_role(scope, run.account, &run.pipeline)?),
            };
            copy(scope, role, input, &there, &store, region).map_err(|stop| said(run, stop, input, region))?;
            run.row.replicas.push(there.clone());
        }
        *input = there;
    }
    Ok(())
}

fn copy(
    scope: &mut Scope<'_, CodePipeline>,
    role: &Actor,
    from: &Artifact,
    to: &Artifact,
    store: &ArtifactStore,
    region: &Region,
) -> Result<(), Stop> {
    let stored = artifacts::stored_at(&to.bucket, &to.key, store.encryption_key.as_ref().map(|key| key.id.as_str()));
    let PutObjectInput { bucket, key, encryption, .. } = stored;
    let input = CopyObjectInput {
        bucket,
        key,
        encryption,
        // The names of pipelines and artifacts have no letter that a URL has not.
        source: CopySource { copy_source: format!("{}/{}", from.bucket, from.key), ..CopySource::default() },
        // The artifact is what is copied, not what others noted of it.
        tagging_directive: Some("REPLACE".into()),
        ..CopyObjectInput::default()
    };
    scope.in_region(region, |scope| scope.invoke::<CopyObject>(role, input))?;
    Ok(())
}

/// The failure, with what was being done.
fn said(run: &Run, stop: Stop, artifact: &Artifact, region: &Region) -> Stop {
    let from = run.pipeline.artifact_stores.iter().find(|(_, store)| store.location == artifact.bucket).map(|(region, _)| region.as_str());
    match stop {
        Stop::Failed(mut failure) => {
            let (from, why) = (from.unwrap_or("another region"), &failure.details.message);
            failure.details.message = format!("Failed replicating artifact '{}' from {from} to {region}: {why}", artifact.name);
            Stop::Failed(failure)
        }
        later => later,
    }
}
