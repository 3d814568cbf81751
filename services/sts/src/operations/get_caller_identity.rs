use crate::Sts;
use base::AccountId;
use gate::{Authorized, Caller, Demands, Error, Example, Identity, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Who calls. Needs no permission, and no policy can deny it.
/// Source: <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html>
pub struct GetCallerIdentity;

/// No members.
#[derive(Debug, Serialize, Deserialize)]
pub struct Input {}

/// The caller.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    user_id: String,
    account: AccountId,
    arn: String,
}

pub(crate) fn anonymous() -> Error {
    Error::new("MissingAuthenticationToken", "Request is missing Authentication Token").status(403)
}

impl Operation for GetCallerIdentity {
    type Service = Sts;
    const NAME: &'static str = "GetCallerIdentity";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(_input: &Input, facts: &mut View<'_, Sts>) -> Result<Demands, Error> {
        match facts.caller().identity() {
            Identity::Anonymous => Err(anonymous()),
            _ => Ok(Demands::default()),
        }
    }

    fn execute(call: &mut Authorized<'_, Self>, _input: Input) -> Result<Output, Error> {
        let caller: &Caller = call.caller();
        Ok(Output { user_id: caller.user_id(), account: caller.account().ok_or_else(anonymous)?, arn: caller.name() })
    }

    fn example() -> Example {
        Example::of(json!({}))
    }
}
