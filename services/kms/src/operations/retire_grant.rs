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

/// Gives a grant back: for those whom the grant names.
/// Source: <https://docs.aws.amazon.com/kms/latest/APIReference/API_RetireGrant.html>
pub struct RetireGrant;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RetireGrantInput {
    /// The key, with the grant's id.
    pub key_id: Option<String>,
    /// The grant's id.
    pub grant_id: Option<String>,
    /// Its token, instead of both.
    pub grant_token: Option<String>,
    /// Decides, and does nothing.
    #[serde(default)]
    pub dry_run: bool,
}

/// The key and the grant's id, by token or by ids.
fn target(input: &RetireGrantInput) -> Result<(String, String), Error> {
    match (&input.grant_token, &input.key_id, &input.grant_id) {
        (Some(token), None, None) => grants::read_token(token),
        (None, Some(key), Some(grant)) => Ok((key.clone(), grant.clone())),
        _ => Err(Error::validation("Give either GrantToken, or KeyId and GrantId")),
    }
}

impl Operation for RetireGrant {
    type Service = Kms;
    const NAME: &'static str = "RetireGrant";
    const READ_ONLY: bool = false;
    type Input = RetireGrantInput;
    type Output = Nothing;

    fn demands(input: &RetireGrantInput, facts: &mut View<'_, Kms>) -> Result<Demands, Error> {
        let (key, grant) = target(input)?;
        let named = keys::named_to_manage(facts, &key)?;
        let demand = keys::demand_on(facts, "kms:RetireGrant", &named)?;
        let Some(key) = &named.key else { return Ok(demand.into()) };
        // A right to retire that comes from a grant is a right to retire that grant.
        let demand = demand.by_grants(grants::to_retire(key, &grant));
        Ok(grants::with_constraints(demand, key.grants.get(&grant).and_then(|row| row.constraints.as_ref())).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: RetireGrantInput) -> Result<Nothing, Error> {
        let (key, grant_id) = target(&input)?;
        let mut key = keys::load(call, &key)?;
        if !key.grants.contains_key(&grant_id) {
            return Err(no_grant(&grant_id));
        }
        if input.dry_run {
            return Err(dry_run());
        }
        grants::remove(call, &mut key, &grant_id)?;
        Ok(Nothing {})
    }

    fn example() -> Example {
        with_grant(json!({"KeyId": "$0/KeyMetadata/KeyId", "GrantId": "$1/GrantId"}))
    }
}
