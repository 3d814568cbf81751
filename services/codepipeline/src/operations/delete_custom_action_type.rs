use crate::{CodePipeline, custom, examples};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Marks a custom action type as deleted. Deleting what is not there succeeds, as on AWS.
/// Source: <https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_DeleteCustomActionType.html>
pub struct DeleteCustomActionType;

/// Which type.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeleteCustomActionTypeInput {
    /// Its category.
    pub category: String,
    /// Its name.
    pub provider: String,
    /// Its version.
    pub version: String,
}

impl Operation for DeleteCustomActionType {
    type Service = CodePipeline;
    const NAME: &'static str = "DeleteCustomActionType";
    const READ_ONLY: bool = false;
    type Input = DeleteCustomActionTypeInput;
    type Output = Value;

    fn demands(input: &DeleteCustomActionTypeInput, facts: &mut View<'_, CodePipeline>) -> Result<Demands, Error> {
        custom::check_id(&input.category, &input.provider, &input.version)?;
        let arn = custom::arn(facts, &input.category, &input.provider, &input.version)?;
        Ok(Demand::new("codepipeline:DeleteCustomActionType", arn).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: DeleteCustomActionTypeInput) -> Result<Value, Error> {
        let account = call.account()?;
        let key = [account.as_str(), &input.category, &input.provider, &input.version];
        if let Some(mut row) = call.get(&custom::CUSTOM_TYPES, &key)? {
            row.deleted = true;
            call.put(&custom::CUSTOM_TYPES, &key, &row)?;
        }
        Ok(json!({}))
    }

    fn example() -> Example {
        Example::of(json!({"category": "Build", "provider": "Workshop", "version": "1"}))
            .after("codepipeline:CreateCustomActionType", examples::custom_type())
    }
}
