//! Rules from a change to what it sets going, each call under its own role.

use durable::Engine;
use serde_json::{Value, json};
use std::time::Duration;
use testworld::{Credentials, World, fails, ok, policy};

const SHOP: &str = "111111111111";
const OTHER: &str = "222222222222";
const ROLE: &str = "arn:aws:iam::111111111111:role/Events";

struct Yard {
    world: World,
    engine: Engine,
    admin: Credentials,
}

impl Yard {
    fn new() -> Self {
        let services = vec![codepipeline::service(), events::service(), iam::service(), logs::service(), s3::service(), sts::service()];
        let world = World::new(services, &[SHOP, OTHER]);
        let mut engine = Engine::new(world.gate.clone());
        codepipeline::workflows(&mut engine);
        events::workflows(&mut engine);
        let admin = world.administrator(SHOP);
        Self { world, engine, admin }
    }
    fn ok(&self, operation: &str, input: Value) -> Value {
        ok(&self.world, &self.admin, operation, input)
    }
    fn role(&self, name: &str, service: &str, statements: Value) {
        let trust = policy(json!({"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}));
        self.ok("iam:CreateRole", json!({"RoleName": name, "AssumeRolePolicyDocument": trust}));
        self.ok("iam:PutRolePolicy", json!({"RoleName": name, "PolicyName": "p", "PolicyDocument": policy(statements)}));
    }
    fn rule(&self, name: &str, pattern: Value, target: Value) {
        self.ok("events:PutRule", json!({"Name": name, "EventPattern": pattern.to_string()}));
        let answer = self.ok("events:PutTargets", json!({"Rule": name, "Targets": [target]}));
        assert_eq!(answer["FailedEntryCount"], 0);
    }
    /// A group that EventBridge may write to, and the target that it is.
    fn log(&self) -> Value {
        self.ok("logs:CreateLogGroup", json!({"logGroupName": "/shop"}));
        let statement = json!({"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "*"});
        self.ok("logs:PutResourcePolicy", json!({"policyName": "p", "policyDocument": policy(statement)}));
        json!({"Id": "log", "Arn": "arn:aws:logs:us-east-1:111111111111:log-group:/shop:*"})
    }
    fn logged(&self) -> Vec<String> {
        self.engine.run_due().unwrap();
        let events = self.ok("logs:FilterLogEvents", json!({"logGroupName": "/shop"}));
        events["events"].as_array().unwrap().iter().map(|event| event["message"].as_str().unwrap().to_owned()).collect()
    }
    fn bucket_that_tells(&self) {
        for name in ["source", "artifacts"] {
            self.ok("s3:CreateBucket", json!({"Bucket": name}));
        }
        self.ok("s3:PutBucketVersioning", json!({"Bucket": "source", "VersioningConfiguration": {"Status": "Enabled"}}));
        let told = json!({"EventBridgeConfiguration": {}});
        self.ok("s3:PutBucketNotificationConfiguration", json!({"Bucket": "source", "NotificationConfiguration": told}));
    }
    fn pipeline(&self) {
        self.role("Pipeline", "codepipeline.amazonaws.com", json!({"Effect": "Allow", "Action": "s3:*", "Resource": "*"}));
        let kind = |category: &str, provider: &str| json!({"category": category, "owner": "AWS", "provider": provider, "version": "1"});
        let source = json!({"name": "Bundle", "actionTypeId": kind("Source", "S3"), "outputArtifacts": [{"name": "Bundle"}],
            "configuration": {"S3Bucket": "source", "S3ObjectKey": "bundle.zip", "PollForSourceChanges": "false"}});
        let stages = json!([
            {"name": "Source", "actions": [source]},
            {"name": "Approve", "actions": [{"name": "Person", "actionTypeId": kind("Approval", "Manual")}]},
        ]);
        let pipeline = json!({"name": "shop", "roleArn": "arn:aws:iam::111111111111:role/Pipeline", "artifactStore": {"type": "S3", "location": "artifacts"}, "stages": stages});
        self.ok("codepipeline:CreatePipeline", json!({"pipeline": pipeline}));
        self.engine.run_due().unwrap();
    }
    fn triggers(&self) -> Vec<Value> {
        self.engine.run_due().unwrap();
        let found = self.ok("codepipeline:ListPipelineExecutions", json!({"pipelineName": "shop"}));
        found["pipelineExecutionSummaries"].as_array().unwrap().iter().map(|one| one["trigger"].clone()).collect()
    }
    fn upload(&self) {
        self.world.send(&self.admin, "s3:PutObject", json!({"Bucket": "source", "Key": "bundle.zip"}), b"goods").unwrap();
    }
}

const CREATED: &str =
    r#"{"source":["aws.s3"],"detail-type":["Object Created"],"detail":{"bucket":{"name":["source"]},"object":{"key":["bundle.zip"]}}}"#;

#[test]
fn an_upload_starts_a_pipeline_under_the_targets_role() {
    let yard = Yard::new();
    yard.bucket_that_tells();
    yard.pipeline();
    let before = yard.triggers().len();
    let pipeline = "arn:aws:codepipeline:us-east-1:111111111111:shop";
    yard.role(
        "Events",
        "events.amazonaws.com",
        json!({"Effect": "Allow", "Action": "codepipeline:StartPipelineExecution", "Resource": pipeline}),
    );
    let target = json!({"Id": "pipeline", "Arn": pipeline, "RoleArn": ROLE});
    yard.rule("uploads", serde_json::from_str(CREATED).unwrap(), target);
    // Executions of one moment have no order.
    yard.world.clock.advance(Duration::from_secs(1));
    yard.upload();
    let triggers = yard.triggers();
    assert_eq!(triggers.len(), before + 1);
    assert_eq!(
        triggers[0],
        json!({"triggerType": "CloudWatchEvent", "triggerDetail": "arn:aws:events:us-east-1:111111111111:rule/uploads"})
    );
    let started = yard.world.records();
    let started = started.iter().rfind(|record| record.action == "codepipeline:StartPipelineExecution").unwrap();
    assert!(started.principal.contains("assumed-role/Events/"), "{}", started.principal);

    yard.ok("iam:DeleteRolePolicy", json!({"RoleName": "Events", "PolicyName": "p"}));
    yard.upload();
    assert_eq!(yard.triggers().len(), before + 1, "a role without the right starts nothing");
    let records = yard.world.records();
    let denied = records.iter().rfind(|record| record.action == "codepipeline:StartPipelineExecution").unwrap();
    assert_eq!(denied.event["errorCode"], "AccessDeniedException");
    let failure = records.iter().rfind(|record| record.action == "events:InvocationFailure").unwrap();
    assert_eq!(failure.event["serviceEventDetails"]["targetId"], "pipeline");
}

#[test]
fn events_are_logged_as_the_target_wants_them() {
    let yard = Yard::new();
    let mut target = yard.log();
    target["InputTransformer"] = json!({"InputPathsMap": {"n": "$.detail.n"}, "InputTemplate": "\"<n> of <aws.events.rule-name>\""});
    yard.rule("orders", json!({"source": ["shop"], "detail": {"n": [{"numeric": [">", 1]}]}}), target);
    let entry = |n: u32| json!({"Source": "shop", "DetailType": "Order", "Detail": json!({"n": n}).to_string()});
    let answer = yard.ok("events:PutEvents", json!({"Entries": [entry(1), entry(2), {"Source": "aws.s3", "DetailType": "x", "Detail": "{}"}, {"Source": "shop", "DetailType": "x", "Detail": "1"}]}));
    assert_eq!((&answer["FailedEntryCount"], &answer["Entries"][2]["ErrorCode"]), (&json!(2), &json!("NotAuthorizedForSourceException")));
    assert_eq!(answer["Entries"][3]["ErrorCode"], "MalformedDetail");
    assert_eq!(yard.logged(), ["\"2 of orders\""]);
    yard.ok("events:DisableRule", json!({"Name": "orders"}));
    yard.ok("events:PutEvents", json!({"Entries": [entry(3)]}));
    assert_eq!(yard.logged().len(), 1);
}

#[test]
fn a_schedule_runs_by_the_clock() {
    let yard = Yard::new();
    let target = yard.log();
    yard.ok("events:PutRule", json!({"Name": "often", "ScheduleExpression": "rate(5 minutes)"}));
    yard.ok("events:PutTargets", json!({"Rule": "often", "Targets": [target]}));
    assert_eq!(yard.logged().len(), 0);
    for wanted in [1, 2] {
        yard.world.clock.advance(Duration::from_secs(300));
        assert_eq!(yard.logged().len(), wanted);
    }
    let event: Value = serde_json::from_str(&yard.logged()[0]).unwrap();
    assert_eq!(
        (&event["detail-type"], &event["resources"][0]),
        (&json!("Scheduled Event"), &json!("arn:aws:events:us-east-1:111111111111:rule/often"))
    );
    yard.ok("events:RemoveTargets", json!({"Rule": "often", "Ids": ["log"]}));
    yard.ok("events:DeleteRule", json!({"Name": "often"}));
    yard.world.clock.advance(Duration::from_secs(1800));
    assert_eq!(yard.logged().len(), 2);
}

#[test]
fn a_bus_of_another_account_takes_what_its_policy_lets_in() {
    let yard = Yard::new();
    let other = yard.world.administrator(OTHER);
    ok(&yard.world, &other, "events:CreateEventBus", json!({"Name": "orders"}));
    let bus = "arn:aws:events:us-east-1:222222222222:event-bus/orders";
    let target = yard.log();
    yard.role("Events", "events.amazonaws.com", json!({"Effect": "Allow", "Action": "events:PutEvents", "Resource": bus}));
    yard.rule("on", json!({"source": ["shop"]}), json!({"Id": "bus", "Arn": bus, "RoleArn": ROLE}));
    // The other account sends it back, so that one log shows what came.
    let back = "arn:aws:events:us-east-1:111111111111:event-bus/back";
    yard.ok("events:CreateEventBus", json!({"Name": "back"}));
    yard.ok(
        "events:PutPermission",
        json!({"EventBusName": "back", "StatementId": "other", "Action": "events:PutEvents", "Principal": OTHER}),
    );
    yard.ok("events:PutRule", json!({"Name": "log", "EventBusName": "back", "EventPattern": "{\"source\":[\"shop\"]}"}));
    yard.ok("events:PutTargets", json!({"Rule": "log", "EventBusName": "back", "Targets": [target]}));
    let trust = policy(json!({"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sts:AssumeRole"}));
    ok(&yard.world, &other, "iam:CreateRole", json!({"RoleName": "Back", "AssumeRolePolicyDocument": trust}));
    let send = policy(json!({"Effect": "Allow", "Action": "events:PutEvents", "Resource": back}));
    ok(&yard.world, &other, "iam:PutRolePolicy", json!({"RoleName": "Back", "PolicyName": "p", "PolicyDocument": send}));
    ok(&yard.world, &other, "events:PutRule", json!({"Name": "back", "EventBusName": "orders", "EventPattern": "{\"source\":[\"shop\"]}"}));
    let target = json!({"Id": "back", "Arn": back, "RoleArn": "arn:aws:iam::222222222222:role/Back"});
    ok(&yard.world, &other, "events:PutTargets", json!({"Rule": "back", "EventBusName": "orders", "Targets": [target]}));

    let send = || yard.ok("events:PutEvents", json!({"Entries": [{"Source": "shop", "DetailType": "Order", "Detail": "{\"n\":1}"}]}));
    send();
    assert_eq!(yard.logged().len(), 0, "the bus has no policy that lets the account in");
    let permission = json!({"EventBusName": "orders", "StatementId": "shop", "Action": "events:PutEvents", "Principal": SHOP});
    ok(&yard.world, &other, "events:PutPermission", permission);
    send();
    let logged = yard.logged();
    let event: Value = serde_json::from_str(&logged[0]).unwrap();
    assert_eq!((logged.len(), &event["account"], &event["detail"]["n"]), (1, &json!(SHOP), &json!(1)));
    let direct = fails(
        &yard.world,
        &other,
        "events:PutEvents",
        json!({"Entries": [{"EventBusName": "arn:aws:events:us-east-1:111111111111:event-bus/default", "Source": "x", "DetailType": "x", "Detail": "{}"}]}),
    );
    assert!(direct.is_denied(), "{direct}");
}

#[test]
fn what_is_not_there_is_refused_by_name() {
    let yard = Yard::new();
    yard.ok("events:PutRule", json!({"Name": "r", "ScheduleExpression": "rate(1 day)"}));
    let refused = |target: Value, why: &str| {
        let error = fails(&yard.world, &yard.admin, "events:PutTargets", json!({"Rule": "r", "Targets": [target]}));
        assert!(error.message.contains(why), "{error}");
    };
    refused(json!({"Id": "1", "Arn": "arn:aws:lambda:us-east-1:111111111111:function:f"}), "a target of the service lambda");
    refused(json!({"Id": "1", "Arn": "arn:aws:codepipeline:us-east-1:111111111111:p"}), "RoleArn is required for target");
    refused(
        json!({"Id": "1", "Arn": "arn:aws:codepipeline:us-east-1:111111111111:p", "RoleArn": "arn:aws:iam::222222222222:role/r"}),
        "iam:PassRole",
    );
    refused(json!({"Id": "1", "Arn": "arn:aws:codepipeline:eu-west-1:111111111111:p", "RoleArn": ROLE}), "another region");
    refused(
        json!({"Id": "1", "Arn": "arn:aws:logs:us-east-1:111111111111:log-group:/x", "DeadLetterConfig": {"Arn": "arn:aws:sqs:us-east-1:111111111111:q"}}),
        "DeadLetterConfig",
    );
    refused(
        json!({"Id": "1", "Arn": "arn:aws:logs:us-east-1:111111111111:log-group:/x", "InputTransformer": {"InputTemplate": "<x>"}}),
        "invalid placeholder x",
    );
    let call = |operation: &str, input: Value| fails(&yard.world, &yard.admin, operation, input).message;
    assert!(call("events:PutRule", json!({"Name": "x", "EventPattern": "{\"a\":1}"})).contains("must be an object or an array"));
    assert!(
        call("events:PutRule", json!({"Name": "x", "ScheduleExpression": "rate(1 minutes)"})).contains("ScheduleExpression is not valid")
    );
    assert!(call("events:PutRule", json!({"Name": "x"})).contains("must be specified"));
    assert!(call("events:DescribeRule", json!({"Name": "none"})).contains("Rule none does not exist on EventBus default."));
    assert!(call("events:ListRules", json!({"EventBusName": "none"})).contains("Event bus none does not exist."));
}
