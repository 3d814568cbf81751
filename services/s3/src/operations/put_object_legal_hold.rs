use crate::{Nothing, S3, VersionInput, error, examples, lock, objects};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Holds a version, or lets it go: while it is held nobody can delete it.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectLegalHold.html>
pub struct PutObjectLegalHold;

/// A legal hold.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct LegalHold {
    /// `ON` or `OFF`.
    pub status: Option<String>,
}

/// Which version, and its hold.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PutObjectLegalHoldInput {
    /// The version.
    #[serde(flatten)]
    pub version: VersionInput,
    /// The hold.
    #[serde(default)]
    pub legal_hold: LegalHold,
}

impl Operation for PutObjectLegalHold {
    type Service = S3;
    const NAME: &'static str = "PutObjectLegalHold";
    const READ_ONLY: bool = false;
    const DATA_EVENT: bool = true;
    type Input = PutObjectLegalHoldInput;
    type Output = Nothing;

    fn demands(input: &PutObjectLegalHoldInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        input.version.demands(facts, "s3:PutObjectLegalHold", |demand| {
            demand.with_some("s3:object-lock-legal-hold", input.legal_hold.status.as_ref())
        })
    }

    fn execute(call: &mut Authorized<'_, Self>, input: PutObjectLegalHoldInput) -> Result<Nothing, Error> {
        let (bucket, mut placed) = input.version.open_locked(call)?;
        let on = input.legal_hold.status.as_deref().and_then(lock::hold_of).ok_or_else(error::malformed_xml)?;
        placed.version.held.legal_hold = Some(on);
        objects::rewrite(call, &bucket.name, &input.version.key, &placed)?;
        Ok(Nothing {})
    }

    fn example() -> Example {
        examples::with_locked(examples::object(json!({"LegalHold": {"Status": "ON"}})))
    }

    fn variations() -> Vec<(&'static str, Example)> {
        let missing = examples::with_lock(examples::object(json!({"LegalHold": {"Status": "ON"}}))).fails("NoSuchKey");
        vec![("of what is not there", missing)]
    }
}
