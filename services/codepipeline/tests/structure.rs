//! What CreatePipeline refuses.

mod common;

use common::{DEPLOY_ROLE, Delivery, PIPELINE_ROLE, kind};
use serde_json::{Value, json};

fn set(pointer: &'static str, value: Value) -> impl Fn(&mut Value) {
    move |pipeline| {
        let (parent, member) = pointer.rsplit_once('/').unwrap();
        let place = if parent.is_empty() { &mut *pipeline } else { pipeline.pointer_mut(parent).unwrap() };
        match place {
            Value::Array(items) => items[member.parse::<usize>().unwrap()] = value.clone(),
            place => place[member] = value.clone(),
        }
    }
}

#[test]
fn a_wrong_structure_is_refused_and_leaves_nothing() {
    let delivery = Delivery::new();
    let source = delivery.pipeline(false)["stages"][0].clone();
    let approval = |name: &str| json!({"name": name, "actions": [{"name": "A", "actionTypeId": kind("Approval", "Manual")}]});
    type Case<'a> = (&'a str, &'a str, Box<dyn Fn(&mut Value)>);
    let cases: Vec<Case<'_>> = vec![
        ("InvalidStructureException", "Pipeline has only 1 stage(s)", Box::new(set("/stages", json!([source])))),
        (
            "InvalidStructureException",
            "should start with a stage that only contains source actions",
            Box::new(set("/stages/0", approval("Source"))),
        ),
        (
            "InvalidStructureException",
            "Source actions can only be in the first stage",
            Box::new(set("/stages/1/actions/0", source["actions"][0].clone())),
        ),
        (
            "InvalidStageDeclarationException",
            "Stage name 'Approve' is used more than once",
            Box::new(set("/stages/2/name", json!("Approve"))),
        ),
        ("InvalidStageDeclarationException", "has no actions", Box::new(set("/stages/1/actions", json!([])))),
        (
            "InvalidActionDeclarationException",
            "Action name 'A' is used more than once",
            Box::new(set("/stages/1/actions", json!([approval("x")["actions"][0], approval("x")["actions"][0]]))),
        ),
        (
            "InvalidStructureException",
            "Input Artifact Bundle Other in action Site is not declared",
            Box::new(set("/stages/2/actions/0/inputArtifacts", json!([{"name": "Other"}]))),
        ),
        ("InvalidActionDeclarationException", "has 0 input artifacts", Box::new(set("/stages/2/actions/0/inputArtifacts", json!([])))),
        (
            "InvalidActionDeclarationException",
            "missing required configuration 'BucketName'",
            Box::new(set("/stages/2/actions/0/configuration", json!({"Extract": "true"}))),
        ),
        (
            "InvalidActionDeclarationException",
            "contains unknown configuration 'Colour'",
            Box::new(set("/stages/2/actions/0/configuration/Colour", json!("red"))),
        ),
        (
            "InvalidActionDeclarationException",
            "ActionType (Category: 'Deploy', Provider: 'Pigeon'",
            Box::new(set("/stages/2/actions/0/actionTypeId", kind("Deploy", "Pigeon"))),
        ),
        (
            "InvalidStructureException",
            "refers to the variable #{Later.X}",
            Box::new(set("/stages/1/actions/0/configuration/CustomData", json!("#{Later.X}"))),
        ),
        (
            "InvalidStructureException",
            "Variable namespace 'SourceVariables'",
            Box::new(set("/stages/1/actions/0/namespace", json!("SourceVariables"))),
        ),
        ("AccessDeniedException", "Cross-account pass role is not allowed", Box::new(set("/roleArn", json!(DEPLOY_ROLE)))),
        ("NotImplemented", "Deploy/AWS/AppConfig/1", Box::new(set("/stages/2/actions/0/actionTypeId", kind("Deploy", "AppConfig")))),
        (
            "InvalidStructureException",
            "Triggers are only supported",
            Box::new(set(
                "/triggers",
                json!([{"providerType": "CodeStarSourceConnection", "gitConfiguration": {"sourceActionName": "Bundle"}}]),
            )),
        ),
        ("InvalidStructureException", "QUEUED is only supported", Box::new(set("/executionMode", json!("QUEUED")))),
        (
            "InvalidStageDeclarationException",
            "Stage 'Prod' has conditions",
            Box::new(set("/stages/2/onFailure", json!({"result": "ROLLBACK"}))),
        ),
        (
            "InvalidActionDeclarationException",
            "NotificationArn",
            Box::new(set("/stages/1/actions/0/configuration/NotificationArn", json!("arn:aws:sqs:us-east-1:111111111111:t"))),
        ),
        (
            "InvalidActionDeclarationException",
            "CannedACL",
            Box::new(set("/stages/2/actions/0/configuration/CannedACL", json!("public-read-and-write"))),
        ),
        ("SerializationException", "unknown field", Box::new(set("/stages/2/actions/0/colour", json!("red")))),
    ];
    for (code, message, change) in cases {
        let mut pipeline = delivery.pipeline(false);
        change(&mut pipeline);
        let error = delivery.fails(&delivery.dev, "codepipeline:CreatePipeline", json!({"pipeline": pipeline}));
        assert_eq!(error.code, code, "{error}");
        assert!(error.message.contains(message), "{message}: {error}");
    }
    let list = delivery.ok(&delivery.dev, "codepipeline:ListPipelines", json!({}));
    assert_eq!(list["pipelines"], json!([]));
    delivery.create();
    let again = delivery.fails(&delivery.dev, "codepipeline:CreatePipeline", json!({"pipeline": delivery.pipeline(false)}));
    assert_eq!(again.code, "PipelineNameInUseException");
}

#[test]
fn roles_must_be_assumable_when_the_pipeline_is_declared() {
    let delivery = Delivery::new();
    let create = || delivery.fails(&delivery.dev, "codepipeline:CreatePipeline", json!({"pipeline": delivery.pipeline(false)}));
    delivery.grant("Deploy");
    delivery.world.records();
    let error = create();
    assert_eq!((error.code.as_ref(), error.status), ("InvalidStructureException", 400));
    assert_eq!(error.message, format!("{PIPELINE_ROLE} is not authorized to perform AssumeRole on role {DEPLOY_ROLE}"));
    // Nothing was kept, but the record of the denied call is there.
    assert!(delivery.world.records().iter().any(|r| r.action == "sts:AssumeRole" && r.event["errorCode"] == "AccessDenied"));
    let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"codebuild.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
    delivery.ok(&delivery.dev, "iam:UpdateAssumeRolePolicy", json!({"RoleName": "Pipeline", "PolicyDocument": trust}));
    assert_eq!(create().message, format!("CodePipeline is not authorized to perform AssumeRole on role {PIPELINE_ROLE}"));
}

#[test]
fn declaring_a_pipeline_needs_the_right_to_pass_its_role() {
    let delivery = Delivery::new();
    let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"111111111111"},"Action":"sts:AssumeRole"}]}"#;
    let made = delivery.ok(&delivery.dev, "iam:CreateRole", json!({"RoleName": "Builder", "AssumeRolePolicyDocument": trust}));
    let allow = |actions: Value| json!({"RoleName": "Builder", "PolicyName": "main", "PolicyDocument": json!({"Version": "2012-10-17", "Statement": actions}).to_string()});
    let statement = json!({"Effect": "Allow", "Action": "codepipeline:*", "Resource": "*"});
    delivery.ok(&delivery.dev, "iam:PutRolePolicy", allow(json!([statement])));
    let builder = delivery.world.assume(&delivery.dev, made["Role"]["Arn"].as_str().unwrap()).unwrap();
    let error = delivery.fails(&builder, "codepipeline:CreatePipeline", json!({"pipeline": delivery.pipeline(false)}));
    assert!(error.is_denied() && error.message.contains("iam:PassRole"), "{error}");
    let pass = json!({"Effect": "Allow", "Action": "iam:PassRole", "Resource": PIPELINE_ROLE, "Condition": {"StringEquals": {"iam:PassedToService": "codepipeline.amazonaws.com"}}});
    delivery.ok(&delivery.dev, "iam:PutRolePolicy", allow(json!([statement, pass])));
    delivery.ok(&builder, "codepipeline:CreatePipeline", json!({"pipeline": delivery.pipeline(false)}));
    let got = delivery.ok(&builder, "codepipeline:GetPipeline", json!({"name": "shop"}));
    assert_eq!((got["pipeline"]["version"].as_u64(), got["pipeline"]["pipelineType"].as_str()), (Some(1), Some("V1")));
}
