use crate::{Retention, S3, VersionInput, examples, lock};
use base::IsoTime;
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::Serialize;
use serde_json::json;

/// A version's retention.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectRetention.html>
pub struct GetObjectRetention;

/// The retention.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetObjectRetentionOutput {
    /// The retention.
    pub retention: Retention,
}

impl Operation for GetObjectRetention {
    type Service = S3;
    const NAME: &'static str = "GetObjectRetention";
    const READ_ONLY: bool = true;
    const DATA_EVENT: bool = true;
    type Input = VersionInput;
    type Output = GetObjectRetentionOutput;

    fn demands(input: &VersionInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        input.demands(facts, "s3:GetObjectRetention", |demand| demand)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: VersionInput) -> Result<GetObjectRetentionOutput, Error> {
        let held = input.open_locked(call)?.1.version.held;
        let retention = held.retention.ok_or_else(lock::nothing_set)?;
        let retention = Retention { mode: Some(retention.mode), retain_until_date: Some(IsoTime(retention.until)) };
        Ok(GetObjectRetentionOutput { retention })
    }

    fn example() -> Example {
        examples::with_locked(examples::object(json!({}))).after(
            "s3:PutObjectRetention",
            examples::object(json!({"Retention": {"Mode": "GOVERNANCE", "RetainUntilDate": examples::LATER}})),
        )
    }

    fn variations() -> Vec<(&'static str, Example)> {
        vec![("of what is not there", examples::with_lock(examples::object(json!({}))).fails("NoSuchKey"))]
    }
}
