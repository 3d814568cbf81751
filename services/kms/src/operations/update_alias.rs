use crate::{Kms, aliases, examples::with_alias, keys, shapes::Nothing};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Points an alias at another key.
/// Source: <https://docs.aws.amazon.com/kms/latest/APIReference/API_UpdateAlias.html>
pub struct UpdateAlias;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    alias_name: String,
    target_key_id: String,
}

impl Operation for UpdateAlias {
    type Service = Kms;
    const NAME: &'static str = "UpdateAlias";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(input: &Input, facts: &mut View<'_, Kms>) -> Result<Demands, Error> {
        let alias = aliases::demand(facts, "kms:UpdateAlias", &input.alias_name)?;
        let old = keys::demand_behind(facts, "kms:UpdateAlias", &input.alias_name)?;
        Ok(Demands::from(alias).and(old).and(aliases::target(facts, "kms:UpdateAlias", &input.target_key_id)?))
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        let mut alias = aliases::load(call, &input.alias_name)?;
        let mut key = keys::load_living(call, &input.target_key_id)?;
        aliases::check_alike(call, &alias, &key)?;
        aliases::unpoint(call, &alias)?;
        aliases::point(call, &mut alias, &mut key)?;
        Ok(Nothing {})
    }

    fn example() -> Example {
        with_alias(json!({"AliasName": "alias/example", "TargetKeyId": "$0/KeyMetadata/KeyId"}))
    }
}
