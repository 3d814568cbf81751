//! The policy simulator: what the gate would decide, without a call. The decisions come from the same engine.
//!
//! As on AWS it knows the policies and the context it is given, and of a principal its own policies, boundary, tags and names.
//! What only a real request has (the time, the address, a resource's tags and policy) it takes from the input alone.
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_testing-policies.html>

mod context;
mod evaluate;
mod shapes;
mod source;

pub use context::ContextEntry;
pub use shapes::{ContextKeys, SimulatePolicyOutput};

pub(crate) use evaluate::{Simulation, simulate};
pub(crate) use source::{given, of_principal};

use crate::error::invalid_input;
use base::{AccountId, Arn};
use gate::Error;
use serde::{Deserialize, Serialize};

/// What both simulations take.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Scenario {
    policy_source_arn: Option<Arn>,
    policy_input_list: Vec<String>,
    permissions_boundary_policy_input_list: Vec<String>,
    action_names: Vec<String>,
    resource_arns: Vec<String>,
    resource_policy: Option<String>,
    resource_owner: Option<String>,
    caller_arn: Option<Arn>,
    context_entries: Vec<ContextEntry>,
    resource_handling_option: Option<String>,
    marker: Option<String>,
    max_items: Option<usize>,
}

/// More would keep others waiting.
const MOST_PAIRS: usize = 10_000;
const MOST_POLICIES: usize = 100;

impl Scenario {
    /// What is wrong whoever asks.
    pub(crate) fn check(&self) -> Result<(), Error> {
        if let Some(option) = &self.resource_handling_option {
            let about = "Its scenarios are EC2's, whose resources Sekisho does not know; leave it out to simulate each resource by itself.";
            return Err(Error::not_implemented(&format!("iam: ResourceHandlingOption {}. {about} This", crate::names::clipped(option))));
        }
        if self.action_names.is_empty() {
            return Err(invalid_input("ActionNames must have at least one member."));
        }
        if self.action_names.len().saturating_mul(self.resource_arns.len().max(1)) > MOST_PAIRS {
            return Err(invalid_input(format!("At most {MOST_PAIRS} pairs of an action and a resource are simulated at once.")));
        }
        if self.policy_input_list.len() > MOST_POLICIES {
            return Err(invalid_input(format!("PolicyInputList must have at most {MOST_POLICIES} members.")));
        }
        if self.permissions_boundary_policy_input_list.len() > 1 {
            return Err(invalid_input("PermissionsBoundaryPolicyInputList must have at most one member: an entity has one boundary."));
        }
        self.action_names.iter().try_for_each(|name| check_action(name))?;
        self.resource_arns.iter().try_for_each(|arn| check_resource(arn))?;
        if let Some(arn) = &self.caller_arn
            && (arn.service() != "iam" || arn.resource_of("user").is_none() || arn.account().is_none())
        {
            return Err(invalid_input(format!("CallerArn {arn} is not the ARN of an IAM user.")));
        }
        self.owner().map(|_| ())
    }

    /// Whose policies are simulated.
    pub(crate) fn policy_source(&self) -> Result<&Arn, Error> {
        self.policy_source_arn.as_ref().ok_or_else(|| crate::error::invalid("policySourceArn", "null", "Member must not be null"))
    }
    /// The policies of a custom simulation: it needs one.
    pub(crate) fn policies(&self) -> Result<&[String], Error> {
        if self.policy_input_list.is_empty() {
            return Err(invalid_input("PolicyInputList must have at least one member."));
        }
        Ok(&self.policy_input_list)
    }
    /// The policies that are simulated beside a principal's own.
    pub(crate) fn more_policies(&self) -> &[String] {
        &self.policy_input_list
    }

    /// The account that owns resources whose ARNs name none: an account's id, or an ARN of it.
    fn owner(&self) -> Result<Option<AccountId>, Error> {
        let Some(text) = &self.resource_owner else { return Ok(None) };
        let account = text.parse().ok().or_else(|| text.parse::<Arn>().ok()?.account());
        account.map(Some).ok_or_else(|| invalid_input(format!("ResourceOwner {} is no account.", crate::names::clipped(text))))
    }
}

fn check_action(name: &str) -> Result<(), Error> {
    let shown = crate::names::clipped(name);
    if name.contains(['*', '?']) {
        return Err(invalid_input(format!("Action {shown} has wildcards: name each action to simulate.")));
    }
    let part = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    match name.split_once(':') {
        Some((service, action)) if name.len() <= 128 && part(service) && part(action) => Ok(()),
        _ => Err(invalid_input(format!("Action {shown} is not valid: write service:Name, such as s3:GetObject."))),
    }
}

fn check_resource(arn: &str) -> Result<(), Error> {
    if arn == "*" || arn.len() <= 2048 && arn.parse::<Arn>().is_ok() {
        return Ok(());
    }
    Err(invalid_input(format!("Resource {} must be in ARN format or \"*\".", crate::names::clipped(arn))))
}
