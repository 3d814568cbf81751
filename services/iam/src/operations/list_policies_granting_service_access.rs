use crate::{
    Iam,
    by_arn::demand,
    error::invalid_input,
    examples::role,
    last_used::{PolicyOf, granting, policies_of},
    names::clipped,
};
use base::Arn;
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The policies of a user or role that grant services, by service.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListPoliciesGrantingServiceAccess.html>
pub struct ListPoliciesGrantingServiceAccess;

/// Of whom, and for which services.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    arn: Arn,
    service_namespaces: Vec<String>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    policies_granting_service_access: Vec<Entry>,
    is_truncated: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    service_namespace: String,
    policies: Vec<Granting>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Granting {
    policy_name: String,
    policy_type: &'static str,
    policy_arn: Option<Arn>,
    entity_type: Option<&'static str>,
    entity_name: Option<String>,
}

impl Granting {
    fn of(of: &PolicyOf) -> Self {
        let (entity_type, entity_name) = of.inline_of.clone().unzip();
        Self {
            policy_name: of.name.clone(),
            policy_type: if of.arn.is_some() { "MANAGED" } else { "INLINE" },
            policy_arn: of.arn.clone(),
            entity_type,
            entity_name,
        }
    }
}

/// Services that one call may ask for.
const MOST: usize = 200;

impl Operation for ListPoliciesGrantingServiceAccess {
    type Service = Iam;
    const NAME: &'static str = "ListPoliciesGrantingServiceAccess";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(demand(facts, "iam:ListPoliciesGrantingServiceAccess", &input.arn, &["user", "group", "role"])?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        if !(1..=MOST).contains(&input.service_namespaces.len()) {
            return Err(invalid_input(format!("ServiceNamespaces must have between 1 and {MOST} members.")));
        }
        if let Some(unknown) = input.service_namespaces.iter().find(|name| actions::service_name(name).is_none()) {
            return Err(invalid_input(format!("Service namespace {} is not valid.", clipped(unknown))));
        }
        let policies = policies_of(call, &input.arn)?;
        let entry = |service_namespace: String| Entry {
            policies: policies.iter().filter(|of| granting(&of.policy, &service_namespace)).map(Granting::of).collect(),
            service_namespace,
        };
        let entries = input.service_namespaces.into_iter().map(entry).collect();
        Ok(Output { policies_granting_service_access: entries, is_truncated: false })
    }

    fn example() -> Example {
        role().then(json!({"Arn": "$0/Role/Arn", "ServiceNamespaces": ["s3"]}))
    }
}
