use crate::{
    Sts,
    error::denied,
    members::check_duration,
    session::{self, Credentials},
};
use base::Secret;
use gate::{Authorized, CalledBy, Demands, Error, Example, Identity, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Temporary credentials of an IAM user: the user's own identity and policies, and none of `iam`. Needs no permission, and no
/// policy can deny it.
/// Source: <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html>
pub struct GetSessionToken;

/// How long.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    duration_seconds: Option<u64>,
    /// An MFA device: refused, not ignored.
    serial_number: Option<String>,
    /// Its code: refused, not ignored.
    token_code: Option<Secret<String>>,
}

/// The credentials.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    credentials: Credentials,
}

/// Seconds, if none are asked for, and at most.
pub(crate) const DEFAULT: u64 = 43_200;
pub(crate) const LONGEST: u64 = 129_600;

impl Operation for GetSessionToken {
    type Service = Sts;
    const NAME: &'static str = "GetSessionToken";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Sts>) -> Result<Demands, Error> {
        match facts.caller().identity() {
            Identity::User { temporary: None, .. } => check_duration(input.duration_seconds, LONGEST).map(|()| Demands::default()),
            Identity::Anonymous => Err(super::get_caller_identity::anonymous()),
            _ => Err(denied("Cannot call GetSessionToken with session credentials")),
        }
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        for (member, given) in [("SerialNumber", input.serial_number.is_some()), ("TokenCode", input.token_code.is_some())] {
            if given {
                return Err(Error::not_implemented(&format!("sts:GetSessionToken with {member}")));
            }
        }
        let account = call.account()?;
        let fresh = session::temporary(call, account, input.duration_seconds.unwrap_or(DEFAULT));
        let mut user = call.caller().identity().clone();
        if let Identity::User { temporary, access_key_id, .. } = &mut user {
            access_key_id.clone_from(&fresh.access_key_id);
            *temporary = Some(Box::new(fresh));
        }
        Ok(Output { credentials: session::credentials(call, &user)? })
    }

    fn example() -> Example {
        Example::of(json!({"DurationSeconds": 900})).by(CalledBy::User)
    }
}
