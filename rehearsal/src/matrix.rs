//! All that was decided, as rows for people.

use crate::{Row, driver::Driver, names::lasting, refusals::Refusal, repairs::calls::Needed, world::MANAGEMENT};
use std::collections::{BTreeMap, BTreeSet};

impl Driver<'_> {
    /// The kinds of calls that the delivery makes: what differs only in what is made at random is one.
    pub(crate) fn matrix(&self, refusals: &[Refusal], calls: &[Needed]) -> Vec<Row> {
        let denied: BTreeSet<(&str, &str, String)> =
            refusals.iter().map(|one| (one.principal.as_str(), one.action.as_str(), lasting(&one.resource))).collect();
        let mut rows: BTreeMap<Row, ()> = BTreeMap::new();
        // Who deploys, and who lets him, is no part of the delivery.
        let deploys = |principal: &str| principal.ends_with(gate::ADMINISTRATOR_ROLE) || principal.contains(MANAGEMENT);
        for call in calls.iter().filter(|call| !deploys(&call.principal)) {
            let is_arn = call.principal.starts_with("arn:");
            let account = is_arn.then(|| self.account_name(call.principal.split(':').nth(4).unwrap_or_default()));
            let resource = lasting(&call.resource);
            let allowed = !denied.contains(&(call.principal.as_str(), call.action.as_str(), resource.clone()));
            let named = |arn: &str| self.names.of(arn).unwrap_or_else(|| lasting(arn));
            let row =
                Row { account, principal: named(&call.principal), action: call.action.clone(), resource: named(&call.resource), allowed };
            rows.insert(row, ());
        }
        rows.into_keys().collect()
    }
}
