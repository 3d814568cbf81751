use crate::{Iam, error::no_such_entity, examples::password_policy, passwords, shapes::PasswordPolicy};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// What the account asks of passwords.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountPasswordPolicy.html>
pub struct GetAccountPasswordPolicy;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    password_policy: PasswordPolicy,
}

impl Operation for GetAccountPasswordPolicy {
    type Service = Iam;
    const NAME: &'static str = "GetAccountPasswordPolicy";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(_input: &Input, _facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(Demand::any("iam:GetAccountPasswordPolicy").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, _input: Input) -> Result<Output, Error> {
        let account = call.account()?;
        let missing = || no_such_entity(format!("The Password Policy with domain name {account} cannot be found."));
        Ok(Output { password_policy: PasswordPolicy::of(&passwords::rules(call)?.ok_or_else(missing)?) })
    }

    fn example() -> Example {
        password_policy().then(json!({}))
    }
}
