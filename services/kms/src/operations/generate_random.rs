use crate::{Kms, material, usage::refuse_recipient};
use base::{Blob, Secret};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Random bytes.
/// Source: <https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateRandom.html>
pub struct GenerateRandom;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    number_of_bytes: Option<usize>,
    custom_key_store_id: Option<String>,
    recipient: Option<Value>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    plaintext: Secret<Blob>,
}

impl Operation for GenerateRandom {
    type Service = Kms;
    const NAME: &'static str = "GenerateRandom";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(_input: &Input, _facts: &mut View<'_, Kms>) -> Result<Demands, Error> {
        Ok(Demand::any("kms:GenerateRandom").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        refuse_recipient("GenerateRandom", input.recipient.as_ref())?;
        if input.custom_key_store_id.is_some() {
            return Err(Error::not_implemented("kms:GenerateRandom with CustomKeyStoreId"));
        }
        match input.number_of_bytes {
            Some(length @ 1..=1024) => Ok(Output { plaintext: material::data_key(call, length) }),
            _ => Err(Error::validation("NumberOfBytes must be given, from 1 to 1024.")),
        }
    }

    fn example() -> Example {
        Example::of(json!({"NumberOfBytes": 32}))
    }
}
