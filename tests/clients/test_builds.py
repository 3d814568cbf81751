"""CodeBuild as boto3 and the AWS CLI use it: sources, artifacts, caches, reports, batches, retries, stops, and what is refused."""

import io
import unittest
import zipfile

from building import ENVIRONMENT, ROLE, Building
from harness import DEV, REGION


class Builds(Building):
    def test_a_repository_is_cloned_and_its_artifact_is_put(self):
        commit = self.client(self.dev, "codecommit")
        url = commit.create_repository(repositoryName="shop")["repositoryMetadata"]["cloneUrlHttp"]
        folder = self.temporary / "work"
        folder.mkdir()
        spec = "version: 0.2\nphases:\n  build:\n    commands:\n      - git log --format=%s -1\n      - echo built > out.txt\nartifacts:\n  files: [out.txt]\n  name: out-$CODEBUILD_BUILD_NUMBER.zip\n"
        (folder / "buildspec.yml").write_text(spec)
        self.git(self.dev, "init", "-q", "-b", "main", cwd=folder)
        self.git(self.dev, "add", ".", cwd=folder)
        self.git(self.dev, "commit", "-q", "-m", "First of all", cwd=folder)
        self.git(self.dev, "push", "-q", f"http://127.0.0.1:{self.port}/v1/repos/shop", "main", cwd=folder)
        head = self.git(self.dev, "rev-parse", "HEAD", cwd=folder).stdout.strip()
        artifacts = {"type": "S3", "location": "build-goods", "packaging": "ZIP", "overrideArtifactName": True}
        self.project("cloned", "", source={"type": "CODECOMMIT", "location": url, "gitCloneDepth": 1}, artifacts=artifacts)
        build = self.run_build("cloned", sourceVersion="main")
        self.assertEqual(build["buildStatus"], "SUCCEEDED", self.text(build))
        self.assertEqual(build["resolvedSourceVersion"], head)
        self.assertIn("First of all\n", self.text(build))
        body = self.s3.get_object(Bucket="build-goods", Key="out-1.zip")["Body"].read()
        self.assertEqual(zipfile.ZipFile(io.BytesIO(body)).read("out.txt"), b"built\n")
        whole = self.run_build("cloned", sourceVersion=head, gitCloneDepthOverride=0)
        self.assertEqual(whole["buildStatus"], "SUCCEEDED", self.text(whole))
        absent = self.run_build("cloned", sourceVersion="nowhere")
        failed = next(phase for phase in absent["phases"] if phase["phaseType"] == "DOWNLOAD_SOURCE")
        self.assertEqual(failed["contexts"][0]["statusCode"], "CLIENT_ERROR", failed)

    def test_phases_tell_of_their_commands_as_awss_do(self):
        self.project("phases", "version: 0.2\nphases:\n  pre_build:\n    commands: [make]\n    finally: [echo at last]\n  build:\n    commands: [echo never]\n")
        build = self.run_build("phases")
        kinds = [phase["phaseType"] for phase in build["phases"]]
        self.assertEqual(kinds, ["SUBMITTED", "QUEUED", "PROVISIONING", "DOWNLOAD_SOURCE", "INSTALL", "PRE_BUILD", "FINALIZING", "COMPLETED"])
        context = build["phases"][5]["contexts"][0]
        self.assertEqual(context["statusCode"], "COMMAND_EXECUTION_ERROR")
        self.assertRegex(context["message"], r"^Error while executing command: make\. Reason: exit status \d+$")
        self.assertIn("\nat last\n", self.text(build))

    def test_reports_by_the_command_line(self):
        cases = "<testsuite name='s'><testcase name='good'/><testcase name='bad'><failure message='why'/></testcase></testsuite>"
        self.project("tested", f"version: 0.2\nphases:\n  build:\n    commands:\n      - echo \"{cases}\" > t.xml\nreports:\n  unit: {{files: t.xml}}\n")
        build = self.run_build("tested")
        self.assertEqual(build["buildStatus"], "SUCCEEDED", self.text(build))
        group = f"arn:aws:codebuild:{REGION}:{DEV}:report-group/tested-unit"
        reports = self.answer(self.dev, "codebuild", "list-reports-for-report-group", "--report-group-arn", group)["reports"]
        self.assertEqual(reports, build["reportArns"])
        cases = self.answer(self.dev, "codebuild", "describe-test-cases", "--report-arn", reports[0], "--filter", "status=FAILED")
        self.assertEqual([case["name"] for case in cases["testCases"]], ["bad"])
        trend = self.builds.get_report_group_trend(reportGroupArn=group, trendField="PASS_RATE")
        self.assertEqual(trend["stats"]["average"], "50")
        self.builds.update_report_group(arn=group, tags=[{"key": "team", "value": "shop"}])
        described = self.builds.batch_get_report_groups(reportGroupArns=[group, group + "-none"])
        self.assertEqual(described["reportGroups"][0]["tags"], [{"key": "team", "value": "shop"}])
        self.assertEqual(described["reportGroupsNotFound"], [group + "-none"])
        self.builds.delete_report_group(arn=group, deleteReports=True)
        self.assertEqual(self.builds.list_report_groups()["reportGroups"], [])

    def test_batches(self):
        spec = "version: 0.2\nbatch:\n  build-graph:\n    - identifier: first\n    - {identifier: second, depend-on: [first], env: {variables: {FAIL: 'yes'}}}\nphases:\n  build:\n    commands: ['test -z \"$FAIL\"']\n"
        self.project("batched", spec, buildBatchConfig={"serviceRole": ROLE, "timeoutInMins": 60})
        started = self.builds.start_build_batch(projectName="batched")["buildBatch"]

        def ended():
            batch = self.builds.batch_get_build_batches(ids=[started["id"]])["buildBatches"][0]
            return batch if batch["complete"] else None

        batch = self.wait("the batch", ended)
        self.assertEqual(batch["buildBatchStatus"], "FAILED", batch)
        of = {group["identifier"]: group["currentBuildSummary"]["buildStatus"] for group in batch["buildGroups"]}
        self.assertEqual(of, {"DOWNLOAD_SOURCE": "SUCCEEDED", "first": "SUCCEEDED", "second": "FAILED"})
        self.assertEqual(self.builds.list_build_batches_for_project(projectName="batched")["ids"], [started["id"]])
        again = self.builds.retry_build_batch(id=started["id"], retryType="RETRY_FAILED_BUILDS")["buildBatch"]
        self.assertEqual(again["buildBatchStatus"], "IN_PROGRESS")
        batch = self.wait("the batch again", ended)
        self.assertEqual([len(group["priorBuildSummaryList"]) for group in batch["buildGroups"]], [0, 0, 1])
        gone = self.builds.delete_build_batch(id=started["id"])
        self.assertEqual(len(gone["buildsDeleted"]), 4)

    def test_builds_are_stopped_retried_and_deleted(self):
        self.project("long", "version: 0.2\nphases:\n  build:\n    commands: [sleep 300]\n", concurrentBuildLimit=1)
        build = self.builds.start_build(projectName="long")["build"]
        self.refused("AccountLimitExceededException", self.builds.start_build, projectName="long")
        self.wait("the command", lambda: self.builds.batch_get_builds(ids=[build["id"]])["builds"][0]["currentPhase"] == "BUILD")
        self.aws(self.dev, "codebuild", "stop-build", "--id", build["id"])
        self.assertEqual(self.finished(build)["buildStatus"], "STOPPED")
        again = self.builds.retry_build(id=build["id"])["build"]
        self.assertEqual(again["buildNumber"], 2)
        self.builds.stop_build(id=again["id"])
        self.finished(again)
        gone = self.builds.batch_delete_builds(ids=[build["id"], again["id"]])
        self.assertEqual(len(gone["buildsDeleted"]), 2)
        self.assertEqual(self.builds.list_builds_for_project(projectName="long")["ids"], [])

    def test_a_project_keeps_all_its_members(self):
        given = {
            "secondarySources": [{"type": "S3", "location": "build-goods/lib.zip", "sourceIdentifier": "lib"}],
            "secondaryArtifacts": [{"type": "S3", "location": "build-goods", "artifactIdentifier": "docs"}],
            "cache": {"type": "S3", "location": "build-goods/cache"},
            "logsConfig": {"cloudWatchLogs": {"status": "ENABLED", "groupName": "own"}, "s3Logs": {"status": "ENABLED", "location": "build-goods/logs"}},
            "environment": {**ENVIRONMENT, "privilegedMode": True},
            "autoRetryLimit": 2,
            "concurrentBuildLimit": 3,
            "timeoutInMinutes": 10,
        }
        kept = self.project("whole", "version: 0.2\nphases: {}\n", **given)
        for member, value in given.items():
            if member == "environment":
                self.assertTrue(kept[member]["privilegedMode"])
            else:
                self.assertEqual(kept[member], value, member)
        self.builds.update_project(name="whole", autoRetryLimit=0, cache={"type": "NO_CACHE"})
        kept = self.builds.batch_get_projects(names=["whole"])["projects"][0]
        self.assertEqual((kept["cache"]["type"], kept["concurrentBuildLimit"]), ("NO_CACHE", 3))
        refused = self.refused("NotImplemented", self.builds.update_project, name="whole", badgeEnabled=True)
        self.assertIn("badgeEnabled", refused)
        wrong = self.run_build("whole", buildspecOverride="version: 0.2\nphases:\n  biuld:\n    commands: [a]\n", secondarySourcesOverride=[], autoRetryLimitOverride=0)
        failed = next(phase for phase in wrong["phases"] if phase["phaseType"] == "DOWNLOAD_SOURCE")
        self.assertEqual(failed["contexts"][0]["statusCode"], "YAML_FILE_ERROR")
        self.assertIn("line 3", failed["contexts"][0]["message"])


if __name__ == "__main__":
    unittest.main()
