//! As whom a pipeline acts.

use crate::{
    CodePipeline,
    declaration::{ActionDeclaration, PipelineDeclaration},
    error::structure,
};
use base::{AccountId, Arn};
use gate::{Actor, Error, Scope};

/// The service role's session, or the action's own role's, assumed by it. The session's name is the time in milliseconds.
pub(crate) fn acting(
    scope: &mut Scope<'_, CodePipeline>,
    account: AccountId,
    pipeline: &PipelineDeclaration,
    action: &ActionDeclaration,
) -> Result<Actor, Error> {
    acting_as(scope, account, pipeline, action.role_arn.as_ref())
}

/// The same for a role of a rule.
pub(crate) fn acting_as(
    scope: &mut Scope<'_, CodePipeline>,
    account: AccountId,
    pipeline: &PipelineDeclaration,
    role: Option<&Arn>,
) -> Result<Actor, Error> {
    let session = scope.now().0.to_string();
    let pipeline_role = service_role(scope, account, pipeline)?;
    match role {
        Some(role) => scope.assume(&pipeline_role, role.as_str(), &session),
        None => Ok(pipeline_role),
    }
}

/// The service role's session.
pub(crate) fn service_role(
    scope: &mut Scope<'_, CodePipeline>,
    account: AccountId,
    pipeline: &PipelineDeclaration,
) -> Result<Actor, Error> {
    let session = scope.now().0.to_string();
    let service = scope.as_service(account, None);
    scope.assume(&service, pipeline.role_arn.as_str(), &session)
}

/// AWS's checks when a pipeline is declared: the service can assume the pipeline's role, and that role each action's.
pub(crate) fn check(scope: &mut Scope<'_, CodePipeline>, account: AccountId, pipeline: &PipelineDeclaration) -> Result<(), Error> {
    let session = scope.now().0.to_string();
    let service = scope.as_service(account, None);
    let refused = |e: Error, message: String| if e.status >= 500 { e } else { structure(message) };
    let pipeline_role = scope
        .assume(&service, pipeline.role_arn.as_str(), &session)
        .map_err(|e| refused(e, format!("CodePipeline is not authorized to perform AssumeRole on role {}", pipeline.role_arn)))?;
    let mut roles: Vec<_> = pipeline.actions().filter_map(|(_, a)| a.role_arn.as_ref()).collect();
    roles.sort();
    roles.dedup();
    for role in roles {
        scope
            .assume(&pipeline_role, role.as_str(), &session)
            .map_err(|e| refused(e, format!("{} is not authorized to perform AssumeRole on role {role}", pipeline.role_arn)))?;
    }
    Ok(())
}
