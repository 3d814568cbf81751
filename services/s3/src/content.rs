//! What an object is stored with beside its bytes, and members that are refused.

use crate::{
    error,
    operations::put_bucket_ownership_controls::{PREFERRED, WRITER},
    state::Bucket,
};
use gate::{Caller, Demand, Error};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What an object is stored with and answered with.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Content {
    /// `Cache-Control`.
    pub cache_control: Option<String>,
    /// `Content-Disposition`.
    pub content_disposition: Option<String>,
    /// `Content-Encoding`.
    pub content_encoding: Option<String>,
    /// `Content-Language`.
    pub content_language: Option<String>,
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// `Expires`.
    pub expires: Option<String>,
    /// `x-amz-meta-…`.
    #[serde(default)]
    pub metadata: BTreeMap<String, String>,
}

/// Bytes of names and values together.
const MAX_METADATA: usize = 2048;

impl Content {
    pub(crate) fn check(&self) -> Result<(), Error> {
        let size: usize = self.metadata.iter().map(|(name, value)| name.len() + value.len()).sum();
        if size > MAX_METADATA {
            return Err(Error::new("MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size")
                .member("Size", size)
                .member("MaxSizeAllowed", MAX_METADATA));
        }
        Ok(())
    }
}

/// Rights that come with a new object or bucket. Only what the bucket's owner has anyway can be asked for.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Acl {
    /// A canned ACL.
    #[serde(rename = "ACL")]
    pub acl: Option<String>,
    /// Refused, as all grants are.
    pub grant_full_control: Option<String>,
    /// Refused.
    pub grant_read: Option<String>,
    /// Refused.
    #[serde(rename = "GrantReadACP")]
    pub grant_read_acp: Option<String>,
    /// Refused.
    pub grant_write: Option<String>,
    /// Refused.
    #[serde(rename = "GrantWriteACP")]
    pub grant_write_acp: Option<String>,
}

impl Acl {
    /// Whether the request says anything of rights: `s3:PutObjectAcl` is needed then.
    pub(crate) fn is_given(&self) -> bool {
        self.acl.is_some() || self.has_grants()
    }
    fn has_grants(&self) -> bool {
        [&self.grant_full_control, &self.grant_read, &self.grant_read_acp, &self.grant_write, &self.grant_write_acp]
            .iter()
            .any(|g| g.is_some())
    }
    /// The canned ACL of a bucket whose ACLs are on.
    pub(crate) fn canned(&self, operation: &str) -> Result<Option<&str>, Error> {
        match self.has_grants() {
            true => Err(Error::not_implemented(&format!("{operation} with grants"))),
            false => Ok(self.acl.as_deref()),
        }
    }
    /// Whether the caller may put an object into the bucket: where ACLs are on, an object of another account would be that
    /// account's own, which is not there; unless the bucket's owner is given it all.
    pub(crate) fn check_owner(&self, bucket: &Bucket, caller: &Caller) -> Result<(), Error> {
        const FULL_CONTROL: &str = "bucket-owner-full-control";
        if bucket.is_enforced() {
            return self.check(FULL_CONTROL);
        }
        match self.canned("s3 with ACLs")? {
            None | Some("private" | FULL_CONTROL | "bucket-owner-read") => {}
            Some(canned) => return Err(Error::not_implemented(&format!("s3 with the ACL {canned}"))),
        }
        let given = bucket.ownership.as_deref() == Some(PREFERRED) && self.acl.as_deref() == Some(FULL_CONTROL);
        if caller.account() == Some(bucket.account) || given {
            return Ok(());
        }
        let ownership = bucket.ownership.as_deref().unwrap_or(WRITER);
        Err(Error::not_implemented(&format!("s3 with an object of another account in a bucket with ObjectOwnership {ownership}")))
    }
    /// The demand with what the request says of rights.
    pub(crate) fn on(&self, demand: Demand) -> Demand {
        demand
            .with_some("s3:x-amz-acl", self.acl.as_ref())
            .with_some("s3:x-amz-grant-full-control", self.grant_full_control.as_ref())
            .with_some("s3:x-amz-grant-read", self.grant_read.as_ref())
            .with_some("s3:x-amz-grant-read-acp", self.grant_read_acp.as_ref())
            .with_some("s3:x-amz-grant-write", self.grant_write.as_ref())
            .with_some("s3:x-amz-grant-write-acp", self.grant_write_acp.as_ref())
    }
    /// Buckets are BucketOwnerEnforced: other rights than the owner's are refused.
    pub(crate) fn check(&self, allowed: &str) -> Result<(), Error> {
        match self.acl.as_deref() {
            Some(acl) if acl != allowed => Err(error::acl_not_supported()),
            _ if self.has_grants() => Err(error::acl_not_supported()),
            _ => Ok(()),
        }
    }
}

/// Members that would change the effect and are not there: refused by name.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Unsupported {
    /// Keys that the customer sends.
    #[serde(rename = "SSECustomerAlgorithm")]
    pub sse_customer_algorithm: Option<String>,
    /// Websites.
    pub website_redirect_location: Option<String>,
    /// Storage classes other than STANDARD.
    pub storage_class: Option<String>,
    /// Appending to an object.
    pub write_offset_bytes: Option<String>,
}

impl Unsupported {
    pub(crate) fn check(&self, operation: &str) -> Result<(), Error> {
        let given = [
            ("SSECustomerAlgorithm", &self.sse_customer_algorithm),
            ("WebsiteRedirectLocation", &self.website_redirect_location),
            ("WriteOffsetBytes", &self.write_offset_bytes),
        ];
        match (given.iter().find(|(_, value)| value.is_some()), self.storage_class.as_deref()) {
            (Some((name, _)), _) => Err(Error::not_implemented(&format!("s3:{operation} with {name}"))),
            (None, None | Some("STANDARD")) => Ok(()),
            (None, Some(class)) => Err(Error::not_implemented(&format!("s3:{operation} with StorageClass {class}"))),
        }
    }
}
