//! Roles that an article shows as bare policies.

use super::{blocks::Fence, labels::Domains};
use crate::{
    Place,
    inputs::{
        facts::strings,
        notes::Notes,
        units::{Shape, entry, object, shape, string},
    },
};
use regex_lite::Regex;
use std::sync::LazyLock;
use template::document::{Entry, Kind, Node};

/// The services that roles are made for, as their principals are called.
const SERVICES: [(&str, &str); 9] = [
    ("CodePipeline", "codepipeline"),
    ("CodeDeploy", "codedeploy"),
    ("CodeBuild", "codebuild"),
    ("CloudFormation", "cloudformation"),
    ("EventBridge", "events"),
    ("Lambda", "lambda"),
    ("StepFunctions", "states"),
    ("Step Functions", "states"),
    ("ECS", "ecs-tasks"),
];

static MANAGED: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"arn:aws:iam::aws:policy/[A-Za-z0-9_/.-]+").ok());

/// A role on its way into a template.
struct Role {
    heading: String,
    fence: Fence,
    policies: Vec<Node>,
    trust: Option<Node>,
    place: Place,
}

/// The roles by the headings that tell of them.
#[derive(Default)]
pub(super) struct Roles(Vec<Role>);

fn assumes(node: &Node) -> bool {
    let mut found = false;
    strings(node, &mut |text| found |= text.starts_with("sts:AssumeRole"));
    found
}

impl Roles {
    /// Adds a policy, or who may assume the role.
    pub(super) fn add(&mut self, fence: &Fence, document: Node, place: &Place, notes: &mut Notes) {
        let is_role = |text: &&String| {
            let lower = text.to_lowercase();
            lower.contains("role") || lower.contains("ロール")
        };
        let heading = fence.headings.iter().find(is_role).or(fence.prose.iter().find(is_role)).cloned();
        let trust = shape(&document) == Shape::Trust;
        let Some(heading) = heading.filter(|_| !trust || assumes(&document)) else {
            let id = format!("block/{}/{}", place.file, fence.first_line);
            notes.unknown(&id, "it cannot be told whose policy this is: it is left out".into(), Some(place.clone()), Vec::new());
            return;
        };
        let at = self.0.iter().position(|role| role.heading == heading).unwrap_or_else(|| {
            self.0.push(Role { heading, fence: fence.clone(), policies: Vec::new(), trust: None, place: place.clone() });
            self.0.len() - 1
        });
        let role = &mut self.0[at];
        role.fence.prose = fence.prose.clone();
        match trust {
            true => role.trust = Some(document),
            false => role.policies.push(document),
        }
    }

    /// The roles as resources, with what their account is called.
    pub(super) fn made(self, domains: &Domains, notes: &mut Notes) -> Vec<(Option<String>, Entry)> {
        let mut made = Vec::new();
        for role in self.0 {
            let labels = domains.of_fence(&role.fence);
            let resource = role.resource(notes);
            match labels.is_empty() {
                true => made.push((None, resource)),
                false => made.extend(labels.into_iter().map(|label| (Some(label), resource.clone()))),
            }
        }
        made
    }
}

impl Role {
    fn resource(self, notes: &mut Notes) -> Entry {
        let service = SERVICES.iter().find(|(name, _)| self.heading.contains(name));
        let plain: String = service.map_or(self.heading.as_str(), |(name, _)| name).chars().filter(char::is_ascii_alphanumeric).collect();
        let name = if plain.to_lowercase().ends_with("role") { plain } else { format!("{plain}Role") };
        let Some(span) = self.policies.first().or(self.trust.as_ref()).map(|node| node.span.clone()) else {
            return entry(&name, string("", &template::Span::on_line(self.place.file.as_str().into(), self.place.line, 1, 0)));
        };
        let text = |text: &str| string(text, &span);
        let id = format!("role/{}/{name}", self.place.file);
        let trust = self.trust.unwrap_or_else(|| {
            let principal = service.map_or("codepipeline", |(_, principal)| principal);
            let title = format!("who may assume the role of \"{}\" is not said: {principal}.amazonaws.com is taken to", self.heading);
            notes.warning(&format!("{id}/trust"), title, Some(self.place.clone()), Vec::new());
            let principal = object(vec![entry("Service", text(&format!("{principal}.amazonaws.com")))], &span);
            let statement =
                object(vec![entry("Effect", text("Allow")), entry("Principal", principal), entry("Action", text("sts:AssumeRole"))], &span);
            let statements = Node { kind: Kind::List(vec![statement]), span: span.clone() };
            object(vec![entry("Version", text("2012-10-17")), entry("Statement", statements)], &span)
        });
        let title = format!("the policies under \"{}\" are taken to be those of one role, {name}", self.heading);
        notes.assumed(&id, title, Some(self.place.clone()), Vec::new());
        let policies = self.policies.into_iter().enumerate().map(|(index, document)| {
            let span = document.span.clone();
            object(vec![entry("PolicyName", text(&format!("policy-{}", index + 1))), entry("PolicyDocument", document)], &span)
        });
        let policies = Node { kind: Kind::List(policies.collect()), span: span.clone() };
        let prose = self.fence.prose.join("\n");
        let managed =
            LazyLock::force(&MANAGED).iter().flat_map(|pattern| pattern.find_iter(&prose)).map(|found| text(found.as_str())).collect();
        let managed = Node { kind: Kind::List(managed), span: span.clone() };
        let mut properties = vec![entry("RoleName", text(&name)), entry("AssumeRolePolicyDocument", trust)];
        if !policies.items().is_empty() {
            properties.push(entry("Policies", policies));
        }
        if !managed.items().is_empty() {
            properties.push(entry("ManagedPolicyArns", managed));
        }
        let value = object(vec![entry("Type", text("AWS::IAM::Role")), entry("Properties", object(properties, &span))], &span);
        entry(&name, value)
    }
}
