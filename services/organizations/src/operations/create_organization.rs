use crate::{
    Organizations,
    error::not_management,
    ids,
    shapes::Organization,
    state::{ACCOUNTS, NodeKind, OrganizationRow, PolicyType},
    tree,
};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The organization, with all accounts of this server in it.
/// The account of the operator manages it: no other can make one here.
/// Source: <https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateOrganization.html>
pub struct CreateOrganization;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    feature_set: Option<String>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    pub(crate) organization: Organization,
}

impl Operation for CreateOrganization {
    type Service = Organizations;
    const NAME: &'static str = "CreateOrganization";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(_input: &Input, _facts: &mut View<'_, Organizations>) -> Result<Demands, Error> {
        Ok(Demand::any("organizations:CreateOrganization").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        if input.feature_set.as_deref().is_some_and(|set| set != "ALL") {
            return Err(Error::not_implemented("organizations:CreateOrganization with another FeatureSet than ALL"));
        }
        let (account, management) = (call.account()?, call.management_account());
        if tree::organization(call)?.is_some() {
            return Err(Error::new("AlreadyInOrganizationException", "The AWS account is already a member of an organization."));
        }
        if account != management {
            return Err(not_management(management.as_str()));
        }
        let row = OrganizationRow {
            id: ids::organization(call.entropy()),
            root: ids::root(call.entropy()),
            enabled: vec![PolicyType::ServiceControl],
            revision: base::uuid(call.entropy()),
            unlimited: None,
        };
        tree::save(call, &row)?;
        tree::add(call, &row, (row.root.clone(), NodeKind::Root, "Root".into()), None, Vec::new())?;
        for (key, account) in call.scan(&ACCOUNTS, &[] as &[&str; 0])? {
            let id = key.into_iter().next_back().unwrap_or_default();
            tree::add(call, &row, (id, NodeKind::Account, account.name), Some(&row.root), Vec::new())?;
        }
        Ok(Output { organization: Organization::of(call, &row)? })
    }

    fn example() -> Example {
        Example::of(json!({"FeatureSet": "ALL"})).by(gate::CalledBy::Management)
    }
}
