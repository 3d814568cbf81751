use crate::{Kms, aliases, examples::with_alias, keys, shapes::Nothing, state::ALIASES};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Removes an alias; its key stays.
/// Source: <https://docs.aws.amazon.com/kms/latest/APIReference/API_DeleteAlias.html>
pub struct DeleteAlias;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    alias_name: String,
}

impl Operation for DeleteAlias {
    type Service = Kms;
    const NAME: &'static str = "DeleteAlias";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(input: &Input, facts: &mut View<'_, Kms>) -> Result<Demands, Error> {
        let alias = aliases::demand(facts, "kms:DeleteAlias", &input.alias_name)?;
        Ok(Demands::from(alias).and(keys::demand_behind(facts, "kms:DeleteAlias", &input.alias_name)?))
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        let alias = aliases::load(call, &input.alias_name)?;
        aliases::unpoint(call, &alias)?;
        let account = call.account()?;
        call.delete(&ALIASES, &[account.as_str(), &alias.name]);
        Ok(Nothing {})
    }

    fn example() -> Example {
        with_alias(json!({"AliasName": "alias/example"}))
    }
}
