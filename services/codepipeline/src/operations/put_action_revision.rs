use crate::{
    CodePipeline, examples, pipelines,
    state::{REVISIONS, SourceOverride, Trigger},
    structure,
    workflows::run,
};
use base::EpochTime;
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Tells a pipeline of a source's new revision, and starts it with that. A revision that the source was told of before starts nothing.
/// Source: <https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_PutActionRevision.html>
pub struct PutActionRevision;

/// A revision of a source.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ActionRevision {
    /// A commit, or an object's version.
    pub revision_id: String,
    /// What changed it, in the words of who tells it.
    pub revision_change_id: String,
    /// When it was made.
    pub created: EpochTime,
}

/// Of which source.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PutActionRevisionInput {
    /// The pipeline.
    pub pipeline_name: String,
    /// Its first stage.
    pub stage_name: String,
    /// The source.
    pub action_name: String,
    /// The revision.
    pub action_revision: ActionRevision,
}

/// What became of it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PutActionRevisionOutput {
    /// Whether it is new to the pipeline.
    pub new_revision: bool,
    /// The execution that it started, now or before.
    pub pipeline_execution_id: String,
}

/// AWS's limits.
const MAX_REVISION: usize = 1500;
const MAX_CHANGE: usize = 100;

fn check_length(member: &str, text: &str, most: usize) -> Result<(), Error> {
    if (1..=most).contains(&text.chars().count()) {
        return Ok(());
    }
    Err(Error::validation(format!(
        "Value at 'actionRevision.{member}' failed to satisfy constraint: Member must have length between 1 and {most}"
    )))
}

impl Operation for PutActionRevision {
    type Service = CodePipeline;
    const NAME: &'static str = "PutActionRevision";
    const READ_ONLY: bool = false;
    type Input = PutActionRevisionInput;
    type Output = PutActionRevisionOutput;

    fn demands(input: &PutActionRevisionInput, view: &mut View<'_, CodePipeline>) -> Result<Demands, Error> {
        structure::check_name("pipelineName", &input.pipeline_name)?;
        structure::check_name("stageName", &input.stage_name)?;
        structure::check_name("actionName", &input.action_name)?;
        let action = format!("{}/{}/{}", input.pipeline_name, input.stage_name, input.action_name);
        Ok(pipelines::demand("codepipeline:PutActionRevision", view, &action)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: PutActionRevisionInput) -> Result<PutActionRevisionOutput, Error> {
        let PutActionRevisionInput { pipeline_name: name, stage_name, action_name, action_revision: revision } = input;
        check_length("revisionId", &revision.revision_id, MAX_REVISION)?;
        check_length("revisionChangeId", &revision.revision_change_id, MAX_CHANGE)?;
        let (account, row) = pipelines::found(call, &name)?;
        let declared = pipelines::declaration(call, account, &name, row.version)?;
        let action = pipelines::action(&declared, &stage_name, &action_name)?;
        let Some(revision_type) = pipelines::revision_types(&action.action_type_id.provider).first() else {
            return Err(Error::validation(format!("The action '{action_name}' of the pipeline '{name}' is no source with revisions")));
        };
        let key = [account.as_str(), name.as_str(), action_name.as_str(), revision.revision_id.as_str()];
        if let Some(pipeline_execution_id) = call.get(&REVISIONS, &key)? {
            return Ok(PutActionRevisionOutput { new_revision: false, pipeline_execution_id });
        }
        let asked = SourceOverride {
            action_name: action_name.clone(),
            revision_type: (*revision_type).into(),
            revision_value: revision.revision_id.clone(),
        };
        let trigger = Trigger { trigger_type: "PutActionRevision".into(), trigger_detail: Some(call.caller().name()) };
        let variables = pipelines::variables(&declared, Vec::new())?;
        let start = run::Start { trigger, variables, overrides: vec![asked] };
        let pipeline_execution_id = run::start(call, account, &declared, &row, start)?;
        call.put(&REVISIONS, &key, &pipeline_execution_id)?;
        Ok(PutActionRevisionOutput { new_revision: true, pipeline_execution_id })
    }

    fn example() -> Example {
        examples::with_pipeline(json!({
            "pipelineName": "example",
            "stageName": "Source",
            "actionName": "Bundle",
            "actionRevision": {"revisionId": "one", "revisionChangeId": "one", "created": 1_700_000_000},
        }))
    }
}
