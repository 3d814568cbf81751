use crate::{
    CodePipeline, error, examples, pipelines,
    state::{ACTIONS, APPROVALS, ActionRow, Approval, STAGES},
    structure,
    workflows::{action::hashed, execution_workflow},
};
use base::EpochTime;
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Approves or rejects what waits for a person. Who did it, behind which source identity and when is kept with the action.
/// Source: <https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_PutApprovalResult.html>
pub struct PutApprovalResult;

/// `Approved` or `Rejected`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ApprovalStatus {
    /// It goes on.
    Approved,
    /// It fails.
    Rejected,
}

/// What the person says.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ApprovalResult {
    /// Why.
    pub summary: String,
    /// Whether it goes on.
    pub status: ApprovalStatus,
}

/// Which approval, and the result.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PutApprovalResultInput {
    /// The pipeline.
    pub pipeline_name: String,
    /// The stage.
    pub stage_name: String,
    /// The action.
    pub action_name: String,
    /// What the person says.
    pub result: ApprovalResult,
    /// The approval's token, as GetPipelineState shows it.
    pub token: String,
}

/// When it was said.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PutApprovalResultOutput {
    approved_at: EpochTime,
}

/// AWS's limit.
const MAX_SUMMARY: usize = 512;

impl Operation for PutApprovalResult {
    type Service = CodePipeline;
    const NAME: &'static str = "PutApprovalResult";
    const READ_ONLY: bool = false;
    type Input = PutApprovalResultInput;
    type Output = PutApprovalResultOutput;

    fn demands(input: &PutApprovalResultInput, facts: &mut View<'_, CodePipeline>) -> Result<Demands, Error> {
        structure::check_name("pipelineName", &input.pipeline_name)?;
        structure::check_name("stageName", &input.stage_name)?;
        structure::check_name("actionName", &input.action_name)?;
        let action = format!("{}/{}/{}", input.pipeline_name, input.stage_name, input.action_name);
        Ok(pipelines::demand("codepipeline:PutApprovalResult", facts, &action)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: PutApprovalResultInput) -> Result<PutApprovalResultOutput, Error> {
        if input.result.summary.chars().count() > MAX_SUMMARY {
            return Err(Error::validation(format!(
                "Value at 'result.summary' failed to satisfy constraint: Member must have length less than or equal to {MAX_SUMMARY}"
            )));
        }
        let name = input.pipeline_name.as_str();
        let (account, pipeline) = pipelines::found(call, name)?;
        let declared = pipelines::declaration(call, account, name, pipeline.version)?;
        pipelines::action(&declared, &input.stage_name, &input.action_name)?;
        let pending = call.get(&APPROVALS, &[account.as_str(), name, hashed(&input.token).as_str()])?.map(|p| (p.execution, p.id));
        let (execution, id) = match pending {
            Some(found) => found,
            None => {
                let stage = call.get(&STAGES, &[account.as_str(), name, input.stage_name.as_str()])?.unwrap_or_default();
                stage.actions.get(&input.action_name).cloned().ok_or_else(error::bad_token)?
            }
        };
        let key = [account.as_str(), name, execution.as_str(), id.as_str()];
        let named = |row: &ActionRow| row.stage == input.stage_name && row.action == input.action_name;
        let mut row = call.get(&ACTIONS, &key)?.filter(named).ok_or_else(error::bad_token)?;
        if row.approval.is_some() {
            return Err(error::already_approved());
        }
        let token = row.token.as_deref().ok_or_else(error::bad_token)?;
        if aws_lc_rs::constant_time::verify_slices_are_equal(token.as_bytes(), input.token.as_bytes()).is_err() {
            return Err(error::bad_token());
        }
        let now = call.now();
        row.approval = Some(Approval {
            approved: input.result.status == ApprovalStatus::Approved,
            summary: input.result.summary,
            by: call.caller().name(),
            account: call.account()?,
            source_identity: call.caller().session().and_then(|s| s.source_identity.clone()),
            operator: call.by_operator(),
            time: now,
        });
        call.put(&ACTIONS, &key, &row)?;
        durable::signal(call, &execution_workflow(&execution), json!("approval"))?;
        Ok(PutApprovalResultOutput { approved_at: EpochTime(now) })
    }

    /// The token is a right of its own: the record does not hold it.
    fn recorded(input: &PutApprovalResultInput) -> serde_json::Value {
        json!({
            "pipelineName": input.pipeline_name,
            "stageName": input.stage_name,
            "actionName": input.action_name,
            "result": input.result,
            "token": "***",
        })
    }

    fn example() -> Example {
        examples::with_pipeline(json!({
            "pipelineName": "example",
            "stageName": "Approve",
            "actionName": "Person",
            "result": {"summary": "fine", "status": "Approved"},
            "token": "$7/stageStates/1/actionStates/0/latestExecution/token",
        }))
        .after("codepipeline:GetPipelineState", json!({"name": "example"}))
    }
}
