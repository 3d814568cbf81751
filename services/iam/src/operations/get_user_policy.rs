use crate::{
    Iam, entity,
    examples::{POLICY, user},
    state::UserRow,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// An inline policy of a user.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetUserPolicy.html>
pub struct GetUserPolicy;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    user_name: String,
    policy_name: String,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    user_name: String,
    policy_name: String,
    policy_document: String,
}

impl Operation for GetUserPolicy {
    type Service = Iam;
    const NAME: &'static str = "GetUserPolicy";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(entity::demand::<UserRow>(facts, "iam:GetUserPolicy", &input.user_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let policy_document = entity::get_inline::<UserRow>(call, &input.user_name, &input.policy_name)?;
        Ok(Output { user_name: input.user_name, policy_name: input.policy_name, policy_document })
    }

    fn example() -> Example {
        user()
            .after("iam:PutUserPolicy", json!({"UserName": "Example", "PolicyName": "Example", "PolicyDocument": POLICY}))
            .then(json!({"UserName": "Example", "PolicyName": "Example"}))
    }
}
