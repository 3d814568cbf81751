//! Ways into stages: what opening and closing them share.

use crate::{
    CodePipeline, error, pipelines,
    state::{Mode, STAGES, StageRow},
    structure,
};
use base::AccountId;
use gate::{Authorized, Demands, Error, Operation, View};

/// What a change of the way in demands: the right to change that stage.
pub(crate) fn demands(
    action: &'static str,
    facts: &View<'_, CodePipeline>,
    pipeline: &str,
    stage: &str,
    kind: &str,
) -> Result<Demands, Error> {
    structure::check_name("pipelineName", pipeline)?;
    structure::check_name("stageName", stage)?;
    match kind {
        "Inbound" => Ok(pipelines::demand(action, facts, &format!("{pipeline}/{stage}"))?.into()),
        "Outbound" => Err(Error::not_implemented("The transition type Outbound")),
        other => Err(Error::validation(format!(
            "Value '{other}' at 'transitionType' failed to satisfy constraint: Member must satisfy enum value set: [Inbound, Outbound]"
        ))),
    }
}

/// The stage, with its change noted.
pub(crate) fn stage<Op: Operation<Service = CodePipeline>>(
    call: &mut Authorized<'_, Op>,
    pipeline: &str,
    stage: &str,
) -> Result<(AccountId, StageRow), Error> {
    let (account, row) = pipelines::found(call, pipeline)?;
    let declared = pipelines::declaration(call, account, pipeline, row.version)?;
    if !declared.stages.iter().any(|s| s.name == stage) {
        return Err(error::no_stage(pipeline, stage));
    }
    if declared.mode() == Mode::Parallel {
        return Err(Error::validation(format!(
            "Stage transitions are not available for the pipeline '{pipeline}': its execution mode is PARALLEL"
        )));
    }
    let mut found = call.get(&STAGES, &[account.as_str(), pipeline, stage])?.unwrap_or_default();
    found.transition = Some((call.caller().name(), call.now()));
    Ok((account, found))
}
