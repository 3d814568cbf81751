"""boto3 as judge of lists and of waiting: each paginator and each waiter of botocore for the operations that are there."""

import json
import time

import boto3
import botocore.exceptions
import botocore.session
from botocore.config import Config
from harness import Served

#: How many there are of each, at least.
SOME = 3
#: botocore's services that the server knows.
SERVICES = ["cloudformation", "cloudtrail", "codebuild", "codecommit", "codepipeline", "iam", "kms", "logs", "organizations", "s3", "secretsmanager", "ssm", "sts"]
TRUST = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": "codebuild.amazonaws.com"}, "Action": "sts:AssumeRole"}})
RIGHTS = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}})
TAGS = [{"Key": f"k{n}", "Value": "v"} for n in range(SOME)]
#: Lists that change while they are read, by their own reading.
MOVING = {"cloudtrail.lookup_events"}


def template(names, broken=False):
    groups = {f"G{n}": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": name}} for n, name in enumerate(names)}
    if broken:
        # The stack's own group is there already.
        groups["Broken"] = {"Type": "AWS::Logs::LogGroup", "DependsOn": sorted(groups), "Properties": {"LogGroupName": "/made/0"}}
    outputs = {"Out": {"Value": "x", "Export": {"Name": {"Fn::Sub": "${AWS::StackName}-out"}}}}
    return json.dumps({"Resources": groups, "Outputs": outputs})


class Lists(Served):
    example = "quickstart"

    def setUp(self):
        super().setUp()
        self.dev = self.account("dev")
        self.clients = {}

    def client(self, service):
        if service not in self.clients:
            self.clients[service] = boto3.client(
                service,
                region_name=self.dev["AWS_REGION"],
                endpoint_url=self.dev["AWS_ENDPOINT_URL"],
                verify=self.dev["AWS_CA_BUNDLE"],
                aws_access_key_id=self.dev["AWS_ACCESS_KEY_ID"],
                aws_secret_access_key=self.dev["AWS_SECRET_ACCESS_KEY"],
                aws_session_token=self.dev["AWS_SESSION_TOKEN"],
                config=Config(parameter_validation=False, retries={"max_attempts": 0}),
            )
        return self.clients[service]

    def made(self):
        """Some of everything; what each list is of."""
        iam, kms, s3, logs = map(self.client, ["iam", "kms", "s3", "logs"])
        secrets, commits, builds, pipelines, stacks = map(self.client, ["secretsmanager", "codecommit", "codebuild", "codepipeline", "cloudformation"])
        s3.create_bucket(Bucket="made")
        s3.put_bucket_versioning(Bucket="made", VersioningConfiguration={"Status": "Enabled"})
        key = None
        for n in range(SOME):
            iam.create_user(UserName=f"u{n}", Tags=TAGS)
            iam.create_group(GroupName=f"g{n}")
            policy = iam.create_policy(PolicyName=f"p{n}", PolicyDocument=RIGHTS, Tags=TAGS)["Policy"]["Arn"]
            role = iam.create_role(RoleName=f"r{n}", AssumeRolePolicyDocument=TRUST, Tags=TAGS)["Role"]["Arn"]
            iam.create_instance_profile(InstanceProfileName=f"i{n}", Tags=TAGS)
            iam.add_role_to_instance_profile(InstanceProfileName=f"i{n}", RoleName="r0")
            for kind, name in (("user", "u0"), ("group", "g0"), ("role", "r0")):
                named = {f"{kind.title()}Name": name}
                getattr(iam, f"attach_{kind}_policy")(PolicyArn=policy, **named)
                getattr(iam, f"put_{kind}_policy")(PolicyName=f"inline{n}", PolicyDocument=RIGHTS, **named)
            iam.add_user_to_group(UserName="u0", GroupName=f"g{n}")
            if n:
                iam.add_user_to_group(UserName=f"u{n}", GroupName="g0")
                iam.attach_user_policy(UserName=f"u{n}", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
                iam.create_policy_version(PolicyArn=policy, PolicyDocument=RIGHTS)
                iam.create_access_key(UserName="u0")
            key = key or kms.create_key(Tags=[{"TagKey": t["Key"], "TagValue": "v"} for t in TAGS])["KeyMetadata"]["KeyId"]
            kms.create_alias(AliasName=f"alias/a{n}", TargetKeyId=key)
            kms.create_grant(KeyId=key, GranteePrincipal=role, RetiringPrincipal=role.replace(f"r{n}", "r0"), Operations=["Encrypt"])
            s3.put_object(Bucket="made", Key=f"o{n}", Body=b"x")
            s3.put_object(Bucket="made", Key="o0", Body=b"y")
            upload = s3.create_multipart_upload(Bucket="made", Key=f"m{n}")["UploadId"]
            for part in range(1, SOME + 1):
                s3.upload_part(Bucket="made", Key=f"m{n}", UploadId=upload, PartNumber=part, Body=b"z")
            logs.create_log_group(logGroupName=f"/made/{n}")
            logs.create_log_stream(logGroupName="/made/0", logStreamName=f"s{n}")
            now = time.time_ns() // 10**6
            logs.put_log_events(logGroupName="/made/0", logStreamName=f"s{n}", logEvents=[{"timestamp": now + at, "message": f"m{at}"} for at in range(SOME)])
            secrets.create_secret(Name=f"s{n}", SecretString="hidden")
            commits.create_repository(repositoryName=f"c{n}")
            self.builder = role
            builds.create_project(
                name=f"b{n}",
                serviceRole=role,
                source={"type": "NO_SOURCE", "buildspec": "version: 0.2\nphases: {build: {commands: [\"true\"]}}"},
                artifacts={"type": "NO_ARTIFACTS"},
                environment={"type": "LINUX_CONTAINER", "image": "aws/codebuild/standard:7.0", "computeType": "BUILD_GENERAL1_SMALL"},
            )
            stacks.create_stack(StackName=f"st{n}", TemplateBody=template([f"/st{n}/{g}" for g in range(SOME)]))
        for n in range(SOME):
            stacks.get_waiter("stack_create_complete").wait(StackName=f"st{n}", WaiterConfig={"Delay": 1})
            stacks.create_change_set(StackName="st0", ChangeSetName=f"cs{n}", TemplateBody=template([f"/st0/new{g}" for g in range(SOME)]))
            stacks.get_waiter("change_set_create_complete").wait(StackName="st0", ChangeSetName=f"cs{n}", WaiterConfig={"Delay": 1})
        self.parameters()
        policy = iam.list_policies(Scope="Local")["Policies"][0]["Arn"]
        return {
            "cloudformation.describe_change_set": {"StackName": "st0", "ChangeSetName": "cs0"},
            "cloudformation.describe_stack_events": {"StackName": "st0"},
            "cloudformation.list_change_sets": {"StackName": "st0"},
            "cloudformation.list_imports": {"ExportName": "st0-out"},
            "cloudformation.list_stack_resources": {"StackName": "st0"},
            "codebuild.list_builds_for_project": {"projectName": "b0"},
            "codecommit.list_branches": {"repositoryName": "c0"},
            "codepipeline.list_action_executions": {"pipelineName": "none"},
            "codepipeline.list_pipeline_executions": {"pipelineName": "none"},
            "codepipeline.list_tags_for_resource": {"resourceArn": "none"},
            "iam.get_group": {"GroupName": "g0"},
            "iam.list_access_keys": {"UserName": "u0"},
            "iam.list_attached_group_policies": {"GroupName": "g0"},
            "iam.list_attached_role_policies": {"RoleName": "r0"},
            "iam.list_attached_user_policies": {"UserName": "u0"},
            "iam.list_entities_for_policy": {"PolicyArn": policy},
            "iam.list_group_policies": {"GroupName": "g0"},
            "iam.list_groups_for_user": {"UserName": "u0"},
            "iam.list_instance_profile_tags": {"InstanceProfileName": "i0"},
            "iam.list_instance_profiles_for_role": {"RoleName": "r0"},
            "iam.list_policies": {"Scope": "Local"},
            "iam.list_policy_tags": {"PolicyArn": policy},
            "iam.list_policy_versions": {"PolicyArn": policy},
            "iam.list_role_policies": {"RoleName": "r0"},
            "iam.list_role_tags": {"RoleName": "r0"},
            "iam.list_user_policies": {"UserName": "u0"},
            "iam.list_user_tags": {"UserName": "u0"},
            "iam.simulate_custom_policy": {"PolicyInputList": [RIGHTS], "ActionNames": ["s3:GetObject", "s3:PutObject", "s3:ListBucket"]},
            "iam.simulate_principal_policy": {"PolicySourceArn": self.builder, "ActionNames": ["s3:GetObject", "s3:PutObject", "s3:ListBucket"]},
            "kms.list_grants": {"KeyId": key},
            "kms.list_key_policies": {"KeyId": key},
            "kms.list_key_rotations": {"KeyId": key},
            "kms.list_resource_tags": {"KeyId": key},
            "kms.list_retirable_grants": {"RetiringPrincipal": self.builder.replace(f"r{SOME - 1}", "r0")},
            "logs.describe_log_streams": {"logGroupName": "/made/0"},
            "logs.filter_log_events": {"logGroupName": "/made/0"},
            "s3.list_multipart_uploads": {"Bucket": "made"},
            "s3.list_object_versions": {"Bucket": "made"},
            "s3.list_objects": {"Bucket": "made"},
            "s3.list_objects_v2": {"Bucket": "made"},
            "s3.list_parts": {"Bucket": "made", "Key": f"m{SOME - 1}", "UploadId": upload},
            "ssm.get_parameter_history": {"Name": "/made/0"},
            "ssm.get_parameters_by_path": {"Path": "/made"},
        }

    def parameters(self):
        ssm = self.client("ssm")
        try:
            for n in range(SOME):
                ssm.put_parameter(Name=f"/made/{n}", Type="String", Value="v")
                ssm.put_parameter(Name="/made/0", Type="String", Value=f"v{n}", Overwrite=True)
        except botocore.exceptions.ClientError as e:
            self.assertEqual(e.response["ResponseMetadata"]["HTTPStatusCode"], 501, e)

    def test_every_paginator_gives_the_same_by_ones(self):
        wanted, session = self.made(), botocore.session.get_session()
        wrong, tried, several = [], 0, 0
        for service in SERVICES:
            client = self.client(service)
            try:
                pages = session.get_paginator_model(service)._paginator_config
            except botocore.exceptions.UnknownServiceError:
                continue
            methods = {operation: method for method, operation in client.meta.method_to_api_mapping.items()}
            for operation in filter(methods.get, pages):
                name = f"{service}.{methods[operation]}"
                paginator = client.get_paginator(methods[operation])
                given = wanted.get(name, {})
                try:
                    whole = paginator.paginate(**given).build_full_result()
                except KeyError:
                    # Of an operation that is not there, the path's members are not known either.
                    self.assertNotIn(name, wanted)
                    continue
                except botocore.exceptions.ClientError as e:
                    if e.response["ResponseMetadata"]["HTTPStatusCode"] in (500, 503):
                        wrong.append(f"{name}: {e}")
                    continue
                tried += 1
                if "limit_key" not in pages[operation] or name in MOVING:
                    continue
                ones = list(paginator.paginate(**given, PaginationConfig={"PageSize": 1}))
                again = paginator.paginate(**given, PaginationConfig={"PageSize": 1}).build_full_result()
                several += len(ones) >= SOME
                if again != whole:
                    wrong.append(f"{name}: by ones {str(again)[:300]}, as a whole {str(whole)[:300]}")
        print(f"{tried} paginators, {several} of them over {SOME} pages or more")
        self.assertEqual(wrong, [])
        self.assertGreater(several, 30)

    def test_every_waiter_sees_what_it_waits_for(self):
        iam, s3, stacks = map(self.client, ["iam", "s3", "cloudformation"])
        s3.create_bucket(Bucket="made")
        s3.put_object(Bucket="made", Key="o", Body=b"x")
        iam.create_user(UserName="u")
        iam.create_role(RoleName="r", AssumeRolePolicyDocument=TRUST)
        iam.create_instance_profile(InstanceProfileName="i")
        policy = iam.create_policy(PolicyName="p", PolicyDocument=RIGHTS)["Policy"]["Arn"]
        stacks.create_stack(StackName="s", TemplateBody=template(["/made/0"]))
        stack = {"StackName": "s"}
        steps = {
            "s3": [("BucketExists", {"Bucket": "made"}), ("ObjectExists", {"Bucket": "made", "Key": "o"}), ("ObjectNotExists", {"Bucket": "made", "Key": "none"}), ("BucketNotExists", {"Bucket": "made-not"})],
            "iam": [("UserExists", {"UserName": "u"}), ("RoleExists", {"RoleName": "r"}), ("InstanceProfileExists", {"InstanceProfileName": "i"}), ("PolicyExists", {"PolicyArn": policy})],
            "cloudformation": [
                ("StackExists", stack),
                ("StackCreateComplete", stack),
                (lambda: stacks.create_change_set(StackName="s", ChangeSetName="c", TemplateBody=template(["/made/0", "/made/1"])), None),
                ("ChangeSetCreateComplete", {"StackName": "s", "ChangeSetName": "c"}),
                (lambda: stacks.execute_change_set(StackName="s", ChangeSetName="c"), None),
                ("StackUpdateComplete", stack),
                (lambda: stacks.update_stack(StackName="s", TemplateBody=template(["/made/0", "/made/2"], broken=True)), None),
                ("StackRollbackComplete", stack),
                (lambda: stacks.delete_stack(StackName="s"), None),
                ("StackDeleteComplete", stack),
            ],
        }
        session = botocore.session.get_session()
        for service in SERVICES:
            client, seen = self.client(service), set()
            for step, given in steps.get(service, []):
                if given is None:
                    step()
                    continue
                seen.add(step)
                method = botocore.xform_name(step)
                client.get_waiter(method).wait(**given, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
            try:
                model = session.get_waiter_model(service)
            except botocore.exceptions.UnknownServiceError:
                continue
            for name in set(model.waiter_names) - seen - {"StackImportComplete"}:
                operation = model.get_waiter(name).operation
                with self.assertRaises(botocore.exceptions.ClientError, msg=f"{service} {name} waits in vain: give it a step") as refused:
                    client._make_api_call(operation, {})
                self.assertEqual(refused.exception.response["Error"]["Code"], "NotImplemented", name)
