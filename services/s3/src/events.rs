//! Changes of objects as EventBridge tells them, for buckets that send them there. They go to the feed in the transaction of
//! the change, under `s3/event/ACCOUNT`.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html>

use crate::{
    S3,
    names::bucket_arn,
    objects::told_id,
    state::{Bucket, Version},
};
use base::uuid;
use gate::{Error, Identity, Scope, Service};
use serde_json::{Map, Value, json};

/// An event's type and what it tells beside the object, by the name that S3's own notifications have for it.
fn kind(event: &str) -> (&'static str, Option<(&'static str, &'static str)>) {
    match event {
        "ObjectCreated:Put" => ("Object Created", Some(("reason", "PutObject"))),
        "ObjectCreated:Copy" => ("Object Created", Some(("reason", "CopyObject"))),
        "ObjectCreated:CompleteMultipartUpload" => ("Object Created", Some(("reason", "CompleteMultipartUpload"))),
        "ObjectCreated:Post" => ("Object Created", Some(("reason", "POST Object"))),
        "ObjectRemoved:Delete" => ("Object Deleted", Some(("deletion-type", "Permanently Deleted"))),
        "ObjectRemoved:DeleteMarkerCreated" => ("Object Deleted", Some(("deletion-type", "Delete Marker Created"))),
        "ObjectTagging:Delete" => ("Object Tags Deleted", None),
        _ => ("Object Tags Added", None),
    }
}

/// Tells of a change, if the bucket's notifications go to EventBridge.
pub(crate) fn tell(scope: &mut Scope<'_, S3>, bucket: &Bucket, key: &str, event: &str, version: &Version) -> Result<(), Error> {
    if !bucket.event_bridge {
        return Ok(());
    }
    let (kind, more) = kind(event);
    // Only lifecycle rules make S3 itself change objects.
    let by_lifecycle = matches!(scope.caller().identity(), Identity::Service { name, .. } if name == S3::PRINCIPAL);
    let created = kind == "Object Created";
    let mut object = Map::new();
    object.insert("key".into(), json!(key));
    if let Some(stored) = &version.object {
        if created {
            object.insert("size".into(), json!(stored.size));
        }
        object.insert("etag".into(), json!(stored.etag));
    }
    if let Some(id) = told_id(bucket, &version.id) {
        object.insert("version-id".into(), json!(id));
    }
    object.insert("sequencer".into(), json!(format!("{:018X}", scope.now().0)));
    let requester = match scope.caller().account() {
        Some(account) if !by_lifecycle => account.to_string(),
        _ if by_lifecycle => S3::PRINCIPAL.to_string(),
        _ => "anonymous".to_string(),
    };
    let mut detail = Map::new();
    detail.insert("version".into(), json!("0"));
    detail.insert("bucket".into(), json!({"name": bucket.name}));
    detail.insert("object".into(), Value::Object(object));
    detail.insert("request-id".into(), json!(scope.context().request_id));
    detail.insert("requester".into(), json!(requester));
    if !by_lifecycle {
        detail.insert("source-ip-address".into(), json!(scope.context().source_ip));
    }
    if let Some((name, value)) = more {
        detail.insert(name.into(), json!(value));
    }
    if kind == "Object Deleted" {
        detail.insert("reason".into(), json!(if by_lifecycle { "Lifecycle Expiration" } else { "DeleteObject" }));
    }
    let event = json!({
        "version": "0",
        "id": uuid(scope.entropy()),
        "detail-type": kind,
        "source": "aws.s3",
        "account": bucket.account,
        "time": scope.now().iso(),
        "region": bucket.region,
        "resources": [bucket_arn(&bucket.name)],
        "detail": detail,
    });
    durable::publish(scope, &format!("event/{}", bucket.account), event)
}
