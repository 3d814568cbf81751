use crate::{Kms, examples::with_key, keys};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A key's policy.
/// Source: <https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyPolicy.html>
pub struct GetKeyPolicy;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    key_id: String,
    policy_name: Option<String>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    policy: String,
    policy_name: &'static str,
}

/// A key has one policy.
pub(crate) fn check_name(name: Option<&str>) -> Result<(), Error> {
    match name {
        None | Some("default") => Ok(()),
        Some(other) => Err(Error::new("NotFoundException", format!("No such policy exists: {}", crate::error::clipped(other)))),
    }
}

impl Operation for GetKeyPolicy {
    type Service = Kms;
    const NAME: &'static str = "GetKeyPolicy";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Kms>) -> Result<Demands, Error> {
        Ok(keys::demand(facts, "kms:GetKeyPolicy", &input.key_id)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        check_name(input.policy_name.as_deref())?;
        let key = keys::load(call, &input.key_id)?;
        Ok(Output { policy: call.ids_to_principals(&key.policy), policy_name: "default" })
    }

    fn example() -> Example {
        with_key(json!({"KeyId": "$0/KeyMetadata/KeyId"}))
    }
}
