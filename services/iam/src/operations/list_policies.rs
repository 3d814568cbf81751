use crate::{
    Iam,
    examples::policy,
    managed::{self, AwsPolicy},
    pages::page,
    policies::{AllUses, PolicyUsage},
    shapes::ManagedPolicy,
    state::{POLICIES, PolicyRow},
};
use base::Arn;
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The managed policies of the account and of AWS.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListPolicies.html>
pub struct ListPolicies;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    scope: Option<PolicyScope>,
    #[serde(default)]
    only_attached: bool,
    path_prefix: Option<String>,
    policy_usage_filter: Option<PolicyUsage>,
    marker: Option<String>,
    max_items: Option<usize>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    is_truncated: bool,
    marker: Option<String>,
    policies: Vec<ManagedPolicy>,
}

/// Whose policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PolicyScope {
    /// All.
    All,
    /// AWS's own.
    #[serde(rename = "AWS")]
    Aws,
    /// The account's own.
    Local,
}

impl Operation for ListPolicies {
    type Service = Iam;
    const NAME: &'static str = "ListPolicies";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(_input: &Input, _facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(Demand::any("iam:ListPolicies").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let account = call.account()?;
        let uses = AllUses::read(call)?;
        let scope = input.scope.unwrap_or(PolicyScope::All);
        let mut all = Vec::new();
        if scope != PolicyScope::Aws {
            let rows = call.scan(&POLICIES, &[account.as_str()])?.into_iter().map(|(_, row)| row);
            let below = |row: &PolicyRow| input.path_prefix.as_ref().is_none_or(|prefix| row.path.starts_with(prefix));
            all.extend(rows.filter(below).map(|row| {
                let used = uses.of(&row.arn);
                ManagedPolicy::of(row, used)
            }));
        }
        if scope != PolicyScope::Local {
            let below = |own: &&AwsPolicy| input.path_prefix.as_ref().is_none_or(|prefix| own.path.starts_with(prefix));
            for own in managed::all().filter(below) {
                let arn: Arn = own.arn().parse().map_err(Error::internal)?;
                let used = uses.of(&arn);
                all.push(ManagedPolicy::of_aws(own, arn, used));
            }
        }
        all.retain(|policy| {
            let usage = match input.policy_usage_filter {
                None => true,
                Some(PolicyUsage::PermissionsPolicy) => policy.attachment_count > 0,
                Some(PolicyUsage::PermissionsBoundary) => policy.permissions_boundary_usage_count > 0,
            };
            usage && (!input.only_attached || policy.attachment_count > 0)
        });
        all.sort_by(|a, b| (&a.policy_name, &a.arn).cmp(&(&b.policy_name, &b.arn)));
        let page = page(all, |policy| format!("{} {}", policy.policy_name, policy.arn), input.marker.as_deref(), input.max_items)?;
        let policies = page.items.into_iter().map(ManagedPolicy::brief).collect();
        Ok(Output { is_truncated: page.marker.is_some(), marker: page.marker, policies })
    }

    fn example() -> Example {
        policy().then(json!({"Scope": "Local"}))
    }
}
