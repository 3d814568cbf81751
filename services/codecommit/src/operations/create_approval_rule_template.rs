use crate::{
    CodeCommit, examples,
    templates::{self, TemplateOutput},
};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Makes a template of approval rules.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_CreateApprovalRuleTemplate.html>
pub struct CreateApprovalRuleTemplate;

/// The template.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    approval_rule_template_name: String,
    approval_rule_template_content: String,
    approval_rule_template_description: Option<String>,
}

impl Operation for CreateApprovalRuleTemplate {
    type Service = CodeCommit;
    const NAME: &'static str = "CreateApprovalRuleTemplate";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = TemplateOutput;

    fn demands(input: &Input, _facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        templates::name(&input.approval_rule_template_name)?;
        templates::content(&input.approval_rule_template_content)?;
        templates::description(input.approval_rule_template_description.as_deref())?;
        Ok(Demand::any("codecommit:CreateApprovalRuleTemplate").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<TemplateOutput, Error> {
        templates::is_new(call, &input.approval_rule_template_name)?;
        templates::has_room(call)?;
        let mut row = templates::Row {
            id: base::uuid(call.entropy()),
            account: call.account()?,
            name: input.approval_rule_template_name,
            description: input.approval_rule_template_description,
            content: input.approval_rule_template_content,
            created: call.now(),
            modified: call.now(),
            user: String::new(),
        };
        templates::keep(call, &mut row)?;
        templates::tell(call, &row, "approvalRuleTemplateCreated", None)?;
        Ok(row.into())
    }

    fn example() -> Example {
        Example::of(json!({"approvalRuleTemplateName": "two", "approvalRuleTemplateContent": examples::RULE}))
    }
}
