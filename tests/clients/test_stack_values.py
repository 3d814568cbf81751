"""What templates take from elsewhere, with real clients: stored parameters, secrets, signals by curl, templates in buckets."""

import json
import subprocess
import time

import boto3
import botocore.config
import botocore.exceptions

from harness import Served

STORED = """
Parameters:
  BootstrapVersion: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /cdk-bootstrap/hnb659fds/version}
Rules:
  CheckBootstrapVersion:
    Assertions:
      - Assert: !Not [!Contains [['1', '2', '3', '4', '5'], !Ref BootstrapVersion]]
        AssertDescription: CDK bootstrap stack version 6 required.
Resources:
  Copy:
    Type: AWS::SSM::Parameter
    Properties: {Name: /copy, Type: String, Value: 'v{{resolve:ssm:/cdk-bootstrap/hnb659fds/version}} {{resolve:ssm:/stage:1}}'}
"""

SECRET = """
Resources:
  Copy:
    Type: AWS::SecretsManager::Secret
    Properties: {Name: copy, SecretString: '{{resolve:secretsmanager:db:SecretString:password}}'}
"""

WAITS = """
Resources:
  Handle: {Type: 'AWS::CloudFormation::WaitConditionHandle'}
  Wait:
    Type: AWS::CloudFormation::WaitCondition
    Properties: {Handle: !Ref Handle, Timeout: '600'}
Outputs: {Data: {Value: !GetAtt Wait.Data}}
"""

POLICY = """
Resources:
  Wait:
    Type: AWS::CloudFormation::WaitCondition
    CreationPolicy: {ResourceSignal: {Timeout: PT10M}}
"""


class StackValues(Served):
    example = "quickstart"

    def setUp(self):
        super().setUp()
        self.dev = self.account("dev")
        self.stacks = self.client("cloudformation")

    def client(self, service, environment=None):
        dev = environment or self.dev
        session = boto3.Session(dev["AWS_ACCESS_KEY_ID"], dev["AWS_SECRET_ACCESS_KEY"], dev["AWS_SESSION_TOKEN"], dev["AWS_REGION"])
        config = botocore.config.Config(retries={"total_max_attempts": 1})
        return session.client(service, endpoint_url=f"http://127.0.0.1:{self.port}", config=config)

    def refused(self, call, **arguments):
        with self.assertRaises(botocore.exceptions.ClientError) as raised:
            call(**arguments)
        return raised.exception.response["Error"]["Message"]

    def until(self, name, status):
        for _ in range(100):
            stack = self.stacks.describe_stacks(StackName=name)["Stacks"][0]
            if stack["StackStatus"] == status:
                return stack
            time.sleep(0.1)
        self.fail(f"{name} is {stack['StackStatus']}: {self.stacks.describe_stack_events(StackName=name)['StackEvents']}")

    def resource(self, name, logical_id):
        for _ in range(100):
            rows = self.stacks.describe_stack_resources(StackName=name)["StackResources"]
            found = [r for r in rows if r["LogicalResourceId"] == logical_id]
            if found:
                return found[0]
            time.sleep(0.1)
        self.fail(f"{name} has no {logical_id}")

    def test_stored_parameters_and_references(self):
        ssm = self.client("ssm")
        version = "/cdk-bootstrap/hnb659fds/version"
        ssm.put_parameter(Name="/stage", Type="String", Value="dev")
        create = dict(StackName="app", TemplateBody=STORED)
        self.assertIn(f"Unable to fetch parameters [{version}] from parameter store for this account.", self.refused(self.stacks.create_stack, **create))
        ssm.put_parameter(Name=version, Type="String", Value="5")
        self.assertIn("CDK bootstrap stack version 6 required.", self.refused(self.stacks.create_stack, **create))
        ssm.put_parameter(Name=version, Type="String", Value="20", Overwrite=True)
        self.stacks.create_stack(**create)
        stack = self.until("app", "CREATE_COMPLETE")
        self.assertEqual(stack["Parameters"], [{"ParameterKey": "BootstrapVersion", "ParameterValue": version, "ResolvedValue": "20"}])
        self.assertEqual(ssm.get_parameter(Name="/copy")["Parameter"]["Value"], "v20 dev")
        ssm.put_parameter(Name=version, Type="String", Value="21", Overwrite=True)
        self.stacks.create_change_set(StackName="app", ChangeSetName="next", UsePreviousTemplate=True, Parameters=[{"ParameterKey": "BootstrapVersion", "UsePreviousValue": True}])
        self.stacks.get_waiter("change_set_create_complete").wait(StackName="app", ChangeSetName="next")
        shown = self.stacks.describe_change_set(StackName="app", ChangeSetName="next")
        self.assertEqual(shown["Parameters"][0]["ResolvedValue"], "21")
        self.stacks.execute_change_set(StackName="app", ChangeSetName="next")
        self.until("app", "UPDATE_COMPLETE")
        self.assertEqual(ssm.get_parameter(Name="/copy")["Parameter"]["Value"], "v21 dev")

    def test_secrets(self):
        secrets = self.client("secretsmanager")
        secrets.create_secret(Name="db", SecretString=json.dumps({"password": "marker-of-a-secret"}))
        self.stacks.create_stack(StackName="app", TemplateBody=SECRET)
        self.until("app", "CREATE_COMPLETE")
        self.assertEqual(secrets.get_secret_value(SecretId="copy")["SecretString"], "marker-of-a-secret")
        told = json.dumps([self.stacks.describe_stack_events(StackName="app"), self.stacks.get_template(StackName="app"), self.stacks.describe_stacks()], default=str)
        self.assertNotIn("marker-of-a-secret", told)
        self.assertIn("{{resolve:secretsmanager:db:SecretString:password}}", told)

    def test_a_signal_by_curl(self):
        self.stacks.create_stack(StackName="app", TemplateBody=WAITS)
        url = self.resource("app", "Handle")["PhysicalResourceId"]
        signal = self.temporary / "signal"
        signal.write_text(json.dumps({"Status": "SUCCESS", "UniqueId": "build", "Data": "done", "Reason": "it works"}))
        curl = ["curl", "-s", "-o", str(self.temporary / "answer"), "-w", "%{http_code}", "-T", str(signal)]
        self.assertEqual(subprocess.run([*curl, url[:-1]], capture_output=True, text=True).stdout, "403")
        self.assertEqual(subprocess.run([*curl, url], capture_output=True, text=True).stdout, "200")
        stack = self.until("app", "CREATE_COMPLETE")
        self.assertEqual(json.loads(stack["Outputs"][0]["OutputValue"]), {"build": "done"})

    def test_a_creation_policy(self):
        self.stacks.create_stack(StackName="app", TemplateBody=POLICY)
        self.resource("app", "Wait")
        self.stacks.signal_resource(StackName="app", LogicalResourceId="Wait", UniqueId="one", Status="FAILURE")
        self.until("app", "ROLLBACK_COMPLETE")
        reasons = [e.get("ResourceStatusReason", "") for e in self.stacks.describe_stack_events(StackName="app")["StackEvents"]]
        self.assertTrue(any("Received 1 FAILURE signal(s) out of 1." in reason for reason in reasons), reasons)

    def test_templates_in_buckets_and_their_summary(self):
        s3 = self.client("s3")
        s3.create_bucket(Bucket="templates")
        s3.put_bucket_versioning(Bucket="templates", VersioningConfiguration={"Status": "Enabled"})
        version = s3.put_object(Bucket="templates", Key="dir/a b.yaml", Body=POLICY.encode())["VersionId"]
        s3.put_object(Bucket="templates", Key="dir/a b.yaml", Body=STORED.encode())
        region = self.dev["AWS_REGION"]
        for url in (
            f"https://templates.s3.{region}.amazonaws.com/dir/a%20b.yaml",
            f"https://s3.{region}.amazonaws.com/templates/dir/a%20b.yaml",
            "https://templates.s3.amazonaws.com/dir/a%20b.yaml",
            f"http://127.0.0.1:{self.port}/templates/dir/a%20b.yaml",
        ):
            summary = self.stacks.get_template_summary(TemplateURL=url)
            self.assertEqual(summary["ResourceTypes"], ["AWS::SSM::Parameter"], url)
        self.assertEqual(summary["Parameters"][0]["ParameterType"], "AWS::SSM::Parameter::Value<String>")
        self.assertEqual(summary["ResourceIdentifierSummaries"], [{"ResourceType": "AWS::SSM::Parameter", "LogicalResourceIds": ["Copy"], "ResourceIdentifiers": ["Name"]}])
        older = self.stacks.get_template_summary(TemplateURL=f"{url}?versionId={version}")
        self.assertEqual(older["ResourceTypes"], ["AWS::CloudFormation::WaitCondition"])
        self.assertIn("S3 error", self.refused(self.stacks.validate_template, TemplateURL=f"{url}-none"))
        self.assertIn("nothing is fetched from other hosts", self.refused(self.stacks.validate_template, TemplateURL="https://example.com/t.yaml"))
