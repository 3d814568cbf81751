//! What the organization's policies forbid is forbidden, to whom they bear on and to nobody else.

use serde_json::{Value, json};
use testworld::{Credentials, MANAGEMENT, World};

const DEV: &str = "111111111111";
const PROD: &str = "222222222222";
const OUTSIDE: &str = "333333333333";

struct Organized {
    world: World,
    admin: Credentials,
    id: String,
    root: String,
}

fn text(value: &Value, at: &str) -> String {
    value.pointer(at).and_then(Value::as_str).unwrap_or_else(|| panic!("{at} of {value}")).to_owned()
}

fn deny(action: &str) -> Value {
    json!({"Version": "2012-10-17", "Statement": {"Sid": "No", "Effect": "Deny", "Action": action, "Resource": "*"}})
}

impl Organized {
    fn new() -> Self {
        let services =
            vec![cloudformation::service(), iam::service(), kms::service(), organizations::service(), s3::service(), sts::service()];
        let world = World::new(services, &[DEV, PROD, OUTSIDE]);
        let admin = world.administrator(MANAGEMENT);
        let made = world.call(Some(&admin), "organizations:CreateOrganization", json!({})).unwrap();
        let roots = world.call(Some(&admin), "organizations:ListRoots", json!({})).unwrap();
        let o = Self { id: text(&made, "/Organization/Id"), root: text(&roots, "/Roots/0/Id"), world, admin };
        o.call("RemoveAccountFromOrganization", json!({"AccountId": OUTSIDE}));
        o.call("EnablePolicyType", json!({"RootId": o.root, "PolicyType": "RESOURCE_CONTROL_POLICY"}));
        o
    }
    fn call(&self, operation: &str, input: Value) -> Value {
        self.world.call(Some(&self.admin), &format!("organizations:{operation}"), input).unwrap()
    }
    fn unit(&self, parent: &str, name: &str) -> String {
        text(&self.call("CreateOrganizationalUnit", json!({"ParentId": parent, "Name": name})), "/OrganizationalUnit/Id")
    }
    fn policy(&self, name: &str, kind: &str, content: &Value) -> String {
        let input = json!({"Name": name, "Description": "", "Type": kind, "Content": content.to_string()});
        text(&self.call("CreatePolicy", input), "/Policy/PolicySummary/Id")
    }
    fn scp(&self, name: &str, content: &Value) -> String {
        self.policy(name, "SERVICE_CONTROL_POLICY", content)
    }
    fn attach(&self, policy: &str, target: &str) {
        self.call("AttachPolicy", json!({"PolicyId": policy, "TargetId": target}));
    }
    fn detach(&self, policy: &str, target: &str) {
        self.call("DetachPolicy", json!({"PolicyId": policy, "TargetId": target}));
    }
    fn bucket(&self, account: &str, name: &str) -> Result<Value, gate::Error> {
        self.world.call(Some(&self.world.administrator(account)), "s3:CreateBucket", json!({"Bucket": name}))
    }
    fn moved(&self, account: &str, from: &str, to: &str) {
        self.call("MoveAccount", json!({"AccountId": account, "SourceParentId": from, "DestinationParentId": to}));
    }
}

#[test]
fn a_deny_at_each_level_stops_the_members_below_it_alone() {
    let o = Organized::new();
    let unit = o.unit(&o.root, "Workloads");
    let inner = o.unit(&unit, "Test");
    o.moved(DEV, &o.root, &inner);
    let no_buckets = o.scp("NoBuckets", &deny("s3:CreateBucket"));
    for (n, (level, shown)) in
        [(o.root.as_str(), "root r-"), (&unit, "unit Workloads (ou-"), (&inner, "unit Test (ou-"), (DEV, "account 111111111111 (")]
            .into_iter()
            .enumerate()
    {
        o.attach(&no_buckets, level);
        let refused = o.bucket(DEV, "dev-bucket").unwrap_err();
        assert!(refused.message.ends_with("with an explicit deny in a service control policy"), "{refused}");
        let denial = refused.denial.expect("a decision");
        let reason = &denial.decision["reasons"][0];
        let policy = text(reason, "/policy");
        assert!(policy.starts_with(&format!("service control policy NoBuckets ({no_buckets}) of {shown}")), "{policy}");
        assert_eq!((text(reason, "/sid").as_str(), text(reason, "/kind").as_str()), ("No", "serviceControl"));
        // The management account is never limited; others only by what is above them.
        o.bucket(MANAGEMENT, &format!("management-bucket-{n}")).unwrap();
        assert_eq!(o.bucket(PROD, &format!("prod-bucket-{n}")).is_err(), level == o.root);
        o.detach(&no_buckets, level);
        o.bucket(DEV, &format!("dev-bucket-{n}")).unwrap();
    }
}

#[test]
fn an_allow_must_be_at_every_level() {
    let o = Organized::new();
    let unit = o.unit(&o.root, "Workloads");
    o.moved(DEV, &o.root, &unit);
    let only_sts = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": ["sts:*", "iam:*"], "Resource": "*"}});
    let only_sts = o.scp("OnlyIdentities", &only_sts);
    o.attach(&only_sts, &unit);
    o.bucket(DEV, "while-both-are-attached").unwrap();
    o.detach("p-FullAWSAccess", &unit);
    let refused = o.bucket(DEV, "dev-bucket").unwrap_err();
    assert!(refused.message.ends_with("because no service control policy allows the s3:CreateBucket action"), "{refused}");
    let reason = &refused.denial.expect("a decision").decision["reasons"][0];
    assert_eq!(text(reason, "/seen"), format!("none at unit Workloads ({unit})"));
    o.world.call(Some(&o.world.administrator(DEV)), "iam:ListRoles", json!({})).unwrap();
    // Elsewhere it may again.
    o.moved(DEV, &unit, &o.root);
    o.bucket(DEV, "dev-bucket").unwrap();
}

#[test]
fn a_changed_policy_and_a_disabled_type_count_at_the_next_call() {
    let o = Organized::new();
    let id = o.scp("Changing", &deny("s3:CreateBucket"));
    o.attach(&id, DEV);
    assert!(o.bucket(DEV, "a-bucket").is_err());
    o.call("UpdatePolicy", json!({"PolicyId": id, "Content": deny("s3:DeleteBucket").to_string()}));
    o.bucket(DEV, "a-bucket").unwrap();
    let dev = o.world.administrator(DEV);
    assert!(o.world.call(Some(&dev), "s3:DeleteBucket", json!({"Bucket": "a-bucket"})).is_err());
    o.call("DisablePolicyType", json!({"RootId": o.root, "PolicyType": "SERVICE_CONTROL_POLICY"}));
    o.world.call(Some(&dev), "s3:DeleteBucket", json!({"Bucket": "a-bucket"})).unwrap();
}

#[test]
fn service_linked_roles_are_not_limited() {
    let o = Organized::new();
    let dev = o.world.administrator(DEV);
    let role = |path: &str, name: &str| {
        let trust =
            json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": DEV}, "Action": "sts:AssumeRole"}});
        let input = json!({"RoleName": name, "Path": path, "AssumeRolePolicyDocument": trust.to_string()});
        let made = o.world.call(Some(&dev), "iam:CreateRole", input).unwrap();
        let attach = json!({"RoleName": name, "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"});
        o.world.call(Some(&dev), "iam:AttachRolePolicy", attach).unwrap();
        o.world.assume(&dev, &text(&made, "/Role/Arn")).unwrap()
    };
    let ordinary = role("/", "Ordinary");
    let linked = role("/aws-service-role/s3.amazonaws.com/", "Linked");
    o.attach(&o.scp("NoBuckets", &deny("s3:CreateBucket")), DEV);
    assert!(o.world.call(Some(&ordinary), "s3:CreateBucket", json!({"Bucket": "ordinary-bucket"})).is_err());
    o.world.call(Some(&linked), "s3:CreateBucket", json!({"Bucket": "linked-bucket"})).unwrap();
}

/// A bucket of PROD that its own policy opens to all accounts here.
fn open_bucket(o: &Organized, condition: &Value) {
    let prod = o.world.administrator(PROD);
    o.world.call(Some(&prod), "s3:CreateBucket", json!({"Bucket": "shared"})).unwrap();
    let accounts = [DEV, MANAGEMENT, OUTSIDE].map(|id| format!("arn:aws:iam::{id}:root"));
    let mut statement =
        json!({"Effect": "Allow", "Principal": {"AWS": accounts}, "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::shared"});
    if !condition.is_null() {
        statement["Condition"] = condition.clone();
    }
    let policy = json!({"Version": "2012-10-17", "Statement": statement});
    o.world.call(Some(&prod), "s3:PutBucketPolicy", json!({"Bucket": "shared", "Policy": policy.to_string()})).unwrap();
}

fn list(o: &Organized, account: &str) -> Result<Value, gate::Error> {
    o.world.call(Some(&o.world.administrator(account)), "s3:ListObjectsV2", json!({"Bucket": "shared"}))
}

#[test]
fn a_resource_control_policy_keeps_strangers_out() {
    let o = Organized::new();
    open_bucket(&o, &Value::Null);
    list(&o, OUTSIDE).unwrap();
    let perimeter = json!({"Version": "2012-10-17", "Statement": {
        "Sid": "Perimeter", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*",
        "Condition": {
            "StringNotEqualsIfExists": {"aws:PrincipalOrgID": o.id},
            "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
        },
    }});
    let rcp = o.policy("Perimeter", "RESOURCE_CONTROL_POLICY", &perimeter);
    o.attach(&rcp, &o.root);
    let refused = list(&o, OUTSIDE).unwrap_err();
    assert!(refused.message.ends_with("with an explicit deny in a resource control policy"), "{refused}");
    let policy = text(&refused.denial.expect("a decision").decision, "/reasons/0/policy");
    assert_eq!(policy, format!("resource control policy Perimeter ({rcp}) of root {}", o.root));
    list(&o, DEV).unwrap();
    list(&o, MANAGEMENT).unwrap();
    // Resources of the management account and of strangers are not its matter.
    o.bucket(OUTSIDE, "a-strangers-bucket").unwrap();
    o.detach(&rcp, &o.root);
    list(&o, OUTSIDE).unwrap();
}

#[test]
fn conditions_see_organization_and_paths() {
    let o = Organized::new();
    let unit = o.unit(&o.root, "Workloads");
    let below = json!({"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": format!("{}/{}/{unit}/*", o.id, o.root)}});
    open_bucket(&o, &json!({"StringEquals": {"aws:PrincipalOrgID": o.id}}));
    list(&o, DEV).unwrap();
    let refused = list(&o, OUTSIDE).unwrap_err();
    assert!(refused.message.contains("because no resource-based policy allows"), "{refused}");
    // By the path of the unit.
    let prod = o.world.administrator(PROD);
    let policy = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:ListBucket",
        "Resource": "arn:aws:s3:::shared", "Condition": below}});
    let open = json!({"Bucket": "shared", "PublicAccessBlockConfiguration": {"RestrictPublicBuckets": false, "BlockPublicPolicy": false}});
    o.world.call(Some(&prod), "s3:PutPublicAccessBlock", open).unwrap();
    o.world.call(Some(&prod), "s3:PutBucketPolicy", json!({"Bucket": "shared", "Policy": policy.to_string()})).unwrap();
    assert!(list(&o, DEV).is_err());
    o.moved(DEV, &o.root, &unit);
    list(&o, DEV).unwrap();
    // And of the resource, in the caller's own policies.
    let path = json!({"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "s3:*", "Resource": "*",
        "Condition": {"StringNotEqualsIfExists": {"aws:ResourceOrgID": o.id}}}});
    o.attach(&o.scp("OwnResources", &path), DEV);
    list(&o, DEV).unwrap();
    let dev = o.world.administrator(DEV);
    o.bucket(OUTSIDE, "a-strangers-bucket").unwrap();
    let opened = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": DEV}, "Action": "s3:ListBucket",
        "Resource": "arn:aws:s3:::a-strangers-bucket"}});
    let outside = o.world.administrator(OUTSIDE);
    let put = json!({"Bucket": "a-strangers-bucket", "Policy": opened.to_string()});
    o.world.call(Some(&outside), "s3:PutBucketPolicy", put).unwrap();
    let refused = o.world.call(Some(&dev), "s3:ListObjectsV2", json!({"Bucket": "a-strangers-bucket"})).unwrap_err();
    assert!(refused.message.ends_with("with an explicit deny in a service control policy"), "{refused}");
}

/// CloudFormation assumes a stack's role under its own name, for the stack.
#[test]
fn a_perimeter_lets_services_pass_that_act_for_the_organization() {
    let o = Organized::new();
    let mut engine = durable::Engine::new(o.world.gate.clone());
    cloudformation::workflows(&mut engine);
    let dev = o.world.administrator(DEV);
    let trust = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": "cloudformation.amazonaws.com"},
        "Action": "sts:AssumeRole"}});
    let role = json!({"RoleName": "Stacks", "AssumeRolePolicyDocument": trust.to_string()});
    let role = text(&o.world.call(Some(&dev), "iam:CreateRole", role).unwrap(), "/Role/Arn");
    let attach = json!({"RoleName": "Stacks", "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"});
    o.world.call(Some(&dev), "iam:AttachRolePolicy", attach).unwrap();
    let perimeter = |condition: Value| {
        json!({"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole", "Resource": "*",
            "Condition": condition}})
    };
    let rcp =
        o.policy("Perimeter", "RESOURCE_CONTROL_POLICY", &perimeter(json!({"StringNotEqualsIfExists": {"aws:PrincipalOrgID": o.id}})));
    o.attach(&rcp, DEV);
    let mut made = 0;
    let mut deployed = || {
        made += 1;
        let name = format!("stack-{made}");
        let template = json!({"Resources": {"B": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": format!("bucket-{made}")}}}});
        let input = json!({"StackName": name, "TemplateBody": template.to_string(), "RoleARN": role});
        if o.world.call(Some(&dev), "cloudformation:CreateStack", input).is_err() {
            return false;
        }
        engine.run_due().unwrap();
        let described = o.world.call(Some(&dev), "cloudformation:DescribeStacks", json!({"StackName": name})).unwrap();
        text(&described, "/Stacks/0/StackStatus") == "CREATE_COMPLETE"
    };
    assert!(!deployed(), "a service principal is in no organization");
    let update = |condition: Value| o.call("UpdatePolicy", json!({"PolicyId": rcp, "Content": perimeter(condition).to_string()}));
    let exempt = json!({"BoolIfExists": {"aws:PrincipalIsAWSService": "false"}, "StringNotEqualsIfExists": {"aws:PrincipalOrgID": o.id}});
    update(exempt);
    assert!(deployed(), "services are exempt");
    // A service may only act for resources of this organization.
    let deputy = |organization: &str| {
        json!({"StringNotEqualsIfExists": {"aws:SourceOrgID": organization}, "Bool": {"aws:PrincipalIsAWSService": "true"},
            "Null": {"aws:SourceAccount": "false"}})
    };
    update(deputy(&o.id));
    assert!(deployed(), "the stack is in the organization");
    update(deputy("o-anotherone"));
    assert!(!deployed(), "the stack is in another organization");
}

/// Long work holds an identity, never a permission.
#[test]
fn a_policy_stops_work_that_runs() {
    let o = Organized::new();
    let mut engine = durable::Engine::new(o.world.gate.clone());
    cloudformation::workflows(&mut engine);
    let dev = o.world.administrator(DEV);
    let template = json!({"Resources": {
        "First": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "first-of-the-stack"}},
    }});
    let stack = json!({"StackName": "running", "TemplateBody": template.to_string()});
    o.world.call(Some(&dev), "cloudformation:CreateStack", stack).unwrap();
    // The stack is accepted and nothing of it is made yet.
    o.attach(&o.scp("NoBuckets", &deny("s3:CreateBucket")), DEV);
    engine.run_due().unwrap();
    let described = o.world.call(Some(&dev), "cloudformation:DescribeStacks", json!({"StackName": "running"})).unwrap();
    assert!(text(&described, "/Stacks/0/StackStatus").starts_with("ROLLBACK_"), "{described}");
    let events = o.world.call(Some(&dev), "cloudformation:DescribeStackEvents", json!({"StackName": "running"})).unwrap();
    assert!(events.to_string().contains("with an explicit deny in a service control policy"), "{events}");
}

#[test]
fn grants_can_be_retired_whatever_guards_the_key() {
    let o = Organized::new();
    let dev = o.world.administrator(DEV);
    let key = text(&o.world.call(Some(&dev), "kms:CreateKey", json!({})).unwrap(), "/KeyMetadata/Arn");
    let role = format!("arn:aws:iam::{DEV}:role/OrganizationAccountAccessRole");
    let grant = json!({"KeyId": key, "GranteePrincipal": role, "RetiringPrincipal": role, "Operations": ["Encrypt"]});
    let grant = text(&o.world.call(Some(&dev), "kms:CreateGrant", grant).unwrap(), "/GrantId");
    let guard = json!({"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Principal": "*", "Action": "kms:*", "Resource": "*"}});
    o.attach(&o.policy("NoKeys", "RESOURCE_CONTROL_POLICY", &guard), DEV);
    let refused = o.world.call(Some(&dev), "kms:DescribeKey", json!({"KeyId": key})).unwrap_err();
    assert!(refused.message.ends_with("with an explicit deny in a resource control policy"), "{refused}");
    o.world.call(Some(&dev), "kms:RetireGrant", json!({"KeyId": key, "GrantId": grant})).unwrap();
}

/// The keys that AWS manages are beyond these policies; an account's own keys are not.
#[test]
fn the_keys_of_services_are_beyond_resource_control() {
    let o = Organized::new();
    let dev = o.world.administrator(DEV);
    o.world.call(Some(&dev), "s3:CreateBucket", json!({"Bucket": "goods"})).unwrap();
    let own = text(&o.world.call(Some(&dev), "kms:CreateKey", json!({})).unwrap(), "/KeyMetadata/Arn");
    let guard = json!({"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Principal": "*", "Action": "kms:*", "Resource": "*"}});
    o.attach(&o.policy("NoKeys", "RESOURCE_CONTROL_POLICY", &guard), DEV);
    let put = |key: Value| {
        let input = json!({"Bucket": "goods", "Key": "a", "ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key});
        o.world.send(&dev, "s3:PutObject", input, b"a")
    };
    put(Value::Null).unwrap();
    put(Value::Null).unwrap();
    assert!(put(own.into()).unwrap_err().is_denied());
}

/// What was attached and taken back within one step bears on nobody, though a decision was made in between.
#[test]
fn a_change_that_is_taken_back_leaves_no_trace() {
    let o = Organized::new();
    let mut engine = durable::Engine::new(o.world.gate.clone());
    cloudformation::workflows(&mut engine);
    o.bucket(DEV, "before").unwrap();
    let template = json!({"Resources": {"Guard": {"Type": "AWS::Organizations::Policy", "Properties": {
        "Name": "Guard", "Type": "SERVICE_CONTROL_POLICY", "Content": deny("s3:CreateBucket"), "TargetIds": [DEV, "999999999999"],
    }}}});
    let input = json!({"StackName": "guard", "TemplateBody": template.to_string()});
    o.world.call(Some(&o.admin), "cloudformation:CreateStack", input).unwrap();
    engine.run_due().unwrap();
    let described = o.world.call(Some(&o.admin), "cloudformation:DescribeStacks", json!({"StackName": "guard"})).unwrap();
    assert!(text(&described, "/Stacks/0/StackStatus").starts_with("ROLLBACK_"), "{described}");
    o.bucket(DEV, "after").unwrap();
    let policies = o.call("ListPolicies", json!({"Filter": "SERVICE_CONTROL_POLICY"}));
    assert_eq!(policies["Policies"].as_array().unwrap().len(), 1);
}

#[test]
fn a_template_makes_an_organization() {
    let services = vec![cloudformation::service(), iam::service(), kms::service(), organizations::service(), s3::service(), sts::service()];
    let world = World::new(services, &[DEV]);
    let mut engine = durable::Engine::new(world.gate.clone());
    cloudformation::workflows(&mut engine);
    let admin = world.administrator(MANAGEMENT);
    let template = |action: &str, parent: &str| {
        json!({
            "Resources": {
                "Organization": {"Type": "AWS::Organizations::Organization"},
                "Workloads": {
                    "Type": "AWS::Organizations::OrganizationalUnit",
                    "Properties": {"Name": "Workloads", "ParentId": {"Fn::GetAtt": ["Organization", "RootId"]}, "Tags": [{"Key": "a", "Value": "b"}]},
                },
                "Shop": {
                    "Type": "AWS::Organizations::Account",
                    "DeletionPolicy": "Retain",
                    "Properties": {"AccountName": "shop", "Email": "shop@example.com",
                        "ParentIds": [if parent == "root" { json!({"Fn::GetAtt": ["Organization", "RootId"]}) } else { json!({"Ref": parent}) }]},
                },
                "Guard": {
                    "Type": "AWS::Organizations::Policy",
                    "Properties": {"Name": "Guard", "Type": "SERVICE_CONTROL_POLICY", "Content": deny(action), "TargetIds": [{"Ref": "Workloads"}]},
                },
            },
            "Outputs": {"Account": {"Value": {"Fn::GetAtt": ["Shop", "AccountId"]}}},
        })
        .to_string()
    };
    let run = |engine: &mut durable::Engine, operation: &str, action: &str, parent: &str| {
        let input = json!({"StackName": "organization", "TemplateBody": template(action, parent)});
        world.call(Some(&admin), operation, input).unwrap();
        engine.run_due().unwrap();
        let described = world.call(Some(&admin), "cloudformation:DescribeStacks", json!({"StackName": "organization"})).unwrap();
        let status = text(&described, "/Stacks/0/StackStatus");
        assert!(["CREATE_COMPLETE", "UPDATE_COMPLETE"].contains(&status.as_str()), "{described}\n{}", {
            world.call(Some(&admin), "cloudformation:DescribeStackEvents", json!({"StackName": "organization"})).unwrap()
        });
        text(&described, "/Stacks/0/Outputs/0/OutputValue")
    };
    let shop = run(&mut engine, "cloudformation:CreateStack", "s3:CreateBucket", "Workloads");
    let bucket = |name: &str| world.call(Some(&world.administrator(&shop)), "s3:CreateBucket", json!({"Bucket": name}));
    assert!(bucket("shops-bucket").is_err());
    run(&mut engine, "cloudformation:UpdateStack", "s3:DeleteBucket", "Workloads");
    bucket("shops-bucket").unwrap();
    let delete = || world.call(Some(&world.administrator(&shop)), "s3:DeleteBucket", json!({"Bucket": "shops-bucket"}));
    assert!(delete().is_err());
    run(&mut engine, "cloudformation:UpdateStack", "s3:DeleteBucket", "root");
    delete().unwrap();
}

#[test]
fn the_policy_simulator_tells_what_the_organization_lets_through() {
    let o = Organized::new();
    let dev = o.world.administrator(DEV);
    let role = format!("arn:aws:iam::{DEV}:role/OrganizationAccountAccessRole");
    let simulated = || {
        let input = json!({"PolicySourceArn": role, "ActionNames": ["s3:CreateBucket", "s3:GetObject"]});
        let answer = o.world.call(Some(&dev), "iam:SimulatePrincipalPolicy", input).unwrap();
        let result = |n: usize| {
            let result = &answer["EvaluationResults"][n];
            (text(result, "/EvalDecision"), result["OrganizationsDecisionDetail"]["AllowedByOrganizations"].clone())
        };
        (result(0), result(1))
    };
    let allowed = ("allowed".to_owned(), json!(true));
    assert_eq!(simulated(), (allowed.clone(), allowed.clone()));
    o.attach(&o.scp("NoBuckets", &deny("s3:CreateBucket")), &o.root);
    assert_eq!(simulated(), (("explicitDeny".to_owned(), json!(false)), allowed));
}
