"""What people and programs do wrong, or on purpose: each is refused or bounded, told in words, and leaves the server as it was."""

import base64
import io
import json
import os
import pty
import re
import select
import stat
import subprocess
import time
import unittest
import zipfile
from pathlib import Path

from building import Building
from harness import BINARY

NOTHING = "version: 0.2\nphases:\n  build:\n    commands: [echo built]\n"


def spec(*commands, env=""):
    return f"version: 0.2\n{env}phases:\n  build:\n    commands:\n" + "".join(f"      - {json.dumps(c)}\n" for c in commands)


def packed(*members):
    """An archive with names, modes and contents as given."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, mode, content in members:
            entry = zipfile.ZipInfo(name)
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, mode << 16, 3
            with archive.open(entry, "w") as file:
                for piece in content if isinstance(content, list) else [content]:
                    file.write(piece)
    return out.getvalue()


class Bad(Building):
    def failure(self, build, phase):
        found = next(p for p in build["phases"] if p["phaseType"] == phase)
        self.assertEqual((build["buildStatus"], found["phaseStatus"]), ("FAILED", "FAILED"), self.text(build))
        return found["contexts"][0]["message"]

    def override(self, text):
        return self.run_build("bad", buildspecOverride=text)

    def test_wrong_buildspecs_name_line_and_key(self):
        self.project("bad", NOTHING)
        for text, *said in [
            ("version: 0.2\nphases:\n  build:\n    comands: [ls]\n", "4", "comands"),
            ("version: 0.2\nphases:\n  biuld:\n    commands: [ls]\n", "3", "biuld"),
            ("version: 9\nphases: {}\n", "1", "version"),
            ("version: 0.2\nphases:\n  build:\n    commands: {a: b}\n", "4", "commands"),
            ("version: 0.2\nphases:\n  build:\n    commands: [ls]\n  build:\n    commands: [ls]\n", "5", "build"),
            ("version: 0.2\nphases:\n  build:\n    commands: [ls]\n    on-failure: PERHAPS\n", "5", "on-failure"),
            ("version: 0.2\nenv:\n  variables: [a]\nphases:\n  build:\n    commands: [ls]\n", "3", "variables"),
            ("version: 0.2\nenv:\n  shell: tcsh\nphases:\n  build:\n    commands: [ls]\n", "3", "shell"),
            ("version: 0.2\nphases:\n\tbuild:\n", "3"),
            ("version: 0.2\nphases: [\n",),
            ("version: 0.2\nx: &x [a, a]\ny: &y [*x, *x]\nphases: {build: {commands: *y}}\n",),
            ("version: 0.2\nphases: " + "[" * 5000 + "\n",),
        ]:
            with self.subTest(text[:80]):
                build = self.override(text)
                why = self.failure(build, "DOWNLOAD_SOURCE")
                for part in said:
                    self.assertIn(part, why)
                self.assertLess(len(why), 4000)
        self.assertEqual(self.override(NOTHING)["buildStatus"], "SUCCEEDED")

    def test_a_flood_is_slowed_and_said_so(self):
        self.project("bad", spec("yes 0123456789 | head -c 30000000", "echo the last line"))
        began = time.monotonic()
        build = self.run_build("bad")
        self.assertEqual(build["buildStatus"], "SUCCEEDED")
        # Each line counts as what the log charges for it; 8 MiB a second are taken.
        took, counted = time.monotonic() - began, 30_000_000 / 11 * (11 + 26)
        self.assertGreater(took, counted / (8 << 20) / 2)
        logs = self.client(self.dev, "logs")
        place = {"logGroupName": build["logs"]["groupName"], "logStreamName": build["logs"]["streamName"]}
        newest = "".join(e["message"] for e in logs.get_log_events(**place, startFromHead=False, limit=200)["events"])
        self.assertIn("the last line\n", newest)
        said = logs.filter_log_events(logGroupName=place["logGroupName"], filterPattern='"slowed down"')["events"]
        self.assertLessEqual(len(said), 1, "it is said once, when the program is quicker than that")
        # One line without an end.
        build = self.override(spec("head -c 3000000 /dev/zero | tr '\\0' x"))
        self.assertEqual(build["buildStatus"], "SUCCEEDED")
        longest = max(len(e["message"]) for e in logs.get_log_events(logGroupName=place["logGroupName"], logStreamName=build["logs"]["streamName"], startFromHead=True)["events"])
        self.assertLessEqual(longest, 262_144)

    def test_what_hangs_is_stopped_and_daemons_end_with_their_build(self):
        mark = f"31{os.getpid():07d}"
        self.project("bad", spec("trap '' TERM INT HUP", "echo it hangs", f"sleep {mark}"))
        build = self.builds.start_build(projectName="bad")["build"]
        running = lambda: any(mark in command for command in self.commands())
        self.wait("the command", running)
        self.builds.stop_build(id=build["id"])
        self.assertEqual(self.finished(build)["buildStatus"], "STOPPED")
        self.wait("its end", lambda: not running(), 10)
        began = time.monotonic()
        build = self.override(spec(f"setsid sh -c 'trap \"\" TERM HUP; (sleep {mark} &) ; sleep {mark}' >/dev/null 2>&1 &", f"nohup sleep {mark} &"))
        self.assertEqual(build["buildStatus"], "SUCCEEDED", self.text(build))
        self.assertLess(time.monotonic() - began, 30)
        self.wait("the daemons' end", lambda: not running(), 10)

    def commands(self):
        for one in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                yield one.read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                pass

    def test_nothing_outside_is_read_or_written(self):
        secret, target = self.temporary / "secret", self.temporary / "written"
        secret.write_text("the host's own")
        attempts = [f"cat {secret}", f"echo x > {target}", "echo x > /usr/bin/added", "echo x >> /etc/passwd", f"ls {self.folder}", "cat /proc/1/root/root/.bashrc"]
        self.project("bad", spec(*(f"if {attempt}; then exit 9; fi" for attempt in attempts)))
        build = self.run_build("bad")
        self.assertEqual(build["buildStatus"], "SUCCEEDED", self.text(build))
        self.assertFalse(target.exists() or Path("/usr/bin/added").exists())
        self.assertNotIn("the host's own", self.text(build))

    def test_secrets_are_masked(self):
        long, pin = "correct-horse-battery", "line-one-of-it\nline-two-of-it"
        secrets, parameters = self.client(self.dev, "secretsmanager"), self.client(self.dev, "ssm")
        secrets.create_secret(Name="db", SecretString=json.dumps({"password": long}))
        secrets.create_secret(Name="pem", SecretString=pin)
        parameters.put_parameter(Name="/token", Type="SecureString", Value="secure-string-value")
        env = "env:\n  secrets-manager: {PASSWORD: 'db:password', PEM: pem}\n  parameter-store: {TOKEN: /token}\n  exported-variables: [PASSWORD, SHOWN]\n"
        iam = self.client(self.dev, "iam")
        rights = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": ["ssm:GetParameters", "kms:Decrypt"], "Resource": "*"}}
        iam.put_role_policy(RoleName="Builds", PolicyName="parameters", PolicyDocument=json.dumps(rights))
        commands = ['echo "password=$PASSWORD."', 'echo "$PEM"', 'printf "%s" "<$TOKEN>" >&2', "env", 'export SHOWN="of $PASSWORD"', 'test ${#PASSWORD} = 21']
        self.project("bad", spec(*commands, env=env))
        build = self.run_build("bad")
        log = self.text(build)
        self.assertEqual(build["buildStatus"], "SUCCEEDED", log)
        self.assertIn("password=***.", log)
        for secret in [long, *pin.splitlines(), "secure-string-value"]:
            self.assertNotIn(secret, log)
            self.assertNotIn(secret, json.dumps(build, default=str))

    def test_archives_made_to_do_harm(self):
        link, file = stat.S_IFLNK | 0o777, stat.S_IFREG | 0o644
        zeros = [b"\0" * (1 << 20)] * 512
        ok = packed(("buildspec.yml", file, NOTHING.encode()))
        cases = {
            "a way up": packed(("../../evil", file, b"x")),
            "an absolute path": packed(("/tmp/evil-absolute", file, b"x")),
            "a link that leads out": packed(("out", link, b"../../../etc"), ("out/passwd", file, b"x")),
            "a link to the root": packed(("out", link, b"/")),
            "a device": packed(("null", stat.S_IFCHR | 0o666, b"")),
            "a fifo": packed(("pipe", stat.S_IFIFO | 0o666, b"")),
            "a bomb": packed(("zeros", file, zeros)),
            "too many": packed(*((f"f{n}", file, b"") for n in range(100_050))),
            "one twice": packed(("buildspec.yml", file, b"a"), ("./buildspec.yml", file, b"b")),
            "half of one": ok[: len(ok) // 2],
            "no archive": os.urandom(4096),
            "nothing": b"",
        }
        self.project("bad", NOTHING, source={"type": "S3", "location": "build-goods/source.zip"}, artifacts={"type": "NO_ARTIFACTS"})
        self.s3.put_object(Bucket="build-goods", Key="source.zip", Body=ok)
        self.assertEqual(self.run_build("bad")["buildStatus"], "SUCCEEDED")
        for name, body in cases.items():
            with self.subTest(name):
                self.s3.put_object(Bucket="build-goods", Key="source.zip", Body=body)
                why = self.failure(self.run_build("bad"), "DOWNLOAD_SOURCE")
                self.assertGreater(len(why), 10, why)
                self.assertLess(len(why), 2000)
        self.assertFalse(Path("/tmp/evil-absolute").exists())
        # What a build makes of links and devices of its own does not bring the host's files into an artifact.
        artifact = {"type": "S3", "location": "build-goods", "packaging": "ZIP", "name": "made.zip"}
        text = spec("ln -s /etc/passwd inside; ln -s ../../../../../../etc/shadow out; mkfifo pipe; echo x > file") + "artifacts: {files: ['**/*']}\n"
        build = self.run_build("bad", sourceTypeOverride="NO_SOURCE", buildspecOverride=text, artifactsOverride=artifact)
        if build["buildStatus"] == "SUCCEEDED":
            made = zipfile.ZipFile(io.BytesIO(self.s3.get_object(Bucket="build-goods", Key="made.zip")["Body"].read()))
            self.assertIn("file", made.namelist())
            for name in set(made.namelist()) - {"file"}:
                self.assertNotIn(b"root:", made.read(name), name)

    def test_what_controls_a_terminal_does_not_reach_one(self):
        """On a terminal of its own: `sekisho logs`, and names that hold escapes."""
        evil = r"\033]0;title\007\033]52;c;aGk=\033\\\033[2J\033[1;1H\033[6n\033P+q544e\033\\\033_x\033\\\233\0632J\rover\bwritten\033[31mred"
        self.project("bad", spec(f"printf '{evil}\\n'", "echo done; exit 1"))
        build = self.run_build("bad")
        for arguments in (["logs", build["id"]], ["logs", "bad", "--follow"], ["audit", "lookup", "--limit", "50"], ["status"]):
            with self.subTest(arguments[0]):
                shown = self.on_a_terminal(*arguments)
                rest = re.sub(rb"\x1b\[[0-9;]*m", b"", shown)
                # The moving line of our own clears itself.
                rest = rest.replace(b"\r\x1b[2K", b"").replace(b"\x1b[?25h", b"").replace(b"\r\n", b"\n")
                control = re.search(rb"[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]", rest)
                self.assertIsNone(control, control and rest[max(0, control.start() - 80): control.end() + 40])
        self.assertIn("red", self.on_a_terminal("logs", build["id"]).decode(errors="replace"))

    def on_a_terminal(self, *arguments):
        ours, theirs = pty.openpty()
        running = subprocess.Popen([BINARY, *arguments], cwd=self.folder, env={**self.environment, "TERM": "xterm-256color"}, stdin=theirs, stdout=theirs, stderr=theirs)
        os.close(theirs)
        shown, deadline = b"", time.monotonic() + 60
        while time.monotonic() < deadline:
            ready, _, _ = select.select([ours], [], [], 0.2)
            try:
                piece = os.read(ours, 65536) if ready else None
            except OSError:
                break
            if piece == b"" or (piece is None and running.poll() is not None):
                break
            shown += piece or b""
        os.close(ours)
        running.wait(10)
        return shown

    def test_pushes_that_are_not_allowed(self):
        """A push with one reference that is denied, and one whose references are not names of branches."""
        self.client(self.dev, "codecommit").create_repository(repositoryName="kept")
        url, work = f"http://127.0.0.1:{self.port}/v1/repos/kept", self.temporary / "kept"
        work.mkdir()
        git = lambda *arguments, who=self.dev, check=True: self.git(who, *arguments, cwd=work, check=check)
        git("init", "-q", "-b", "main")
        git("commit", "-q", "--allow-empty", "-m", "First")
        git("push", "-q", url, "main")
        iam = self.client(self.dev, "iam")
        trust = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": "111111111111"}, "Action": "sts:AssumeRole"}}
        iam.create_role(RoleName="Author", AssumeRolePolicyDocument=json.dumps(trust))
        protected = {"StringEqualsIfExists": {"codecommit:References": ["refs/heads/main"]}, "Null": {"codecommit:References": "false"}}
        statements = [
            {"Effect": "Allow", "Action": ["codecommit:GitPush", "codecommit:GitPull"], "Resource": "*"},
            {"Effect": "Deny", "Action": "codecommit:GitPush", "Resource": "*", "Condition": protected},
        ]
        iam.put_role_policy(RoleName="Author", PolicyName="author", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": statements}))
        author = self.account("dev", role="Author")
        git("commit", "-q", "--allow-empty", "-m", "Second")
        denied = git("push", url, "main", who=author, check=False)
        self.assertNotEqual(denied.returncode, 0)
        self.assertIn("codecommit:GitPush", denied.stderr)
        git("push", "-q", url, "main:refs/heads/topic", who=author)
        both = git("push", url, "main", "main:refs/heads/other", who=author, check=False)
        self.assertNotEqual(both.returncode, 0)
        there = git("ls-remote", url).stdout
        first, second = (git("rev-parse", name).stdout.strip() for name in ("HEAD~1", "HEAD"))
        self.assertIn(f"{first}\trefs/heads/main", there)
        self.assertIn(f"{second}\trefs/heads/topic", there)
        self.assertNotEqual(git("push", url, ":refs/heads/main", who=author, check=False).returncode, 0)


class Edited(Building):
    """Pipelines that are changed while they run."""

    def test_an_execution_of_a_changed_pipeline_is_cancelled(self):
        pipelines, iam = self.client(self.dev, "codepipeline"), self.client(self.dev, "iam")
        trust = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": "codepipeline.amazonaws.com"}, "Action": "sts:AssumeRole"}}
        role = iam.create_role(RoleName="Pipe", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
        rights = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}
        iam.put_role_policy(RoleName="Pipe", PolicyName="rights", PolicyDocument=json.dumps(rights))
        self.s3.put_bucket_versioning(Bucket="build-goods", VersioningConfiguration={"Status": "Enabled"})
        self.s3.put_object(Bucket="build-goods", Key="in.zip", Body=packed(("page", stat.S_IFREG | 0o644, b"x")))
        kind = lambda category, provider: {"category": category, "owner": "AWS", "provider": provider, "version": "1"}
        approval = lambda name: {"name": name, "actionTypeId": kind("Approval", "Manual")}
        source = {"name": "In", "actionTypeId": kind("Source", "S3"), "outputArtifacts": [{"name": "In"}],
                  "configuration": {"S3Bucket": "build-goods", "S3ObjectKey": "in.zip", "PollForSourceChanges": "false"}}
        declared = {"name": "edited", "roleArn": role, "artifactStore": {"type": "S3", "location": "build-goods"},
                    "stages": [{"name": "Source", "actions": [source]}, {"name": "Ask", "actions": [approval("Person")]}, {"name": "Then", "actions": [approval("Last")]}]}
        pipelines.create_pipeline(pipeline=declared)

        def token(stage, action):
            state = next(s for s in pipelines.get_pipeline_state(name="edited")["stageStates"] if s["stageName"] == stage)
            latest = next(a for a in state["actionStates"] if a["actionName"] == action).get("latestExecution", {})
            return latest.get("status") == "InProgress" and latest["token"]

        def answer(stage, action, given):
            pipelines.put_approval_result(pipelineName="edited", stageName=stage, actionName=action, token=given, result={"status": "Approved", "summary": ""})

        statuses = lambda: [e["status"] for e in pipelines.list_pipeline_executions(pipelineName="edited")["pipelineExecutionSummaries"]]
        given = self.wait("the person's turn", lambda: token("Ask", "Person"))
        declared["stages"][2]["actions"].append(approval("More"))
        self.assertEqual(pipelines.update_pipeline(pipeline=declared)["pipeline"]["version"], 2)
        self.assertEqual(statuses(), ["InProgress"], "who was asked may answer")
        answer("Ask", "Person", given)
        self.wait("the end", lambda: statuses() == ["Cancelled"])
        # The next one goes the new way; and ends when its pipeline is deleted.
        pipelines.start_pipeline_execution(name="edited")
        answer("Ask", "Person", self.wait("the person's turn", lambda: token("Ask", "Person")))
        last = self.wait("the last stage", lambda: token("Then", "More"))
        pipelines.delete_pipeline(name="edited")
        self.refused("PipelineNotFoundException", pipelines.put_approval_result, pipelineName="edited", stageName="Then", actionName="More",
                     token=last, result={"status": "Approved", "summary": ""})
        self.sekisho("status", "--idle")


if __name__ == "__main__":
    unittest.main()
