//! The tables of single services.

use crate::{
    KeyType,
    read::{fits, rows},
};
use std::sync::OnceLock;

/// What an action does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AccessLevel {
    /// Lists resources.
    List,
    /// Reads what resources hold.
    Read,
    /// Changes resources.
    Write,
    /// Changes tags.
    Tagging,
    /// Changes who may do what.
    PermissionsManagement,
}

/// A condition key of a service.
#[derive(Debug)]
pub struct ConditionKey {
    /// Its name; `${...}` or `<...>` stands for anything.
    pub name: &'static str,
    /// What its values are.
    pub kind: KeyType,
}

/// A kind of resource.
#[derive(Debug)]
pub struct ResourceType {
    /// Its name within the service: `bucket`.
    pub name: &'static str,
    /// The form of its ARNs; `${...}` stands for anything.
    pub arn: &'static str,
    /// The condition keys that it has.
    pub keys: Vec<&'static str>,
}

impl ResourceType {
    /// Whether an ARN has the form of this kind's.
    pub fn fits(&self, arn: &str) -> bool {
        // A bucket's name is all behind the colon; with a slash it is an object's ARN.
        let of_bucket = self.arn.ends_with(":s3:::${BucketName}");
        fits(self.arn, arn) && !(of_bucket && arn.contains('/'))
    }
}

/// A kind of resource that an action is about.
#[derive(Debug)]
pub struct On {
    /// The kind's name.
    pub resource_type: &'static str,
    /// Whether the action needs one.
    pub required: bool,
    /// Condition keys of the action on this kind alone.
    pub keys: Vec<&'static str>,
    /// Actions that are needed too.
    pub dependents: Vec<&'static str>,
}

/// An action.
#[derive(Debug)]
pub struct Action {
    /// Its name without the service: `GetObject`.
    pub name: &'static str,
    /// What it does, as far as AWS says.
    pub level: Option<AccessLevel>,
    /// Its condition keys, beside the global ones.
    pub keys: Vec<&'static str>,
    /// Actions that are needed too.
    pub dependents: Vec<&'static str>,
    /// What it is about; nothing: it has no resource level, and policies must say `*`.
    pub on: Vec<On>,
}

/// The table of a service.
#[derive(Debug)]
pub struct Service {
    /// What its actions begin with.
    pub prefix: &'static str,
    /// Its name.
    pub name: &'static str,
    /// In the order of their names.
    pub actions: Vec<Action>,
    /// In the order of their names.
    pub resource_types: Vec<ResourceType>,
    /// In the order of their names.
    pub keys: Vec<ConditionKey>,
}

impl Service {
    /// The action of this name, in any case.
    pub fn action(&self, name: &str) -> Option<&Action> {
        self.actions.iter().find(|action| action.name.eq_ignore_ascii_case(name))
    }
    /// The kinds of resources that an action is about.
    pub fn resource_types_of(&self, action: &Action) -> impl Iterator<Item = &ResourceType> {
        action.on.iter().filter_map(|on| self.resource_types.iter().find(|kind| kind.name == on.resource_type))
    }
    /// Whether an action has a condition key: by itself, or by a kind of resource that it is about.
    pub fn has_key(&self, action: &Action, key: &str) -> bool {
        let own = action.keys.iter().chain(action.on.iter().flat_map(|on| &on.keys));
        own.chain(self.resource_types_of(action).flat_map(|kind| &kind.keys)).any(|form| fits(form, key))
    }

    fn read(text: &'static str) -> Self {
        let mut service = Self { prefix: "", name: "", actions: Vec::new(), resource_types: Vec::new(), keys: Vec::new() };
        for mut row in rows(text) {
            match row.next() {
                "service" => (service.prefix, service.name) = (row.next(), row.next()),
                "key" => service.keys.push(ConditionKey { name: row.next(), kind: KeyType::of(row.next()) }),
                "type" => {
                    let (name, arn) = (row.next(), row.next());
                    let keys = service.named(row.list());
                    service.resource_types.push(ResourceType { name, arn, keys });
                }
                "action" => {
                    let (name, level) = (row.next(), level(row.next()));
                    let keys = service.named(row.list());
                    service.actions.push(Action { name, level, keys, dependents: row.list(), on: Vec::new() });
                }
                _ => {
                    let name = row.next();
                    let keys = service.named(row.list());
                    let resource_type = name.trim_end_matches('*');
                    let on = On { resource_type, required: name.ends_with('*'), keys, dependents: row.list() };
                    if let Some(action) = service.actions.last_mut() {
                        action.on.push(on);
                    }
                }
            }
        }
        service
    }

    /// Keys stand as the number of their line.
    fn named(&self, list: Vec<&'static str>) -> Vec<&'static str> {
        let name = |word: &'static str| word.parse().ok().and_then(|n: usize| self.keys.get(n)).map_or(word, |key| key.name);
        list.into_iter().map(name).collect()
    }
}

fn level(text: &str) -> Option<AccessLevel> {
    Some(match text {
        "List" => AccessLevel::List,
        "Read" => AccessLevel::Read,
        "Write" => AccessLevel::Write,
        "Tagging" => AccessLevel::Tagging,
        "Permissions management" => AccessLevel::PermissionsManagement,
        _ => return None,
    })
}

struct Table {
    prefix: &'static str,
    text: &'static str,
    read: OnceLock<Service>,
}

const fn table(prefix: &'static str, text: &'static str) -> Table {
    Table { prefix, text, read: OnceLock::new() }
}

static TABLES: [Table; 34] = [
    table("amplify", include_str!("../data/amplify.tsv")),
    table("apprunner", include_str!("../data/apprunner.tsv")),
    table("batch", include_str!("../data/batch.tsv")),
    table("cloudformation", include_str!("../data/cloudformation.tsv")),
    table("cloudfront", include_str!("../data/cloudfront.tsv")),
    table("cloudtrail", include_str!("../data/cloudtrail.tsv")),
    table("cloudwatch", include_str!("../data/cloudwatch.tsv")),
    table("codeartifact", include_str!("../data/codeartifact.tsv")),
    table("codebuild", include_str!("../data/codebuild.tsv")),
    table("codecommit", include_str!("../data/codecommit.tsv")),
    table("codeconnections", include_str!("../data/codeconnections.tsv")),
    table("codedeploy", include_str!("../data/codedeploy.tsv")),
    table("codepipeline", include_str!("../data/codepipeline.tsv")),
    table("codestar-connections", include_str!("../data/codestar-connections.tsv")),
    table("dynamodb", include_str!("../data/dynamodb.tsv")),
    table("ecr", include_str!("../data/ecr.tsv")),
    table("ecr-public", include_str!("../data/ecr-public.tsv")),
    table("ecs", include_str!("../data/ecs.tsv")),
    table("eks", include_str!("../data/eks.tsv")),
    table("elasticbeanstalk", include_str!("../data/elasticbeanstalk.tsv")),
    table("elasticloadbalancing", include_str!("../data/elasticloadbalancing.tsv")),
    table("events", include_str!("../data/events.tsv")),
    table("iam", include_str!("../data/iam.tsv")),
    table("kms", include_str!("../data/kms.tsv")),
    table("lambda", include_str!("../data/lambda.tsv")),
    table("logs", include_str!("../data/logs.tsv")),
    table("organizations", include_str!("../data/organizations.tsv")),
    table("s3", include_str!("../data/s3.tsv")),
    table("secretsmanager", include_str!("../data/secretsmanager.tsv")),
    table("sns", include_str!("../data/sns.tsv")),
    table("sqs", include_str!("../data/sqs.tsv")),
    table("ssm", include_str!("../data/ssm.tsv")),
    table("states", include_str!("../data/states.tsv")),
    table("sts", include_str!("../data/sts.tsv")),
];

/// The services that have a table, in order.
pub fn tables() -> impl Iterator<Item = &'static Service> {
    TABLES.iter().map(Table::service)
}

impl Table {
    fn service(&self) -> &Service {
        self.read.get_or_init(|| Service::read(self.text))
    }
}

/// The table of the service with this prefix, in any case. None: there is no such table here.
pub fn service(prefix: &str) -> Option<&'static Service> {
    TABLES.iter().find(|table| table.prefix.eq_ignore_ascii_case(prefix)).map(Table::service)
}

/// `s3:GetObject`, in any case, with its service. None: the service has no table here, or no such action.
pub fn action(text: &str) -> Option<(&'static Service, &'static Action)> {
    let (prefix, name) = text.split_once(':')?;
    let service = service(prefix)?;
    Some((service, service.action(name)?))
}
