use crate::{Logs, error::constraint, names::Named, workflows::upkeep};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Sets for how many days a group's events are kept.
/// Source: <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html>
pub struct PutRetentionPolicy;

/// What to do.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PutRetentionPolicyInput {
    /// The group.
    pub log_group_name: String,
    /// One of AWS's numbers of days.
    pub retention_in_days: u32,
}

impl Operation for PutRetentionPolicy {
    type Service = Logs;
    const NAME: &'static str = "PutRetentionPolicy";
    const READ_ONLY: bool = false;
    type Input = PutRetentionPolicyInput;
    type Output = ();

    fn demands(input: &PutRetentionPolicyInput, view: &mut View<'_, Logs>) -> Result<Demands, Error> {
        Ok(Named::own(view, &input.log_group_name)?.demand("logs:PutRetentionPolicy").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: PutRetentionPolicyInput) -> Result<(), Error> {
        if !DAYS.contains(&input.retention_in_days) {
            let value = input.retention_in_days.to_string();
            return Err(constraint(&value, "retentionInDays", &format!("Member must satisfy enum value set: {DAYS:?}")));
        }
        let mut group = Named::own(call, &input.log_group_name)?.load(call)?;
        group.row.retention = Some(input.retention_in_days);
        group.save(call)?;
        // What is there already begins the work where it has not begun.
        if group.has_events(call)? {
            upkeep::ensure(call, &mut group)?;
        }
        upkeep::hurry(call, &group)
    }

    fn example() -> Example {
        Example::of(json!({"logGroupName": "/example", "retentionInDays": 7}))
            .after("logs:CreateLogGroup", json!({"logGroupName": "/example"}))
    }
}

const DAYS: [u32; 22] = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];
