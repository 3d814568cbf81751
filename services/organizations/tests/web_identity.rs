//! Whom an outside issuer vouches for is of no organization, whatever account the role is in.

use serde_json::{Value, json};
use std::sync::Arc;
use testworld::{IssuerKey, MANAGEMENT, World, key_set};

const DEV: &str = "111111111111";
const ISSUER: &str = "https://issuer.example";
/// 2026-11-22T05:00:00Z, the world's time.
const NOW: u64 = 1_795_323_600;

#[test]
fn a_web_identity_does_not_pass_for_a_member_of_the_organization() {
    let world = World::new(vec![iam::service(), organizations::service(), sts::service()], &[DEV]);
    let made = world.call(Some(&world.administrator(MANAGEMENT)), "organizations:CreateOrganization", json!({})).unwrap();
    let organization = &made["Organization"]["Id"];
    let dev = world.administrator(DEV);
    let key = IssuerKey::new("1", "ES256");
    let keys = key_set(&[&key]);
    let mut engine = durable::Engine::new(world.gate.clone());
    let network = move |url: &str| match url.strip_prefix(ISSUER) {
        Some("/keys") => Ok(keys.clone()),
        _ => Ok(json!({"issuer": ISSUER, "jwks_uri": format!("{ISSUER}/keys")}).to_string().into_bytes()),
    };
    iam::workflows(&mut engine, Arc::new(network));
    let provider = world.call(Some(&dev), "iam:CreateOpenIDConnectProvider", json!({"Url": ISSUER, "ClientIDList": ["us"]})).unwrap();
    engine.run_due().unwrap();
    let token = key.token(&json!({"iss": ISSUER, "sub": "delivery", "aud": "us", "iat": NOW - 5, "exp": NOW + 300}));

    let role = |name: &str, condition: Value| {
        let principal = json!({"Federated": provider["OpenIDConnectProviderArn"], "AWS": DEV});
        let actions = json!(["sts:AssumeRole", "sts:AssumeRoleWithWebIdentity"]);
        let statement = json!({"Effect": "Allow", "Principal": principal, "Action": actions, "Condition": condition});
        let trust = json!({"Version": "2012-10-17", "Statement": statement}).to_string();
        let made = world.call(Some(&dev), "iam:CreateRole", json!({"RoleName": name, "AssumeRolePolicyDocument": trust})).unwrap();
        made["Role"]["Arn"].as_str().unwrap().to_owned()
    };
    let login = |role: &str| {
        let input = json!({"RoleArn": role, "RoleSessionName": "run", "WebIdentityToken": token});
        world.call(None, "sts:AssumeRoleWithWebIdentity", input)
    };

    let members = role("Members", json!({"StringEquals": {"aws:PrincipalOrgID": organization}}));
    world.assume(&dev, &members).unwrap();
    assert_eq!(login(&members).unwrap_err().code, "AccessDenied");
    let anywhere = json!({"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "*"}});
    let placed = role("Placed", anywhere);
    world.assume(&dev, &placed).unwrap();
    assert_eq!(login(&placed).unwrap_err().code, "AccessDenied");
    // The keys are not there at all; those of the role's own account are.
    let nothing = json!({"aws:PrincipalOrgID": "true", "aws:PrincipalOrgPaths": "true", "aws:PrincipalAccount": "true"});
    let strangers = role("Strangers", json!({"Null": nothing, "StringEquals": {"aws:ResourceOrgID": organization}}));
    login(&strangers).unwrap();
    assert!(world.assume(&dev, &strangers).is_err());
}
