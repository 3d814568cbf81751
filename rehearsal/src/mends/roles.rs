//! Roles that a resource must have and was not given.

use super::{Of, tree};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use template::document::Node;

/// The properties that take the ARN of a role which a service assumes.
const WANTED: [(&str, &str, &str); 9] = [
    ("AWS::CodePipeline::Pipeline", "RoleArn", "codepipeline.amazonaws.com"),
    ("AWS::CodeBuild::Project", "ServiceRole", "codebuild.amazonaws.com"),
    ("AWS::CodeDeploy::DeploymentGroup", "ServiceRoleArn", "codedeploy.amazonaws.com"),
    ("AWS::StepFunctions::StateMachine", "RoleArn", "states.amazonaws.com"),
    ("AWS::Lambda::Function", "Role", "lambda.amazonaws.com"),
    ("AWS::ECS::TaskDefinition", "ExecutionRoleArn", "ecs-tasks.amazonaws.com"),
    ("AWS::ECS::TaskDefinition", "TaskRoleArn", "ecs-tasks.amazonaws.com"),
    ("AWS::Events::Rule", "RoleArn", "events.amazonaws.com"),
    ("AWS::Scheduler::Schedule", "RoleArn", "scheduler.amazonaws.com"),
];

/// What a property that takes a role is given, and how that is told. None: it takes none.
pub(super) fn role(
    tree: &Node,
    of: &Of<'_>,
    kind: &str,
    id: &str,
    property: &str,
    roles: &mut BTreeSet<String>,
) -> Option<(Value, String)> {
    let (.., service) = WANTED.iter().find(|(known, name, _)| *known == kind && *name == property)?;
    let trusting: Vec<&str> = tree::resources(tree)
        .iter()
        .filter(|entry| tree::kind(tree, &entry.key.text) == "AWS::IAM::Role" && trusts(&entry.value, service))
        .map(|entry| entry.key.text.as_str())
        .collect();
    if let [only] = trusting.as_slice() {
        let told = format!("it goes on with {only}, the one role of the template that trusts {service}");
        return Some((json!({"Fn::GetAtt": [only, "Arn"]}), told));
    }
    let name = format!("{}-of-{id}", property.to_lowercase());
    roles.insert(format!("arn:aws:iam::{}:role/{name}", of.account));
    let why = if trusting.is_empty() { "no role of the template trusts" } else { "more than one role of the template trusts" };
    let told = format!("{why} {service}: it goes on with a role that may do what is asked of it, so what its role lacks is not known");
    Some((json!({"Fn::Sub": format!("arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:role/{name}")}), told))
}

fn trusts(role: &Node, service: &str) -> bool {
    let names = |node: &Node| node.scalar() == Some(service) || node.items().iter().any(|item| item.scalar() == Some(service));
    let statements = role.get("Properties").and_then(|all| all.get("AssumeRolePolicyDocument")?.get("Statement"));
    statements.is_some_and(|all| {
        let list = if all.items().is_empty() { std::slice::from_ref(all) } else { all.items() };
        list.iter().any(|one| {
            let allows = one.get("Effect").and_then(Node::scalar) == Some("Allow");
            allows && one.get("Principal").and_then(|principal| principal.get("Service")).is_some_and(names)
        })
    })
}
