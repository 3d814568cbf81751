//! AWS CloudTrail: a trail is made if CloudTrail may write to its bucket, with its key, and to its log group.
//! Source: <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html>

use super::{
    call::{Act, Imagined, passing, perform, required, with},
    services::{Trails, known},
};
use base::Arn;
use gate::{Demand, Demands, Error, Registration, Scope, View};
use serde_json::{Value, json};

pub(super) fn service() -> Registration {
    with::<CreateTrail>(known::<Trails>())
}

/// A trail is made, from the properties of a template and its name.
pub(super) struct CreateTrail;

fn trail(view: &View<'_, Trails>, input: &Value) -> Result<Arn, Error> {
    Ok(Arn::new("cloudtrail", view.region().as_str(), view.account()?.as_str(), &format!("trail/{}", required(input, "TrailName")?)))
}

impl Imagined for CreateTrail {
    type Service = Trails;
    const NAME: &'static str = "CreateTrail";
    const READ_ONLY: bool = false;

    fn demands(input: &Value, facts: &mut View<'_, Trails>) -> Result<Demands, Error> {
        let trail = trail(facts, input)?;
        let mut demands = Demands::from(Demand::new("cloudtrail:CreateTrail", trail.clone()));
        if input["IsLogging"] != json!(false) && input["IsLogging"] != json!("false") {
            demands = demands.and(Demand::new("cloudtrail:StartLogging", trail.clone()));
        }
        if input["EventSelectors"].is_array() || input["AdvancedEventSelectors"].is_array() {
            demands = demands.and(Demand::new("cloudtrail:PutEventSelectors", trail.clone()));
        }
        if input["InsightSelectors"].is_array() {
            demands = demands.and(Demand::new("cloudtrail:PutInsightSelectors", trail));
        }
        if let Some(role) = input["CloudWatchLogsRoleArn"].as_str() {
            demands = demands.and(passing(role, "cloudtrail.amazonaws.com")?);
        }
        Ok(demands)
    }

    fn execute(call: &mut Scope<'_, Trails>, input: Value) -> Result<Value, Error> {
        let (trail, account) = (trail(call, &input)?, call.account()?);
        let own = call.as_service(account, Some(&trail));
        let bucket = required(&input, "S3BucketName")?;
        let prefix = input["S3KeyPrefix"].as_str().map(|prefix| format!("{prefix}/")).unwrap_or_default();
        let wrong = |error: Error| match error.is_denied() {
            true => {
                Error::new("InsufficientS3BucketPolicyException", format!("Incorrect S3 bucket policy is detected for bucket: {bucket}"))
            }
            false => error,
        };
        perform(call, &own, Act::on("s3:GetBucketAcl", format!("arn:aws:s3:::{bucket}"))).map_err(wrong)?;
        let object = format!("arn:aws:s3:::{bucket}/{prefix}AWSLogs/{account}/*");
        perform(call, &own, Act::on("s3:PutObject", object).with("s3:x-amz-acl", "bucket-owner-full-control")).map_err(wrong)?;
        if let Some(key) = input["KMSKeyId"].as_str() {
            let key = match key.strip_prefix("arn:") {
                Some(_) => key.to_owned(),
                None => Arn::new("kms", call.region().as_str(), account.as_str(), &format!("key/{key}")).to_string(),
            };
            let wrong = |error: Error| match error.is_denied() {
                true => Error::new(
                    "InsufficientEncryptionPolicyException",
                    format!("Insufficient permissions to access S3 bucket {bucket} or KMS key {key}."),
                ),
                false => error,
            };
            let act = Act::on("kms:GenerateDataKey", &key).with("kms:EncryptionContext:aws:cloudtrail:arn", trail.as_str());
            perform(call, &own, act).map_err(wrong)?;
        }
        if let (Some(role), Some(group)) = (input["CloudWatchLogsRoleArn"].as_str(), input["CloudWatchLogsLogGroupArn"].as_str()) {
            let session = call.assume(&own, role, "CLOUDTRAIL")?;
            let stream = format!("{}:log-stream:{account}_CloudTrail_{}", group.trim_end_matches(":*"), call.region());
            for action in ["logs:CreateLogStream", "logs:PutLogEvents"] {
                perform(call, &session, Act::on(action, &stream))?;
            }
        }
        Ok(json!({"TrailARN": trail}))
    }
}
