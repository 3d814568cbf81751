//! Pull requests: who may merge, and what comes of it.
#![allow(clippy::disallowed_methods, reason = "tests own their files")]

mod world;

use serde_json::{Value, json};
use wire::sigv4::Credentials;
use world::World;

const RULE: &str = r#"{"Version": "2018-11-08", "Statements": [{"Type": "Approvers", "NumberOfApprovalsNeeded": 1, "ApprovalPoolMembers": ["CodeCommitApprovers:111111111111:rev*"]}]}"#;

fn everything() -> Value {
    json!([{"Effect": "Allow", "Action": "codecommit:*", "Resource": "*"}])
}

/// A repository whose branches `main` and `next` parted.
fn parted(world: &World) -> (String, String) {
    world.repository("shop");
    let put = |branch: &str, path: &str, content: &str, parent: Option<&str>| {
        let mut input = json!({"repositoryName": "shop", "branchName": branch, "filePath": path, "fileContent": base(content)});
        if let Some(parent) = parent {
            input["parentCommitId"] = json!(parent);
        }
        world.ok("codecommit:PutFile", input)["commitId"].as_str().unwrap().to_owned()
    };
    let first = put("main", "list.txt", "1\n2\n3\n4\n5\n6\n", None);
    world.ok("codecommit:CreateBranch", json!({"repositoryName": "shop", "branchName": "next", "commitId": first}));
    let next = put("next", "list.txt", "one\n2\n3\n4\n5\n6\n", Some(&first));
    let main = put("main", "list.txt", "1\n2\n3\n4\n5\nsix\n", Some(&first));
    (main, next)
}

fn base(text: &str) -> String {
    serde_json::to_value(base::Blob(text.as_bytes().to_vec())).unwrap().as_str().unwrap().to_owned()
}

fn asked(world: &World, who: &Credentials) -> (String, String) {
    let input = json!({"title": "Next", "targets": [{"repositoryName": "shop", "sourceReference": "next"}]});
    let request = world.call(who, "codecommit:CreatePullRequest", input).unwrap()["pullRequest"].clone();
    assert_eq!(request["pullRequestTargets"][0]["destinationReference"], "refs/heads/main");
    let text = |name: &str| request[name].as_str().unwrap().to_owned();
    (text("pullRequestId"), text("revisionId"))
}

fn code(result: Result<Value, gate::Error>) -> String {
    result.expect_err("it was done").code.into_owned()
}

#[test]
fn without_its_approvals_a_pull_request_is_not_merged() {
    let world = World::new();
    let (_, next) = parted(&world);
    let [author, reviewer, other] = ["author", "reviewer", "other"].map(|name| world.user(name, everything()));
    world.ok("codecommit:CreateApprovalRuleTemplate", json!({"approvalRuleTemplateName": "one", "approvalRuleTemplateContent": RULE}));
    world
        .ok("codecommit:AssociateApprovalRuleTemplateWithRepository", json!({"approvalRuleTemplateName": "one", "repositoryName": "shop"}));
    let (id, revision) = asked(&world, &author);
    let approve = |who: &Credentials, revision: &str| {
        let input = json!({"pullRequestId": id, "revisionId": revision, "approvalState": "APPROVE"});
        world.call(who, "codecommit:UpdatePullRequestApprovalState", input)
    };
    let merge = |option: &str| {
        let mut input = json!({"pullRequestId": id, "repositoryName": "shop"});
        if option != "FastForward" {
            input["conflictDetailLevel"] = json!("LINE_LEVEL");
        }
        world.call(&author, &format!("codecommit:MergePullRequestBy{option}"), input)
    };
    assert_eq!(code(merge("ThreeWay")), "PullRequestApprovalRulesNotSatisfiedException");
    assert_eq!(code(approve(&author, &revision)), "PullRequestCannotBeApprovedByAuthorException");
    // Who is not in the pool may say so, but does not count.
    approve(&other, &revision).unwrap();
    assert_eq!(code(merge("ThreeWay")), "PullRequestApprovalRulesNotSatisfiedException");
    approve(&reviewer, &revision).unwrap();
    let rules = |revision: &str| {
        world.ok("codecommit:EvaluatePullRequestApprovalRules", json!({"pullRequestId": id, "revisionId": revision}))["evaluation"].clone()
    };
    assert_eq!((&rules(&revision)["approved"], &rules(&revision)["approvalRulesSatisfied"]), (&json!(true), &json!(["one"])));
    // A rule of a template cannot be talked away.
    let rule = json!({"pullRequestId": id, "approvalRuleName": "one"});
    assert_eq!(
        code(world.call(&author, "codecommit:DeletePullRequestApprovalRule", rule)),
        "CannotDeleteApprovalRuleFromTemplateException"
    );

    // What is pushed after the approval was approved by nobody.
    let clone = world.clone_of("shop", "c");
    world.git("", &clone, &["checkout", "-q", "next"]);
    let pushed = world.commit(&clone, "later.txt", b"later");
    world.git("shop", &clone, &["push", "-q", "origin", "next"]);
    assert_eq!(code(merge("ThreeWay")), "PullRequestApprovalRulesNotSatisfiedException");
    assert_eq!(code(approve(&reviewer, &revision)), "RevisionNotCurrentException");
    let now = world.ok("codecommit:GetPullRequest", json!({"pullRequestId": id}))["pullRequest"].clone();
    assert_eq!(now["pullRequestTargets"][0]["sourceCommit"], json!(pushed));
    assert!(now["pullRequestTargets"][0]["mergeBase"].is_string());
    approve(&reviewer, now["revisionId"].as_str().unwrap()).unwrap();
    assert_eq!(code(merge("FastForward")), "ManualMergeRequiredException");
    let merged = merge("ThreeWay").unwrap()["pullRequest"].clone();
    let how = &merged["pullRequestTargets"][0]["mergeMetadata"];
    assert_eq!(
        (&merged["pullRequestStatus"], &how["isMerged"], &how["mergeOption"]),
        (&json!("CLOSED"), &json!(true), &json!("THREE_WAY_MERGE"))
    );
    assert_eq!(how["mergeCommitId"].as_str().map(str::to_owned), world.tip("shop", "main"));
    assert_eq!(code(merge("ThreeWay")), "PullRequestAlreadyClosedException");
    // git sees one merge with both changes.
    let clone = world.clone_of("shop", "merged");
    assert_eq!(std::fs::read(clone.join("list.txt")).unwrap(), b"one\n2\n3\n4\n5\nsix\n");
    assert_eq!(world.git("", &clone, &["rev-list", "--count", "--merges", "HEAD"]), "1");
    world.git("", &clone, &["merge-base", "--is-ancestor", &next, "HEAD"]);
    world.git("", &clone, &["fsck", "--strict"]);

    let events = world.ok("codecommit:DescribePullRequestEvents", json!({"pullRequestId": id}))["pullRequestEvents"].clone();
    let kinds: Vec<&str> = events.as_array().unwrap().iter().map(|e| e["pullRequestEventType"].as_str().unwrap()).collect();
    let expected = [
        "PULL_REQUEST_CREATED",
        "PULL_REQUEST_APPROVAL_STATE_CHANGED",
        "PULL_REQUEST_APPROVAL_STATE_CHANGED",
        "PULL_REQUEST_SOURCE_REFERENCE_UPDATED",
        "PULL_REQUEST_APPROVAL_STATE_CHANGED",
        "PULL_REQUEST_MERGE_STATE_CHANGED",
        "PULL_REQUEST_STATUS_CHANGED",
    ];
    assert_eq!(kinds, expected);
}

#[test]
fn who_may_not_merge_into_a_branch_is_refused_whatever_is_approved() {
    let world = World::new();
    let (main, next) = parted(&world);
    let deny = json!({"Effect": "Deny", "Action": "codecommit:*", "Resource": "arn:aws:codecommit:us-east-1:111111111111:shop",
        "Condition": {"StringEqualsIfExists": {"codecommit:References": ["refs/heads/main"]}, "Null": {"codecommit:References": "false"}}});
    let author = world.user("author", json!([everything()[0], deny]));
    let (id, revision) = asked(&world, &author);
    let override_ = json!({"pullRequestId": id, "revisionId": revision, "overrideStatus": "OVERRIDE"});
    world.call(&author, "codecommit:OverridePullRequestApprovalRules", override_).unwrap();
    let shop = json!({"repositoryName": "shop"});
    let with = |more: Value| {
        let mut input = shop.clone();
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    let branches = json!({"sourceCommitSpecifier": "next", "destinationCommitSpecifier": "main"});
    let target = json!({"sourceCommitSpecifier": "next", "destinationCommitSpecifier": main, "targetBranch": "main"});
    for (operation, input) in [
        ("MergePullRequestByThreeWay", with(json!({"pullRequestId": id}))),
        ("MergeBranchesBySquash", with(branches)),
        ("MergeBranchesByThreeWay", with(target)),
        ("PutFile", with(json!({"branchName": "main", "filePath": "a", "fileContent": "YQ==", "parentCommitId": main}))),
        ("DeleteFile", with(json!({"branchName": "main", "filePath": "list.txt", "parentCommitId": main}))),
        (
            "CreateCommit",
            with(json!({"branchName": "main", "parentCommitId": main, "putFiles": [{"filePath": "a", "fileContent": "YQ=="}]})),
        ),
        ("DeleteBranch", with(json!({"branchName": "main"}))),
    ] {
        let refused = world.call(&author, &format!("codecommit:{operation}"), input).unwrap_err();
        assert!(refused.is_denied(), "{operation}: {refused}");
    }
    assert_eq!(world.tip("shop", "main"), Some(main));
    let fine = with(json!({"branchName": "next", "filePath": "a", "fileContent": "YQ==", "parentCommitId": next}));
    world.call(&author, "codecommit:PutFile", fine).unwrap();
}

#[test]
fn conflicts_are_shown_and_resolved_as_the_request_says() {
    let world = World::new();
    let (main, next) = parted(&world);
    let sides = |more: Value| {
        let mut input = json!({"repositoryName": "shop", "sourceCommitSpecifier": "next", "destinationCommitSpecifier": "main"});
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    let options =
        |detail: &str| world.ok("codecommit:GetMergeOptions", sides(json!({"conflictDetailLevel": detail})))["mergeOptions"].clone();
    assert_eq!((options("FILE_LEVEL"), options("LINE_LEVEL")), (json!([]), json!(["SQUASH_MERGE", "THREE_WAY_MERGE"])));
    let described = world.ok("codecommit:DescribeMergeConflicts", sides(json!({"mergeOption": "THREE_WAY_MERGE", "filePath": "list.txt"})));
    assert_eq!(described["conflictMetadata"]["contentConflict"], true);
    let hunks = described["mergeHunks"].as_array().unwrap();
    assert_eq!((hunks.len(), &hunks[0]["isConflict"], &hunks[0]["source"]["hunkContent"]), (2, &json!(false), &json!(base("one\n"))));
    let squash = |more: Value| world.call(&world.operator, "codecommit:MergeBranchesBySquash", sides(more));
    assert_eq!(code(squash(json!({}))), "ManualMergeRequiredException");
    let said = json!({"replaceContents": [{"filePath": "other.txt", "replacementType": "KEEP_SOURCE"}]});
    assert_eq!(code(squash(json!({"conflictResolution": said}))), "InvalidConflictResolutionException");
    let unreferenced = world.ok(
        "codecommit:CreateUnreferencedMergeCommit",
        sides(json!({"mergeOption": "THREE_WAY_MERGE", "conflictResolutionStrategy": "ACCEPT_SOURCE"})),
    );
    let file = |commit: &Value| {
        world.ok("codecommit:GetFile", json!({"repositoryName": "shop", "filePath": "list.txt", "commitSpecifier": commit}))["fileContent"]
            .clone()
    };
    assert_eq!(file(&unreferenced["commitId"]), json!(base("one\n2\n3\n4\n5\n6\n")));
    assert_eq!(world.tip("shop", "main"), Some(main.clone()));
    let said = json!({"replaceContents": [{"filePath": "list.txt", "replacementType": "USE_NEW_CONTENT", "content": base("new"), "fileMode": "EXECUTABLE"}]});
    let made = squash(json!({"conflictResolutionStrategy": "AUTOMERGE", "conflictResolution": said})).unwrap();
    assert_eq!(file(&made["commitId"]), json!(base("new")));
    let commit = world.ok("codecommit:GetCommit", json!({"repositoryName": "shop", "commitId": made["commitId"]}))["commit"].clone();
    assert_eq!(commit["parents"], json!([main]));
    let changes = world
        .ok("codecommit:GetDifferences", json!({"repositoryName": "shop", "beforeCommitSpecifier": main, "afterCommitSpecifier": "main"}));
    assert_eq!(
        (&changes["differences"][0]["changeType"], &changes["differences"][0]["afterBlob"]["mode"]),
        (&json!("M"), &json!("100755"))
    );
    let merge = world.ok(
        "codecommit:MergeBranchesByFastForward",
        json!({"repositoryName": "shop", "sourceCommitSpecifier": made["commitId"], "destinationCommitSpecifier": "main"}),
    );
    assert_eq!((&merge["commitId"], world.tip("shop", "next")), (&made["commitId"], Some(next)));
}

#[test]
fn a_file_where_there_is_a_folder_is_refused() {
    let world = World::new();
    let (main, _) = parted(&world);
    let commit = |more: Value| {
        let mut input = json!({"repositoryName": "shop", "branchName": "main", "parentCommitId": main});
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        world.call(&world.operator, "codecommit:CreateCommit", input)
    };
    let put = |path: &str| json!({"filePath": path, "fileContent": "YQ=="});
    for (more, expected) in [
        (json!({}), "FileEntryRequiredException"),
        (json!({"putFiles": [put("list.txt/a")]}), "DirectoryNameConflictsWithFileNameException"),
        (json!({"putFiles": [put("a"), put("a/b")]}), "PutFileEntryConflictException"),
        (json!({"putFiles": [put("a")], "deleteFiles": [{"filePath": "a"}]}), "SamePathRequestException"),
        (json!({"deleteFiles": [{"filePath": "none"}]}), "FileDoesNotExistException"),
        (json!({"putFiles": [put(".git/config")]}), "InvalidPathException"),
        (json!({"putFiles": [put("../a")]}), "InvalidPathException"),
        (json!({"putFiles": [{"filePath": "a"}]}), "SourceFileOrContentRequiredException"),
        (json!({"setFileModes": [{"filePath": "list.txt", "fileMode": "NORMAL"}]}), "NoChangeException"),
        (json!({"parentCommitId": "0".repeat(40), "putFiles": [put("a")]}), "ParentCommitIdOutdatedException"),
        (json!({"authorName": "A <b>\nparent", "putFiles": [put("a")]}), "NameLengthExceededException"),
        (json!({"putFiles": (0..101).map(|n| put(&format!("f{n}"))).collect::<Vec<_>>()}), "MaximumFileEntriesExceededException"),
    ] {
        assert_eq!(code(commit(more.clone())), expected, "{more}");
    }
    let made = commit(
        json!({"putFiles": [put("x/a \"b\"\n.txt"), {"filePath": "x/moved", "sourceFile": {"filePath": "list.txt", "isMove": true}}]}),
    )
    .unwrap();
    assert_eq!((made["filesAdded"].as_array().unwrap().len(), made["filesDeleted"][0]["absolutePath"].as_str()), (2, Some("list.txt")));
    let parent = made["commitId"].clone();
    let kept = json!({"repositoryName": "shop", "branchName": "main", "parentCommitId": parent, "keepEmptyFolders": true,
        "deleteFiles": [{"filePath": "x/moved"}, {"filePath": "x/a \"b\"\n.txt"}]});
    assert_eq!(world.ok("codecommit:CreateCommit", kept)["filesAdded"][0]["absolutePath"], "x/.gitkeep");
    world.git("", &world.clone_of("shop", "c"), &["fsck", "--strict"]);
}

#[test]
fn content_under_a_key_needs_the_right_to_the_key() {
    let world = World::new();
    let key = world.ok("kms:CreateKey", json!({}))["KeyMetadata"]["Arn"].clone();
    world.ok("codecommit:CreateRepository", json!({"repositoryName": "shop", "kmsKeyId": key}));
    let clone = world.clone_of("shop", "c");
    world.commit(&clone, "a", b"1");
    world.git("shop", &clone, &["push", "-q", "origin", "main"]);
    let reader = world.user("reader", everything());
    let file = json!({"repositoryName": "shop", "filePath": "a"});
    assert_eq!(code(world.call(&reader, "codecommit:GetFile", file.clone())), "EncryptionKeyAccessDeniedException");
    let cloned = world.git_as(&reader, "shop", world.folder.path(), &["clone", "-q", &world.url("shop"), "no"]);
    assert!(!cloned.status.success() && world::text(&cloned.stderr).contains("kms:Decrypt"), "{}", world::text(&cloned.stderr));
    world.policy("reader", json!([everything()[0], {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": key}]));
    world.call(&reader, "codecommit:GetFile", file.clone()).unwrap();
    world.ok("kms:DisableKey", json!({"KeyId": key}));
    assert_eq!(world.fails("codecommit:GetFile", file.clone()), "EncryptionKeyDisabledException");
    world.ok("kms:EnableKey", json!({"KeyId": key}));
    world.ok("codecommit:UpdateRepositoryEncryptionKey", json!({"repositoryName": "shop", "kmsKeyId": "alias/aws/codecommit"}));
    world.policy("reader", everything());
    world.call(&reader, "codecommit:GetFile", file).unwrap();
}
