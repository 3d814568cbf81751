use crate::{
    Organizations,
    error::{constraint, duplicate_policy},
    examples::{DENY, organized},
    ids, policies,
    shapes::Policy,
    state::{POLICIES, PolicyRow, PolicyType},
    tags::{self, Tag},
    tree,
};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A new policy, attached to nothing.
/// Source: <https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreatePolicy.html>
pub struct CreatePolicy;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    content: String,
    description: String,
    name: String,
    r#type: String,
    #[serde(default)]
    tags: Vec<Tag>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    pub(crate) policy: Policy,
}

impl Operation for CreatePolicy {
    type Service = Organizations;
    const NAME: &'static str = "CreatePolicy";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, _facts: &mut View<'_, Organizations>) -> Result<Demands, Error> {
        let kind = PolicyType::of(&input.r#type)?;
        let with_type = |demand: Demand| demand.with("organizations:PolicyType", kind.name());
        let tagging = Demand::any("organizations:TagResource");
        Ok(tags::demands(with_type(Demand::any("organizations:CreatePolicy")), &input.tags, tagging))
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let organization = tree::change(call)?;
        let kind = PolicyType::of(&input.r#type)?;
        policies::check_words(Some(&input.name), Some(&input.description))?;
        policies::check_content(kind, &input.content)?;
        let others = policies::all(call, kind)?;
        if others.len() > policies::MOST {
            return Err(constraint("POLICY_NUMBER_LIMIT_EXCEEDED", format!("There are at most {} policies of a type.", policies::MOST)));
        }
        if others.iter().any(|other| other.name == input.name) {
            return Err(duplicate_policy(&input.name));
        }
        let mut tags = Vec::new();
        tags::set(&mut tags, input.tags)?;
        let id = ids::policy(call.entropy());
        let row = PolicyRow { id, name: input.name, description: input.description, kind, content: input.content, tags };
        call.put(&POLICIES, row.id.as_str(), &row)?;
        Ok(Output { policy: Policy::of(call, &organization, row) })
    }

    fn example() -> Example {
        organized(
            json!({"Name": "NoNewBuckets", "Description": "Buckets come by templates", "Type": "SERVICE_CONTROL_POLICY", "Content": DENY}),
        )
    }
}
