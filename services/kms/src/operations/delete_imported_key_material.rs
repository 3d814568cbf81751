use crate::{Kms, error::invalid_state, examples::with_external, keys, kinds::Origin, upkeep};
use base::{Arn, Blob};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Destroys imported material. The key cannot be used until the same is imported again.
/// Source: <https://docs.aws.amazon.com/kms/latest/APIReference/API_DeleteImportedKeyMaterial.html>
pub struct DeleteImportedKeyMaterial;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    key_id: String,
    key_material_id: Option<String>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    key_id: Arn,
    key_material_id: Option<String>,
}

impl Operation for DeleteImportedKeyMaterial {
    type Service = Kms;
    const NAME: &'static str = "DeleteImportedKeyMaterial";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Kms>) -> Result<Demands, Error> {
        Ok(keys::demand(facts, "kms:DeleteImportedKeyMaterial", &input.key_id)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let mut key = keys::load(call, &input.key_id)?;
        keys::check_origin(&key, Origin::External)?;
        let wanted = input.key_material_id.or_else(|| key.materials.last().map(|current| current.shown_id()));
        let found = key.all_materials().find(|material| Some(material.shown_id()) == wanted).map(|material| {
            material.sealed = Blob::default();
            material.shown_id()
        });
        // To delete where nothing was imported changes nothing.
        if found.is_none() && wanted.is_some() {
            return Err(invalid_state(format!("{} has no key material of this KeyMaterialId.", key.arn)));
        }
        // Material that never encrypted is not missed.
        key.pending = key.pending.filter(|material| material.is_there());
        upkeep::save(call, &mut key)?;
        Ok(Output { key_material_id: found.filter(|_| key.kind.is_symmetric()), key_id: key.arn })
    }

    fn example() -> Example {
        with_external(json!({"KeyId": "$0/KeyMetadata/KeyId"}))
    }
}
