use crate::{
    Kms,
    error::{dry_run, no_grant},
    examples::with_grant,
    grants, keys,
    shapes::Nothing,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Takes a grant away: for those who manage the key.
/// Source: <https://docs.aws.amazon.com/kms/latest/APIReference/API_RevokeGrant.html>
pub struct RevokeGrant;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    key_id: String,
    grant_id: String,
    #[serde(default)]
    dry_run: bool,
}

impl Operation for RevokeGrant {
    type Service = Kms;
    const NAME: &'static str = "RevokeGrant";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(input: &Input, facts: &mut View<'_, Kms>) -> Result<Demands, Error> {
        let demand = keys::demand(facts, "kms:RevokeGrant", &input.key_id)?;
        Ok(demand.with("kms:GrantIsForAWSResource", keys::for_aws_resource(facts)).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        let mut key = keys::load(call, &input.key_id)?;
        if input.dry_run && key.grants.contains_key(&input.grant_id) {
            return Err(dry_run());
        }
        if grants::remove(call, &mut key, &input.grant_id)? { Ok(Nothing {}) } else { Err(no_grant(&input.grant_id)) }
    }

    fn example() -> Example {
        with_grant(json!({"KeyId": "$0/KeyMetadata/KeyId", "GrantId": "$1/GrantId"}))
    }
}
