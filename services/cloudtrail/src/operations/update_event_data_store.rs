use crate::{
    CloudTrail,
    event_data_store::{EventDataStore, found, named},
};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Sets for how many days an account's records are kept; older ones are removed soon after, and that is recorded too.
/// Source: <https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_UpdateEventDataStore.html>
pub struct UpdateEventDataStore;

/// Which one, and what of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct UpdateEventDataStoreInput {
    /// Its ARN, or the id at the ARN's end.
    pub event_data_store: String,
    /// Days, 1 to 3653. AWS's least is 7; a disk of one's own may be too small for that.
    pub retention_period: Option<u32>,
}

const MOST: u32 = 3653;

impl Operation for UpdateEventDataStore {
    type Service = CloudTrail;
    const NAME: &'static str = "UpdateEventDataStore";
    const READ_ONLY: bool = false;
    type Input = UpdateEventDataStoreInput;
    type Output = EventDataStore;

    fn demands(input: &UpdateEventDataStoreInput, view: &mut View<'_, CloudTrail>) -> Result<Demands, Error> {
        let (region, account) = (view.region().clone(), view.account()?);
        Ok(Demand::new("cloudtrail:UpdateEventDataStore", named(&input.event_data_store, &region, account)?).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: UpdateEventDataStoreInput) -> Result<EventDataStore, Error> {
        let (region, account) = (call.region().clone(), call.account()?);
        found(call, &input.event_data_store, &region, account)?;
        if let Some(days) = input.retention_period {
            if !(1..=MOST).contains(&days) {
                let message = format!("RetentionPeriod is {days}; it must be between 1 and {MOST} days");
                return Err(Error::new("InvalidParameterException", message));
            }
            call.keep_trail(account, days)?;
        }
        found(call, &input.event_data_store, &region, account)
    }

    fn example() -> Example {
        Example::of(json!({"EventDataStore": "00000000-0000-4000-8000-111111111111", "RetentionPeriod": 365}))
    }
}
