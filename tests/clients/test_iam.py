"""IAM as its clients use it: people and groups by the AWS CLI, and every answer held against botocore's model of it."""

import csv
import datetime
import io
import json
import re
import unittest
import xml.etree.ElementTree as ElementTree

import boto3
from botocore.exceptions import ClientError

from harness import DEV, REGION, Served

TRUST = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]})
# AWS answers `Policy`, whatever the model's enumeration says.
FREE = {"PermissionsBoundaryType"}


def policy(action, effect="Allow"):
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": effect, "Action": action, "Resource": "*"}]})


class Model:
    """Holds raw answers against the model of their operation."""

    def __init__(self):
        self.seen, self.wrong = set(), []

    def __call__(self, operation_model, response_dict, **_):
        name = operation_model.name
        if response_dict["status_code"] != 200:
            return
        self.seen.add(name)
        root = ElementTree.fromstring(re.sub(rb' xmlns="[^"]*"', b"", response_dict["body"], count=1))
        if root.tag != f"{name}Response":
            self.wrong.append(f"{name}: the answer is <{root.tag}>")
        parts = {child.tag: child for child in root}
        result = parts.pop(f"{name}Result", None)
        if set(parts) != {"ResponseMetadata"}:
            self.wrong.append(f"{name}: <{root.tag}> has {sorted(parts)}")
        if operation_model.output_shape is not None:
            self.check(operation_model.output_shape, result if result is not None else ElementTree.Element("none"), name)
        elif result is not None and (len(result) or (result.text or "").strip()):
            self.wrong.append(f"{name}: has a result, which the model has not")

    def check(self, shape, element, path):
        getattr(self, f"check_{shape.type_name}", self.check_string)(shape, element, path)

    def check_structure(self, shape, element, path):
        members = {member.serialization.get("name", name): (name, member) for name, member in shape.members.items()}
        found = set()
        for child in element:
            if child.tag not in members:
                self.wrong.append(f"{path}: {child.tag} is not in {shape.name}")
                continue
            name, member = members[child.tag]
            if name in found:
                self.wrong.append(f"{path}: {name} is there twice")
            found.add(name)
            if name not in FREE:
                self.check(member, child, f"{path}.{name}")
        missing = set(shape.required_members) - found
        if missing:
            self.wrong.append(f"{path}: {sorted(missing)} of {shape.name} missing")

    def check_list(self, shape, element, path):
        for child in element:
            if child.tag != "member":
                self.wrong.append(f"{path}: a list has <{child.tag}>")
            self.check(shape.member, child, f"{path}[]")

    def check_map(self, shape, element, path):
        for entry in element:
            parts = {child.tag: child for child in entry}
            if entry.tag != "entry" or set(parts) != {"key", "value"}:
                self.wrong.append(f"{path}: a map has <{entry.tag}> of {sorted(parts)}")
                continue
            self.check(shape.key, parts["key"], f"{path}.key")
            self.check(shape.value, parts["value"], f"{path}.{parts['key'].text}")

    def check_timestamp(self, _, element, path):
        try:
            datetime.datetime.fromisoformat(element.text.replace("Z", "+00:00"))
        except (AttributeError, ValueError):
            self.wrong.append(f"{path}: {element.text} is no time")

    def check_integer(self, _, element, path):
        if not re.fullmatch(r"-?\d+", element.text or ""):
            self.wrong.append(f"{path}: {element.text} is no integer")

    def check_boolean(self, _, element, path):
        if element.text not in ("true", "false"):
            self.wrong.append(f"{path}: {element.text} is no boolean")

    def check_string(self, shape, element, path):
        text = element.text or ""
        if len(element):
            self.wrong.append(f"{path}: a {shape.type_name} has members")
        enum = getattr(shape, "enum", None)
        if enum and text not in enum:
            self.wrong.append(f"{path}: {text} is none of {enum}")
        if len(text) < shape.metadata.get("min", 0):
            self.wrong.append(f"{path}: '{text}' is too short")


class Iam(Served):
    def client(self, environment, service="iam"):
        session = boto3.Session(
            aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
            aws_session_token=environment.get("AWS_SESSION_TOKEN"),
            region_name=REGION,
        )
        return session.client(service, endpoint_url=f"http://127.0.0.1:{self.port}")

    def as_user(self, environment, key):
        """The environment of a user by its access key."""
        of_user = {**environment, "AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
        of_user.pop("AWS_SESSION_TOKEN", None)
        return of_user

    def test_a_group_by_the_cli(self):
        dev = self.account("dev")
        self.aws(dev, "iam", "create-group", "--group-name", "Readers", "--path", "/team/")
        self.aws(dev, "iam", "create-user", "--user-name", "ann", "--tags", "Key=team,Value=a")
        ann = self.as_user(dev, self.answer(dev, "iam", "create-access-key", "--user-name", "ann")["AccessKey"])
        refused = self.aws(ann, "iam", "get-user", check=False)
        self.assertIn("because no identity-based policy allows the iam:GetUser action", refused.stderr)
        policy_arn = self.answer(dev, "iam", "create-policy", "--policy-name", "Read", "--policy-document", policy("iam:Get*"))["Policy"]["Arn"]
        self.aws(dev, "iam", "attach-group-policy", "--group-name", "Readers", "--policy-arn", policy_arn)
        self.aws(dev, "iam", "add-user-to-group", "--group-name", "Readers", "--user-name", "ann")
        self.assertEqual(self.answer(ann, "iam", "get-user")["User"]["Tags"], [{"Key": "team", "Value": "a"}])
        self.aws(dev, "iam", "put-group-policy", "--group-name", "Readers", "--policy-name", "not", "--policy-document", policy("iam:GetUser", "Deny"))
        refused = self.aws(ann, "iam", "get-user", check=False)
        self.assertIn("with an explicit deny in an identity-based policy", refused.stderr)
        details = self.answer(dev, "iam", "get-account-authorization-details")
        user = next(user for user in details["UserDetailList"] if user["UserName"] == "ann")
        self.assertEqual(user["GroupList"], ["Readers"])
        group = next(group for group in details["GroupDetailList"] if group["GroupName"] == "Readers")
        self.assertEqual(group["GroupPolicyList"][0]["PolicyDocument"]["Statement"][0]["Effect"], "Deny")
        self.assertEqual(group["AttachedManagedPolicies"][0]["PolicyArn"], policy_arn)
        entities = self.answer(dev, "iam", "list-entities-for-policy", "--policy-arn", policy_arn)
        self.assertEqual([group["GroupName"] for group in entities["PolicyGroups"]], ["Readers"])
        self.aws(dev, "iam", "update-user", "--user-name", "ann", "--new-user-name", "anna")
        self.assertEqual(self.answer(ann, "sts", "get-caller-identity")["Arn"], f"arn:aws:iam::{DEV}:user/anna")
        self.assertIn("must remove users from group first", self.aws(dev, "iam", "delete-group", "--group-name", "Readers", check=False).stderr)

    def test_a_delegated_administrator_stays_within_the_boundary(self):
        dev = self.account("dev")
        edge = self.answer(dev, "iam", "create-policy", "--policy-name", "edge", "--policy-document", policy("s3:*"))["Policy"]["Arn"]
        within = {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Action": ["iam:CreateUser", "iam:AttachUserPolicy"], "Resource": "*", "Condition": {"StringEquals": {"iam:PermissionsBoundary": edge}}},
                {"Effect": "Deny", "Action": "iam:DeleteUserPermissionsBoundary", "Resource": "*"},
            ],
        }
        self.aws(dev, "iam", "create-user", "--user-name", "delegate")
        self.aws(dev, "iam", "put-user-policy", "--user-name", "delegate", "--policy-name", "within", "--policy-document", json.dumps(within))
        delegate = self.as_user(dev, self.answer(dev, "iam", "create-access-key", "--user-name", "delegate")["AccessKey"])
        self.assertIn("AccessDenied", self.aws(delegate, "iam", "create-user", "--user-name", "free", check=False).stderr)
        self.aws(delegate, "iam", "create-user", "--user-name", "bound", "--permissions-boundary", edge)
        self.aws(delegate, "iam", "attach-user-policy", "--user-name", "bound", "--policy-arn", "arn:aws:iam::aws:policy/AdministratorAccess")
        for user in ("bound", "delegate"):
            refused = self.aws(delegate, "iam", "delete-user-permissions-boundary", "--user-name", user, check=False)
            self.assertIn("with an explicit deny", refused.stderr)

    def test_the_credential_report(self):
        dev = self.account("dev")
        self.aws(dev, "iam", "create-user", "--user-name", "ann")
        self.aws(dev, "iam", "create-login-profile", "--user-name", "ann", "--password", "First-password1")
        self.assertEqual(self.answer(dev, "iam", "generate-credential-report")["State"], "COMPLETE")
        content = self.client(dev).get_credential_report()["Content"].decode()
        rows = {row["user"]: row for row in csv.DictReader(io.StringIO(content))}
        self.assertEqual((rows["ann"]["password_enabled"], rows["ann"]["access_key_1_active"]), ("true", "false"))
        self.assertIn("<root_account>", rows)

    def test_pages(self):
        dev = self.account("dev")
        iam = self.client(dev)
        names = [f"page{n:02}" for n in range(7)]
        for name in names:
            iam.create_user(UserName=name)
            iam.create_group(GroupName=name)
            iam.add_user_to_group(GroupName="page00", UserName=name)
            iam.create_policy(PolicyName=name, PolicyDocument=policy("s3:*"))
            iam.create_instance_profile(InstanceProfileName=name)
            iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)
        for operation, key, list_name, more in [
            ("list_users", "UserName", "Users", {}),
            ("list_groups", "GroupName", "Groups", {}),
            ("list_roles", "RoleName", "Roles", {}),
            ("list_instance_profiles", "InstanceProfileName", "InstanceProfiles", {}),
            ("list_policies", "PolicyName", "Policies", {"Scope": "Local"}),
            ("get_group", "UserName", "Users", {"GroupName": "page00"}),
            ("get_account_authorization_details", "UserName", "UserDetailList", {"Filter": ["User"]}),
        ]:
            pages = list(iam.get_paginator(operation).paginate(PaginationConfig={"PageSize": 3}, **more))
            found = [item[key] for page in pages for item in page[list_name]]
            self.assertEqual(len(found), len(set(found)), operation)
            self.assertLessEqual(set(names), set(found), operation)
            self.assertTrue(all(len(page[list_name]) <= 3 for page in pages), operation)
        for marker in ("nonsense", "é", "0"):
            with self.assertRaises(ClientError) as refused:
                iam.list_users(Marker=marker)
            self.assertEqual(refused.exception.response["Error"]["Code"], "ValidationError")

    def test_every_answer_is_as_the_model_says(self):
        dev = self.account("dev")
        iam = self.client(dev)
        model = Model()
        iam.meta.events.register("before-parse.iam.*", model)
        arn = lambda kind, name: f"arn:aws:iam::{DEV}:{kind}/{name}"
        tags = [{"Key": "team", "Value": "a"}, {"Key": "empty", "Value": ""}]
        managed = iam.create_policy(PolicyName="P", Path="/x/", PolicyDocument=policy("s3:*"), Description="d", Tags=tags)["Policy"]["Arn"]
        iam.create_user(UserName="U", Path="/x/", PermissionsBoundary=managed, Tags=tags)
        iam.create_group(GroupName="G", Path="/x/")
        iam.create_role(RoleName="R", AssumeRolePolicyDocument=TRUST, Description="d", PermissionsBoundary=managed, Tags=tags)
        iam.create_instance_profile(InstanceProfileName="I", Tags=tags)
        iam.add_role_to_instance_profile(InstanceProfileName="I", RoleName="R")
        iam.add_user_to_group(GroupName="G", UserName="U")
        for kind, name in (("group", "G"), ("role", "R"), ("user", "U")):
            named = {f"{kind.capitalize()}Name": name}
            call = lambda operation, **more: getattr(iam, operation)(**named, **more)
            call(f"put_{kind}_policy", PolicyName="p", PolicyDocument=policy("s3:*"))
            self.assertEqual(call(f"get_{kind}_policy", PolicyName="p")["PolicyDocument"]["Version"], "2012-10-17")
            call(f"attach_{kind}_policy", PolicyArn=managed)
            self.assertEqual(len(call(f"list_attached_{kind}_policies")["AttachedPolicies"]), 1)
            self.assertEqual(call(f"list_{kind}_policies")["PolicyNames"], ["p"])
            if kind != "group":
                call(f"put_{kind}_permissions_boundary", PermissionsBoundary=managed)
        for kind, named in (("role", {"RoleName": "R"}), ("user", {"UserName": "U"}), ("instance_profile", {"InstanceProfileName": "I"}), ("policy", {"PolicyArn": managed})):
            getattr(iam, f"tag_{kind}")(Tags=[{"Key": "more", "Value": "1"}], **named)
            getattr(iam, f"untag_{kind}")(TagKeys=["more"], **named)
            self.assertEqual(len(getattr(iam, f"list_{kind}_tags")(**named)["Tags"]), 2)
        iam.get_user(UserName="U")
        iam.get_group(GroupName="G")
        iam.get_role(RoleName="R")
        iam.get_instance_profile(InstanceProfileName="I")
        iam.get_policy(PolicyArn=managed)
        iam.get_policy(PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
        for operation in ("list_users", "list_groups", "list_roles", "list_instance_profiles", "list_policies", "get_account_summary", "get_account_authorization_details"):
            getattr(iam, operation)()
        iam.list_groups_for_user(UserName="U")
        iam.list_instance_profiles_for_role(RoleName="R")
        iam.list_entities_for_policy(PolicyArn=managed)
        version = iam.create_policy_version(PolicyArn=managed, PolicyDocument=policy("s3:Get*"), SetAsDefault=True)["PolicyVersion"]["VersionId"]
        iam.get_policy_version(PolicyArn=managed, VersionId=version)
        iam.list_policy_versions(PolicyArn=managed)
        iam.set_default_policy_version(PolicyArn=managed, VersionId="v1")
        iam.delete_policy_version(PolicyArn=managed, VersionId=version)
        iam.update_assume_role_policy(RoleName="R", PolicyDocument=TRUST)
        iam.update_role(RoleName="R", MaxSessionDuration=7200)
        iam.update_role_description(RoleName="R", Description="e")
        iam.update_group(GroupName="G", NewGroupName="H", NewPath="/y/")
        iam.update_user(UserName="U", NewUserName="V", NewPath="/y/")
        self.assertEqual(iam.get_user(UserName="V")["User"]["Arn"], arn("user/y", "V"))
        key = iam.create_access_key(UserName="V")["AccessKey"]
        iam.list_access_keys(UserName="V")
        iam.create_login_profile(UserName="V", Password="First-password1", PasswordResetRequired=True)
        iam.get_login_profile(UserName="V")
        iam.update_login_profile(UserName="V", Password="Second-password2")
        iam.put_user_policy(UserName="V", PolicyName="self", PolicyDocument=policy("iam:ChangePassword"))
        iam.put_user_permissions_boundary(UserName="V", PermissionsBoundary="arn:aws:iam::aws:policy/AdministratorAccess")
        own = self.client(self.as_user(dev, key))
        own.meta.events.register("before-parse.iam.*", model)
        own.change_password(OldPassword="Second-password2", NewPassword="Third-password3")
        iam.update_account_password_policy(MinimumPasswordLength=12, MaxPasswordAge=90, PasswordReusePrevention=3)
        iam.get_account_password_policy()
        iam.delete_account_password_policy()
        iam.create_account_alias(AccountAlias="model-check")
        iam.list_account_aliases()
        iam.delete_account_alias(AccountAlias="model-check")
        iam.generate_credential_report()
        iam.get_credential_report()
        # And all of it away again.
        iam.delete_login_profile(UserName="V")
        iam.update_access_key(UserName="V", AccessKeyId=key["AccessKeyId"], Status="Inactive")
        iam.delete_access_key(UserName="V", AccessKeyId=key["AccessKeyId"])
        iam.delete_user_policy(UserName="V", PolicyName="self")
        iam.remove_user_from_group(GroupName="H", UserName="V")
        iam.remove_role_from_instance_profile(InstanceProfileName="I", RoleName="R")
        iam.delete_instance_profile(InstanceProfileName="I")
        for kind, name in (("group", "H"), ("role", "R"), ("user", "V")):
            named = {f"{kind.capitalize()}Name": name}
            getattr(iam, f"delete_{kind}_policy")(PolicyName="p", **named)
            getattr(iam, f"detach_{kind}_policy")(PolicyArn=managed, **named)
            if kind != "group":
                getattr(iam, f"delete_{kind}_permissions_boundary")(**named)
            getattr(iam, f"delete_{kind}")(**named)
        iam.delete_policy(PolicyArn=managed)
        self.assertEqual(model.wrong, [])
        self.assertGreaterEqual(len(model.seen), 90)


if __name__ == "__main__":
    unittest.main()
