//! A stack's tags reach what it has made, with each change of them.

mod setup;

use serde_json::{Value, json};
use setup::{Setup, role, template, with_template};

fn tags(pairs: &[(&str, &str)]) -> Value {
    pairs.iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect()
}

fn with_tags(body: &str, pairs: &[(&str, &str)]) -> Value {
    let mut input = with_template("app", body);
    input["Tags"] = tags(pairs);
    input
}

#[track_caller]
fn on_role(s: &Setup, name: &str) -> Value {
    let answer = s.ok("iam:ListRoleTags", json!({"RoleName": name}));
    answer["Tags"].clone()
}

#[test]
fn stack_tags_are_the_resources_tags_too() {
    let s = Setup::new();
    let own = role("Own", "      RoleName: own\n      Tags: [{Key: team, Value: mine}]\n");
    let body = template(&[
        own,
        role("Bare", "      RoleName: bare\n"),
        "  Group:\n    Type: AWS::Logs::LogGroup\n    Properties:\n      LogGroupName: lines\n".into(),
        "  Untagged:\n    Type: AWS::Logs::LogStream\n    Properties:\n      LogGroupName: !Ref Group\n".into(),
    ]);
    s.ok("cloudformation:CreateStack", with_tags(&body, &[("team", "shop"), ("stage", "test")]));
    s.run();
    assert_eq!(s.status("app"), "CREATE_COMPLETE");
    assert_eq!(on_role(&s, "own"), tags(&[("stage", "test"), ("team", "mine")]));
    assert_eq!(on_role(&s, "bare"), tags(&[("stage", "test"), ("team", "shop")]));
    let group = json!({"resourceArn": format!("arn:aws:logs:us-east-1:{}:log-group:lines", setup::ACCOUNT)});
    assert_eq!(s.ok("logs:ListTagsForResource", group.clone())["tags"], json!({"stage": "test", "team": "shop"}));

    // A change set tells it, of what takes tags alone.
    let changed = [("team", "bakery"), ("owner", "ann")];
    let mut input = with_tags(&body, &changed);
    input["ChangeSetName"] = json!("retag");
    s.ok("cloudformation:CreateChangeSet", input);
    s.run();
    let found = s.ok("cloudformation:DescribeChangeSet", json!({"StackName": "app", "ChangeSetName": "retag"}));
    let changes: Vec<Value> = found["Changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| &change["ResourceChange"])
        .map(|change| json!([change["LogicalResourceId"], change["Scope"], change["Replacement"]]))
        .collect();
    let tags_alone = |id: &str| json!([id, ["Tags"], "False"]);
    assert_eq!(changes, ["Own", "Bare", "Group"].map(tags_alone));
    s.ok("cloudformation:ExecuteChangeSet", json!({"StackName": "app", "ChangeSetName": "retag"}));
    s.run();
    assert_eq!(s.status("app"), "UPDATE_COMPLETE");
    assert_eq!(on_role(&s, "own"), tags(&[("owner", "ann"), ("team", "mine")]));
    assert_eq!(on_role(&s, "bare"), tags(&[("owner", "ann"), ("team", "bakery")]));
    assert_eq!(s.ok("logs:ListTagsForResource", group.clone())["tags"], json!({"owner": "ann", "team": "bakery"}));

    // An update that fails takes its tags back.
    let failing = format!("{body}{}", role("Wrong", "      RoleName: bare\n    DependsOn: [Bare, Group]\n"));
    s.ok("cloudformation:UpdateStack", with_tags(&failing, &[]));
    s.run();
    assert_eq!(s.status("app"), "UPDATE_ROLLBACK_COMPLETE");
    assert_eq!(s.stack("app")["Tags"], tags(&changed));
    assert_eq!(on_role(&s, "bare"), tags(&[("owner", "ann"), ("team", "bakery")]));
    assert_eq!(s.ok("logs:ListTagsForResource", group)["tags"], json!({"owner": "ann", "team": "bakery"}));
}
