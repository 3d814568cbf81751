//! The API lists itself, and this walks the list: every operation's example succeeds for an administrator, is refused for
//! nobody and for one without rights, and leaves exactly one record of its own each time.

use gate::{OperationInfo, RecordKind};
use serde_json::{Value, json};
use std::path::Path;
use testworld::World;
use workload::{Backend, Helper, Level};

const ACCOUNT: &str = "111111111111";

/// Operations that need no permission: as on AWS.
const NEED_NOTHING: [&str; 1] = ["sts:GetCallerIdentity"];

/// Operations that answer for each item: who is without rights gets an answer in which every item is denied, as on AWS.
const ANSWER_BY_ITEM: [&str; 1] = ["s3:DeleteObjects"];

/// Examples that need what a memory world has not: git's objects, or work that failed before. May only shrink.
const NOT_WALKED: [&str; 10] = [
    "cloudformation:ContinueUpdateRollback",
    "codecommit:CancelUploadArchive",
    "codecommit:CreateBranch",
    "codecommit:GetBranch",
    "codecommit:GetCommit",
    "codecommit:GetFile",
    "codecommit:GetFolder",
    "codecommit:GetUploadArchiveStatus",
    "codecommit:UpdateDefaultBranch",
    "codecommit:UploadArchive",
];

fn world() -> World {
    let services = vec![
        cloudformation::service(),
        cloudtrail::service(),
        codebuild::service(),
        codecommit::service(),
        codepipeline::service(),
        iam::service(),
        kms::service(),
        logs::service(),
        s3::service(),
        sts::service(),
    ];
    World::new(services, &[ACCOUNT])
}

/// `"$0/Role/Arn"` becomes the member `/Role/Arn` of the first answer.
fn filled(value: &Value, answers: &[Value]) -> Value {
    match value {
        Value::String(text) => {
            let reference = text.strip_prefix('$').and_then(|rest| rest.split_once('/'));
            let found = reference.and_then(|(n, path)| answers.get(n.parse::<usize>().ok()?)?.pointer(&format!("/{path}")));
            found.cloned().unwrap_or_else(|| value.clone())
        }
        Value::Array(items) => items.iter().map(|v| filled(v, answers)).collect(),
        Value::Object(members) => members.iter().map(|(k, v)| (k.clone(), filled(v, answers))).collect(),
        other => other.clone(),
    }
}

fn name(operation: &OperationInfo) -> String {
    format!("{}:{}", operation.service, operation.name)
}

/// Its sandboxes end before a build's first command, so that every build faults: examples need builds, not their work.
fn runner(folder: &Path) -> codebuild::Runner {
    let backend = Backend::Isolated { minimum: Level::RootNoUserNs };
    codebuild::Runner { backend, runtime_dir: folder.to_path_buf(), endpoint: None, ca_bundle: None }
}

/// The world that the example needs, and its input.
fn prepared(operation: &OperationInfo) -> Result<(World, Value, Option<Vec<u8>>), String> {
    let world = world();
    let example = (operation.example)();
    let admin = world.administrator(ACCOUNT);
    let mut engine = durable::Engine::new(world.gate.clone());
    cloudformation::workflows(&mut engine);
    let folder = tempfile::tempdir().map_err(|e| e.to_string())?;
    codebuild::workflows_with(&mut engine, runner(folder.path()), Helper::at("/bin/false"));
    codepipeline::workflows(&mut engine);
    iam::workflows(&mut engine);
    let mut answers = Vec::new();
    for (before, input) in &example.before {
        let answer = match before.split_once('+') {
            Some((before, body)) => world.send(&admin, before, filled(input, &answers), body.as_bytes()),
            None => world.call(Some(&admin), before, filled(input, &answers)),
        };
        answers.push(answer.map_err(|e| format!("{}: before it, {before}: {e}", name(operation)))?);
        engine.run_due().map_err(|e| format!("{}: work after {before}: {e}", name(operation)))?;
    }
    let input = filled(&example.input, &answers);
    world.records();
    Ok((world, input, example.body.map(<[u8]>::to_vec)))
}

#[test]
fn every_operation_by_every_kind_of_caller() {
    let operations = world().gate.operations();
    let mut wrong = Vec::new();
    let mut walked = 0;
    for operation in &operations {
        let name = name(operation);
        if NOT_WALKED.contains(&name.as_str()) {
            continue;
        }
        walked += 1;
        let (world, input, body) = match prepared(operation) {
            Ok(prepared) => prepared,
            Err(e) => {
                wrong.push(e);
                continue;
            }
        };
        let admin = world.administrator(ACCOUNT);
        let trust =
            json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}});
        let created = world
            .call(Some(&admin), "iam:CreateRole", json!({"RoleName": "WithoutRights", "AssumeRolePolicyDocument": trust.to_string()}))
            .unwrap();
        let without = world.assume(&admin, created["Role"]["Arn"].as_str().unwrap()).unwrap();
        let free = NEED_NOTHING.contains(&name.as_str());
        for (caller, who) in [(None, "nobody"), (Some(&without), "one without rights")] {
            world.records();
            let result = world.gate.call_blocking(&world.request(caller, &name, input.clone(), body.clone()));
            let records = world.records();
            let own: Vec<_> = records.iter().filter(|r| r.action == name).collect();
            if own.len() != 1 {
                wrong.push(format!("{name} by {who}: {} records of its own", own.len()));
            }
            match result {
                Ok(_) if free && caller.is_some() => {}
                Ok(answer)
                    if ANSWER_BY_ITEM.contains(&name.as_str()) && answer.output["Errors"].as_array().is_some_and(|e| !e.is_empty()) => {}
                Ok(_) => wrong.push(format!("{name} by {who}: allowed")),
                Err(error) => {
                    let refused = own.first().is_some_and(|r| r.kind == RecordKind::Denied)
                        || error.status == 403
                        || error.code.contains("AccessDenied");
                    if !refused {
                        wrong.push(format!("{name} by {who}: {error}"));
                    }
                }
            }
        }
        world.records();
        match world.gate.call_blocking(&world.request(Some(&admin), &name, input, body)) {
            Ok(_) => {
                let own = world.records().iter().filter(|r| r.action == name && r.kind == RecordKind::Done).count();
                if own != 1 {
                    wrong.push(format!("{name}: {own} records of its own"));
                }
            }
            Err(error) => wrong.push(format!("{name}: {error}")),
        }
    }
    println!("{walked} of {} operations walked", operations.len());
    assert!(wrong.is_empty(), "{}\n{} of {walked}", wrong.join("\n"), wrong.len());
}
