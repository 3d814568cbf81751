//! The organization as its management account sees it: the tree, the accounts, the policies, and who may.

use serde_json::{Value, json};
use testworld::{Credentials, MANAGEMENT, World};

const DEV: &str = "111111111111";
const PROD: &str = "222222222222";
const DENY: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"s3:CreateBucket","Resource":"*"}}"#;

struct Organized {
    world: World,
    admin: Credentials,
    root: String,
}

fn services() -> Vec<gate::Registration> {
    vec![cloudformation::service(), iam::service(), kms::service(), organizations::service(), s3::service(), sts::service()]
}

impl Organized {
    fn new() -> Self {
        let world = World::new(services(), &[DEV, PROD]);
        let admin = world.administrator(MANAGEMENT);
        world.call(Some(&admin), "organizations:CreateOrganization", json!({})).unwrap();
        let roots = world.call(Some(&admin), "organizations:ListRoots", json!({})).unwrap();
        Self { root: text(&roots, "/Roots/0/Id"), world, admin }
    }
    fn call(&self, operation: &str, input: Value) -> Result<Value, gate::Error> {
        self.world.call(Some(&self.admin), &format!("organizations:{operation}"), input)
    }
    fn code(&self, operation: &str, input: Value) -> String {
        self.call(operation, input).expect_err(operation).code.to_string()
    }
    fn unit(&self, parent: &str, name: &str) -> String {
        text(&self.call("CreateOrganizationalUnit", json!({"ParentId": parent, "Name": name})).unwrap(), "/OrganizationalUnit/Id")
    }
    fn policy(&self, name: &str) -> String {
        let input = json!({"Name": name, "Description": "", "Type": "SERVICE_CONTROL_POLICY", "Content": DENY});
        text(&self.call("CreatePolicy", input).unwrap(), "/Policy/PolicySummary/Id")
    }
}

fn text(value: &Value, at: &str) -> String {
    value.pointer(at).and_then(Value::as_str).unwrap_or_else(|| panic!("{at} of {value}")).to_owned()
}

#[test]
fn the_servers_accounts_are_its_members() {
    let o = Organized::new();
    let accounts = o.call("ListAccounts", json!({})).unwrap();
    let ids: Vec<_> = accounts["Accounts"].as_array().unwrap().iter().map(|a| text(a, "/Id")).collect();
    assert_eq!(ids, [MANAGEMENT, DEV, PROD]);
    assert_eq!(text(&accounts, "/Accounts/0/JoinedMethod"), "INVITED");
    let organization = o.call("DescribeOrganization", json!({})).unwrap();
    let id = text(&organization, "/Organization/Id");
    assert_eq!(text(&organization, "/Organization/Arn"), format!("arn:aws:organizations::{MANAGEMENT}:organization/{id}"));
    assert_eq!(text(&accounts, "/Accounts/1/Arn"), format!("arn:aws:organizations::{MANAGEMENT}:account/{id}/{DEV}"));
    assert_eq!(o.code("CreateOrganization", json!({})), "AlreadyInOrganizationException");
    // Pages meet.
    let first = o.call("ListAccounts", json!({"MaxResults": 2})).unwrap();
    let second = o.call("ListAccounts", json!({"MaxResults": 2, "NextToken": first["NextToken"]})).unwrap();
    assert_eq!((first["Accounts"].as_array().unwrap().len(), text(&second, "/Accounts/0/Id").as_str()), (2, PROD));
}

#[test]
fn members_may_see_the_organization_and_no_more() {
    let o = Organized::new();
    let dev = o.world.administrator(DEV);
    let as_dev = |operation: &str, input| o.world.call(Some(&dev), &format!("organizations:{operation}"), input);
    as_dev("DescribeOrganization", json!({})).unwrap();
    for (operation, input) in [
        ("ListAccounts", json!({})),
        ("DescribeAccount", json!({"AccountId": DEV})),
        ("CreatePolicy", json!({"Name": "P", "Description": "", "Type": "SERVICE_CONTROL_POLICY", "Content": DENY})),
        ("DetachPolicy", json!({"PolicyId": "p-FullAWSAccess", "TargetId": DEV})),
        ("MoveAccount", json!({"AccountId": DEV, "SourceParentId": o.root, "DestinationParentId": o.root})),
        ("DeleteOrganization", json!({})),
    ] {
        assert_eq!(as_dev(operation, input).unwrap_err().code, "AccessDeniedException", "{operation}");
    }
    // An account that was taken out is in none, and comes back by no other way than the next organization.
    o.call("RemoveAccountFromOrganization", json!({"AccountId": DEV})).unwrap();
    assert_eq!(as_dev("DescribeOrganization", json!({})).unwrap_err().code, "AWSOrganizationsNotInUseException");
    assert_eq!(as_dev("ListAccounts", json!({})).unwrap_err().code, "AWSOrganizationsNotInUseException");
    assert_eq!(as_dev("CreateOrganization", json!({})).unwrap_err().code, "AlreadyInOrganizationException");
    // Without rights nothing is told, not even that there is an organization.
    let trust = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"000000000000"},"Action":"sts:AssumeRole"}}"#;
    let role = json!({"RoleName": "Nobody", "AssumeRolePolicyDocument": trust});
    let made = o.world.call(Some(&o.admin), "iam:CreateRole", role).unwrap();
    let nobody = o.world.assume(&o.admin, &text(&made, "/Role/Arn")).unwrap();
    let refused = o.world.call(Some(&nobody), "organizations:DescribeAccount", json!({"AccountId": "999999999999"})).unwrap_err();
    assert!(refused.is_denied(), "{refused}");
}

#[test]
fn units_form_a_tree() {
    let o = Organized::new();
    let mut parent = o.root.clone();
    for depth in 1..=5 {
        parent = o.unit(&parent, &format!("level{depth}"));
    }
    assert_eq!(o.code("CreateOrganizationalUnit", json!({"ParentId": parent, "Name": "more"})), "ConstraintViolationException");
    let first = o.unit(&o.root, "first");
    assert_eq!(o.code("CreateOrganizationalUnit", json!({"ParentId": o.root, "Name": "first"})), "DuplicateOrganizationalUnitException");
    o.unit(&first, "first");
    o.call("UpdateOrganizationalUnit", json!({"OrganizationalUnitId": first, "Name": "renamed"})).unwrap();
    let listed = o.call("ListOrganizationalUnitsForParent", json!({"ParentId": o.root})).unwrap();
    assert_eq!(listed["OrganizationalUnits"].as_array().unwrap().len(), 2);
    assert_eq!(o.code("DeleteOrganizationalUnit", json!({"OrganizationalUnitId": first})), "OrganizationalUnitNotEmptyException");
    // Accounts move.
    let to = |from: &str, to: &str| json!({"AccountId": DEV, "SourceParentId": from, "DestinationParentId": to});
    assert_eq!(o.code("MoveAccount", to(&o.root, &o.root)), "DuplicateAccountException");
    assert_eq!(o.code("MoveAccount", to(&o.root, "ou-none-12345678")), "DestinationParentNotFoundException");
    assert_eq!(o.code("MoveAccount", to("ou-none-12345678", &first)), "SourceParentNotFoundException");
    o.call("MoveAccount", to(&o.root, &first)).unwrap();
    assert_eq!(o.code("MoveAccount", to(&o.root, &parent)), "AccountNotFoundException");
    let children = o.call("ListChildren", json!({"ParentId": first, "ChildType": "ACCOUNT"})).unwrap();
    assert_eq!(text(&children, "/Children/0/Id"), DEV);
    let parents = o.call("ListParents", json!({"ChildId": DEV})).unwrap();
    assert_eq!((text(&parents, "/Parents/0/Id"), text(&parents, "/Parents/0/Type")), (first, "ORGANIZATIONAL_UNIT".into()));
}

#[test]
fn policies_are_attached_within_limits() {
    let o = Organized::new();
    let at = |policy: &str, target: &str| json!({"PolicyId": policy, "TargetId": target});
    let full = "p-FullAWSAccess";
    assert_eq!(o.code("DetachPolicy", at(full, DEV)), "ConstraintViolationException");
    let policies: Vec<String> = (0..5).map(|n| o.policy(&format!("P{n}"))).collect();
    for id in &policies[..4] {
        o.call("AttachPolicy", at(id, DEV)).unwrap();
    }
    let refused = o.call("AttachPolicy", at(&policies[4], DEV)).unwrap_err();
    assert_eq!(refused.members["Reason"], "MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED");
    assert_eq!(o.code("AttachPolicy", at(&policies[0], DEV)), "DuplicatePolicyAttachmentException");
    assert_eq!(o.code("DetachPolicy", at(&policies[4], DEV)), "PolicyNotAttachedException");
    assert_eq!(o.code("DeletePolicy", json!({"PolicyId": policies[0]})), "PolicyInUseException");
    assert_eq!(o.code("AttachPolicy", at("p-unknown12", DEV)), "PolicyNotFoundException");
    assert_eq!(o.code("AttachPolicy", at(&policies[4], "999999999999")), "TargetNotFoundException");
    assert_eq!(o.code("AttachPolicy", at(&policies[4], "nonsense")), "InvalidInputException");
    // What was attached beside it stands in for AWS's own.
    o.call("DetachPolicy", at(full, DEV)).unwrap();
    let left = o.call("ListPoliciesForTarget", json!({"TargetId": DEV, "Filter": "SERVICE_CONTROL_POLICY"})).unwrap();
    assert_eq!(left["Policies"].as_array().unwrap().len(), 4);
    let targets = o.call("ListTargetsForPolicy", json!({"PolicyId": policies[0]})).unwrap();
    assert_eq!((text(&targets, "/Targets/0/TargetId"), text(&targets, "/Targets/0/Type")), (DEV.into(), "ACCOUNT".into()));
    // Types.
    let rcp = r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"}}"#;
    let input = json!({"Name": "R", "Description": "", "Type": "RESOURCE_CONTROL_POLICY", "Content": rcp});
    let rcp = text(&o.call("CreatePolicy", input.clone()).unwrap(), "/Policy/PolicySummary/Id");
    assert_eq!(o.code("CreatePolicy", input), "DuplicatePolicyException");
    assert_eq!(o.code("AttachPolicy", at(&rcp, DEV)), "PolicyTypeNotEnabledException");
    let of_type = |kind: &str| json!({"RootId": o.root, "PolicyType": kind});
    o.call("EnablePolicyType", of_type("RESOURCE_CONTROL_POLICY")).unwrap();
    assert_eq!(o.code("EnablePolicyType", of_type("SERVICE_CONTROL_POLICY")), "PolicyTypeAlreadyEnabledException");
    assert_eq!(o.code("EnablePolicyType", of_type("TAG_POLICY")), "NotImplemented");
    o.call("AttachPolicy", at(&rcp, DEV)).unwrap();
    assert_eq!(o.code("DetachPolicy", at("p-RCPFullAWSAccess", DEV)), "InvalidInputException");
    // Disabled, all policies of the type are detached; enabled again, AWS's own is back alone.
    o.call("DisablePolicyType", of_type("SERVICE_CONTROL_POLICY")).unwrap();
    o.call("EnablePolicyType", of_type("SERVICE_CONTROL_POLICY")).unwrap();
    let left = o.call("ListPoliciesForTarget", json!({"TargetId": DEV, "Filter": "SERVICE_CONTROL_POLICY"})).unwrap();
    assert_eq!(left["Policies"].as_array().unwrap().len(), 1);
    assert_eq!(text(&left, "/Policies/0/Arn"), "arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess");
    assert_eq!(o.code("UpdatePolicy", json!({"PolicyId": full, "Name": "Mine"})), "InvalidInputException");
    assert_eq!(o.code("UpdatePolicy", json!({"PolicyId": rcp, "Content": DENY})), "MalformedPolicyDocumentException");
}

#[test]
fn an_account_is_created_and_stays() {
    let store = store::Store::memory();
    let blobs = store::Blobs::memory();
    let made = {
        let world = World::over(store.clone(), blobs.clone(), services(), &[DEV]);
        let admin = world.administrator(MANAGEMENT);
        world.call(Some(&admin), "organizations:CreateOrganization", json!({})).unwrap();
        let create = |email: &str| {
            let input = json!({"Email": email, "AccountName": "shop", "RoleName": "Landlord", "Tags": [{"Key": "team", "Value": "shop"}]});
            let request = text(&world.call(Some(&admin), "organizations:CreateAccount", input).unwrap(), "/CreateAccountStatus/Id");
            let status = json!({"CreateAccountRequestId": request});
            world.call(Some(&admin), "organizations:DescribeCreateAccountStatus", status).unwrap()["CreateAccountStatus"].clone()
        };
        let made = text(&create("shop@example.com"), "/AccountId");
        assert_eq!(text(&create("shop@example.com"), "/FailureReason"), "EMAIL_ALREADY_EXISTS");
        let records = world.records();
        assert!(records.iter().any(|record| record.action == "organizations:CreateAccountResult"), "its founding is recorded");
        made
    };
    // Another start over the same state.
    let world = World::over(store, blobs, services(), &[DEV]);
    let admin = world.administrator(MANAGEMENT);
    let session = world.assume(&admin, &format!("arn:aws:iam::{made}:role/Landlord")).unwrap();
    world.call(Some(&session), "s3:CreateBucket", json!({"Bucket": "new-account"})).unwrap();
    assert!(world.assume(&world.administrator(DEV), &format!("arn:aws:iam::{made}:role/Landlord")).is_err());
    let tags = world.call(Some(&admin), "organizations:ListTagsForResource", json!({"ResourceId": made})).unwrap();
    assert_eq!(tags["Tags"], json!([{"Key": "team", "Value": "shop"}]));
    for email in ["no", "a@b", "a b@example.com", "a@-example.com"] {
        let input = json!({"Email": email, "AccountName": "x"});
        assert_eq!(world.call(Some(&admin), "organizations:CreateAccount", input).unwrap_err().code, "InvalidInputException", "{email}");
    }
    // Closed, it is no place to act in, nor to reach into.
    world.call(Some(&admin), "organizations:CloseAccount", json!({"AccountId": made})).unwrap();
    let refused = world.call(Some(&session), "s3:CreateBucket", json!({"Bucket": "another"})).unwrap_err();
    assert_eq!(refused.code, "AccessDenied");
    assert!(world.assume(&admin, &format!("arn:aws:iam::{made}:role/Landlord")).is_err());
    assert!(world.call(Some(&world.administrator(DEV)), "s3:ListObjectsV2", json!({"Bucket": "new-account"})).is_err());
    let described = world.call(Some(&admin), "organizations:DescribeAccount", json!({"AccountId": made})).unwrap();
    assert_eq!(text(&described, "/Account/Status"), "SUSPENDED");
}

#[test]
fn an_organization_ends_when_its_members_have_left() {
    let o = Organized::new();
    o.policy("P");
    o.unit(&o.root, "U");
    assert_eq!(o.code("DeleteOrganization", json!({})), "OrganizationNotEmptyException");
    assert_eq!(o.code("RemoveAccountFromOrganization", json!({"AccountId": MANAGEMENT})), "MasterCannotLeaveOrganizationException");
    for account in [DEV, PROD] {
        o.call("RemoveAccountFromOrganization", json!({"AccountId": account})).unwrap();
    }
    o.call("DeleteOrganization", json!({})).unwrap();
    assert_eq!(o.code("ListRoots", json!({})), "AWSOrganizationsNotInUseException");
    o.call("CreateOrganization", json!({})).unwrap();
    assert_eq!(o.call("ListPolicies", json!({"Filter": "SERVICE_CONTROL_POLICY"})).unwrap()["Policies"].as_array().unwrap().len(), 1);
}
