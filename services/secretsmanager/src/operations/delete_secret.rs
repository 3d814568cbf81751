use crate::{
    Secretsmanager,
    error::{deleted, invalid, no_secret},
    examples::with_secret,
    removal, secrets,
    state::SECRETS,
};
use base::{Arn, EpochTime};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::time::Duration;

/// Deletes a secret, after days in which it can be restored.
/// Source: <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html>
pub struct DeleteSecret;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    secret_id: String,
    recovery_window_in_days: Option<u64>,
    #[serde(default)]
    force_delete_without_recovery: bool,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    #[serde(rename = "ARN")]
    arn: Arn,
    name: String,
    deletion_date: EpochTime,
}

impl Operation for DeleteSecret {
    type Service = Secretsmanager;
    const NAME: &'static str = "DeleteSecret";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Secretsmanager>) -> Result<Demands, Error> {
        let demand = secrets::demand(facts, "secretsmanager:DeleteSecret", &input.secret_id)?;
        Ok(demand
            .with_some("secretsmanager:RecoveryWindowInDays", input.recovery_window_in_days.map(|days| days.to_string()))
            .with("secretsmanager:ForceDeleteWithoutRecovery", input.force_delete_without_recovery)
            .into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        if input.force_delete_without_recovery && input.recovery_window_in_days.is_some() {
            return Err(invalid("You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays."));
        }
        let days = input.recovery_window_in_days.unwrap_or(30);
        if !(7..=30).contains(&days) {
            return Err(invalid("The RecoveryWindowInDays value must be between 7 and 30 days (inclusive)."));
        }
        let now = call.now();
        let named = secrets::named(call, &input.secret_id)?;
        let Some(mut row) = named.row else {
            // Who wants it gone for good learns nothing from its not being there.
            let name = secrets::name_in(&named.arn).filter(|_| input.force_delete_without_recovery).ok_or_else(no_secret)?;
            return Ok(Output { name: name.to_owned(), arn: named.arn, deletion_date: EpochTime(now) });
        };
        if input.force_delete_without_recovery {
            call.delete(&SECRETS, &[row.account.as_str(), &row.name]);
            return Ok(Output { arn: row.arn, name: row.name, deletion_date: EpochTime(now) });
        }
        if row.deletion.is_some() {
            return Err(deleted());
        }
        let day = now.plus(Duration::from_secs(days * 24 * 60 * 60));
        row.deletion = Some((now, day));
        secrets::save(call, &row)?;
        removal::begin(call, &row, day)?;
        Ok(Output { arn: row.arn, name: row.name, deletion_date: EpochTime(day) })
    }

    fn example() -> Example {
        with_secret(json!({"SecretId": "example"}))
    }
}
