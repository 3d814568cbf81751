//! Inputs and outputs that many operations share.

use crate::{S3, access, error, examples, lock, objects, read::MAY_LIST, state::Bucket};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, Scope, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The input of operations that need a bucket alone.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct BucketInput {
    /// The bucket.
    pub bucket: String,
    /// The account that the bucket must belong to.
    pub expected_bucket_owner: Option<String>,
}

/// An answer or an element with nothing in it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Nothing {}

/// Which version of which object.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct VersionInput {
    /// The bucket.
    pub bucket: String,
    /// The key.
    pub key: String,
    /// The account that the bucket must belong to.
    pub expected_bucket_owner: Option<String>,
    /// An old version.
    pub version_id: Option<String>,
}

impl VersionInput {
    /// The right to `action`; who may not list is not told that the key is missing.
    pub(crate) fn demands(
        &self,
        facts: &mut View<'_, S3>,
        action: &'static str,
        more: impl FnOnce(Demand) -> Demand,
    ) -> Result<Demands, Error> {
        let demands = Demands::from(more(access::on_object(facts, action, &self.bucket, &self.key)?));
        let found = match &self.version_id {
            Some(id) => objects::by_id(facts, &self.bucket, &self.key, id)?.is_some(),
            None => facts.get(&crate::state::CURRENT, &[self.bucket.as_str(), self.key.as_str()])?.is_some(),
        };
        if found {
            return Ok(demands);
        }
        Ok(demands.and(access::on_bucket(facts, "s3:ListBucket", &self.bucket)?.probe(MAY_LIST)))
    }

    /// The version, in a bucket with object lock.
    pub(crate) fn open_locked<Op: Operation<Service = S3>>(
        &self,
        call: &mut Authorized<'_, Op>,
    ) -> Result<(Bucket, objects::Placed), Error> {
        let bucket = access::open(call, &self.bucket, self.expected_bucket_owner.as_deref())?;
        if bucket.lock.is_none() {
            return Err(lock::not_configured());
        }
        let may_list = call.probe(MAY_LIST);
        let version = self.version_id.as_deref();
        let placed = match objects::place(call, &self.bucket, &self.key, version)? {
            Some(placed) if placed.version.object.is_some() => placed,
            _ if !may_list => return Err(access::may_not_know(call.caller(), &self.bucket)),
            Some(_) => {
                return Err(error::method_not_allowed("The specified method is not allowed against this resource: it is a delete marker."));
            }
            None => return Err(version.map_or_else(|| error::no_such_key(&self.key), |id| error::no_such_version(&self.key, id))),
        };
        Ok((bucket, placed))
    }
}

/// Which configuration of a bucket that may have several.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ConfigurationInput {
    /// The bucket.
    pub bucket: String,
    /// The account that the bucket must belong to.
    pub expected_bucket_owner: Option<String>,
    /// The configuration's id.
    pub id: String,
}

impl ConfigurationInput {
    /// There is no such configuration in any bucket.
    pub(crate) fn find_nothing(&self, scope: &mut Scope<'_, S3>) -> Result<(), Error> {
        access::open(scope, &self.bucket, self.expected_bucket_owner.as_deref())?;
        Err(Error::new("NoSuchConfiguration", "The specified configuration does not exist.").status(404))
    }
    pub(crate) fn example() -> Example {
        examples::with_bucket(json!({"Bucket": "example-bucket", "Id": "all"})).fails("NoSuchConfiguration")
    }
}

/// A page of a bucket's configurations of a kind.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ConfigurationListInput {
    /// The bucket.
    pub bucket: String,
    /// The account that the bucket must belong to.
    pub expected_bucket_owner: Option<String>,
    /// From the page before: there is none.
    pub continuation_token: Option<String>,
}

/// No configuration.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ConfigurationListOutput {
    /// Always false.
    pub is_truncated: bool,
}

impl ConfigurationListInput {
    pub(crate) fn list_nothing(&self, scope: &mut Scope<'_, S3>) -> Result<ConfigurationListOutput, Error> {
        access::open(scope, &self.bucket, self.expected_bucket_owner.as_deref())?;
        if self.continuation_token.is_some() {
            return Err(error::invalid_argument("continuation-token", "The continuation token provided is incorrect"));
        }
        Ok(ConfigurationListOutput { is_truncated: false })
    }
    pub(crate) fn example() -> Example {
        examples::with_bucket(json!({"Bucket": "example-bucket"}))
    }
}
