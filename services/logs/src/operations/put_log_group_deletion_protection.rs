use crate::{Logs, names::Named};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Keeps a group from being deleted, or lets it be deleted again.
/// Source: <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogGroupDeletionProtection.html>
pub struct PutLogGroupDeletionProtection;

/// What to do.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PutLogGroupDeletionProtectionInput {
    /// The group, by name or ARN.
    pub log_group_identifier: String,
    /// Whether it cannot be deleted.
    pub deletion_protection_enabled: bool,
}

impl Operation for PutLogGroupDeletionProtection {
    type Service = Logs;
    const NAME: &'static str = "PutLogGroupDeletionProtection";
    const READ_ONLY: bool = false;
    type Input = PutLogGroupDeletionProtectionInput;
    type Output = ();

    fn demands(input: &PutLogGroupDeletionProtectionInput, view: &mut View<'_, Logs>) -> Result<Demands, Error> {
        Ok(Named::identified(view, &input.log_group_identifier)?.demand("logs:PutLogGroupDeletionProtection").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: PutLogGroupDeletionProtectionInput) -> Result<(), Error> {
        let mut group = Named::identified(call, &input.log_group_identifier)?.load(call)?;
        group.row.protected = input.deletion_protection_enabled;
        group.save(call)
    }

    fn example() -> Example {
        Example::of(json!({"logGroupIdentifier": "/example", "deletionProtectionEnabled": true}))
            .after("logs:CreateLogGroup", json!({"logGroupName": "/example"}))
    }
}
