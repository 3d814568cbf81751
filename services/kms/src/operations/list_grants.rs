use crate::{
    Kms,
    examples::with_grant,
    grants::{self, GrantEntry},
    keys,
    pages::page,
    state::GrantRow,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The grants on a key.
/// Source: <https://docs.aws.amazon.com/kms/latest/APIReference/API_ListGrants.html>
pub struct ListGrants;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    key_id: String,
    grant_id: Option<String>,
    grantee_principal: Option<String>,
    limit: Option<usize>,
    marker: Option<String>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    grants: Vec<GrantEntry>,
    next_marker: Option<String>,
    truncated: bool,
}

impl Operation for ListGrants {
    type Service = Kms;
    const NAME: &'static str = "ListGrants";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Kms>) -> Result<Demands, Error> {
        let demand = keys::demand(facts, "kms:ListGrants", &input.key_id)?;
        Ok(demand.with("kms:GrantIsForAWSResource", keys::for_aws_resource(facts)).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let key = keys::load(call, &input.key_id)?;
        let grantee = match &input.grantee_principal {
            Some(principal) => Some(grants::kept_principal(call, principal)?),
            None => None,
        };
        let fits = |(id, grant): &(String, GrantRow)| {
            input.grant_id.as_ref().is_none_or(|wanted| wanted == id) && grantee.as_ref().is_none_or(|wanted| *wanted == grant.grantee)
        };
        let page = page(key.grants.into_iter().filter(fits), |(id, _)| id, input.marker.as_deref(), input.limit)?;
        let mut grants = Vec::with_capacity(page.items.len());
        for (id, row) in page.items {
            grants.push(GrantEntry::of(call, &key.arn, id, row)?);
        }
        Ok(Output { truncated: page.next.is_some(), next_marker: page.next, grants })
    }

    fn example() -> Example {
        with_grant(json!({"KeyId": "$0/KeyMetadata/KeyId"}))
    }
}
