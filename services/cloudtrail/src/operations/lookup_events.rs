use crate::CloudTrail;
use base::EpochTime;
use gate::{Authorized, Demand, Demands, Error, Example, Operation, Record, View};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Recorded calls of the caller's account, newest first. Data events (objects) are in the trail too, but as on AWS they
/// are not part of the event history, unless one is asked for by its `EventId`, or all by `IncludeDataEvents`.
/// Source: <https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html>
pub struct LookupEvents;

/// What to look for.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct LookupAttribute {
    /// `EventId`, `EventName`, `ReadOnly`, `Username`, `ResourceType`, `ResourceName`, `EventSource` or `AccessKeyId`.
    pub attribute_key: String,
    /// The value it must have.
    pub attribute_value: String,
}

/// Which events.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct LookupEventsInput {
    /// At most one, as on AWS.
    #[serde(default)]
    pub lookup_attributes: Vec<LookupAttribute>,
    /// Not before.
    pub start_time: Option<EpochTime>,
    /// Not after.
    pub end_time: Option<EpochTime>,
    /// 1 to 50; 50 if not given.
    pub max_results: Option<usize>,
    /// From the answer before.
    pub next_token: Option<String>,
    /// Insights events: refused, not ignored.
    pub event_category: Option<String>,
    /// Data events too: Sekisho's own, AWS has no such member.
    #[serde(default)]
    pub include_data_events: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Resource {
    resource_type: Option<String>,
    resource_name: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Event {
    event_id: String,
    event_name: String,
    read_only: String,
    access_key_id: Option<String>,
    event_time: EpochTime,
    event_source: String,
    username: Option<String>,
    resources: Vec<Resource>,
    cloud_trail_event: String,
}

/// A page of events.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    events: Vec<Event>,
    next_token: Option<String>,
}

const MOST: usize = 50;
/// Records that one call looks through: a page may come back short, with a token, as on AWS.
const WINDOW: usize = 5000;
const ATTRIBUTES: [&str; 8] =
    ["EventId", "EventName", "ReadOnly", "Username", "ResourceType", "ResourceName", "EventSource", "AccessKeyId"];

/// CloudFormation's name of the resource type behind an ARN, for the services that are recorded.
fn resource_type(arn: &str) -> Option<&'static str> {
    let mut parts = arn.splitn(6, ':');
    let service = parts.nth(2)?;
    let resource = parts.nth(2)?;
    Some(match (service, resource.split(['/', ':']).next()?) {
        ("iam", "role") => "AWS::IAM::Role",
        ("iam", "policy") => "AWS::IAM::Policy",
        ("iam", "user") => "AWS::IAM::User",
        ("kms", "key") => "AWS::KMS::Key",
        ("s3", _) if resource.contains('/') => "AWS::S3::Object",
        ("s3", _) => "AWS::S3::Bucket",
        ("logs", _) => "AWS::Logs::LogGroup",
        ("codebuild", "project") => "AWS::CodeBuild::Project",
        ("codepipeline", _) => "AWS::CodePipeline::Pipeline",
        ("codecommit", _) => "AWS::CodeCommit::Repository",
        ("cloudformation", "stack") => "AWS::CloudFormation::Stack",
        _ => return None,
    })
}

fn text(event: &Value, pointer: &str) -> Option<String> {
    event.pointer(pointer)?.as_str().map(str::to_string)
}

/// The user's name or the session's, as the console shows it.
fn username(event: &Value) -> Option<String> {
    text(event, "/userIdentity/userName").or_else(|| {
        let arn = text(event, "/userIdentity/arn")?;
        Some(arn.rsplit('/').next()?.to_string())
    })
}

fn shown(record: Record) -> Event {
    let event = &record.event;
    let arns = event["resources"].as_array().into_iter().flatten().filter_map(|r| r["ARN"].as_str());
    Event {
        event_name: text(event, "/eventName").unwrap_or_default(),
        read_only: event["readOnly"].as_bool().unwrap_or_default().to_string(),
        access_key_id: text(event, "/userIdentity/accessKeyId"),
        event_time: EpochTime(record.time),
        event_source: text(event, "/eventSource").unwrap_or_default(),
        username: username(event),
        resources: arns
            .map(|arn| Resource { resource_type: resource_type(arn).map(str::to_string), resource_name: arn.to_string() })
            .collect(),
        cloud_trail_event: event.to_string(),
        event_id: record.id,
    }
}

fn matches(event: &Event, attribute: &LookupAttribute) -> bool {
    let value = attribute.attribute_value.as_str();
    match attribute.attribute_key.as_str() {
        "EventId" => event.event_id == value,
        "EventName" => event.event_name == value,
        "ReadOnly" => event.read_only == value,
        "Username" => event.username.as_deref() == Some(value),
        "EventSource" => event.event_source == value,
        "AccessKeyId" => event.access_key_id.as_deref() == Some(value),
        "ResourceType" => event.resources.iter().any(|r| r.resource_type.as_deref() == Some(value)),
        "ResourceName" => {
            event.resources.iter().any(|r| r.resource_name == value || r.resource_name.rsplit(['/', ':']).next() == Some(value))
        }
        _ => false,
    }
}

fn checked(input: &LookupEventsInput) -> Result<usize, Error> {
    if input.event_category.is_some() {
        return Err(Error::not_implemented("cloudtrail:LookupEvents with EventCategory"));
    }
    if input.lookup_attributes.len() > 1 {
        return Err(Error::new("InvalidLookupAttributesException", "You can use only one attribute for each lookup"));
    }
    if let Some(unknown) = input.lookup_attributes.iter().find(|a| !ATTRIBUTES.contains(&a.attribute_key.as_str())) {
        return Err(Error::new(
            "InvalidLookupAttributesException",
            format!("'{}' is not a lookup attribute; there are {}", unknown.attribute_key, ATTRIBUTES.join(", ")),
        ));
    }
    if let (Some(start), Some(end)) = (input.start_time, input.end_time)
        && start.0 > end.0
    {
        return Err(Error::new("InvalidTimeRangeException", "The start time is after the end time"));
    }
    if input.next_token.as_ref().is_some_and(|token| token.len() != 36 || !token.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit())) {
        return Err(Error::new("InvalidNextTokenException", "The next token is not one that this operation gave"));
    }
    match input.max_results.unwrap_or(MOST) {
        most @ 1..=MOST => Ok(most),
        other => Err(Error::new("InvalidMaxResultsException", format!("MaxResults is {other}; it must be between 1 and {MOST}"))),
    }
}

impl Operation for LookupEvents {
    type Service = CloudTrail;
    const NAME: &'static str = "LookupEvents";
    const READ_ONLY: bool = true;
    type Input = LookupEventsInput;
    type Output = Output;

    fn demands(_input: &LookupEventsInput, _facts: &mut View<'_, CloudTrail>) -> Result<Demands, Error> {
        Ok(Demand::any("cloudtrail:LookupEvents").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: LookupEventsInput) -> Result<Output, Error> {
        let most = checked(&input)?;
        let account = call.account()?;
        let region = call.region().clone();
        let is_here = |record: &Record| record.event["awsRegion"] == region.as_str();
        let attribute = input.lookup_attributes.first();
        if let Some(id) = attribute.filter(|a| a.attribute_key == "EventId") {
            let found = call.trail_event(account, &id.attribute_value)?.filter(is_here);
            return Ok(Output { events: found.into_iter().map(shown).collect(), next_token: None });
        }
        let mut before = input.next_token;
        let mut events = Vec::new();
        let mut looked = 0;
        loop {
            let page = call.trail(account, before.as_deref(), most * 4)?;
            if page.is_empty() {
                return Ok(Output { events, next_token: None });
            }
            for record in page {
                looked += 1;
                before = Some(record.id.clone());
                if input.start_time.is_some_and(|start| record.time < start.0) {
                    return Ok(Output { events, next_token: None });
                }
                let data_event = record.event["managementEvent"] == json!(false);
                if !is_here(&record) || (data_event && !input.include_data_events) || input.end_time.is_some_and(|end| record.time > end.0)
                {
                    continue;
                }
                let event = shown(record);
                if attribute.is_none_or(|a| matches(&event, a)) {
                    events.push(event);
                }
                if events.len() >= most || looked >= WINDOW {
                    return Ok(Output { events, next_token: before });
                }
            }
        }
    }

    fn example() -> Example {
        Example::of(json!({"MaxResults": 5})).after("sts:GetCallerIdentity", json!({}))
    }
}
