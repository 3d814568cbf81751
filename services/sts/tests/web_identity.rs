//! Login by an OpenID Connect provider: tokens of a real issuer, whose keys are fetched or given.

mod world;

use durable::Engine;
use gate::Error;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    ops::Deref,
    sync::{Arc, Mutex},
    time::Duration,
};
use testworld::{IssuerKey, key_set};
use wire::jwt::KeySet;
use world::{Credentials, OTHER, OWN, World, credentials, document, trust};

const ISSUER: &str = "https://issuer.example/tenant";
const PLAIN: &str = "issuer.example/tenant";
/// 2026-11-22T05:00:00Z, the world's time.
const NOW: u64 = 1_795_323_600;

/// A world with an issuer on the other side of a network.
struct Federation {
    world: World,
    engine: Engine,
    places: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
    admin: Credentials,
    key: IssuerKey,
    role: String,
}

impl Deref for Federation {
    type Target = World;
    fn deref(&self) -> &World {
        &self.world
    }
}

fn federated() -> Value {
    json!({"Federated": format!("arn:aws:iam::{OWN}:oidc-provider/{PLAIN}")})
}

impl Federation {
    /// With a provider in one account, and a role there that trusts one subject.
    fn new() -> Self {
        let world = World::new();
        let admin = world.administrator(OWN);
        let condition = json!({"StringEquals": {format!("{PLAIN}:sub"): "delivery", format!("{PLAIN}:aud"): "us"}});
        let trusts = trust(&federated(), &json!("sts:AssumeRoleWithWebIdentity"), &condition);
        let role = world.role(&admin, "Deliverer", &trusts, &document("Allow", json!("s3:*")));
        let places: Arc<Mutex<BTreeMap<String, Vec<u8>>>> = Arc::default();
        let network = places.clone();
        let mut engine = Engine::new(world.gate.clone());
        iam::workflows(
            &mut engine,
            Arc::new(move |url: &str| network.lock().unwrap().get(url).cloned().ok_or_else(|| format!("{url}: no route to host"))),
        );
        let made = Self { world, engine, places, admin, key: IssuerKey::new("1", "ES256"), role };
        made.publish(&[&made.key]);
        made
    }

    fn publish(&self, keys: &[&IssuerKey]) {
        let mut places = self.places.lock().unwrap();
        let configuration = json!({"issuer": ISSUER, "jwks_uri": "https://keys.example/set"});
        places.insert(format!("{ISSUER}/.well-known/openid-configuration"), configuration.to_string().into_bytes());
        places.insert("https://keys.example/set".into(), key_set(keys));
    }

    fn provider(&self, who: &Credentials) -> String {
        let made = self.ok(who, "iam:CreateOpenIDConnectProvider", json!({"Url": ISSUER, "ClientIDList": ["us", "them"]}));
        made["OpenIDConnectProviderArn"].as_str().unwrap().to_owned()
    }

    fn work(&self) {
        self.engine.run_due().unwrap();
    }

    fn login_with(&self, role: &str, token: &str, more: Value) -> Result<Value, Error> {
        let mut input = json!({"RoleArn": role, "RoleSessionName": "run-1", "WebIdentityToken": token});
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        // Strangers who fail too often in a second are told to wait.
        self.clock.advance(Duration::from_millis(100));
        self.call(None, "sts:AssumeRoleWithWebIdentity", input)
    }

    fn login(&self, token: &str) -> Result<Value, Error> {
        self.login_with(&self.role, token, json!({}))
    }

    #[track_caller]
    fn refused(&self, token: &str, code: &str, says: &str) {
        match self.login(token) {
            Ok(answer) => panic!("allowed: {answer}"),
            Err(error) => assert!(error.code == code && error.message.contains(says), "{error}"),
        }
    }
}

/// The claims of a good token, and some more or others; null takes one away.
fn claims(more: Value) -> Value {
    let mut claims = json!({"iss": ISSUER, "sub": "delivery", "aud": "us", "iat": NOW - 5, "exp": NOW + 300});
    for (name, value) in more.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    claims
}

#[test]
fn a_token_of_the_issuer_opens_the_role_that_trusts_it() {
    let f = Federation::new();
    let token = f.key.token(&claims(json!({})));
    f.refused(&token, "InvalidIdentityToken", "No OpenIDConnect provider found in your account for https://issuer.example/tenant");
    let provider = f.provider(&f.admin);
    f.refused(&token, "IDPCommunicationError", "are being fetched");
    f.work();
    f.records();
    let answer = f.login(&token).unwrap();
    assert_eq!((&answer["Provider"], &answer["Audience"]), (&json!(provider), &json!("us")));
    assert_eq!(answer["SubjectFromWebIdentityToken"], "delivery");
    assert_eq!(answer["AssumedRoleUser"]["Arn"], format!("arn:aws:sts::{OWN}:assumed-role/Deliverer/run-1"));
    let event = f.last_event();
    let identity = json!({"type": "WebIdentityUser", "principalId": format!("{provider}:us:delivery"), "userName": "delivery", "identityProvider": provider});
    assert_eq!(event["userIdentity"], identity);
    assert_eq!(event["recipientAccountId"], OWN);
    assert!(!event.to_string().contains(&token), "{event}");
    let session = credentials(&answer);
    f.ok(&session, "s3:ListBuckets", json!({}));
    let event = f.last_event();
    assert_eq!(event["userIdentity"]["sessionContext"]["webIdFederationData"], json!({"federatedProvider": provider, "attributes": {}}));
    assert_eq!(f.ok(&session, "sts:GetCallerIdentity", json!({}))["Account"], OWN);
    f.wait(3600);
    f.fails(&session, "s3:ListBuckets", json!({}), "ExpiredToken", "");
    f.refused(&token, "ExpiredTokenException", "must be before the expiration date/time");
}

#[test]
fn what_the_token_says_must_hold() {
    let f = Federation::new();
    f.provider(&f.admin);
    f.work();
    let denied = "Not authorized to perform sts:AssumeRoleWithWebIdentity";
    for (more, code, says) in [
        (json!({"sub": "another"}), "AccessDenied", denied),
        (json!({"aud": "them"}), "AccessDenied", denied),
        (json!({"aud": "strangers"}), "InvalidIdentityToken", "Incorrect token audience"),
        (json!({"aud": ["strangers", "others"]}), "InvalidIdentityToken", "Incorrect token audience"),
        (json!({"azp": "strangers"}), "InvalidIdentityToken", "Incorrect token audience"),
        (json!({"azp": "them"}), "AccessDenied", denied),
        (json!({"aud": null}), "InvalidIdentityToken", "required claim: aud"),
        (json!({"sub": null}), "InvalidIdentityToken", "required claim: sub"),
        (json!({"sub": 7}), "InvalidIdentityToken", "sub"),
        (json!({"iss": null}), "InvalidIdentityToken", "required claim: iss"),
        (json!({"iss": "https://issuer.example/tenant/"}), "InvalidIdentityToken", "No OpenIDConnect provider"),
        (json!({"iss": "https://issuer.example"}), "InvalidIdentityToken", "No OpenIDConnect provider"),
        (json!({"iss": "http://issuer.example/tenant"}), "InvalidIdentityToken", "no https URL"),
        (json!({"exp": null}), "InvalidIdentityToken", "required claim: exp"),
        (json!({"exp": "tomorrow"}), "InvalidIdentityToken", "exp"),
        (json!({"exp": NOW}), "ExpiredTokenException", "Token expired"),
        (json!({"iat": null}), "InvalidIdentityToken", "required claim: iat"),
        (json!({"iat": NOW + 600}), "InvalidIdentityToken", "not valid yet"),
        (json!({"nbf": NOW + 600}), "InvalidIdentityToken", "not valid yet"),
    ] {
        f.refused(&f.key.token(&claims(more)), code, says);
    }
    for more in [json!({"aud": ["others", "us"]}), json!({"aud": "others", "azp": "us"}), json!({"nbf": NOW})] {
        let token = f.key.token(&claims(more.clone()));
        assert!(f.login(&token).is_ok(), "{more}");
    }
    let good = f.key.token(&claims(json!({})));
    for header in [json!({"alg": "none"}), json!({"alg": "HS256", "kid": "1"}), json!({"alg": "PS256", "kid": "1"})] {
        f.refused(&f.key.token_with(&header, &claims(json!({}))), "InvalidIdentityToken", "accepted are RS256");
    }
    let impostor = IssuerKey::new("1", "ES256");
    f.refused(&impostor.token(&claims(json!({}))), "InvalidIdentityToken", "signature does not match");
    for at in (0..good.len()).filter(|at| good.as_bytes()[*at] != b'.').step_by(7) {
        let mut wrong = good.clone().into_bytes();
        wrong[at] = if wrong[at] == b'A' { b'B' } else { b'A' };
        assert!(f.login(std::str::from_utf8(&wrong).unwrap()).is_err(), "byte {at}");
    }
    f.refused("no token", "InvalidIdentityToken", "not a signed JSON Web Token");
    f.refused(&"x".repeat(20_001), "InvalidIdentityToken", "20000");
    let other = f.login_with(&f.role, &good, json!({"ProviderId": "www.amazon.com"})).unwrap_err();
    assert_eq!(other.code, "NotImplemented");
    let long = f.login_with(&f.role, &good, json!({"DurationSeconds": 7201})).unwrap_err();
    assert!(long.message.contains("MaxSessionDuration"), "{long}");
    assert!(f.login(&good).is_ok());
}

#[test]
fn a_role_of_another_account_needs_a_provider_of_its_own() {
    let f = Federation::new();
    f.provider(&f.admin);
    f.work();
    let far = f.administrator(OTHER);
    let everyone = |principal: Value| trust(&principal, &json!("sts:AssumeRoleWithWebIdentity"), &json!({}));
    let role = f.role(&far, "Far", &everyone(federated()), &document("Allow", json!("*")));
    let token = f.key.token(&claims(json!({})));
    let refused = |role: &str| f.login_with(role, &token, json!({})).unwrap_err();
    assert_eq!(refused(&role).code, "InvalidIdentityToken");
    f.provider(&far);
    // Its own provider is there now, and the role trusts the other one.
    assert_eq!(refused(&role).code, "AccessDenied");
    // Account, users and services in a trust policy are not whom the issuer vouches for.
    for (n, principal) in [json!({"AWS": OTHER}), json!({"Service": "codebuild.amazonaws.com"})].into_iter().enumerate() {
        let role = f.role(&far, &format!("Not{n}"), &everyone(principal), &document("Allow", json!("*")));
        assert_eq!(refused(&role).code, "AccessDenied");
    }
    assert_eq!(refused(&format!("arn:aws:iam::{OTHER}:role/Nothing")).code, "AccessDenied");
}

#[test]
fn rotated_keys_are_fetched_when_a_token_has_one() {
    let f = Federation::new();
    f.provider(&f.admin);
    f.work();
    let old = f.key.token(&claims(json!({"exp": NOW + 36_000})));
    assert!(f.login(&old).is_ok());
    let fresh = IssuerKey::new("2", "RS256");
    let new = fresh.token(&claims(json!({"exp": NOW + 36_000})));
    f.publish(&[&fresh]);
    // Just asked: not again so soon.
    f.refused(&new, "InvalidIdentityToken", "Couldn't retrieve verification key from your identity provider");
    f.work();
    f.refused(&new, "InvalidIdentityToken", "Couldn't retrieve verification key");
    f.wait(61);
    f.refused(&new, "IDPCommunicationError", "Try again");
    f.work();
    assert!(f.login(&new).is_ok());
    // The key that the issuer withdrew opens nothing any more.
    f.wait(61);
    f.refused(&old, "IDPCommunicationError", "");
    f.work();
    f.refused(&old, "InvalidIdentityToken", "Couldn't retrieve verification key");
    // An issuer that is down: its keys of the last time still count, and the reason is told for others.
    f.places.lock().unwrap().clear();
    f.wait(3600);
    f.work();
    assert!(f.login(&new).is_ok());
    f.refused(&old, "InvalidIdentityToken", "no route to host");
    // And by itself, in time.
    f.publish(&[&fresh, &f.key]);
    f.wait(3600);
    f.work();
    assert!(f.login(&old).is_ok());
}

#[test]
fn given_keys_need_no_network() {
    let f = Federation::new();
    f.places.lock().unwrap().clear();
    let given = KeySet::read(&key_set(&[&f.key])).unwrap();
    iam::give_issuer_keys(&f.gate, &[(ISSUER.into(), given.clone())]).unwrap();
    f.provider(&f.admin);
    f.work();
    assert!(f.login(&f.key.token(&claims(json!({})))).is_ok());
    let other = IssuerKey::new("2", "ES256");
    f.publish(&[&other]);
    f.wait(120);
    f.refused(&other.token(&claims(json!({}))), "InvalidIdentityToken", "Couldn't retrieve verification key");
    assert!(iam::give_issuer_keys(&f.gate, &[("http://issuer.example".into(), given)]).is_err());
    // Given no more: asked from now on.
    iam::give_issuer_keys(&f.gate, &[]).unwrap();
    f.refused(&f.key.token(&claims(json!({}))), "IDPCommunicationError", "");
    f.work();
    assert!(f.login(&other.token(&claims(json!({})))).is_ok());
    f.refused(&f.key.token(&claims(json!({}))), "InvalidIdentityToken", "");
}

#[test]
fn the_issuer_sets_session_tags_and_the_source_identity_if_the_role_lets_it() {
    let f = Federation::new();
    f.provider(&f.admin);
    f.work();
    let nested = json!({"https://aws.amazon.com/tags": {"principal_tags": {"team": ["a"]}, "transitive_tag_keys": ["team"]}});
    let flat = json!({"https://aws.amazon.com/tags/principal_tags/team": "a", "https://aws.amazon.com/tags/transitive_tag_keys": "team"});
    let source = json!({"https://aws.amazon.com/source_identity": "somebody"});
    for more in [&nested, &flat, &source] {
        f.refused(&f.key.token(&claims(more.clone())), "AccessDenied", "Not authorized to perform sts:");
    }
    let actions = json!(["sts:AssumeRoleWithWebIdentity", "sts:TagSession", "sts:SetSourceIdentity"]);
    let condition = json!({"StringEquals": {"aws:RequestTag/team": "a"}, "ForAllValues:StringEquals": {"sts:TransitiveTagKeys": "team"}});
    let tagged = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*",
        "Condition": {"StringEquals": {"aws:PrincipalTag/team": "a", "aws:SourceIdentity": "somebody",
            "aws:FederatedProvider": format!("arn:aws:iam::{OWN}:oidc-provider/{PLAIN}")}}}});
    let role = f.role(&f.admin, "Tagged", &trust(&federated(), &actions, &condition), &tagged);
    for tags in [nested, flat] {
        let mut all = tags;
        all["https://aws.amazon.com/source_identity"] = json!("somebody");
        let answer = f.login_with(&role, &f.key.token(&claims(all)), json!({})).unwrap();
        assert_eq!(answer["SourceIdentity"], "somebody");
        f.ok(&credentials(&answer), "s3:ListBuckets", json!({}));
    }
    let wrong = json!({"https://aws.amazon.com/tags": {"principal_tags": {"team": ["a", "b"]}}});
    let error = f.login_with(&role, &f.key.token(&claims(wrong)), json!({})).unwrap_err();
    assert_eq!(error.code, "InvalidIdentityToken");
    let other = json!({"https://aws.amazon.com/tags": {"principal_tags": {"team": ["b"]}}});
    assert_eq!(f.login_with(&role, &f.key.token(&claims(other)), json!({})).unwrap_err().code, "AccessDenied");
}

#[test]
fn a_provider_is_kept_changed_and_deleted() {
    let f = Federation::new();
    for url in ["http://issuer.example", "issuer.example", "https://", "https://a b", "https://a.example/?x=1", "https://me@a.example/#"] {
        f.fails(&f.admin, "iam:CreateOpenIDConnectProvider", json!({"Url": url}), "InvalidInput", "Invalid Open ID Connect Provider URL");
    }
    let arn = f.provider(&f.admin);
    f.fails(&f.admin, "iam:CreateOpenIDConnectProvider", json!({"Url": ISSUER}), "EntityAlreadyExists", "already exists");
    let of = |more: Value| {
        let mut input = json!({"OpenIDConnectProviderArn": arn});
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    f.work();
    let token = f.key.token(&claims(json!({})));
    assert!(f.login(&token).is_ok());
    f.ok(&f.admin, "iam:RemoveClientIDFromOpenIDConnectProvider", of(json!({"ClientID": "us"})));
    f.refused(&token, "InvalidIdentityToken", "Incorrect token audience");
    f.ok(&f.admin, "iam:AddClientIDToOpenIDConnectProvider", of(json!({"ClientID": "us"})));
    assert!(f.login(&token).is_ok());
    let print = "0123456789abcdef0123456789abcdef01234567";
    f.fails(&f.admin, "iam:UpdateOpenIDConnectProviderThumbprint", of(json!({"ThumbprintList": ["x"]})), "ValidationError", "hexadecimal");
    f.ok(&f.admin, "iam:UpdateOpenIDConnectProviderThumbprint", of(json!({"ThumbprintList": [print]})));
    let found = f.ok(&f.admin, "iam:GetOpenIDConnectProvider", of(json!({})));
    assert_eq!((&found["Url"], &found["ClientIDList"]), (&json!(PLAIN), &json!(["them", "us"])));
    assert_eq!(found["ThumbprintList"], json!([print]));
    f.ok(&f.admin, "iam:DeleteOpenIDConnectProvider", of(json!({})));
    f.ok(&f.admin, "iam:DeleteOpenIDConnectProvider", of(json!({})));
    f.refused(&token, "InvalidIdentityToken", "No OpenIDConnect provider");
    f.fails(&f.admin, "iam:GetOpenIDConnectProvider", of(json!({})), "NoSuchEntity", "OpenIDConnect Provider not found for arn");
    f.work();
    // Made again: its keys are fetched anew.
    f.provider(&f.admin);
    f.refused(&token, "IDPCommunicationError", "");
    f.work();
    assert!(f.login(&token).is_ok());
}
