//! Names of groups and streams, and the ARNs that calls are decided on.

use crate::{
    Logs,
    error::{constraint, invalid, no_group, no_stream},
    state::{GROUPS, GroupRow, STREAMS, StreamRow, TIMES},
};
use base::{AccountId, Arn};
use gate::{Demand, Error, Scope, View};

pub(crate) fn check_group(name: &str) -> Result<(), Error> {
    let fits = (1..=512).contains(&name.len()) && name.chars().all(|c| c.is_ascii_alphanumeric() || "._-/#".contains(c));
    if fits {
        return Ok(());
    }
    Err(constraint(
        name,
        "logGroupName",
        "Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+ and have at most 512 characters",
    ))
}

pub(crate) fn check_stream(name: &str) -> Result<(), Error> {
    let fits = (1..=512).contains(&name.len()) && !name.contains([':', '*']);
    if fits {
        return Ok(());
    }
    Err(constraint(name, "logStreamName", "Member must satisfy regular expression pattern: [^:*]* and have 1 to 512 characters"))
}

/// How many items an answer holds: `usual` where the call does not say.
pub(crate) fn check_limit(limit: Option<u64>, usual: usize, most: usize) -> Result<usize, Error> {
    match limit {
        None => Ok(usual),
        Some(n) if (1..=most as u64).contains(&n) => Ok(n as usize),
        Some(n) => Err(constraint(&n.to_string(), "limit", &format!("Member must have value between 1 and {most}"))),
    }
}

/// The group that a call is about: where it lies, and its name.
#[derive(Debug, Clone)]
pub(crate) struct Named {
    pub(crate) account: AccountId,
    pub(crate) region: String,
    pub(crate) name: String,
}

impl Named {
    /// A group of the caller's account.
    pub(crate) fn own(view: &View<'_, Logs>, name: &str) -> Result<Self, Error> {
        check_group(name)?;
        Ok(Self { account: view.account()?, region: view.region().as_str().into(), name: name.into() })
    }
    /// A group by its name or its ARN, which may be another account's.
    pub(crate) fn identified(view: &View<'_, Logs>, identifier: &str) -> Result<Self, Error> {
        let Ok(arn) = identifier.parse::<Arn>() else { return Self::own(view, identifier) };
        let name = arn.resource_of("log-group").map(|name| name.strip_suffix(":*").unwrap_or(name));
        match (arn.service(), arn.account(), name) {
            ("logs", Some(account), Some(name)) => {
                check_group(name)?;
                Ok(Self { account, region: arn.region().into(), name: name.into() })
            }
            _ => Err(invalid(format!("'{identifier}' is neither the name nor the ARN of a log group"))),
        }
    }
    /// A group by one of the two members that name it.
    pub(crate) fn of(view: &View<'_, Logs>, name: Option<&String>, identifier: Option<&String>) -> Result<Self, Error> {
        match (name, identifier) {
            (Some(name), None) => Self::own(view, name),
            (None, Some(identifier)) => Self::identified(view, identifier),
            (Some(_), Some(_)) => Err(invalid("LogGroupName and LogGroupIdentifier cannot be specified at the same time")),
            (None, None) => Err(invalid("Either LogGroupName or LogGroupIdentifier must be specified")),
        }
    }
    /// The group of an ARN of a resource, as calls about tags have it.
    pub(crate) fn of_resource(view: &View<'_, Logs>, arn: &str) -> Result<Self, Error> {
        let is_group = arn.parse::<Arn>().is_ok_and(|arn| arn.service() == "logs" && arn.resource_of("log-group").is_some());
        if is_group { Self::identified(view, arn) } else { Err(invalid(format!("'{arn}' is not the ARN of a log group"))) }
    }
    pub(crate) fn key(&self) -> [&str; 3] {
        [self.account.as_str(), &self.region, &self.name]
    }
    fn arn_with(&self, more: &str) -> Arn {
        Arn::new("logs", &self.region, self.account.as_str(), &format!("log-group:{}{more}", self.name))
    }
    pub(crate) fn arn(&self) -> Arn {
        self.arn_with("")
    }
    /// With `:*`, as most of AWS's answers have it.
    pub(crate) fn arn_of_all(&self) -> Arn {
        self.arn_with(":*")
    }
    pub(crate) fn stream_arn(&self, stream: &str) -> Arn {
        self.arn_with(&format!(":log-stream:{stream}"))
    }
    /// `log-group:NAME:log-stream:`: what AWS decides calls about a whole group on, so that policies need its `:*` form.
    /// Source: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html>
    pub(crate) fn demand(&self, action: &'static str) -> Demand {
        Demand::new(action, self.stream_arn(""))
    }
    pub(crate) fn stream_demand(&self, action: &'static str, stream: &str) -> Result<Demand, Error> {
        check_stream(stream)?;
        Ok(Demand::new(action, self.stream_arn(stream)))
    }
    pub(crate) fn find(self, view: &mut View<'_, Logs>) -> Result<Option<Group>, Error> {
        Ok(view.get(&GROUPS, &self.key())?.map(|row| Group { named: self, row }))
    }
    pub(crate) fn load(self, view: &mut View<'_, Logs>) -> Result<Group, Error> {
        self.find(view)?.ok_or_else(no_group)
    }
}

/// A group that is there.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    pub(crate) named: Named,
    pub(crate) row: GroupRow,
}

impl Group {
    /// What the keys of its rows begin with.
    pub(crate) fn key(&self) -> [&str; 2] {
        [self.named.account.as_str(), &self.row.id]
    }
    pub(crate) fn under<'a>(&'a self, part: &'a str) -> [&'a str; 3] {
        [self.named.account.as_str(), &self.row.id, part]
    }
    pub(crate) fn stream(&self, view: &mut View<'_, Logs>, name: &str) -> Result<StreamRow, Error> {
        view.get(&STREAMS, &self.under(name))?.ok_or_else(no_stream)
    }
    /// Whether it has any.
    pub(crate) fn has_events(&self, scope: &mut Scope<'_, Logs>) -> Result<bool, Error> {
        Ok(!scope.page(&TIMES, &self.key(), None, 1, false)?.is_empty())
    }
    pub(crate) fn save(&self, scope: &mut Scope<'_, Logs>) -> Result<(), Error> {
        scope.put(&GROUPS, &self.named.key(), &self.row)
    }
}
