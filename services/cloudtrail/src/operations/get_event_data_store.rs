use crate::{
    CloudTrail,
    event_data_store::{EventDataStore, found, named},
};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// How an account's trail is kept.
/// Source: <https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetEventDataStore.html>
pub struct GetEventDataStore;

/// Which one.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetEventDataStoreInput {
    /// Its ARN, or the id at the ARN's end.
    pub event_data_store: String,
}

impl Operation for GetEventDataStore {
    type Service = CloudTrail;
    const NAME: &'static str = "GetEventDataStore";
    const READ_ONLY: bool = true;
    type Input = GetEventDataStoreInput;
    type Output = EventDataStore;

    fn demands(input: &GetEventDataStoreInput, view: &mut View<'_, CloudTrail>) -> Result<Demands, Error> {
        let (region, account) = (view.region().clone(), view.account()?);
        Ok(Demand::new("cloudtrail:GetEventDataStore", named(&input.event_data_store, &region, account)?).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: GetEventDataStoreInput) -> Result<EventDataStore, Error> {
        let (region, account) = (call.region().clone(), call.account()?);
        found(call, &input.event_data_store, &region, account)
    }

    fn example() -> Example {
        Example::of(json!({"EventDataStore": "00000000-0000-4000-8000-111111111111"}))
    }
}
