"""People see what goes on: `sekisho watch`, `sekisho logs`, and the last lines of what failed."""

import shutil
import subprocess
import unittest

from harness import BINARY, REGION, Served

BUILDSPEC = """version: 0.2
phases:
  build:
    commands:
      - echo first command
      - "printf 'one\\\\033[31mred\\\\n'; cat gate 2>/dev/null || true; {end}"
artifacts: {{files: [buildspec.yml]}}
"""


class Watch(Served):
    example = "quickstart"

    def setUp(self):
        super().setUp()
        self.stop()
        shutil.rmtree(self.folder / ".sekisho")
        self.edit("sekisho.yaml", "region: us-east-1", f"region: {REGION}")

    def build(self, end):
        (self.folder / "site" / "buildspec.yml").write_text(BUILDSPEC.format(end=end))

    def test_what_failed_is_told_with_its_last_lines(self):
        self.build("exit 3")
        done = self.sekisho("run", ".", check=False)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("Build.Build: JobFailed", done.stderr)
        self.assertIn("| one�[31mred", done.stderr, "the command's output is told, and colours nothing")
        self.assertNotIn("| first command", done.stderr, "of the command that failed alone")
        self.assertIn("sekisho logs quickstart:", done.stderr)
        self.assertIn("first command", self.sekisho("logs", "quickstart").stdout)
        watched = self.sekisho("watch", "dev/quickstart", check=False)
        self.assertEqual(watched.returncode, 1)
        self.assertIn("Build.Build", watched.stdout)
        self.assertIn("| one�[31mred", watched.stderr)
        for arguments, code in ((["logs", "nothing"], 2), (["logs", "no:build"], 2), (["watch", "nothing"], 2), (["watch", "prod/quickstart"], 2)):
            self.assertEqual(self.sekisho(*arguments, check=False).returncode, code, arguments)

    def test_a_running_execution_and_its_build_are_followed(self):
        self.build("true")
        self.sekisho("run", ".")
        self.start()
        self.build("for n in 1 2 3 4; do echo tick $n; sleep 0.5; done")
        dev = self.account("dev")
        pipelines, builds = self.client(dev, "codepipeline"), self.client(dev, "codebuild")

        def newest():
            return pipelines.list_pipeline_executions(pipelineName="quickstart")["pipelineExecutionSummaries"][0]["pipelineExecutionId"]

        before = newest()
        clone = self.temporary / "clone"
        self.git(dev, "clone", "--quiet", f"https://127.0.0.1:{self.port}/v1/repos/site", str(clone), cwd=self.temporary)
        shutil.copy(self.folder / "site" / "buildspec.yml", clone)
        self.git(dev, "commit", "--quiet", "--all", "-m", "Slow", cwd=clone)
        self.git(dev, "push", "--quiet", "origin", "main", cwd=clone)
        self.wait("the next execution", lambda: newest() != before)
        watch = subprocess.Popen([BINARY, "watch", "quickstart"], cwd=self.folder, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

        def second():
            ids = builds.list_builds_for_project(projectName="quickstart")["ids"]
            return ids[0] if len(ids) > 1 else None

        build = self.wait("its build", second)
        logs = self.sekisho("logs", build, "--follow")
        self.assertEqual([line for line in logs.stdout.splitlines() if line.startswith("tick")], [f"tick {n}" for n in (1, 2, 3, 4)])
        out, err = watch.communicate(timeout=60)
        self.assertEqual(watch.returncode, 0, out + err)
        self.assertRegex(out, r"Build\.Build +InProgress")
        self.assertRegex(out, r"Deliver\.\w+ +Succeeded")


if __name__ == "__main__":
    unittest.main()
