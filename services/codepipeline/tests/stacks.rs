//! Pipelines and stacks: the resource type, as CloudFormation uses it.

mod common;

use base::{AccountId, Region};
use common::{DEV, Delivery, PIPELINE_ROLE, kind};
use gate::{Error, Protocol, ResourceContext, ResourceRequest, ResourceType, Service, StepContext};
use serde_json::{Value, json};
use testworld::REGION;

/// A service that does the work of stacks in these tests.
struct Stacks;
impl Service for Stacks {
    const NAME: &'static str = "cloudformation";
    const PRINCIPAL: &'static str = "cloudformation.amazonaws.com";
    const PROTOCOL: Protocol = Protocol::Query;
}

fn stack<T>(delivery: &Delivery, work: impl Fn(&dyn ResourceType, &mut ResourceContext<'_>) -> Result<T, Error>) -> Result<T, Error> {
    let account: AccountId = DEV.parse().unwrap();
    let context = StepContext { account, region: Region::new(REGION) };
    delivery.world.gate.step(&Stacks, &context, |scope| {
        let service = scope.as_service(account, None);
        let actor = scope.assume(&service, &format!("arn:aws:iam::{DEV}:role/stacks"), "stack")?;
        let found = scope.resource_type("AWS::CodePipeline::Pipeline").expect("the resource type");
        let request = ResourceRequest {
            account,
            stack_name: "delivery".into(),
            stack_id: "stack".into(),
            logical_id: "Pipeline".into(),
            suffix: "ABCDEF123456".into(),
        };
        scope.with_resource(&actor, request, |resource| work(&*found, resource))
    })
}

fn properties(delivery: &Delivery, extract: Value) -> Value {
    let id = |category: &str, provider: &str| {
        let kind = kind(category, provider);
        json!({"Category": kind["category"], "Owner": "AWS", "Provider": kind["provider"], "Version": 1})
    };
    json!({
        "RoleArn": PIPELINE_ROLE,
        "ArtifactStore": {"Type": "S3", "Location": "artifacts", "EncryptionKey": {"Id": delivery.key, "Type": "KMS"}},
        "Stages": [
            {"Name": "Source", "Actions": [{
                "Name": "Bundle", "ActionTypeId": id("Source", "S3"),
                "Configuration": {"S3Bucket": "source", "S3ObjectKey": "bundle.zip", "PollForSourceChanges": false},
                "OutputArtifacts": [{"Name": "Bundle"}],
            }]},
            {"Name": "Prod", "Actions": [{
                "Name": "Site", "ActionTypeId": id("Deploy", "S3"), "RunOrder": "1",
                "Configuration": {"BucketName": "site", "Extract": extract}, "InputArtifacts": [{"Name": "Bundle"}],
                "RoleArn": common::DEPLOY_ROLE,
            }]},
        ],
        "Tags": [{"Key": "team", "Value": "shop"}],
    })
}

#[test]
fn a_pipeline_comes_changes_and_goes_with_a_stack() {
    let delivery = Delivery::new();
    let trust = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": "cloudformation.amazonaws.com"}, "Action": "sts:AssumeRole"}});
    delivery.ok(&delivery.dev, "iam:CreateRole", json!({"RoleName": "stacks", "AssumeRolePolicyDocument": trust.to_string()}));
    let rights = |actions: Value| json!({"RoleName": "stacks", "PolicyName": "main", "PolicyDocument": json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": actions, "Resource": "*"}}).to_string()});
    delivery.ok(&delivery.dev, "iam:PutRolePolicy", rights(json!(["codepipeline:*"])));
    let old = properties(&delivery, json!(true));
    let denied = stack(&delivery, |kind, context| kind.create(context, &old)).unwrap_err();
    assert!(denied.is_denied() && denied.message.contains("iam:PassRole"), "{denied}");
    delivery.ok(&delivery.dev, "iam:PutRolePolicy", rights(json!(["codepipeline:*", "iam:PassRole"])));
    let made = stack(&delivery, |kind, context| kind.create(context, &old)).unwrap();
    assert_eq!((made.id.as_str(), &made.attributes["Version"]), ("delivery-Pipeline-ABCDEF123456", &json!("1")));
    delivery.run();
    assert_eq!(delivery.page().as_deref(), Some("first"));
    let mut new = properties(&delivery, json!("true"));
    new["Tags"] = json!([]);
    new["RestartExecutionOnUpdate"] = json!("true");
    delivery.push("second");
    let changed = stack(&delivery, |kind, context| kind.update(context, &made.id, &old, &new)).unwrap();
    assert_eq!((changed.id.as_str(), &changed.attributes["Version"]), (made.id.as_str(), &json!("2")));
    delivery.run();
    assert_eq!(delivery.page().as_deref(), Some("second"));
    let arn = format!("arn:aws:codepipeline:{REGION}:{DEV}:{}", made.id);
    let tags = delivery.ok(&delivery.dev, "codepipeline:ListTagsForResource", json!({"resourceArn": arn}));
    assert_eq!(tags["tags"], json!([]));
    for _ in 0..2 {
        stack(&delivery, |kind, context| kind.delete(context, &made.id, &new)).unwrap();
    }
    assert_eq!(delivery.fails(&delivery.dev, "codepipeline:GetPipeline", json!({"name": made.id})).code, "PipelineNotFoundException");
    let bad = json!({"RoleArn": PIPELINE_ROLE, "Stages": [], "DisableInboundStageTransitions": [{"StageName": "Prod", "Reason": "x"}]});
    assert_eq!(stack(&delivery, |kind, context| kind.create(context, &bad)).unwrap_err().code, "InvalidStructureException");
}
