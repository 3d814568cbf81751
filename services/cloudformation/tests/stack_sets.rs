//! Stack sets over several accounts, with self-managed permissions.

mod setup;

use serde_json::{Value, json};
use setup::{ACCOUNT, Setup, role, template};
use testworld::Credentials;

const OTHER: &str = "222222222222";
const THIRD: &str = "333333333333";
const ACCOUNTS: [&str; 3] = [ACCOUNT, OTHER, THIRD];
const ADMINISTRATION: &str = "AWSCloudFormationStackSetAdministrationRole";
const EXECUTION: &str = "AWSCloudFormationStackSetExecutionRole";

struct Sets {
    s: Setup,
    admins: Vec<Credentials>,
}

impl Sets {
    /// The administration role in the first account, and the execution role in these.
    fn new(executing: &[&str]) -> Self {
        let s = Setup::in_accounts(&ACCOUNTS);
        let admins = ACCOUNTS.iter().map(|account| s.world.administrator(account)).collect();
        let sets = Self { s, admins };
        sets.s.role(ADMINISTRATION, json!({"Service": "cloudformation.amazonaws.com"}), json!("sts:AssumeRole"));
        executing.iter().for_each(|account| sets.execution_role(account, json!("*")));
        sets
    }

    fn in_account(&self, account: &str, operation: &str, input: Value) -> Value {
        let at = ACCOUNTS.iter().position(|other| *other == account).unwrap();
        self.s.world.call(Some(&self.admins[at]), operation, input).unwrap_or_else(|e| panic!("{operation}: {e}"))
    }

    fn execution_role(&self, account: &str, actions: Value) {
        let administrator = format!("arn:aws:iam::{ACCOUNT}:role/{ADMINISTRATION}");
        let trust = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": administrator}, "Action": "sts:AssumeRole"}});
        self.in_account(account, "iam:CreateRole", json!({"RoleName": EXECUTION, "AssumeRolePolicyDocument": trust.to_string()}));
        let policy = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": actions, "Resource": "*"}});
        let input = json!({"RoleName": EXECUTION, "PolicyName": "main", "PolicyDocument": policy.to_string()});
        self.in_account(account, "iam:PutRolePolicy", input);
    }

    fn make(&self, name: &str, body: &str) {
        let input = json!({"StackSetName": name, "TemplateBody": body, "Capabilities": ["CAPABILITY_NAMED_IAM"]});
        self.s.ok("cloudformation:CreateStackSet", input);
    }

    /// Begins an operation on instances, lets it come to its end, and gives its status.
    fn instances(&self, operation: &str, accounts: &[&str], more: Value) -> String {
        let mut input = json!({"StackSetName": "set", "Accounts": accounts, "Regions": ["us-east-1"]});
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let id = self.s.ok(&format!("cloudformation:{operation}"), input)["OperationId"].as_str().unwrap().to_string();
        self.s.run();
        self.status(&id)
    }

    fn status(&self, id: &str) -> String {
        let answer = self.s.ok("cloudformation:DescribeStackSetOperation", json!({"StackSetName": "set", "OperationId": id}));
        answer["StackSetOperation"]["Status"].as_str().unwrap().to_string()
    }

    fn latest(&self) -> Value {
        let answer = self.s.ok("cloudformation:ListStackSetOperations", json!({"StackSetName": "set"}));
        let id = answer["Summaries"][0]["OperationId"].clone();
        self.s.ok("cloudformation:ListStackSetOperationResults", json!({"StackSetName": "set", "OperationId": id}))["Summaries"].clone()
    }

    fn instance(&self, account: &str) -> Value {
        let input = json!({"StackSetName": "set", "StackInstanceAccount": account, "StackInstanceRegion": "us-east-1"});
        self.s.ok("cloudformation:DescribeStackInstance", input)["StackInstance"].clone()
    }

    fn description(&self, account: &str, role: &str) -> Value {
        self.in_account(account, "iam:GetRole", json!({"RoleName": role}))["Role"]["Description"].clone()
    }

    fn has_role(&self, account: &str, role: &str) -> bool {
        let at = ACCOUNTS.iter().position(|other| *other == account).unwrap();
        self.s.world.call(Some(&self.admins[at]), "iam:GetRole", json!({"RoleName": role})).is_ok()
    }
}

fn body(name: &str) -> String {
    let made = template(&[role("R", &format!("      RoleName: {name}\n      Description: !Ref Text\n"))]);
    format!("Parameters:\n  Text: {{Type: String, Default: plain}}\n{made}")
}

#[test]
fn made_changed_and_deleted_in_each_account() {
    let w = Sets::new(&[OTHER, THIRD]);
    w.make("set", &body("made"));
    let all = [OTHER, THIRD];
    assert_eq!(w.instances("CreateStackInstances", &all, json!({"OperationId": "first", "ParameterOverrides": []})), "SUCCEEDED");
    let one = w.instance(OTHER);
    assert_eq!((&one["Status"], &one["StackInstanceStatus"]["DetailedStatus"]), (&json!("CURRENT"), &json!("SUCCEEDED")));
    let stack = w.in_account(OTHER, "cloudformation:DescribeStacks", json!({"StackName": one["StackId"]}))["Stacks"][0].clone();
    assert!(stack["StackName"].as_str().unwrap().starts_with("StackSet-set-"), "{stack}");
    assert_eq!(w.description(THIRD, "made"), "plain");
    // An id is taken once.
    let again = json!({"StackSetName": "set", "Accounts": all, "Regions": ["us-east-1"], "OperationId": "first"});
    w.s.fails("OperationIdAlreadyExistsException", "cloudformation:CreateStackInstances", again);

    let own = json!({"ParameterOverrides": [{"ParameterKey": "Text", "ParameterValue": "own"}]});
    assert_eq!(w.instances("UpdateStackInstances", &[THIRD], own), "SUCCEEDED");
    assert_eq!((w.description(OTHER, "made"), w.description(THIRD, "made")), (json!("plain"), json!("own")));
    let update = json!({
        "StackSetName": "set", "UsePreviousTemplate": true, "Capabilities": ["CAPABILITY_NAMED_IAM"],
        "Parameters": [{"ParameterKey": "Text", "ParameterValue": "all"}],
        "OperationPreferences": {"MaxConcurrentPercentage": 100, "FailureTolerancePercentage": 100},
    });
    let id = w.s.ok("cloudformation:UpdateStackSet", update.clone())["OperationId"].as_str().unwrap().to_string();
    // Another one has to wait.
    w.s.fails("OperationInProgressException", "cloudformation:UpdateStackSet", update);
    w.s.run();
    assert_eq!(w.status(&id), "SUCCEEDED");
    assert_eq!((w.description(OTHER, "made"), w.description(THIRD, "made")), (json!("all"), json!("own")));

    w.s.fails("StackSetNotEmptyException", "cloudformation:DeleteStackSet", json!({"StackSetName": "set"}));
    assert_eq!(w.instances("DeleteStackInstances", &[OTHER], json!({"RetainStacks": false})), "SUCCEEDED");
    assert_eq!(w.instances("DeleteStackInstances", &[THIRD], json!({"RetainStacks": true})), "SUCCEEDED");
    assert!(!w.has_role(OTHER, "made") && w.has_role(THIRD, "made"));
    w.s.ok("cloudformation:DeleteStackSet", json!({"StackSetName": "set"}));
    w.s.fails("StackSetNotFoundException", "cloudformation:DescribeStackSet", json!({"StackSetName": "set"}));
    let gone = w.s.ok("cloudformation:ListStackSets", json!({"Status": "DELETED"}));
    assert_eq!(gone["Summaries"][0]["StackSetName"], "set");
}

#[test]
fn who_may_not_is_told_of_each_account() {
    let w = Sets::new(&[]);
    w.make("set", &body("made"));
    assert_eq!(w.instances("CreateStackInstances", &[OTHER, THIRD], json!({})), "FAILED");
    let results = w.latest();
    let reason = format!("Account {OTHER} should have '{EXECUTION}' role with trust relationship to Role '{ADMINISTRATION}'.");
    assert_eq!((&results[0]["Status"], &results[0]["StatusReason"]), (&json!("FAILED"), &json!(reason)));
    assert_eq!(
        (&results[1]["Status"], &results[1]["StatusReason"]),
        (&json!("CANCELLED"), &json!("Cancelled since failure tolerance has exceeded"))
    );
    assert_eq!(w.instance(THIRD)["StackInstanceStatus"]["DetailedStatus"], "CANCELLED");

    // What the execution role may not do is said too, and the next operation makes it good.
    w.execution_role(OTHER, json!(["cloudformation:*"]));
    w.execution_role(THIRD, json!("*"));
    let tolerant = json!({"OperationPreferences": {"FailureToleranceCount": 1, "MaxConcurrentCount": 2}});
    assert_eq!(w.instances("CreateStackInstances", &[OTHER, THIRD], tolerant), "SUCCEEDED");
    let results = w.latest();
    let reason = results[0]["StatusReason"].as_str().unwrap();
    assert!(reason.starts_with("ResourceLogicalId:R, ResourceType:AWS::IAM::Role, ResourceStatusReason:"), "{reason}");
    assert!(reason.contains("not authorized to perform: iam:CreateRole"), "{reason}");
    assert_eq!((&results[0]["Status"], &results[1]["Status"]), (&json!("FAILED"), &json!("SUCCEEDED")));
    assert_eq!(w.instance(OTHER)["Status"], "OUTDATED");
    let policy = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}});
    w.in_account(OTHER, "iam:PutRolePolicy", json!({"RoleName": EXECUTION, "PolicyName": "main", "PolicyDocument": policy.to_string()}));
    assert_eq!(w.instances("UpdateStackInstances", &[OTHER], json!({})), "SUCCEEDED");
    assert!(w.has_role(OTHER, "made"));

    // Without the administration role nothing goes.
    w.s.ok("iam:DeleteRolePolicy", json!({"RoleName": ADMINISTRATION, "PolicyName": "main"}));
    w.s.ok("iam:DeleteRole", json!({"RoleName": ADMINISTRATION}));
    assert_eq!(w.instances("DeleteStackInstances", &[OTHER], json!({"RetainStacks": false})), "FAILED");
    let reason = format!("Account {ACCOUNT} should have '{ADMINISTRATION}' role with trust relationship to CloudFormation service.");
    assert_eq!(w.latest()[0]["StatusReason"], reason);
    assert_eq!(w.instance(OTHER)["Status"], "INOPERABLE");
}

#[test]
fn stopped_and_queued() {
    let w = Sets::new(&[OTHER, THIRD]);
    w.make("set", &body("made"));
    let begin = |id: &str, accounts: &[&str]| {
        let input = json!({"StackSetName": "set", "Accounts": accounts, "Regions": ["us-east-1"], "OperationId": id});
        w.s.ok("cloudformation:CreateStackInstances", input)
    };
    begin("stopped", &[OTHER, THIRD]);
    w.s.ok("cloudformation:StopStackSetOperation", json!({"StackSetName": "set", "OperationId": "stopped"}));
    w.s.run();
    assert_eq!(w.status("stopped"), "STOPPED");
    assert!(!w.has_role(OTHER, "made"));
    w.s.fails(
        "InvalidOperationException",
        "cloudformation:StopStackSetOperation",
        json!({"StackSetName": "set", "OperationId": "stopped"}),
    );

    let managed = json!({"StackSetName": "set", "UsePreviousTemplate": true, "Capabilities": ["CAPABILITY_NAMED_IAM"], "ManagedExecution": {"Active": true}});
    w.s.ok("cloudformation:UpdateStackSet", managed);
    begin("next", &[OTHER]);
    begin("last", &[THIRD]);
    assert_eq!((w.status("next").as_str(), w.status("last").as_str()), ("QUEUED", "QUEUED"));
    w.s.run();
    assert_eq!((w.status("next").as_str(), w.status("last").as_str()), ("SUCCEEDED", "SUCCEEDED"));
    assert!(w.has_role(OTHER, "made") && w.has_role(THIRD, "made"));
}

#[test]
fn what_is_wrong_is_said_at_once() {
    let w = Sets::new(&[OTHER]);
    w.make("set", &body("made"));
    let with = |member: &str, value: Value| {
        let mut input = json!({"StackSetName": "set", "Accounts": [OTHER], "Regions": ["us-east-1"]});
        input[member] = value;
        w.s.fails("ValidationError", "cloudformation:CreateStackInstances", input)
    };
    assert!(with("Regions", json!(["mars-1"])).starts_with("Region mars-1 is not supported"));
    assert!(with("Accounts", json!(["12"])).contains("'12' at 'accounts'"));
    assert!(with("ParameterOverrides", json!([{"ParameterKey": "No", "ParameterValue": "x"}])).contains("no such parameter"));
    assert!(with("OperationPreferences", json!({"MaxConcurrentCount": 3, "FailureToleranceCount": 1})).contains("MaxConcurrentCount"));
    w.s.fails(
        "NameAlreadyExistsException",
        "cloudformation:CreateStackSet",
        json!({"StackSetName": "set", "TemplateBody": body("made"), "Capabilities": ["CAPABILITY_NAMED_IAM"]}),
    );
    w.s.fails(
        "InsufficientCapabilitiesException",
        "cloudformation:CreateStackSet",
        json!({"StackSetName": "two", "TemplateBody": body("made")}),
    );
    let managed = json!({"StackSetName": "two", "TemplateBody": body("made"), "PermissionModel": "SERVICE_MANAGED"});
    w.s.fails("NotImplemented", "cloudformation:CreateStackSet", managed);
    let input = json!({"StackSetName": "set", "Accounts": [THIRD], "Regions": ["us-east-1"]});
    w.s.fails("StackInstanceNotFoundException", "cloudformation:UpdateStackInstances", input);
}

#[test]
fn a_set_has_stacks_in_each_region() {
    for concurrency in ["SEQUENTIAL", "PARALLEL"] {
        let w = Sets::new(&[OTHER]);
        w.make("set", &body("!Sub 'made-${AWS::Region}'"));
        let regions = json!({
            "Regions": ["us-east-1", "eu-west-1"],
            "OperationPreferences": {"RegionOrder": ["eu-west-1"], "RegionConcurrencyType": concurrency},
        });
        assert_eq!(w.instances("CreateStackInstances", &[OTHER], regions), "SUCCEEDED");
        for region in ["us-east-1", "eu-west-1"] {
            assert!(w.has_role(OTHER, &format!("made-{region}")), "{region}");
            let admin = w.s.world.administrator(OTHER);
            let found = w.s.world.call_in(region, &admin, "cloudformation:DescribeStacks", json!({})).unwrap();
            assert_eq!(found["Stacks"].as_array().map(Vec::len), Some(1), "{region}");
        }
        let shown = w.s.ok("cloudformation:DescribeStackSet", json!({"StackSetName": "set"}));
        assert_eq!(shown["StackSet"]["Regions"], json!(["eu-west-1", "us-east-1"]));
        let gone = json!({"Regions": ["eu-west-1"], "RetainStacks": false});
        assert_eq!(w.instances("DeleteStackInstances", &[OTHER], gone), "SUCCEEDED");
        assert!(!w.has_role(OTHER, "made-eu-west-1") && w.has_role(OTHER, "made-us-east-1"));
    }
}
