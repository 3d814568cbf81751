//! Services that are imagined: templates with their resources, and pipelines that deploy to them.

mod delivery;
mod templates;

use durable::Engine;
use serde_json::{Value, json};
use testworld::{Credentials, World, ok};

/// The account that builds, and the one that is deployed to.
const DEV: &str = "111111111111";
const PROD: &str = "333333333333";

fn world() -> (World, Engine) {
    let mut services = vec![
        cloudformation::service(),
        codecommit::service(),
        codepipeline::service(),
        ecr::service(),
        events::service(),
        iam::service(),
        kms::service(),
        logs::service(),
        s3::service(),
        secretsmanager::service(),
        ssm::service(),
        sts::service(),
    ];
    services.extend(rehearsal::imagined::services());
    let world = World::new(services, &[DEV, PROD]);
    let mut engine = Engine::new(world.gate.clone());
    cloudformation::workflows(&mut engine);
    codepipeline::workflows(&mut engine);
    kms::workflows(&mut engine);
    s3::workflows(&mut engine);
    (world, engine)
}

/// Deploys a template; its stack as it is then.
fn deploy(world: &World, engine: &Engine, by: &Credentials, name: &str, template: &str) -> Value {
    let capabilities = json!(["CAPABILITY_NAMED_IAM"]);
    ok(world, by, "cloudformation:CreateStack", json!({"StackName": name, "TemplateBody": template, "Capabilities": capabilities}));
    engine.run_due().unwrap();
    ok(world, by, "cloudformation:DescribeStacks", json!({"StackName": name}))["Stacks"][0].clone()
}

fn output<'s>(stack: &'s Value, key: &str) -> &'s str {
    let found = stack["Outputs"].as_array().unwrap().iter().find(|output| output["OutputKey"] == key);
    found.unwrap()["OutputValue"].as_str().unwrap()
}

/// Why a stack's resources failed.
fn reasons(world: &World, by: &Credentials, name: &str) -> String {
    let events = ok(world, by, "cloudformation:DescribeStackEvents", json!({"StackName": name}));
    let events = events["StackEvents"].as_array().unwrap().iter();
    events.filter_map(|event| event["ResourceStatusReason"].as_str()).collect::<Vec<_>>().join("\n")
}
