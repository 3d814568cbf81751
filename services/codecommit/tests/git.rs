//! The real git against the real gate.
#![allow(clippy::disallowed_methods, reason = "tests own their files")]

mod world;

use serde_json::json;
use std::{sync::atomic::Ordering, thread};
use world::{World, text};

#[test]
fn what_is_pushed_is_cloned_and_told() {
    let world = World::new();
    world.repository("shop");
    let clone = world.clone_of("shop", "empty");
    assert_eq!(world.fails("codecommit:GetBranch", json!({"repositoryName": "shop", "branchName": "main"})), "BranchDoesNotExistException");
    let first = world.commit(&clone, "a.txt", b"one");
    world.git("shop", &clone, &["push", "-q", "origin", "main"]);
    assert_eq!(world.tip("shop", "main"), Some(first.clone()));
    let metadata = world.ok("codecommit:GetRepository", json!({"repositoryName": "shop"}));
    assert_eq!(metadata["repositoryMetadata"]["defaultBranch"], "main");

    let other = world.clone_of("shop", "other");
    std::fs::create_dir(clone.join("folder")).unwrap();
    let second = world.commit(&clone, "folder/b.txt", b"two");
    world.git("", &clone, &["tag", "-a", "v1", "-m", "v1"]);
    world.git("shop", &clone, &["push", "-q", "--follow-tags", "origin", "main", "main:next"]);
    world.git("shop", &other, &["pull", "-q"]);
    assert_eq!(world.git("", &other, &["rev-parse", "HEAD", "origin/next", "v1^{commit}"]), [&*second; 3].join("\n"));
    // Shallow, partial and old ways to fetch.
    world.git("shop", world.folder.path(), &["clone", "-q", "--depth=1", &world.url("shop"), "shallow"]);
    world.git("shop", world.folder.path(), &["clone", "-q", "--filter=blob:none", &world.url("shop"), "partial"]);
    world.git("shop", world.folder.path(), &["-c", "protocol.version=0", "clone", "-q", &world.url("shop"), "old"]);
    for name in ["shallow", "partial", "old"] {
        assert_eq!(std::fs::read(world.folder.path().join(name).join("folder/b.txt")).unwrap(), b"two", "{name}");
    }

    let branches = world.ok("codecommit:ListBranches", json!({"repositoryName": "shop"}));
    assert_eq!(branches["branches"], json!(["main", "next"]));
    let commit = world.ok("codecommit:GetCommit", json!({"repositoryName": "shop", "commitId": second}))["commit"].clone();
    assert_eq!(
        (&commit["parents"], &commit["message"], &commit["author"]["email"]),
        (&json!([first]), &json!("folder/b.txt\n"), &json!("ann@example.com"))
    );
    let file = world.ok("codecommit:GetFile", json!({"repositoryName": "shop", "filePath": "/folder/b.txt", "commitSpecifier": "v1"}));
    assert_eq!((&file["fileContent"], &file["fileMode"], &file["commitId"]), (&json!("dHdv"), &json!("NORMAL"), &json!(second)));
    let folder = world.ok("codecommit:GetFolder", json!({"repositoryName": "shop", "folderPath": "folder"}));
    assert_eq!(folder["files"][0]["absolutePath"], "folder/b.txt");
    let root = world.ok("codecommit:GetFolder", json!({"repositoryName": "shop", "folderPath": "/", "commitSpecifier": first}));
    assert_eq!((root["files"].as_array().unwrap().len(), &root["subFolders"]), (1, &json!([])));
    for (operation, input, code) in [
        ("GetFile", json!({"repositoryName": "shop", "filePath": "none"}), "FileDoesNotExistException"),
        ("GetFile", json!({"repositoryName": "shop", "filePath": "folder"}), "FileDoesNotExistException"),
        ("GetFolder", json!({"repositoryName": "shop", "folderPath": "a.txt"}), "FolderDoesNotExistException"),
        ("GetFile", json!({"repositoryName": "shop", "filePath": "a.txt", "commitSpecifier": "--all"}), "CommitDoesNotExistException"),
        ("GetCommit", json!({"repositoryName": "shop", "commitId": "0".repeat(40)}), "CommitIdDoesNotExistException"),
        ("GetCommit", json!({"repositoryName": "shop", "commitId": "main"}), "InvalidCommitIdException"),
        ("CreateBranch", json!({"repositoryName": "shop", "branchName": "x", "commitId": "1".repeat(40)}), "CommitDoesNotExistException"),
        ("CreateBranch", json!({"repositoryName": "shop", "branchName": "next", "commitId": second}), "BranchNameExistsException"),
        (
            "GitPush",
            json!({"repositoryName": "shop", "references": [{"ref": "refs/heads/main", "commit": first, "previous": second}]}),
            "NotImplemented",
        ),
    ] {
        assert_eq!(world.fails(&format!("codecommit:{operation}"), input.clone()), code, "{operation} {input}");
    }
    world.ok("codecommit:CreateBranch", json!({"repositoryName": "shop", "branchName": "old", "commitId": first}));
    assert_eq!(world.git("shop", &clone, &["ls-remote", "origin", "old"]), format!("{first}\trefs/heads/old"));

    let pushes = world.records("codecommit:GitPush");
    let last = pushes.iter().rfind(|r| r.event["requestParameters"]["references"].is_array() && r.event["errorCode"].is_null()).unwrap();
    assert_eq!(last.event["requestParameters"]["references"].as_array().unwrap().len(), 3);
    assert_eq!(last.event["resources"][0]["ARN"], "arn:aws:codecommit:us-east-1:111111111111:shop");
    assert!(!world.records("codecommit:GitPull").is_empty());
}

#[test]
fn references_are_forced_and_deleted_but_not_the_default() {
    let world = World::new();
    world.repository("shop");
    let clone = world.clone_of("shop", "c");
    world.commit(&clone, "a", b"1");
    world.git("shop", &clone, &["push", "-q", "origin", "main", "main:topic"]);
    world.git("", &clone, &["commit", "-q", "--amend", "-m", "other"]);
    let amended = world.git("", &clone, &["rev-parse", "HEAD"]);
    let refused = world.git_as(&world.operator, "shop", &clone, &["push", "-q", "origin", "main"]);
    assert!(!refused.status.success());
    world.git("shop", &clone, &["push", "-q", "--force", "origin", "main"]);
    assert_eq!(world.tip("shop", "main"), Some(amended.clone()));
    world.git("shop", &clone, &["push", "-q", "origin", ":topic"]);
    assert_eq!(world.tip("shop", "topic"), None);
    // The default branch stays, beside one that moves in the same push.
    let mixed = world.git_as(&world.operator, "shop", &clone, &["push", "origin", ":main", "main:fine"]);
    assert!(
        !mixed.status.success() && text(&mixed.stderr).contains("deletion of the current branch prohibited"),
        "{}",
        text(&mixed.stderr)
    );
    assert_eq!((world.tip("shop", "main"), world.tip("shop", "fine")), (Some(amended.clone()), Some(amended)));
    assert_eq!(
        world.fails("codecommit:DeleteBranch", json!({"repositoryName": "shop", "branchName": "main"})),
        "DefaultBranchCannotBeDeletedException"
    );
    world.ok("codecommit:UpdateDefaultBranch", json!({"repositoryName": "shop", "defaultBranchName": "fine"}));
    world.ok("codecommit:DeleteBranch", json!({"repositoryName": "shop", "branchName": "main"}));
    assert_eq!(world.tip("shop", "main"), None);
}

#[test]
fn who_may_not_is_refused_and_told_why() {
    let world = World::new();
    world.repository("shop");
    let clone = world.clone_of("shop", "c");
    let first = world.commit(&clone, "a", b"1");
    world.git("shop", &clone, &["push", "-q", "origin", "main"]);
    world.commit(&clone, "b", b"2");
    let arn = "arn:aws:codecommit:us-east-1:111111111111:shop";
    let reader = world.user("reader", json!([{"Effect": "Allow", "Action": "codecommit:GitPull", "Resource": arn}]));
    let read = world.git_as(&reader, "shop", world.folder.path(), &["clone", "-q", &world.url("shop"), "read"]);
    assert!(read.status.success(), "{}", text(&read.stderr));
    let pushed = world.git_as(&reader, "shop", &clone, &["push", "origin", "main"]);
    let said = text(&pushed.stderr);
    assert!(
        !pushed.status.success() && said.contains("403") && said.contains("user/reader is not authorized to perform: codecommit:GitPush"),
        "{said}"
    );

    // AWS's documented way to protect a branch: the references are not known when git asks for them.
    let writer = world.user(
        "writer",
        json!([{"Effect": "Allow", "Action": "codecommit:*", "Resource": "*"}, {"Effect": "Deny", "Action": "codecommit:GitPush", "Resource": arn, "Condition": {
            "StringEqualsIfExists": {"codecommit:References": ["refs/heads/main"]}, "Null": {"codecommit:References": "false"}}}]),
    );
    let pushed = world.git_as(&writer, "shop", &clone, &["push", "origin", "main"]);
    let said = text(&pushed.stderr);
    assert!(!pushed.status.success() && said.contains("[remote rejected]") && said.contains("explicit deny"), "{said}");
    assert_eq!(world.tip("shop", "main"), Some(first));
    let pushed = world.git_as(&writer, "shop", &clone, &["push", "origin", "main:topic"]);
    assert!(pushed.status.success(), "{}", text(&pushed.stderr));

    let mut forged = world.operator.clone();
    forged.secret_access_key = base::Secret::new("another secret".into());
    let cloned = world.git_as(&forged, "shop", world.folder.path(), &["clone", &world.url("shop"), "forged"]);
    assert!(!cloned.status.success() && text(&cloned.stderr).contains("403"), "{}", text(&cloned.stderr));
    // A signature for one repository opens no other.
    world.repository("other");
    let cloned = world.git_as(&world.operator, "shop", world.folder.path(), &["clone", &world.url("other"), "crossed"]);
    assert!(!cloned.status.success() && text(&cloned.stderr).contains("403"), "{}", text(&cloned.stderr));
    let cloned = world.git_as(&world.operator, "none", world.folder.path(), &["clone", &world.url("none"), "none"]);
    assert!(!cloned.status.success() && text(&cloned.stderr).contains("none does not exist"), "{}", text(&cloned.stderr));
}

#[test]
fn of_two_pushes_to_one_branch_one_wins_and_others_do_not_care() {
    let world = World::new();
    world.repository("shop");
    let first = world.clone_of("shop", "seed");
    world.commit(&first, "a", b"1");
    world.git("shop", &first, &["push", "-q", "origin", "main"]);
    let clones: Vec<_> = (0..6).map(|n| world.clone_of("shop", &format!("c{n}"))).collect();
    let tips: Vec<String> = clones.iter().enumerate().map(|(n, clone)| world.commit(clone, "a", format!("of {n}").as_bytes())).collect();
    let pushing: Vec<_> = clones
        .into_iter()
        .enumerate()
        .map(|(n, clone)| {
            let world = world.clone();
            thread::spawn(move || {
                let own = world.git_as(&world.operator, "shop", &clone, &["push", "origin", &format!("main:own{n}")]);
                assert!(own.status.success(), "{}", text(&own.stderr));
                world.git_as(&world.operator, "shop", &clone, &["push", "origin", "main"])
            })
        })
        .collect();
    let done: Vec<_> = pushing.into_iter().map(|t| t.join().unwrap()).collect();
    let winners: Vec<usize> = (0..done.len()).filter(|n| done[*n].status.success()).collect();
    let [winner] = winners[..] else { panic!("{winners:?} won: {:?}", done.iter().map(|o| text(&o.stderr)).collect::<Vec<_>>()) };
    assert_eq!(world.tip("shop", "main"), Some(tips[winner].clone()));
    for (n, tip) in tips.iter().enumerate() {
        assert_eq!(world.tip("shop", &format!("own{n}")).as_ref(), Some(tip));
        let said = text(&done[n].stderr);
        assert!(
            n == winner || said.contains("fetch first") || said.contains("failed to update ref") || said.contains("rejected"),
            "{said}"
        );
    }
    let after = world.clone_of("shop", "after");
    world.git("", &after, &["fsck", "--strict"]);
}

#[test]
fn long_requests_come_compressed() {
    let world = World::new();
    world.repository("shop");
    let clone = world.clone_of("shop", "c");
    let commits: Vec<String> = (0..30).map(|n| world.commit(&clone, "a", &[n])).collect();
    let moves: Vec<String> = commits.iter().enumerate().map(|(n, id)| format!("{id}:refs/heads/b{n}")).collect();
    let push: Vec<&str> = ["push", "-q", "origin", "main"].into_iter().chain(moves.iter().map(String::as_str)).collect();
    world.git("shop", &clone, &push);
    let again = world.clone_of("shop", "again");
    assert_eq!(world.git("", &again, &["for-each-ref", "refs/remotes/origin/b*"]).lines().count(), 30);
    assert!(world.compressed.load(Ordering::Relaxed) > 0);
}

#[test]
fn a_push_that_does_not_count_leaves_nothing() {
    let world = World::new();
    world.repository("shop");
    let clone = world.clone_of("shop", "c");
    let first = world.commit(&clone, "a", b"1");
    world.git("shop", &clone, &["push", "-q", "origin", "main"]);
    let allow = json!({"Effect": "Allow", "Action": "codecommit:*", "Resource": "*"});
    let writer = world.user("writer", json!([allow]));
    let second = world.commit(&clone, "b", b"2");

    // The right is taken away while the pack is on its way: the second decision is what counts.
    let (there, deny) = (world.clone(), json!([allow, {"Effect": "Deny", "Action": "codecommit:GitPush", "Resource": "*"}]));
    *world.at_end_of_push.lock().unwrap() = Some(Box::new(move || {
        there.policy("writer", deny);
        Ok(())
    }));
    let pushed = world.git_as(&writer, "shop", &clone, &["push", "origin", "main"]);
    let said = text(&pushed.stderr);
    assert!(!pushed.status.success() && said.contains("[remote rejected]") && said.contains("not authorized"), "{said}");
    assert_eq!(world.tip("shop", "main"), Some(first.clone()));
    assert_eq!(world.records("codecommit:GitPush").last().unwrap().kind, gate::RecordKind::Denied);

    // The connection breaks.
    world.policy("writer", json!([allow]));
    *world.at_end_of_push.lock().unwrap() = Some(Box::new(|| Err(std::io::Error::other("cut"))));
    let pushed = world.git_as(&writer, "shop", &clone, &["push", "origin", "main"]);
    assert!(!pushed.status.success());
    assert_eq!(world.tip("shop", "main"), Some(first));
    assert_eq!(world.records("codecommit:GitPush").last().unwrap().kind, gate::RecordKind::Failed);
    let kept: Vec<_> = std::fs::read_dir(world.folder.path().join("runtime/work")).unwrap().collect();
    assert!(kept.is_empty(), "{kept:?}");

    let pushed = world.git_as(&writer, "shop", &clone, &["push", "origin", "main"]);
    assert!(pushed.status.success(), "{}", text(&pushed.stderr));
    assert_eq!(world.tip("shop", "main"), Some(second));
}

#[test]
fn a_deleted_repository_is_gone_and_another_begins_empty() {
    let world = World::new();
    let made = world.repository("shop");
    let clone = world.clone_of("shop", "c");
    world.commit(&clone, "a", b"1");
    world.git("shop", &clone, &["push", "-q", "origin", "main"]);
    let content = world.folder.path().join("runtime/repositories").join(made["repositoryId"].as_str().unwrap());
    assert!(content.exists());
    world.ok("codecommit:UpdateRepositoryName", json!({"oldName": "shop", "newName": "store"}));
    world.git("store", world.folder.path(), &["clone", "-q", &world.url("store"), "renamed"]);
    let gone = world.ok("codecommit:DeleteRepository", json!({"repositoryName": "store"}));
    assert_eq!(gone["repositoryId"], made["repositoryId"]);
    assert!(!content.exists());
    assert_eq!(world.ok("codecommit:DeleteRepository", json!({"repositoryName": "store"})), json!({}));
    world.repository("store");
    assert_eq!(world.git("store", world.folder.path(), &["ls-remote", &world.url("store")]), "");
}
