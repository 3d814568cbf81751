//! An account as a whole: its details, its counts, its lists in pages.
#![allow(dead_code, reason = "the world is shared with other tests")]

mod world;

use serde_json::{Value, json};
use world::{TOOLS, World, allow, decoded};

fn world() -> World {
    World::new([iam::service(), sts::service()])
}

const POWER: &str = "arn:aws:iam::aws:policy/PowerUserAccess";

/// A user in a group, a role in an instance profile, and a policy that all of them use.
fn populated(world: &World) -> String {
    let admin = world.administrator(TOOLS);
    let policy = world.policy(&admin, "Shared", allow("s3:Get*", "*"));
    world.user(&admin, "ann", Some(allow("s3:List*", "*")));
    world.ok(&admin, "iam:CreateGroup", json!({"GroupName": "G", "Path": "/team/"}));
    world.ok(&admin, "iam:AddUserToGroup", json!({"GroupName": "G", "UserName": "ann"}));
    world.ok(&admin, "iam:AttachGroupPolicy", json!({"GroupName": "G", "PolicyArn": policy}));
    world.ok(&admin, "iam:PutUserPermissionsBoundary", json!({"UserName": "ann", "PermissionsBoundary": policy}));
    world.role(&admin, "R", json!({"AWS": format!("arn:aws:iam::{TOOLS}:user/ann")}), Some(allow("s3:Put*", "*")));
    world.ok(&admin, "iam:AttachRolePolicy", json!({"RoleName": "R", "PolicyArn": policy}));
    world.ok(&admin, "iam:AttachRolePolicy", json!({"RoleName": "R", "PolicyArn": POWER}));
    world.ok(&admin, "iam:CreateInstanceProfile", json!({"InstanceProfileName": "P"}));
    world.ok(&admin, "iam:AddRoleToInstanceProfile", json!({"InstanceProfileName": "P", "RoleName": "R"}));
    policy
}

#[test]
fn all_details_of_an_account() {
    let world = world();
    let policy = populated(&world);
    let admin = world.administrator(TOOLS);
    let all = world.ok(&admin, "iam:GetAccountAuthorizationDetails", json!({}));
    let user = &all["UserDetailList"][0];
    assert_eq!((&user["GroupList"], &user["PermissionsBoundary"]["PermissionsBoundaryArn"]), (&json!(["G"]), &json!(policy)));
    assert!(decoded(&user["UserPolicyList"][0]["PolicyDocument"]).contains("s3:List*"), "{user}");
    assert_eq!(all["GroupDetailList"][0]["AttachedManagedPolicies"], json!([{"PolicyName": "Shared", "PolicyArn": policy}]));
    let role = all["RoleDetailList"].as_array().unwrap().iter().find(|role| role["RoleName"] == "R").unwrap();
    assert_eq!(role["InstanceProfileList"][0]["InstanceProfileName"], "P");
    assert!(decoded(&role["AssumeRolePolicyDocument"]).contains(":user/ann"), "{role}");
    let policies = all["Policies"].as_array().unwrap();
    let of = |name: &str| policies.iter().find(|policy| policy["PolicyName"] == name);
    let shared = of("Shared").unwrap();
    assert_eq!((&shared["AttachmentCount"], &shared["PermissionsBoundaryUsageCount"]), (&json!(2), &json!(1)));
    assert!(decoded(&shared["PolicyVersionList"][0]["Document"]).contains("s3:Get*"));
    assert!(of("PowerUserAccess").is_some() && of("AWSCodePipelineApproverAccess").is_none(), "AWS's own where they are used");

    let groups = world.ok(&admin, "iam:GetAccountAuthorizationDetails", json!({"Filter": ["Group"]}));
    assert_eq!((groups["UserDetailList"].as_array().map(Vec::len), groups["GroupDetailList"].as_array().map(Vec::len)), (Some(0), Some(1)));
    // In pages, all of it comes once.
    let (mut marker, mut seen) = (Value::Null, Vec::new());
    loop {
        let page = world.ok(&admin, "iam:GetAccountAuthorizationDetails", json!({"MaxItems": 2, "Marker": marker}));
        let lists = ["UserDetailList", "GroupDetailList", "RoleDetailList", "Policies"];
        let arns: Vec<String> = lists.iter().flat_map(|list| page[list].as_array().unwrap()).map(|item| item["Arn"].to_string()).collect();
        assert!(arns.len() <= 2);
        seen.extend(arns);
        marker = page["Marker"].clone();
        if page["IsTruncated"] == json!(false) {
            break;
        }
    }
    let whole = ["UserDetailList", "GroupDetailList", "RoleDetailList", "Policies"].iter().map(|list| all[list].as_array().unwrap().len());
    let count = seen.len();
    seen.sort();
    seen.dedup();
    assert_eq!((count, seen.len()), (whole.sum(), count));
}

#[test]
fn who_uses_a_policy() {
    let world = world();
    let policy = populated(&world);
    let admin = world.administrator(TOOLS);
    let entities = |more: Value| {
        let mut input = json!({"PolicyArn": policy});
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let answer = world.ok(&admin, "iam:ListEntitiesForPolicy", input);
        let count = |list: &str| answer[list].as_array().unwrap().len();
        [count("PolicyGroups"), count("PolicyRoles"), count("PolicyUsers")]
    };
    assert_eq!(entities(json!({})), [1, 1, 1]);
    assert_eq!(entities(json!({"PolicyUsageFilter": "PermissionsPolicy"})), [1, 1, 0]);
    assert_eq!(entities(json!({"PolicyUsageFilter": "PermissionsBoundary"})), [0, 0, 1]);
    assert_eq!(entities(json!({"EntityFilter": "Role"})), [0, 1, 0]);
    assert_eq!(entities(json!({"PathPrefix": "/team/"})), [1, 0, 0]);
    assert_eq!(entities(json!({"MaxItems": 1})), [1, 0, 0]);
    let conflict = world.call(&admin, "iam:DeletePolicy", json!({"PolicyArn": policy})).unwrap_err();
    assert_eq!((&*conflict.code, conflict.message.as_str()), ("DeleteConflict", "Cannot delete a policy attached to entities."));
    assert_eq!(world.fails(&admin, "iam:ListEntitiesForPolicy", json!({"PolicyArn": format!("{policy}x")})), "NoSuchEntity");
}

#[test]
fn counts() {
    let world = world();
    populated(&world);
    let admin = world.administrator(TOOLS);
    let summary = world.ok(&admin, "iam:GetAccountSummary", json!({}))["SummaryMap"]["$map"].clone();
    let of = |name: &str| summary[name].as_u64().unwrap();
    assert_eq!([of("Users"), of("Groups"), of("Roles"), of("Policies"), of("InstanceProfiles")], [1, 1, 2, 1, 1]);
    assert_eq!((of("PolicySizeQuota"), of("GroupPolicySizeQuota")), (6144, 5120));
}

#[test]
fn lists_of_policies_can_be_narrowed() {
    let world = world();
    let policy = populated(&world);
    let admin = world.administrator(TOOLS);
    let named = |input: Value| -> Vec<String> {
        let answer = world.ok(&admin, "iam:ListPolicies", input);
        answer["Policies"].as_array().unwrap().iter().map(|policy| policy["PolicyName"].as_str().unwrap().to_owned()).collect()
    };
    world.ok(&admin, "iam:CreatePolicy", json!({"PolicyName": "Idle", "Path": "/ci/", "PolicyDocument": allow("s3:*", "*").to_string()}));
    assert_eq!(named(json!({"Scope": "Local"})), ["Idle", "Shared"]);
    assert_eq!(named(json!({"Scope": "Local", "OnlyAttached": "true"})), ["Shared"]);
    assert_eq!(named(json!({"Scope": "Local", "PathPrefix": "/ci/"})), ["Idle"]);
    assert_eq!(named(json!({"Scope": "AWS", "OnlyAttached": true})), ["AdministratorAccess", "PowerUserAccess"]);
    assert_eq!(named(json!({"PolicyUsageFilter": "PermissionsBoundary"})), ["Shared"]);
    assert_eq!(world.fails(&admin, "iam:ListPolicies", json!({"Scope": "Mine"})), "ValidationError");
    world.ok(&admin, "iam:TagPolicy", json!({"PolicyArn": policy, "Tags": [{"Key": "b", "Value": ""}, {"Key": "a", "Value": "1"}]}));
    world.ok(&admin, "iam:UntagPolicy", json!({"PolicyArn": policy, "TagKeys": ["B"]}));
    assert_eq!(world.ok(&admin, "iam:ListPolicyTags", json!({"PolicyArn": policy}))["Tags"], json!([{"Key": "a", "Value": "1"}]));
    let attached = |prefix: &str| world.ok(&admin, "iam:ListAttachedRolePolicies", json!({"RoleName": "R", "PathPrefix": prefix}));
    assert_eq!(attached("/")["AttachedPolicies"].as_array().unwrap().len(), 2);
    assert_eq!(attached("/ci/")["AttachedPolicies"], json!([]));
}

#[test]
fn versions_and_sizes_have_limits() {
    let world = world();
    let admin = world.administrator(TOOLS);
    let policy = world.policy(&admin, "P", allow("s3:Get*", "*"));
    let version = json!({"PolicyArn": policy, "PolicyDocument": allow("s3:Put*", "*").to_string()});
    for _ in 0..4 {
        world.ok(&admin, "iam:CreatePolicyVersion", version.clone());
    }
    let sixth = world.call(&admin, "iam:CreatePolicyVersion", version).unwrap_err();
    assert_eq!(sixth.code, "LimitExceeded");
    assert!(sixth.message.starts_with("A managed policy can have up to 5 versions."), "{sixth}");
    let conflict = world.call(&admin, "iam:DeletePolicy", json!({"PolicyArn": policy})).unwrap_err();
    assert!(conflict.message.starts_with("This policy has more than one version."), "{conflict}");

    world.ok(&admin, "iam:CreateGroup", json!({"GroupName": "G"}));
    world.user(&admin, "ann", None);
    let long = |length: usize| allow("s3:GetObject", &format!("arn:aws:s3:::{}", "x".repeat(length))).to_string();
    for (kind, holder, quota) in [("Group", "G", 5120), ("User", "ann", 2048)] {
        let put = |length: usize| {
            let input = json!({format!("{kind}Name"): holder, "PolicyName": "p", "PolicyDocument": long(length)});
            world.call(&admin, &format!("iam:Put{kind}Policy"), input)
        };
        put(quota - 200).unwrap();
        let message = put(quota).unwrap_err().message;
        assert_eq!(message, format!("Maximum policy size of {quota} bytes exceeded for {} {holder}", kind.to_lowercase()));
    }
    for n in 0..11 {
        let arn = world.policy(&admin, &format!("A{n}"), allow("s3:Get*", "*"));
        match world.call(&admin, "iam:AttachGroupPolicy", json!({"GroupName": "G", "PolicyArn": arn})) {
            Ok(_) => assert!(n < 10),
            Err(error) => assert_eq!((n, error.message.as_str()), (10, "Cannot exceed quota for PoliciesPerGroup: 10")),
        }
    }
    for marker in ["x", "ff", ""] {
        assert_eq!(world.fails(&admin, "iam:ListGroups", json!({"Marker": marker})), "ValidationError", "{marker}");
    }
}
