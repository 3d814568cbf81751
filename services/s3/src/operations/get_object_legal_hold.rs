use crate::{LegalHold, S3, VersionInput, examples, lock};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::Serialize;
use serde_json::json;

/// A version's legal hold.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectLegalHold.html>
pub struct GetObjectLegalHold;

/// The legal hold.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetObjectLegalHoldOutput {
    /// The legal hold.
    pub legal_hold: LegalHold,
}

impl Operation for GetObjectLegalHold {
    type Service = S3;
    const NAME: &'static str = "GetObjectLegalHold";
    const READ_ONLY: bool = true;
    const DATA_EVENT: bool = true;
    type Input = VersionInput;
    type Output = GetObjectLegalHoldOutput;

    fn demands(input: &VersionInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        input.demands(facts, "s3:GetObjectLegalHold", |demand| demand)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: VersionInput) -> Result<GetObjectLegalHoldOutput, Error> {
        let held = input.open_locked(call)?.1.version.held;
        let on = held.legal_hold.ok_or_else(lock::nothing_set)?;
        Ok(GetObjectLegalHoldOutput { legal_hold: LegalHold { status: Some(lock::hold_text(on).into()) } })
    }

    fn example() -> Example {
        examples::with_locked(examples::object(json!({})))
            .after("s3:PutObjectLegalHold", examples::object(json!({"LegalHold": {"Status": "ON"}})))
    }

    fn variations() -> Vec<(&'static str, Example)> {
        vec![("of what is not there", examples::with_lock(examples::object(json!({}))).fails("NoSuchKey"))]
    }
}
