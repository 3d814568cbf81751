"""A git host of a test's own: git's http-backend behind basic authentication."""

import base64
import http.server
import json
import os
import subprocess
import threading

from botocore.exceptions import ClientError
from harness import Served

USER, TOKEN = "ci", "a-token-for-tests"
# What the server is told to ask the host for.
NAMED = "https://github.com/shop/site"
SPEC = """version: 0.2
phases:
  build:
    commands:
      - echo "commit=$(git rev-parse HEAD) count=$(git rev-list --count HEAD) origin=$(git remote get-url origin)"
      - echo "url=$CODEBUILD_SOURCE_REPO_URL resolved=$CODEBUILD_RESOLVED_SOURCE_VERSION page=$(cat index.html)"
      - echo "secrets=$(grep -rIl TOKEN_ITSELF "$CODEBUILD_SRC_DIR" | wc -l)"
"""
ENVIRONMENT = {"type": "LINUX_CONTAINER", "image": "aws/codebuild/standard:7.0", "computeType": "BUILD_GENERAL1_SMALL"}


class Host(http.server.BaseHTTPRequestHandler):
    """git's own http-backend behind basic authentication."""

    def log_message(self, *_):
        pass

    def answer(self):
        expected = "Basic " + base64.b64encode(f"{USER}:{TOKEN}".encode()).decode()
        if self.headers.get("Authorization") != expected:
            self.send_response(401)
            self.send_header("WWW-Authenticate", "Basic")
            self.end_headers()
            return
        path, _, query = self.path.partition("?")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        environment = {
            "PATH": os.environ["PATH"], "GIT_PROJECT_ROOT": self.server.root, "GIT_HTTP_EXPORT_ALL": "1", "PATH_INFO": path, "QUERY_STRING": query,
            "REQUEST_METHOD": self.command, "CONTENT_TYPE": self.headers.get("Content-Type", ""), "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
        }
        done = subprocess.run(["git", "http-backend"], input=body, env=environment, capture_output=True, timeout=60)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        fields = [line.split(": ", 1) for line in head.decode().splitlines() if ": " in line]
        status = next((int(value.split()[0]) for name, value in fields if name == "Status"), 200)
        self.send_response(status)
        for name, value in fields:
            if name != "Status":
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = answer


class GitHost:
    """A host with the repository shop/site."""

    def __init__(self, test):
        self.root, self.home = test.temporary / "host", test.temporary
        self.bare, self.work = self.root / "shop/site.git", self.home / "work"
        self.git("init", "-q", "--bare", "-b", "main", str(self.bare))
        self.git("clone", "-q", str(self.bare), str(self.work))
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Host)
        server.root = str(self.root)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        test.addCleanup(server.server_close)
        test.addCleanup(server.shutdown)
        self.url = f"http://127.0.0.1:{server.server_port}"

    def git(self, *arguments, cwd=None):
        quiet = {**os.environ, "GIT_CONFIG_NOSYSTEM": "1", "HOME": str(self.home)}
        done = subprocess.run(["git", "-c", "user.name=Dev", "-c", "user.email=dev@example.com", *arguments], cwd=cwd, env=quiet, check=True, capture_output=True)
        return done.stdout.decode().strip()

    def commit(self, name, text, message, to="refs/heads/main"):
        """Makes a commit of a file and pushes it; gives its id."""
        (self.work / name).write_text(text)
        self.git("add", ".", cwd=self.work)
        self.git("commit", "-q", "-m", message, cwd=self.work)
        self.git("push", "-q", "origin", f"HEAD:{to}", cwd=self.work)
        return self.git("rev-parse", "HEAD", cwd=self.work)


class HostBuilds(Served):
    """A server that reaches the git host, and a role that may build."""

    def setUp(self):
        super().setUp()
        self.dev = self.account("dev")
        self.iam, self.builds, self.logs = (self.client(self.dev, name) for name in ("iam", "codebuild", "logs"))
        trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": ["codebuild.amazonaws.com", "codepipeline.amazonaws.com"]}, "Action": "sts:AssumeRole"}]}
        self.role = self.iam.create_role(RoleName="Builder", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
        self.allow()

    def allow(self, *more):
        statements = [{"Effect": "Allow", "Action": ["logs:*", "s3:*", "codebuild:*", "codecommit:GetBranch", "codecommit:GetCommit"], "Resource": "*"}, *more]
        self.iam.put_role_policy(RoleName="Builder", PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": statements}))

    def arguments(self):
        self.host = GitHost(self)
        return ["--git-host", f"https://github.com={self.host.url}", "--git-host", f"https://git.corp:8443={self.host.url}"]

    def project(self, name, kind="GITHUB", location=NAMED, **more):
        source = {"type": kind, "location": location, "buildspec": SPEC.replace("TOKEN_ITSELF", TOKEN), **more}
        self.builds.create_project(name=name, serviceRole=self.role, source=source, artifacts={"type": "NO_ARTIFACTS"}, environment=ENVIRONMENT)

    def built(self, project, **more):
        """A build's status, what it wrote, and itself."""
        return self.ended(self.builds.start_build(projectName=project, **more)["build"]["id"])

    def ended(self, id):
        def done():
            found = self.builds.batch_get_builds(ids=[id])["builds"][0]
            return found["buildComplete"] and found

        build = self.wait("the build", done)
        said = ""
        if build["logs"].get("streamName"):
            events = self.logs.get_log_events(logGroupName=build["logs"]["groupName"], logStreamName=build["logs"]["streamName"], startFromHead=True)["events"]
            said = "".join(event["message"] for event in events)
        reasons = [c["message"] for phase in build["phases"] for c in phase.get("contexts", [])]
        return build["buildStatus"], said + "\n".join(reasons), build

    def refused(self, code, call, **arguments):
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        self.assertEqual(caught.exception.response["Error"]["Code"], code)
        return caught.exception.response["Error"]["Message"]
