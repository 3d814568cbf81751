//! The policy simulator, through the gate: AWS's shapes, the engine's verdicts.

#[allow(dead_code, reason = "the tests of stacks use more of it")]
mod world;

use serde_json::{Value, json};
use world::{Credentials, PROD, TOOLS, World};

fn policy(statements: Value) -> String {
    json!({"Version": "2012-10-17", "Statement": statements}).to_string()
}

fn allow(action: &str, resource: &str) -> Value {
    json!({"Effect": "Allow", "Action": action, "Resource": resource})
}

fn world() -> (World, Credentials) {
    let world = World::new([iam::service(), sts::service()]);
    let admin = world.administrator(TOOLS);
    (world, admin)
}

fn custom(world: &World, admin: &Credentials, more: Value) -> Value {
    let mut input = json!({"ActionNames": ["s3:GetObject"], "ResourceArns": ["arn:aws:s3:::b/k"]});
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    world.ok(admin, "iam:SimulateCustomPolicy", input)["EvaluationResults"][0].clone()
}

#[test]
fn the_statement_that_decides_is_named_with_its_place() {
    let (world, admin) = world();
    let text = r#"{"Version": "2012-10-17", "Statement": [{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}, {"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::secret/*"}]}"#;
    let result = custom(&world, &admin, json!({"PolicyInputList": [text], "ResourceArns": ["arn:aws:s3:::b/k", "arn:aws:s3:::secret/k"]}));
    assert_eq!(result["EvalDecision"], "explicitDeny", "the most restrictive of all resources");
    let of = |n: usize| result["ResourceSpecificResults"][n].clone();
    assert_eq!(of(0)["EvalResourceDecision"], "allowed");
    let place = |line: usize, column: usize| json!({"Line": line, "Column": column});
    let first = json!({"SourcePolicyId": "PolicyInputList.1", "SourcePolicyType": "IAM Policy", "StartPosition": place(1, 41), "EndPosition": place(1, 93)});
    assert_eq!(of(0)["MatchedStatements"], json!([first]));
    assert_eq!(of(1)["MatchedStatements"][0]["StartPosition"], place(1, 94));
    assert_eq!(of(1)["MatchedStatements"].as_array().unwrap().len(), 1, "the Deny alone");
    assert_eq!(result["MatchedStatements"], of(1)["MatchedStatements"]);
    assert_eq!(result["EvalDecisionDetails"], json!({"$map": {}}));
    let everywhere = custom(&world, &admin, json!({"PolicyInputList": [text], "ResourceArns": []}));
    assert_eq!((&everywhere["EvalResourceName"], &everywhere["EvalDecision"]), (&json!("*"), &json!("allowed")));
    assert!(everywhere.get("ResourceSpecificResults").is_none() && everywhere.get("EvalDecisionDetails").is_none());
}

#[test]
fn conditions_need_their_context_and_say_what_is_missing() {
    let (world, admin) = world();
    let text = policy(json!([{"Effect": "Allow", "Action": "s3:*", "Resource": "*",
        "Condition": {"StringEquals": {"aws:SourceVpc": "vpc-1"}, "NumericLessThan": {"s3:max-keys": "10"}}}]));
    let bare = custom(&world, &admin, json!({"PolicyInputList": [text]}));
    assert_eq!(bare["EvalDecision"], "implicitDeny");
    assert_eq!(bare["ResourceSpecificResults"][0]["MissingContextValues"], json!(["aws:SourceVpc", "s3:max-keys"]));
    let entry = |name: &str, kind: &str, value: &str| json!({"ContextKeyName": name, "ContextKeyType": kind, "ContextKeyValues": [value]});
    let given = json!([entry("aws:SourceVpc", "string", "vpc-1"), entry("s3:max-keys", "numeric", "5")]);
    let result = custom(&world, &admin, json!({"PolicyInputList": [text], "ContextEntries": given}));
    assert_eq!(result["EvalDecision"], "allowed");
    assert_eq!(result["ResourceSpecificResults"][0]["MissingContextValues"], json!([]));
    let keys = world.ok(&admin, "iam:GetContextKeysForCustomPolicy", json!({"PolicyInputList": [text]}));
    assert_eq!(keys["ContextKeyNames"], json!(["aws:SourceVpc", "s3:max-keys"]));
    for wrong in [
        entry("s3:max-keys", "numeric", "five"),
        entry("aws:SourceIp", "ip", "here"),
        entry("aws:MultiFactorAuthPresent", "boolean", "perhaps"),
    ] {
        let input = json!({"PolicyInputList": [text], "ActionNames": ["s3:GetObject"], "ContextEntries": [wrong]});
        assert_eq!(world.fails(&admin, "iam:SimulateCustomPolicy", input), "InvalidInput");
    }
}

#[test]
fn a_boundary_limits_and_gives_nothing() {
    let (world, admin) = world();
    let all = policy(json!([allow("*", "*")]));
    let logs = policy(json!([allow("logs:*", "*")]));
    let result = custom(&world, &admin, json!({"PolicyInputList": [all], "PermissionsBoundaryPolicyInputList": [logs]}));
    assert_eq!(result["EvalDecision"], "implicitDeny");
    assert_eq!(result["PermissionsBoundaryDecisionDetail"]["AllowedByPermissionsBoundary"], false);
    let result = custom(&world, &admin, json!({"PolicyInputList": [all], "PermissionsBoundaryPolicyInputList": [all]}));
    assert_eq!(result["PermissionsBoundaryDecisionDetail"]["AllowedByPermissionsBoundary"], true);
    assert_eq!(result["MatchedStatements"].as_array().unwrap().len(), 1, "the boundary's Allow gives nothing");
    let result = custom(&world, &admin, json!({"PolicyInputList": [logs], "PermissionsBoundaryPolicyInputList": [all]}));
    assert_eq!(result["EvalDecision"], "implicitDeny");
}

#[test]
fn a_resource_policy_counts_and_across_accounts_both_sides_must_allow() {
    let (world, admin) = world();
    let user = format!("arn:aws:iam::{TOOLS}:user/Eve");
    let bucket =
        |principal: &str| policy(json!([{"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "s3:GetObject", "Resource": "*"}]));
    let nothing = policy(json!([allow("logs:*", "*")]));
    let reading = policy(json!([allow("s3:GetObject", "*")]));
    let ask = |identity: &str, resource: &str, owner: &str| {
        let input = json!({"PolicyInputList": [identity], "ResourcePolicy": resource, "CallerArn": user, "ResourceOwner": owner});
        custom(&world, &admin, input)
    };
    let own = ask(&nothing, &bucket(&user), TOOLS);
    assert_eq!(own["EvalDecision"], "allowed");
    assert_eq!(own["MatchedStatements"][0]["SourcePolicyType"], "Resource Policy");
    let other = ask(&nothing, &bucket(&user), PROD);
    assert_eq!(other["EvalDecision"], "implicitDeny");
    assert_eq!(other["EvalDecisionDetails"], json!({"$map": {"IAM Policy": "implicitDeny", "Resource Policy": "allowed"}}));
    let both = ask(&reading, &bucket(TOOLS), PROD);
    assert_eq!((&both["EvalDecision"], both["MatchedStatements"].as_array().unwrap().len()), (&json!("allowed"), 2));
    let input = json!({"PolicyInputList": [reading], "ActionNames": ["s3:GetObject"], "ResourcePolicy": bucket(&user)});
    assert_eq!(world.fails(&admin, "iam:SimulateCustomPolicy", input), "InvalidInput", "a resource policy needs a caller");
}

#[test]
fn a_principal_is_simulated_with_all_its_policies() {
    let (world, admin) = world();
    world.ok(&admin, "iam:CreateUser", json!({"UserName": "Eve", "Tags": [{"Key": "Team", "Value": "blue"}]}));
    let own = policy(json!([allow("s3:GetObject", "arn:aws:s3:::b/${aws:username}/${aws:PrincipalTag/Team}/*")]));
    world.ok(&admin, "iam:PutUserPolicy", json!({"UserName": "Eve", "PolicyName": "own", "PolicyDocument": own}));
    let arn = format!("arn:aws:iam::{TOOLS}:user/Eve");
    let ask = |more: Value| {
        let mut input = json!({"PolicySourceArn": arn, "ActionNames": ["s3:GetObject"], "ResourceArns": ["arn:aws:s3:::b/Eve/blue/k"]});
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        world.ok(&admin, "iam:SimulatePrincipalPolicy", input)["EvaluationResults"][0].clone()
    };
    let result = ask(json!({}));
    assert_eq!((&result["EvalDecision"], &result["MatchedStatements"][0]["SourcePolicyId"]), (&json!("allowed"), &json!("own")));
    assert_eq!(
        ask(json!({"CallerArn": format!("arn:aws:iam::{TOOLS}:user/Bob")}))["EvalDecision"],
        "implicitDeny",
        "as Bob, with Eve's policies"
    );
    // A group's policies are its users'.
    world.ok(&admin, "iam:CreateGroup", json!({"GroupName": "writers"}));
    let writing = policy(json!([allow("s3:PutObject", "*")]));
    world.ok(&admin, "iam:PutGroupPolicy", json!({"GroupName": "writers", "PolicyName": "writing", "PolicyDocument": writing}));
    let put = json!({"ActionNames": ["s3:PutObject"]});
    assert_eq!(ask(put.clone())["EvalDecision"], "implicitDeny");
    world.ok(&admin, "iam:AddUserToGroup", json!({"GroupName": "writers", "UserName": "Eve"}));
    assert_eq!(ask(put)["MatchedStatements"][0]["SourcePolicyId"], "writing");
    let group = format!("arn:aws:iam::{TOOLS}:group/writers");
    let of_group = world.ok(&admin, "iam:SimulatePrincipalPolicy", json!({"PolicySourceArn": group, "ActionNames": ["s3:PutObject"]}));
    assert_eq!(of_group["EvaluationResults"][0]["EvalDecision"], "allowed");
    let denying = policy(json!([{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]));
    assert_eq!(ask(json!({"PolicyInputList": [denying]}))["EvalDecision"], "explicitDeny");
    // A key's or a role's own policy is not looked up, so it does not stand in the way.
    let role = world.role(
        &admin,
        "worker",
        json!({"Service": "codebuild.amazonaws.com"}),
        Some(serde_json::from_str(&policy(json!([allow("kms:Decrypt", "*")]))).unwrap()),
    );
    let key = format!("arn:aws:kms:us-east-1:{PROD}:key/1");
    let input = json!({"PolicySourceArn": role, "ActionNames": ["kms:Decrypt", "kms:Encrypt"], "ResourceArns": [key], "MaxItems": 1});
    let first = world.ok(&admin, "iam:SimulatePrincipalPolicy", input.clone());
    assert_eq!(first["EvaluationResults"][0]["EvalDecision"], "allowed");
    let mut next = input;
    next["Marker"] = first["Marker"].clone();
    let second = world.ok(&admin, "iam:SimulatePrincipalPolicy", next);
    assert_eq!(second["EvaluationResults"][0]["EvalActionName"], "kms:Encrypt");
    assert_eq!((&second["EvaluationResults"][0]["EvalDecision"], &second["IsTruncated"]), (&json!("implicitDeny"), &json!(false)));
    let keys = world.ok(&admin, "iam:GetContextKeysForPrincipalPolicy", json!({"PolicySourceArn": arn}));
    assert_eq!(keys["ContextKeyNames"], json!(["aws:username", "aws:PrincipalTag/Team"]));
}

#[test]
fn what_cannot_be_simulated_is_refused() {
    let (world, admin) = world();
    let all = policy(json!([allow("*", "*")]));
    for (code, more) in [
        ("InvalidInput", json!({"ActionNames": ["s3:*"]})),
        ("InvalidInput", json!({"ActionNames": ["GetObject"]})),
        ("InvalidInput", json!({"ActionNames": []})),
        ("InvalidInput", json!({"ResourceArns": ["bucket"]})),
        ("InvalidInput", json!({"PolicyInputList": ["{"]})),
        ("InvalidInput", json!({"PermissionsBoundaryPolicyInputList": [all, all]})),
        ("NotImplemented", json!({"ResourceHandlingOption": "EC2-VPC-EBS"})),
    ] {
        let mut input = json!({"PolicyInputList": [all], "ActionNames": ["s3:GetObject"]});
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        assert_eq!(world.fails(&admin, "iam:SimulateCustomPolicy", input), code, "{more}");
    }
    let missing = json!({"PolicySourceArn": format!("arn:aws:iam::{TOOLS}:role/none"), "ActionNames": ["s3:GetObject"]});
    assert_eq!(world.fails(&admin, "iam:SimulatePrincipalPolicy", missing), "NoSuchEntity");
    let foreign = world.role(&world.administrator(PROD), "theirs", json!({"AWS": TOOLS}), None);
    world.denied(&admin, "iam:SimulatePrincipalPolicy", json!({"PolicySourceArn": foreign, "ActionNames": ["s3:GetObject"]}));
}
