use crate::{
    Kms, aliases,
    examples::with_key,
    keys::{self, Rows},
    shapes::Nothing,
    state::ALIASES,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A name for a key.
/// Source: <https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html>
pub struct CreateAlias;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    alias_name: String,
    target_key_id: String,
}

impl Operation for CreateAlias {
    type Service = Kms;
    const NAME: &'static str = "CreateAlias";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(input: &Input, facts: &mut View<'_, Kms>) -> Result<Demands, Error> {
        let alias = aliases::demand(facts, "kms:CreateAlias", &input.alias_name)?;
        Ok(Demands::from(alias).and(aliases::target(facts, "kms:CreateAlias", &input.target_key_id)?))
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        let account = call.account()?;
        let mut key = keys::load_living(call, &input.target_key_id)?;
        if let Some(old) = call.get(&ALIASES, &[account.as_str(), &input.alias_name])?
            && call.key_row(&old.target)?.is_some()
        {
            return Err(Error::new("AlreadyExistsException", format!("An alias with the name {} already exists", old.arn)));
        }
        let mut alias = aliases::new(call, input.alias_name)?;
        aliases::point(call, &mut alias, &mut key)?;
        Ok(Nothing {})
    }

    fn example() -> Example {
        with_key(json!({"AliasName": "alias/example", "TargetKeyId": "$0/KeyMetadata/KeyId"}))
    }
}
