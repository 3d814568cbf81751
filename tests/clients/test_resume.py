"""`sekisho up` goes on after `kill -9` and after a stop, in the middle of a stack, of a build, of an approval; `sekisho status`."""

import json
import os
import signal
import socket
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from harness import BINARY, DEV, PROD, STAGING, Served

LARGE = {
    "Resources": {
        f"Bucket{n}": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": f"large-{n}-{DEV}"}, **({"DependsOn": f"Bucket{n - 1}"} if n else {})}
        for n in range(60)
    }
}


class Resume(Served):
    def status(self, check=True, *arguments):
        done = self.sekisho("status", "--output", "json", *arguments, check=False)
        if check:
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return json.loads(done.stdout)

    def again(self, how):
        """Ends the server and starts another; says what the end took, and its exit code."""
        began = time.monotonic()
        self.stop(how)
        took, code = time.monotonic() - began, self.server.returncode
        self.start()
        return took, code

    def stack(self, account, name, template, **parameters):
        environment = self.account(account)
        given = [f"ParameterKey={key},ParameterValue={value}" for key, value in parameters.items()]
        self.aws(environment, "cloudformation", "create-stack", "--stack-name", name, "--template-body", f"file://{template}",
                 "--capabilities", "CAPABILITY_NAMED_IAM", *(["--parameters", *given] if given else []))
        return environment

    def created(self, environment, name):
        def status():
            return self.answer(environment, "cloudformation", "describe-stacks", "--stack-name", name)["Stacks"][0]["StackStatus"]

        self.wait(name, lambda: status() != "CREATE_IN_PROGRESS")
        self.assertEqual(status(), "CREATE_COMPLETE")

    def deliver(self, build=None):
        if build:
            self.edit("shop/buildspec.yml", "      - mkdir -p out\n", f"      - {build}\n      - mkdir -p out\n")
        for account in ["staging", "prod"]:
            self.created(self.stack(account, "target", "target.yaml", Environment=account, DevAccount=DEV), "target")
        dev = self.stack("dev", "delivery", "pipeline.yaml", StagingRole=f"arn:aws:iam::{STAGING}:role/shop-deploy",
                         StagingStackRole=f"arn:aws:iam::{STAGING}:role/shop-stack", ProdStackRole=f"arn:aws:iam::{PROD}:role/shop-stack",
                         StagingBucket=f"shop-staging-{STAGING}", ProdRole=f"arn:aws:iam::{PROD}:role/shop-deploy", ProdBucket=f"shop-prod-{PROD}")
        self.created(dev, "delivery")
        work = self.folder / "shop"
        self.git(dev, "init", "--quiet", "--initial-branch", "main", cwd=work)
        self.git(dev, "add", "--all", cwd=work)
        self.git(dev, "commit", "--quiet", "-m", "First", cwd=work)
        self.git(dev, "push", f"https://127.0.0.1:{self.port}/v1/repos/shop", "main", cwd=work)
        return dev

    def test_a_stack_goes_on(self):
        template = self.temporary / "large.json"
        template.write_text(json.dumps(LARGE))
        dev = self.stack("dev", "large", template)
        self.again(signal.SIGKILL)
        # While the server is stopped, its work is shown and stands still.
        self.stop(signal.SIGTERM)
        shown = self.status()
        self.assertFalse(shown["server"]["running"])
        self.start()
        self.assertTrue(self.status()["server"]["running"])
        self.created(dev, "large")
        resources = self.answer(dev, "cloudformation", "list-stack-resources", "--stack-name", "large")["StackResourceSummaries"]
        self.assertEqual(len(resources), len(LARGE["Resources"]))
        events = self.answer(dev, "cloudformation", "describe-stack-events", "--stack-name", "large")["StackEvents"]
        complete = [e["LogicalResourceId"] for e in events if e["ResourceStatus"] == "CREATE_COMPLETE"]
        self.assertEqual(sorted(complete), sorted([*LARGE["Resources"], "large"]), "each of them was made once")

    def running_build(self):
        def look():
            builds = self.status()["builds"]
            return builds and builds[0]["phase"] == "BUILD" and builds[0]

        return self.wait("the build", look)

    def lines(self, dev, build):
        stream = build["id"].split(":")[1]
        events = self.answer(dev, "logs", "get-log-events", "--log-group-name", "/aws/codebuild/shop", "--log-stream-name", stream, "--start-from-head")
        return "".join(e["message"] for e in events["events"])

    def waiting(self):
        return self.wait("the approval", lambda: self.status()["approvals"])

    def test_a_build_starts_again_and_an_approval_waits_on(self):
        dev = self.deliver(build="sleep 4")
        build = self.running_build()
        self.assertTrue(any(one["running"] and build["id"] in one["id"] for one in self.status()["outbox"]))
        idle = self.sekisho("status", "--idle", check=False)
        self.assertEqual(idle.returncode, 1)
        self.assertIn("Build.Build", idle.stdout)
        self.again(signal.SIGKILL)
        again = self.running_build()
        self.assertEqual(again["id"], build["id"])
        approval = self.waiting()[0]
        self.assertEqual((approval["pipeline"], approval["stage"], approval["action"]), ("shop", "Approval", "Release"))
        self.assertIn("It starts again, in a fresh workspace", self.lines(dev, build))
        for how in [signal.SIGKILL, signal.SIGTERM]:
            took, code = self.again(how)
            self.assertLess(took, 5, "nothing was to be waited for")
            self.assertEqual(code, 0 if how == signal.SIGTERM else -signal.SIGKILL)
            self.assertEqual(self.waiting(), [approval])
        self.assertIn("waits for approval", self.sekisho("status").stdout)
        state = self.answer(dev, "codepipeline", "get-pipeline-state", "--name", "shop")["stageStates"][3]
        token = next(a for a in state["actionStates"] if a["actionName"] == "Release")["latestExecution"]["token"]
        self.aws(dev, "codepipeline", "put-approval-result", "--pipeline-name", "shop", "--stage-name", "Approval", "--action-name", "Release",
                 "--token", token, "--result", "summary=good,status=Approved")
        self.wait("the end", lambda: not self.status()["executions"])
        self.sekisho("status", "--idle")
        executions = self.answer(dev, "codepipeline", "list-pipeline-executions", "--pipeline-name", "shop")["pipelineExecutionSummaries"]
        self.assertEqual(executions[0]["status"], "Succeeded")
        # Who looked is in the trail.
        self.assertIn("DescribeWork", self.sekisho("audit", "lookup", "--account", "management", "--event-name", "DescribeWork").stdout)

    def test_a_stop_waits_for_what_ends_soon(self):
        dev = self.deliver(build="sleep 3")
        build = self.running_build()
        self.again(signal.SIGTERM)
        said = (self.temporary / "up.log").read_text()
        self.assertIn("waits up to", said)
        self.assertIn(build["id"], said)
        # The build came to its end while the server waited: it was not begun again.
        self.waiting()
        self.assertNotIn("It starts again", self.lines(dev, build))

    def test_a_second_signal_ends_at_once(self):
        dev = self.deliver(build="sleep 6")
        build = self.running_build()
        self.server.send_signal(signal.SIGHUP)
        time.sleep(1)
        self.assertIsNone(self.server.poll())
        self.server.send_signal(signal.SIGINT)
        self.assertEqual(self.server.wait(5), 1)
        self.start()
        self.waiting()
        self.assertIn("It starts again", self.lines(dev, build))

    def test_a_service_manager_is_told(self):
        self.stop()
        # A socket's path must be short.
        with tempfile.TemporaryDirectory(dir="/tmp") as folder, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
            told.bind(str(Path(folder) / "notify"))
            told.settimeout(30)
            environment = {**self.environment, "NOTIFY_SOCKET": str(Path(folder) / "notify")}
            server = subprocess.Popen([BINARY, "up", "--listen", "127.0.0.1:0"], cwd=self.folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            try:
                self.assertEqual(told.recv(64), b"READY=1")
                os.kill(server.pid, signal.SIGTERM)
                self.assertEqual(told.recv(64), b"STOPPING=1")
                self.assertEqual(server.wait(20), 0)
            finally:
                server.kill()
                server.communicate()


if __name__ == "__main__":
    unittest.main()
