//! What decisions know of buckets, and the way from an allowed call to its bucket.

use crate::{
    BucketInput, S3, error,
    names::{bucket_arn, check_bucket, check_key, object_arn},
    state::{BUCKETS, Bucket},
};
use base::Arn;
use gate::{Caller, Demand, Document, Error, ResourceFacts, Scope, View};

/// Owner, policy and tags of a bucket; objects have its owner and policy.
pub(crate) fn facts(view: &mut View<'_, S3>, arn: &Arn) -> Result<Option<ResourceFacts>, Error> {
    let (name, is_object) = match arn.resource().split_once('/') {
        Some((bucket, _)) => (bucket, true),
        None => (arn.resource(), false),
    };
    let Some(bucket) = view.shared(&BUCKETS, &[name])? else { return Ok(None) };
    let mut facts = ResourceFacts::owned_by(bucket.account);
    let document = |text: &String| Document { name: format!("bucket policy of {name}"), text: text.clone() };
    facts.policy = bucket.policy.as_ref().map(document);
    facts.block_public_access = bucket.public_access.as_ref().is_some_and(|p| p.restrict_public_buckets);
    if !is_object {
        facts.tags = bucket.tags.iter().map(|t| (t.key.clone(), t.value.clone())).collect();
    }
    Ok(Some(facts))
}

fn with_owner(view: &mut View<'_, S3>, bucket: &str, demand: Demand) -> Result<Demand, Error> {
    let found = view.shared(&BUCKETS, &[bucket])?;
    Ok(demand.with_some("s3:ResourceAccount", found.map(|b| b.account.to_string())))
}

/// What clients sign for a region is for its buckets. Services and unsigned requests reach buckets by their names.
fn check_region(view: &mut View<'_, S3>, bucket: &str) -> Result<(), Error> {
    if view.context().transport.signature_version.is_none_or(|version| version == "AWS") {
        return Ok(());
    }
    match view.shared(&BUCKETS, &[bucket])? {
        Some(found) if found.region != view.region().as_str() => Err(error::permanent_redirect(bucket, &found.region)),
        _ => Ok(()),
    }
}

/// The right to `action` on a bucket.
pub(crate) fn on_bucket(view: &mut View<'_, S3>, action: &'static str, bucket: &str) -> Result<Demand, Error> {
    check_bucket(bucket)?;
    // Where a bucket is, every region tells.
    if action != "s3:GetBucketLocation" {
        check_region(view, bucket)?;
    }
    with_owner(view, bucket, Demand::new(action, bucket_arn(bucket)))
}

/// The right to `action` on an object.
pub(crate) fn on_object(view: &mut View<'_, S3>, action: &'static str, bucket: &str, key: &str) -> Result<Demand, Error> {
    check_bucket(bucket)?;
    check_key(key)?;
    check_region(view, bucket)?;
    with_owner(view, bucket, Demand::new(action, object_arn(bucket, key)))
}

/// The bucket of an allowed call, if it is there and owned by whom the caller expects.
pub(crate) fn open(scope: &mut Scope<'_, S3>, name: &str, expected_owner: Option<&str>) -> Result<Bucket, Error> {
    let bucket = scope.shared(&BUCKETS, &[name])?.ok_or_else(|| error::no_such_bucket(name))?;
    if expected_owner.is_some_and(|owner| owner != bucket.account.as_str()) {
        return Err(error::access_denied("Access Denied: the bucket is not owned by the account of x-amz-expected-bucket-owner"));
    }
    Ok(Bucket::clone(&bucket))
}

/// As `open`, for inputs that name a bucket alone.
pub(crate) fn open_named(scope: &mut Scope<'_, S3>, input: &BucketInput) -> Result<Bucket, Error> {
    open(scope, &input.bucket, input.expected_bucket_owner.as_deref())
}

/// What a caller without `s3:ListBucket` is told of a key that is not there.
pub(crate) fn may_not_know(caller: &Caller, bucket: &str) -> Error {
    error::access_denied(format!(
        "User: {} is not authorized to perform: s3:ListBucket on resource: \"{}\" because no policy allows the s3:ListBucket action",
        caller.name(),
        bucket_arn(bucket)
    ))
}

/// As `open`, for what only the owner's account may do, whatever the policy says.
pub(crate) fn open_as_owner(scope: &mut Scope<'_, S3>, name: &str, expected_owner: Option<&str>) -> Result<Bucket, Error> {
    let bucket = open(scope, name, expected_owner)?;
    if scope.caller().account() != Some(bucket.account) {
        return Err(error::method_not_allowed(
            "The specified method is not allowed against this resource: only its owner's account can do this.",
        ));
    }
    Ok(bucket)
}
