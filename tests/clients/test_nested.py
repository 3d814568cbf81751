"""Nested stacks as the AWS CLI and boto3 use them: deploy, waiters, failures, deletion."""

import json
import unittest

from botocore.exceptions import ClientError
from harness import DEV, REGION, Served

CHILD = """
Parameters:
  Name: {Type: String}
  Days: {Type: Number, Default: 7}
Resources:
  Group:
    Type: AWS::Logs::LogGroup
    Properties:
      LogGroupName: !Ref Name
      RetentionInDays: !Ref Days
Outputs:
  Group: {Value: !Ref Group}
"""

PARENT = """
Parameters:
  Days: {Type: Number, Default: 7}
Resources:
  Inner:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: PLACE
      Parameters: {Name: /inner, Days: !Ref Days}
  Beside:
    Type: AWS::SSM::Parameter
    Properties: {Type: String, Name: /beside, Value: !GetAtt Inner.Outputs.Group}
Outputs:
  Inner: {Value: !Ref Inner}
"""


class Nested(Served):
    def setUp(self):
        super().setUp()
        self.dev = self.account("dev")
        self.stacks = self.client(self.dev, "cloudformation")
        self.logs = self.client(self.dev, "logs")
        self.s3 = self.client(self.dev, "s3")
        self.s3.create_bucket(Bucket="nested-templates", CreateBucketConfiguration={"LocationConstraint": REGION})
        self.put(CHILD)
        self.parent = PARENT.replace("PLACE", f"https://nested-templates.s3.{REGION}.amazonaws.com/child.yaml")

    def put(self, text):
        self.s3.put_object(Bucket="nested-templates", Key="child.yaml", Body=text.encode())

    def waiter(self, name, stack):
        self.stacks.get_waiter(name).wait(StackName=stack, WaiterConfig={"Delay": 1, "MaxAttempts": 60})

    def retention(self):
        return self.logs.describe_log_groups(logGroupNamePrefix="/inner")["logGroups"][0].get("retentionInDays")

    def test_deploy_update_delete(self):
        path = self.temporary / "parent.yaml"
        path.write_text(self.parent)
        self.aws(self.dev, "cloudformation", "deploy", "--stack-name", "app", "--template-file", str(path))
        stack = self.stacks.describe_stacks(StackName="app")["Stacks"][0]
        inner = stack["Outputs"][0]["OutputValue"]
        child = self.stacks.describe_stacks(StackName=inner)["Stacks"][0]
        self.assertEqual((child["ParentId"], child["RootId"]), (stack["StackId"], stack["StackId"]))
        self.assertRegex(child["StackName"], "^app-Inner-[A-Z0-9]{12,13}$")
        self.assertEqual(self.retention(), 7)
        self.aws(self.dev, "cloudformation", "deploy", "--stack-name", "app", "--template-file", str(path), "--parameter-overrides", "Days=14")
        self.assertEqual(self.retention(), 14)
        self.assertEqual(self.stacks.describe_stacks(StackName=inner)["Stacks"][0]["StackStatus"], "UPDATE_COMPLETE")
        self.aws(self.dev, "cloudformation", "delete-stack", "--stack-name", "app")
        self.aws(self.dev, "cloudformation", "wait", "stack-delete-complete", "--stack-name", "app")
        self.assertEqual(self.stacks.describe_stacks(StackName=inner)["Stacks"][0]["StackStatus"], "DELETE_COMPLETE")
        self.assertEqual(self.logs.describe_log_groups(logGroupNamePrefix="/inner")["logGroups"], [])

    def test_a_failure_inside(self):
        self.stacks.create_stack(StackName="app", TemplateBody=self.parent)
        self.waiter("stack_create_complete", "app")
        self.put(CHILD.replace("RetentionInDays: !Ref Days", "RetentionInDays: 8"))
        self.stacks.update_stack(StackName="app", TemplateBody=self.parent)
        with self.assertRaisesRegex(Exception, "UPDATE_ROLLBACK"):
            self.waiter("stack_update_complete", "app")
        events = self.stacks.describe_stack_events(StackName="app")["StackEvents"]
        reasons = [e.get("ResourceStatusReason", "") for e in events if e["ResourceStatus"] == "UPDATE_FAILED"]
        self.assertTrue(reasons and reasons[0].startswith("Embedded stack arn:aws:cloudformation:"), reasons)
        self.assertIn("was not successfully updated. Currently in UPDATE_ROLLBACK_", reasons[0])
        self.assertEqual(self.retention(), 7)

    def test_restarted_in_the_middle(self):
        """A parent that waits for its nested stack goes on after the server was killed."""
        self.stacks.create_stack(StackName="app", TemplateBody=self.parent)
        self.stop(9)
        self.start()
        self.stacks = self.client(self.account("dev"), "cloudformation")
        self.waiter("stack_create_complete", "app")

    def test_the_roles_rights(self):
        iam = self.client(self.dev, "iam")
        trust = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": "cloudformation.amazonaws.com"}, "Action": "sts:AssumeRole"}}
        role = iam.create_role(RoleName="Stacks", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
        rights = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": ["logs:*", "ssm:*", "s3:GetObject"], "Resource": "*"}}
        iam.put_role_policy(RoleName="Stacks", PolicyName="main", PolicyDocument=json.dumps(rights))
        self.stacks.create_stack(StackName="app", TemplateBody=self.parent, RoleARN=role)
        with self.assertRaises(Exception):
            self.waiter("stack_create_complete", "app")
        events = self.stacks.describe_stack_events(StackName="app")["StackEvents"]
        reasons = " ".join(e.get("ResourceStatusReason", "") for e in events)
        self.assertIn(f"arn:aws:sts::{DEV}:assumed-role/Stacks/AWSCloudFormation is not authorized to perform: cloudformation:CreateStack", reasons)

    def test_directly(self):
        self.stacks.create_stack(StackName="app", TemplateBody=self.parent, EnableTerminationProtection=True)
        self.waiter("stack_create_complete", "app")
        inner = self.stacks.describe_stacks(StackName="app")["Stacks"][0]["Outputs"][0]["OutputValue"]
        for call, more in [("delete_stack", {}), ("update_termination_protection", {"EnableTerminationProtection": False})]:
            with self.assertRaises(ClientError) as refused:
                getattr(self.stacks, call)(StackName=inner, **more)
            self.assertEqual(refused.exception.response["Error"]["Code"], "ValidationError")


if __name__ == "__main__":
    unittest.main()
