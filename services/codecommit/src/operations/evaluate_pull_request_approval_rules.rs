use crate::{
    CodeCommit, examples,
    requests::{self, Evaluation},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Tells whether a revision's approval rules are satisfied.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_EvaluatePullRequestApprovalRules.html>
pub struct EvaluatePullRequestApprovalRules;

/// Which revision.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    pull_request_id: String,
    revision_id: String,
}

/// What the rules say.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Evaluated {
    approved: bool,
    overridden: bool,
    approval_rules_satisfied: Vec<String>,
    approval_rules_not_satisfied: Vec<String>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    evaluation: Evaluated,
}

impl Operation for EvaluatePullRequestApprovalRules {
    type Service = CodeCommit;
    const NAME: &'static str = "EvaluatePullRequestApprovalRules";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        requests::is_revision(&input.revision_id)?;
        Ok(requests::demand(facts, "codecommit:EvaluatePullRequestApprovalRules", &input.pull_request_id)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let row = requests::load(call, &input.pull_request_id)?;
        requests::current(&row, &input.revision_id)?;
        let found = Evaluation::of(&row, &input.revision_id);
        let approved = found.approved();
        let Evaluation { overridden, satisfied, unsatisfied } = found;
        let evaluation = Evaluated { approved, overridden, approval_rules_satisfied: satisfied, approval_rules_not_satisfied: unsatisfied };
        Ok(Output { evaluation })
    }

    fn example() -> Example {
        examples::with_pull_request(json!({"pullRequestId": "$4/pullRequest/pullRequestId", "revisionId": "$4/pullRequest/revisionId"}))
    }
}
