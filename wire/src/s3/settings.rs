//! More settings of buckets: lifecycles, locks, notifications, and what most buckets have nothing of.

use super::groups::{
    BUCKET, INTEGRITY, LOCK_BYPASS, NO_CONTENT, OBJECT, OK, VERSION, header, on_bucket, on_object, output, query, xml_body,
};
use crate::rest::{Binding, Member, Output, OutputBody};

const MINIMUM: &[Member] = &[header("TransitionDefaultMinimumObjectSize", "x-amz-transition-default-minimum-object-size")];
const LIFECYCLE: &[Member] = &[xml_body("LifecycleConfiguration", "LifecycleConfiguration", true)];
const NOTIFICATION: &[Member] = &[
    header("SkipDestinationValidation", "x-amz-skip-destination-validation"),
    xml_body("NotificationConfiguration", "NotificationConfiguration", true),
];
const LOCK: &[Member] =
    &[header("Token", "x-amz-bucket-object-lock-token"), xml_body("ObjectLockConfiguration", "ObjectLockConfiguration", false)];
const RETENTION: &[Member] = &[xml_body("Retention", "Retention", false)];
const LEGAL_HOLD: &[Member] = &[xml_body("LegalHold", "LegalHold", false)];
const ACL: &[Member] = &[
    header("ACL", "x-amz-acl"),
    header("GrantFullControl", "x-amz-grant-full-control"),
    header("GrantRead", "x-amz-grant-read"),
    header("GrantReadACP", "x-amz-grant-read-acp"),
    header("GrantWrite", "x-amz-grant-write"),
    header("GrantWriteACP", "x-amz-grant-write-acp"),
    xml_body("AccessControlPolicy", "AccessControlPolicy", false),
];
const ID: &[Member] = &[query("Id", "id")];
const PAGE: &[Member] = &[query("ContinuationToken", "continuation-token")];

const fn xml(root: &'static str) -> Output {
    output(200, &[], OutputBody::Xml(root))
}
const fn member(name: &'static str) -> Output {
    output(200, &[], OutputBody::XmlMember(name))
}

pub(super) const SETTINGS: &[Binding] = &[
    on_bucket(
        "PutBucketLifecycleConfiguration",
        "PUT",
        &[("lifecycle", None)],
        &[BUCKET, INTEGRITY, MINIMUM, LIFECYCLE],
        output(200, &[MINIMUM], OutputBody::None),
    ),
    on_bucket(
        "GetBucketLifecycleConfiguration",
        "GET",
        &[("lifecycle", None)],
        &[BUCKET],
        output(200, &[MINIMUM], OutputBody::Xml("LifecycleConfiguration")),
    ),
    on_bucket("DeleteBucketLifecycle", "DELETE", &[("lifecycle", None)], &[BUCKET], NO_CONTENT),
    on_bucket("PutBucketNotificationConfiguration", "PUT", &[("notification", None)], &[BUCKET, NOTIFICATION], OK),
    on_bucket("GetBucketNotificationConfiguration", "GET", &[("notification", None)], &[BUCKET], xml("NotificationConfiguration")),
    on_bucket("PutObjectLockConfiguration", "PUT", &[("object-lock", None)], &[BUCKET, INTEGRITY, LOCK], OK),
    on_bucket("GetObjectLockConfiguration", "GET", &[("object-lock", None)], &[BUCKET], member("ObjectLockConfiguration")),
    on_object("PutObjectRetention", "PUT", &[("retention", None)], &[OBJECT, VERSION, INTEGRITY, LOCK_BYPASS, RETENTION], OK),
    on_object("GetObjectRetention", "GET", &[("retention", None)], &[OBJECT, VERSION], member("Retention")),
    on_object("PutObjectLegalHold", "PUT", &[("legal-hold", None)], &[OBJECT, VERSION, INTEGRITY, LEGAL_HOLD], OK),
    on_object("GetObjectLegalHold", "GET", &[("legal-hold", None)], &[OBJECT, VERSION], member("LegalHold")),
    on_bucket("DeleteBucketOwnershipControls", "DELETE", &[("ownershipControls", None)], &[BUCKET], NO_CONTENT),
    on_bucket("PutBucketAcl", "PUT", &[("acl", None)], &[BUCKET, INTEGRITY, ACL], OK),
    on_bucket("GetBucketCors", "GET", &[("cors", None)], &[BUCKET], xml("CORSConfiguration")),
    on_bucket("GetBucketWebsite", "GET", &[("website", None)], &[BUCKET], xml("WebsiteConfiguration")),
    on_bucket("GetBucketReplication", "GET", &[("replication", None)], &[BUCKET], member("ReplicationConfiguration")),
    on_bucket("GetBucketLogging", "GET", &[("logging", None)], &[BUCKET], xml("BucketLoggingStatus")),
    on_bucket("GetBucketAccelerateConfiguration", "GET", &[("accelerate", None)], &[BUCKET], xml("AccelerateConfiguration")),
    on_bucket("GetBucketRequestPayment", "GET", &[("requestPayment", None)], &[BUCKET], xml("RequestPaymentConfiguration")),
    // Those with an id first: it tells them from the lists.
    on_bucket(
        "GetBucketAnalyticsConfiguration",
        "GET",
        &[("analytics", None), ("id", None)],
        &[BUCKET, ID],
        member("AnalyticsConfiguration"),
    ),
    on_bucket(
        "GetBucketIntelligentTieringConfiguration",
        "GET",
        &[("intelligent-tiering", None), ("id", None)],
        &[BUCKET, ID],
        member("IntelligentTieringConfiguration"),
    ),
    on_bucket(
        "GetBucketInventoryConfiguration",
        "GET",
        &[("inventory", None), ("id", None)],
        &[BUCKET, ID],
        member("InventoryConfiguration"),
    ),
    on_bucket("GetBucketMetricsConfiguration", "GET", &[("metrics", None), ("id", None)], &[BUCKET, ID], member("MetricsConfiguration")),
    on_bucket(
        "ListBucketAnalyticsConfigurations",
        "GET",
        &[("analytics", None)],
        &[BUCKET, PAGE],
        xml("ListBucketAnalyticsConfigurationResult"),
    ),
    on_bucket(
        "ListBucketIntelligentTieringConfigurations",
        "GET",
        &[("intelligent-tiering", None)],
        &[BUCKET, PAGE],
        xml("ListBucketIntelligentTieringConfigurationsOutput"),
    ),
    on_bucket(
        "ListBucketInventoryConfigurations",
        "GET",
        &[("inventory", None)],
        &[BUCKET, PAGE],
        xml("ListInventoryConfigurationsResult"),
    ),
    on_bucket("ListBucketMetricsConfigurations", "GET", &[("metrics", None)], &[BUCKET, PAGE], xml("ListMetricsConfigurationsResult")),
];
