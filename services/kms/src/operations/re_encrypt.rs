use crate::{
    Kms,
    error::dry_run,
    examples::with_key,
    grants, keys, material,
    usage::{self, Sealed, decrypting_key},
};
use base::{Arn, Blob};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;

/// Decrypts and encrypts again, under another key or context; the plaintext is not shown.
/// Source: <https://docs.aws.amazon.com/kms/latest/APIReference/API_ReEncrypt.html>
pub struct ReEncrypt;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    #[serde(default)]
    ciphertext_blob: Blob,
    source_key_id: Option<String>,
    #[serde(default)]
    source_encryption_context: BTreeMap<String, String>,
    source_encryption_algorithm: Option<String>,
    destination_key_id: String,
    #[serde(default)]
    destination_encryption_context: BTreeMap<String, String>,
    destination_encryption_algorithm: Option<String>,
    #[serde(default)]
    grant_tokens: Vec<String>,
    #[serde(default)]
    dry_run: bool,
    #[serde(default)]
    dry_run_modifiers: Vec<String>,
}

impl Input {
    fn sealed(&self) -> Result<Sealed<'_>, Error> {
        let named = (self.source_key_id.as_deref(), self.source_encryption_algorithm.as_deref());
        Sealed::read(&self.ciphertext_blob.0, named, usage::ignores_ciphertext(self.dry_run, &self.dry_run_modifiers)?)
    }
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    ciphertext_blob: Blob,
    source_key_id: Arn,
    key_id: Arn,
    source_encryption_algorithm: &'static str,
    destination_encryption_algorithm: &'static str,
    source_key_material_id: Option<String>,
    destination_key_material_id: Option<String>,
}

impl Operation for ReEncrypt {
    type Service = Kms;
    const NAME: &'static str = "ReEncrypt";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Kms>) -> Result<Demands, Error> {
        let algorithms = (input.source_encryption_algorithm.as_deref(), input.destination_encryption_algorithm.as_deref());
        grants::check_tokens(&input.grant_tokens)?;
        let sealed = input.sealed()?;
        let source = decrypting_key(facts, &sealed, input.source_key_id.as_deref())?;
        let destination = keys::named(facts, &input.destination_key_id)?;
        let same = source.arn == destination.arn;
        let from = keys::demand_on(facts, "kms:ReEncryptFrom", &source)?;
        let from = keys::with_context(from, &input.source_encryption_context, algorithms.0);
        let to = keys::demand_on(facts, "kms:ReEncryptTo", &destination)?;
        let to = keys::with_context(to, &input.destination_encryption_context, algorithms.1);
        Ok(Demands::from(from.with("kms:ReEncryptOnSameKey", same)).and(to.with("kms:ReEncryptOnSameKey", same)))
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let named = (input.source_key_id.as_deref(), input.source_encryption_algorithm.as_deref());
        let sealed = input.sealed()?;
        let (source, source_encryption_algorithm) = usage::load_decrypting(call, &sealed, named, "ReEncrypt")?;
        let destination = keys::usable(keys::load(call, &input.destination_key_id)?)?;
        let asked = input.destination_encryption_algorithm.as_deref();
        let destination_encryption_algorithm = usage::encryption_algorithm(&destination, asked, "ReEncrypt")?;
        let opened = material::decrypt(call, &source, source_encryption_algorithm, &sealed, &input.source_encryption_context)?;
        let Some(opened) = opened.filter(|_| !input.dry_run) else { return Err(dry_run()) };
        let (plain, context) = (&opened.plain.expose().0, &input.destination_encryption_context);
        let ciphertext_blob = material::encrypt(call, &destination, destination_encryption_algorithm, plain, context)?;
        let destination_key_material_id = destination.shown_material();
        Ok(Output {
            ciphertext_blob,
            source_key_id: source.arn,
            key_id: destination.arn,
            source_encryption_algorithm,
            destination_encryption_algorithm,
            source_key_material_id: opened.material,
            destination_key_material_id,
        })
    }

    fn example() -> Example {
        with_key(json!({"CiphertextBlob": "$1/CiphertextBlob", "DestinationKeyId": "$0/KeyMetadata/KeyId"}))
            .after("kms:Encrypt", json!({"KeyId": "$0/KeyMetadata/KeyId", "Plaintext": "dGV4dA=="}))
    }
}
