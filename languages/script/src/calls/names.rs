//! How the CLI calls services, operations and members, and how their APIs do.

/// What is known of services' models: the CLI's names are matched with these.
pub trait Models {
    /// The operations of a service, by the name that actions use; None: they are not known.
    fn operations(&self, service: &str) -> Option<Vec<String>>;
    /// The members of an operation's input, with whether each is a list; None: they are not known.
    fn members(&self, service: &str, operation: &str) -> Option<Vec<(String, bool)>>;
}

/// No models: names are made by rule alone.
#[derive(Debug, Clone, Copy)]
pub struct ByRule;

impl Models for ByRule {
    fn operations(&self, _: &str) -> Option<Vec<String>> {
        None
    }
    fn members(&self, _: &str, _: &str) -> Option<Vec<(String, bool)>> {
        None
    }
}

/// The CLI's commands that are not called as the service's actions are.
const SERVICES: [(&str, &str); 13] = [
    ("s3api", "s3"),
    ("deploy", "codedeploy"),
    ("stepfunctions", "states"),
    ("elbv2", "elasticloadbalancing"),
    ("elb", "elasticloadbalancing"),
    ("configservice", "config"),
    ("codestar-connections", "codestar-connections"),
    ("apigatewayv2", "apigateway"),
    ("cognito-idp", "cognito-idp"),
    ("application-autoscaling", "application-autoscaling"),
    ("emr", "elasticmapreduce"),
    ("efs", "elasticfilesystem"),
    ("service-quotas", "servicequotas"),
];

/// The services whose members begin with a small letter.
const SMALL: [&str; 14] = [
    "codepipeline",
    "codebuild",
    "codecommit",
    "codedeploy",
    "ecs",
    "ecr",
    "ecr-public",
    "logs",
    "states",
    "batch",
    "apigateway",
    "amplify",
    "eks",
    "codeartifact",
];

pub(crate) fn service(command: &str) -> &str {
    SERVICES.iter().find(|(name, _)| *name == command).map_or(command, |(_, service)| service)
}

/// Among the names, the one that is written so with dashes.
pub(crate) fn matching(names: &[String], kebab: &str) -> Option<String> {
    let plain: String = kebab.chars().filter(|c| *c != '-').collect();
    names.iter().find(|name| name.eq_ignore_ascii_case(&plain)).cloned()
}

pub(crate) fn pascal(kebab: &str) -> String {
    kebab
        .split('-')
        .map(|part| {
            let mut chars = part.chars();
            chars.next().map(|c| c.to_ascii_uppercase().to_string() + chars.as_str()).unwrap_or_default()
        })
        .collect()
}

/// A member's name by rule.
pub(crate) fn member(service: &str, kebab: &str) -> String {
    let name = pascal(kebab);
    if !SMALL.contains(&service) {
        return name;
    }
    let mut chars = name.chars();
    chars.next().map(|c| c.to_ascii_lowercase().to_string() + chars.as_str()).unwrap_or_default()
}
