use crate::{
    CodeCommit, examples, rules,
    templates::{self, TemplateOutput},
};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Changes the rule of a template. Rules that came of it stay as they are.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_UpdateApprovalRuleTemplateContent.html>
pub struct UpdateApprovalRuleTemplateContent;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    approval_rule_template_name: String,
    new_rule_content: String,
    existing_rule_content_sha256: Option<String>,
}

impl Operation for UpdateApprovalRuleTemplateContent {
    type Service = CodeCommit;
    const NAME: &'static str = "UpdateApprovalRuleTemplateContent";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = TemplateOutput;

    fn demands(input: &Input, _facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        templates::name(&input.approval_rule_template_name)?;
        templates::content(&input.new_rule_content)?;
        Ok(Demand::any("codecommit:UpdateApprovalRuleTemplateContent").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<TemplateOutput, Error> {
        let mut row = templates::load(call, &input.approval_rule_template_name)?;
        rules::is_seen(input.existing_rule_content_sha256.as_deref(), &row.content)?;
        row.content = input.new_rule_content;
        templates::keep(call, &mut row)?;
        templates::tell(call, &row, "approvalRuleTemplateUpdated", None)?;
        Ok(row.into())
    }

    fn example() -> Example {
        examples::with_template(json!({"approvalRuleTemplateName": "two", "newRuleContent": examples::RULE}))
    }
}
