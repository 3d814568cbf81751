//! What an operation demands by AWS's table of actions: for services that are not here.
//! Source: <https://docs.aws.amazon.com/service-authorization/latest/reference/reference.html>

use super::unknown::STAND_IN;
use crate::imagined::Act;
use actions::{Action, ResourceType, Service};
use serde_json::Value;

/// Members that give a part of an ARN whose name is another: the part, the member.
const OTHERWISE: [(&str, &str); 10] = [
    ("taskdefinitionfamily", "family"),
    ("taskdefinitionfamily", "taskdefinition"),
    ("taskdefinitionrevisionnumber", "revision"),
    ("instanceid", "containerinstance"),
    ("log", "loggroup"),
    ("object", "key"),
    ("policynamewithpath", "policy"),
    ("rolenamewithpath", "role"),
    ("usernamewithpath", "user"),
    ("parameternamewithoutleadingslash", "name"),
];

/// Members with roles that are passed on: action, member, to whom.
const PASSED: [(&str, &str, &str); 13] = [
    ("codedeploy:CreateDeploymentGroup", "serviceRoleArn", "codedeploy.amazonaws.com"),
    ("codedeploy:UpdateDeploymentGroup", "serviceRoleArn", "codedeploy.amazonaws.com"),
    ("ecs:CreateService", "role", "ecs.amazonaws.com"),
    ("ecs:RegisterTaskDefinition", "executionRoleArn", "ecs-tasks.amazonaws.com"),
    ("ecs:RegisterTaskDefinition", "taskRoleArn", "ecs-tasks.amazonaws.com"),
    ("elasticbeanstalk:CreateEnvironment", "OperationsRole", "elasticbeanstalk.amazonaws.com"),
    ("lambda:CreateFunction", "Role", "lambda.amazonaws.com"),
    ("lambda:UpdateFunctionConfiguration", "Role", "lambda.amazonaws.com"),
    ("states:CreateStateMachine", "roleArn", "states.amazonaws.com"),
    ("states:UpdateStateMachine", "roleArn", "states.amazonaws.com"),
    ("cloudformation:CreateChangeSet", "RoleARN", "cloudformation.amazonaws.com"),
    ("cloudformation:CreateStack", "RoleARN", "cloudformation.amazonaws.com"),
    ("cloudformation:UpdateStack", "RoleARN", "cloudformation.amazonaws.com"),
];

/// An operation, and what is known of it.
pub(super) struct Needed<'a> {
    pub(super) service: &'a str,
    pub(super) operation: &'a str,
    pub(super) input: &'a Value,
    pub(super) account: &'a str,
    pub(super) region: &'a str,
    /// Whether its names lead nowhere here, so that any resource may be meant.
    pub(super) any: bool,
}

impl Needed<'_> {
    /// What it demands. None: that is not known.
    pub(super) fn acts(&self) -> Option<Vec<Act>> {
        let Some(service) = actions::service(self.service) else {
            // No table: the action is named as the operation is, and on what it is done is not known.
            let known = actions::service_name(self.service).filter(|_| self.service != "apigateway")?;
            let action = format!("{}:{}", known.prefix, self.operation);
            return Some(vec![Act::on(action, self.whatever())]);
        };
        let action = service.action(actions::action_of(self.service, self.operation)?)?;
        let name = format!("{}:{}", service.prefix, action.name);
        if action.on.is_empty() {
            return Some(vec![Act::any(name)]);
        }
        let mut acts: Vec<Act> = self.resources(service, action).into_iter().map(|resource| Act::on(name.clone(), resource)).collect();
        let passed = PASSED.iter().filter(|(action, ..)| *action == name).filter_map(|(_, member, to)| {
            let role = self.input[*member].as_str().filter(|role| role.starts_with("arn:"))?;
            Some((role.to_owned(), (*to).to_owned()))
        });
        if let Some(first) = acts.first_mut() {
            first.passes = passed.collect();
        }
        Some(acts)
    }

    /// Any resource of the service.
    fn whatever(&self) -> String {
        format!("arn:aws:{}:{}:{}:{STAND_IN}", self.service, self.region, self.account)
    }

    /// What the action is done on: one of each kind that it needs, or of the kind of which the most is known.
    fn resources(&self, service: &'static Service, action: &'static Action) -> Vec<String> {
        if self.any {
            return vec![self.whatever()];
        }
        let kinds: Vec<(bool, &ResourceType)> = action
            .on
            .iter()
            .filter_map(|on| Some((on.required, service.resource_types.iter().find(|kind| kind.name == on.resource_type)?)))
            .collect();
        let needed: Option<Vec<String>> = kinds.iter().filter(|(required, _)| *required).map(|(_, kind)| Some(self.arn(kind)?.0)).collect();
        match needed {
            Some(needed) if !needed.is_empty() => return needed,
            None => return vec![self.whatever()],
            Some(_) => {}
        }
        let mut known: Vec<(String, usize)> = kinds.iter().filter_map(|(_, kind)| self.arn(kind)).collect();
        known.sort_by_key(|(_, missing)| *missing);
        match known.as_slice() {
            // Which of several kinds is meant, the input alone may not say.
            [] => vec![self.whatever()],
            [(_, missing), (_, other), ..] if missing == other => vec![self.whatever()],
            [(arn, _), ..] => vec![arn.clone()],
        }
    }

    /// The ARN of a kind, if the input names one, and how many of its parts it does not name.
    fn arn(&self, kind: &ResourceType) -> Option<(String, usize)> {
        let mut missing = 0;
        let mut arn = String::new();
        let mut rest = kind.arn;
        let mut named = false;
        while let Some((before, after)) = rest.split_once("${") {
            let (part, behind) = after.split_once('}')?;
            arn.push_str(before);
            rest = behind;
            match part {
                "Partition" => arn.push_str("aws"),
                "Region" => arn.push_str(self.region),
                "Account" => arn.push_str(self.account),
                part => match self.value(part, kind)? {
                    Given::Whole(whole) => return Some((whole, 0)),
                    Given::Part(text) => {
                        named = true;
                        // A task definition's family and revision stand together.
                        if let Some((_, behind)) =
                            rest.strip_prefix(":${").filter(|_| text.contains(':')).and_then(|rest| rest.split_once('}'))
                        {
                            rest = behind;
                        }
                        arn.push_str(&text);
                    }
                    Given::Nothing(text) => {
                        missing += usize::from(text == STAND_IN);
                        arn.push_str(&text);
                    }
                },
            }
        }
        arn.push_str(rest);
        named.then_some((arn, missing))
    }

    /// What the input has for a part of an ARN.
    fn value(&self, part: &str, kind: &ResourceType) -> Option<Given> {
        let wanted = plain(part);
        let members = self.input.as_object()?;
        let operation = self.operation.to_ascii_lowercase();
        let is = |name: &str| {
            let name = plain(name);
            // `Id` alone is of what the operation is named after.
            let own = ["id", "name"].contains(&name.as_str()) && operation.ends_with(&wanted);
            let alike = name == wanted || name.strip_suffix('s') == Some(&wanted);
            alike || own || OTHERWISE.iter().any(|(part, member)| *part == wanted && *member == name)
        };
        let found = members.iter().find(|(name, _)| is(name)).and_then(|(_, value)| match value {
            Value::String(text) => Some(text.as_str()),
            Value::Array(list) => list.first().and_then(Value::as_str),
            _ => None,
        });
        let Some(text) = found.filter(|text| !text.is_empty()) else {
            // What is left out has its defaults, or is made up by the service.
            let default = if matches!(wanted.as_str(), "cluster" | "eventbus") { "default" } else { STAND_IN };
            return Some(Given::Nothing(default.into()));
        };
        if text.starts_with("arn:") {
            if kind.fits(text) {
                return Some(Given::Whole(text.into()));
            }
            return Some(Given::Part(text.rsplit(['/', ':']).next().unwrap_or(text).into()));
        }
        // Queues are named by URLs.
        let text = if text.starts_with("https://") { text.rsplit('/').next().unwrap_or(text) } else { text };
        Some(Given::Part(text.trim_start_matches('/').into()))
    }
}

/// What stands for a part of an ARN.
enum Given {
    /// The whole ARN.
    Whole(String),
    /// This part.
    Part(String),
    /// The input names none.
    Nothing(String),
}

/// A name without what tells of its kind alone.
fn plain(name: &str) -> String {
    let name = name.to_ascii_lowercase();
    ["name", "identifier", "arn", "id", "url"]
        .iter()
        .find_map(|end| name.strip_suffix(end))
        .filter(|rest| !rest.is_empty())
        .unwrap_or(&name)
        .to_owned()
}
