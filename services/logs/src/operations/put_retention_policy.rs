use crate::{
    Logs,
    error::constraint,
    names::{Owner, check_group, on_group},
    state::GROUPS,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Sets for how many days a group's events are kept.
/// Source: <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html>
pub struct PutRetentionPolicy;

/// The group and its days.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PutRetentionPolicyInput {
    /// The group.
    pub log_group_name: String,
    /// One of AWS's numbers of days.
    pub retention_in_days: u32,
}

const DAYS: [u32; 22] = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

impl Operation for PutRetentionPolicy {
    type Service = Logs;
    const NAME: &'static str = "PutRetentionPolicy";
    const READ_ONLY: bool = false;
    type Input = PutRetentionPolicyInput;
    type Output = ();

    fn demands(input: &PutRetentionPolicyInput, view: &mut View<'_, Logs>) -> Result<Demands, Error> {
        check_group(&input.log_group_name)?;
        Ok(on_group("logs:PutRetentionPolicy", view, &input.log_group_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: PutRetentionPolicyInput) -> Result<(), Error> {
        if !DAYS.contains(&input.retention_in_days) {
            let value = input.retention_in_days.to_string();
            return Err(constraint(&value, "retentionInDays", &format!("Member must satisfy enum value set: {:?}", DAYS)));
        }
        let owner = Owner::of(call)?;
        let mut row = owner.group_row(call, &input.log_group_name)?;
        row.retention = Some(input.retention_in_days);
        call.put(&GROUPS, &owner.group(&input.log_group_name), &row)
    }

    fn example() -> Example {
        Example::of(json!({"logGroupName": "/example", "retentionInDays": 7}))
            .after("logs:CreateLogGroup", json!({"logGroupName": "/example"}))
    }
}
