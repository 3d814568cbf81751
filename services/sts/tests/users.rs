//! Sessions of users, and of those for whom a user vouches; and what a denial's sealed message says.

mod world;

use serde_json::{Value, json};
use world::{OTHER, OWN, World, credentials, document, trust};

#[test]
fn a_users_session_is_the_user_without_iam() {
    let world = World::new();
    let admin = world.administrator(OWN);
    let user = world.user(&admin, "somebody", &document("Allow", json!(["s3:ListAllMyBuckets", "iam:*", "sts:AssumeRole"])));
    let role =
        world.role(&admin, "Role", &trust(&json!({"AWS": OWN}), &json!("sts:AssumeRole"), &json!({})), &document("Allow", json!("s3:*")));
    world.fails(&admin, "sts:GetSessionToken", json!({}), "AccessDenied", "Cannot call GetSessionToken with session credentials");
    assert_eq!(world.error(None, "sts:GetSessionToken", json!({})).code, "MissingAuthenticationToken");
    for seconds in [899, 129_601] {
        world.fails(&user, "sts:GetSessionToken", json!({"DurationSeconds": seconds}), "ValidationError", "durationSeconds");
    }
    world.fails(&user, "sts:GetSessionToken", json!({"TokenCode": "123456"}), "NotImplemented", "TokenCode");
    let session = credentials(&world.ok(&user, "sts:GetSessionToken", json!({"DurationSeconds": 900})));
    assert!(session.access_key_id.starts_with("ASIA"));
    let who = |by| world.ok(by, "sts:GetCallerIdentity", json!({}));
    assert_eq!(who(&session), who(&user));
    world.ok(&session, "s3:ListBuckets", json!({}));
    let identity = world.last_event()["userIdentity"].clone();
    assert_eq!((&identity["type"], &identity["userName"]), (&json!("IAMUser"), &json!("somebody")));
    assert_eq!(identity["accessKeyId"], session.access_key_id);
    let attributes = json!({"creationDate": "2026-11-22T05:00:00Z", "mfaAuthenticated": "false"});
    assert_eq!(identity["sessionContext"]["attributes"], attributes);
    world.fails(&session, "iam:ListUsers", json!({}), "InvalidClientTokenId", "security token included in the request is invalid");
    for (operation, input) in [
        ("GetSessionToken", json!({})),
        ("GetFederationToken", json!({"Name": "xx"})),
        ("GetAccessKeyInfo", json!({"AccessKeyId": "AKIA0000000000000000"})),
    ] {
        world.fails(
            &session,
            &format!("sts:{operation}"),
            input,
            "AccessDenied",
            &format!("Cannot call {operation} with session credentials"),
        );
    }
    let assumed = world.ok(&session, "sts:AssumeRole", json!({"RoleArn": role, "RoleSessionName": "test", "DurationSeconds": 7200}));
    world.ok(&credentials(&assumed), "s3:ListBuckets", json!({}));
    world.ok(&admin, "iam:DeleteUserPolicy", json!({"UserName": "somebody", "PolicyName": "main"}));
    world.fails(&session, "s3:ListBuckets", json!({}), "AccessDenied", "no identity-based policy");
    world.wait(900);
    world.fails(&session, "sts:GetCallerIdentity", json!({}), "ExpiredToken", "expired");
}

#[test]
fn only_temporary_credentials_say_whether_there_was_mfa() {
    let world = World::new();
    let admin = world.administrator(OWN);
    let unless = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "s3:*", "Resource": "*"},
        {"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}}},
        {"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": {"DateLessThan": {"aws:TokenIssueTime": "2026-11-22T06:00:00Z"}}},
    ]});
    let user = world.user(&admin, "somebody", &unless);
    world.ok(&user, "s3:ListBuckets", json!({}));
    let session = credentials(&world.ok(&user, "sts:GetSessionToken", json!({})));
    let denied = world.fails(&session, "s3:ListBuckets", json!({}), "AccessDenied", "with an explicit deny in an identity-based policy");
    let context = &denied.denial.unwrap().context;
    assert_eq!(context["aws:tokenissuetime"], "2026-11-22T05:00:00Z");
    assert_eq!((&context["aws:username"], &context["aws:principaltype"]), (&json!("somebody"), &json!("User")));
}

fn federated(world: &World, user: &world::Credentials, more: Value) -> world::Credentials {
    let mut input = json!({"Name": "guest"});
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    credentials(&world.ok(user, "sts:GetFederationToken", input))
}

#[test]
fn a_federated_user_has_what_the_user_and_the_session_policy_both_allow() {
    let world = World::new();
    let admin = world.administrator(OWN);
    let rights = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": ["s3:ListAllMyBuckets", "s3:CreateBucket", "iam:*"], "Resource": "*"},
        {"Effect": "Allow", "Action": "sts:GetFederationToken", "Resource": format!("arn:aws:sts::{OWN}:federated-user/gue*")},
        {"Effect": "Deny", "Action": "s3:CreateBucket", "Resource": "arn:aws:s3:::forbidden"},
    ]});
    let user = world.user(&admin, "broker", &rights);
    world.fails(&admin, "sts:GetFederationToken", json!({"Name": "guest"}), "AccessDenied", "with session credentials");
    world.fails(&user, "sts:GetFederationToken", json!({"Name": "other"}), "AccessDenied", "federated-user/other");
    world.fails(&user, "sts:GetFederationToken", json!({"Name": "x".repeat(33)}), "ValidationError", "32");
    let tags = json!({"Tags": [{"Key": "team", "Value": "a"}], "Name": "guest"});
    world.fails(&user, "sts:GetFederationToken", tags, "AccessDenied", "sts:TagSession");
    let none = federated(&world, &user, json!({}));
    world.fails(&none, "s3:ListBuckets", json!({}), "AccessDenied", "because no session policy allows");
    let all = document("Allow", json!("*")).to_string();
    let guest = federated(&world, &user, json!({"Policy": all}));
    world.ok(&guest, "s3:ListBuckets", json!({}));
    let identity = world.last_event()["userIdentity"].clone();
    assert_eq!((&identity["type"], &identity["principalId"]), (&json!("FederatedUser"), &json!("222222222222:guest")));
    assert_eq!(identity["arn"], "arn:aws:sts::222222222222:federated-user/guest");
    assert_eq!(identity["sessionContext"]["sessionIssuer"]["userName"], "broker");
    let own = json!({"UserId": "222222222222:guest", "Account": OWN, "Arn": "arn:aws:sts::222222222222:federated-user/guest"});
    assert_eq!(world.ok(&guest, "sts:GetCallerIdentity", json!({})), own);
    world.fails(&guest, "s3:CreateBucket", json!({"Bucket": "forbidden"}), "AccessDenied", "explicit deny in an identity-based policy");
    world.fails(&guest, "s3:ListObjectsV2", json!({"Bucket": "forbidden"}), "AccessDenied", "no identity-based policy");
    world.fails(&guest, "iam:ListRoles", json!({}), "InvalidClientTokenId", "GetFederationToken");
    let role = json!({"RoleArn": format!("arn:aws:iam::{OWN}:role/Role"), "RoleSessionName": "test"});
    for (operation, input) in [("AssumeRole", role), ("GetSessionToken", json!({}))] {
        world.fails(&guest, &format!("sts:{operation}"), input, "AccessDenied", "with session credentials");
    }
    // A resource that names the federated user, or the user behind it, within the session's limits.
    world.ok(&admin, "s3:CreateBucket", json!({"Bucket": "shared"}));
    let bucket = |principal: &str| {
        let policy = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": principal},
            "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::shared"}});
        world.ok(&admin, "s3:PutBucketPolicy", json!({"Bucket": "shared", "Policy": policy.to_string()}));
    };
    let list = json!({"Bucket": "shared"});
    bucket("arn:aws:sts::222222222222:federated-user/another");
    world.fails(&guest, "s3:ListObjectsV2", list.clone(), "AccessDenied", "no identity-based policy");
    bucket("arn:aws:sts::222222222222:federated-user/guest");
    world.ok(&guest, "s3:ListObjectsV2", list.clone());
    world.ok(&none, "s3:ListObjectsV2", list);
    // The user behind it is gone, and one of the same name is another.
    world.ok(&admin, "iam:DeleteAccessKey", json!({"UserName": "broker", "AccessKeyId": user.access_key_id}));
    world.ok(&admin, "iam:DeleteUserPolicy", json!({"UserName": "broker", "PolicyName": "main"}));
    world.ok(&admin, "iam:DeleteUser", json!({"UserName": "broker"}));
    world.user(&admin, "broker", &rights);
    world.fails(&guest, "s3:ListBuckets", json!({}), "AccessDenied", "no longer exists");
}

#[test]
fn a_denials_message_is_read_in_its_own_account_by_those_who_may() {
    let world = World::new();
    let (admin, stranger) = (world.administrator(OWN), world.administrator(OTHER));
    let policy = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Sid": "NoBuckets", "Effect": "Deny", "Action": "s3:ListAll*", "Resource": "*", "Condition": {"StringEquals": {"aws:username": "somebody"}}},
    ]});
    let user = world.user(&admin, "somebody", &policy);
    world.records();
    let error = world.fails(&user, "s3:ListBuckets", json!({}), "AccessDenied", "explicit deny");
    let encoded = error.denial.unwrap().encoded_message.unwrap();
    assert_eq!(world.last_event()["additionalEventData"]["denial"]["encoded_message"], encoded);
    let nobody = world.user(&admin, "nobody", &document("Allow", json!("s3:*")));
    let input = json!({"EncodedMessage": encoded});
    world.fails(&nobody, "sts:DecodeAuthorizationMessage", input.clone(), "AccessDenied", "sts:DecodeAuthorizationMessage");
    world.fails(&stranger, "sts:DecodeAuthorizationMessage", input.clone(), "InvalidAuthorizationMessageException", "");
    let decoded = world.ok(&admin, "sts:DecodeAuthorizationMessage", input)["DecodedMessage"].clone();
    let message: Value = serde_json::from_str(decoded.as_str().unwrap()).unwrap();
    assert_eq!((&message["allowed"], &message["explicitDeny"]), (&json!(false), &json!(true)));
    let statement = &message["matchedStatements"]["items"][0];
    assert_eq!((&statement["statementId"], &statement["effect"]), (&json!("NoBuckets"), &json!("DENY")));
    assert_eq!(statement["actions"], json!({"items": [{"value": "s3:ListAll*"}]}));
    assert_eq!(statement["conditions"]["items"][0]["values"], json!({"items": [{"value": "somebody"}]}));
    let context = &message["context"];
    assert_eq!(context["principal"]["arn"], "arn:aws:iam::222222222222:user/somebody");
    assert_eq!((&context["action"], &context["resource"]), (&json!("s3:ListAllMyBuckets"), &json!("*")));
    let keys = context["conditions"]["items"].as_array().unwrap();
    assert!(keys.contains(&json!({"key": "aws:username", "values": {"items": [{"value": "somebody"}]}})), "{keys:?}");
    for at in [0, encoded.len() / 2, encoded.len() - 1] {
        let mut wrong = encoded.clone().into_bytes();
        wrong[at] = if wrong[at] == b'A' { b'B' } else { b'A' };
        let input = json!({"EncodedMessage": String::from_utf8(wrong).unwrap()});
        world.fails(&admin, "sts:DecodeAuthorizationMessage", input, "InvalidAuthorizationMessageException", "");
    }
    let long = json!({"EncodedMessage": "A".repeat(10_241)});
    world.fails(&admin, "sts:DecodeAuthorizationMessage", long, "ValidationError", "10240");
}
