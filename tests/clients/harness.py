"""What the client tests share: a copy of an example, a server over it, and clients as people use them."""

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

import boto3

ROOT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("SEKISHO", ROOT / "target/release/sekisho"))
DEV, STAGING, PROD = "111111111111", "222222222222", "333333333333"
REGION = "ap-northeast-1"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Delivery(unittest.TestCase):
    """A copy of an example in a folder of its own, with a configuration folder of its own."""

    example = "cross-account"

    def setUp(self):
        self.temporary = Path(tempfile.mkdtemp(prefix="sekisho-test-"))
        self.addCleanup(shutil.rmtree, self.temporary, ignore_errors=True)
        self.folder = self.temporary / "delivery"
        shutil.copytree(ROOT / "examples" / self.example, self.folder, ignore=shutil.ignore_patterns(".sekisho"))
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "GIT_", "SEKISHO_"))}
        self.environment = {
            **kept,
            "SEKISHO_CONFIG_DIR": str(self.temporary / "config"),
            "HOME": str(self.temporary),
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_PAGER": "",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_TERMINAL_PROMPT": "0",
        }

    def sekisho(self, *arguments, check=True, timeout=180):
        done = subprocess.run([BINARY, *arguments], cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=timeout, stdin=subprocess.DEVNULL)
        if check:
            self.assertEqual(done.returncode, 0, f"sekisho {' '.join(map(str, arguments))}\n{done.stdout}\n{done.stderr}")
        return done

    def edit(self, name, old, new):
        path = self.folder / name
        text = path.read_text()
        self.assertIn(old, text)
        path.write_text(text.replace(old, new, 1))


class Served(Delivery):
    """With a server over it."""

    def setUp(self):
        super().setUp()
        self.port = free_port()
        self.server = None
        self.starts = 0
        self.addCleanup(self.stop)
        self.start()

    def arguments(self):
        """More of `sekisho up`."""
        return []

    def start(self):
        self.log = open(self.temporary / "up.log", "a")
        self.server = subprocess.Popen([BINARY, "up", "--listen", f"127.0.0.1:{self.port}", *self.arguments()], cwd=self.folder, env=self.environment, stdout=self.log, stderr=self.log)
        deadline = time.monotonic() + 20
        while True:
            said = (self.temporary / "up.log").read_text()
            if said.count("CA bundle") > self.starts:
                self.starts += 1
                return
            self.assertIsNone(self.server.poll(), said)
            self.assertLess(time.monotonic(), deadline, "the server does not start")
            time.sleep(0.05)

    def stop(self, how=signal.SIGTERM):
        if self.server and self.server.poll() is None:
            self.server.send_signal(how)
            self.server.wait(30)
        self.log.close()

    def account(self, name, role=None):
        """The environment of an account, as `eval "$(sekisho env NAME)"` sets it."""
        arguments = ["env", name, "--output", "json"] + (["--role", role] if role else [])
        return {**self.environment, **json.loads(self.sekisho(*arguments).stdout)}

    def aws(self, environment, *arguments, check=True, timeout=120, cwd=None):
        done = subprocess.run(["aws", *arguments], env=environment, capture_output=True, text=True, timeout=timeout, cwd=cwd or self.folder)
        if check:
            self.assertEqual(done.returncode, 0, f"aws {' '.join(arguments)}\n{done.stdout}\n{done.stderr}")
        return done

    def answer(self, environment, *arguments):
        text = self.aws(environment, *arguments, "--output", "json").stdout
        return json.loads(text) if text.strip() else None

    def client(self, environment, service):
        """A client of boto3 in an account's environment."""
        names = {"aws_access_key_id": "AWS_ACCESS_KEY_ID", "aws_secret_access_key": "AWS_SECRET_ACCESS_KEY", "aws_session_token": "AWS_SESSION_TOKEN"}
        keys = {name: environment.get(variable) for name, variable in names.items()}
        return boto3.Session(region_name=REGION, **keys).client(service, endpoint_url=f"http://127.0.0.1:{self.port}")

    def git(self, environment, *arguments, cwd, check=True, timeout=120):
        helper = "!aws codecommit credential-helper --ignore-host-check $@"
        configured = ["git", "-c", f"credential.helper={helper}", "-c", "credential.UseHttpPath=true", "-c", "user.name=Dev", "-c", "user.email=dev@example.com"]
        done = subprocess.run([*configured, *arguments], cwd=cwd, env=environment, capture_output=True, text=True, timeout=timeout)
        if check:
            self.assertEqual(done.returncode, 0, f"git {' '.join(arguments)}\n{done.stdout}\n{done.stderr}")
        return done

    def wait(self, what, check, seconds=90):
        deadline = time.monotonic() + seconds
        while True:
            found = check()
            if found:
                return found
            self.assertLess(time.monotonic(), deadline, f"waited in vain for {what}\n{(self.temporary / 'up.log').read_text()}")
            time.sleep(0.25)
