"""Execution modes, conditions, rollbacks and custom actions, by boto3 and the AWS CLI."""

import io
import json
import unittest
import zipfile

from harness import DEV, REGION, Served

TRUST = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "codepipeline.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
RIGHTS = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}


def kind(category, provider, owner="AWS"):
    return {"category": category, "owner": owner, "provider": provider, "version": "1"}


def bundle(text):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("index.html", text)
    return content.getvalue()


class Declared(Served):
    def setUp(self):
        super().setUp()
        self.dev = self.account("dev")
        self.s3 = self.client(self.dev, "s3")
        self.pipelines = self.client(self.dev, "codepipeline")
        iam = self.client(self.dev, "iam")
        self.role = iam.create_role(RoleName="Modes", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
        iam.put_role_policy(RoleName="Modes", PolicyName="p", PolicyDocument=json.dumps(RIGHTS))
        for bucket in ["modes-source", "modes-artifacts", "modes-site"]:
            self.s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        self.s3.put_bucket_versioning(Bucket="modes-source", VersioningConfiguration={"Status": "Enabled"})
        self.push("first")

    def push(self, text):
        self.s3.put_object(Bucket="modes-source", Key="bundle.zip", Body=bundle(text))

    def page(self):
        return self.s3.get_object(Bucket="modes-site", Key="index.html")["Body"].read().decode()

    def pipeline(self, mode="SUPERSEDED", middle=None):
        approve = {"name": "Person", "actionTypeId": kind("Approval", "Manual")}
        return {
            "name": "modes", "roleArn": self.role, "pipelineType": "V2", "executionMode": mode,
            "artifactStore": {"type": "S3", "location": "modes-artifacts"},
            "variables": [{"name": "Channel", "defaultValue": "beta"}],
            "stages": [
                {"name": "Source", "actions": [{
                    "name": "Bundle", "actionTypeId": kind("Source", "S3"), "outputArtifacts": [{"name": "Bundle"}],
                    "configuration": {"S3Bucket": "modes-source", "S3ObjectKey": "bundle.zip", "PollForSourceChanges": "false"}}]},
                {"name": "Approve", "actions": [middle or approve]},
                {"name": "Site", "actions": [{
                    "name": "Site", "actionTypeId": kind("Deploy", "S3"), "inputArtifacts": [{"name": "Bundle"}],
                    "configuration": {"BucketName": "modes-site", "Extract": "true"}}]},
            ],
        }

    def stage(self, name):
        states = self.pipelines.get_pipeline_state(name="modes")["stageStates"]
        return next(s for s in states if s["stageName"] == name)

    def statuses(self):
        summaries = self.pipelines.list_pipeline_executions(pipelineName="modes")["pipelineExecutionSummaries"]
        return [s["status"] for s in summaries]

    def waiting(self):
        latest = self.stage("Approve")["actionStates"][0].get("latestExecution", {})
        return latest.get("token") if latest.get("status") == "InProgress" else None

    def approve(self):
        self.wait("an approval", self.waiting)
        self.pipelines.put_approval_result(
            pipelineName="modes", stageName="Approve", actionName="Person", token=self.waiting(),
            result={"summary": "fine", "status": "Approved"})

    def settled(self, count):
        self.wait("the executions' end", lambda: self.statuses() == ["Succeeded"] * count)


class Pipelines(Declared):
    def test_queued_then_rolled_back(self):
        self.pipelines.create_pipeline(pipeline=self.pipeline("QUEUED"))
        self.wait("an approval", self.waiting)
        self.push("second")
        second = self.pipelines.start_pipeline_execution(name="modes")["pipelineExecutionId"]
        self.wait("a queue", lambda: self.stage("Approve").get("inboundExecutions"))
        self.assertEqual(self.stage("Approve")["inboundExecutions"][0]["pipelineExecutionId"], second)
        self.approve()
        self.wait("the second's turn", lambda: self.stage("Approve")["latestExecution"]["pipelineExecutionId"] == second)
        self.approve()
        self.settled(2)
        self.assertEqual(self.page(), "second")
        eligible = self.answer(
            self.dev, "codepipeline", "list-pipeline-executions", "--pipeline-name", "modes",
            "--filter", json.dumps({"succeededInStage": {"stageName": "Site"}}))["pipelineExecutionSummaries"]
        first = eligible[-1]["pipelineExecutionId"]
        made = self.answer(
            self.dev, "codepipeline", "rollback-stage", "--pipeline-name", "modes", "--stage-name", "Site",
            "--target-pipeline-execution-id", first)["pipelineExecutionId"]
        self.settled(3)
        self.assertEqual(self.page(), "first")
        got = self.pipelines.get_pipeline_execution(pipelineName="modes", pipelineExecutionId=made)["pipelineExecution"]
        self.assertEqual((got["executionType"], got["executionMode"]), ("ROLLBACK", "QUEUED"))
        self.assertEqual(got["rollbackMetadata"]["rollbackTargetPipelineExecutionId"], first)

    def test_parallel_approvals(self):
        self.pipelines.create_pipeline(pipeline=self.pipeline("PARALLEL"))
        second = self.pipelines.start_pipeline_execution(name="modes")["pipelineExecutionId"]

        def token():
            found = self.pipelines.list_action_executions(pipelineName="modes", filter={"pipelineExecutionId": second})
            person = [a for a in found["actionExecutionDetails"] if a["actionName"] == "Person"]
            return person and person[0]["output"]["executionResult"].get("externalExecutionId")

        self.wait("an approval", token)
        self.pipelines.put_approval_result(
            pipelineName="modes", stageName="Approve", actionName="Person", token=token(),
            result={"summary": "fine", "status": "Approved"})
        self.wait("the second's end", lambda: self.statuses() == ["Succeeded", "InProgress"])

    def test_a_condition_is_overridden(self):
        pipeline = self.pipeline()
        rule = {"name": "Channel", "ruleTypeId": {"category": "Rule", "owner": "AWS", "provider": "VariableCheck", "version": "1"},
                "configuration": {"Variable": "#{variables.Channel}", "Operator": "EQ", "Value": "stable"}}
        pipeline["stages"][2]["beforeEntry"] = {"conditions": [{"result": "FAIL", "rules": [rule]}]}
        self.pipelines.create_pipeline(pipeline=pipeline)
        self.approve()
        self.wait("the failure", lambda: self.statuses() == ["Failed"])
        entry = self.stage("Site")["beforeEntryConditionState"]
        self.assertEqual(entry["latestExecution"]["status"], "Failed")
        found = self.pipelines.list_rule_executions(pipelineName="modes")["ruleExecutionDetails"][0]
        self.assertEqual(found["input"]["resolvedConfiguration"]["Variable"], "beta")
        self.pipelines.override_stage_condition(
            pipelineName="modes", stageName="Site", pipelineExecutionId=found["pipelineExecutionId"], conditionType="BEFORE_ENTRY")
        self.settled(1)
        self.assertEqual(self.page(), "first")

    def test_a_job_worker(self):
        self.pipelines.create_custom_action_type(
            category="Test", provider="Bench", version="1",
            inputArtifactDetails={"minimumCount": 1, "maximumCount": 1}, outputArtifactDetails={"minimumCount": 0, "maximumCount": 0})
        work = {"name": "Work", "actionTypeId": kind("Test", "Bench", "Custom"), "inputArtifacts": [{"name": "Bundle"}]}
        self.pipelines.create_pipeline(pipeline=self.pipeline(middle=work))
        jobs = []

        def poll():
            jobs.extend(self.pipelines.poll_for_jobs(actionTypeId=kind("Test", "Bench", "Custom"))["jobs"])
            return jobs

        self.wait("a job", poll)
        job = jobs[0]
        self.assertEqual(self.pipelines.acknowledge_job(jobId=job["id"], nonce=job["nonce"])["status"], "InProgress")
        # What the job brings reads its artifact, and nothing else.
        given = job["data"]["artifactCredentials"]
        worker = self.client({**self.dev, "AWS_ACCESS_KEY_ID": given["accessKeyId"],
                              "AWS_SECRET_ACCESS_KEY": given["secretAccessKey"], "AWS_SESSION_TOKEN": given["sessionToken"]}, "s3")
        place = job["data"]["inputArtifacts"][0]["location"]["s3Location"]
        content = worker.get_object(Bucket=place["bucketName"], Key=place["objectKey"])["Body"].read()
        self.assertEqual(zipfile.ZipFile(io.BytesIO(content)).read("index.html"), b"first")
        with self.assertRaises(worker.exceptions.ClientError) as denied:
            worker.get_object(Bucket="modes-source", Key="bundle.zip")
        self.assertEqual(denied.exception.response["Error"]["Code"], "AccessDenied")
        self.pipelines.put_job_success_result(jobId=job["id"])
        self.settled(1)
        self.assertEqual(self.pipelines.get_job_details(jobId=job["id"])["jobDetails"]["accountId"], DEV)


if __name__ == "__main__":
    unittest.main()
