"""A delivery over four accounts in the shape that AWS's own sample of it has: a key and a bucket whose policies grow in a second
turn, roles that trust an account, a pipeline whose action roles come with a condition, and change sets under two roles each."""

import json
import subprocess
import time
import unittest

from harness import REGION, Served

TOOLS, DEV, TEST, PROD = "111111111111", "222222222222", "333333333333", "444444444444"
DELIVERY = f"""accounts: {{ tools: "{TOOLS}", dev: "{DEV}", test: "{TEST}", prod: "{PROD}" }}
region: {REGION}
"""

BASE = """AWSTemplateFormatVersion: '2010-09-09'
Parameters:
  Dev: {Type: Number}
  Test: {Type: Number}
  Prod: {Type: Number}
  BuildCondition: {Type: String, Default: false}
Conditions:
  WithBuild: !Equals [!Ref BuildCondition, true]
Resources:
  Key:
    Type: AWS::KMS::Key
    Properties:
      KeyPolicy:
        Version: '2012-10-17'
        Id: !Ref AWS::StackName
        Statement:
          - Sid: Managed here
            Effect: Allow
            Principal: {AWS: !Sub 'arn:aws:iam::${AWS::AccountId}:root'}
            Action: ['kms:Create*', 'kms:Describe*', 'kms:Put*', 'kms:Get*', 'kms:ScheduleKeyDeletion']
            Resource: '*'
          - Sid: Used by others
            Effect: Allow
            Principal:
              AWS:
                - !Sub arn:aws:iam::${Prod}:root
                - !Sub arn:aws:iam::${Test}:root
                - !Sub arn:aws:iam::${Dev}:root
                - !If [WithBuild, !Sub 'arn:aws:iam::${AWS::AccountId}:role/app-build', !Ref AWS::NoValue]
            Action: [kms:Encrypt, kms:Decrypt, 'kms:ReEncrypt*', 'kms:GenerateDataKey*', kms:DescribeKey]
            Resource: '*'
  Bucket: {Type: AWS::S3::Bucket, DeletionPolicy: Retain}
Outputs:
  Key: {Value: !GetAtt [Key, Arn]}
  Bucket: {Value: !Ref Bucket}
"""

SOURCE = """AWSTemplateFormatVersion: '2010-09-09'
Parameters:
  Tools: {Type: Number}
  Key: {Type: String}
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: app-source
      AssumeRolePolicyDocument:
        Version: 2012-10-17
        Statement: [{Effect: Allow, Principal: {AWS: [!Ref Tools]}, Action: ['sts:AssumeRole']}]
  Policy:
    Type: AWS::IAM::Policy
    Properties:
      PolicyName: source
      Roles: [!Ref Role]
      PolicyDocument:
        Version: 2012-10-17
        Statement:
          - {Effect: Allow, Action: ['codecommit:Get*', codecommit:UploadArchive, codecommit:CancelUploadArchive, 's3:*'], Resource: '*'}
          - {Effect: Allow, Action: 'kms:*', Resource: !Ref Key}
"""

TARGET = """AWSTemplateFormatVersion: '2010-09-09'
Parameters:
  Tools: {Type: Number}
  Key: {Type: String}
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: app-deploy
      AssumeRolePolicyDocument:
        Version: 2012-10-17
        Statement: [{Effect: Allow, Principal: {AWS: [!Ref Tools]}, Action: ['sts:AssumeRole']}]
      Policies:
        - PolicyName: deploy
          PolicyDocument:
            Version: 2012-10-17
            Statement:
              - {Effect: Allow, Action: ['cloudformation:*', 's3:*', iam:PassRole], Resource: '*'}
              - {Effect: Allow, Action: 'kms:*', Resource: !Ref Key}
  StackRole:
    Type: AWS::IAM::Role
    Properties:
      RoleName: app-stack
      AssumeRolePolicyDocument:
        Version: 2012-10-17
        Statement: [{Effect: Allow, Principal: {Service: cloudformation.amazonaws.com}, Action: sts:AssumeRole}]
      Policies:
        - PolicyName: stack
          PolicyDocument:
            Version: 2012-10-17
            Statement: [{Effect: Allow, Action: [iam:CreateRole, iam:GetRole, iam:PutRolePolicy], Resource: '*'}]
"""

BUILDSPEC = """version: 0.2
phases:
  install: {runtime-versions: {python: 3.7}}
  build:
    commands:
      - test -n "$Bucket"
      - sed "s/@COMMIT@/$CODEBUILD_RESOLVED_SOURCE_VERSION/" template.yaml > packaged.yml
artifacts: {files: [packaged.yml]}
"""

APPLICATION = """AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
Description: of @COMMIT@
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: 2012-10-17
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}]
      Policies:
        - PolicyName: log
          PolicyDocument: {Version: 2012-10-17, Statement: [{Effect: Allow, Action: logs:PutLogEvents, Resource: '*'}]}
Outputs:
  Role: {Value: !GetAtt Role.Arn}
"""

FUNCTION = """Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Timeout: 3}}
Resources:
  Hello:
    Type: AWS::Serverless::Function
    Properties: {Handler: app.handler, Runtime: python3.7, CodeUri: s3://somewhere/code}
"""


def when(account, role):
    return {"Fn::If": ["Across", {"Fn::Sub": f"arn:aws:iam::${{{account}}}:role/{role}"}, {"Ref": "AWS::NoValue"}]}


def action(name, category, provider, configuration, order=1, role=None, inputs=(), outputs=()):
    kind = {"Category": category, "Owner": "AWS", "Provider": provider, "Version": 1}
    named = lambda names: [{"Name": n} for n in names]
    made = {"Name": name, "ActionTypeId": kind, "Configuration": configuration, "RunOrder": order}
    return {**made, "InputArtifacts": named(inputs), "OutputArtifacts": named(outputs), **({"RoleArn": role} if role else {})}


def deployed(account):
    """A change set made and executed, both under the account's role, and CloudFormation under another."""
    common = {"ChangeSetName": f"app-{account.lower()}", "StackName": f"app-{account.lower()}", "RoleArn": when(account, "app-stack")}
    made = {**common, "ActionMode": "CHANGE_SET_REPLACE", "Capabilities": "CAPABILITY_NAMED_IAM", "TemplatePath": "Built::packaged.yml"}
    executed = {**common, "ActionMode": "CHANGE_SET_EXECUTE"}
    role = when(account, "app-deploy")
    actions = [action("Make", "Deploy", "CloudFormation", made, 1, role, ["Built"]), action("Execute", "Deploy", "CloudFormation", executed, 2, role, ["Built"])]
    return {"Name": f"To{account}", "Actions": actions}


def trusting(service):
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": [service]}, "Action": ["sts:AssumeRole"]}]}


def policy(name, role, *statements):
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": resources} for actions, resources in statements]}
    return {"Type": "AWS::IAM::Policy", "DependsOn": "BucketPolicy", "Properties": {"PolicyName": name, "Roles": [{"Ref": role}], "PolicyDocument": document}}


def pipeline():
    everything = [{"Fn::Sub": "arn:aws:s3:::${Bucket}"}, {"Fn::Sub": "arn:aws:s3:::${Bucket}/*"}]
    store = (["s3:PutObject", "s3:GetBucketPolicy", "s3:GetObject", "s3:ListBucket"], everything)
    roles = [{"Fn::Sub": f"arn:aws:iam::${{{account}}}:role/{role}"} for account, role in [("Dev", "app-source"), ("Test", "app-deploy"), ("Prod", "app-deploy")]]
    build = {
        "Name": "app", "EncryptionKey": {"Ref": "Key"}, "ServiceRole": {"Fn::GetAtt": ["BuildRole", "Arn"]}, "TimeoutInMinutes": 10,
        "Artifacts": {"Type": "CODEPIPELINE"}, "Source": {"Type": "CODEPIPELINE", "BuildSpec": BUILDSPEC},
        # As the sample writes it, in small letters.
        "Environment": {"Type": "linuxContainer", "ComputeType": "BUILD_GENERAL1_SMALL", "Image": "aws/codebuild/amazonlinux2-x86_64-standard:3.0",
                        "EnvironmentVariables": [{"Name": "Bucket", "Value": {"Ref": "Bucket"}}]},
    }
    stages = [
        {"Name": "Source", "Actions": [action("App", "Source", "CodeCommit", {"RepositoryName": "app", "BranchName": "master"}, 1, when("Dev", "app-source"), (), ["Checkout"])]},
        {"Name": "Build", "Actions": [action("Build", "Build", "CodeBuild", {"ProjectName": {"Ref": "Build"}}, 1, None, ["Checkout"], ["Built"])]},
        deployed("Test"),
        {"Name": "Approve", "Actions": [action("Approve", "Approval", "Manual", {"CustomData": "Look at it."})]},
        deployed("Prod"),
    ]
    names = ["Bucket", "Key", "Dev", "Test", "Prod"]
    return {
        "Parameters": {**{n: {"Type": "Number" if n in ("Dev", "Test", "Prod") else "String"} for n in names}, "CrossAccount": {"Type": "String", "Default": False}},
        "Conditions": {"Across": {"Fn::Equals": [{"Ref": "CrossAccount"}, True]}},
        "Resources": {
            "BuildRole": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "app-build", "AssumeRolePolicyDocument": trusting("codebuild.amazonaws.com")}},
            "BuildPolicy": policy("build", "BuildRole", store, (["kms:*"], {"Ref": "Key"}), (["logs:*"], "arn:aws:logs:*:*:*")),
            "Build": {"Type": "AWS::CodeBuild::Project", "Properties": build},
            "Role": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "app-pipeline", "AssumeRolePolicyDocument": trusting("codepipeline.amazonaws.com")}},
            "Policy": policy("pipeline", "Role", (["codebuild:BatchGetBuilds", "codebuild:StartBuild", "cloudFormation:Describe*", "codecommit:Get*"], ["*"]), store, (["sts:AssumeRole"], roles)),
            "Pipeline": {"Type": "AWS::CodePipeline::Pipeline", "Properties": {
                "Name": {"Ref": "AWS::StackName"}, "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]}, "Stages": stages,
                "ArtifactStore": {"Type": "S3", "Location": {"Ref": "Bucket"}, "EncryptionKey": {"Id": {"Ref": "Key"}, "Type": "KMS"}}}},
            "BucketPolicy": {"Type": "AWS::S3::BucketPolicy", "Properties": {"Bucket": {"Ref": "Bucket"}, "PolicyDocument": {"Statement": [
                {"Effect": "Allow", "Action": ["s3:*"], "Resource": everything, "Principal": {"AWS": [*roles, {"Fn::GetAtt": ["BuildRole", "Arn"]}]}}]}}},
        },
    }


class Sample(Served):
    example = "quickstart"

    def setUp(self):
        super().setUp()
        self.stop()
        (self.folder / "sekisho.yaml").write_text(DELIVERY)
        self.start()
        self.environments = {name: self.account(name) for name in ("tools", "dev", "test", "prod")}

    def stack(self, account, name, template, update=False, **parameters):
        client = self.client(self.environments[account], "cloudformation")
        given = [{"ParameterKey": key, **({"UsePreviousValue": True} if value is None else {"ParameterValue": value})} for key, value in parameters.items()]
        ask = client.update_stack if update else client.create_stack
        ask(StackName=name, TemplateBody=template, Parameters=given, Capabilities=["CAPABILITY_NAMED_IAM"])

        def settled():
            stack = client.describe_stacks(StackName=name)["Stacks"][0]
            return None if stack["StackStatus"].endswith("_IN_PROGRESS") else stack

        stack = self.wait(f"{account}/{name}", settled)
        self.assertEqual(stack["StackStatus"], "UPDATE_COMPLETE" if update else "CREATE_COMPLETE", stack.get("StackStatusReason"))
        return {o["OutputKey"]: o["OutputValue"] for o in stack.get("Outputs", [])}

    def push(self, files, message):
        folder = self.temporary / "app"
        dev = self.environments["dev"]
        folder.mkdir(exist_ok=True)
        plain = lambda *arguments: self.run_git(dev, *arguments, cwd=folder)
        if not (folder / ".git").exists():
            plain("init", "--quiet", "--initial-branch", "master")
            # CodeCommit's own address: `sekisho env` leads git here, and to the credentials.
            url = self.client(dev, "codecommit").get_repository(repositoryName="app")["repositoryMetadata"]["cloneUrlHttp"]
            self.assertEqual(url, f"https://git-codecommit.{REGION}.amazonaws.com/v1/repos/app")
            plain("remote", "add", "AWSCodeCommit", url)
        for name, text in files.items():
            (folder / name).write_text(text)
        plain("add", "--all")
        plain("-c", "user.name=Dev", "-c", "user.email=dev@example.com", "commit", "--quiet", "-m", message)
        self.assertNotIn("Unknown options", plain("push", "AWSCodeCommit", "master").stderr)

    def run_git(self, environment, *arguments, cwd):
        done = subprocess.run(["git", *arguments], cwd=cwd, env=environment, capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, f"git {' '.join(arguments)}\n{done.stdout}\n{done.stderr}")
        return done

    def actions(self):
        state = self.client(self.environments["tools"], "codepipeline").get_pipeline_state(name="app")
        return {f"{s['stageName']}.{a['actionName']}": a.get("latestExecution", {}) for s in state["stageStates"] for a in s["actionStates"]}

    def settled(self, name, status):
        return self.wait(f"{name} {status}", lambda: (found := self.actions()[name]).get("status") == status and found)

    def test_step_by_step(self):
        tools, numbers = self.environments["tools"], {"Dev": DEV, "Test": TEST, "Prod": PROD}
        self.client(self.environments["dev"], "codecommit").create_repository(repositoryName="app")
        self.push({"template.yaml": APPLICATION}, "First")
        made = self.stack("tools", "base", BASE, **numbers)
        self.stack("dev", "source", SOURCE, Tools=TOOLS, Key=made["Key"])
        for account in ("test", "prod"):
            self.stack(account, "target", TARGET, Tools=TOOLS, Key=made["Key"])
        text = json.dumps(pipeline())
        self.stack("tools", "app", text, Bucket=made["Bucket"], Key=made["Key"], **numbers)
        # Without the roles of the other accounts the first execution finds no repository.
        self.assertIn("does not exist", self.settled("Source.App", "Failed")["errorDetails"]["message"])
        self.stack("tools", "base", BASE, update=True, BuildCondition="true", **dict.fromkeys(numbers))
        self.stack("tools", "app", text, update=True, CrossAccount="true", Bucket=None, Key=None, **dict.fromkeys(numbers))
        self.push({"README": "changed"}, "A change starts the pipeline")
        token = self.settled("Approve.Approve", "InProgress")["token"]
        client = self.client(tools, "codepipeline")
        result = {"status": "Approved", "summary": "looked"}
        client.put_approval_result(pipelineName="app", stageName="Approve", actionName="Approve", token=token, result=result)
        self.settled("ToProd.Execute", "Succeeded")
        stack = self.client(self.environments["prod"], "cloudformation").describe_stacks(StackName="app-prod")["Stacks"][0]
        self.assertEqual((stack["StackStatus"], stack["RoleARN"]), ("CREATE_COMPLETE", f"arn:aws:iam::{PROD}:role/app-stack"))
        self.assertRegex(stack["Description"], "^of [0-9a-f]{40}$")
        self.stale(client, token, result)
        # A function is what is not there: it is said by name, of its line, and nothing is made.
        self.push({"template.yaml": FUNCTION}, "A function")
        failed = self.settled("ToTest.Make", "Failed")["errorDetails"]["message"]
        self.assertIn("AWS::Serverless::Function is not available in Sekisho", failed)
        self.assertIn("template:5:11", failed)

    def stale(self, client, token, result):
        """A token is good once, for the approval that waits."""
        with self.assertRaises(client.exceptions.ApprovalAlreadyCompletedException):
            client.put_approval_result(pipelineName="app", stageName="Approve", actionName="Approve", token=token, result=result)
        self.push({"README": "changed again"}, "Another")
        fresh = self.wait("the next approval", lambda: (t := self.actions()["Approve.Approve"].get("token")) and t != token and t)
        with self.assertRaises(client.exceptions.ClientError) as refused:
            client.put_approval_result(pipelineName="app", stageName="Approve", actionName="Approve", token=token, result=result)
        self.assertIn(refused.exception.response["Error"]["Code"], ("InvalidApprovalTokenException", "ApprovalAlreadyCompletedException"))
        self.assertEqual(self.actions()["Approve.Approve"]["status"], "InProgress")
        rejected = {"status": "Rejected", "summary": "not this one"}
        client.put_approval_result(pipelineName="app", stageName="Approve", actionName="Approve", token=fresh, result=rejected)
        self.settled("Approve.Approve", "Failed")
        time.sleep(1)
        executed = self.actions()["ToProd.Make"]
        self.assertEqual(executed["status"], "Succeeded", "the rejected one goes no further")


if __name__ == "__main__":
    unittest.main()
