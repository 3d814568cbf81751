use crate::{Sts, error::constraint};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Why a call of this account was denied, from the sealed message of the denial.
/// Source: <https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html>
pub struct DecodeAuthorizationMessage;

/// The message.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    encoded_message: String,
}

/// What it says, as JSON.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    decoded_message: String,
}

const LONGEST: usize = 10_240;

impl Operation for DecodeAuthorizationMessage {
    type Service = Sts;
    const NAME: &'static str = "DecodeAuthorizationMessage";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, _facts: &mut View<'_, Sts>) -> Result<Demands, Error> {
        let length = input.encoded_message.len();
        if length == 0 || length > LONGEST {
            let rule = format!("Member must have length between 1 and {LONGEST}");
            return Err(constraint("encodedMessage", format_args!("{length} characters"), rule));
        }
        Ok(Demand::any("sts:DecodeAuthorizationMessage").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let account = call.account()?;
        let decoded = call.authorization_message(account, &input.encoded_message);
        let invalid = || {
            let message = "The message is not one of this account: the encodedMessage of a denial's record is.";
            Error::new("InvalidAuthorizationMessageException", message)
        };
        Ok(Output { decoded_message: decoded.ok_or_else(invalid)? })
    }

    fn example() -> Example {
        Example::of(json!({"EncodedMessage": "$0/EncodedMessage"})).after_denied("iam:ListRoles", json!({}))
    }
}
