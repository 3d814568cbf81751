"""Systems Manager parameters as people use them: the AWS CLI, boto3 with its paginators, stacks, and builds that read them."""

import json

import boto3
import botocore.config
import botocore.exceptions

from harness import DEV, REGION, STAGING, Served

BUILDSPEC = """version: 0.2
env:
  parameter-store: {TOKEN: /app/token}
phases:
  build:
    commands:
      - echo "seen $STAGE $TOKEN"
      - echo "$TOKEN" | tr a-z A-Z
"""

TEMPLATE = """
Parameters: {Text: {Type: String}}
Resources:
  Named:
    Type: AWS::SSM::Parameter
    Properties: {Name: /stack/named, Type: String, Value: !Ref Text, Description: of a stack, AllowedPattern: '[a-z]+', Tags: {team: red}}
  Unnamed: {Type: AWS::SSM::Parameter, Properties: {Type: StringList, Value: 'a,b', Tier: Advanced}}
Outputs:
  Name: {Value: !Ref Named}
  Value: {Value: !GetAtt Named.Value}
  Type: {Value: !GetAtt Unnamed.Type}
  Unnamed: {Value: !Ref Unnamed}
"""


class Parameters(Served):
    def client(self, environment, service="ssm"):
        session = boto3.Session(environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"], environment["AWS_SESSION_TOKEN"], REGION)
        config = botocore.config.Config(retries={"total_max_attempts": 1})
        return session.client(service, endpoint_url=f"http://127.0.0.1:{self.port}", config=config)

    def refused(self, code, call, **arguments):
        with self.assertRaises(botocore.exceptions.ClientError) as raised:
            call(**arguments)
        self.assertEqual(raised.exception.response["Error"]["Code"], code, raised.exception)
        return raised.exception.response["Error"]["Message"]

    def role(self, account, name, *statements):
        iam = self.client(account, "iam")
        trust = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole", "Condition": {"StringEquals": {"aws:PrincipalAccount": [DEV, STAGING]}}}}
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
        iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": statements}))
        made = self.client(account, "sts").assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
        return {**account, "AWS_ACCESS_KEY_ID": made["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": made["SecretAccessKey"], "AWS_SESSION_TOKEN": made["SessionToken"]}

    def test_the_command_line(self):
        dev = self.account("dev")
        put = self.answer(dev, "ssm", "put-parameter", "--name", "/app/db/host", "--type", "String", "--value", "db.example.com", "--tags", "Key=team,Value=red")
        self.assertEqual(put, {"Version": 1, "Tier": "Standard"})
        again = self.aws(dev, "ssm", "put-parameter", "--name", "/app/db/host", "--value", "x", check=False)
        self.assertIn("(ParameterAlreadyExists) when calling the PutParameter operation: The parameter already exists. To overwrite this value", again.stderr)
        self.aws(dev, "ssm", "put-parameter", "--name", "/app/db/host", "--value", "two", "--overwrite")
        self.aws(dev, "ssm", "label-parameter-version", "--name", "/app/db/host", "--parameter-version", "1", "--labels", "stable")
        got = self.aws(dev, "ssm", "get-parameter", "--name", "/app/db/host:stable", "--query", "Parameter.Value", "--output", "text")
        self.assertEqual(got.stdout.strip(), "db.example.com")
        tags = self.answer(dev, "ssm", "list-tags-for-resource", "--resource-type", "Parameter", "--resource-id", "/app/db/host")
        self.assertEqual(tags["TagList"], [{"Key": "team", "Value": "red"}])
        found = self.answer(dev, "ssm", "describe-parameters", "--parameter-filters", "Key=tag:team,Values=red")
        self.assertEqual([p["Name"] for p in found["Parameters"]], ["/app/db/host"])
        history = self.answer(dev, "ssm", "get-parameter-history", "--name", "/app/db/host")
        self.assertEqual([(p["Version"], p["Labels"]) for p in history["Parameters"]], [(1, ["stable"]), (2, [])])
        other = self.aws(dev, "ssm", "send-command", "--document-name", "AWS-RunShellScript", "--targets", "Key=a,Values=b", check=False)
        self.assertIn("NotImplemented", other.stderr)
        self.aws(dev, "ssm", "delete-parameter", "--name", "/app/db/host")
        self.assertIn("ParameterNotFound", self.aws(dev, "ssm", "get-parameter", "--name", "/app/db/host", check=False).stderr)

    def test_paginators_walk_hierarchies(self):
        ssm = self.client(self.account("dev"))
        names = [f"/tree/{n % 3}/leaf-{n:02}" for n in range(25)]
        for name in names:
            ssm.put_parameter(Name=name, Value=name, Type="String")
        pages = ssm.get_paginator("get_parameters_by_path").paginate(Path="/tree", Recursive=True)
        self.assertEqual(sorted(p["Name"] for page in pages for p in page["Parameters"]), sorted(names))
        pages = ssm.get_paginator("get_parameters_by_path").paginate(Path="/tree/1", PaginationConfig={"PageSize": 3})
        self.assertEqual(len([p for page in pages for p in page["Parameters"]]), 8)
        filters = [{"Key": "Path", "Option": "Recursive", "Values": ["/tree/0", "/tree/2"]}]
        pages = ssm.get_paginator("describe_parameters").paginate(ParameterFilters=filters, PaginationConfig={"PageSize": 4})
        self.assertEqual(len([p for page in pages for p in page["Parameters"]]), 17)
        for version in range(60):
            ssm.put_parameter(Name="versions", Value=str(version), Type="String", Overwrite=True)
        pages = ssm.get_paginator("get_parameter_history").paginate(Name="versions")
        self.assertEqual([p["Value"] for page in pages for p in page["Parameters"]], [str(n) for n in range(60)])
        self.refused("InvalidFilterKey", ssm.get_parameters_by_path, Path="/tree", ParameterFilters=[{"Key": "Name", "Values": ["a"]}])
        self.refused("InvalidNextToken", ssm.get_parameters_by_path, Path="/tree", NextToken="!")

    def test_secrets_and_their_key(self):
        dev = self.account("dev")
        ssm, kms = self.client(dev), self.client(dev, "kms")
        key = kms.create_key()["KeyMetadata"]["Arn"]
        kms.create_alias(AliasName="alias/parameters", TargetKeyId=key)
        ssm.put_parameter(Name="/s/token", Value="hush", Type="SecureString", KeyId="alias/parameters")
        ssm.put_parameter(Name="/s/big", Value="h" * 5000, Type="SecureString", KeyId=key, Tier="Intelligent-Tiering")
        ssm.put_parameter(Name="/s/default", Value="own", Type="SecureString")
        clear = {p["Name"]: p["Value"] for p in ssm.get_parameters_by_path(Path="/s", WithDecryption=True)["Parameters"]}
        self.assertEqual(clear, {"/s/token": "hush", "/s/big": "h" * 5000, "/s/default": "own"})
        self.assertNotIn("hush", ssm.get_parameter(Name="/s/token")["Parameter"]["Value"])
        described = {p["Name"]: (p["KeyId"], p["Tier"]) for p in ssm.describe_parameters()["Parameters"] if p["Name"].startswith("/s/")}
        self.assertEqual(described, {"/s/token": ("alias/parameters", "Standard"), "/s/big": (key, "Advanced"), "/s/default": ("alias/aws/ssm", "Standard")})
        reader = self.client(self.role(dev, "Reader", {"Effect": "Allow", "Action": "ssm:GetParameter", "Resource": "*"}))
        self.assertIn("kms:Decrypt", self.refused("AccessDeniedException", reader.get_parameter, Name="/s/token", WithDecryption=True))
        self.assertEqual(reader.get_parameter(Name="/s/default", WithDecryption=True)["Parameter"]["Value"], "own")
        kms.disable_key(KeyId=key)
        self.refused("InvalidKeyId", ssm.get_parameter, Name="/s/token", WithDecryption=True)

    def test_shared_with_another_account(self):
        dev, staging = self.client(self.account("dev")), self.account("staging")
        dev.put_parameter(Name="/shared/version", Value="1.2.3", Type="String", Tier="Advanced")
        arn = f"arn:aws:ssm:{REGION}:{DEV}:parameter/shared/version"
        reader = self.client(self.role(staging, "Reader", {"Effect": "Allow", "Action": "ssm:Get*", "Resource": arn}))
        self.refused("AccessDeniedException", reader.get_parameter, Name=arn)
        policy = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": STAGING}, "Action": ["ssm:GetParameter", "ssm:GetParameters"], "Resource": arn}}
        made = dev.put_resource_policy(ResourceArn=arn, Policy=json.dumps(policy))
        self.assertEqual(reader.get_parameter(Name=arn)["Parameter"]["Value"], "1.2.3")
        self.assertEqual(reader.get_parameters(Names=[arn])["InvalidParameters"], [])
        kept = dev.get_resource_policies(ResourceArn=arn)["Policies"]
        self.assertEqual([p["PolicyId"] for p in kept], [made["PolicyId"]])
        dev.delete_resource_policy(ResourceArn=arn, PolicyId=made["PolicyId"], PolicyHash=made["PolicyHash"])
        self.refused("AccessDeniedException", reader.get_parameter, Name=arn)

    def test_a_stack_has_parameters(self):
        dev = self.account("dev")
        ssm, stacks = self.client(dev), self.client(dev, "cloudformation")
        text = lambda value: [{"ParameterKey": "Text", "ParameterValue": value}]
        stacks.create_stack(StackName="parameters", TemplateBody=TEMPLATE, Parameters=text("one"))
        stacks.get_waiter("stack_create_complete").wait(StackName="parameters", WaiterConfig={"Delay": 1})
        told = {o["OutputKey"]: o["OutputValue"] for o in stacks.describe_stacks(StackName="parameters")["Stacks"][0]["Outputs"]}
        self.assertEqual((told["Name"], told["Value"], told["Type"]), ("/stack/named", "one", "StringList"))
        self.assertEqual(ssm.get_parameter(Name=told["Unnamed"])["Parameter"]["Value"], "a,b")
        stacks.update_stack(StackName="parameters", TemplateBody=TEMPLATE.replace(" Description: of a stack,", ""), Parameters=text("two"))
        stacks.get_waiter("stack_update_complete").wait(StackName="parameters", WaiterConfig={"Delay": 1})
        found = ssm.describe_parameters(ParameterFilters=[{"Key": "Name", "Values": ["/stack/named"]}])["Parameters"][0]
        self.assertEqual((found["Version"], found.get("Description"), found["AllowedPattern"]), (2, None, "[a-z]+"))
        stacks.update_stack(StackName="parameters", UsePreviousTemplate=True, Parameters=text("THREE"))
        with self.assertRaises(botocore.exceptions.WaiterError):
            stacks.get_waiter("stack_update_complete").wait(StackName="parameters", WaiterConfig={"Delay": 1})
        self.assertEqual(ssm.get_parameter(Name="/stack/named")["Parameter"]["Value"], "two")
        stacks.delete_stack(StackName="parameters")
        stacks.get_waiter("stack_delete_complete").wait(StackName="parameters", WaiterConfig={"Delay": 1})
        self.assertEqual(ssm.get_parameters_by_path(Path="/stack")["Parameters"], [])
        secure = "Resources: {S: {Type: AWS::SSM::Parameter, Properties: {Type: SecureString, Value: x}}}"
        stacks.create_stack(StackName="secure", TemplateBody=secure)
        with self.assertRaises(botocore.exceptions.WaiterError):
            stacks.get_waiter("stack_create_complete").wait(StackName="secure", WaiterConfig={"Delay": 1})
        events = stacks.describe_stack_events(StackName="secure")["StackEvents"]
        self.assertIn("SSM Parameters of type SecureString cannot be created using CloudFormation", json.dumps(events, default=str))

    def test_a_build_reads_them(self):
        dev = self.account("dev")
        ssm, iam, builds = self.client(dev), self.client(dev, "iam"), self.client(dev, "codebuild")
        ssm.put_parameter(Name="/app/token", Value="squeamish", Type="SecureString")
        self.client(dev, "secretsmanager").create_secret(Name="stage", SecretString=json.dumps({"name": "ossifrage"}))
        trust = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": "codebuild.amazonaws.com"}, "Action": "sts:AssumeRole"}}
        role = iam.create_role(RoleName="Build", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
        rights = lambda *actions: iam.put_role_policy(RoleName="Build", PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": ["logs:*", *actions], "Resource": "*"}}))
        rights("ssm:GetParameters", "secretsmanager:GetSecretValue")
        variable = {"name": "STAGE", "value": "stage:name", "type": "SECRETS_MANAGER"}
        environment = {"type": "LINUX_CONTAINER", "image": "aws/codebuild/standard:7.0", "computeType": "BUILD_GENERAL1_SMALL", "environmentVariables": [variable]}
        builds.create_project(name="reader", serviceRole=role, source={"type": "NO_SOURCE", "buildspec": BUILDSPEC}, artifacts={"type": "NO_ARTIFACTS"}, environment=environment)

        def build():
            id = builds.start_build(projectName="reader")["build"]["id"]
            self.wait("the build's end", lambda: builds.batch_get_builds(ids=[id])["builds"][0]["buildStatus"] != "IN_PROGRESS")
            return builds.batch_get_builds(ids=[id])["builds"][0]

        done = build()
        self.assertEqual(done["buildStatus"], "SUCCEEDED", done)
        place = {"logGroupName": done["logs"]["groupName"], "logStreamName": done["logs"]["streamName"]}
        log = "".join(e["message"] for e in self.client(dev, "logs").get_log_events(**place, startFromHead=True)["events"])
        self.assertIn("seen *** ***", log)
        self.assertIn("SQUEAMISH", log)
        self.assertNotIn("squeamish", log)
        rights("secretsmanager:GetSecretValue")
        failed = build()
        context = next(p for p in failed["phases"] if p["phaseType"] == "DOWNLOAD_SOURCE")["contexts"][0]
        self.assertEqual((failed["buildStatus"], context["statusCode"]), ("FAILED", "Decrypted Variables Error"))
        self.assertIn("is not authorized to perform: ssm:GetParameters", context["message"])
