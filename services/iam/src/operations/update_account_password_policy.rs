use crate::{
    Iam,
    error::invalid,
    passwords::MOST_EARLIER,
    shapes::Nothing,
    state::{PASSWORD_RULES, PasswordRules},
};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// What the account asks of passwords: all of it, members that are not given go back to their defaults.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAccountPasswordPolicy.html>
pub struct UpdateAccountPasswordPolicy;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    minimum_password_length: Option<u64>,
    #[serde(default)]
    require_symbols: bool,
    #[serde(default)]
    require_numbers: bool,
    #[serde(default)]
    require_uppercase_characters: bool,
    #[serde(default)]
    require_lowercase_characters: bool,
    #[serde(default)]
    allow_users_to_change_password: bool,
    max_password_age: Option<u64>,
    password_reuse_prevention: Option<u64>,
    #[serde(default)]
    hard_expiry: bool,
}

fn within(member: &str, value: u64, least: u64, most: u64) -> Result<u64, Error> {
    if (least..=most).contains(&value) {
        return Ok(value);
    }
    Err(invalid(member, value, &format!("Member must have value between {least} and {most}")))
}

impl Operation for UpdateAccountPasswordPolicy {
    type Service = Iam;
    const NAME: &'static str = "UpdateAccountPasswordPolicy";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(_input: &Input, _facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(Demand::any("iam:UpdateAccountPasswordPolicy").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        let account = call.account()?;
        let rules = PasswordRules {
            shortest: within("minimumPasswordLength", input.minimum_password_length.unwrap_or(6), 6, 128)?,
            symbols: input.require_symbols,
            numbers: input.require_numbers,
            upper_case: input.require_uppercase_characters,
            lower_case: input.require_lowercase_characters,
            users_may_change: input.allow_users_to_change_password,
            longest_days: input.max_password_age.map(|days| within("maxPasswordAge", days, 1, 1095)).transpose()?,
            not_again: input.password_reuse_prevention.map(|n| within("passwordReusePrevention", n, 1, MOST_EARLIER)).transpose()?,
            hard_expiry: input.hard_expiry,
        };
        call.put(&PASSWORD_RULES, account.as_str(), &rules)?;
        Ok(Nothing)
    }

    fn example() -> Example {
        Example::of(json!({"MinimumPasswordLength": 14, "RequireSymbols": true}))
    }
}
