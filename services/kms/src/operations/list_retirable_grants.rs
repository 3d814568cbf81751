use crate::{
    Kms,
    examples::with_key,
    grants::{self, GrantEntry},
    keys::Rows,
    pages::page,
    state::RETIRABLE,
};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The grants that a principal may retire, on keys of all accounts.
/// Source: <https://docs.aws.amazon.com/kms/latest/APIReference/API_ListRetirableGrants.html>
pub struct ListRetirableGrants;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    retiring_principal: String,
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

impl Operation for ListRetirableGrants {
    type Service = Kms;
    const NAME: &'static str = "ListRetirableGrants";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(_input: &Input, _facts: &mut View<'_, Kms>) -> Result<Demands, Error> {
        Ok(Demand::any("kms:ListRetirableGrants").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let principal = grants::kept_principal(call, &input.retiring_principal)?;
        let account = call.account()?;
        // The grants of others' principals are not the caller's to see.
        let theirs = input.retiring_principal.parse::<base::Arn>().ok().and_then(|arn| arn.account()) != Some(account);
        if theirs {
            return Err(Error::validation(format!("The retiring principal must be one of the account {account}")));
        }
        let rows = call.scan(&RETIRABLE, &[principal.as_str()])?.into_iter().map(|(parts, ())| parts.join("/"));
        let page = page(rows, |place| place, input.marker.as_deref(), input.limit)?;
        let mut grants = Vec::with_capacity(page.items.len());
        for place in &page.items {
            let mut parts = place.rsplit('/');
            let (id, key) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
            let Some(key) = call.key_row(key)? else { continue };
            if let Some(row) = key.grants.get(id) {
                grants.push(GrantEntry::of(call, &key.arn, id.to_owned(), row.clone())?);
            }
        }
        Ok(Output { truncated: page.next.is_some(), next_marker: page.next, grants })
    }

    fn example() -> Example {
        let root = "arn:aws:iam::111111111111:root";
        let grant =
            json!({"KeyId": "$0/KeyMetadata/KeyId", "GranteePrincipal": root, "RetiringPrincipal": root, "Operations": ["Decrypt"]});
        with_key(json!({"RetiringPrincipal": root})).after("kms:CreateGrant", grant)
    }
}
