"""`sekisho rehearse --trail` with what CloudTrail told of a real run: what was called counts, and what was denied is explained and mended."""

import json

import botocore.exceptions

from harness import DEV, REGION, Served

TEMPLATE = """
Resources:
  # What an auditor's program runs as.
  Tool:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: { AWS: !Sub "arn:aws:iam::${AWS::AccountId}:root" }
            Action: sts:AssumeRole
      Policies:
        - PolicyName: own
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action: ssm:GetParameter
                Resource: !Sub arn:aws:ssm:${AWS::Region}:${AWS::AccountId}:parameter/app/*
              - Effect: Allow
                Action: iam:ListRoles
                Resource: "*"
              - Effect: Allow
                Action: iam:ListUsers
                Resource: "*"
"""


class Trail(Served):
    def rehearse(self, *options):
        done = self.sekisho("rehearse", "app.yaml", "--region", REGION, "--account", f"dev={DEV}:app.yaml", *options, "--output", "json", check=False)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        return json.loads(done.stdout)["findings"]

    def test_what_a_run_has_called(self):
        dev = self.account("dev")
        (self.folder / "app.yaml").write_text(TEMPLATE)
        self.aws(dev, "cloudformation", "deploy", "--stack-name", "live", "--template-file", "app.yaml", "--capabilities", "CAPABILITY_IAM")
        role = self.answer(dev, "cloudformation", "describe-stack-resource", "--stack-name", "live", "--logical-resource-id", "Tool")
        name = role["StackResourceDetail"]["PhysicalResourceId"]
        made = self.client(dev, "sts").assume_role(RoleArn=f"arn:aws:iam::{DEV}:role/{name}", RoleSessionName="audit")["Credentials"]
        tool = {**dev, "AWS_ACCESS_KEY_ID": made["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": made["SecretAccessKey"], "AWS_SESSION_TOKEN": made["SessionToken"]}
        self.client(dev, "ssm").put_parameter(Name="/app/stage", Type="String", Value="test")
        self.client(tool, "ssm").get_parameter(Name="/app/stage")
        with self.assertRaises(botocore.exceptions.ClientError) as denied:
            self.client(tool, "codecommit").list_repositories()
        self.assertEqual(denied.exception.response["Error"]["Code"], "AccessDeniedException")
        pages = self.client(dev, "cloudtrail").get_paginator("lookup_events").paginate()
        events = [event["CloudTrailEvent"] for page in pages for event in page["Events"]]
        (self.folder / "trail.json").write_text(json.dumps({"Events": [{"CloudTrailEvent": event} for event in events]}))

        def shown(findings, kind):
            return {finding["title"] for finding in findings if finding["kind"] == kind}

        self.assertEqual(shown(self.rehearse(), "denied"), set())
        found = self.rehearse("--trail", "trail.json")
        self.assertEqual(shown(found, "denied"), {"role Tool (dev/app) may not codecommit:ListRepositories on *"})
        unused = {title for title in shown(found, "unused") if "statement" in title}
        self.assertEqual(unused, {"no call needs statement 2 of own", "no call needs statement 3 of own"})
        # What the trail shows to be needed is given, and nothing besides.
        fixed = self.sekisho("rehearse", "app.yaml", "--region", REGION, "--account", f"dev={DEV}:app.yaml", "--trail", "trail.json", "--fix", "--yes", check=False)
        self.assertEqual(fixed.returncode, 0, fixed.stdout + fixed.stderr)
        self.assertIn("codecommit:ListRepositories", (self.folder / "app.yaml").read_text())
        self.assertEqual(shown(self.rehearse("--trail", "trail.json"), "denied"), set())
        self.aws(dev, "cloudformation", "deploy", "--stack-name", "live", "--template-file", "app.yaml", "--capabilities", "CAPABILITY_IAM")
        self.client(tool, "codecommit").list_repositories()

    def test_what_is_no_trail(self):
        (self.folder / "app.yaml").write_text(TEMPLATE)
        (self.folder / "trail.json").write_text('{"Records": [')
        done = self.sekisho("rehearse", "app.yaml", "--trail", "trail.json", check=False)
        self.assertEqual(done.returncode, 2, done.stdout)
        self.assertIn("trail.json:1:", done.stderr)
        self.assertIn("expected a CloudTrail log", done.stderr)
