use crate::{
    Iam,
    error::no_such_entity,
    examples::alias,
    names::clipped,
    shapes::Nothing,
    state::{ALIASED, ALIASES},
};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Takes the account's alias away.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteAccountAlias.html>
pub struct DeleteAccountAlias;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    account_alias: String,
}

impl Operation for DeleteAccountAlias {
    type Service = Iam;
    const NAME: &'static str = "DeleteAccountAlias";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(_input: &Input, _facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(Demand::any("iam:DeleteAccountAlias").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        let account = call.account()?;
        if call.get(&ALIASES, account.as_str())?.as_ref() != Some(&input.account_alias) {
            let alias = clipped(&input.account_alias);
            return Err(no_such_entity(format!("The account alias with name {alias} cannot be found.")));
        }
        call.delete(&ALIASED, &input.account_alias);
        call.delete(&ALIASES, account.as_str());
        Ok(Nothing)
    }

    fn example() -> Example {
        alias().then(json!({"AccountAlias": "example"}))
    }
}
