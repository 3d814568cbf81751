//! What operations that make objects have in common.

use crate::{
    Checksums, S3, access,
    content::Acl,
    encryption::{Encryption, Wrapped},
    error,
    lock::Held,
    state::{Bucket, Object, Stretch},
    tags::{self, Tag},
};
use base::Secret;
use gate::{Authorized, Demand, Demands, Error, Operation, ReceivedBody, View};
use md5::{Digest, Md5};
use wire::checksum::Algorithm;

/// Bytes of an object that comes in one piece, of a part, and of the source of a copy.
pub(crate) const MOST_AT_ONCE: u64 = 5 << 30;

/// `s3:PutObject`, with the rights that tags and ACLs in the request need beside it.
pub(crate) fn demands(
    facts: &mut View<'_, S3>,
    bucket: &str,
    key: &str,
    acl: &Acl,
    tagging: Option<&str>,
    encryption: &Encryption,
    more: impl Fn(Demand) -> Demand,
) -> Result<Demands, Error> {
    let tags = tags::of_header(tagging)?;
    let mut actions = vec!["s3:PutObject"];
    if acl.is_given() {
        actions.push("s3:PutObjectAcl");
    }
    if tagging.is_some() {
        actions.push("s3:PutObjectTagging");
    }
    let mut demands = Demands::default();
    for action in actions {
        let demand = acl.on(access::on_object(facts, action, bucket, key)?);
        demands = demands.and(more(with_object_tags(encryption.on(demand), &tags)));
    }
    Ok(demands)
}

/// `s3:RequestObjectTag/…` and `s3:RequestObjectTagKeys`.
pub(crate) fn with_object_tags(mut demand: Demand, tags: &[Tag]) -> Demand {
    for (key, value) in tags::pairs(tags) {
        demand = demand.with(format!("s3:RequestObjectTag/{key}"), value);
    }
    if tags.is_empty() { demand } else { demand.with("s3:RequestObjectTagKeys", tags.iter().map(|t| t.key.clone()).collect::<Vec<_>>()) }
}

/// Received bytes and the data key they lie under.
pub(crate) struct Received {
    pub(crate) stretch: Option<Stretch>,
    pub(crate) length: u64,
    /// Hex; None where the ETag is not made of it.
    pub(crate) md5: Option<String>,
    pub(crate) wrapped: Wrapped,
    /// Those that were wanted of the bytes.
    pub(crate) sums: Checksums,
}

/// The body of the call; None if it has none, which stands for no bytes.
pub(crate) fn body<Op: Operation>(call: &Authorized<'_, Op>) -> Result<Option<Received>, Error> {
    call.body().cloned().map(received).transpose()
}

pub(crate) fn received(body: ReceivedBody) -> Result<Received, Error> {
    if body.length > MOST_AT_ONCE {
        return Err(error::too_large("the body", body.length, MOST_AT_ONCE));
    }
    let wrapped = serde_json::from_value(body.note).map_err(Error::internal)?;
    let sums = Checksums::of_map(&body.sums);
    Ok(Received { stretch: Some(Stretch { body: body.id, length: body.length }), length: body.length, md5: body.md5, wrapped, sums })
}

/// No bytes, under a data key.
pub(crate) fn nothing(wrapped: Wrapped, sums: &[Algorithm]) -> Received {
    let md5 = wrapped.etag_is_md5().then(|| hex::encode(Md5::digest(b"")));
    Received { stretch: None, length: 0, md5, wrapped, sums: Checksums::of_nothing(sums) }
}

/// A data key with its wrapped form, as the gate keeps it beside a body, and the checksums to compute of that.
pub(crate) fn body_key(made: (Secret<Vec<u8>>, Wrapped), sums: Vec<Algorithm>) -> Result<gate::BodyKey, Error> {
    let note = serde_json::to_value(&made.1).map_err(Error::internal)?;
    Ok(gate::BodyKey { key: made.0, note, sums, md5: made.1.etag_is_md5() })
}

/// Stores an object as the newest version; gives the version id that the answer tells.
pub(crate) fn store(
    scope: &mut gate::Scope<'_, S3>,
    bucket: &Bucket,
    key: &str,
    object: Object,
    held: Held,
    event: &str,
) -> Result<Option<String>, Error> {
    let id = crate::objects::write(scope, bucket, key, Some(Box::new(object)), held, event)?;
    Ok(crate::objects::told_id(bucket, &id))
}
