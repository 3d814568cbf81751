use crate::{
    Iam,
    error::{already_exists, invalid},
    names::clipped,
    shapes::Nothing,
    state::{ALIASED, ALIASES},
};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Gives the account an alias in place of the one it has. No two accounts have the same.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccountAlias.html>
pub struct CreateAccountAlias;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    account_alias: String,
}

fn check(alias: &str) -> Result<(), Error> {
    let letters = alias.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    let account_id = alias.len() == 12 && alias.bytes().all(|b| b.is_ascii_digit());
    if (3..=63).contains(&alias.len())
        && letters
        && !alias.starts_with('-')
        && !alias.ends_with('-')
        && !alias.contains("--")
        && !account_id
    {
        return Ok(());
    }
    let constraint = "Member must satisfy regular expression pattern: ^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$";
    Err(invalid("accountAlias", clipped(alias), constraint))
}

impl Operation for CreateAccountAlias {
    type Service = Iam;
    const NAME: &'static str = "CreateAccountAlias";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(_input: &Input, _facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(Demand::any("iam:CreateAccountAlias").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        check(&input.account_alias)?;
        let account = call.account()?;
        if call.get(&ALIASED, &input.account_alias)?.is_some_and(|owner| owner != account) {
            return Err(already_exists(format!("The account alias {} already exists.", input.account_alias)));
        }
        if let Some(old) = call.get(&ALIASES, account.as_str())? {
            call.delete(&ALIASED, &old);
        }
        call.put(&ALIASED, &input.account_alias, &account)?;
        call.put(&ALIASES, account.as_str(), &input.account_alias)?;
        Ok(Nothing)
    }

    fn example() -> Example {
        Example::of(json!({"AccountAlias": "example"}))
    }
}
