use crate::{
    Kms,
    error::{invalid_state, limit_exceeded},
    examples::with_key,
    keys,
    kinds::Origin,
    material,
    state::Material,
    upkeep,
};
use base::Arn;
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Gives a key new material now.
/// Source: <https://docs.aws.amazon.com/kms/latest/APIReference/API_RotateKeyOnDemand.html>
pub struct RotateKeyOnDemand;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    key_id: String,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    key_id: Arn,
}

/// Rotations on demand that a key may have in its life.
/// Source: <https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html>
const MOST: usize = 25;

impl Operation for RotateKeyOnDemand {
    type Service = Kms;
    const NAME: &'static str = "RotateKeyOnDemand";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Kms>) -> Result<Demands, Error> {
        Ok(keys::demand(facts, "kms:RotateKeyOnDemand", &input.key_id)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let key = keys::load(call, &input.key_id)?;
        keys::check_rotates(&key)?;
        let mut key = keys::usable(key)?;
        if key.materials.iter().filter(|material| material.on_demand).count() >= MOST {
            return Err(limit_exceeded(format!("{} was rotated on demand {MOST} times, which is the most", key.arn)));
        }
        let material = match (key.origin, key.pending.take()) {
            (Origin::Kms, _) => material::new(call, &key.id, key.kind.spec, true)?,
            (Origin::External, Some(material)) => Material { on_demand: true, created: call.now(), ..material },
            (Origin::External, None) => {
                return Err(invalid_state(format!("No available key material pending rotation for the key: {}.", key.arn)));
            }
        };
        key.materials.push(material);
        upkeep::save(call, &mut key)?;
        Ok(Output { key_id: key.arn })
    }

    fn example() -> Example {
        with_key(json!({"KeyId": "$0/KeyMetadata/KeyId"}))
    }
}
