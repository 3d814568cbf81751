//! Names of groups and streams, and the ARNs that calls are decided on.

use crate::{
    Logs,
    error::{constraint, invalid, no_group},
    state::{GROUPS, GroupRow},
};
use base::{AccountId, Arn};
use gate::{Authorized, Demand, Error, Operation, Scope, View};

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

pub(crate) fn check_limit(limit: Option<u64>, most: usize) -> Result<usize, Error> {
    match limit {
        None => Ok(most),
        Some(n) if (1..=most as u64).contains(&n) => Ok(n as usize),
        Some(n) => Err(constraint(&n.to_string(), "limit", &format!("Member must have value between 1 and {most}"))),
    }
}

/// `log-group:NAME:log-stream:`: what AWS decides calls about a whole group on, so that policies need its `:*` form.
/// Source: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html>
pub(crate) fn on_group(action: &'static str, view: &View<'_, Logs>, group: &str) -> Result<Demand, Error> {
    Ok(Demand::new(action, view.arn(&format!("log-group:{group}:log-stream:"))?))
}

pub(crate) fn on_stream(action: &'static str, view: &View<'_, Logs>, group: &str, stream: &str) -> Result<Demand, Error> {
    check_group(group)?;
    check_stream(stream)?;
    Ok(Demand::new(action, view.arn(&format!("log-group:{group}:log-stream:{stream}"))?))
}

/// A group by its name, or by its ARN where a call takes an identifier. Groups of other accounts are not reached.
pub(crate) fn group_of(name: Option<&String>, identifier: Option<&String>, view: &View<'_, Logs>) -> Result<String, Error> {
    let text = match (name, identifier) {
        (Some(name), None) => name.clone(),
        (None, Some(identifier)) => match identifier.parse::<Arn>() {
            Ok(arn) if arn.account() != Some(view.account()?) => {
                return Err(Error::not_implemented("logs with a logGroupIdentifier of another account"));
            }
            Ok(arn) => arn.resource_of("log-group").unwrap_or_default().trim_end_matches(":*").to_string(),
            Err(_) => identifier.clone(),
        },
        (Some(_), Some(_)) => return Err(invalid("LogGroupName and LogGroupIdentifier cannot be specified at the same time")),
        (None, None) => return Err(invalid("Either LogGroupName or LogGroupIdentifier must be specified")),
    };
    check_group(&text)?;
    Ok(text)
}

/// The same in `execute`, where the demands have checked it.
pub(crate) fn known_group(name: Option<String>, identifier: Option<String>) -> String {
    let text = name.or(identifier).unwrap_or_default();
    text.rsplit_once(":log-group:").map_or(text.as_str(), |(_, name)| name.trim_end_matches(":*")).to_string()
}

/// Whose rows a call is about.
pub(crate) struct Owner {
    pub(crate) account: AccountId,
    pub(crate) region: String,
}

impl Owner {
    pub(crate) fn of<Op: Operation<Service = Logs>>(call: &Authorized<'_, Op>) -> Result<Self, Error> {
        Ok(Self { account: call.account()?, region: call.region().as_str().to_string() })
    }
    pub(crate) fn all(&self) -> [&str; 2] {
        [self.account.as_str(), &self.region]
    }
    pub(crate) fn group<'a>(&'a self, group: &'a str) -> [&'a str; 3] {
        [self.account.as_str(), &self.region, group]
    }
    pub(crate) fn stream<'a>(&'a self, group: &'a str, stream: &'a str) -> [&'a str; 4] {
        [self.account.as_str(), &self.region, group, stream]
    }
    pub(crate) fn batch<'a>(&'a self, group: &'a str, stream: &'a str, batch: &'a str) -> [&'a str; 5] {
        [self.account.as_str(), &self.region, group, stream, batch]
    }
    pub(crate) fn arn(&self, resource: &str) -> Arn {
        Arn::new("logs", &self.region, self.account.as_str(), resource)
    }
    pub(crate) fn group_row(&self, scope: &mut Scope<'_, Logs>, group: &str) -> Result<GroupRow, Error> {
        scope.get(&GROUPS, &self.group(group))?.ok_or_else(no_group)
    }
}
