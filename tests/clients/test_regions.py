"""Several regions as boto3 and the AWS CLI use them: what has one name in two of them, and a pipeline with actions in another."""

import io
import json
import unittest
import zipfile

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from harness import DEV, PROD, REGION, Served

THERE = "eu-west-1"
TEMPLATE = """
Resources:
  Name:
    Type: AWS::SSM::Parameter
    Properties: {Name: /site/region, Type: String, Value: !Ref AWS::Region}
"""
ROLE = f"arn:aws:iam::{DEV}:role/Pipeline"
DEPLOY = f"arn:aws:iam::{PROD}:role/Deploy"


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(actions, resource="*", **more):
    return {"Effect": "Allow", "Action": actions, "Resource": resource, **more}


def kind(category, provider):
    return {"category": category, "owner": "AWS", "provider": provider, "version": "1"}


def zipped(files):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return made.getvalue()


class Regions(Served):
    def at(self, region, service, account="dev"):
        environment = self.account(account)
        names = {"aws_access_key_id": "AWS_ACCESS_KEY_ID", "aws_secret_access_key": "AWS_SECRET_ACCESS_KEY", "aws_session_token": "AWS_SESSION_TOKEN"}
        keys = {name: environment.get(variable) for name, variable in names.items()}
        config = Config(retries={"max_attempts": 0}, s3={"addressing_style": "path"})
        return boto3.Session(region_name=region, **keys).client(service, endpoint_url=f"http://127.0.0.1:{self.port}", config=config)

    def both(self, service):
        return self.at(REGION, service), self.at(THERE, service)

    def refused(self, call, **arguments):
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        return caught.exception.response["Error"]

    def test_one_name_in_two_regions(self):
        for ssm in self.both("ssm"):
            ssm.put_parameter(Name="/shop/place", Value=ssm.meta.region_name, Type="String")
        for ssm in self.both("ssm"):
            self.assertEqual(ssm.get_parameter(Name="/shop/place")["Parameter"]["Value"], ssm.meta.region_name)
        for secrets in self.both("secretsmanager"):
            secrets.create_secret(Name="shop", SecretString=secrets.meta.region_name)
            self.assertEqual(secrets.get_secret_value(SecretId="shop")["SecretString"], secrets.meta.region_name)
            self.assertEqual(len(secrets.list_secrets()["SecretList"]), 1)
        for repositories in self.both("codecommit"):
            made = repositories.create_repository(repositoryName="shop")["repositoryMetadata"]
            self.assertEqual(made["Arn"].split(":")[3], repositories.meta.region_name)
            self.assertEqual([one["repositoryName"] for one in repositories.list_repositories()["repositories"]], ["shop"])
        here, there = self.both("kms")
        key = here.create_key()["KeyMetadata"]
        self.assertNotIn(key["Arn"], [one["KeyArn"] for one in there.list_keys()["Keys"]])
        self.assertEqual(self.refused(there.describe_key, KeyId=key["Arn"])["Message"], f"Invalid arn {REGION}")
        here, there = self.both("cloudformation")
        there.create_stack(StackName="site", TemplateBody=TEMPLATE)
        there.get_waiter("stack_create_complete").wait(StackName="site", WaiterConfig={"Delay": 1})
        self.assertEqual(here.describe_stacks()["Stacks"], [])
        self.assertEqual(self.at(THERE, "ssm").get_parameter(Name="/site/region")["Parameter"]["Value"], THERE)
        self.assertEqual(self.refused(self.at("mars-1", "sts").get_caller_identity)["Code"], "SignatureDoesNotMatch")

    def test_a_region_is_recorded_and_decided_on(self):
        iam = self.at(REGION, "iam")
        iam.create_role(RoleName="Here", AssumeRolePolicyDocument=document({"Effect": "Allow", "Principal": {"AWS": DEV}, "Action": "sts:AssumeRole"}))
        here_alone = allow("ssm:*", Condition={"StringEquals": {"aws:RequestedRegion": REGION}})
        iam.put_role_policy(RoleName="Here", PolicyName="main", PolicyDocument=document(here_alone))
        made = self.at(REGION, "sts").assume_role(RoleArn=f"arn:aws:iam::{DEV}:role/Here", RoleSessionName="test")["Credentials"]
        session = boto3.Session(made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])
        ssm = lambda region: session.client("ssm", region_name=region, endpoint_url=f"http://127.0.0.1:{self.port}")
        ssm(REGION).describe_parameters()
        self.assertEqual(self.refused(ssm(THERE).describe_parameters)["Code"], "AccessDeniedException")
        denied = self.at(THERE, "cloudtrail").lookup_events(LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "DescribeParameters"}])
        self.assertEqual([json.loads(e["CloudTrailEvent"])["awsRegion"] for e in denied["Events"]], [THERE])
        made = self.at("us-east-1", "cloudtrail").lookup_events(LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "PutRolePolicy"}])
        self.assertEqual([json.loads(e["CloudTrailEvent"])["awsRegion"] for e in made["Events"]][:1], ["us-east-1"])

    def test_a_bucket_is_found_from_anywhere(self):
        here, there = self.both("s3")
        there.create_bucket(Bucket="far", CreateBucketConfiguration={"LocationConstraint": THERE})
        there.put_object(Bucket="far", Key="a", Body=b"one")
        # boto3 follows to the bucket's region by itself.
        self.assertEqual(here.get_object(Bucket="far", Key="a")["Body"].read(), b"one")
        self.assertEqual(self.at("us-west-2", "s3").head_bucket(Bucket="far")["BucketRegion"], THERE)
        moved = self.at(THERE, "s3").list_buckets()["Buckets"]
        self.assertIn("far", [bucket["Name"] for bucket in moved])

    def test_git_goes_by_the_region_that_signs(self):
        there = {**self.account("dev"), "AWS_REGION": THERE, "AWS_DEFAULT_REGION": THERE}
        self.at(THERE, "codecommit").create_repository(repositoryName="far")
        folder = self.temporary / "far"
        folder.mkdir()
        self.git(there, "init", "-b", "main", cwd=folder)
        (folder / "a.txt").write_text("one")
        self.git(there, "add", ".", cwd=folder)
        self.git(there, "commit", "-m", "first", cwd=folder)
        self.git(there, "push", f"http://127.0.0.1:{self.port}/v1/repos/far", "main", cwd=folder)
        found = self.at(THERE, "codecommit").get_file(repositoryName="far", filePath="a.txt")
        self.assertEqual(found["fileContent"], b"one")
        here = self.account("dev")
        self.assertNotEqual(self.git(here, "ls-remote", f"http://127.0.0.1:{self.port}/v1/repos/far", cwd=folder, check=False).returncode, 0)

    def test_a_pipeline_deploys_to_another_region_and_account(self):
        stores = {}
        key_policy = document(
            {"Effect": "Allow", "Principal": {"AWS": DEV}, "Action": "kms:*", "Resource": "*"},
            {"Effect": "Allow", "Principal": {"AWS": PROD}, "Action": "kms:Decrypt", "Resource": "*"},
        )
        for region in (REGION, THERE):
            key = self.at(region, "kms").create_key(Policy=key_policy)["KeyMetadata"]["Arn"]
            s3 = self.at(region, "s3")
            s3.create_bucket(Bucket=f"store-{region}", CreateBucketConfiguration={"LocationConstraint": region})
            read = {"Effect": "Allow", "Principal": {"AWS": PROD}, "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::store-{region}/*"}
            s3.put_bucket_policy(Bucket=f"store-{region}", Policy=document(read))
            stores[region] = {"type": "S3", "location": f"store-{region}", "encryptionKey": {"id": key, "type": "KMS"}}
        s3 = self.at(REGION, "s3")
        s3.create_bucket(Bucket="bundles", CreateBucketConfiguration={"LocationConstraint": REGION})
        s3.put_bucket_versioning(Bucket="bundles", VersioningConfiguration={"Status": "Enabled"})
        s3.put_object(Bucket="bundles", Key="bundle.zip", Body=zipped({"template.yaml": TEMPLATE}))
        dev, prod = self.at(REGION, "iam"), self.at(REGION, "iam", "prod")
        dev.create_role(RoleName="Pipeline", AssumeRolePolicyDocument=document({"Effect": "Allow", "Principal": {"Service": "codepipeline.amazonaws.com"}, "Action": "sts:AssumeRole"}))
        dev.put_role_policy(RoleName="Pipeline", PolicyName="main", PolicyDocument=document(allow(["s3:*", "kms:*"]), allow("sts:AssumeRole", DEPLOY)))
        prod.create_role(RoleName="Deploy", AssumeRolePolicyDocument=document({"Effect": "Allow", "Principal": {"AWS": ROLE}, "Action": "sts:AssumeRole"}))
        prod.put_role_policy(RoleName="Deploy", PolicyName="main", PolicyDocument=document(allow(["s3:GetObject", "kms:Decrypt", "cloudformation:*", "ssm:*"])))
        stages = [
            {"name": "Source", "actions": [{
                "name": "Bundle", "actionTypeId": kind("Source", "S3"), "outputArtifacts": [{"name": "Bundle"}],
                "configuration": {"S3Bucket": "bundles", "S3ObjectKey": "bundle.zip", "PollForSourceChanges": "false"},
            }]},
            {"name": "Prod", "actions": [{
                "name": "Site", "actionTypeId": kind("Deploy", "CloudFormation"), "region": THERE, "roleArn": DEPLOY, "inputArtifacts": [{"name": "Bundle"}],
                "configuration": {"ActionMode": "CREATE_UPDATE", "StackName": "site", "TemplatePath": "Bundle::template.yaml"},
            }]},
        ]
        pipelines = self.at(REGION, "codepipeline")
        declared = {"name": "shop", "roleArn": ROLE, "stages": stages}
        alone = self.refused(pipelines.create_pipeline, pipeline={**declared, "artifactStore": stores[REGION]})
        self.assertEqual(alone["Code"], "InvalidStructureException")
        pipelines.create_pipeline(pipeline={**declared, "artifactStores": stores})

        def ended():
            found = pipelines.list_pipeline_executions(pipelineName="shop")["pipelineExecutionSummaries"]
            return found and found[0]["status"] != "InProgress" and found[0]["status"]

        self.assertEqual(self.wait("the pipeline", ended), "Succeeded", pipelines.get_pipeline_state(name="shop"))
        self.assertEqual(self.at(THERE, "ssm", "prod").get_parameter(Name="/site/region")["Parameter"]["Value"], THERE)
        self.assertEqual(self.at(REGION, "cloudformation", "prod").describe_stacks()["Stacks"], [])
        self.assertEqual(self.at(THERE, "codepipeline").list_pipelines()["pipelines"], [])


if __name__ == "__main__":
    unittest.main()
