use crate::AccountId;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, str::FromStr, sync::Arc};

/// An Amazon Resource Name: `arn:partition:service:region:account:resource`.
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Arn(Arc<str>);

/// The text has not the six parts of an ARN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidArn(pub String);

impl fmt::Display for InvalidArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{}' is not an ARN: expected arn:partition:service:region:account:resource", self.0)
    }
}
impl std::error::Error for InvalidArn {}

impl Arn {
    /// Builds an ARN of partition `aws`; region and account may be empty.
    pub fn new(service: &str, region: &str, account: &str, resource: &str) -> Self {
        Self(format!("arn:aws:{service}:{region}:{account}:{resource}").into())
    }
    /// An ARN of IAM or STS kind: no region.
    pub fn global(service: &str, account: AccountId, resource: &str) -> Self {
        Self::new(service, "", account.as_str(), resource)
    }
    /// The whole text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
    fn part(&self, n: usize) -> &str {
        self.0.splitn(6, ':').nth(n).unwrap_or_default()
    }
    /// `aws`, `aws-cn`, ...
    pub fn partition(&self) -> &str {
        self.part(1)
    }
    /// The service's prefix, such as `s3`.
    pub fn service(&self) -> &str {
        self.part(2)
    }
    /// The region; empty for global services and S3.
    pub fn region(&self) -> &str {
        self.part(3)
    }
    /// The owner's account, where the ARN has one.
    pub fn account(&self) -> Option<AccountId> {
        self.part(4).parse().ok()
    }
    /// All behind the fifth colon.
    pub fn resource(&self) -> &str {
        self.part(5)
    }
    /// The resource without its type: `role/path/Name` with `role` gives `path/Name`. None if the type is another.
    pub fn resource_of(&self, kind: &str) -> Option<&str> {
        self.resource().strip_prefix(kind)?.strip_prefix(['/', ':'])
    }
}

impl FromStr for Arn {
    type Err = InvalidArn;
    fn from_str(text: &str) -> Result<Self, InvalidArn> {
        let mut parts = text.splitn(6, ':');
        let whole = parts.next() == Some("arn")
            && parts.next().is_some_and(|p| !p.is_empty())
            && parts.next().is_some_and(|p| !p.is_empty())
            && parts.clone().count() == 3
            && parts.last().is_some_and(|p| !p.is_empty());
        if whole { Ok(Self(text.into())) } else { Err(InvalidArn(text.into())) }
    }
}
impl fmt::Display for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl fmt::Debug for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl Serialize for Arn {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&self.0)
    }
}
impl<'de> Deserialize<'de> for Arn {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts() {
        let arn: Arn = "arn:aws:iam::111111111111:role/path/Name".parse().unwrap();
        assert_eq!(arn.service(), "iam");
        assert_eq!(arn.account().unwrap().as_str(), "111111111111");
        assert_eq!(arn.resource_of("role"), Some("path/Name"));
        let key: Arn = "arn:aws:logs:eu-west-1:111111111111:log-group:/a:b".parse().unwrap();
        assert_eq!(key.resource(), "log-group:/a:b");
        for bad in ["", "arn:aws:iam", "arn:aws:s3:::", "urn:a:b:c:d:e"] {
            assert!(bad.parse::<Arn>().is_err(), "{bad}");
        }
    }
}
