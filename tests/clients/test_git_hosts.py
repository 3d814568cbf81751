"""Git hosts as sources of builds: by a connection, by tokens, openly; and as a pipeline's clone reference."""

import json
import unittest

from githost import ENVIRONMENT, NAMED, SPEC, TOKEN, USER, HostBuilds
from harness import DEV, REGION


class GitHosts(HostBuilds):
    def test_tokens_versions_and_depth(self):
        first = self.host.commit("index.html", "one", "the first")
        self.host.git("tag", "v1", cwd=self.host.work)
        self.host.git("push", "-q", "origin", "v1", cwd=self.host.work)
        second = self.host.commit("index.html", "two", "the second")
        pulled = self.host.commit("index.html", "proposed", "a pull request", to="refs/pull/7/head")
        self.project("site")
        status, said, _ = self.built("site")
        self.assertEqual(status, "FAILED", "without its token the host shows nothing")
        self.assertIn("git clone failed", said)
        imported = self.builds.import_source_credentials(token=TOKEN, serverType="GITHUB", authType="PERSONAL_ACCESS_TOKEN", username=USER)["arn"]
        self.assertEqual(imported, f"arn:aws:codebuild:{REGION}:{DEV}:token/github")
        self.assertEqual(self.builds.list_source_credentials()["sourceCredentialsInfos"], [{"arn": imported, "serverType": "GITHUB", "authType": "PERSONAL_ACCESS_TOKEN"}])
        self.refused("ResourceAlreadyExistsException", self.builds.import_source_credentials, token="x", serverType="GITHUB", authType="PERSONAL_ACCESS_TOKEN", shouldOverwrite=False)
        status, said, build = self.built("site")
        self.assertEqual((status, build.get("resolvedSourceVersion")), ("SUCCEEDED", second), said)
        for text in (f"commit={second} count=2 origin={NAMED}", f"url={NAMED} resolved={second} page=two", "secrets=0"):
            self.assertIn(text, said)
        self.assertNotIn(TOKEN, said)
        for version, commit, count in (("v1", first, 1), (first, first, 1), ("main", second, 2), ("refs/heads/main", second, 2), ("pr/7", pulled, 3), (f"refs/pull/7/head^{{{pulled}}}", pulled, 3)):
            status, said, _ = self.built("site", sourceVersion=version)
            self.assertEqual(status, "SUCCEEDED", f"{version}: {said}")
            self.assertIn(f"commit={commit} count={count} ", said, version)
        for version in ("main", "v1", "pr/7", second):
            status, said, _ = self.built("site", sourceVersion=version, gitCloneDepthOverride=1)
            self.assertEqual(status, "SUCCEEDED", f"{version}: {said}")
            self.assertIn("count=1 ", said, version)
        for version in ("nothing", "--upload-pack=/bin/true", "pr/8", "0" * 40):
            status, said, _ = self.built("site", sourceVersion=version)
            self.assertEqual(status, "FAILED", version)
        # A secondary source, and a host of one's own.
        source = {"type": "GITHUB_ENTERPRISE", "location": "https://git.corp:8443/shop/site.git", "sourceIdentifier": "other"}
        spec = "version: 0.2\nphases: {build: {commands: ['cat $CODEBUILD_SRC_DIR_other/index.html && echo there=$CODEBUILD_SOURCE_VERSION_other']}}"
        self.builds.import_source_credentials(token=TOKEN, serverType="GITHUB_ENTERPRISE", authType="PERSONAL_ACCESS_TOKEN", username=USER)
        status, said, _ = self.built("site", buildspecOverride=spec, secondarySourcesOverride=[source], secondarySourcesVersionOverride=[{"sourceIdentifier": "other", "sourceVersion": "v1"}])
        self.assertEqual(status, "SUCCEEDED", said)
        self.assertIn("one", said)
        self.assertIn("there=v1", said)
        self.assertEqual(self.builds.delete_source_credentials(arn=imported)["arn"], imported)
        self.refused("ResourceNotFoundException", self.builds.delete_source_credentials, arn=imported)

    def test_a_secret_opens_a_host_to_the_role_that_may_read_it(self):
        commit = self.host.commit("index.html", "one", "the first")
        secrets = self.client(self.dev, "secretsmanager")
        text = json.dumps({"ServerType": "GITHUB", "AuthType": "PERSONAL_ACCESS_TOKEN", "Token": TOKEN, "Username": USER})
        arn = secrets.create_secret(Name="github", SecretString=text)["ARN"]
        self.project("secret", auth={"type": "SECRETS_MANAGER", "resource": arn})
        status, said, _ = self.built("secret")
        self.assertEqual(status, "FAILED")
        self.assertIn("GetSecretValue", said)
        self.allow({"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": arn})
        status, said, build = self.built("secret")
        self.assertEqual((status, build["resolvedSourceVersion"]), ("SUCCEEDED", commit), said)

    def connected(self):
        connections = self.client(self.dev, "codeconnections")
        arn = connections.create_connection(ConnectionName="shop", ProviderType="GitHub")["ConnectionArn"]
        token = self.temporary / "token"
        token.write_text(TOKEN)
        self.sekisho("connect", "dev", "shop", "--endpoint", self.host.url, "--user", USER, "--token-file", str(token))
        return arn

    def test_a_connection_opens_a_host_to_the_role_that_may_use_it(self):
        commit = self.host.commit("index.html", "one", "the first")
        arn = self.connected()
        self.project("connected", auth={"type": "CODECONNECTIONS", "resource": arn})
        use = lambda repository: {"Effect": "Allow", "Action": "codeconnections:UseConnection", "Resource": arn, "Condition": {"StringEquals": {"codeconnections:FullRepositoryId": repository, "codeconnections:ProviderAction": "GitPull"}}}
        self.allow(use("shop/other"))
        status, said, _ = self.built("connected")
        self.assertEqual(status, "FAILED")
        self.assertIn("UseConnection", said)
        self.allow(use("shop/site"))
        status, said, build = self.built("connected")
        self.assertEqual((status, build["resolvedSourceVersion"]), ("SUCCEEDED", commit), said)
        self.assertIn("secrets=0", said)
        trail = self.client(self.dev, "cloudtrail").lookup_events(LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "UseConnection"}])["Events"]
        self.assertTrue(any("AccessDenied" in event["CloudTrailEvent"] for event in trail) and any("AWSCodeBuild-" in event["CloudTrailEvent"] for event in trail))

    def test_where_sources_may_be(self):
        for kind, location in (("GITHUB", "https://git.example/a/b"), ("GITHUB", "http://github.com/a/b"), ("GITLAB", "https://github.com/a/b"), ("GITHUB_ENTERPRISE", "file:///etc/x")):
            self.assertIn("location", self.refused("InvalidInputException", self.project, name="wrong", kind=kind, location=location))
        for location in (f"https://127.0.0.1:{self.port}/a/b", "https://169.254.169.254/latest/meta"):
            self.project(f"own{len(location)}", kind="GITHUB_ENTERPRISE", location=location)
            status, said, _ = self.built(f"own{len(location)}")
            self.assertEqual(status, "FAILED")
            self.assertIn("private network", said)
        self.project("modules", gitSubmodulesConfig={"fetchSubmodules": True})
        self.assertIn("fetchSubmodules", self.refused("NotImplemented", self.builds.start_build, projectName="modules"))

    def pipeline(self, name, source, provider):
        s3, pipelines = self.client(self.dev, "s3"), self.client(self.dev, "codepipeline")
        s3.create_bucket(Bucket=f"{name}-artifacts", CreateBucketConfiguration={"LocationConstraint": REGION})
        self.builds.create_project(name=name, serviceRole=self.role, source={"type": "CODEPIPELINE", "buildspec": SPEC}, artifacts={"type": "CODEPIPELINE"}, environment=ENVIRONMENT)
        kind = lambda category, provider: {"category": category, "owner": "AWS", "provider": provider, "version": "1"}
        pipelines.create_pipeline(pipeline={
            "name": name, "roleArn": self.role, "artifactStore": {"type": "S3", "location": f"{name}-artifacts"},
            "stages": [
                {"name": "Source", "actions": [{"name": "Branch", "actionTypeId": kind("Source", provider), "configuration": {**source, "BranchName": "main", "OutputArtifactFormat": "CODEBUILD_CLONE_REF"}, "outputArtifacts": [{"name": "Code"}]}]},
                {"name": "Build", "actions": [{"name": "Build", "actionTypeId": kind("Build", "CodeBuild"), "configuration": {"ProjectName": name}, "inputArtifacts": [{"name": "Code"}]}]},
            ],
        })

        def run():
            before = self.builds.list_builds_for_project(projectName=name)["ids"]
            id = pipelines.start_pipeline_execution(name=name)["pipelineExecutionId"]
            state = lambda: pipelines.get_pipeline_execution(pipelineName=name, pipelineExecutionId=id)["pipelineExecution"]["status"]
            self.wait("the pipeline", lambda: state() != "InProgress" or len(self.builds.list_builds_for_project(projectName=name)["ids"]) > len(before))
            ids = [one for one in self.builds.list_builds_for_project(projectName=name)["ids"] if one not in before]
            self.assertTrue(ids, json.dumps(pipelines.list_action_executions(pipelineName=name)["actionExecutionDetails"], default=str))
            return self.ended(ids[0])

        return run

    def test_a_pipeline_hands_a_reference_to_a_connections_repository(self):
        self.host.commit("index.html", "one", "the first")
        commit = self.host.commit("index.html", "two", "the second")
        arn = self.connected()
        use = lambda *actions: {"Effect": "Allow", "Action": "codeconnections:UseConnection", "Resource": arn, "Condition": {"StringEquals": {"codeconnections:ProviderAction": actions}}}
        uploads = ("StartUploadArchiveToS3", "GetUploadArchiveToS3Status")
        self.allow(use(*uploads))
        run = self.pipeline("whole", {"ConnectionArn": arn, "FullRepositoryId": "shop/site"}, "CodeStarSourceConnection")
        status, said, _ = run()
        self.assertEqual(status, "FAILED", "the build's role may not pull")
        self.assertIn("UseConnection", said)
        self.allow(use("GitPull", *uploads))
        status, said, _ = run()
        self.assertEqual(status, "SUCCEEDED", said)
        origin = f"https://codeconnections.{REGION}.amazonaws.com/git-http/{DEV}/{REGION}/{arn.rsplit('/', 1)[1]}/shop/site.git"
        for text in (f"commit={commit} count=2 origin={origin}", f"url={origin} resolved={commit} page=two"):
            self.assertIn(text, said)

    def test_a_pipeline_hands_a_reference_to_codecommits_repository(self):
        self.host.commit("index.html", "one", "the first")
        commit = self.host.commit("index.html", "two", "the second")
        self.client(self.dev, "codecommit").create_repository(repositoryName="site")
        self.git(self.dev, "push", "-q", f"http://127.0.0.1:{self.port}/v1/repos/site", "HEAD:refs/heads/main", cwd=self.host.work)
        run = self.pipeline("own", {"RepositoryName": "site"}, "CodeCommit")
        status, said, _ = run()
        self.assertEqual(status, "FAILED", "the build's role may not pull")
        self.allow({"Effect": "Allow", "Action": "codecommit:GitPull", "Resource": f"arn:aws:codecommit:{REGION}:{DEV}:site"})
        status, said, _ = run()
        self.assertEqual(status, "SUCCEEDED", said)
        url = f"https://git-codecommit.{REGION}.amazonaws.com/v1/repos/site"
        for text in (f"commit={commit} count=2 origin={url}", f"url={url} resolved={commit} page=two"):
            self.assertIn(text, said)


if __name__ == "__main__":
    unittest.main()
