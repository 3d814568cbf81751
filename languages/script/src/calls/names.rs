//! How the CLI calls services, operations and members, and how their APIs do.
//!
//! The table in `data/` is generated (`generate.py`) from the models that the CLI makes its commands of. Of services without a
//! table names are made by rule.

use std::{collections::BTreeMap, sync::LazyLock};

/// What a member of an input is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Number,
    Truth,
    List,
    Texts,
    Structure,
    Bytes,
    /// It is in no table.
    Unknown,
}

/// A member of an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Member {
    pub name: String,
    pub kind: Kind,
}

/// A service, as one of its commands or clients names it.
#[derive(Debug, Clone)]
pub(crate) struct Model {
    /// What its actions begin with.
    pub prefix: String,
    rows: Option<&'static str>,
}

/// An operation of a service.
#[derive(Debug, Clone)]
pub(crate) struct Operation {
    pub name: String,
    /// None: they are not known.
    members: Option<&'static str>,
    /// Whether members begin with a small letter, where that is a rule.
    small: bool,
}

static TABLE: LazyLock<BTreeMap<&'static str, (&'static str, &'static str)>> = LazyLock::new(|| {
    let sections = include_str!("../../data/models.tsv").split("\nservice\t").skip(1);
    sections
        .filter_map(|section| {
            let (head, rows) = section.split_once('\n')?;
            let (command, prefix) = head.split_once('\t')?;
            Some((command, (prefix, rows)))
        })
        .collect()
});

/// Commands without a table that are not called as their actions are.
const SERVICES: [(&str, &str); 8] = [
    ("configservice", "config"),
    ("efs", "elasticfilesystem"),
    ("elb", "elasticloadbalancing"),
    ("emr", "elasticmapreduce"),
    ("pricing", "pricing"),
    ("ses", "ses"),
    ("service-quotas", "servicequotas"),
    ("stepfunctions", "states"),
];

/// The clients of SDKs whose name is not the CLI's command.
const CLIENTS: [(&str, &str); 14] = [
    ("applicationautoscaling", "application-autoscaling"),
    ("cloudwatchevents", "events"),
    ("cloudwatchlogs", "logs"),
    ("codedeploy", "deploy"),
    ("codestarconnections", "codestar-connections"),
    ("cognitoidentityprovider", "cognito-idp"),
    ("cognitoidentityserviceprovider", "cognito-idp"),
    ("ecrpublic", "ecr-public"),
    ("elasticloadbalancingv2", "elbv2"),
    ("eventbridge", "events"),
    ("s3", "s3api"),
    ("sfn", "stepfunctions"),
    ("states", "stepfunctions"),
    ("route53", "route53"),
];

/// Services without a table whose members begin with a small letter.
const SMALL: [&str; 3] = ["iot", "mediaconvert", "bedrock"];

impl Model {
    /// By the CLI's command.
    pub fn of_command(command: &str) -> Self {
        match TABLE.get(command) {
            Some((prefix, rows)) => Self { prefix: (*prefix).into(), rows: Some(rows) },
            None => {
                let prefix = SERVICES.iter().find(|(name, _)| *name == command).map_or(command, |(_, prefix)| prefix);
                Self { prefix: prefix.into(), rows: None }
            }
        }
    }
    /// By an SDK's client, if it is in a table.
    pub fn of_client(client: &str) -> Option<Self> {
        let plain: String = client.chars().filter(|c| *c != '-').collect::<String>().to_ascii_lowercase();
        let command = CLIENTS.iter().find(|(name, _)| *name == plain).map(|(_, command)| *command);
        let command = command.or_else(|| TABLE.keys().find(|name| name.replace('-', "") == plain).copied())?;
        Some(Self::of_command(command))
    }
    /// The operation of a name with dashes, underscores or neither. None: the service has none of this name.
    pub fn operation(&self, named: &str) -> Option<Operation> {
        let plain: String = named.chars().filter(|c| !"-_".contains(*c)).collect();
        let Some(rows) = self.rows else {
            let small = SMALL.contains(&self.prefix.as_str());
            return Some(Operation { name: pascal(named), members: None, small });
        };
        let mut rows = rows.lines().map(|row| row.split_once('\t').unwrap_or((row, "")));
        let (name, members) = rows.find(|(name, _)| name.eq_ignore_ascii_case(&plain))?;
        Some(Operation { name: name.into(), members: Some(members), small: false })
    }
}

impl Operation {
    /// The member of a name with dashes.
    pub fn member(&self, kebab: &str) -> Option<Member> {
        let Some(members) = self.members else {
            let mut name = pascal(kebab);
            if self.small {
                name = name.chars().take(1).map(|c| c.to_ascii_lowercase()).chain(name.chars().skip(1)).collect();
            }
            return Some(Member { name, kind: Kind::Unknown });
        };
        let plain: String = kebab.chars().filter(|c| *c != '-').collect();
        members.split(' ').filter_map(|member| member.split_once(':')).find(|(name, _)| name.eq_ignore_ascii_case(&plain)).map(
            |(name, kind)| Member {
                name: name.into(),
                kind: match kind {
                    "s" => Kind::Text,
                    "i" => Kind::Number,
                    "b" => Kind::Truth,
                    "l" => Kind::List,
                    "t" => Kind::Texts,
                    "m" => Kind::Structure,
                    _ => Kind::Bytes,
                },
            },
        )
    }
    /// Whether all members are known.
    pub fn is_known(&self) -> bool {
        self.members.is_some()
    }
}

fn pascal(named: &str) -> String {
    let capital = |part: &str| part.chars().take(1).map(|c| c.to_ascii_uppercase()).chain(part.chars().skip(1)).collect::<String>();
    named.split(['-', '_']).map(capital).collect()
}
