//! The policies of what a rehearsal has made, for the analyses of grants.

use crate::{
    Finding, Kind, Place, Repair,
    driver::Driver,
    grants::{self, Document, Documents, Narrow},
    repairs::{
        Mending,
        calls::{Needed, strings},
    },
    wanted,
};
use cloudformation::MadeResource;
use policy::PolicyKind;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Resource types that hold policies: the property, what kind it is, and the property that names what it hangs on; none: the
/// resource itself.
const HOLDERS: [(&str, &str, PolicyKind, Option<&str>); 8] = [
    ("AWS::ECR::Repository", "RepositoryPolicyText", PolicyKind::Resource, None),
    ("AWS::IAM::Role", "AssumeRolePolicyDocument", PolicyKind::Trust, None),
    ("AWS::KMS::Key", "KeyPolicy", PolicyKind::Key, None),
    ("AWS::S3::BucketPolicy", "PolicyDocument", PolicyKind::Resource, Some("Bucket")),
    ("AWS::SNS::TopicPolicy", "PolicyDocument", PolicyKind::Resource, Some("Topics")),
    ("AWS::SQS::QueuePolicy", "PolicyDocument", PolicyKind::Resource, Some("Queues")),
    ("AWS::SecretsManager::ResourcePolicy", "ResourcePolicy", PolicyKind::Resource, Some("SecretId")),
    ("AWS::S3::AccessPoint", "Policy", PolicyKind::Resource, None),
];
/// Policies that name roles, users or groups, and the properties that do.
const ATTACHED: [&str; 5] =
    ["AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy", "AWS::IAM::UserPolicy", "AWS::IAM::GroupPolicy"];
const NAMING: [&str; 6] = ["Roles", "Users", "Groups", "RoleName", "UserName", "GroupName"];
/// Those that have inline policies.
const WITH_INLINE: [&str; 3] = ["AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group"];

/// What could not be read of builds may be calls of their roles.
const UNREAD: &str = "what could not be read of the builds may need it";
/// What a stack's role needs when its stack changes.
const OF_STACKS: &str = "an update, a deletion or a rollback of the stack may need it";
/// What templates and task definitions say decides on what is called.
const UNKNOWN_FILES: &str = "what the files of the artifacts say is not known, and may need it";
/// Actions that fail, of which nothing is known, or that are not there.
const UNKNOWN_ACTIONS: &str = "what actions call that fail here, or are not known, may need it";
const HIDING: [&str; 3] = ["mismatch/action/", "unknown/provider/", "undeployable/"];
const STACKS: &str = "cloudformation.amazonaws.com";
/// Services that run the user's programs.
const PROGRAMS: [&str; 3] = ["codebuild.amazonaws.com", "ecs-tasks.amazonaws.com", "lambda.amazonaws.com"];

/// A document, and where it stands: the resource's number, and the JSON pointer in its properties.
pub(crate) struct Held {
    pub(crate) document: Document,
    made: usize,
    pointer: String,
}

/// What narrows a statement of what a stack has made.
pub(crate) struct Narrowing {
    made: usize,
    pointer: String,
    statement: usize,
    narrow: Narrow,
    /// The statement in its template, which several stacks may have.
    place: String,
    /// How many stacks have it.
    alike: usize,
    /// What the ids of the findings about it have after their kind.
    about: String,
}

/// Gives findings the repairs by which statements say what their calls need: where all stacks of a template agree.
pub(crate) fn narrow(findings: &mut [Finding], narrowings: &[Narrowing], mending: &Mending<'_>) {
    for one in narrowings {
        let same: Vec<&Narrowing> = narrowings.iter().filter(|other| other.place == one.place).collect();
        let repair = |of: &Narrowing| mending.narrowed(of.made, &of.pointer, of.statement, &of.narrow);
        let Some(repaired) = repair(one) else { continue };
        if same.len() != one.alike || same.iter().any(|other| repair(other).map(|other| other.patches) != Some(repaired.patches.clone())) {
            continue;
        }
        for finding in findings.iter_mut().filter(|finding| finding.id.contains(&one.about)) {
            if matches!(finding.kind, Kind::Unused | Kind::Wide) {
                let statement = finding.repairs.first().map_or(Value::Null, |known| known.statement.clone());
                finding.repairs = vec![Repair { statement, ..repaired.clone() }];
            }
        }
    }
}

impl Driver<'_> {
    /// What is to be said of the grants of all that stacks have made, and what narrows them.
    pub(crate) fn grants(&self, made: &[MadeResource], calls: &[Needed]) -> (Vec<Finding>, Vec<Narrowing>) {
        let held = self.held(made, calls);
        let place = |at: usize, statement: usize, element: &str| self.stands(made, held.get(at)?, statement, element);
        let list = held.iter().map(|held| held.document.clone()).collect();
        let things = made.iter().filter_map(arn_of).collect();
        let documents = Documents { list, place: &place, things };
        let mut findings = grants::findings(&documents, &self.oversight(made), calls);
        findings.append(&mut self.blind(made));
        let narrower = grants::narrower(&documents, calls);
        // Where several stacks have the same statement: template, name, pointer.
        let stands = |held: &Held| {
            let one = made.get(held.made)?;
            let stack = self.stack_called(&self.account_name(one.account.as_str()), &one.stack)?;
            Some((stack.template.clone(), one.logical_id.clone(), held.pointer.clone()))
        };
        let mut alike: BTreeMap<(String, String, String), usize> = BTreeMap::new();
        if !narrower.is_empty() {
            held.iter().filter_map(stands).for_each(|place| *alike.entry(place).or_default() += 1);
        }
        let narrowing = |(at, statement, narrow): (usize, usize, Narrow)| {
            let one = held.get(at)?;
            let Held { document, made, pointer } = one;
            let stands = stands(one)?;
            let place = format!("{}#{}{pointer}/{statement}", stands.0, stands.1);
            let about = format!(":{}:{}:{statement}:", document.subject.join("/"), document.name);
            let alike = alike.get(&stands).copied().unwrap_or_default();
            Some(Narrowing { made: *made, pointer: pointer.clone(), statement, narrow, place, alike, about })
        };
        let narrowings = narrower.into_iter().filter_map(narrowing).collect();
        (findings, narrowings)
    }

    fn stack_called(&self, account: &str, name: &str) -> Option<&crate::Stack> {
        self.estate.stacks.iter().find(|stack| stack.account == account && stack.name == name)
    }

    pub(crate) fn held(&self, made: &[MadeResource], calls: &[Needed]) -> Vec<Held> {
        let by_name: BTreeMap<(&str, &str), String> = made
            .iter()
            .filter(|one| WITH_INLINE.contains(&one.resource_type.as_str()))
            .filter_map(|one| Some(((one.account.as_str(), one.physical_id.as_str()), arn_of(one)?)))
            .collect();
        let boundaries: BTreeSet<&str> = made.iter().filter_map(|one| one.properties["PermissionsBoundary"].as_str()).collect();
        let calling: BTreeSet<&str> = calls.iter().map(|call| call.principal.as_str()).collect();
        let mut by_arn: BTreeMap<String, Vec<&MadeResource>> = BTreeMap::new();
        let mut attaching: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for one in made {
            let Some(arn) = arn_of(one) else { continue };
            for policy in strings(&one.properties["ManagedPolicyArns"]) {
                attaching.entry(policy).or_default().push(arn.clone());
            }
            by_arn.entry(arn).or_default().push(one);
        }
        let mut all = Vec::new();
        for (at, one) in made.iter().enumerate() {
            let kind = one.resource_type.as_str();
            let mut add = |pointer: String, kind: PolicyKind, owners: Vec<String>, name: Option<&str>| {
                let Some(text) = one.properties.pointer(&pointer).and_then(text_of) else { return };
                let apart = one.resource_type == "AWS::IAM::Policy" && self.is_made_up(one);
                // It is told as the role's own that it was.
                let role = owners.first().filter(|_| apart).and_then(|owner| by_arn.get(owner)?.first());
                let of = role.map_or(&one.logical_id, |role| &role.logical_id).clone();
                let subject = vec![self.account_name(one.account.as_str()), one.stack.clone(), of];
                let name = name.or_else(|| one.properties["PolicyName"].as_str().filter(|_| apart));
                let name = name.map_or_else(|| one.logical_id.clone(), str::to_owned);
                let roles = owners.iter().filter_map(|owner| by_arn.get(owner)).flatten();
                let trusting: Vec<String> = roles.flat_map(|role| services(&role.properties["AssumeRolePolicyDocument"])).collect();
                let unsure = self.unsure(&trusting);
                let exercised = self.summary.not_rehearsed.is_empty() && owners.iter().any(|owner| calling.contains(owner.as_str()));
                let document =
                    Document { account: one.account.to_string(), owners, kind, name, subject, text, trusting, unsure, exercised };
                all.push(Held { document, made: at, pointer });
            };
            for (_, property, policy, naming) in HOLDERS.iter().filter(|(holder, ..)| *holder == kind) {
                let owners = match naming {
                    Some(naming) => strings(&one.properties[*naming]).into_iter().map(str::to_owned).collect(),
                    None => arn_of(one).into_iter().collect(),
                };
                add(format!("/{property}"), *policy, owners, None);
            }
            if WITH_INLINE.contains(&kind) {
                for (n, policy) in one.properties["Policies"].as_array().into_iter().flatten().enumerate() {
                    let owners = arn_of(one).into_iter().collect();
                    add(format!("/Policies/{n}/PolicyDocument"), PolicyKind::Identity, owners, policy["PolicyName"].as_str());
                }
            }
            if ATTACHED.contains(&kind) {
                let named = NAMING.iter().flat_map(|naming| strings(&one.properties[*naming]));
                let mut owners: Vec<String> = named.filter_map(|name| by_name.get(&(one.account.as_str(), name)).cloned()).collect();
                owners.extend(attaching.get(one.physical_id.as_str()).into_iter().flatten().cloned());
                let boundary = boundaries.contains(&one.physical_id.as_str());
                let policy = if boundary && owners.is_empty() { PolicyKind::Boundary } else { PolicyKind::Identity };
                add("/PolicyDocument".into(), policy, owners, None);
            }
        }
        all
    }

    /// Whether a resource is the rehearsal's own: the user's template has none of the name.
    fn is_made_up(&self, made: &MadeResource) -> bool {
        let stack = self.stack_called(&self.account_name(made.account.as_str()), &made.stack);
        let written = stack
            .filter(|stack| self.mends.texts.contains_key(&stack.template))
            .and_then(|stack| self.estate.before_mends(&stack.template));
        written.is_some_and(|text| !text.contains(&made.logical_id))
    }

    /// Why not all calls of those who trust these services are known.
    fn unsure(&self, trusting: &[String]) -> Option<String> {
        let runs_programs = |service: &String| PROGRAMS.contains(&service.as_str());
        let unread = self.world.refusals.all_unread();
        if trusting.iter().any(|service| service == STACKS) {
            return Some(OF_STACKS.to_owned());
        }
        if trusting.iter().any(runs_programs) && !unread.is_empty() {
            return Some(UNREAD.to_owned());
        }
        if unread.iter().any(|what| what.contains(wanted::NOT_KNOWN)) {
            return Some(UNKNOWN_FILES.to_owned());
        }
        let hides = |finding: &Finding| HIDING.iter().any(|begins| finding.id.starts_with(begins));
        self.findings.iter().chain(&self.mends.findings).any(hides).then(|| UNKNOWN_ACTIONS.to_owned())
    }

    pub(crate) fn stands(&self, made: &[MadeResource], held: &Held, statement: usize, element: &str) -> Option<Place> {
        let one = made.get(held.made)?;
        let account = self.account_name(one.account.as_str());
        let stack = self.estate.stacks.iter().find(|stack| stack.account == account && stack.name == one.stack)?;
        let within = format!("{}/Statement/{statement}", held.pointer);
        // A single element is no list; a single statement neither.
        let single = element.rsplit_once('/').map_or(element, |(element, _)| element);
        let pointers = [
            format!("{within}/{element}"),
            format!("{within}/{single}"),
            within,
            format!("{}/Statement/{element}", held.pointer),
            format!("{}/Statement/{single}", held.pointer),
            format!("{}/Statement", held.pointer),
            held.pointer.clone(),
        ];
        let span = pointers.iter().find_map(|pointer| one.origins.iter().find(|(known, _)| known == pointer))?;
        let (line, column) = (span.1.line, span.1.column);
        Some(Place { file: stack.template.clone(), line, column, length: span.1.width().unwrap_or_default() })
    }
}

/// The ARN of a resource: its attribute, or its physical id.
pub(crate) fn arn_of(made: &MadeResource) -> Option<String> {
    let arn = made.attributes.get("Arn").and_then(Value::as_str).unwrap_or(&made.physical_id);
    arn.starts_with("arn:").then(|| arn.to_owned())
}

/// A document's text, which may be written as one.
fn text_of(document: &Value) -> Option<String> {
    match document {
        Value::String(text) => Some(text.clone()),
        Value::Object(_) => Some(document.to_string()),
        _ => None,
    }
}

/// The services that a role trusts.
pub(crate) fn services(trust: &Value) -> Vec<String> {
    let statements = match &trust["Statement"] {
        Value::Array(list) => list.iter().collect(),
        one => vec![one],
    };
    statements.into_iter().flat_map(|statement| strings(&statement["Principal"]["Service"])).map(str::to_owned).collect()
}
