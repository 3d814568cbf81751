use crate::{Nothing, Retention, S3, VersionInput, examples, lock, objects};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Sets until when a version cannot be deleted. Shortening needs `s3:BypassGovernanceRetention`, and is never possible under
/// compliance.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectRetention.html>
pub struct PutObjectRetention;

/// Which version, and its retention.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PutObjectRetentionInput {
    /// The version.
    #[serde(flatten)]
    pub version: VersionInput,
    /// The retention; an empty one ends it.
    #[serde(default)]
    pub retention: Retention,
    /// `true`: also where the present one is under governance and longer.
    pub bypass_governance_retention: Option<String>,
}

impl Operation for PutObjectRetention {
    type Service = S3;
    const NAME: &'static str = "PutObjectRetention";
    const READ_ONLY: bool = false;
    const DATA_EVENT: bool = true;
    type Input = PutObjectRetentionInput;
    type Output = Nothing;

    fn demands(input: &PutObjectRetentionInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        let now = facts.now();
        let demands = input.version.demands(facts, "s3:PutObjectRetention", |demand| input.retention.on(demand, now))?;
        let bypass = lock::bypass(facts, input.bypass_governance_retention.as_deref(), &input.version.bucket, &input.version.key)?;
        Ok(bypass.into_iter().fold(demands, Demands::and))
    }

    fn execute(call: &mut Authorized<'_, Self>, input: PutObjectRetentionInput) -> Result<Nothing, Error> {
        let (bucket, mut placed) = input.version.open_locked(call)?;
        let now = call.now();
        let new = input.retention.kept(now)?;
        placed.version.held.check_change(new, lock::bypasses(input.bypass_governance_retention.as_deref()), now)?;
        placed.version.held.retention = new;
        objects::rewrite(call, &bucket.name, &input.version.key, &placed)?;
        Ok(Nothing {})
    }

    fn example() -> Example {
        let retention = json!({"Retention": {"Mode": "GOVERNANCE", "RetainUntilDate": examples::LATER}});
        examples::with_locked(examples::object(retention))
    }

    fn variations() -> Vec<(&'static str, Example)> {
        let shorter = json!({"Retention": {"Mode": "GOVERNANCE", "RetainUntilDate": examples::LATER}, "BypassGovernanceRetention": "true"});
        let none = json!({"Retention": {"Mode": "GOVERNANCE", "RetainUntilDate": examples::LATER}});
        vec![
            ("with a bypass", examples::with_locked(examples::object(shorter))),
            ("of what is not there", examples::with_lock(examples::object(none)).fails("NoSuchKey")),
        ]
    }
}
