"""What tests of builds share: a role, a bucket, and builds that are waited for."""

import json

from botocore.exceptions import ClientError
from harness import DEV, REGION, Served

TRUST = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": "codebuild.amazonaws.com"}, "Action": "sts:AssumeRole"}}
RIGHTS = ["logs:*", "s3:*", "codecommit:GitPull", "codebuild:*", "ssm:GetParameters", "secretsmanager:GetSecretValue"]
ENVIRONMENT = {"type": "LINUX_CONTAINER", "image": "aws/codebuild/standard:7.0", "computeType": "BUILD_GENERAL1_SMALL"}
ROLE = f"arn:aws:iam::{DEV}:role/Builds"


class Building(Served):
    def setUp(self):
        super().setUp()
        self.dev = self.account("dev")
        self.builds, self.s3, iam = (self.client(self.dev, name) for name in ("codebuild", "s3", "iam"))
        iam.create_role(RoleName="Builds", AssumeRolePolicyDocument=json.dumps(TRUST))
        rights = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": RIGHTS, "Resource": "*"}}
        iam.put_role_policy(RoleName="Builds", PolicyName="rights", PolicyDocument=json.dumps(rights))
        self.s3.create_bucket(Bucket="build-goods", CreateBucketConfiguration={"LocationConstraint": REGION})

    def project(self, name, buildspec, **more):
        given = {"source": {"type": "NO_SOURCE", "buildspec": buildspec}, "artifacts": {"type": "NO_ARTIFACTS"}, "environment": ENVIRONMENT, **more}
        return self.builds.create_project(name=name, serviceRole=ROLE, **given)["project"]

    def finished(self, build):
        def done():
            found = self.builds.batch_get_builds(ids=[build["id"]])["builds"][0]
            return found if found["buildComplete"] else None

        return self.wait(f"build {build['id']}", done)

    def run_build(self, project, **more):
        return self.finished(self.builds.start_build(projectName=project, **more)["build"])

    def text(self, build):
        place = {"logGroupName": build["logs"]["groupName"], "logStreamName": build["logs"]["streamName"]}
        events = self.client(self.dev, "logs").get_log_events(**place, startFromHead=True)["events"]
        return "".join(event["message"] for event in events)

    def refused(self, code, call, **given):
        with self.assertRaises(ClientError) as caught:
            call(**given)
        self.assertEqual(caught.exception.response["Error"]["Code"], code, caught.exception)
        return str(caught.exception)
