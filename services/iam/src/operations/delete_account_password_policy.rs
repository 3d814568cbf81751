use crate::{Iam, error::no_such_entity, examples::password_policy, passwords, shapes::Nothing, state::PASSWORD_RULES};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Asks of passwords no more than AWS does by itself.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteAccountPasswordPolicy.html>
pub struct DeleteAccountPasswordPolicy;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {}

impl Operation for DeleteAccountPasswordPolicy {
    type Service = Iam;
    const NAME: &'static str = "DeleteAccountPasswordPolicy";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(_input: &Input, _facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(Demand::any("iam:DeleteAccountPasswordPolicy").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, _input: Input) -> Result<Nothing, Error> {
        let account = call.account()?;
        if passwords::rules(call)?.is_none() {
            return Err(no_such_entity("The account policy with name PasswordPolicy cannot be found."));
        }
        call.delete(&PASSWORD_RULES, account.as_str());
        Ok(Nothing)
    }

    fn example() -> Example {
        password_policy().then(json!({}))
    }
}
