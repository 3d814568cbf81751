//! Trails of earlier runs: what was called counts, and what was denied is explained.

use base::{Region, Timestamp};
use rehearsal::{
    Finding, Kind, Report, Setup,
    inputs::{self, Held, Options, Reader},
    rehearse,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const TEMPLATE: &str = r#"
Resources:
  Key:
    Type: AWS::KMS::Key
    Properties:
      KeyPolicy:
        Version: "2012-10-17"
        Statement:
          - { Effect: Allow, Principal: { AWS: !Sub "arn:aws:iam::${AWS::AccountId}:root" }, Action: "kms:*", Resource: "*" }
  Goods: { Type: AWS::S3::Bucket }
  Tool:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - { Effect: Allow, Principal: { Service: ec2.amazonaws.com }, Action: "sts:AssumeRole" }
      Policies:
        - PolicyName: own
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - { Effect: Allow, Action: "s3:GetObject", Resource: !Sub "${Goods.Arn}/*" }
              - { Effect: Allow, Action: "kms:Decrypt", Resource: !GetAtt Key.Arn, Condition: { StringEquals: { "kms:ViaService": s3.eu-west-1.amazonaws.com } } }
              - { Effect: Allow, Action: "sns:Publish", Resource: "arn:aws:sns:eu-west-1:111111111111:news", Condition: { StringEquals: { "aws:PrincipalTag/team": web } } }
              - { Effect: Allow, Action: "sqs:SendMessage", Resource: "arn:aws:sqs:eu-west-1:111111111111:work" }
"#;

struct Texts(BTreeMap<String, String>);

impl Reader for Texts {
    fn held(&self, path: &str) -> Held {
        if self.0.contains_key(path) { Held::File } else { Held::Nothing }
    }
    fn read(&self, path: &str, _most: usize) -> Result<Vec<u8>, String> {
        self.0.get(path).map(|text| text.clone().into_bytes()).ok_or_else(|| "no such file".into())
    }
    fn list(&self, _folder: &str) -> Result<Vec<(String, Held)>, String> {
        Ok(Vec::new())
    }
}

fn services() -> Vec<gate::Registration> {
    vec![
        cloudformation::service(),
        codebuild::service(),
        codecommit::service(),
        codepipeline::service(),
        iam::service(),
        kms::service(),
        s3::service(),
        sts::service(),
    ]
}

/// The names of another deployment of the template.
const TOOL: &str = "arn:aws:iam::111111111111:role/live-Tool-1A2B3C4D5E6F";
const GOODS: &str = "live-goods-abcdefghijkl";
const KEY: &str = "arn:aws:kms:eu-west-1:111111111111:key/01234567-89ab-cdef-0123-456789abcdef";

fn event(service: &str, name: &str, more: Value) -> Value {
    let mut event = json!({
        "eventSource": format!("{service}.amazonaws.com"), "eventName": name, "awsRegion": "eu-west-1", "recipientAccountId": "111111111111",
        "userIdentity": {"type": "AssumedRole", "sessionContext": {"sessionIssuer": {"arn": TOOL}}},
    });
    event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    event
}

fn object(name: &str) -> Value {
    event("s3", name, json!({"requestParameters": {"bucketName": GOODS, "key": "a.txt"}}))
}

fn rehearsed(events: &[Value]) -> Report {
    let texts =
        BTreeMap::from([("app.yaml".to_owned(), TEMPLATE.to_owned()), ("log.json".to_owned(), json!({"Records": events}).to_string())]);
    let options = Options {
        paths: vec!["app.yaml".into()],
        accounts: vec!["dev=111111111111:app.yaml".into()],
        trails: vec!["log.json".into()],
        region: Some("eu-west-1".into()),
        ..Options::default()
    };
    let (estate, _) = inputs::read(&options, &Texts(texts)).unwrap();
    assert_eq!(estate.region, Region::new("eu-west-1"));
    let runtime = tempfile::tempdir().unwrap();
    let now = Timestamp::parse_iso("2026-11-23T05:00:00Z").unwrap();
    rehearse(&estate, &Setup { services, runtime_dir: runtime.path().into(), now }).unwrap()
}

fn of_kind(report: &Report, kind: Kind) -> Vec<&Finding> {
    report.findings.iter().filter(|finding| finding.kind == kind).collect()
}

#[test]
fn what_was_called_and_nothing_allows_is_denied() {
    let report = rehearsed(&[object("GetObject"), object("PutObject"), object("PutObject")]);
    let denied = of_kind(&report, Kind::Denied);
    assert_eq!(denied.len(), 1, "{denied:#?}");
    let call = denied[0].call.as_ref().unwrap();
    assert_eq!(call.action, "s3:PutObject");
    assert!(call.principal.starts_with("arn:aws:iam::111111111111:role/app-Tool-") && call.resource.ends_with("/a.txt"), "{call:?}");
    assert!(denied[0].notes.iter().any(|note| note == "log.json tells that it was made"), "{denied:#?}");
    assert!(denied[0].causes.iter().any(|cause| cause.place.is_some()), "{denied:#?}");
    assert!(!denied[0].repairs.is_empty(), "{denied:#?}");
}

#[test]
fn what_was_called_is_no_unused_grant() {
    let unused = |event: Value| {
        let report = rehearsed(&[event]);
        of_kind(&report, Kind::Unused).iter().any(|finding| finding.title == "no call needs statement 1 of own")
    };
    assert!(unused(object("PutObject")) && !unused(object("GetObject")));
}

#[test]
fn keys_are_known_by_their_account_and_services_that_call_for_somebody_by_what_the_event_says() {
    let via = json!({"type": "AssumedRole", "sessionContext": {"sessionIssuer": {"arn": TOOL}}, "invokedBy": "s3.amazonaws.com"});
    let decrypt = |identity: Value| event("kms", "Decrypt", json!({"userIdentity": identity, "resources": [{"ARN": KEY}]}));
    assert!(of_kind(&rehearsed(&[decrypt(via)]), Kind::Denied).is_empty());
    // What the condition asks for is not in the event: nothing is said.
    let direct = json!({"type": "AssumedRole", "sessionContext": {"sessionIssuer": {"arn": TOOL}}});
    assert!(of_kind(&rehearsed(&[decrypt(direct)]), Kind::Denied).is_empty());
}

#[test]
fn a_denial_of_then_that_is_none_now_is_told() {
    let denied = json!({
        "errorCode": "AccessDenied",
        "errorMessage": "User: arn:aws:sts::111111111111:assumed-role/live-Tool-1A2B3C4D5E6F/i is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:eu-west-1:111111111111:work",
    });
    let report = rehearsed(&[event("sqs", "SendMessage", denied)]);
    let told = of_kind(&report, Kind::Mismatch);
    assert_eq!(told.len(), 1, "{:#?}", report.findings);
    assert!(told[0].title.contains("was denied sqs:SendMessage") && told[0].notes[0].starts_with("User: "), "{told:#?}");
    assert!(of_kind(&report, Kind::Denied).is_empty());
}

#[test]
fn those_who_are_in_no_stack_are_named() {
    let stranger = event("s3", "GetObject", json!({"userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::111111111111:user/eve"}}));
    let report = rehearsed(&[stranger]);
    let told = of_kind(&report, Kind::Unknown);
    assert!(told.iter().any(|one| one.title.starts_with("1 call of the trails") && one.notes[0].contains("user/eve")), "{told:#?}");
}
