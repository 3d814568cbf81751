//! Calls that name a user, role or policy by its ARN.

use crate::{Iam, error::invalid_input, facts, tags};
use base::Arn;
use gate::{Demand, Error, View};

/// The right to an action on an entity of one of these kinds.
pub(crate) fn demand(view: &mut View<'_, Iam>, action: &'static str, arn: &Arn, kinds: &[&str]) -> Result<Demand, Error> {
    let named = kinds.iter().any(|kind| arn.resource_of(kind).is_some_and(|name| !name.is_empty()));
    if arn.service() != "iam" || !named {
        return Err(invalid_input(format!("Invalid Entity Arn: {arn} does not clearly define entity type and name.")));
    }
    let tags = facts::resources(view, arn)?.map(|facts| facts.tags).unwrap_or_default();
    Ok(tags::demand(action, arn, tags.iter().map(|(key, value)| (key.as_str(), value.as_str()))))
}
