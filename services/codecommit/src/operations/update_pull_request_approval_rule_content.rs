use crate::{CodeCommit, examples, request_shapes::ApprovalRuleOutput, requests, rules};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Changes an approval rule of a pull request.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_UpdatePullRequestApprovalRuleContent.html>
pub struct UpdatePullRequestApprovalRuleContent;

/// Which rule, and its content.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    pull_request_id: String,
    approval_rule_name: String,
    existing_rule_content_sha256: Option<String>,
    new_rule_content: String,
}

impl Operation for UpdatePullRequestApprovalRuleContent {
    type Service = CodeCommit;
    const NAME: &'static str = "UpdatePullRequestApprovalRuleContent";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = ApprovalRuleOutput;

    fn demands(input: &Input, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        rules::name(&input.approval_rule_name)?;
        rules::content(&input.new_rule_content)?;
        Ok(requests::demand(facts, "codecommit:UpdatePullRequestApprovalRuleContent", &input.pull_request_id)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<ApprovalRuleOutput, Error> {
        let mut row = requests::load_open(call, &input.pull_request_id)?;
        let place = rules::find(&row, &input.approval_rule_name)?;
        let rule = &mut row.rules[place];
        if rule.template.is_some() {
            return Err(Error::new(
                "CannotModifyApprovalRuleFromTemplateException",
                format!("The rule {} comes of a template and cannot be changed in the pull request", input.approval_rule_name),
            ));
        }
        rules::is_seen(input.existing_rule_content_sha256.as_deref(), &rule.content)?;
        rule.content = input.new_rule_content;
        rule.modified = call.now();
        rule.user = call.caller().name();
        let rule = rule.clone();
        rules::changed(call, &mut row, &rule, rules::What::Updated)?;
        Ok(ApprovalRuleOutput { approval_rule: (&rule).into() })
    }

    fn example() -> Example {
        examples::with_pull_request(
            json!({"pullRequestId": "$4/pullRequest/pullRequestId", "approvalRuleName": "two", "newRuleContent": examples::RULE}),
        )
        .after(
            "codecommit:CreatePullRequestApprovalRule",
            json!({"pullRequestId": "$4/pullRequest/pullRequestId", "approvalRuleName": "two", "approvalRuleContent": examples::RULE}),
        )
    }
}
