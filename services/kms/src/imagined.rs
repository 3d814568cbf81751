//! Keys that are taken to be there already, for rehearsals: under the id and with the policy that they have elsewhere.

use crate::{
    Kms, keys,
    kinds::{Kind, Origin},
    material, policies,
    state::{KeyRow, OWNED},
};
use base::{Arn, Region};
use gate::{Error, Gate, StepContext};

/// Makes a symmetric key with this ARN and policy.
///
/// # Errors
/// It is no key's ARN, there is such a key, or the policy is none; or the world is not one of a rehearsal: elsewhere KMS alone
/// says what a key is called.
pub fn imagine(gate: &Gate, arn: &Arn, policy: &str) -> Result<(), Error> {
    if !gate.is_mended() {
        return Err(Error::internal("keys are imagined in rehearsals alone"));
    }
    let (Some(account), Some(id)) = (arn.account(), arn.resource_of("key").filter(|id| keys::is_id(id))) else {
        return Err(Error::new("InvalidArnException", format!("{arn} is not the ARN of a key")));
    };
    let kind = Kind::requested(None, None)?;
    let context = StepContext { account, region: Region::new(arn.region()) };
    gate.step(&Kms(()), &context, |scope| {
        if keys::named(scope, arn.as_str())?.key.is_some() {
            return Err(Error::new("AlreadyExistsException", format!("{arn} already exists")));
        }
        let key = KeyRow {
            materials: vec![material::new(scope, id, kind.spec, false)?],
            pending: None,
            upkeep: false,
            origin: Origin::Kms,
            kind,
            managed_by: None,
            id: id.to_owned(),
            account,
            arn: arn.clone(),
            description: String::new(),
            created: scope.now(),
            enabled: true,
            deletion: None,
            policy: policies::kept(scope, policy)?,
            tags: Vec::new(),
            rotation_days: None,
            rotation_since: None,
            grants: Default::default(),
            aliases: Vec::new(),
        };
        keys::save(scope, &key)?;
        scope.put(&OWNED, &[account.as_str(), id], &key.arn)
    })
}
