use crate::{Secretsmanager, password::Rules};
use base::Secret;
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::Serialize;
use serde_json::json;

/// A random password.
/// Source: <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetRandomPassword.html>
pub struct GetRandomPassword;

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    /// The password.
    pub random_password: Secret<String>,
}

impl Operation for GetRandomPassword {
    type Service = Secretsmanager;
    const NAME: &'static str = "GetRandomPassword";
    const READ_ONLY: bool = true;
    type Input = Rules;
    type Output = Output;

    fn demands(_input: &Rules, _facts: &mut View<'_, Secretsmanager>) -> Result<Demands, Error> {
        Ok(Demand::any("secretsmanager:GetRandomPassword").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Rules) -> Result<Output, Error> {
        Ok(Output { random_password: input.password(call.entropy())? })
    }

    fn example() -> Example {
        Example::of(json!({"PasswordLength": 40}))
    }
}
