//! Where an operation's instances are.

use super::{INSTANCES, Instance, StackSet, instance_missing};
use crate::{CloudFormation, error::invalid, prepare::Parameter};
use base::{AccountId, Region};
use gate::{Error, Scope};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Accounts, or units of the organization.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeploymentTargets {
    #[serde(default)]
    accounts: Vec<String>,
    accounts_url: Option<String>,
    #[serde(default)]
    organizational_unit_ids: Vec<String>,
    account_filter_type: Option<String>,
}

/// The accounts and regions of an operation, as they are given.
pub(crate) struct Targets<'a> {
    pub(crate) accounts: &'a [String],
    pub(crate) deployment: Option<&'a DeploymentTargets>,
    pub(crate) regions: &'a [String],
}

/// Regions, and the accounts in each of them.
type Pairs = (Vec<String>, Vec<(AccountId, String)>);

const MOST: usize = 2000;

impl Targets<'_> {
    /// The accounts, each once.
    fn accounts(&self, operation: &str) -> Result<Vec<AccountId>, Error> {
        let given = match self.deployment {
            None => self.accounts,
            Some(_) if !self.accounts.is_empty() => {
                return Err(invalid("You can specify Accounts or DeploymentTargets, but not both"));
            }
            Some(targets) => {
                let refused = [
                    ("DeploymentTargets.OrganizationalUnitIds", !targets.organizational_unit_ids.is_empty()),
                    ("DeploymentTargets.AccountsUrl", targets.accounts_url.is_some()),
                    ("DeploymentTargets.AccountFilterType", targets.account_filter_type.as_deref().is_some_and(|kind| kind != "NONE")),
                ];
                crate::lifecycle::refuse(operation, &refused)?;
                &targets.accounts
            }
        };
        if given.is_empty() {
            return Err(invalid("At least one account is needed: Accounts is empty"));
        }
        let mut accounts = Vec::new();
        for text in given {
            let account: AccountId =
                text.parse().map_err(|_| crate::error::constraint("accounts", text, "satisfy regular expression pattern: ^[0-9]{12}$"))?;
            if !accounts.contains(&account) {
                accounts.push(account);
            }
        }
        Ok(accounts)
    }

    /// The regions in the order in which they are worked on: those of `RegionOrder` first.
    fn regions(&self, here: &str, order: &[String]) -> Result<Vec<String>, Error> {
        if self.regions.is_empty() {
            return Err(invalid("At least one region is needed: Regions is empty"));
        }
        if let Some(unknown) = self.regions.iter().chain(order).find(|region| *region != here && !Region::exists(region)) {
            return Err(invalid(format!("Region {unknown} is not supported")));
        }
        if let Some(stranger) = order.iter().find(|region| !self.regions.contains(region)) {
            return Err(invalid(format!("RegionOrder has {stranger}, which is not one of the Regions")));
        }
        let mut regions: Vec<String> = Vec::new();
        for region in order.iter().chain(self.regions) {
            if !regions.contains(region) {
                regions.push(region.clone());
            }
        }
        Ok(regions)
    }

    /// The regions, and each account in each of them.
    pub(crate) fn pairs(&self, operation: &str, here: &str, order: &[String]) -> Result<Pairs, Error> {
        let (accounts, regions) = (self.accounts(operation)?, self.regions(here, order)?);
        if accounts.len() * regions.len() > MOST {
            return Err(Error::new("LimitExceededException", format!("An operation has at most {MOST} stack instances")));
        }
        let pairs = regions.iter().flat_map(|region| accounts.iter().map(move |account| (*account, region.clone()))).collect();
        Ok((regions, pairs))
    }
}

/// The instances there; all must be.
pub(crate) fn existing(
    scope: &mut Scope<'_, CloudFormation>,
    set: &StackSet,
    pairs: &[(AccountId, String)],
) -> Result<Vec<Instance>, Error> {
    let [account, uuid] = set.key();
    let mut found = Vec::new();
    for (target, region) in pairs {
        let instance = scope.get(&INSTANCES, &[account, uuid, target.as_str(), region.as_str()])?;
        found.push(instance.ok_or_else(|| instance_missing(target.as_str(), region))?);
    }
    Ok(found)
}

/// The values of an instance's own: those that are given, or those that it has.
pub(crate) fn overrides(set: &StackSet, given: &[Parameter], before: &BTreeMap<String, String>) -> Result<BTreeMap<String, String>, Error> {
    let mut values = BTreeMap::new();
    for parameter in given {
        let key = &parameter.parameter_key;
        if !set.parameters.contains_key(key) {
            return Err(invalid(format!("Parameter {key} cannot be overridden: the stack set has no such parameter")));
        }
        let value = match (&parameter.parameter_value, parameter.use_previous_value.unwrap_or(false)) {
            (Some(_), true) => {
                return Err(invalid(format!(
                    "Invalid input for parameter key {key}. Cannot specify usePreviousValue as true and a ParameterValue"
                )));
            }
            (Some(value), false) => Some(value.expose().clone()),
            (None, true) => before.get(key).cloned(),
            (None, false) => return Err(invalid(format!("Invalid input for parameter key {key}. A value is needed"))),
        };
        values.extend(value.map(|value| (key.clone(), value)));
    }
    Ok(values)
}
