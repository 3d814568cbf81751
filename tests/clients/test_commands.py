"""Commands of pipelines without a project, what S3 actions take, and ways in that templates close; by boto3."""

import io
import json
import unittest
import zipfile

from harness import REGION, Served

TRUST = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "codepipeline.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
LOGS = {"Effect": "Allow", "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": [f"arn:aws:logs:{REGION}:*:log-group:/aws/codepipeline/shell", f"arn:aws:logs:{REGION}:*:log-group:/aws/codepipeline/shell:*"]}


def rights(*more):
    first = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [first, *more]})


def kind(category, provider):
    return {"category": category, "owner": "AWS", "provider": provider, "version": "1"}


def bundle(text):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("index.html", text)
    return content.getvalue()


class Commands(Served):
    def setUp(self):
        super().setUp()
        self.dev = self.account("dev")
        self.s3, self.pipelines, self.iam = (self.client(self.dev, name) for name in ["s3", "codepipeline", "iam"])
        self.role = self.iam.create_role(RoleName="Shell", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
        self.iam.put_role_policy(RoleName="Shell", PolicyName="p", PolicyDocument=rights(LOGS))
        for bucket in ["shell-source", "shell-artifacts", "shell-site"]:
            self.s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        self.s3.put_bucket_versioning(Bucket="shell-source", VersioningConfiguration={"Status": "Enabled"})
        for key in ["bundle.zip", "other.zip"]:
            self.s3.put_object(Bucket="shell-source", Key=key, Body=bundle(key))

    def pipeline(self, commands, **more):
        source = {"name": "Bundle", "actionTypeId": kind("Source", "S3"), "outputArtifacts": [{"name": "Bundle"}], "configuration": {
            "S3Bucket": "shell-source", "S3ObjectKey": "bundle.zip", "PollForSourceChanges": "false", "AllowOverrideForS3ObjectKey": "true"}}
        shell = {
            "name": "Shell", "actionTypeId": kind("Compute", "Commands"), "namespace": "Shell", "commands": commands,
            "environmentVariables": [{"name": "CHANNEL", "value": "to #{variables.Channel}"}], "outputVariables": ["RELEASE"],
            "inputArtifacts": [{"name": "Bundle"}], "outputArtifacts": [{"name": "Site", "files": ["out/*"]}]}
        site = {"name": "Site", "actionTypeId": kind("Deploy", "S3"), "inputArtifacts": [{"name": "Site"}], "configuration": {
            "BucketName": "shell-site", "Extract": "false", "ObjectKey": "#{Shell.RELEASE}/{datetime}.zip", "CannedACL": "bucket-owner-full-control"}}
        return {
            "name": "shell", "roleArn": self.role, "pipelineType": "V2", "artifactStore": {"type": "S3", "location": "shell-artifacts"},
            "variables": [{"name": "Channel", "defaultValue": "beta"}],
            "stages": [{"name": "Source", "actions": [source]}, {"name": "Shell", "actions": [shell], **more}, {"name": "Site", "actions": [site]}]}

    def ended(self, execution=None):
        def check():
            all = self.pipelines.list_pipeline_executions(pipelineName="shell")["pipelineExecutionSummaries"]
            one = next(e for e in all if execution in (None, e["pipelineExecutionId"]))
            return one["status"] if one["status"] != "InProgress" else None
        return self.wait("the execution's end", check)

    def action(self, name):
        states = [a for s in self.pipelines.get_pipeline_state(name="shell")["stageStates"] for a in s["actionStates"]]
        return next(a for a in states if a["actionName"] == name)["latestExecution"]

    def test_commands_run_as_the_pipelines_role(self):
        commands = [
            "export RELEASE=r7", "mkdir out", "cp index.html out/", 'echo "$CHANNEL" > out/channel',
            "test -n \"$AWS_CONTAINER_CREDENTIALS_FULL_URI\"", "echo seen in the log", "test '#{variables.Channel}' = beta"]
        self.pipelines.create_pipeline(pipeline=self.pipeline(commands))
        self.assertEqual(self.ended(), "Succeeded", self.pipelines.get_pipeline_state(name="shell"))
        [site] = self.s3.list_objects_v2(Bucket="shell-site")["Contents"]
        self.assertRegex(site["Key"], r"^r7/\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.zip$")
        made = self.s3.get_object(Bucket="shell-site", Key=site["Key"])["Body"].read()
        with zipfile.ZipFile(io.BytesIO(made)) as archive:
            self.assertEqual(sorted(archive.namelist()), ["out/channel", "out/index.html"])
            self.assertEqual(archive.read("out/channel"), b"to beta\n")
        logs = self.client(self.dev, "logs")
        events = logs.filter_log_events(logGroupName="/aws/codepipeline/shell")["events"]
        self.assertTrue(any("seen in the log" in e["message"] for e in events))
        # Another object in the place of the declared one.
        other = self.pipelines.start_pipeline_execution(name="shell", sourceRevisions=[
            {"actionName": "Bundle", "revisionType": "S3_OBJECT_KEY", "revisionValue": "other.zip"}])["pipelineExecutionId"]
        self.assertEqual(self.ended(other), "Succeeded")
        newest = max(self.s3.list_objects_v2(Bucket="shell-site")["Contents"], key=lambda o: o["Key"])
        made = self.s3.get_object(Bucket="shell-site", Key=newest["Key"])["Body"].read()
        with zipfile.ZipFile(io.BytesIO(made)) as archive:
            self.assertEqual(archive.read("out/index.html"), b"other.zip")

    def test_a_command_that_fails_and_a_role_without_logs(self):
        self.pipelines.create_pipeline(pipeline=self.pipeline(["false", "echo never"]))
        self.assertEqual(self.ended(), "Failed")
        error = self.action("Shell")["errorDetails"]
        self.assertEqual(error["code"], "JobFailed")
        self.assertIn("false", error["message"])
        self.iam.put_role_policy(RoleName="Shell", PolicyName="p", PolicyDocument=rights())
        again = self.pipelines.start_pipeline_execution(name="shell")["pipelineExecutionId"]
        self.assertEqual(self.ended(again), "Failed")
        error = self.action("Shell")["errorDetails"]
        self.assertEqual(error["code"], "PermissionError")
        self.assertIn("logs:CreateLogStream", error["message"])

    def test_a_rule_of_commands_keeps_a_stage_closed(self):
        rule = {"name": "Ready", "ruleTypeId": {"category": "Rule", "owner": "AWS", "provider": "Commands", "version": "1"},
                "commands": ["grep -q ready index.html"], "inputArtifacts": [{"name": "Bundle"}]}
        pipeline = self.pipeline(["mkdir out", "cp index.html out"], beforeEntry={"conditions": [{"result": "FAIL", "rules": [rule]}]})
        self.pipelines.create_pipeline(pipeline=pipeline)
        self.assertEqual(self.ended(), "Failed")
        [run] = self.pipelines.list_rule_executions(pipelineName="shell")["ruleExecutionDetails"]
        self.assertEqual((run["ruleName"], run["status"]), ("Ready", "Failed"))

    def test_what_is_refused(self):
        def refused(change, code, words):
            pipeline = self.pipeline(["true"])
            change(pipeline)
            with self.assertRaises(self.pipelines.exceptions.ClientError) as caught:
                self.pipelines.create_pipeline(pipeline=pipeline)
            self.assertEqual(caught.exception.response["Error"]["Code"], code)
            self.assertIn(words, str(caught.exception))

        shell = lambda pipeline: pipeline["stages"][1]["actions"][0]
        declaration = "InvalidActionDeclarationException"
        refused(lambda p: shell(p).update(commands=["a\nb"]), declaration, "of several lines")
        refused(lambda p: shell(p)["environmentVariables"].append({"name": "A", "value": "#{Nobody.Name}"}), "InvalidStructureException", "Nobody")
        refused(lambda p: shell(p).update(roleArn="arn:aws:iam::333333333333:role/x"), declaration, "another account")
        refused(lambda p: p.update(pipelineType="V1", variables=[]), declaration, "V2")
        site = lambda pipeline: pipeline["stages"][2]["actions"][0]["configuration"]
        refused(lambda p: site(p).update(CannedACL="everybody"), declaration, "everybody")

    def test_a_template_closes_a_way_in(self):
        pipeline = self.pipeline(["mkdir out", "cp index.html out", "export RELEASE=t"])

        def large(value):
            if isinstance(value, dict):
                return {key[0].upper() + key[1:]: (v if key == "configuration" else large(v)) for key, v in value.items()}
            return [large(v) for v in value] if isinstance(value, list) else value

        properties = large(pipeline)
        closed = {**properties, "DisableInboundStageTransitions": [{"StageName": "Site", "Reason": "a freeze"}]}
        stacks = self.client(self.dev, "cloudformation")

        def deploy(properties, make):
            template = {"Resources": {"P": {"Type": "AWS::CodePipeline::Pipeline", "Properties": properties}}}
            make(StackName="shell", TemplateBody=json.dumps(template))
            done = lambda: stacks.describe_stacks(StackName="shell")["Stacks"][0]["StackStatus"]
            self.wait("the stack", lambda: done() in ("CREATE_COMPLETE", "UPDATE_COMPLETE"))

        way = lambda: self.pipelines.get_pipeline_state(name="shell")["stageStates"][2]["inboundTransitionState"]
        deploy(closed, stacks.create_stack)
        self.assertEqual((way()["enabled"], way()["disabledReason"]), (False, "a freeze"))
        deploy(properties, stacks.update_stack)
        self.assertTrue(way()["enabled"])


if __name__ == "__main__":
    unittest.main()
