//! The resource types, as CloudFormation uses them.

mod common;

use base::{AccountId, Region};
use common::{TOOLS, world};
use gate::{Error, Physical, Protocol, ResourceContext, ResourceRequest, ResourceType, Service, StepContext};
use serde_json::{Value, json};
use testworld::{REGION, World, fails, ok, policy};

/// A service that does the work of stacks in these tests.
struct Stacks;
impl Service for Stacks {
    const NAME: &'static str = "cloudformation";
    const PRINCIPAL: &'static str = "cloudformation.amazonaws.com";
    const PROTOCOL: Protocol = Protocol::Query;
}

fn stack<T>(world: &World, kind: &str, work: impl Fn(&dyn ResourceType, &mut ResourceContext<'_>) -> Result<T, Error>) -> Result<T, Error> {
    let account: AccountId = TOOLS.parse().unwrap();
    let context = StepContext { account, region: Region::new(REGION) };
    world.gate.step(&Stacks, &context, |scope| {
        let service = scope.as_service(account, None);
        let actor = scope.assume(&service, &format!("arn:aws:iam::{TOOLS}:role/stacks"), "stack")?;
        let found = scope.resource_type(kind).expect("the resource type");
        let request = ResourceRequest {
            account,
            stack_name: "Delivery".into(),
            stack_id: "stack".into(),
            logical_id: "Artifacts".into(),
            suffix: "ABCDEF123456".into(),
        };
        scope.with_resource(&actor, request, |resource| work(&*found, resource))
    })
}

fn stack_role(world: &World, action: &str) {
    let admin = world.administrator(TOOLS);
    let trust = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": "cloudformation.amazonaws.com"}, "Action": "sts:AssumeRole"}});
    ok(world, &admin, "iam:CreateRole", json!({"RoleName": "stacks", "AssumeRolePolicyDocument": trust.to_string()}));
    let rights = policy(json!({"Effect": "Allow", "Action": action, "Resource": "*"}));
    ok(world, &admin, "iam:PutRolePolicy", json!({"RoleName": "stacks", "PolicyName": "main", "PolicyDocument": rights}));
}

#[test]
fn a_bucket_and_its_policy_come_and_go_with_a_stack() {
    let world = world();
    let admin = world.administrator(TOOLS);
    stack_role(&world, "s3:*");

    let old = json!({
        "BucketEncryption": {"ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/artifacts"}, "BucketKeyEnabled": "true"}]},
        "VersioningConfiguration": {"Status": "Enabled"},
        "PublicAccessBlockConfiguration": {"BlockPublicPolicy": "true"},
        "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
        "Tags": [{"Key": "team", "Value": "x"}],
    });
    let made: Physical = stack(&world, "AWS::S3::Bucket", |kind, context| kind.create(context, &old)).unwrap();
    assert_eq!(made.id, "delivery-artifacts-abcdef123456");
    assert_eq!(made.attributes["Arn"], "arn:aws:s3:::delivery-artifacts-abcdef123456");
    let get = |operation: &str| ok(&world, &admin, operation, json!({"Bucket": made.id}));
    let rule = get("s3:GetBucketEncryption")["ServerSideEncryptionConfiguration"]["Rules"][0].clone();
    assert_eq!(
        rule,
        json!({"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/artifacts"}, "BucketKeyEnabled": true})
    );
    assert_eq!(get("s3:GetBucketVersioning")["Status"], "Enabled");
    assert_eq!(get("s3:GetPublicAccessBlock")["PublicAccessBlockConfiguration"]["RestrictPublicBuckets"], false);
    assert_eq!(get("s3:GetBucketTagging")["TagSet"], json!([{"Key": "team", "Value": "x"}]));

    let document = json!({"Statement": {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": format!("arn:aws:s3:::{}/*", made.id),
        "Condition": {"Bool": {"aws:SecureTransport": false}}}});
    let properties = json!({"Bucket": made.id, "PolicyDocument": document});
    stack(&world, "AWS::S3::BucketPolicy", |kind, context| kind.create(context, &properties)).unwrap();
    assert!(get("s3:GetBucketPolicy")["Policy"].as_str().unwrap().contains("aws:SecureTransport"));

    let new = json!({"VersioningConfiguration": {"Status": "Enabled"}});
    stack(&world, "AWS::S3::Bucket", |kind, context| kind.update(context, &made.id, &old, &new)).unwrap();
    assert_eq!(
        get("s3:GetBucketEncryption")["ServerSideEncryptionConfiguration"]["Rules"][0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"],
        "AES256"
    );
    assert_eq!(get("s3:GetPublicAccessBlock")["PublicAccessBlockConfiguration"]["RestrictPublicBuckets"], true);

    stack(&world, "AWS::S3::BucketPolicy", |kind, context| kind.delete(context, &made.id, &properties)).unwrap();
    let version = world.send(&admin, "s3:PutObject", json!({"Bucket": made.id, "Key": "a"}), b"x").unwrap()["VersionId"].clone();
    let delete = || stack(&world, "AWS::S3::Bucket", |kind, context| kind.delete(context, &made.id, &new));
    assert_eq!(delete().unwrap_err().code, "BucketNotEmpty");
    ok(&world, &admin, "s3:DeleteObject", json!({"Bucket": made.id, "Key": "a", "VersionId": version}));
    delete().unwrap();
    delete().unwrap();
    assert_eq!(fails(&world, &admin, "s3:HeadBucket", json!({"Bucket": made.id})).code, "NoSuchBucket");
}

#[test]
fn a_secured_bucket_has_all_that_its_template_says() {
    let world = world();
    let admin = world.administrator(TOOLS);
    stack_role(&world, "s3:*");
    let properties = json!({
        "BucketName": "secured-artifacts",
        "AccessControl": "Private",
        "ObjectLockEnabled": "true",
        "ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": "30"}}},
        "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
        "VersioningConfiguration": {"Status": "Enabled"},
        "NotificationConfiguration": {"EventBridgeConfiguration": {"EventBridgeEnabled": "true"}},
        "LifecycleConfiguration": {"Rules": [
            {"Id": "old", "Status": "Enabled", "ExpirationInDays": "90", "NoncurrentVersionExpiration": {"NoncurrentDays": "30"},
                "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": "7"}},
            {"Id": "tagged", "Status": "Enabled", "Prefix": "tmp/", "TagFilters": [{"Key": "stage", "Value": "test"}], "ExpirationInDays": 1},
        ]},
    });
    let made: Physical = stack(&world, "AWS::S3::Bucket", |kind, context| kind.create(context, &properties)).unwrap();
    assert_eq!(made.attributes["WebsiteURL"], "http://secured-artifacts.s3-website-us-east-1.amazonaws.com");
    let get = |operation: &str| ok(&world, &admin, operation, json!({"Bucket": made.id}));
    assert_eq!(
        get("s3:GetObjectLockConfiguration")["ObjectLockConfiguration"],
        json!({"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 30}}})
    );
    assert_eq!(get("s3:GetBucketNotificationConfiguration"), json!({"EventBridgeConfiguration": {}}));
    let rules = get("s3:GetBucketLifecycleConfiguration")["Rules"].clone();
    assert_eq!(rules[0]["Filter"], json!({}));
    assert_eq!(rules[0]["Expiration"], json!({"Days": 90}));
    assert_eq!(rules[1]["Filter"]["And"]["Tag"], json!([{"Key": "stage", "Value": "test"}]));

    let mut new = properties.clone();
    for gone in ["LifecycleConfiguration", "NotificationConfiguration", "OwnershipControls"] {
        new.as_object_mut().unwrap().remove(gone);
    }
    new["ObjectLockConfiguration"] = json!({"ObjectLockEnabled": "Enabled"});
    stack(&world, "AWS::S3::Bucket", |kind, context| kind.update(context, &made.id, &properties, &new)).unwrap();
    assert_eq!(get("s3:GetBucketNotificationConfiguration"), json!({}));
    assert_eq!(get("s3:GetObjectLockConfiguration")["ObjectLockConfiguration"], json!({"ObjectLockEnabled": "Enabled"}));
    assert_eq!(
        fails(&world, &admin, "s3:GetBucketLifecycleConfiguration", json!({"Bucket": made.id})).code,
        "NoSuchLifecycleConfiguration"
    );

    let refused = |name: &str, value: Value| {
        let properties = json!({"BucketName": "refused-bucket", name: value});
        let error = stack(&world, "AWS::S3::Bucket", |kind: &dyn ResourceType, context| kind.create(context, &properties)).unwrap_err();
        assert_eq!(error.status, 501, "{error}");
        error.message
    };
    assert!(refused("AccessControl", json!("LogDeliveryWrite")).contains("LogDeliveryWrite"));
    let moved = json!({"Rules": [{"Status": "Enabled", "Transitions": [{"StorageClass": "GLACIER", "TransitionInDays": 1}], "ExpirationInDays": 9}]});
    assert!(refused("LifecycleConfiguration", moved).contains("Transitions"));
    let unknown = json!({"Rules": [{"Status": "Enabled", "ExpirationInDays": 9, "Shape": "round"}]});
    assert!(refused("LifecycleConfiguration", unknown).contains("Rules.Shape"));
    assert!(refused("NotificationConfiguration", json!({"TopicConfigurations": [{"Topic": "t"}]})).contains("TopicConfigurations"));
}

#[test]
fn what_fails_leaves_no_bucket_behind() {
    let world = world();
    let admin = world.administrator(TOOLS);
    stack_role(&world, "s3:CreateBucket");
    let properties = json!({"BucketName": "artifacts", "VersioningConfiguration": {"Status": "Enabled"}});
    let error = stack(&world, "AWS::S3::Bucket", |kind: &dyn ResourceType, context| kind.create(context, &properties)).unwrap_err();
    assert_eq!(error.denial.expect("a denial").action, "s3:PutBucketVersioning");
    assert_eq!(ok(&world, &admin, "s3:ListBuckets", Value::Object(Default::default()))["Buckets"], json!([]));
}
