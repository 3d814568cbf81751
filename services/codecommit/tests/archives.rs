//! What a pipeline's source action and a stack ask for.
#![allow(clippy::disallowed_methods, reason = "tests own their files")]

mod world;

use gate::{Protocol, ResourceRequest, Service, StepContext};
use serde_json::{Value, json};
use std::{
    io::{Cursor, Read},
    os::unix::fs::{PermissionsExt, symlink},
};
use tempfile::TempDir;
use world::{ACCOUNT, REGION, World, account, answer, gate};

fn zip_of(world: &World, key: &str) -> Vec<u8> {
    let answer = answer(&world.gate, &world.operator, "s3:GetObject", json!({"Bucket": "artifacts", "Key": key})).unwrap();
    let mut bytes = Vec::new();
    answer.body.unwrap().0.read_to_end(&mut bytes).unwrap();
    bytes
}

#[test]
fn a_commits_files_go_to_the_bucket_as_the_caller() {
    let world = World::new();
    world.repository("shop");
    world.ok("s3:CreateBucket", json!({"Bucket": "artifacts"}));
    let clone = world.clone_of("shop", "c");
    std::fs::create_dir(clone.join("bin")).unwrap();
    std::fs::write(clone.join("bin/run"), "#!/bin/sh\n").unwrap();
    std::fs::set_permissions(clone.join("bin/run"), PermissionsExt::from_mode(0o755)).unwrap();
    symlink("bin/run", clone.join("link")).unwrap();
    let commit = world.commit(&clone, "ümlaut name.txt", b"text");
    world.git("shop", &clone, &["push", "-q", "origin", "main"]);
    let upload = |key: &str| json!({"repositoryName": "shop", "commitId": commit, "s3Bucket": "artifacts", "s3Key": key});

    let done = world.ok("codecommit:UploadArchive", upload("a.zip"));
    let asked = json!({"repositoryName": "shop", "uploadId": done["uploadId"]});
    assert_eq!(world.ok("codecommit:GetUploadArchiveStatus", asked.clone())["status"], "Succeeded");
    assert_eq!(world.ok("codecommit:CancelUploadArchive", asked)["status"], "Succeeded");
    world.ok("codecommit:UploadArchive", upload("b.zip"));
    let zip = zip_of(&world, "a.zip");
    assert_eq!(zip, zip_of(&world, "b.zip"));
    let folder = TempDir::new().unwrap();
    archive::extract(Cursor::new(zip), &mut archive::FolderSink::new(folder.path()).unwrap(), &archive::Limits::default()).unwrap();
    let mut names: Vec<String> = std::fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, ["bin", "link", "ümlaut name.txt"]);
    assert_eq!(std::fs::metadata(folder.path().join("bin/run")).unwrap().permissions().mode() & 0o777, 0o755);
    assert_eq!(std::fs::read_link(folder.path().join("link")).unwrap().to_str(), Some("bin/run"));

    // The bucket is the caller's matter: a right to the repository alone is not enough, and nothing says otherwise after.
    let source = world.user("source", json!([{"Effect": "Allow", "Action": "codecommit:*", "Resource": "*"}]));
    let denied = world.call(&source, "codecommit:UploadArchive", upload("c.zip")).unwrap_err();
    assert!(denied.message.contains("user/source is not authorized to perform: s3:PutObject"), "{denied}");
    let put = world.records("s3:PutObject").pop().unwrap();
    assert_eq!((put.kind, &put.event["userIdentity"]["invokedBy"]), (gate::RecordKind::Denied, &json!("codecommit.amazonaws.com")));
    let missing = json!({"repositoryName": "shop", "commitId": "0".repeat(40), "s3Bucket": "artifacts", "s3Key": "d"});
    assert_eq!(world.fails("codecommit:UploadArchive", missing), "CommitIdDoesNotExistException");
}

#[test]
fn a_world_without_git_says_so() {
    let (gate, operator) = gate(store::Store::memory(), store::Blobs::memory());
    let call = |operation: &str, input: Value| answer(&gate, &operator, operation, input).map(|a| a.output);
    call("codecommit:CreateRepository", json!({"repositoryName": "shop"})).unwrap();
    let error = call("codecommit:GetCommit", json!({"repositoryName": "shop", "commitId": "0".repeat(40)})).unwrap_err();
    assert_eq!((error.code.as_ref(), error.status), ("NotImplemented", 501));
    assert!(error.message.contains("git"), "{error}");
}

struct Stacks;
impl Service for Stacks {
    const NAME: &'static str = "cloudformation";
    const PRINCIPAL: &'static str = "cloudformation.amazonaws.com";
    const PROTOCOL: Protocol = Protocol::Query;
}

#[test]
fn a_stack_makes_changes_and_deletes_a_repository() {
    let world = World::new();
    let trust = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": "cloudformation.amazonaws.com"}, "Action": "sts:AssumeRole"}});
    world.ok("iam:CreateRole", json!({"RoleName": "stacks", "AssumeRolePolicyDocument": trust.to_string()}));
    let policy = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "codecommit:*", "Resource": "*"}});
    world.ok("iam:PutRolePolicy", json!({"RoleName": "stacks", "PolicyName": "main", "PolicyDocument": policy.to_string()}));
    let context = StepContext { account: account(), region: base::Region::new(REGION) };
    let stack = |old: Option<&Value>, new: Option<&Value>| {
        world.gate.step(&Stacks, &context, |scope| {
            let service = scope.as_service(account(), None);
            let actor = scope.assume(&service, &format!("arn:aws:iam::{ACCOUNT}:role/stacks"), "stack")?;
            let kind = scope.resource_type("AWS::CodeCommit::Repository").unwrap();
            let request = ResourceRequest {
                account: account(),
                stack_name: "stack".into(),
                stack_id: "stack".into(),
                logical_id: "Shop".into(),
                suffix: "ABCDEF123456".into(),
            };
            scope.with_resource(&actor, request, |context| match (old, new) {
                (None, Some(new)) => kind.create(context, new).map(Some),
                (Some(old), Some(new)) => kind.update(context, "id", old, new).map(Some),
                (Some(old), None) => kind.delete(context, "id", old).map(|()| None),
                (None, None) => Ok(None),
            })
        })
    };
    let first = json!({"RepositoryName": "shop", "RepositoryDescription": "one", "Tags": [{"Key": "a", "Value": "b"}]});
    let second = json!({"RepositoryName": "store", "Tags": [{"Key": "a", "Value": "b"}]});
    let made = stack(None, Some(&first)).unwrap().unwrap();
    assert_eq!(made.attributes["Arn"], format!("arn:aws:codecommit:{REGION}:{ACCOUNT}:shop"));
    assert_eq!(stack(None, Some(&first)).unwrap_err().code, "RepositoryNameExistsException");
    let changed = stack(Some(&first), Some(&second)).unwrap().unwrap();
    assert_eq!(
        (&changed.id, &changed.attributes["CloneUrlHttp"]),
        (&made.id, &json!(format!("https://git-codecommit.{REGION}.amazonaws.com/v1/repos/store")))
    );
    let found = world.ok("codecommit:GetRepository", json!({"repositoryName": "store"}))["repositoryMetadata"].clone();
    assert!(found.get("repositoryDescription").is_none());
    let retagged = json!({"RepositoryName": "store", "Tags": [{"Key": "c", "Value": "d"}]});
    stack(Some(&second), Some(&retagged)).unwrap();
    let arn = changed.attributes["Arn"].clone();
    assert_eq!(world.ok("codecommit:ListTagsForResource", json!({"resourceArn": arn}))["tags"], json!({"c": "d"}));
    let told = json!({"RepositoryName": "store", "Tags": [{"Key": "c", "Value": "d"}], "Triggers": [
        {"Name": "all", "DestinationArn": format!("arn:aws:sns:{REGION}:{ACCOUNT}:pushes"), "Events": ["all"]}]});
    let refused = stack(Some(&retagged), Some(&told)).unwrap_err();
    assert!(refused.code == "NotImplemented" && refused.message.contains("Amazon SNS"), "{refused}");
    stack(Some(&second), None).unwrap();
    assert_eq!(world.fails("codecommit:GetRepository", json!({"repositoryName": "store"})), "RepositoryDoesNotExistException");
    stack(Some(&second), None).unwrap();
}
