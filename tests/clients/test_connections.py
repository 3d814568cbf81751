"""CodeConnections as boto3 and the AWS CLI use it, and a pipeline whose source is a branch at a git host of the test's own."""

import hmac
import json
import unittest
import urllib.error
import urllib.request

from botocore.exceptions import ClientError
from githost import TOKEN, USER, GitHost
from harness import DEV, REGION, Served

class Connections(Served):
    def setUp(self):
        super().setUp()
        self.dev = self.account("dev")
        self.connections = self.client(self.dev, "codeconnections")

    def refused(self, call, **arguments):
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        return caught.exception.response["Error"]

    def pushes(self, arn, url, token, commit, pipelines, ended):
        """GitHub's webhooks, signed with the connection's secret, start the pipeline at the commit that was pushed, once each."""
        secret = self.temporary / "secret"
        secret.write_text("a-secret-of-webhooks\n")
        said = self.sekisho("connect", "dev", "shop", "--endpoint", url, "--user", USER, "--token-file", str(token), "--webhook-secret-file", str(secret))
        path = f"/webhooks/codeconnections/{DEV}/{REGION}/{arn.rsplit('/', 1)[1]}"
        self.assertIn(f"http://127.0.0.1:{self.port}{path}", said.stdout)
        runs = lambda: pipelines.list_pipeline_executions(pipelineName="elsewhere")["pipelineExecutionSummaries"]

        def post(delivery, key, **payload):
            body = json.dumps({"repository": {"full_name": "shop/site"}, **payload}).encode()
            headers = {"Content-Type": "application/json", "X-GitHub-Event": "push", "X-GitHub-Delivery": delivery}
            if key:
                headers["X-Hub-Signature-256"] = "sha256=" + hmac.new(key, body, "sha256").hexdigest()
            request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data=body, headers=headers)
            try:
                return urllib.request.urlopen(request, timeout=30).status
            except urllib.error.HTTPError as error:
                return error.code

        before = len(runs())
        pushed = commit("index.html", "pushed", "a push")
        commit("index.html", "later", "what came after")
        main = {"ref": "refs/heads/main", "after": pushed}
        self.assertEqual([post("one", key, **main) for key in (None, b"another-secret-of-webhooks")], [403, 403])
        right = b"a-secret-of-webhooks"
        self.assertEqual(post("two", right, ref="refs/heads/dev", after=pushed), 200)
        self.assertEqual([post("three", right, **main) for _ in range(2)], [200, 200])
        self.wait("the start", lambda: len(runs()) > before)
        summary, _ = self.wait("the execution", ended)
        self.assertEqual((summary["status"], summary["trigger"]["triggerType"], summary["sourceRevisions"][0]["revisionId"]), ("Succeeded", "WebhookV2", pushed))
        self.assertEqual(len(runs()), before + 1)

    def test_both_names(self):
        for name in ("codeconnections", "codestar-connections"):
            client = self.client(self.dev, name)
            arn = client.create_connection(ConnectionName="shop", ProviderType="GitHub", Tags=[{"Key": "team", "Value": "shop"}])["ConnectionArn"]
            self.assertTrue(arn.startswith(f"arn:aws:{name}:{REGION}:{DEV}:connection/"), arn)
            got = client.get_connection(ConnectionArn=arn)["Connection"]
            self.assertEqual((got["ConnectionStatus"], got["ProviderType"], got["OwnerAccountId"]), ("PENDING", "GitHub", DEV))
            self.assertEqual(client.list_tags_for_resource(ResourceArn=arn)["Tags"], [{"Key": "team", "Value": "shop"}])
            self.assertEqual([c["ConnectionArn"] for c in client.list_connections()["Connections"]], [arn])
            host = client.create_host(Name="own", ProviderType="GitLabSelfManaged", ProviderEndpoint="https://git.example")["HostArn"]
            to_host = client.create_connection(ConnectionName="own", HostArn=host)["ConnectionArn"]
            self.assertEqual(self.refused(client.delete_host, HostArn=host)["Code"], "ResourceUnavailableException")
            for one in (to_host, arn):
                client.delete_connection(ConnectionArn=one)
            client.delete_host(HostArn=host)
            self.assertEqual(self.refused(client.get_connection, ConnectionArn=arn)["Code"], "ResourceNotFoundException")

    def test_who_declares_a_pipeline_passes_its_connection(self):
        arn = self.connections.create_connection(ConnectionName="shop", ProviderType="GitHub")["ConnectionArn"]
        iam, s3 = self.client(self.dev, "iam"), self.client(self.dev, "s3")
        s3.create_bucket(Bucket="passing-artifacts", CreateBucketConfiguration={"LocationConstraint": REGION})
        trust = lambda principal: json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}]})
        role = iam.create_role(RoleName="Passing", AssumeRolePolicyDocument=trust({"Service": "codepipeline.amazonaws.com"}))["Role"]["Arn"]
        iam.create_user(UserName="dev")

        def allow(*more):
            statements = [{"Effect": "Allow", "Action": ["codepipeline:*", "iam:PassRole"], "Resource": "*"}, *more]
            iam.put_user_policy(UserName="dev", PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": statements}))

        allow()
        key = iam.create_access_key(UserName="dev")["AccessKey"]
        pipelines = self.client({"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}, "codepipeline")
        kind = lambda category, provider: {"category": category, "owner": "AWS", "provider": provider, "version": "1"}
        stages = [
            {"name": "Source", "actions": [{"name": "Branch", "actionTypeId": kind("Source", "CodeStarSourceConnection"), "configuration": {"ConnectionArn": arn, "FullRepositoryId": "shop/site", "BranchName": "main"}, "outputArtifacts": [{"name": "Code"}]}]},
            {"name": "Deploy", "actions": [{"name": "Wait", "actionTypeId": kind("Approval", "Manual")}]},
        ]
        pipeline = {"name": "passing", "roleArn": role, "artifactStore": {"type": "S3", "location": "passing-artifacts"}, "stages": stages}
        denied = self.refused(pipelines.create_pipeline, pipeline=pipeline)
        self.assertIn("codeconnections:PassConnection", denied["Message"])
        passing = lambda service: {"Effect": "Allow", "Action": "codeconnections:PassConnection", "Resource": arn, "Condition": {"StringEquals": {"codeconnections:PassedToService": service}}}
        allow(passing("codebuild.amazonaws.com"))
        self.refused(pipelines.create_pipeline, pipeline=pipeline)
        allow(passing("codepipeline.amazonaws.com"))
        pipelines.create_pipeline(pipeline=pipeline)

    def test_a_pipeline_from_a_branch_elsewhere(self):
        host = GitHost(self)
        url, commit = host.url, host.commit
        first = commit("index.html", "hello", "the first page")
        arn = self.connections.create_connection(ConnectionName="shop", ProviderType="GitHub")["ConnectionArn"]
        iam, s3, pipelines = (self.client(self.dev, name) for name in ("iam", "s3", "codepipeline"))
        for bucket in ("connection-artifacts", "connection-site"):
            s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "codepipeline.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
        role = iam.create_role(RoleName="FromElsewhere", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]

        def grant(repository):
            use = {"Effect": "Allow", "Action": "codeconnections:UseConnection", "Resource": arn, "Condition": {"StringEquals": {"codeconnections:FullRepositoryId": repository, "codeconnections:BranchName": "main"}}}
            policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}, use]}
            iam.put_role_policy(RoleName="FromElsewhere", PolicyName="p", PolicyDocument=json.dumps(policy))

        grant("shop/other")
        kind = lambda category, provider: {"category": category, "owner": "AWS", "provider": provider, "version": "1"}
        source = {"ConnectionArn": arn, "FullRepositoryId": "shop/site", "BranchName": "main"}
        pipelines.create_pipeline(pipeline={
            "name": "elsewhere", "roleArn": role, "artifactStore": {"type": "S3", "location": "connection-artifacts"},
            "stages": [
                {"name": "Source", "actions": [{"name": "Branch", "actionTypeId": kind("Source", "CodeStarSourceConnection"), "configuration": source, "outputArtifacts": [{"name": "Code"}], "namespace": "Code"}]},
                {"name": "Deploy", "actions": [{"name": "Site", "actionTypeId": kind("Deploy", "S3"), "configuration": {"BucketName": "connection-site", "Extract": "true", "ObjectKey": "#{Code.CommitId}"}, "inputArtifacts": [{"name": "Code"}]}]},
            ],
        })

        def ended():
            actions = pipelines.list_action_executions(pipelineName="elsewhere")["actionExecutionDetails"]
            found = pipelines.list_pipeline_executions(pipelineName="elsewhere")["pipelineExecutionSummaries"]
            return found and found[0]["status"] != "InProgress" and (found[0], actions)

        def run():
            before = len(pipelines.list_pipeline_executions(pipelineName="elsewhere")["pipelineExecutionSummaries"])
            pipelines.start_pipeline_execution(name="elsewhere")
            self.wait("the start", lambda: len(pipelines.list_pipeline_executions(pipelineName="elsewhere")["pipelineExecutionSummaries"]) > before)
            return self.wait("the execution", ended)

        error = lambda ran: json.dumps(ran[1][0]["output"]["executionResult"])
        self.assertIn("UseConnection", error(run()), "the role may use the connection for another repository alone")
        grant("shop/site")
        self.assertIn("PENDING", error(run()))
        self.sekisho("connect", "dev", "shop", "--endpoint", url, "--user", USER)
        self.assertIn("fetch", error(run()), "without its token the host shows nothing")
        token = self.temporary / "token"
        token.write_text(TOKEN + "\n")
        self.sekisho("connect", "dev", "shop", "--endpoint", url, "--user", USER, "--token-file", str(token))
        self.assertEqual(self.connections.get_connection(ConnectionArn=arn)["Connection"]["ConnectionStatus"], "AVAILABLE")
        summary, _ = run()
        self.assertEqual((summary["status"], summary["sourceRevisions"][0]["revisionId"]), ("Succeeded", first))
        self.assertEqual(s3.get_object(Bucket="connection-site", Key=f"{first}/index.html")["Body"].read(), b"hello")
        second = commit("index.html", "again", "the second page")
        summary, _ = run()
        self.assertEqual(summary["sourceRevisions"][0]["revisionId"], second)
        self.pushes(arn, url, token, commit, pipelines, ended)
        trail = self.client(self.dev, "cloudtrail")
        for name in ("UpdateConnectionInstallation", "UseConnection", "ReceiveWebhook"):
            events = trail.lookup_events(LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": name}])["Events"]
            self.assertTrue(events, name)
            self.assertNotIn(TOKEN, json.dumps(events, default=str))
        for file in (self.folder / ".sekisho").rglob("*"):
            if file.is_file():
                self.assertNotIn(TOKEN.encode(), file.read_bytes(), file)


if __name__ == "__main__":
    unittest.main()
