"""Stack sets as the AWS CLI and boto3 use them, over three accounts."""

import json
import unittest

from botocore.exceptions import ClientError
from harness import DEV, PROD, REGION, STAGING, Served

TEMPLATE = """
Parameters:
  Days: {Type: Number, Default: 7}
Resources:
  Group:
    Type: AWS::Logs::LogGroup
    Properties: {LogGroupName: /from-the-set, RetentionInDays: !Ref Days}
"""
ADMINISTRATION = "AWSCloudFormationStackSetAdministrationRole"
EXECUTION = "AWSCloudFormationStackSetExecutionRole"


def trust(principal):
    return json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}})


def allow(actions):
    return json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": actions, "Resource": "*"}})


class StackSets(Served):
    def setUp(self):
        super().setUp()
        self.dev = self.account("dev")
        self.sets = self.client(self.dev, "cloudformation")
        iam = self.client(self.dev, "iam")
        iam.create_role(RoleName=ADMINISTRATION, AssumeRolePolicyDocument=trust({"Service": "cloudformation.amazonaws.com"}))
        iam.put_role_policy(RoleName=ADMINISTRATION, PolicyName="main", PolicyDocument=allow("sts:AssumeRole"))

    def execution_role(self, account):
        iam = self.client(self.account(account), "iam")
        iam.create_role(RoleName=EXECUTION, AssumeRolePolicyDocument=trust({"AWS": f"arn:aws:iam::{DEV}:role/{ADMINISTRATION}"}))
        iam.put_role_policy(RoleName=EXECUTION, PolicyName="main", PolicyDocument=allow(["cloudformation:*", "logs:*"]))

    def ended(self, operation):
        def look():
            answer = self.sets.describe_stack_set_operation(StackSetName="groups", OperationId=operation)["StackSetOperation"]
            return answer if answer["Status"] not in ("RUNNING", "STOPPING", "QUEUED") else None

        return self.wait(f"operation {operation}", look)

    def retention(self, account):
        groups = self.client(self.account(account), "logs").describe_log_groups(logGroupNamePrefix="/from-the-set")["logGroups"]
        return groups[0].get("retentionInDays") if groups else None

    def test_from_the_first_to_the_last(self):
        self.execution_role("staging")
        self.execution_role("prod")
        path = self.temporary / "set.yaml"
        path.write_text(TEMPLATE)
        made = self.answer(self.dev, "cloudformation", "create-stack-set", "--stack-set-name", "groups", "--template-body", f"file://{path}", "--tags", "Key=team,Value=shop")
        self.assertTrue(made["StackSetId"].startswith("groups:"))
        begun = self.answer(
            self.dev, "cloudformation", "create-stack-instances", "--stack-set-name", "groups", "--accounts", STAGING, PROD, "--regions", REGION,
            "--operation-preferences", "FailureToleranceCount=1,MaxConcurrentCount=2",
        )
        self.assertEqual(self.ended(begun["OperationId"])["Status"], "SUCCEEDED")
        self.assertEqual((self.retention("staging"), self.retention("prod")), (7, 7))
        shown = self.sets.describe_stack_set(StackSetName="groups")["StackSet"]
        self.assertEqual((shown["Status"], shown["PermissionModel"], shown["Regions"]), ("ACTIVE", "SELF_MANAGED", [REGION]))
        instances = self.sets.list_stack_instances(StackSetName="groups")["Summaries"]
        self.assertEqual([(i["Account"], i["Status"], i["StackInstanceStatus"]["DetailedStatus"]) for i in instances], [(STAGING, "CURRENT", "SUCCEEDED"), (PROD, "CURRENT", "SUCCEEDED")])
        own = self.sets.update_stack_instances(StackSetName="groups", Accounts=[PROD], Regions=[REGION], ParameterOverrides=[{"ParameterKey": "Days", "ParameterValue": "30"}])
        self.assertEqual(self.ended(own["OperationId"])["Status"], "SUCCEEDED")
        changed = self.sets.update_stack_set(StackSetName="groups", UsePreviousTemplate=True, Parameters=[{"ParameterKey": "Days", "ParameterValue": "14"}])
        self.assertEqual(self.ended(changed["OperationId"])["Status"], "SUCCEEDED")
        self.assertEqual((self.retention("staging"), self.retention("prod")), (14, 30))
        instance = self.sets.describe_stack_instance(StackSetName="groups", StackInstanceAccount=PROD, StackInstanceRegion=REGION)["StackInstance"]
        self.assertEqual(instance["ParameterOverrides"][0]["ParameterValue"], "30")
        gone = self.sets.delete_stack_instances(StackSetName="groups", Accounts=[STAGING, PROD], Regions=[REGION], RetainStacks=False)
        self.assertEqual(self.ended(gone["OperationId"])["Status"], "SUCCEEDED")
        self.assertEqual((self.retention("staging"), self.retention("prod")), (None, None))
        self.sets.delete_stack_set(StackSetName="groups")
        actions = [o["Action"] for o in self.sets.list_stack_set_operations(StackSetName=made["StackSetId"])["Summaries"]]
        self.assertEqual(actions, ["DELETE", "UPDATE", "UPDATE", "CREATE"])

    def test_an_account_without_the_role(self):
        self.execution_role("prod")
        self.sets.create_stack_set(StackSetName="groups", TemplateBody=TEMPLATE)
        begun = self.sets.create_stack_instances(StackSetName="groups", Accounts=[STAGING, PROD], Regions=[REGION])
        self.assertEqual(self.ended(begun["OperationId"])["Status"], "FAILED")
        results = self.sets.list_stack_set_operation_results(StackSetName="groups", OperationId=begun["OperationId"])["Summaries"]
        self.assertEqual([r["Status"] for r in results], ["FAILED", "CANCELLED"])
        self.assertEqual(results[0]["StatusReason"], f"Account {STAGING} should have '{EXECUTION}' role with trust relationship to Role '{ADMINISTRATION}'.")
        with self.assertRaises(ClientError) as refused:
            self.sets.delete_stack_set(StackSetName="groups")
        self.assertEqual(refused.exception.response["Error"]["Code"], "StackSetNotEmptyException")
        with self.assertRaises(self.sets.exceptions.StackSetNotFoundException):
            self.sets.describe_stack_set(StackSetName="missing")


if __name__ == "__main__":
    unittest.main()
