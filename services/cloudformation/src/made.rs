//! What the stacks of a world have made, as data: for those who look back at it, such as rehearsals.

use crate::{
    CloudFormation,
    state::{RESOURCES, ResourceRow, STACKS, Stack},
};
use base::AccountId;
use gate::{Error, Gate, StepContext};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use template::Span;

/// A resource that a stack has made.
#[derive(Clone)]
pub struct MadeResource {
    /// The stack's account.
    pub account: AccountId,
    /// The stack's name.
    pub stack: String,
    /// Its name in the template.
    pub logical_id: String,
    /// Its type.
    pub resource_type: String,
    /// What `Ref` gives.
    pub physical_id: String,
    /// What `Fn::GetAtt` gives.
    pub attributes: Map<String, Value>,
    /// Its properties, with the functions evaluated. Secrets are among them.
    pub properties: Value,
    /// Where each property was written, by JSON pointer.
    pub origins: Vec<(String, Span)>,
    /// The resources of its stack that it was made after.
    pub dependencies: Vec<String>,
}

/// All resources that stacks have made and that exist, ordered by account and stack.
///
/// # Errors
/// The store failed.
pub fn made(gate: &Gate) -> Result<Vec<MadeResource>, Error> {
    let context = StepContext { account: gate.management_account(), region: gate.region().clone() };
    gate.step(&CloudFormation(()), &context, |scope| {
        let stacks = scope.scan::<[&str; 0], Stack>(&STACKS, &[])?;
        let names: BTreeMap<String, String> = stacks.into_iter().map(|(_, stack)| (stack.uuid, stack.name)).collect();
        let mut all = Vec::new();
        for (key, row) in scope.scan::<[&str; 0], ResourceRow>(&RESOURCES, &[])? {
            let [account, uuid, logical_id] = &key[..] else { continue };
            let (Some(stack), Some(made), Ok(account)) = (names.get(uuid), row.made, account.parse()) else { continue };
            all.push(MadeResource {
                account,
                stack: stack.clone(),
                logical_id: logical_id.clone(),
                resource_type: made.resource_type,
                physical_id: made.physical_id,
                attributes: made.attributes,
                properties: made.properties,
                origins: made.origins,
                dependencies: made.dependencies,
            });
        }
        Ok(all)
    })
}
