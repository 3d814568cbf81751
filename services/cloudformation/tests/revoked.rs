//! A stack is made on behalf of who asked for it: as long as that one is there, and the same.

mod setup;

use gate::RecordKind;
use serde_json::json;
use setup::{ACCOUNT, Setup, template, with_template};

const MAKER: &str = "Maker";

fn delete(s: &Setup) {
    s.ok("iam:DeleteRolePolicy", json!({"RoleName": MAKER, "PolicyName": "main"}));
    s.ok("iam:DeleteRole", json!({"RoleName": MAKER}));
}

fn make(s: &Setup) -> String {
    s.role(MAKER, json!({"AWS": ACCOUNT}), json!(["cloudformation:*", "logs:*"]))
}

/// How the role is changed after its session asked for a stack, before the stack's work begins.
type Change = fn(&Setup);

const CHANGES: [(&str, Change, &str); 3] = [
    ("without its rights", |s| s.allow(MAKER, json!("sts:GetCallerIdentity")), "is not authorized to perform: logs:CreateLogGroup"),
    ("deleted", delete, "no longer exists"),
    (
        "deleted and made again with the same rights",
        |s| {
            delete(s);
            make(s);
        },
        "A role made again under the same name is another one",
    ),
];

#[test]
fn who_asked_for_a_stack_is_known_by_its_identity_at_each_call() {
    let body = template(&["  Logs:\n    Type: AWS::Logs::LogGroup\n".to_owned()]);
    for (how, change, why) in CHANGES {
        let s = Setup::new();
        let session = s.world.assume(&s.admin, &make(&s)).unwrap();
        s.world.call(Some(&session), "cloudformation:CreateStack", with_template("app", &body)).unwrap();
        change(&s);
        s.world.records();
        s.run();
        let made = s.recorded("logs:CreateLogGroup");
        assert_eq!(made.iter().map(|r| r.kind).collect::<Vec<_>>(), [RecordKind::Denied], "{how}");
        assert_eq!(made[0].principal, format!("arn:aws:sts::{ACCOUNT}:assumed-role/{MAKER}/test"), "{how}");
        assert!(s.reason("app", "CREATE_FAILED").contains(why), "{how}: {}", s.reason("app", "CREATE_FAILED"));
        // The session itself is refused in the same words.
        let error = s.world.call(Some(&session), "logs:CreateLogGroup", json!({"logGroupName": "own"})).unwrap_err();
        assert!(error.message.contains(why), "{how}: {error}");
    }
}
