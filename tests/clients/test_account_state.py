"""`sekisho rehearse --account-state` with what the shipped script saves by the AWS CLI: it only reads, and what it saved decides."""

import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

from harness import BINARY

KEY = "arn:aws:kms:eu-west-1:222222222222:key/11111111-2222-4333-8444-555555555555"

# Answers as the AWS CLI gives them.
STATE = [
    {"UserId": "x", "Account": "222222222222", "Arn": "arn:aws:iam::222222222222:user/audit"},
    {"KeyMetadata": {"KeyId": KEY.rsplit("/", 1)[1], "Arn": KEY}},
    {"Policy": json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::222222222222:root"}, "Action": "kms:*", "Resource": "*"}]}), "PolicyName": "default"},
    {"Aliases": [{"AliasName": "alias/artifacts", "TargetKeyId": KEY.rsplit("/", 1)[1]}]},
    {"Organization": {"Id": "o-exampleorgid", "MasterAccountId": "999999999999"}},
    {"Roots": [{"Id": "r-ab12", "Name": "Root"}]},
    {"Parent": "r-ab12"},
    {"Accounts": [{"Id": "111111111111", "Name": "dev"}]},
    {"Policy": {"PolicySummary": {"Id": "p-examplepolicyid1", "Name": "NoTags", "Type": "SERVICE_CONTROL_POLICY"},
                "Content": json.dumps({"Version": "2012-10-17", "Statement": [
                    {"Effect": "Deny", "Action": "s3:GetBucketVersioning", "Resource": "arn:aws:s3:::shop-artifacts"}]})}},
    {"Targets": [{"TargetId": "r-ab12", "Type": "ROOT"}]},
]

TEMPLATE = f"""
Resources:
  Artifacts: {{ Type: AWS::S3::Bucket, Properties: {{ BucketName: shop-artifacts, VersioningConfiguration: {{ Status: Enabled }} }} }}
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: shop-pipeline
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement: [ {{ Effect: Allow, Principal: {{ Service: codepipeline.amazonaws.com }}, Action: "sts:AssumeRole" }} ]
      Policies:
        - PolicyName: all
          PolicyDocument: {{ Version: "2012-10-17", Statement: [ {{ Effect: Allow, Action: [ "s3:*", "kms:*" ], Resource: "*" }} ] }}
  Pipeline:
    Type: AWS::CodePipeline::Pipeline
    Properties:
      Name: shop
      RoleArn: !GetAtt Role.Arn
      ArtifactStore: {{ Type: S3, Location: !Ref Artifacts, EncryptionKey: {{ Type: KMS, Id: "{KEY}" }} }}
      Stages:
        - Name: Source
          Actions:
            - Name: Source
              ActionTypeId: {{ Category: Source, Owner: AWS, Provider: S3, Version: "1" }}
              Configuration: {{ S3Bucket: !Ref Artifacts, S3ObjectKey: source.zip, PollForSourceChanges: "false" }}
              OutputArtifacts: [ {{ Name: Source }} ]
        - Name: Deploy
          Actions:
            - Name: Deploy
              ActionTypeId: {{ Category: Deploy, Owner: AWS, Provider: S3, Version: "1" }}
              Configuration: {{ BucketName: !Ref Artifacts, Extract: "false", ObjectKey: deployed.zip }}
              InputArtifacts: [ {{ Name: Source }} ]
"""


class AccountState(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="sekisho-test-")))
        (self.folder / "shop.yaml").write_text(TEMPLATE)

    def rehearse(self, *options):
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "SEKISHO_"))} | {"HOME": str(self.folder)}
        done = subprocess.run(
            [BINARY, "rehearse", "shop.yaml", "--region", "eu-west-1", "--account", "dev=111111111111:shop.yaml", *options, "--output", "json"],
            cwd=self.folder, env=environment, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        return json.loads(done.stdout)

    def test_keys_and_guardrails_that_are_there_decide(self):
        (self.folder / "state.json").write_text("\n".join(json.dumps(answer) for answer in STATE))
        report = self.rehearse("--account-state", "state.json")
        denied = {(one["call"]["action"], one["call"]["resource"]): one for one in report["findings"] if one["kind"] == "denied"}
        self.assertIn(("kms:Decrypt", KEY), denied)
        self.assertTrue(any("state.json, in the answer that begins in line 3" in note for note in denied["kms:Decrypt", KEY]["notes"]))
        guarded = denied["s3:GetBucketVersioning", "arn:aws:s3:::shop-artifacts"]
        self.assertTrue(any("NoTags" in cause["text"] for cause in guarded["causes"]))
        self.assertTrue(any("line 9" in note for note in guarded["notes"]))

    def test_the_script_only_reads(self):
        environment = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")} | {"HOME": str(self.folder)}
        script = subprocess.run([BINARY, "rehearse", "--print-state-script"], env=environment, capture_output=True, text=True, timeout=60, check=True).stdout
        subprocess.run(["sh", "-n"], input=script, text=True, check=True)
        (self.folder / "bin").mkdir()
        called = self.folder / "called"
        # Stands for the AWS CLI: it writes down what it is asked for, and says who it is.
        cli = f'#!/bin/sh\necho "$1 $2" >> {called}\n[ "$1" = sts ] && echo \'{json.dumps(STATE[0])}\'\nexit 0\n'
        (self.folder / "bin/aws").write_text(cli)
        (self.folder / "bin/aws").chmod(0o755)
        path = f"{self.folder / 'bin'}:{os.environ['PATH']}"
        subprocess.run(["sh"], input=script, text=True, check=True, env={"PATH": path}, stdout=subprocess.DEVNULL)
        asked = set(called.read_text().splitlines())
        self.assertIn("organizations list-roots", asked)
        self.assertIn("cloudformation list-exports", asked)
        verbs = {line.split()[1].split("-")[0] for line in asked}
        self.assertLessEqual(verbs, {"get", "list", "describe"})


if __name__ == "__main__":
    unittest.main()
