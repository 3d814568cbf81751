//! Actions of services that are not there: they are declared as on AWS, and fail by name when they run.

mod common;

use common::{DEV, Delivery, kind};
use serde_json::{Value, json};

/// What became of the action of the last stage, or of the approval before it.
fn run(change: impl FnOnce(&mut Value), stage: usize) -> Value {
    let delivery = Delivery::new();
    let mut pipeline = delivery.pipeline(false);
    change(&mut pipeline);
    delivery.ok(&delivery.dev, "codepipeline:CreatePipeline", json!({"pipeline": pipeline}));
    delivery.push_files(&[("imagedefinitions.json", r#"[{"name": "web", "imageUri": "web:1"}]"#)]);
    delivery.start();
    if stage == 2 {
        delivery.approve();
    }
    delivery.action(stage)
}

#[test]
fn the_first_call_to_what_is_not_there_says_so() {
    let lambda = |pipeline: &mut Value| {
        let action = &mut pipeline["stages"][2]["actions"][0];
        action["actionTypeId"] = kind("Invoke", "Lambda");
        action["configuration"] = json!({"FunctionName": "check"});
        action["inputArtifacts"] = json!([]);
        action.as_object_mut().unwrap().remove("roleArn");
    };
    let ecs = |pipeline: &mut Value| {
        pipeline["stages"][2]["actions"][0]["actionTypeId"] = kind("Deploy", "ECS");
        pipeline["stages"][2]["actions"][0]["configuration"] = json!({"ClusterName": "live", "ServiceName": "web"});
    };
    let topic = |pipeline: &mut Value| {
        let topic = format!("arn:aws:sns:us-east-1:{DEV}:approvals");
        pipeline["stages"][1]["actions"][0]["configuration"]["NotificationArn"] = json!(topic);
    };
    for (action, operation) in [(run(lambda, 2), "lambda:Invoke"), (run(ecs, 2), "ecs:DescribeServices"), (run(topic, 1), "sns:Publish")] {
        assert_eq!(action["status"], "Failed", "{action}");
        assert_eq!(action["errorDetails"]["code"], "NotImplemented", "{action}");
        assert!(action["errorDetails"]["message"].as_str().unwrap().contains(operation), "{action}");
    }
}
