use crate::{
    CodeCommit, examples,
    templates::{self, TEMPLATES, TEMPLATES_OF, TemplateOutput},
};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Gives a template another name.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_UpdateApprovalRuleTemplateName.html>
pub struct UpdateApprovalRuleTemplateName;

/// Which one, and its name.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    old_approval_rule_template_name: String,
    new_approval_rule_template_name: String,
}

impl Operation for UpdateApprovalRuleTemplateName {
    type Service = CodeCommit;
    const NAME: &'static str = "UpdateApprovalRuleTemplateName";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = TemplateOutput;

    fn demands(input: &Input, _facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        templates::name(&input.old_approval_rule_template_name)?;
        templates::name(&input.new_approval_rule_template_name)?;
        Ok(Demand::any("codecommit:UpdateApprovalRuleTemplateName").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<TemplateOutput, Error> {
        let mut row = templates::load(call, &input.old_approval_rule_template_name)?;
        templates::is_new(call, &input.new_approval_rule_template_name)?;
        call.delete(&TEMPLATES, &[row.account.as_str(), row.name.as_str()]);
        let old = std::mem::replace(&mut row.name, input.new_approval_rule_template_name);
        for repository in templates::repositories(call, &row)? {
            call.delete(&TEMPLATES_OF, &[repository.as_str(), old.as_str()]);
            call.put(&TEMPLATES_OF, &[repository.as_str(), row.name.as_str()], &())?;
        }
        templates::keep(call, &mut row)?;
        templates::tell(call, &row, "approvalRuleTemplateUpdated", None)?;
        Ok(row.into())
    }

    fn example() -> Example {
        examples::with_template(json!({"oldApprovalRuleTemplateName": "two", "newApprovalRuleTemplateName": "both"}))
    }
}
