//! Pipelines of trivial steps, each an isolated build: one alone, and fifty that are started at once.

use crate::{
    Result, Run,
    caller::{Caller, encoded},
    table::{Table, median},
};
use serde_json::{Value, json};
use std::{
    thread,
    time::{Duration, Instant},
};

const STEPS: usize = 5;
const AT_ONCE: usize = 50;
const ROUNDS: usize = 10;
const POLL: Duration = Duration::from_millis(2);
const PATIENCE: Duration = Duration::from_secs(300);
const STACK: &str = "pipelines";
/// A zip archive with nothing in it.
const EMPTY_ZIP: [u8; 22] = [80, 75, 5, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

pub(crate) fn measure(Run { delivery, .. }: &Run, table: &mut Table) -> Result<()> {
    delivery.made()?;
    let server = delivery.up()?;
    let caller = Caller::new(&server, &delivery.environment()?)?;
    make(&caller)?;
    let alone = (0..ROUNDS).map(|_| run(&caller, 1)).collect::<Result<Vec<_>>>()?;
    let how = format!("a source in S3 and {STEPS} builds of `true`, one after the other, each in a sandbox; median of {ROUNDS}");
    table.add("pipeline of five trivial steps", format!("{:.0} ms", median(alone)), &how);
    let many = run(&caller, AT_ONCE)?;
    table.add("fifty such pipelines at once", format!("{:.2} s", many / 1e3), "from the first start to the last end, each of one build");
    server.stop()?;
    Ok(())
}

fn role(service: &str, statements: &Value) -> Value {
    let statement = json!({"Effect": "Allow", "Principal": {"Service": format!("{service}.amazonaws.com")}, "Action": "sts:AssumeRole"});
    json!({"Type": "AWS::IAM::Role", "Properties": {
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "Policies": [{"PolicyName": "main", "PolicyDocument": {"Version": "2012-10-17", "Statement": statements}}],
    }})
}

fn pipeline(builds: usize) -> Value {
    let kind = |category: &str, provider: &str| json!({"Category": category, "Owner": "AWS", "Provider": provider, "Version": "1"});
    let source = json!({
        "Name": "Source", "ActionTypeId": kind("Source", "S3"), "OutputArtifacts": [{"Name": "Source"}],
        "Configuration": {"S3Bucket": {"Ref": "Bucket"}, "S3ObjectKey": "source.zip", "PollForSourceChanges": "false"},
    });
    let build = |n: usize| {
        let action = json!({
            "Name": "Build", "ActionTypeId": kind("Build", "CodeBuild"), "InputArtifacts": [{"Name": "Source"}],
            "Configuration": {"ProjectName": {"Ref": "Project"}},
        });
        json!({"Name": format!("Build{n}"), "Actions": [action]})
    };
    let stages: Vec<Value> = [json!({"Name": "Source", "Actions": [source]})].into_iter().chain((0..builds).map(build)).collect();
    json!({"Type": "AWS::CodePipeline::Pipeline", "DependsOn": "PipelineRole", "Properties": {
        "RoleArn": {"Fn::GetAtt": ["PipelineRole", "Arn"]}, "ArtifactStore": {"Type": "S3", "Location": {"Ref": "Bucket"}}, "Stages": stages,
    }})
}

/// The first pipeline has all steps, the others one.
fn template() -> String {
    let allowed = |actions: &Value| json!([{"Effect": "Allow", "Action": actions, "Resource": "*"}]);
    let spec = "version: 0.2\nphases: {build: {commands: ['true']}}\n";
    let mut resources = json!({
        "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "bench-pipelines", "VersioningConfiguration": {"Status": "Enabled"}}},
        "BuildRole": role("codebuild", &allowed(&json!(["logs:*", "s3:*"]))),
        "PipelineRole": role("codepipeline", &allowed(&json!(["codebuild:*", "s3:*"]))),
        "Project": {"Type": "AWS::CodeBuild::Project", "Properties": {
            "ServiceRole": {"Fn::GetAtt": ["BuildRole", "Arn"]}, "Source": {"Type": "CODEPIPELINE", "BuildSpec": spec},
            "Artifacts": {"Type": "CODEPIPELINE"},
            "Environment": {"Type": "LINUX_CONTAINER", "ComputeType": "BUILD_GENERAL1_SMALL", "Image": "aws/codebuild/standard:7.0"},
        }},
    });
    for number in 0..=AT_ONCE {
        let mut made = pipeline(if number == 0 { STEPS } else { 1 });
        made["Properties"]["Name"] = json!({"Fn::Sub": format!("${{AWS::StackName}}-{number}")});
        resources[format!("Pipeline{number}")] = made;
    }
    json!({"Resources": resources}).to_string()
}

fn make(caller: &Caller<'_>) -> Result<()> {
    let input = format!("&StackName={STACK}&Capabilities.member.1=CAPABILITY_IAM&TemplateBody={}", encoded(&template()));
    made(caller, STACK, &input)?;
    caller.put("/bench-pipelines/source.zip", &EMPTY_ZIP)?;
    // Each has been started by its creation, and failed for want of a source.
    (0..=AT_ONCE).try_for_each(|number| wait(caller, number, None).map(drop))
}

pub(crate) fn target(operation: &str) -> String {
    format!("CodePipeline_20150709.{operation}")
}

/// The ARN of a role for pipelines that reach S3 alone, made by a stack of its own.
pub(crate) fn role_of_bench(caller: &Caller<'_>) -> Result<String> {
    let allowed = json!([{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]);
    let outputs = json!({"Role": {"Value": {"Fn::GetAtt": ["Role", "Arn"]}}});
    let template = json!({"Resources": {"Role": role("codepipeline", &allowed)}, "Outputs": outputs}).to_string();
    let name = "pipelines-role";
    let input = format!("&StackName={name}&Capabilities.member.1=CAPABILITY_IAM&TemplateBody={}", encoded(&template));
    let text = made(caller, name, &input)?;
    let value = text.split_once("<OutputValue>").and_then(|(_, rest)| rest.split_once('<'));
    Ok(value.ok_or("the stack of the role has no output")?.0.to_owned())
}

/// Makes a stack and waits for it; what is said of it then.
fn made(caller: &Caller<'_>, name: &str, input: &str) -> Result<String> {
    caller.cloudformation("CreateStack", input)?;
    let begun = Instant::now();
    loop {
        let text = caller.cloudformation("DescribeStacks", &format!("&StackName={name}"))?;
        if text.contains("<StackStatus>CREATE_COMPLETE") {
            return Ok(text);
        }
        if !text.contains("<StackStatus>CREATE_IN_PROGRESS") || begun.elapsed() > PATIENCE {
            return Err(format!("the stack {name} ends as {text}").into());
        }
        thread::sleep(POLL);
    }
}

/// Waits until an execution, or whichever is the newest, has ended; gives its status.
fn wait(caller: &Caller<'_>, number: usize, id: Option<&str>) -> Result<String> {
    let begun = Instant::now();
    loop {
        let input = json!({"pipelineName": format!("{STACK}-{number}"), "maxResults": 1});
        let answer = caller.json("codepipeline", &target("ListPipelineExecutions"), &input)?;
        let newest = &answer["pipelineExecutionSummaries"][0];
        let status = newest["status"].as_str().unwrap_or("InProgress");
        if status != "InProgress" && id.is_none_or(|id| newest["pipelineExecutionId"] == id) {
            return Ok(status.to_owned());
        }
        if begun.elapsed() > PATIENCE {
            return Err(format!("pipeline {number} does not end").into());
        }
        thread::sleep(POLL);
    }
}

/// Milliseconds from the first start to the last end: the first pipeline alone, or so many of the others.
fn run(caller: &Caller<'_>, count: usize) -> Result<f64> {
    let begun = Instant::now();
    let numbers = if count == 1 { 0..1 } else { 1..count + 1 };
    let mut started = Vec::new();
    for number in numbers {
        let answer = caller.json("codepipeline", &target("StartPipelineExecution"), &json!({"name": format!("{STACK}-{number}")}))?;
        started.push((number, answer["pipelineExecutionId"].as_str().unwrap_or_default().to_owned()));
    }
    for (number, id) in started {
        match wait(caller, number, Some(&id))?.as_str() {
            "Succeeded" => {}
            status => return Err(format!("pipeline {number} ends as {status}").into()),
        }
    }
    Ok(begun.elapsed().as_secs_f64() * 1e3)
}
