//! What watches over a delivery, and whether it can see: approvals that count, filters and rules that match, buckets that encrypt.

use crate::{
    Cause, Certainty, Finding, Kind, Layer, Severity,
    driver::{Driver, list, text},
    grants::Held,
    repairs::calls::strings,
};
use cloudformation::MadeResource;
use serde_json::Value;
use std::collections::BTreeSet;

/// The type and what is looked at.
const MACHINE: &str = "AWS::StepFunctions::StateMachine";
const WAITING: &str = ".waitForTaskToken";
/// What a trail's events have.
const OF_TRAILS: [&str; 4] = ["$.eventSource", "$.eventName", "$.userIdentity", "$.errorCode"];

/// What is seen in one resource: the kind, how grave it is, the property, what it is, why, and what mends it.
struct Seen {
    kind: Kind,
    property: &'static str,
    title: String,
    why: String,
    note: String,
}

impl Driver<'_> {
    /// What pipelines, trails and their kind hold.
    pub(crate) fn oversight(&self, made: &[MadeResource]) -> Held {
        let mut held = Held::default();
        for (arn, pipeline) in &self.declarations {
            let actions: Vec<&Value> = list(pipeline, "stages").iter().flat_map(|stage| list(stage, "actions")).collect();
            if !actions.iter().any(|action| action["actionTypeId"]["category"] == "Approval") {
                continue;
            }
            let stores = pipeline["artifactStores"].as_object().into_iter().flat_map(|stores| stores.values());
            for store in stores.chain(pipeline.get("artifactStore")) {
                held.approved.push((text(pipeline, "name").to_owned(), text(store, "location").to_owned()));
            }
            let sources = actions.iter().filter(|action| text(&action["actionTypeId"], "provider") == "CodeCommit");
            let account = arn.split(':').nth(4).unwrap_or_default();
            let repository = |action: &&Value| {
                let owner = text(action, "roleArn").split(':').nth(4).unwrap_or(account);
                let name = text(&action["configuration"], "RepositoryName");
                format!("arn:aws:codecommit:{}:{owner}:{name}", self.estate.region)
            };
            held.pipelines.push((arn.clone(), sources.map(repository).collect()));
        }
        for trail in made.iter().filter(|one| one.resource_type == "AWS::CloudTrail::Trail") {
            let arn = trail.attributes.get("Arn").and_then(Value::as_str).unwrap_or(&trail.physical_id).to_owned();
            let key = text(&trail.properties, "KMSKeyId");
            held.trails.push((arn, text(&trail.properties, "S3BucketName").to_owned(), Some(key.to_owned()).filter(|key| !key.is_empty())));
        }
        held
    }

    /// What does not see what it is meant to see.
    pub(crate) fn blind(&self, made: &[MadeResource]) -> Vec<Finding> {
        let trailed: BTreeSet<&str> = made
            .iter()
            .filter(|one| one.resource_type == "AWS::CloudTrail::Trail")
            .filter_map(|trail| trail.properties["CloudWatchLogsLogGroupArn"].as_str()?.split(":log-group:").nth(1))
            .map(|name| name.trim_end_matches(":*"))
            .collect();
        let mut findings = Vec::new();
        for one in made {
            let seen = match one.resource_type.as_str() {
                MACHINE => counts(&one.properties),
                "AWS::Logs::MetricFilter" => unfed(&one.properties, &trailed),
                "AWS::Events::Rule" => spares_roles(&one.properties),
                "AWS::S3::BucketPolicy" => by_default(&one.properties, made),
                _ => None,
            };
            findings.extend(seen.and_then(|seen| self.told_of(one, seen)));
        }
        findings
    }

    fn told_of(&self, one: &MadeResource, seen: Seen) -> Option<Finding> {
        let account = self.account_name(one.account.as_str());
        let stack = self.estate.stacks.iter().find(|stack| stack.account == account && stack.name == one.stack)?;
        let written = format!("/{}", seen.property);
        let origin = one.origins.iter().find(|(pointer, _)| *pointer == written);
        let place = match origin {
            Some((_, span)) => Some(crate::Place {
                file: stack.template.clone(),
                line: span.line,
                column: span.column,
                length: span.width().unwrap_or_default(),
            }),
            None => self.named_in(stack, &one.logical_id, &one.logical_id),
        };
        Some(Finding {
            id: format!("{}:{account}/{}/{}:{}", seen.kind.name(), one.stack, one.logical_id, seen.property),
            kind: seen.kind,
            severity: Severity::Warning,
            layer: Layer::Grants,
            subject: vec![account, one.stack.clone(), one.logical_id.clone()],
            title: seen.title,
            call: None,
            causes: vec![Cause { text: seen.why, place }],
            notes: vec![seen.note],
            certainty: Certainty::Certain,
            repairs: Vec::new(),
        })
    }
}

/// An approval of several that counts answers and not people: a choice by a number, and a way back to the task that asks.
fn counts(machine: &Value) -> Option<Seen> {
    let whole = match (&machine["Definition"], machine["DefinitionString"].as_str()) {
        (Value::Object(_), _) => machine["Definition"].clone(),
        (_, Some(text)) => serde_json::from_str(text).ok()?,
        _ => return None,
    };
    let states = whole["States"].as_object()?;
    let asks = |name: &str| states.get(name).is_some_and(|state| text(state, "Resource").ends_with(WAITING));
    let (choice, state) = states.iter().find(|(_, state)| {
        let counted = |rule: &Value| rule.as_object().is_some_and(|rule| rule.keys().any(|key| key.starts_with("NumericGreaterThan")));
        state["Type"] == "Choice" && list(state, "Choices").iter().any(counted) && asks(text(state, "Default"))
    })?;
    let asking = text(state, "Default");
    Some(Seen {
        kind: Kind::Deputy,
        property: if machine["Definition"].is_object() { "Definition" } else { "DefinitionString" },
        title: format!("one person can give the approvals that {choice} counts"),
        why: format!("{choice} counts answers to {asking}, and nothing keeps the same person from answering twice"),
        note: "keep who has answered, and count distinct people; leave out who began the delivery".into(),
    })
}

/// A filter over a trail's events in a log group that no trail writes to.
fn unfed(filter: &Value, trailed: &BTreeSet<&str>) -> Option<Seen> {
    let (group, pattern) = (text(filter, "LogGroupName"), text(filter, "FilterPattern"));
    if trailed.contains(group) || !OF_TRAILS.iter().any(|member| pattern.contains(member)) {
        return None;
    }
    Some(Seen {
        kind: Kind::Mismatch,
        property: "LogGroupName",
        title: format!("no trail writes to the log group {group}: the filter never counts anything"),
        why: "looks for a trail's events here".into(),
        note: "give the trail CloudWatchLogsLogGroupArn and CloudWatchLogsRoleArn".into(),
    })
}

/// A rule about API calls that leaves out all calls by roles.
fn spares_roles(rule: &Value) -> Option<Seen> {
    let pattern = match &rule["EventPattern"] {
        Value::String(text) => serde_json::from_str(text).ok()?,
        value => value.clone(),
    };
    let kinds = list(&pattern["detail"]["userIdentity"], "type");
    let spared = kinds.iter().any(|kind| strings(&kind["anything-but"]).contains(&"AssumedRole"));
    spared.then(|| Seen {
        kind: Kind::Mismatch,
        property: "EventPattern",
        title: "the rule leaves out every call that is made by a role".into(),
        why: "asks for anything but AssumedRole".into(),
        note: "pipelines, builds, federated people and CloudFormation all call as roles: name those that may, and match the others".into(),
    })
}

/// A bucket that encrypts by AES256 by default, and forbids to put what does not ask for aws:kms.
fn by_default(policy: &Value, made: &[MadeResource]) -> Option<Seen> {
    const HEADER: &str = "s3:x-amz-server-side-encryption";
    let statements = list(&policy["PolicyDocument"], "Statement");
    let insists = statements.iter().any(|statement| {
        let wanted = &statement["Condition"]["StringNotEquals"][HEADER];
        statement["Effect"] == "Deny" && strings(wanted).contains(&"aws:kms")
    });
    let name = text(policy, "Bucket");
    let bucket = made.iter().find(|one| one.resource_type == "AWS::S3::Bucket" && one.physical_id == name)?;
    let rules = &bucket.properties["BucketEncryption"]["ServerSideEncryptionConfiguration"];
    let default = rules.pointer("/0/ServerSideEncryptionByDefault/SSEAlgorithm").and_then(Value::as_str).unwrap_or("AES256");
    (insists && default == "AES256").then(|| Seen {
        kind: Kind::Mismatch,
        property: "PolicyDocument",
        title: format!("the bucket {} encrypts by AES256 of its own accord, and refuses what does not ask for aws:kms", bucket.logical_id),
        why: "who puts an object without a header is denied".into(),
        note: "the header is judged before the bucket's default is applied: let the default be aws:kms with the key, and the Deny spare requests without a header (Null)".into(),
    })
}
