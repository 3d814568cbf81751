//! Ways by which somebody becomes another, or gives himself what he lacks.

use super::{
    How, Step, Way,
    ask::{Asked, Asking, Principal},
};
use crate::{calls::STAND_IN, driver::text, repairs::calls::strings};
use cloudformation::MadeResource;
use serde_json::Value;
use std::collections::BTreeMap;

/// How many others somebody becomes at most.
const LONGEST: usize = 6;

/// What makes a service act as a role: the service, the action, what it is done on (`*`: new ones, whose name is free), the
/// property in which such a thing names its role, and whether the role is passed on.
struct Runs {
    service: &'static str,
    action: &'static str,
    on: &'static str,
    property: &'static str,
    passes: bool,
    words: &'static str,
}

const fn existing(service: &'static str, action: &'static str, on: &'static str, property: &'static str, words: &'static str) -> Runs {
    Runs { service, action, on, property, passes: false, words }
}

const fn changed(service: &'static str, action: &'static str, on: &'static str, property: &'static str, words: &'static str) -> Runs {
    Runs { service, action, on, property, passes: true, words }
}

/// The form of the ARN that something new has behind its service, region and account.
const fn new(service: &'static str, action: &'static str, form: &'static str, words: &'static str) -> Runs {
    Runs { service, action, on: form, property: "", passes: true, words }
}

const CODEBUILD: &str = "codebuild.amazonaws.com";
const CODEPIPELINE: &str = "codepipeline.amazonaws.com";
const CLOUDFORMATION: &str = "cloudformation.amazonaws.com";
const LAMBDA: &str = "lambda.amazonaws.com";
const STATES: &str = "states.amazonaws.com";

/// Sources: the services' own lists of actions that take a role, and of those that change what runs as one.
const RUNS: [Runs; 14] = [
    existing(CODEBUILD, "codebuild:StartBuild", "AWS::CodeBuild::Project", "ServiceRole", "starts it with a buildspec of its own"),
    changed(CODEBUILD, "codebuild:UpdateProject", "AWS::CodeBuild::Project", "ServiceRole", "changes what it builds"),
    new(CODEBUILD, "codebuild:CreateProject", "project/", "makes a project that runs as it"),
    existing(LAMBDA, "lambda:UpdateFunctionCode", "AWS::Lambda::Function", "Role", "changes its code"),
    new(LAMBDA, "lambda:CreateFunction", "function:", "makes a function that runs as it"),
    changed(CODEPIPELINE, "codepipeline:UpdatePipeline", "AWS::CodePipeline::Pipeline", "RoleArn", "changes what it does"),
    new(CODEPIPELINE, "codepipeline:CreatePipeline", "", "makes a pipeline that acts as it"),
    new(CLOUDFORMATION, "cloudformation:CreateStack", "stack/", "makes a stack that is deployed by it"),
    new(CLOUDFORMATION, "cloudformation:CreateChangeSet", "stack/", "makes a change set that is deployed by it"),
    changed(STATES, "states:UpdateStateMachine", "AWS::StepFunctions::StateMachine", "RoleArn", "changes what it does"),
    new(STATES, "states:CreateStateMachine", "stateMachine:", "makes a state machine that acts as it"),
    new("ecs-tasks.amazonaws.com", "ecs:RegisterTaskDefinition", "task-definition/", "registers a task that runs as it"),
    new("ec2.amazonaws.com", "ec2:RunInstances", "instance/", "starts a machine that runs as it"),
    new("glue.amazonaws.com", "glue:CreateJob", "job/", "makes a job that runs as it"),
];

/// What changes who may do something to a resource, by the service.
const GRANTS: [(&str, &str); 9] = [
    ("kms", "kms:PutKeyPolicy"),
    ("kms", "kms:CreateGrant"),
    ("s3", "s3:PutBucketPolicy"),
    ("secretsmanager", "secretsmanager:PutResourcePolicy"),
    ("ecr", "ecr:SetRepositoryPolicy"),
    ("sns", "sns:AddPermission"),
    ("sqs", "sqs:AddPermission"),
    ("lambda", "lambda:AddPermission"),
    ("iam", "iam:UpdateAssumeRolePolicy"),
];
/// What changes what somebody may do himself.
const OF_ROLES: [&str; 2] = ["iam:PutRolePolicy", "iam:AttachRolePolicy"];
const OF_USERS: [&str; 2] = ["iam:PutUserPolicy", "iam:AttachUserPolicy"];

/// Who may become whom: asked once.
pub(super) struct Ways(BTreeMap<usize, Vec<(usize, Step)>>);

impl Ways {
    /// Asks for all ways that lead to a role.
    pub(super) fn new(asking: &Asking<'_, '_>) -> Self {
        let mut ways = BTreeMap::new();
        for (to, role) in asking.principals.iter().enumerate() {
            let from: Vec<(usize, Step)> = asking
                .principals
                .iter()
                .enumerate()
                .filter(|(from, _)| *from != to)
                .filter_map(|(from, one)| Some((from, asking.becoming(from, one, role)?)))
                .collect();
            ways.insert(to, from);
        }
        Self(ways)
    }

    /// Adds those who come to it by becoming one of those who can: the shortest way of each.
    pub(super) fn become_them(&self, asking: &Asking<'_, '_>, can: &mut BTreeMap<usize, Way>, how: How) {
        let mut last: Vec<usize> =
            can.iter().filter(|(_, way)| (way.how == How::ByGranting) == (how == How::ByGranting)).map(|(at, _)| *at).collect();
        for _ in 0..LONGEST {
            let mut next = Vec::new();
            for to in &last {
                let Some(onwards) = can.get(to).map(|way| way.steps.clone()) else { continue };
                for (from, step) in self.0.get(to).into_iter().flatten() {
                    if can.contains_key(from) {
                        continue;
                    }
                    let steps = std::iter::once(step.clone()).chain(onwards.iter().cloned()).collect();
                    can.insert(*from, asking.way(*from, how, steps));
                    next.push(*from);
                }
            }
            last = next;
        }
    }
}

impl Asking<'_, '_> {
    /// How somebody becomes a role.
    fn becoming(&self, from: usize, one: &Principal, role: &Principal) -> Option<Step> {
        let called = self.called(&role.arn);
        if names_account(&role.trust, one) {
            let asked = self.ask(from, "sts:AssumeRole", &role.arn);
            if asked.allowed {
                return Some(self.step(format!("assumes {called}"), from, &role.arn, &asked));
            }
        }
        // A role is passed on within its account.
        if one.account != role.account {
            return None;
        }
        let runs = RUNS.iter().filter(|runs| role.services.iter().any(|service| service == runs.service));
        runs.flat_map(|runs| self.things(runs, role).into_iter().map(move |thing| (runs, thing)))
            .find_map(|(runs, (resource, named))| self.running(from, role, runs, &resource, &named))
    }

    /// What a service runs as a role, or would if it were made: its ARN, and what it is called.
    fn things(&self, runs: &Runs, role: &Principal) -> Vec<(String, String)> {
        if runs.property.is_empty() {
            let service = runs.action.split(':').next().unwrap_or_default();
            let region = &self.driver.estate.region;
            return vec![(format!("arn:aws:{service}:{region}:{}:{}{STAND_IN}", role.account, runs.on), String::new())];
        }
        let of = |one: &&MadeResource| one.resource_type == runs.on && text(&one.properties, runs.property) == role.arn;
        let arns = self.made.iter().filter(of).filter_map(|one| self.arn(one));
        arns.map(|arn| (arn.clone(), self.called(&arn))).collect()
    }

    fn running(&self, from: usize, role: &Principal, runs: &Runs, resource: &str, named: &str) -> Option<Step> {
        let asked = self.ask(from, runs.action, resource);
        if !asked.allowed {
            return None;
        }
        let called = self.called(&role.arn);
        let words = match named {
            "" => format!("{} ({}): {called}", runs.words, runs.action),
            named => format!("{}: {named} ({}), which runs as {called}", runs.words, runs.action),
        };
        let mut step = self.step(words, from, resource, &asked);
        if runs.passes {
            let passing = self.passing(from, role, runs.service);
            if !passing.allowed {
                return None;
            }
            let passed = self.step(String::new(), from, &role.arn, &passing);
            step.statements.extend(passed.statements);
            step.conditions.extend(passed.conditions);
        }
        Some(step)
    }

    fn passing(&self, from: usize, role: &Principal, service: &str) -> Asked {
        self.ask_with(from, "iam:PassRole", &role.arn, vec![("iam:PassedToService".to_owned(), service.to_owned())])
    }

    /// How somebody gives himself a right on a resource.
    pub(super) fn granting(&self, at: usize, resource: &str) -> Option<Step> {
        let own = self.principals.get(at)?;
        let service = resource.split(':').nth(2).unwrap_or_default();
        let of_bucket = resource.split('/').next().filter(|_| service == "s3").unwrap_or(resource);
        let of_resource = GRANTS.iter().filter(|(of, _)| *of == service).map(|(_, action)| (*action, of_bucket));
        let of_own = if own.arn.contains(":user/") { OF_USERS } else { OF_ROLES };
        of_resource.chain(of_own.iter().map(|action| (*action, own.arn.as_str()))).find_map(|(action, on)| {
            let asked = self.ask(at, action, on);
            asked.allowed.then(|| self.step(format!("may {action} on {}, and so give itself the right", self.called(on)), at, on, &asked))
        })
    }
}

/// Whether a trust policy may mean somebody: it names his account, or all.
fn names_account(trust: &Value, one: &Principal) -> bool {
    let statements = match &trust["Statement"] {
        Value::Array(list) => list.iter().collect(),
        single => vec![single],
    };
    statements.into_iter().any(|statement| {
        let principal = &statement["Principal"];
        let named = strings(principal).into_iter().chain(strings(&principal["AWS"]));
        named.into_iter().any(|name| name == "*" || name.contains(one.account.as_str()) || !name.contains(':'))
            || statement.get("NotPrincipal").is_some()
    })
}
