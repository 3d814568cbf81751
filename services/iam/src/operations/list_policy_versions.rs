use crate::{Iam, examples::policy, managed, pages::page, policies, shapes::PolicyVersion};
use base::Arn;
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The versions of a managed policy, newest first.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListPolicyVersions.html>
pub struct ListPolicyVersions;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    policy_arn: Arn,
    marker: Option<String>,
    max_items: Option<usize>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    is_truncated: bool,
    marker: Option<String>,
    pub(crate) versions: Vec<PolicyVersion>,
}

impl Operation for ListPolicyVersions {
    type Service = Iam;
    const NAME: &'static str = "ListPolicyVersions";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, _facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(policies::demand("iam:ListPolicyVersions", &input.policy_arn)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let versions = match managed::find(&input.policy_arn) {
            Some(own) => vec![(0, PolicyVersion::of_aws(own, false))],
            None => {
                let row = policies::load(call, &input.policy_arn)?;
                row.versions.iter().rev().map(|v| (u64::MAX - v.number, PolicyVersion::of(v, row.default_version, false))).collect()
            }
        };
        let page = page(versions, |(order, _)| format!("{order:020}"), input.marker.as_deref(), input.max_items)?;
        let versions = page.items.into_iter().map(|(_, version)| version).collect();
        Ok(Output { is_truncated: page.marker.is_some(), marker: page.marker, versions })
    }

    fn example() -> Example {
        policy().then(json!({"PolicyArn": "$0/Policy/Arn"}))
    }
}
