//! Repositories through the gate: names, accounts, policies that are enforced, and keys by grants.

use gate::Error;
use serde_json::{Value, json};
use testworld::{Credentials, World};

const TOOLS: &str = "222222222222";
const PROD: &str = "333333333333";

fn world() -> (World, Credentials) {
    let world = World::new(vec![ecr::service(), iam::service(), sts::service(), kms::service()], &[TOOLS, PROD]);
    let admin = world.administrator(TOOLS);
    (world, admin)
}

#[track_caller]
fn ok(world: &World, who: &Credentials, operation: &str, input: Value) -> Value {
    world.call(Some(who), operation, input).unwrap_or_else(|e| panic!("{operation}: {e}"))
}

#[track_caller]
fn fails(world: &World, who: &Credentials, operation: &str, input: Value) -> Error {
    match world.call(Some(who), operation, input) {
        Ok(answer) => panic!("{operation} was done: {answer}"),
        Err(error) => error,
    }
}

fn policy(statement: Value) -> String {
    json!({"Version": "2012-10-17", "Statement": statement}).to_string()
}

fn session(world: &World, account: &str, name: &str, statements: Value) -> Credentials {
    let admin = world.administrator(account);
    let trust = policy(json!({"Effect": "Allow", "Principal": {"AWS": account}, "Action": "sts:AssumeRole"}));
    let made = ok(world, &admin, "iam:CreateRole", json!({"RoleName": name, "AssumeRolePolicyDocument": trust}));
    ok(world, &admin, "iam:PutRolePolicy", json!({"RoleName": name, "PolicyName": "main", "PolicyDocument": policy(statements)}));
    world.assume(&admin, made["Role"]["Arn"].as_str().unwrap()).unwrap()
}

#[test]
fn a_repository_from_end_to_end() {
    let (world, admin) = world();
    let input = json!({"repositoryName": "team/shop", "tags": [{"Key": "team", "Value": "shop"}], "imageTagMutability": "IMMUTABLE"});
    let made = ok(&world, &admin, "ecr:CreateRepository", input.clone())["repository"].clone();
    assert_eq!(made["repositoryArn"], format!("arn:aws:ecr:us-east-1:{TOOLS}:repository/team/shop"));
    assert_eq!(made["repositoryUri"], format!("{TOOLS}.dkr.ecr.us-east-1.amazonaws.com/team/shop"));
    assert_eq!(made["encryptionConfiguration"], json!({"encryptionType": "AES256"}));
    let twice = fails(&world, &admin, "ecr:CreateRepository", input);
    assert_eq!(twice.code, "RepositoryAlreadyExistsException");
    assert_eq!(twice.message, format!("The repository with name 'team/shop' already exists in the registry with id '{TOOLS}'"));
    let described = ok(&world, &admin, "ecr:DescribeRepositories", json!({"repositoryNames": ["team/shop"]}));
    assert_eq!(described["repositories"], json!([made]));
    assert_eq!(ok(&world, &admin, "ecr:ListImages", json!({"repositoryName": "team/shop"})), json!({"imageIds": []}));
    let image = json!({"repositoryName": "team/shop", "imageIds": [{"imageTag": "latest"}]});
    assert_eq!(fails(&world, &admin, "ecr:DescribeImages", image).code, "ImageNotFoundException");
    ok(&world, &admin, "ecr:DeleteRepository", json!({"repositoryName": "team/shop"}));
    let gone = fails(&world, &admin, "ecr:DeleteRepository", json!({"repositoryName": "team/shop"}));
    assert_eq!(gone.code, "RepositoryNotFoundException");
}

#[test]
fn names_are_aws_s() {
    let (world, admin) = world();
    for name in ["ab", "a.b", "a_b", "a__b", "a---b", "team/shop-2/web", "0a/b1"] {
        ok(&world, &admin, "ecr:CreateRepository", json!({"repositoryName": name}));
    }
    for name in ["a", "A1", "a..b", "a___b", "-ab", "ab-", "a//b", "/ab", "ab/", "a.-b", &"a".repeat(257)] {
        let error = fails(&world, &admin, "ecr:CreateRepository", json!({"repositoryName": name}));
        assert_eq!(error.code, "InvalidParameterException", "{name}");
    }
}

#[test]
fn lists_come_in_pages() {
    let (world, admin) = world();
    for n in 0..5 {
        ok(&world, &admin, "ecr:CreateRepository", json!({"repositoryName": format!("shop-{n}")}));
    }
    let (mut names, mut token) = (Vec::new(), Value::Null);
    loop {
        let page = ok(&world, &admin, "ecr:DescribeRepositories", json!({"maxResults": 2, "nextToken": token}));
        names.extend(page["repositories"].as_array().unwrap().iter().map(|row| row["repositoryName"].as_str().unwrap().to_owned()));
        token = page["nextToken"].clone();
        if token.is_null() {
            break;
        }
    }
    assert_eq!(names, ["shop-0", "shop-1", "shop-2", "shop-3", "shop-4"]);
    assert_eq!(fails(&world, &admin, "ecr:DescribeRepositories", json!({"nextToken": "x"})).code, "InvalidParameterException");
}

#[test]
fn a_policy_opens_a_repository_to_another_account() {
    let (world, admin) = world();
    ok(&world, &admin, "ecr:CreateRepository", json!({"repositoryName": "shop"}));
    let statements = json!({"Effect": "Allow", "Action": "ecr:*", "Resource": "*"});
    let other = session(&world, PROD, "Puller", statements);
    let list = json!({"repositoryName": "shop", "registryId": TOOLS});
    assert_eq!(fails(&world, &other, "ecr:ListImages", list.clone()).code, "AccessDeniedException");
    let set = |document: String| json!({"repositoryName": "shop", "policyText": document});
    let allow = json!({"Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::{PROD}:role/Puller")}, "Action": "ecr:ListImages"});
    ok(&world, &admin, "ecr:SetRepositoryPolicy", set(policy(allow.clone())));
    ok(&world, &other, "ecr:ListImages", list.clone());
    let told = ok(&world, &admin, "ecr:GetRepositoryPolicy", json!({"repositoryName": "shop"}));
    assert_eq!(serde_json::from_str::<Value>(told["policyText"].as_str().unwrap()).unwrap()["Statement"], allow);

    // A statement is about its repository, its principals exist, and nobody is locked out by mistake.
    let with_resource = json!({"Effect": "Allow", "Principal": "*", "Action": "ecr:ListImages", "Resource": "*"});
    let nobody = json!({"Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::{PROD}:role/Nobody")}, "Action": "ecr:ListImages"});
    let lock = json!({"Effect": "Deny", "Principal": "*", "Action": "ecr:SetRepositoryPolicy"});
    for refused in [with_resource, nobody, lock.clone()] {
        let error = fails(&world, &admin, "ecr:SetRepositoryPolicy", set(policy(refused)));
        assert_eq!(error.code, "InvalidParameterException");
        assert!(error.message.contains("Invalid repository policy provided"), "{}", error.message);
    }
    ok(&world, &admin, "ecr:SetRepositoryPolicy", json!({"repositoryName": "shop", "policyText": policy(lock), "force": true}));
    assert_eq!(fails(&world, &admin, "ecr:SetRepositoryPolicy", set(policy(allow))).code, "AccessDeniedException");
    ok(&world, &admin, "ecr:DeleteRepositoryPolicy", json!({"repositoryName": "shop"}));
    assert_eq!(fails(&world, &other, "ecr:ListImages", list).code, "AccessDeniedException");
}

#[test]
fn tags_decide() {
    let (world, admin) = world();
    ok(&world, &admin, "ecr:CreateRepository", json!({"repositoryName": "mine", "tags": [{"Key": "team", "Value": "shop"}]}));
    ok(&world, &admin, "ecr:CreateRepository", json!({"repositoryName": "other"}));
    let of_team = json!({"StringEquals": {"ecr:ResourceTag/team": "shop"}});
    let who =
        session(&world, TOOLS, "Team", json!({"Effect": "Allow", "Action": "ecr:DeleteRepository", "Resource": "*", "Condition": of_team}));
    assert_eq!(fails(&world, &who, "ecr:DeleteRepository", json!({"repositoryName": "other"})).code, "AccessDeniedException");
    ok(&world, &who, "ecr:DeleteRepository", json!({"repositoryName": "mine"}));
}

#[test]
fn a_key_is_used_by_grants_that_go_with_the_repository() {
    let (world, admin) = world();
    let key = ok(&world, &admin, "kms:CreateKey", json!({}))["KeyMetadata"]["Arn"].clone();
    let input = json!({"repositoryName": "shop", "encryptionConfiguration": {"encryptionType": "KMS", "kmsKey": key}});
    let rights = json!([
        {"Effect": "Allow", "Action": ["ecr:*", "kms:DescribeKey", "kms:RetireGrant"], "Resource": "*"},
        {"Effect": "Allow", "Action": "kms:CreateGrant", "Resource": "*", "Condition": {
            "Bool": {"kms:GrantIsForAWSResource": "true"},
            "StringEquals": {"kms:ViaService": "ecr.us-east-1.amazonaws.com", "kms:GranteePrincipal": "ecr.us-east-1.amazonaws.com"},
            "StringLike": {"kms:EncryptionContext:aws:ecr:arn": "*:repository/shop"},
            "ForAllValues:StringEquals": {"kms:GrantOperations": ["Decrypt", "GenerateDataKey"]}
        }}
    ]);
    let builder = session(&world, TOOLS, "Builder", rights);
    let weak = session(&world, TOOLS, "Weak", json!({"Effect": "Allow", "Action": "ecr:*", "Resource": "*"}));
    assert_eq!(fails(&world, &weak, "ecr:CreateRepository", input.clone()).code, "AccessDeniedException");
    let nothing = json!({"repositoryName": "shop", "encryptionConfiguration": {"encryptionType": "KMS", "kmsKey": "alias/none"}});
    assert_eq!(fails(&world, &builder, "ecr:CreateRepository", nothing).code, "KmsException");
    ok(&world, &builder, "ecr:CreateRepository", input);
    let grants = ok(&world, &admin, "kms:ListGrants", json!({"KeyId": key}))["Grants"].clone();
    assert_eq!(grants.as_array().map(Vec::len), Some(2), "{grants}");
    let arn = format!("arn:aws:ecr:us-east-1:{TOOLS}:repository/shop");
    for grant in grants.as_array().unwrap() {
        assert_eq!(grant["GranteePrincipal"], "ecr.us-east-1.amazonaws.com");
        assert_eq!(grant["Constraints"]["EncryptionContextSubset"]["aws:ecr:arn"], arn);
    }
    // Nobody but the service itself names a service.
    let own = json!({"KeyId": key, "GranteePrincipal": "ecr.us-east-1.amazonaws.com", "Operations": ["Decrypt"]});
    assert_eq!(fails(&world, &admin, "kms:CreateGrant", own).code, "InvalidArnException");
    ok(&world, &builder, "ecr:DeleteRepository", json!({"repositoryName": "shop"}));
    assert_eq!(ok(&world, &admin, "kms:ListGrants", json!({"KeyId": key}))["Grants"], json!([]));

    // Without a key of one's own it is the account's aws/ecr.
    ok(&world, &weak, "ecr:CreateRepository", json!({"repositoryName": "plain", "encryptionConfiguration": {"encryptionType": "KMS"}}));
    let managed = ok(&world, &admin, "kms:DescribeKey", json!({"KeyId": "alias/aws/ecr"}));
    assert_eq!(managed["KeyMetadata"]["KeyManager"], "AWS");
}

#[test]
fn lifecycle_policies_are_checked() {
    let (world, admin) = world();
    ok(&world, &admin, "ecr:CreateRepository", json!({"repositoryName": "shop"}));
    let put = |rules: Value| {
        let text = format!("{:<100}", json!({"rules": rules}));
        world.call(Some(&admin), "ecr:PutLifecyclePolicy", json!({"repositoryName": "shop", "lifecyclePolicyText": text}))
    };
    let rule = |priority: u32, selection: Value| json!({"rulePriority": priority, "selection": selection, "action": {"type": "expire"}});
    let any = json!({"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 5});
    let untagged = json!({"tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 14});
    put(json!([rule(1, untagged.clone()), rule(2, any.clone())])).unwrap();
    let told = ok(&world, &admin, "ecr:GetLifecyclePolicy", json!({"repositoryName": "shop"}));
    assert!(told["lifecyclePolicyText"].as_str().unwrap().contains("sinceImagePushed"));
    let no_unit = json!({"tagStatus": "untagged", "countType": "sinceImagePushed", "countNumber": 14});
    let no_list = json!({"tagStatus": "tagged", "countType": "imageCountMoreThan", "countNumber": 5});
    for wrong in [
        json!([]),
        json!([rule(1, any.clone()), rule(2, untagged.clone())]),
        json!([rule(1, untagged.clone()), rule(1, any.clone())]),
        json!([rule(0, any.clone())]),
        json!([rule(1, no_unit)]),
        json!([rule(1, no_list)]),
        json!([{"rulePriority": 1, "selection": any, "action": {"type": "keep"}}]),
    ] {
        assert_eq!(put(wrong.clone()).unwrap_err().code, "InvalidParameterException", "{wrong}");
    }
}
