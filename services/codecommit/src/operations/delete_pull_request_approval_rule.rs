use crate::{CodeCommit, examples, requests, rules};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Removes an approval rule from a pull request.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_DeletePullRequestApprovalRule.html>
pub struct DeletePullRequestApprovalRule;

/// Which rule.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    pull_request_id: String,
    approval_rule_name: String,
}

/// What is gone.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    approval_rule_id: String,
}

impl Operation for DeletePullRequestApprovalRule {
    type Service = CodeCommit;
    const NAME: &'static str = "DeletePullRequestApprovalRule";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        rules::name(&input.approval_rule_name)?;
        Ok(requests::demand(facts, "codecommit:DeletePullRequestApprovalRule", &input.pull_request_id)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let mut row = requests::load_open(call, &input.pull_request_id)?;
        let place = rules::find(&row, &input.approval_rule_name)?;
        if row.rules[place].template.is_some() {
            return Err(Error::new(
                "CannotDeleteApprovalRuleFromTemplateException",
                format!("The rule {} comes of a template and cannot be deleted from the pull request", input.approval_rule_name),
            ));
        }
        let rule = row.rules.remove(place);
        rules::changed(call, &mut row, &rule, rules::What::Deleted)?;
        Ok(Output { approval_rule_id: rule.id })
    }

    fn example() -> Example {
        examples::with_pull_request(json!({"pullRequestId": "$4/pullRequest/pullRequestId", "approvalRuleName": "two"})).after(
            "codecommit:CreatePullRequestApprovalRule",
            json!({"pullRequestId": "$4/pullRequest/pullRequestId", "approvalRuleName": "two", "approvalRuleContent": examples::RULE}),
        )
    }
}
