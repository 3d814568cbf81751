use crate::{
    CodeCommit, examples,
    request_shapes::ApprovalRuleOutput,
    requests::{self, MAX_RULES, Rule},
    rules,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Adds an approval rule to a pull request.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_CreatePullRequestApprovalRule.html>
pub struct CreatePullRequestApprovalRule;

/// The rule.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    pull_request_id: String,
    approval_rule_name: String,
    approval_rule_content: String,
}

impl Operation for CreatePullRequestApprovalRule {
    type Service = CodeCommit;
    const NAME: &'static str = "CreatePullRequestApprovalRule";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = ApprovalRuleOutput;

    fn demands(input: &Input, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        rules::name(&input.approval_rule_name)?;
        rules::content(&input.approval_rule_content)?;
        Ok(requests::demand(facts, "codecommit:CreatePullRequestApprovalRule", &input.pull_request_id)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<ApprovalRuleOutput, Error> {
        let mut row = requests::load_open(call, &input.pull_request_id)?;
        if row.rules.iter().any(|rule| rule.name == input.approval_rule_name) {
            return Err(Error::new(
                "ApprovalRuleNameAlreadyExistsException",
                format!("The pull request has a rule {} already", input.approval_rule_name),
            ));
        }
        if row.rules.len() >= MAX_RULES {
            return Err(Error::new("NumberOfRulesExceededException", format!("The pull request has {MAX_RULES} approval rules already")));
        }
        let (id, now, user) = (base::uuid(call.entropy()), call.now(), call.caller().name());
        let (name, content) = (input.approval_rule_name, input.approval_rule_content);
        let rule = Rule { id, name, content, created: now, modified: now, user, template: None };
        row.rules.push(rule.clone());
        rules::changed(call, &mut row, &rule, rules::What::Created)?;
        Ok(ApprovalRuleOutput { approval_rule: (&rule).into() })
    }

    fn example() -> Example {
        examples::with_pull_request(
            json!({"pullRequestId": "$4/pullRequest/pullRequestId", "approvalRuleName": "two", "approvalRuleContent": examples::RULE}),
        )
    }
}
