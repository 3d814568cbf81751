//! `AssumeRole`: what limits a session, and what a chain of them hands on.

mod world;

use serde_json::{Value, json};
use world::{OTHER, OWN, World, credentials, document, trust};

fn with(role: &str, more: Value) -> Value {
    let mut input = json!({"RoleArn": role, "RoleSessionName": "test"});
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    input
}

const SESSION: [&str; 3] = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"];

#[test]
fn members_out_of_bounds_are_refused() {
    let world = World::new();
    let admin = world.administrator(OWN);
    let role = world.role(&admin, "Role", &trust(&json!({"AWS": OWN}), &json!(SESSION), &json!({})), &document("Allow", json!("*")));
    let tag = |key: &str, value: &str| json!({"Key": key, "Value": value});
    let managed = "arn:aws:iam::aws:policy/AdministratorAccess";
    for (more, code, says) in [
        (json!({"RoleSessionName": "x"}), "ValidationError", "greater than or equal to 2"),
        (json!({"RoleSessionName": "x".repeat(65)}), "ValidationError", "less than or equal to 64"),
        (json!({"RoleSessionName": "a b"}), "ValidationError", "pattern: [\\w+=,.@-]*"),
        (json!({"ExternalId": "x"}), "ValidationError", "externalId"),
        (json!({"SourceIdentity": "x"}), "ValidationError", "sourceIdentity"),
        (json!({"DurationSeconds": 899}), "ValidationError", "greater than or equal to 900"),
        (json!({"DurationSeconds": 43201}), "ValidationError", "less than or equal to 43200"),
        (json!({"Policy": "{"}), "MalformedPolicyDocument", ""),
        (json!({"Policy": "x".repeat(2049)}), "ValidationError", "2048"),
        (json!({"Policy": "{\"\u{2014}\":1}"}), "ValidationError", "pattern"),
        (json!({"PolicyArns": vec![json!({"arn": managed}); 11]}), "ValidationError", "10"),
        (json!({"PolicyArns": [{"arn": role}]}), "ValidationError", "is not valid"),
        (json!({"PolicyArns": [{"arn": format!("arn:aws:iam::{OWN}:policy/Nothing")}]}), "ValidationError", "does not exist"),
        (json!({"Tags": (0..51).map(|n| tag(&n.to_string(), "x")).collect::<Vec<_>>()}), "ValidationError", "50"),
        (json!({"Tags": [tag("a", "x"), tag("A", "y")]}), "InvalidParameterValue", "Duplicate tag keys"),
        (json!({"Tags": [tag("aws:a", "x")]}), "InvalidParameterValue", "reserved"),
        (json!({"Tags": [tag("a", &"x".repeat(257))]}), "ValidationError", "256"),
        (json!({"Tags": [tag("", "x")]}), "ValidationError", "tags.1.member.key"),
        (json!({"Tags": [tag("a*", "x")]}), "ValidationError", "pattern"),
        (json!({"TransitiveTagKeys": ["a"]}), "InvalidParameterValue", "must be included in the requested tags"),
        (json!({"SerialNumber": "arn:aws:iam::222222222222:mfa/me"}), "NotImplemented", "SerialNumber"),
        (json!({"TokenCode": "123456"}), "NotImplemented", "TokenCode"),
        (json!({"ProvidedContexts": [{"ProviderArn": "arn:aws:iam::aws:contextProvider/x"}]}), "NotImplemented", "ProvidedContexts"),
    ] {
        world.fails(&admin, "sts:AssumeRole", with(&role, more), code, says);
    }
    let large = json!({"Tags": (0..20).map(|n| tag(&n.to_string(), &"x".repeat(250))).collect::<Vec<_>>()});
    world.fails(&admin, "sts:AssumeRole", with(&role, large), "PackedPolicyTooLarge", "Packed policy consumes 123% of allotted space");
    let packed = world.ok(&admin, "sts:AssumeRole", with(&role, json!({"Policy": document("Allow", json!("s3:*")).to_string()})));
    assert!((1..100).contains(&packed["PackedPolicySize"].as_u64().unwrap()), "{packed}");
    assert_eq!(world.ok(&admin, "sts:AssumeRole", with(&role, json!({}))).get("PackedPolicySize"), None);
}

#[test]
fn managed_session_policies_count_as_they_are_at_each_call() {
    let world = World::new();
    let (admin, stranger) = (world.administrator(OWN), world.administrator(OTHER));
    let role =
        world.role(&admin, "Role", &trust(&json!({"AWS": OWN}), &json!("sts:AssumeRole"), &json!({})), &document("Allow", json!("iam:*")));
    let policy = |who, name: &str, actions: Value| {
        let input = json!({"PolicyName": name, "PolicyDocument": document("Allow", actions).to_string()});
        world.ok(who, "iam:CreatePolicy", input)["Policy"]["Arn"].as_str().unwrap().to_owned()
    };
    let own = policy(&admin, "Limit", json!("iam:ListRoles"));
    let foreign = policy(&stranger, "Limit", json!("*"));
    world.fails(&admin, "sts:AssumeRole", with(&role, json!({"PolicyArns": [{"arn": foreign}]})), "ValidationError", "belong to account");
    let session = credentials(&world.ok(&admin, "sts:AssumeRole", with(&role, json!({"PolicyArns": [{"arn": own}]}))));
    world.ok(&session, "iam:ListRoles", json!({}));
    let denied =
        world.fails(&session, "iam:ListUsers", json!({}), "AccessDenied", "because no session policy allows the iam:ListUsers action");
    assert!(denied.is_denied());
    // What the role itself may not do, no session policy gives.
    let everything = json!({"PolicyArns": [{"arn": "arn:aws:iam::aws:policy/AdministratorAccess"}]});
    let wide = credentials(&world.ok(&admin, "sts:AssumeRole", with(&role, everything)));
    world.fails(&wide, "s3:ListBuckets", json!({}), "AccessDenied", "no identity-based policy");
    // The policy is narrowed: so is the session that is out.
    let other = json!({"PolicyArn": own, "PolicyDocument": document("Allow", json!("iam:ListUsers")).to_string(), "SetAsDefault": true});
    world.ok(&admin, "iam:CreatePolicyVersion", other);
    world.ok(&session, "iam:ListUsers", json!({}));
    world.fails(&session, "iam:ListRoles", json!({}), "AccessDenied", "because no session policy allows");
    world.ok(&admin, "iam:DeletePolicyVersion", json!({"PolicyArn": own, "VersionId": "v1"}));
    world.ok(&admin, "iam:DeletePolicy", json!({"PolicyArn": own}));
    world.fails(&session, "iam:ListUsers", json!({}), "AccessDenied", "which no longer exists");
}

#[test]
fn a_chain_hands_on_transitive_tags_and_the_source_identity_and_lasts_an_hour() {
    let world = World::new();
    let (admin, far) = (world.administrator(OWN), world.administrator(OTHER));
    let all = document("Allow", json!("*"));
    let first = world.role(&admin, "First", &trust(&json!({"AWS": OWN}), &json!(SESSION), &json!({})), &all);
    let tagged = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*",
        "Condition": {"StringEquals": {"aws:PrincipalTag/team": "a", "aws:SourceIdentity": "somebody"}}}});
    let second = world.role(&far, "Second", &trust(&json!({"AWS": first}), &json!(SESSION), &json!({})), &tagged);
    let untold =
        world.role(&far, "Untold", &trust(&json!({"AWS": first}), &json!(["sts:AssumeRole", "sts:TagSession"]), &json!({})), &tagged);
    let bare = world.role(&far, "Bare", &trust(&json!({"AWS": first}), &json!("sts:AssumeRole"), &json!({})), &tagged);
    let limits = json!({
        "SourceIdentity": "somebody",
        "Tags": [{"Key": "Team", "Value": "a"}, {"Key": "passing", "Value": "b"}],
        "TransitiveTagKeys": ["team"],
        "DurationSeconds": 7200,
    });
    // First without what tags and source identity need.
    let strict = world.role(&admin, "Strict", &trust(&json!({"AWS": OWN}), &json!("sts:AssumeRole"), &json!({})), &all);
    world.fails(&admin, "sts:AssumeRole", with(&strict, limits.clone()), "AccessDenied", "sts:TagSession");
    world.fails(&admin, "sts:AssumeRole", with(&strict, json!({"SourceIdentity": "somebody"})), "AccessDenied", "sts:SetSourceIdentity");
    // A user begins the chain: an administrator here is a role's session already.
    let user = world.user(&admin, "somebody", &all);
    let answer = world.ok(&user, "sts:AssumeRole", with(&first, limits));
    assert_eq!(answer["SourceIdentity"], "somebody");
    let session = credentials(&answer);
    world.fails(&session, "sts:AssumeRole", with(&bare, json!({})), "AccessDenied", "sts:TagSession");
    world.fails(&session, "sts:AssumeRole", with(&untold, json!({})), "AccessDenied", "sts:SetSourceIdentity");
    let again = json!({"Tags": [{"Key": "TEAM", "Value": "b"}]});
    world.fails(&session, "sts:AssumeRole", with(&second, again), "InvalidParameterValue", "conflicts with a transitive tag key");
    world.fails(&session, "sts:AssumeRole", with(&second, json!({"SourceIdentity": "another"})), "AccessDenied", "cannot be changed");
    world.fails(&session, "sts:AssumeRole", with(&second, json!({"DurationSeconds": 3601})), "ValidationError", "role chaining");
    let answer = world.ok(&session, "sts:AssumeRole", with(&second, json!({})));
    assert_eq!(answer["SourceIdentity"], "somebody");
    let end = credentials(&answer);
    world.ok(&end, "s3:ListBuckets", json!({}));
    let event = world.last_event();
    assert_eq!(event["userIdentity"]["sessionContext"]["sourceIdentity"], "somebody");
    assert_eq!(event["userIdentity"]["sessionContext"]["attributes"]["mfaAuthenticated"], "false");
    world.wait(3600);
    world.fails(&end, "s3:ListBuckets", json!({}), "ExpiredToken", "expired");
    world.ok(&session, "sts:GetCallerIdentity", json!({}));
}

#[test]
fn across_accounts_the_external_id_and_both_sides_count() {
    let world = World::new();
    let (admin, far) = (world.administrator(OWN), world.administrator(OTHER));
    let asks = json!({"StringEquals": {"sts:ExternalId": "secret/1"}});
    let role = world.role(&far, "Far", &trust(&json!({"AWS": OWN}), &json!("sts:AssumeRole"), &asks), &document("Allow", json!("*")));
    let nobody = world.user(&admin, "nobody", &document("Deny", json!("s3:*")));
    let id = json!({"ExternalId": "secret/1"});
    world.fails(&nobody, "sts:AssumeRole", with(&role, id.clone()), "AccessDenied", "no identity-based policy");
    for wrong in [json!({}), json!({"ExternalId": "secret/2"})] {
        world.fails(&admin, "sts:AssumeRole", with(&role, wrong), "AccessDenied", "no role trust policy");
    }
    let answer = world.ok(&admin, "sts:AssumeRole", with(&role, id));
    let key = answer["Credentials"]["AccessKeyId"].as_str().unwrap();
    assert_eq!(world.ok(&admin, "sts:GetAccessKeyInfo", json!({"AccessKeyId": key}))["Account"], OTHER);
    assert_eq!(world.ok(&admin, "sts:GetAccessKeyInfo", json!({"AccessKeyId": nobody.access_key_id}))["Account"], OWN);
    world.fails(&admin, "sts:GetAccessKeyInfo", json!({"AccessKeyId": "AKIA0000000000000000"}), "InvalidClientTokenId", "does not belong");
}

#[test]
fn who_was_deleted_makes_no_call_not_even_one_that_needs_no_permission() {
    let world = World::new();
    let admin = world.administrator(OWN);
    let make =
        || world.role(&admin, "Brief", &trust(&json!({"AWS": OWN}), &json!("sts:AssumeRole"), &json!({})), &document("Allow", json!("*")));
    let role = make();
    let session = credentials(&world.ok(&admin, "sts:AssumeRole", with(&role, json!({}))));
    world.ok(&session, "sts:GetCallerIdentity", json!({}));
    world.ok(&admin, "iam:DeleteRolePolicy", json!({"RoleName": "Brief", "PolicyName": "main"}));
    world.ok(&admin, "iam:DeleteRole", json!({"RoleName": "Brief"}));
    world.fails(&session, "sts:GetCallerIdentity", json!({}), "AccessDenied", "no longer exists");
    assert_eq!(make(), role);
    world.fails(&session, "sts:GetCallerIdentity", json!({}), "AccessDenied", "no longer exists");
}
