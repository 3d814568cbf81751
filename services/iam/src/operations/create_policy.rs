use crate::{
    Iam, documents,
    error::already_exists,
    examples::POLICY,
    names::{self, LONGEST_NAME, check_description, check_name},
    policies::{self, Uses},
    shapes::ManagedPolicy,
    state::{POLICIES, PolicyRow, PolicyVersion as VersionRow},
    tags::{self, Tag},
};
use base::{AccountId, Arn, unique_id};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A new managed policy.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html>
pub struct CreatePolicy;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    policy_name: String,
    policy_document: String,
    path: Option<String>,
    description: Option<String>,
    #[serde(default)]
    tags: Vec<Tag>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    pub(crate) policy: ManagedPolicy,
}

fn arn_of(account: AccountId, input: &Input) -> Result<Arn, Error> {
    Ok(Arn::global("iam", account, &format!("policy{}{}", names::path(input.path.as_deref())?, input.policy_name)))
}

impl Operation for CreatePolicy {
    type Service = Iam;
    const NAME: &'static str = "CreatePolicy";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        check_name("policyName", &input.policy_name, LONGEST_NAME)?;
        let arn = arn_of(facts.account()?, input)?;
        let new = |action| Demand::new(action, arn.clone()).with_tags(tags::pairs(&input.tags));
        let demands = Demands::from(new("iam:CreatePolicy"));
        Ok(if input.tags.is_empty() { demands } else { demands.and(new("iam:TagPolicy")) })
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        check_description(input.description.as_deref())?;
        documents::check_managed(&input.policy_document)?;
        let account = call.account()?;
        if call.get(&POLICIES, &[account.as_str(), &input.policy_name.to_ascii_lowercase()])?.is_some() {
            return Err(already_exists(format!("A policy called {} already exists. Duplicate names are not allowed.", input.policy_name)));
        }
        let arn = arn_of(account, &input)?;
        let mut tags = Vec::new();
        tags::set(&mut tags, input.tags)?;
        let now = call.now();
        let row = PolicyRow {
            id: unique_id(call.entropy(), "ANPA"),
            arn,
            name: input.policy_name,
            path: names::path(input.path.as_deref())?.into(),
            description: input.description,
            created: now,
            updated: now,
            default_version: 1,
            last_version: 1,
            versions: vec![VersionRow { number: 1, document: input.policy_document, created: now }],
            tags,
        };
        policies::save(call, &row)?;
        Ok(Output { policy: ManagedPolicy::of(row, Uses::default()) })
    }

    fn example() -> Example {
        Example::of(json!({"PolicyName": "Example", "PolicyDocument": POLICY}))
    }
}
