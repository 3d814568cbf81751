use crate::{Kms, examples::with_key, keys, pages::page, shapes::expiration_model};
use base::{Arn, EpochTime};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// When a key got new material.
/// Source: <https://docs.aws.amazon.com/kms/latest/APIReference/API_ListKeyRotations.html>
pub struct ListKeyRotations;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    key_id: String,
    include_key_material: Option<String>,
    limit: Option<usize>,
    marker: Option<String>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    rotations: Vec<Rotation>,
    next_marker: Option<String>,
    truncated: bool,
}

/// One material of the key.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Rotation {
    key_id: Arn,
    key_material_id: String,
    key_material_description: Option<String>,
    import_state: Option<&'static str>,
    key_material_state: &'static str,
    expiration_model: Option<&'static str>,
    valid_to: Option<EpochTime>,
    rotation_date: Option<EpochTime>,
    rotation_type: Option<&'static str>,
    #[serde(skip)]
    place: String,
}

impl Operation for ListKeyRotations {
    type Service = Kms;
    const NAME: &'static str = "ListKeyRotations";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Kms>) -> Result<Demands, Error> {
        Ok(keys::demand(facts, "kms:ListKeyRotations", &input.key_id)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let key = keys::load(call, &input.key_id)?;
        keys::check_rotates(&key)?;
        let first = match input.include_key_material.as_deref() {
            Some("ALL_KEY_MATERIAL") => 0,
            None | Some("ROTATIONS_ONLY") => 1,
            Some(other) => {
                return Err(Error::validation(format!(
                    "1 validation error detected: Value '{}' at 'includeKeyMaterial' failed to satisfy constraint: Member must satisfy enum value set: [ALL_KEY_MATERIAL, ROTATIONS_ONLY]",
                    crate::error::clipped(other)
                )));
            }
        };
        let count = key.materials.len();
        let waiting = key.pending.iter().filter(|_| first == 0);
        let rotations = key.materials.iter().chain(waiting).enumerate().skip(first).map(|(n, material)| {
            let rotated = (1..count).contains(&n);
            let there = material.imported.as_ref().filter(|_| material.is_there());
            Rotation {
                key_id: key.arn.clone(),
                key_material_id: material.shown_id(),
                key_material_description: material.imported.as_ref().and_then(|imported| imported.description.clone()),
                import_state: material.imported.as_ref().map(|_| if material.is_there() { "IMPORTED" } else { "PENDING_IMPORT" }),
                key_material_state: match n {
                    n if n >= count => "PENDING_ROTATION",
                    n if n + 1 == count => "CURRENT",
                    _ => "NON_CURRENT",
                },
                expiration_model: there.map(|imported| expiration_model(imported.valid_to)),
                valid_to: material.expiry().map(EpochTime),
                rotation_date: rotated.then_some(EpochTime(material.created)),
                rotation_type: rotated.then_some(if material.on_demand { "ON_DEMAND" } else { "AUTOMATIC" }),
                place: format!("{n:06}"),
            }
        });
        let page = page(rotations, |rotation| &rotation.place, input.marker.as_deref(), input.limit)?;
        Ok(Output { truncated: page.next.is_some(), next_marker: page.next, rotations: page.items })
    }

    fn example() -> Example {
        with_key(json!({"KeyId": "$0/KeyMetadata/KeyId"})).after("kms:RotateKeyOnDemand", json!({"KeyId": "$0/KeyMetadata/KeyId"}))
    }
}
