//! An example of each workflow.

use crate::{
    Example,
    yard::{ACCOUNT, ISSUER, Yard},
};
use serde_json::{Value, json};

/// Those that have handlers of commands, which may run again.
pub const COMMANDS: [&str; 3] = ["codebuild/Batch", "codebuild/Build", "iam/IssuerKeys"];

pub const BUCKET: &str = "stack-goods";

pub const ALL: &[Example] = &[
    Example { workflow: "cloudformation/Stack", phases: &[create_stack, update_stack, roll_back_stack, delete_stack], look: stacks },
    Example {
        workflow: "cloudformation/StackSetOperation",
        phases: &[create_stack_set, update_stack_set, empty_stack_set],
        look: stack_sets,
    },
    Example { workflow: "codebuild/Batch", phases: &[start_batch], look: batches },
    Example { workflow: "codebuild/Build", phases: &[start_build], look: builds },
    Example { workflow: "codepipeline/Execution", phases: &[create_pipeline, put_source, approve], look: executions },
    Example { workflow: "codepipeline/Poller", phases: &[create_pipeline, put_source], look: executions },
    Example { workflow: "events/Clock", phases: &[log_by_the_clock], look: logged },
    Example { workflow: "events/Delivery", phases: &[log_orders], look: logged },
    Example { workflow: "events/Listener", phases: &[log_uploads, upload, stop_logging], look: logged },
    Example { workflow: "iam/IssuerKeys", phases: &[create_provider], look: providers },
    Example { workflow: "iam/LastAccessed", phases: &[ask_last_accessed], look: last_accessed },
    Example { workflow: "kms/Upkeep", phases: &[end_key], look: keys },
    Example { workflow: "logs/ForgetKey", phases: &[log_under_key], look: groups },
    Example { workflow: "logs/Purge", phases: &[delete_stream], look: streams },
    Example { workflow: "logs/Upkeep", phases: &[log_for_a_day], look: events },
    Example { workflow: "s3/Lifecycle", phases: &[put_with_rules], look: versions },
    Example { workflow: "secretsmanager/Removal", phases: &[delete_secret], look: secrets },
    Example { workflow: "ssm/keeper", phases: &[put_parameter], look: parameters },
];

fn list<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value[name].as_array().map_or(&[], Vec::as_slice)
}

/// A text without the tokens that are drawn for each try.
fn steady(text: &str) -> String {
    let without = |part: &str| part.split_once(',').map_or(String::new(), |(_, rest)| rest.to_string());
    let mut parts = text.split("RequestToken: ");
    let first = parts.next().unwrap_or_default().to_string();
    parts.fold(first, |all, part| all + &without(part))
}

/// These members of each item.
fn told(value: &Value, list_name: &str, members: &[&str]) -> Vec<String> {
    let one = |item: &Value| members.iter().map(|member| steady(&item[*member].to_string())).collect::<Vec<_>>().join(" ");
    std::iter::once(format!("{list_name} {}", list(value, list_name).len())).chain(list(value, list_name).iter().map(one)).collect()
}

fn role(yard: &Yard, name: &str, service: &str, actions: Value) -> String {
    let trust =
        json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}});
    yard.call("iam:CreateRole", json!({"RoleName": name, "AssumeRolePolicyDocument": trust.to_string()}));
    let policy = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": actions, "Resource": "*"}});
    yard.call("iam:PutRolePolicy", json!({"RoleName": name, "PolicyName": "p", "PolicyDocument": policy.to_string()}));
    format!("arn:aws:iam::{ACCOUNT}:role/{name}")
}

// --- cloudformation -------------------------------------------------------------------------------------------------

fn template(more: Value) -> String {
    let mut resources = json!({
        "Goods": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": BUCKET}},
        "Key": {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": {"Version": "2012-10-17", "Statement":
            {"Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::{ACCOUNT}:root")}, "Action": "kms:*", "Resource": "*"}}}},
        "Keeper": {"Type": "AWS::IAM::Role", "DependsOn": "Goods", "Properties": {"RoleName": "Keeper", "AssumeRolePolicyDocument":
            {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}}}},
    });
    more.as_object().unwrap().iter().for_each(|(name, resource)| resources[name] = resource.clone());
    json!({"Resources": resources}).to_string()
}

fn stack(yard: &Yard, operation: &str, template: &str) {
    yard.call(
        &format!("cloudformation:{operation}"),
        json!({"StackName": "shop", "TemplateBody": template, "Capabilities": ["CAPABILITY_NAMED_IAM"]}),
    );
}

pub fn create_stack(yard: &Yard) {
    stack(yard, "CreateStack", &template(json!({})));
}

/// One more, one that is replaced, one that goes.
fn update_stack(yard: &Yard) {
    let text = template(json!({
        "More": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "more-goods"}},
        "Goods": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "other-goods"}},
    }));
    stack(yard, "UpdateStack", &text);
}

/// The name is taken, so all that was done before is undone.
fn roll_back_stack(yard: &Yard) {
    yard.call("s3:CreateBucket", json!({"Bucket": "taken-goods"}));
    let text = template(json!({
        "Goods": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "third-goods"}},
        "Last": {"Type": "AWS::S3::Bucket", "DependsOn": ["Goods", "Keeper"], "Properties": {"BucketName": "taken-goods"}},
    }));
    stack(yard, "UpdateStack", &text);
}

fn delete_stack(yard: &Yard) {
    yard.call("cloudformation:DeleteStack", json!({"StackName": "shop"}));
}

fn stacks(yard: &Yard) -> Vec<String> {
    let mut found = told(&yard.call("cloudformation:ListStacks", json!({})), "StackSummaries", &["StackName", "StackStatus"]);
    let id = yard.call("cloudformation:ListStacks", json!({}))["StackSummaries"][0]["StackId"].clone();
    let events = yard.call("cloudformation:DescribeStackEvents", json!({"StackName": id}));
    let mut events = told(&events, "StackEvents", &["LogicalResourceId", "ResourceStatus", "ResourceStatusReason"]);
    // What does not depend on each other goes in any order.
    events.sort();
    found.extend(events);
    found.extend(told(&yard.call("s3:ListBuckets", json!({})), "Buckets", &["Name"]));
    found
}

const SET: &str = "spread";

fn set_template(bucket: &str) -> String {
    json!({"Resources": {"Goods": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": bucket}}}}).to_string()
}

fn create_stack_set(yard: &Yard) {
    let administration = role(yard, "AWSCloudFormationStackSetAdministrationRole", "cloudformation.amazonaws.com", json!("sts:AssumeRole"));
    let trust = json!({"Version": "2012-10-17", "Statement":
        {"Effect": "Allow", "Principal": {"AWS": administration}, "Action": "sts:AssumeRole"}});
    let execution = role(yard, "AWSCloudFormationStackSetExecutionRole", "cloudformation.amazonaws.com", json!("*"));
    let name = execution.rsplit('/').next().unwrap();
    yard.call("iam:UpdateAssumeRolePolicy", json!({"RoleName": name, "PolicyDocument": trust.to_string()}));
    yard.call("cloudformation:CreateStackSet", json!({"StackSetName": SET, "TemplateBody": set_template("spread-goods")}));
    let input = json!({"StackSetName": SET, "Accounts": [ACCOUNT], "Regions": [testworld::REGION], "OperationId": "first"});
    yard.call("cloudformation:CreateStackInstances", input);
}

fn update_stack_set(yard: &Yard) {
    let input = json!({"StackSetName": SET, "TemplateBody": set_template("other-spread-goods"), "OperationId": "second"});
    yard.call("cloudformation:UpdateStackSet", input);
}

fn empty_stack_set(yard: &Yard) {
    let input = json!({"StackSetName": SET, "Accounts": [ACCOUNT], "Regions": [testworld::REGION], "RetainStacks": false,
        "OperationId": "third"});
    yard.call("cloudformation:DeleteStackInstances", input);
}

fn stack_sets(yard: &Yard) -> Vec<String> {
    let operations = yard.call("cloudformation:ListStackSetOperations", json!({"StackSetName": SET}));
    let mut found = told(&operations, "Summaries", &["OperationId", "Action", "Status"]);
    found.extend(told(&yard.call("cloudformation:ListStackInstances", json!({"StackSetName": SET})), "Summaries", &["Account", "Status"]));
    found.extend(told(&yard.call("cloudformation:ListStacks", json!({})), "StackSummaries", &["StackStatus"]));
    found.extend(told(&yard.call("s3:ListBuckets", json!({})), "Buckets", &["Name"]));
    found
}

// --- codebuild ------------------------------------------------------------------------------------------------------

/// Its buildspec cannot be read, so that it ends before a program is begun.
fn start_build(yard: &Yard) {
    let role = role(yard, "Build", "codebuild.amazonaws.com", json!("logs:*"));
    yard.call(
        "codebuild:CreateProject",
        json!({
            "name": "shop", "serviceRole": role, "source": {"type": "NO_SOURCE", "buildspec": "version: 0.2\nphases: nothing\n"},
            "artifacts": {"type": "NO_ARTIFACTS"},
            "environment": {"type": "LINUX_CONTAINER", "image": "aws/codebuild/standard:7.0", "computeType": "BUILD_GENERAL1_SMALL"},
        }),
    );
    yard.call("codebuild:StartBuild", json!({"projectName": "shop"}));
}

/// Its first build cannot read the buildspec, so that the batch ends with it.
fn start_batch(yard: &Yard) {
    let role = role(yard, "Build", "codebuild.amazonaws.com", json!(["logs:*", "codebuild:StartBuild"]));
    yard.call(
        "codebuild:CreateProject",
        json!({
            "name": "shop", "serviceRole": role, "source": {"type": "NO_SOURCE", "buildspec": "version: 0.2\nphases: nothing\n"},
            "artifacts": {"type": "NO_ARTIFACTS"}, "buildBatchConfig": {"serviceRole": role},
            "environment": {"type": "LINUX_CONTAINER", "image": "aws/codebuild/standard:7.0", "computeType": "BUILD_GENERAL1_SMALL"},
        }),
    );
    yard.call("codebuild:StartBuildBatch", json!({"projectName": "shop"}));
}

fn batches(yard: &Yard) -> Vec<String> {
    let ids = yard.call("codebuild:ListBuildBatches", json!({}));
    let found = yard.call("codebuild:BatchGetBuildBatches", json!({"ids": ids["ids"]}));
    let mut all = told(&found, "buildBatches", &["buildBatchNumber", "buildBatchStatus", "currentPhase"]);
    all.extend(builds(yard));
    all
}

fn builds(yard: &Yard) -> Vec<String> {
    let ids = yard.call("codebuild:ListBuilds", json!({}));
    let found = yard.call("codebuild:BatchGetBuilds", json!({"ids": ids["ids"]}));
    told(&found, "builds", &["buildNumber", "buildStatus", "currentPhase"])
}

// --- codepipeline ---------------------------------------------------------------------------------------------------

fn action(name: &str, kind: [&str; 2], more: Value) -> Value {
    let mut action = json!({"name": name, "actionTypeId": {"category": kind[0], "owner": "AWS", "provider": kind[1], "version": "1"}});
    more.as_object().unwrap().iter().for_each(|(member, value)| action[member] = value.clone());
    action
}

fn create_pipeline(yard: &Yard) {
    let role = role(yard, "Pipeline", "codepipeline.amazonaws.com", json!("s3:*"));
    for bucket in ["source", "artifacts", "site"] {
        yard.call("s3:CreateBucket", json!({"Bucket": bucket}));
    }
    yard.call("s3:PutBucketVersioning", json!({"Bucket": "source", "VersioningConfiguration": {"Status": "Enabled"}}));
    let source = action(
        "Bundle",
        ["Source", "S3"],
        json!({"configuration": {"S3Bucket": "source", "S3ObjectKey": "bundle.txt", "PollForSourceChanges": "true"}, "outputArtifacts": [{"name": "Bundle"}]}),
    );
    let deploy = action(
        "Site",
        ["Deploy", "S3"],
        json!({"configuration": {"BucketName": "site", "Extract": "false", "ObjectKey": "bundle.txt"}, "inputArtifacts": [{"name": "Bundle"}]}),
    );
    let stages = json!([
        {"name": "Source", "actions": [source]},
        {"name": "Approval", "actions": [action("Release", ["Approval", "Manual"], json!({}))]},
        {"name": "Deploy", "actions": [deploy]},
    ]);
    let pipeline = json!({"name": "shop", "roleArn": role, "artifactStore": {"type": "S3", "location": "artifacts"}, "stages": stages});
    yard.call("codepipeline:CreatePipeline", json!({"pipeline": pipeline}));
}

fn put_source(yard: &Yard) {
    yard.send("s3:PutObject", json!({"Bucket": "source", "Key": "bundle.txt"}), b"goods");
    yard.work();
}

fn approve(yard: &Yard) {
    // The first one may have waited too long: a new one waits.
    yard.call("codepipeline:StartPipelineExecution", json!({"name": "shop"}));
    yard.work();
    let state = yard.call("codepipeline:GetPipelineState", json!({"name": "shop"}));
    let token = state["stageStates"][1]["actionStates"][0]["latestExecution"]["token"].clone();
    yard.call(
        "codepipeline:PutApprovalResult",
        json!({"pipelineName": "shop", "stageName": "Approval", "actionName": "Release", "token": token, "result": {"status": "Approved", "summary": "good"}}),
    );
}

fn executions(yard: &Yard) -> Vec<String> {
    let found = yard.call("codepipeline:ListPipelineExecutions", json!({"pipelineName": "shop"}));
    let mut all = told(&found, "pipelineExecutionSummaries", &["status", "trigger"]);
    let actions = yard.call("codepipeline:ListActionExecutions", json!({"pipelineName": "shop"}));
    let mut actions = told(&actions, "actionExecutionDetails", &["stageName", "actionName", "status"]);
    actions.sort();
    all.extend(actions);
    all.extend(told(&yard.call("s3:ListObjectsV2", json!({"Bucket": "site"})), "Contents", &["Key", "Size"]));
    all
}

// --- events ----------------------------------------------------------------------------------------------------------

fn log_rule(yard: &Yard, rule: Value) {
    let statement = json!({"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"},
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "*"});
    let policy = json!({"Version": "2012-10-17", "Statement": statement}).to_string();
    yard.call("logs:CreateLogGroup", json!({"logGroupName": "/shop"}));
    yard.call("logs:PutResourcePolicy", json!({"policyName": "events", "policyDocument": policy}));
    let target = json!({"Id": "log", "Arn": format!("arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/shop"), "InputPath": "$.detail-type"});
    let name = rule["Name"].clone();
    yard.call("events:PutRule", rule);
    yard.call("events:PutTargets", json!({"Rule": name, "Targets": [target]}));
}

fn log_by_the_clock(yard: &Yard) {
    log_rule(yard, json!({"Name": "daily", "ScheduleExpression": "cron(0 0 ? * SUN 2026)"}));
}

fn log_orders(yard: &Yard) {
    log_rule(yard, json!({"Name": "orders", "EventPattern": "{\"source\":[\"shop\"]}"}));
    let entry = json!({"Source": "shop", "DetailType": "Order", "Detail": "{}"});
    yard.call("events:PutEvents", json!({"Entries": [entry.clone(), entry]}));
}

fn log_uploads(yard: &Yard) {
    yard.call("s3:CreateBucket", json!({"Bucket": "told"}));
    let told = json!({"EventBridgeConfiguration": {}});
    yard.call("s3:PutBucketNotificationConfiguration", json!({"Bucket": "told", "NotificationConfiguration": told}));
    log_rule(yard, json!({"Name": "uploads", "EventPattern": "{\"source\":[\"aws.s3\"]}"}));
}

fn upload(yard: &Yard) {
    for key in ["one", "two"] {
        yard.send("s3:PutObject", json!({"Bucket": "told", "Key": key}), b"goods");
    }
}

fn stop_logging(yard: &Yard) {
    yard.call("events:DisableRule", json!({"Name": "uploads"}));
    upload(yard);
}

fn logged(yard: &Yard) -> Vec<String> {
    events(yard)
}

// --- iam, kms -------------------------------------------------------------------------------------------------------

fn create_provider(yard: &Yard) {
    yard.call("iam:CreateOpenIDConnectProvider", json!({"Url": ISSUER, "ClientIDList": ["us"]}));
}

fn providers(yard: &Yard) -> Vec<String> {
    told(&yard.call("iam:ListOpenIDConnectProviders", json!({})), "OpenIDConnectProviderList", &["Arn"])
}

fn ask_last_accessed(yard: &Yard) {
    let arn = role(yard, "Idle", "codebuild.amazonaws.com", json!("s3:ListAllMyBuckets"));
    yard.call("iam:GenerateServiceLastAccessedDetails", json!({"Arn": arn}));
}

fn last_accessed(yard: &Yard) -> Vec<String> {
    let job = yard.call("iam:GenerateServiceLastAccessedDetails", json!({"Arn": format!("arn:aws:iam::{ACCOUNT}:role/Idle")}));
    yard.work();
    let report = yard.call("iam:GetServiceLastAccessedDetails", json!({"JobId": job["JobId"]}));
    let mut found = told(&report, "ServicesLastAccessed", &["ServiceNamespace"]);
    found.push(report["JobStatus"].to_string());
    found
}

fn end_key(yard: &Yard) {
    for alias in ["alias/one", "alias/two"] {
        let id = yard.call("kms:CreateKey", json!({}))["KeyMetadata"]["KeyId"].clone();
        yard.call("kms:CreateAlias", json!({"AliasName": alias, "TargetKeyId": id}));
        yard.call("kms:ScheduleKeyDeletion", json!({"KeyId": id, "PendingWindowInDays": 7}));
    }
    yard.call("kms:CreateKey", json!({}));
}

fn keys(yard: &Yard) -> Vec<String> {
    let mut found = told(&yard.call("kms:ListAliases", json!({})), "Aliases", &["AliasName"]);
    found.extend(told(&yard.call("kms:ListKeys", json!({})), "Keys", &[]));
    found
}

// --- logs -----------------------------------------------------------------------------------------------------------

fn stream(yard: &Yard, group: Value, events: usize) {
    yard.call("logs:CreateLogGroup", group);
    yard.call("logs:CreateLogStream", json!({"logGroupName": "/shop", "logStreamName": "s"}));
    for n in 0..events {
        let events = json!([{"timestamp": yard.now(), "message": format!("event {n}")}]);
        yard.call("logs:PutLogEvents", json!({"logGroupName": "/shop", "logStreamName": "s", "logEvents": events}));
    }
}

fn log_under_key(yard: &Yard) {
    let policy = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "kms:*", "Resource": "*"},
        {"Effect": "Allow", "Principal": {"Service": "logs.us-east-1.amazonaws.com"}, "Action": "kms:*", "Resource": "*"},
    ]});
    let key = yard.call("kms:CreateKey", json!({"Policy": policy.to_string()}))["KeyMetadata"]["Arn"].clone();
    stream(yard, json!({"logGroupName": "/shop", "kmsKeyId": key}), 1);
}

fn delete_stream(yard: &Yard) {
    stream(yard, json!({"logGroupName": "/shop"}), 50);
    yard.call("logs:DeleteLogStream", json!({"logGroupName": "/shop", "logStreamName": "s"}));
}

fn log_for_a_day(yard: &Yard) {
    stream(yard, json!({"logGroupName": "/shop"}), 3);
    yard.call("logs:PutRetentionPolicy", json!({"logGroupName": "/shop", "retentionInDays": 1}));
}

fn groups(yard: &Yard) -> Vec<String> {
    told(&yard.call("logs:DescribeLogGroups", json!({})), "logGroups", &["logGroupName"])
}

fn streams(yard: &Yard) -> Vec<String> {
    told(&yard.call("logs:DescribeLogStreams", json!({"logGroupName": "/shop"})), "logStreams", &["logStreamName"])
}

fn events(yard: &Yard) -> Vec<String> {
    told(&yard.call("logs:FilterLogEvents", json!({"logGroupName": "/shop"})), "events", &["message"])
}

// --- s3, secretsmanager, ssm ----------------------------------------------------------------------------------------

fn put_with_rules(yard: &Yard) {
    yard.call("s3:CreateBucket", json!({"Bucket": "short-lived"}));
    yard.call("s3:PutBucketVersioning", json!({"Bucket": "short-lived", "VersioningConfiguration": {"Status": "Enabled"}}));
    for n in 0..150 {
        yard.send("s3:PutObject", json!({"Bucket": "short-lived", "Key": format!("{}/{n:03}", ["kept", "gone"][n % 2])}), b"goods");
    }
    let rule = json!({"ID": "r", "Status": "Enabled", "Filter": {"Prefix": "gone/"}, "Expiration": {"Days": 1}});
    let rules = json!({"Rules": [rule]});
    yard.call("s3:PutBucketLifecycleConfiguration", json!({"Bucket": "short-lived", "LifecycleConfiguration": rules}));
}

fn versions(yard: &Yard) -> Vec<String> {
    let found = yard.call("s3:ListObjectVersions", json!({"Bucket": "short-lived"}));
    let mut all = told(&found, "Versions", &["Key", "IsLatest"]);
    all.extend(told(&found, "DeleteMarkers", &["Key", "IsLatest"]));
    all
}

fn delete_secret(yard: &Yard) {
    for name in ["gone", "kept"] {
        yard.call("secretsmanager:CreateSecret", json!({"Name": name, "SecretString": "s"}));
    }
    yard.call("secretsmanager:DeleteSecret", json!({"SecretId": "gone", "RecoveryWindowInDays": 7}));
}

fn secrets(yard: &Yard) -> Vec<String> {
    told(&yard.call("secretsmanager:ListSecrets", json!({"IncludePlannedDeletion": true})), "SecretList", &["Name", "DeletedDate"])
}

fn put_parameter(yard: &Yard) {
    let policies = json!([{"Type": "Expiration", "Version": "1.0", "Attributes": {"Timestamp": "2026-11-24T05:00:00.000Z"}}]);
    let input = json!({"Name": "/gone", "Type": "String", "Value": "v", "Tier": "Advanced", "Policies": policies.to_string()});
    yard.call("ssm:PutParameter", input);
    yard.call("ssm:PutParameter", json!({"Name": "/kept", "Type": "String", "Value": "v"}));
}

fn parameters(yard: &Yard) -> Vec<String> {
    told(&yard.call("ssm:DescribeParameters", json!({})), "Parameters", &["Name", "Version"])
}
