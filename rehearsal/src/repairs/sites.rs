//! The policy documents of the user's templates: which of them bear on a call, and where their statements stand.

use super::{Mending, calls::strings};
use crate::{MadeText, Place, Stack, refusals::Refusal};
use cloudformation::MadeResource;
use patch::{Document, Path, Step};
use serde_json::Value as Json;
use std::rc::Rc;

/// A policy document that a resource of a template has.
pub(super) struct Site<'m> {
    pub(super) made: &'m MadeResource,
    pub(super) stack: &'m Stack,
    pub(super) document: Rc<Document>,
    /// The text that was deployed in its place, which was mended.
    mended: Option<&'m MadeText>,
    /// Its JSON pointer in the resource's properties.
    pointer: String,
    /// It speaks for others as well.
    pub(super) shared: bool,
}

/// A statement of a site.
pub(super) struct Stated {
    /// Where it stands in the file.
    pub(super) path: Path,
    /// Its JSON pointer in the resource's properties.
    pointer: String,
    /// It, with the functions evaluated.
    pub(super) value: Json,
}

impl Stated {
    /// Its JSON pointer in the resource's properties.
    pub(super) fn pointer(&self) -> &str {
        &self.pointer
    }

    pub(super) fn allows(&self) -> bool {
        let plain = |name: &str| self.value.get(name).is_none();
        self.value["Effect"] == "Allow" && plain("NotAction") && plain("NotResource") && plain("NotPrincipal")
    }

    /// What it is called.
    pub(super) fn name(&self) -> String {
        match (self.value["Sid"].as_str(), self.path.0.last()) {
            (Some(sid), _) => format!("the statement {sid}"),
            (None, Some(Step::Index(index))) => format!("statement {}", index + 1),
            _ => "the statement".to_owned(),
        }
    }
}

impl Site<'_> {
    /// The statements that stand in the file as they are.
    pub(super) fn statements(&self) -> Vec<Stated> {
        let Some(document) = self.value() else { return Vec::new() };
        let (list, single) = match &document["Statement"] {
            Json::Array(list) => (list.clone(), false),
            Json::Null => return Vec::new(),
            one => (vec![one.clone()], true),
        };
        let pointer = |index: usize| match single {
            true => format!("{}/Statement", self.pointer),
            false => format!("{}/Statement/{index}", self.pointer),
        };
        let stated = |(index, value): (usize, Json)| {
            let pointer = pointer(index);
            let path = self.path(&pointer)?;
            value.is_object().then_some(Stated { path, pointer, value })
        };
        list.into_iter().enumerate().filter_map(stated).collect()
    }

    fn value(&self) -> Option<Json> {
        match self.made.properties.pointer(&self.pointer)? {
            Json::String(text) => serde_json::from_str(text).ok(),
            value => Some(value.clone()),
        }
    }

    /// The path in the file of the statement at a pointer.
    fn path(&self, pointer: &str) -> Option<Path> {
        let (line, column) = self.span(pointer)?;
        let (line, column) = self.mended.map_or((line, column), |made| {
            let deployed = Place { file: self.stack.template.clone(), line, column, length: 0 };
            let own = made.map.to_source(&deployed);
            (own.line, own.column)
        });
        let path = self.document.path_at(line as usize, column as usize)?;
        // What a parameter or a mapping brings is written elsewhere.
        let own = [Step::from("Resources"), Step::from(self.made.logical_id.as_str())];
        let at = path.0.iter().rposition(|step| *step == "Statement".into()).filter(|_| path.0.starts_with(&own))?;
        let length = if self.document.value(&Path(path.0[..=at].to_vec()))?.is_array() { at + 2 } else { at + 1 };
        (path.0.len() >= length).then(|| Path(path.0[..length].to_vec()))
    }

    fn span(&self, pointer: &str) -> Option<(u32, u32)> {
        self.made.origins.iter().find(|(known, _)| known == pointer).map(|(_, span)| (span.line, span.column))
    }

    /// The line and column of an element of a statement: `Action`, `Condition/OPERATOR/KEY`; of the statement, if it is not found.
    pub(super) fn place(&self, stated: &Stated, element: &str) -> Option<(u32, u32)> {
        self.span(&format!("{}/{element}", stated.pointer)).or_else(|| self.span(&stated.pointer))
    }

    /// The list of its statements in the file.
    pub(super) fn list(&self) -> Option<Path> {
        let path = self.statements().into_iter().next()?.path;
        let at = path.0.iter().rposition(|step| *step == "Statement".into())?;
        Some(Path(path.0[..=at].to_vec()))
    }
}

/// Resources whose policies are resources of their own: the policy's type, the property that names its owner or owners, and that
/// which holds the document.
pub(super) const APART: [(&str, &str, &str, &str); 4] = [
    ("AWS::S3::Bucket", "AWS::S3::BucketPolicy", "Bucket", "PolicyDocument"),
    ("AWS::SNS::Topic", "AWS::SNS::TopicPolicy", "Topics", "PolicyDocument"),
    ("AWS::SQS::Queue", "AWS::SQS::QueuePolicy", "Queues", "PolicyDocument"),
    ("AWS::SecretsManager::Secret", "AWS::SecretsManager::ResourcePolicy", "SecretId", "ResourcePolicy"),
];
/// Resources that hold their policies.
pub(super) const WITHIN: [(&str, &str); 2] = [("AWS::ECR::Repository", "RepositoryPolicyText"), ("AWS::KMS::Key", "KeyPolicy")];
/// Policies that are attached to roles, users and groups, and the properties that name them.
const ATTACHED: [(&str, &str); 8] = [
    ("AWS::IAM::Policy", "Roles"),
    ("AWS::IAM::Policy", "Users"),
    ("AWS::IAM::ManagedPolicy", "Roles"),
    ("AWS::IAM::ManagedPolicy", "Users"),
    ("AWS::IAM::RolePolicy", "RoleName"),
    ("AWS::IAM::UserPolicy", "UserName"),
    ("AWS::IAM::Policy", "Groups"),
    ("AWS::IAM::ManagedPolicy", "Groups"),
];

impl<'d> Mending<'d> {
    /// The resource that an ARN names, or that holds what it names.
    pub(super) fn made(&self, arn: &str) -> Option<&MadeResource> {
        let account = arn.split(':').nth(4).unwrap_or_default();
        let bucket = arn.strip_prefix("arn:aws:s3:::").and_then(|rest| rest.split('/').next());
        self.resources.iter().find(|made| {
            let here = account.is_empty() || made.account.as_str() == account;
            let named = made.attributes.get("Arn").and_then(Json::as_str) == Some(arn) || made.physical_id == arn;
            let holds = bucket == Some(made.physical_id.as_str()) && made.resource_type == "AWS::S3::Bucket";
            here && (named || holds)
        })
    }

    pub(super) fn stack(&self, made: &MadeResource) -> Option<&'d Stack> {
        let account = self.driver.account_name(made.account.as_str());
        self.driver.estate.stacks.iter().find(|stack| stack.account == account && stack.name == made.stack)
    }

    /// The resource whose policies of a kind bear on a refusal.
    pub(super) fn owner(&self, kind: &str, refusal: &Refusal) -> Option<&MadeResource> {
        match kind {
            "identity" | "boundary" | "session" => self.made(&refusal.principal),
            "resource" | "key" | "trust" => self.made(&refusal.resource),
            _ => None,
        }
    }

    pub(super) fn site<'m>(&'m self, made: &'m MadeResource, pointer: String, shared: bool) -> Option<Site<'m>> {
        made.properties.pointer(&pointer)?;
        let stack = self.stack(made)?;
        let document = self.document(stack)?;
        let mended = self.driver.estate.given.mended.get(&stack.template);
        Some(Site { made, stack, document, mended, pointer, shared })
    }

    /// The policy documents of a kind that bear on a refusal, as far as they are in templates.
    pub(super) fn sites(&self, kind: &str, refusal: &Refusal) -> Vec<Site<'_>> {
        if let "serviceControl" | "resourceControl" = kind {
            return self.of_organization(kind);
        }
        let Some(owner) = self.owner(kind, refusal) else { return Vec::new() };
        let single = |pointer: &str| self.site(owner, pointer.to_owned(), false).into_iter().collect();
        match kind {
            "identity" => self.of_identity(owner),
            "boundary" => {
                let arn = owner.properties["PermissionsBoundary"].as_str().unwrap_or_default();
                let boundary = self.resources.iter().find(|made| made.physical_id == arn);
                boundary.and_then(|made| self.site(made, "/PolicyDocument".into(), false)).into_iter().collect()
            }
            "trust" => single("/AssumeRolePolicyDocument"),
            "key" | "resource" => match WITHIN.iter().find(|(of, _)| *of == owner.resource_type) {
                Some((_, property)) => single(&format!("/{property}")),
                None => self.apart(owner),
            },
            _ => Vec::new(),
        }
    }

    fn of_identity<'m>(&'m self, owner: &'m MadeResource) -> Vec<Site<'m>> {
        let inline = owner.properties["Policies"].as_array().map_or(0, Vec::len);
        let mut sites: Vec<Site<'_>> =
            (0..inline).filter_map(|n| self.site(owner, format!("/Policies/{n}/PolicyDocument"), false)).collect();
        let managed: Vec<&str> = strings(&owner.properties["ManagedPolicyArns"]);
        for made in self.resources.iter().filter(|made| made.account == owner.account) {
            let of_type = || ATTACHED.iter().filter(|(kind, _)| *kind == made.resource_type);
            let holders: Vec<&str> = of_type().flat_map(|(_, property)| strings(&made.properties[property])).collect();
            let named = of_type().any(|(_, property)| strings(&made.properties[property]).contains(&owner.physical_id.as_str()));
            let by_arn = managed.contains(&made.physical_id.as_str());
            if named || by_arn {
                let elsewhere = || self.resources.iter().filter(|other| other.logical_id != owner.logical_id || other.stack != owner.stack);
                let used = || elsewhere().any(|other| strings(&other.properties["ManagedPolicyArns"]).contains(&made.physical_id.as_str()));
                let shared = holders.len() > usize::from(named) || used();
                sites.extend(self.site(made, "/PolicyDocument".into(), shared));
            }
        }
        sites
    }

    fn apart<'m>(&'m self, owner: &'m MadeResource) -> Vec<Site<'m>> {
        let Some((_, kind, names, document)) = APART.iter().find(|(of, ..)| *of == owner.resource_type) else { return Vec::new() };
        let here = self.resources.iter().filter(|made| made.account == owner.account && made.resource_type == *kind);
        let of_it = here.filter(|made| strings(&made.properties[*names]).contains(&owner.physical_id.as_str()));
        of_it.filter_map(|made| self.site(made, format!("/{document}"), strings(&made.properties[*names]).len() > 1)).collect()
    }

    /// The organization's only policy of a kind.
    fn of_organization(&self, kind: &str) -> Vec<Site<'_>> {
        let name = if kind == "serviceControl" { "SERVICE_CONTROL_POLICY" } else { "RESOURCE_CONTROL_POLICY" };
        let all =
            self.resources.iter().filter(|made| made.resource_type == "AWS::Organizations::Policy" && made.properties["Type"] == name);
        let sites: Vec<Site<'_>> = all.filter_map(|made| self.site(made, "/Content".into(), false)).collect();
        if sites.len() == 1 { sites } else { Vec::new() }
    }
}
