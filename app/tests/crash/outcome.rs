//! What a world is like in the end, without what is random.

use super::{
    calls::{SESSION, call, objects},
    place::Place,
    scenario::Team,
};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// One kind of call: who, what, on what, with what result.
pub(crate) type Kind = String;

#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// Stacks and resources, executions and actions, builds, objects.
    pub(crate) state: BTreeSet<String>,
    /// Calls that were made inside: how often each.
    pub(crate) inside: BTreeMap<Kind, usize>,
    /// Changes that the team asked for: how often each succeeded.
    pub(crate) asked: BTreeMap<Kind, usize>,
    /// How often builds were begun again.
    pub(crate) restarted: usize,
    /// The ids of all records.
    pub(crate) ids: BTreeSet<String>,
    /// The ids that records name as those in which they were made, and what was.
    pub(crate) parents: BTreeSet<(String, String)>,
}

fn list<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value[name].as_array().map_or(&[], Vec::as_slice)
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_default()
}

fn drawn(suffix: &str) -> bool {
    suffix.len() == 12
        && suffix.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        && !suffix.bytes().all(|b| b.is_ascii_digit())
}

/// Ids that are drawn become `*`: UUIDs, unique ids of IAM, names of artifacts.
pub(crate) fn plain(given: &str) -> String {
    let mut out = String::new();
    for part in given.split_inclusive(['/', ':', ' ', '|', '"', ',']) {
        let (word, end) = part.strip_suffix(['/', ':', ' ', '|', '"', ',']).map_or((part, ""), |word| (word, &part[word.len()..]));
        let uuid = word.len() == 36 && word.bytes().filter(|b| *b == b'-').count() == 4;
        let unique = word.len() >= 16 && word.starts_with('A') && word.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        let hash = word.len() >= 32 && word.bytes().all(|b| b.is_ascii_hexdigit());
        let artifact = out.ends_with("shop/Source/") || out.ends_with("shop/Built/");
        let before = out.rsplit_once(":assumed-role/").map(|(_, role)| role);
        let session = before.is_some_and(|role| role.matches('/').count() == 1 && role.ends_with('/'));
        let folder = word.strip_prefix("src").is_some_and(|rest| rest.len() == 9 && rest.bytes().all(|b| b.is_ascii_digit()));
        match word.rsplit_once('-') {
            _ if uuid || unique || hash || artifact || folder || session && word != SESSION => out.push('*'),
            // A name that CloudFormation makes.
            Some((name, suffix)) if drawn(suffix) => out.extend([name, "-*"]),
            _ => out += word,
        }
        out += end;
    }
    out
}

pub(crate) fn of(place: &mut Place, team: &Team) -> Result<Outcome, String> {
    let mut outcome = Outcome::default();
    let stacks = [
        (&team.dev, "delivery"),
        (&team.staging, "target"),
        (&team.staging, "shop-release"),
        (&team.prod, "target"),
        (&team.prod, "shop-release"),
    ];
    for (who, name) in stacks {
        let answer = call(place, who, "cloudformation", "DescribeStacks", &json!({"StackName": name}))?;
        let stack = &answer["Stacks"][0];
        outcome.state.insert(plain(&format!("stack {} {} {}", text(stack, "StackId"), text(stack, "StackStatus"), stack["Outputs"])));
        let resources = call(place, who, "cloudformation", "DescribeStackResources", &json!({"StackName": name}))?;
        for r in list(&resources, "StackResources") {
            let of = ["LogicalResourceId", "ResourceType", "ResourceStatus", "PhysicalResourceId"].map(|member| text(r, member));
            outcome.state.insert(plain(&format!("resource {} {}", text(stack, "StackId"), of.join(" "))));
        }
    }
    executions(place, team, &mut outcome)?;
    builds(place, team, &mut outcome)?;
    for (who, bucket) in [(&team.staging, "shop-staging-222222222222"), (&team.prod, "shop-prod-333333333333")] {
        outcome.state.extend(objects(place, who, bucket)?.into_iter().map(|object| format!("object {bucket} {object}")));
    }
    let operator = place.operator();
    let work = call(place, &operator, "operator", "DescribeWork", &json!({}))?;
    let trouble = |w: &&Value| w["Failures"] != 0 || w["Left"].is_string() || text(w, "Status") == "GivenUp";
    for w in list(&work, "Work").iter().filter(trouble).chain(list(&work, "Commands")) {
        outcome.state.insert(format!("left over: {w}"));
    }
    for (who, _) in [(&team.dev, 0), (&team.staging, 1), (&team.prod, 2), (&operator, 3)] {
        records(place, who, &mut outcome)?;
    }
    Ok(outcome)
}

fn executions(place: &mut Place, team: &Team, outcome: &mut Outcome) -> Result<(), String> {
    let answer = call(place, &team.dev, "codepipeline", "ListPipelineExecutions", &json!({"pipelineName": "shop"}))?;
    let all = list(&answer, "pipelineExecutionSummaries");
    for (number, e) in all.iter().rev().enumerate() {
        outcome.state.insert(format!("execution {number} {} {}", text(e, "status"), e["trigger"]["triggerType"]));
        let filter = json!({"pipelineName": "shop", "filter": {"pipelineExecutionId": e["pipelineExecutionId"]}});
        let actions = call(place, &team.dev, "codepipeline", "ListActionExecutions", &filter)?;
        for a in list(&actions, "actionExecutionDetails") {
            outcome.state.insert(format!(
                "action {number} {}.{} {} {}",
                text(a, "stageName"),
                text(a, "actionName"),
                text(a, "status"),
                plain(&a["output"]["outputVariables"].to_string())
            ));
        }
    }
    Ok(())
}

fn builds(place: &mut Place, team: &Team, outcome: &mut Outcome) -> Result<(), String> {
    let ids = call(place, &team.dev, "codebuild", "ListBuilds", &json!({"sortOrder": "ASCENDING"}))?;
    let answer = call(place, &team.dev, "codebuild", "BatchGetBuilds", &json!({"ids": ids["ids"]}))?;
    for b in list(&answer, "builds") {
        outcome.state.insert(format!("build {} {} {}", b["buildNumber"], text(b, "buildStatus"), b["exportedEnvironmentVariables"]));
        let logs = &b["logs"];
        let input = json!({"logGroupName": logs["groupName"], "logStreamName": logs["streamName"], "startFromHead": true});
        let events = call(place, &team.dev, "logs", "GetLogEvents", &input)?;
        let lines: Vec<&str> = list(&events, "events").iter().map(|e| text(e, "message").trim_end()).collect();
        let restarts = lines.iter().filter(|line| line.contains("The server ended while this build ran")).count();
        outcome.restarted += restarts;
        // What the last attempt said, without its times.
        let last = lines.iter().rposition(|line| line.contains("The server ended while this build ran")).map_or(0, |at| at + 1);
        let said =
            lines[last..].iter().map(|line| line.split_once("000 ").filter(|_| line.starts_with("[Container]")).map_or(*line, |l| l.1));
        let said: Vec<&str> = said.filter(|line| !line.starts_with("total ") && !line.starts_with("-rw")).collect();
        outcome.state.insert(format!("log {} {}", b["buildNumber"], plain(&said.join(" | "))));
    }
    Ok(())
}

fn records(place: &mut Place, who: &wire::sigv4::Credentials, outcome: &mut Outcome) -> Result<(), String> {
    let mut input = json!({"MaxResults": 50, "IncludeDataEvents": true});
    let (mut ids, mut parents) = (BTreeSet::new(), BTreeSet::new());
    loop {
        let page = call(place, who, "cloudtrail", "LookupEvents", &input)?;
        for e in list(&page, "Events") {
            let event: Value = serde_json::from_str(text(e, "CloudTrailEvent")).map_err(|e| e.to_string())?;
            if !ids.insert(text(&event, "eventID").to_string()) {
                return Err(format!("a record is there twice: {event}"));
            }
            if let Some(parent) = event.pointer("/additionalEventData/parentEventID").and_then(Value::as_str) {
                parents.insert((parent.to_string(), text(&event, "eventName").to_string()));
            }
            count(&event, outcome);
        }
        if page["NextToken"].is_null() {
            break;
        }
        input["NextToken"] = page["NextToken"].clone();
    }
    outcome.parents.extend(parents);
    outcome.ids.extend(ids);
    Ok(())
}

/// Whether the team made the call, not a service on its behalf.
fn by_the_team(event: &Value) -> bool {
    let identity = &event["userIdentity"];
    let own = text(identity, "arn").ends_with(SESSION) || text(identity, "arn").ends_with(":user/operator");
    own && identity["invokedBy"].is_null()
}

fn count(event: &Value, outcome: &mut Outcome) {
    let identity = &event["userIdentity"];
    let who = if identity["arn"].is_string() { text(identity, "arn") } else { text(identity, "invokedBy") };
    let resources: Vec<&str> = list(event, "resources").iter().map(|r| text(r, "ARN")).collect();
    let service = text(event, "eventSource").split('.').next().unwrap_or_default();
    let call = format!("{service}:{}", text(event, "eventName"));
    let error = text(event, "errorCode");
    let mut kind = plain(&format!("{who} {call} {} {error}", resources.join(" ")));
    if let Some(service) = identity["invokedBy"].as_str().filter(|_| identity["arn"].is_string()) {
        kind += &format!(" by {service}");
    }
    if by_the_team(event) {
        if event["readOnly"] == false && error.is_empty() && call != "sts:AssumeRole" {
            *outcome.asked.entry(kind).or_default() += 1;
        }
    } else {
        *outcome.inside.entry(kind).or_default() += 1;
    }
}

/// Records that name a record in which they were made, and that is not there. Asked once all accounts were read: a call may cross
/// accounts.
pub(crate) fn orphans(outcome: &Outcome) -> Vec<String> {
    outcome.parents.iter().filter(|(parent, _)| !outcome.ids.contains(parent)).map(|(_, name)| name.clone()).collect()
}
