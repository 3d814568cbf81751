use crate::{
    Kms,
    error::invalid_state,
    examples::with_external,
    import::{self, incorrect},
    keys,
    kinds::not_among,
    material,
    shapes::expiration_model,
    state::{Imported, KeyRow, Material},
    upkeep,
};
use base::{Arn, Blob, EpochTime, Timestamp};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::time::Duration;

/// Gives a key that was made without material its own, or the same again.
/// Source: <https://docs.aws.amazon.com/kms/latest/APIReference/API_ImportKeyMaterial.html>
pub struct ImportKeyMaterial;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    key_id: String,
    import_token: Blob,
    encrypted_key_material: Blob,
    valid_to: Option<EpochTime>,
    expiration_model: Option<String>,
    import_type: Option<String>,
    key_material_description: Option<String>,
    key_material_id: Option<String>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    key_id: Arn,
    key_material_id: Option<String>,
}

const EXPIRES: &str = "KEY_MATERIAL_EXPIRES";
const FOREVER: &str = "KEY_MATERIAL_DOES_NOT_EXPIRE";
/// The furthest end of material.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// When the material expires, if it does.
fn expiry(input: &Input, now: Timestamp) -> Result<Option<Timestamp>, Error> {
    let valid_to = input.valid_to.map(|time| time.0);
    match (input.expiration_model.as_deref().unwrap_or(EXPIRES), valid_to) {
        (EXPIRES, Some(time)) if time > now && time <= now.plus(LONGEST) => Ok(Some(time)),
        (EXPIRES, Some(_)) => Err(Error::validation("ValidTo must be in the future, and at most 365 days from now.")),
        (EXPIRES, None) => Err(Error::validation(format!("A validTo date must be set if the ExpirationModel is {EXPIRES}"))),
        (FOREVER, None) => Ok(None),
        (FOREVER, Some(_)) => Err(Error::validation(format!("ValidTo cannot be set if the ExpirationModel is {FOREVER}"))),
        (other, _) => Err(not_among(other, "ExpirationModel", &[EXPIRES, FOREVER])),
    }
}

fn is_new(input: &Input, key: &KeyRow) -> Result<bool, Error> {
    let known = ["NEW_KEY_MATERIAL", "EXISTING_KEY_MATERIAL"];
    let only = input.import_type.is_some() || input.key_material_id.is_some() || input.key_material_description.is_some();
    if only && !key.kind.is_symmetric() {
        return Err(Error::validation(
            "ImportType, KeyMaterialId and KeyMaterialDescription are for symmetric encryption keys: others have one material.",
        ));
    }
    match input.import_type.as_deref() {
        None => Ok(key.materials.is_empty()),
        Some(text) if text == known[0] && input.key_material_id.is_some() => {
            Err(Error::validation("KeyMaterialId cannot be specified when the ImportType is NEW_KEY_MATERIAL."))
        }
        Some(text) if known.contains(&text) => Ok(text == known[0]),
        Some(other) => Err(not_among(other, "ImportType", &known)),
    }
}

/// Takes material that the key has not had before.
fn add(key: &mut KeyRow, material: Material) -> Result<(), Error> {
    if key.materials.is_empty() {
        key.materials.push(material);
    } else if !key.kind.is_symmetric() {
        return Err(incorrect(format!("{} has had other key material, which cannot be changed: import the same again.", key.arn)));
    } else if key.pending.is_some() {
        return Err(invalid_state(format!("{} has key material that waits for its rotation already: call RotateKeyOnDemand.", key.arn)));
    } else {
        key.pending = Some(material);
    }
    Ok(())
}

/// Takes material that the key has had, with what is said of it now.
fn put_back(known: &mut Material, again: Material) {
    let before = known.imported.take().unwrap_or_default();
    let new = again.imported.unwrap_or_default();
    known.sealed = again.sealed;
    known.imported = Some(Imported { description: new.description.or(before.description), valid_to: new.valid_to });
}

impl Operation for ImportKeyMaterial {
    type Service = Kms;
    const NAME: &'static str = "ImportKeyMaterial";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Kms>) -> Result<Demands, Error> {
        let model = input.expiration_model.as_deref().unwrap_or_else(|| expiration_model(input.valid_to.map(|time| time.0)));
        Ok(keys::demand(facts, "kms:ImportKeyMaterial", &input.key_id)?
            .with("kms:ExpirationModel", model)
            .with_some("kms:ValidTo", input.valid_to.map(|time| time.0.iso()))
            .into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let mut key = import::load(call, &input.key_id)?;
        let (valid_to, new) = (expiry(&input, call.now())?, is_new(&input, &key)?);
        let bytes = import::unwrap(call, &key, &input.import_token, &input.encrypted_key_material)?;
        let about = Imported { description: input.key_material_description, valid_to };
        let material = material::imported(call, &key.id, &bytes, about)?;
        let shown = material.shown_id();
        if input.key_material_id.as_ref().is_some_and(|wanted| *wanted != shown) {
            return Err(incorrect("The key material is not the one that KeyMaterialId names."));
        }
        if let Some(known) = import::known(&mut key, &material.id) {
            put_back(known, material);
        } else if new || !key.kind.is_symmetric() {
            add(&mut key, material)?;
        } else {
            return Err(incorrect(format!("{} has not had this key material: import it with the ImportType NEW_KEY_MATERIAL.", key.arn)));
        }
        upkeep::save(call, &mut key)?;
        Ok(Output { key_material_id: key.kind.is_symmetric().then_some(shown), key_id: key.arn })
    }

    fn example() -> Example {
        // A wrapped key cannot be known before its wrapping key is made: this token is refused, after the decision.
        with_external(json!({"KeyId": "$0/KeyMetadata/KeyId", "ImportToken": "dG9rZW4=", "EncryptedKeyMaterial": "dGV4dA==",
            "ExpirationModel": FOREVER}))
        .fails("InvalidImportTokenException")
    }
}
