"""Repositories as people use them: boto3, the AWS CLI and git over one server."""

import os
import subprocess
import time
import unittest
from pathlib import Path

from botocore.exceptions import ClientError
from harness import DEV, REGION, Served

RULE = '{"Version": "2018-11-08", "Statements": [{"Type": "Approvers", "NumberOfApprovalsNeeded": 1, "ApprovalPoolMembers": ["CodeCommitApprovers:%s:reviewer"]}]}' % DEV
TEMPLATE = """
Parameters: {Bucket: {Type: String}}
Resources:
  Shop:
    Type: AWS::CodeCommit::Repository
    Properties:
      RepositoryName: seeded
      RepositoryDescription: Begins with an archive
      Tags: [{Key: team, Value: shop}]
      Code: {BranchName: trunk, S3: {Bucket: !Ref Bucket, Key: seed.zip}}
Outputs:
  Url: {Value: !GetAtt Shop.CloneUrlHttp}
  Ssh: {Value: !GetAtt Shop.CloneUrlSsh}
  Name: {Value: !GetAtt Shop.Name}
"""


def peak_of(pid):
    """The most memory that a process held, in MiB."""
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


class Repositories(Served):
    def setUp(self):
        super().setUp()
        self.dev = self.account("dev")
        self.codecommit = self.client(self.dev, "codecommit")

    def refused(self, code, call, **arguments):
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        self.assertEqual(caught.exception.response["Error"]["Code"], code)

    def user(self, name):
        """A user who may do all of CodeCommit: its environment and its client."""
        iam = self.client(self.dev, "iam")
        iam.create_user(UserName=name)
        document = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "codecommit:*", "Resource": "*"}]}'
        iam.put_user_policy(UserName=name, PolicyName="all", PolicyDocument=document)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        environment = {k: v for k, v in self.dev.items() if k != "AWS_SESSION_TOKEN"}
        environment |= {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
        return environment, self.client(environment, "codecommit")

    def url(self, name):
        return f"https://127.0.0.1:{self.port}/v1/repos/{name}"

    def test_a_change_is_asked_for_approved_and_merged(self):
        made = self.answer(self.dev, "codecommit", "create-repository", "--repository-name", "app", "--tags", "team=shop")["repositoryMetadata"]
        self.assertEqual(self.answer(self.dev, "codecommit", "list-tags-for-resource", "--resource-arn", made["Arn"])["tags"], {"team": "shop"})
        readme = self.temporary / "readme.txt"
        readme.write_text("hello\n")
        first = self.answer(
            self.dev, "codecommit", "put-file", "--repository-name", "app", "--branch-name", "main", "--file-path", "readme.txt",
            "--file-content", f"fileb://{readme}", "--name", "Ann", "--email", "ann@example.com", "--commit-message", "First",
        )["commitId"]
        author_environment, author = self.user("author")
        _, reviewer = self.user("reviewer")
        work = self.temporary / "app"
        self.git(author_environment, "clone", "--quiet", self.url("app"), str(work), cwd=self.temporary)
        self.assertEqual((work / "readme.txt").read_text(), "hello\n")
        self.git(author_environment, "checkout", "--quiet", "-b", "topic", cwd=work)
        (work / "new.txt").write_text("new\n")
        self.git(author_environment, "add", "--all", cwd=work)
        self.git(author_environment, "commit", "--quiet", "-m", "Second", cwd=work)
        self.git(author_environment, "push", "--quiet", "origin", "topic", cwd=work)
        differences = self.codecommit.get_paginator("get_differences").paginate(repositoryName="app", beforeCommitSpecifier="main", afterCommitSpecifier="topic")
        self.assertEqual([(d["changeType"], d["afterBlob"]["path"]) for page in differences for d in page["differences"]], [("A", "new.txt")])

        request = author.create_pull_request(title="Second", targets=[{"repositoryName": "app", "sourceReference": "topic"}])["pullRequest"]
        asked = {"pullRequestId": request["pullRequestId"]}
        author.create_pull_request_approval_rule(**asked, approvalRuleName="one", approvalRuleContent=RULE)
        merge = {**asked, "repositoryName": "app"}
        self.refused("PullRequestApprovalRulesNotSatisfiedException", author.merge_pull_request_by_squash, **merge)
        revision = {**asked, "revisionId": request["revisionId"]}
        self.refused("PullRequestCannotBeApprovedByAuthorException", author.update_pull_request_approval_state, **revision, approvalState="APPROVE")
        comment = reviewer.post_comment_for_pull_request(
            **merge, beforeCommitId=first, afterCommitId=request["pullRequestTargets"][0]["sourceCommit"], content="Good",
            location={"filePath": "new.txt", "filePosition": 1, "relativeFileVersion": "AFTER"},
        )["comment"]
        author.put_comment_reaction(commentId=comment["commentId"], reactionValue=":thumbsup:")
        self.assertEqual(reviewer.get_comment(commentId=comment["commentId"])["comment"]["reactionCounts"], {":thumbsup:": 1})
        reviewer.update_pull_request_approval_state(**revision, approvalState="APPROVE")
        merged = author.merge_pull_request_by_squash(**merge, commitMessage="Second, reviewed", authorName="Ann", email="ann@example.com")["pullRequest"]
        self.assertEqual((merged["pullRequestStatus"], merged["pullRequestTargets"][0]["mergeMetadata"]["mergedBy"]), ("CLOSED", f"arn:aws:iam::{DEV}:user/author"))
        self.git(author_environment, "fetch", "--quiet", cwd=work)
        log = self.git(author_environment, "log", "--format=%an %s", "origin/main", cwd=work).stdout.splitlines()
        self.assertEqual(log, ["Ann Second, reviewed", "Ann First"])
        events = self.answer(self.dev, "codecommit", "describe-pull-request-events", "--pull-request-id", request["pullRequestId"])["pullRequestEvents"]
        self.assertEqual(events[0]["pullRequestEventType"], "PULL_REQUEST_CREATED")
        self.assertEqual(self.answer(self.dev, "codecommit", "list-pull-requests", "--repository-name", "app", "--pull-request-status", "CLOSED")["pullRequestIds"], [request["pullRequestId"]])

    def test_a_stack_makes_a_repository_with_its_first_files(self):
        archive = self.temporary / "seed.zip"
        source = self.temporary / "seed"
        (source / "bin").mkdir(parents=True)
        (source / "readme.txt").write_text("seed\n")
        (source / "bin" / "run").write_text("#!/bin/sh\n")
        (source / "bin" / "run").chmod(0o755)
        for n in range(120):
            (source / f"f{n}").write_text(str(n))
        import zipfile

        with zipfile.ZipFile(archive, "w") as packed:
            for path in sorted(source.rglob("*")):
                if path.is_file():
                    packed.write(path, path.relative_to(source))
        bucket = f"seeds-{DEV}"
        self.client(self.dev, "s3").create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        self.client(self.dev, "s3").upload_file(str(archive), bucket, "seed.zip")
        cloudformation = self.client(self.dev, "cloudformation")
        given = [{"ParameterKey": "Bucket", "ParameterValue": bucket}]
        cloudformation.create_stack(StackName="seed", TemplateBody=TEMPLATE, Parameters=given)
        cloudformation.get_waiter("stack_create_complete").wait(StackName="seed", WaiterConfig={"Delay": 1, "MaxAttempts": 60})
        outputs = {o["OutputKey"]: o["OutputValue"] for o in cloudformation.describe_stacks(StackName="seed")["Stacks"][0]["Outputs"]}
        self.assertEqual(outputs["Name"], "seeded")
        self.assertTrue(outputs["Ssh"].startswith("ssh://"))
        work = self.temporary / "seeded"
        self.git(self.dev, "clone", "--quiet", self.url("seeded"), str(work), cwd=self.temporary)
        self.assertEqual(self.git(self.dev, "branch", "--show-current", cwd=work).stdout.strip(), "trunk")
        self.assertTrue(os.access(work / "bin" / "run", os.X_OK))
        self.assertEqual((work / "f119").read_text(), "119")
        changed = TEMPLATE.replace("Value: shop}", "Value: store}").replace("Begins with an archive", "Began so")
        cloudformation.update_stack(StackName="seed", TemplateBody=changed, Parameters=given)
        cloudformation.get_waiter("stack_update_complete").wait(StackName="seed", WaiterConfig={"Delay": 1, "MaxAttempts": 60})
        metadata = self.codecommit.get_repository(repositoryName="seeded")["repositoryMetadata"]
        self.assertEqual(metadata["repositoryDescription"], "Began so")
        self.assertEqual(self.codecommit.list_tags_for_resource(resourceArn=metadata["Arn"])["tags"]["team"], "store")

    def test_gits_ways_to_push_and_fetch(self):
        self.codecommit.create_repository(repositoryName="ways")
        work = self.temporary / "ways"
        work.mkdir()
        git = lambda *arguments, cwd=work, check=True: self.git(self.dev, *arguments, cwd=cwd, check=check)
        git("init", "--quiet", "--initial-branch", "main")
        (work / "large.bin").write_bytes(os.urandom(3_000_000))
        for n in range(5):
            (work / "a").write_text(str(n))
            git("add", "--all")
            git("commit", "--quiet", "-m", str(n))
        git("remote", "add", "origin", self.url("ways"))
        # In pieces, as git sends what is longer than its buffer.
        git("-c", "http.postBuffer=65536", "push", "--quiet", "origin", "main")
        git("tag", "-a", "v1", "-m", "v1")
        git("push", "--quiet", "--atomic", "origin", "main:one", "main:two", "v1")
        # One of two may not go: with --atomic neither does.
        git("checkout", "--quiet", "HEAD~2")
        both = git("push", "--atomic", "origin", "HEAD:one", "HEAD:three", check=False)
        self.assertNotEqual(both.returncode, 0)
        self.assertNotIn("three", git("ls-remote", "origin").stdout)
        mixed = git("push", "origin", "HEAD:one", "HEAD:three", check=False)
        self.assertNotEqual(mixed.returncode, 0)
        self.assertIn("three", git("ls-remote", "origin").stdout)
        git("push", "--quiet", "origin", ":three")
        self.assertNotIn("three", git("ls-remote", "origin").stdout)
        for version in ["0", "2"]:
            shallow = self.temporary / f"shallow{version}"
            git("-c", f"protocol.version={version}", "clone", "--quiet", "--depth", "2", self.url("ways"), str(shallow), cwd=self.temporary)
            self.assertEqual(git("rev-list", "--count", "HEAD", cwd=shallow).stdout.strip(), "2")
            git("-c", f"protocol.version={version}", "fetch", "--quiet", "--unshallow", cwd=shallow)
            self.assertEqual(git("rev-list", "--count", "HEAD", cwd=shallow).stdout.strip(), "5")
            # A push from a shallow clone.
            partial = self.temporary / f"partial{version}"
            git("-c", f"protocol.version={version}", "clone", "--quiet", "--filter=blob:none", "--no-checkout", self.url("ways"), str(partial), cwd=self.temporary)
            self.assertIn("?", git("rev-list", "--objects", "--missing=print", "HEAD", cwd=partial).stdout)
            git("checkout", "--quiet", "main", cwd=partial)
            self.assertEqual((partial / "a").read_text(), "4")

    def test_a_corrupt_pack_is_refused(self):
        self.codecommit.create_repository(repositoryName="corrupt")
        helper = subprocess.run(
            ["aws", "codecommit", "credential-helper", "--ignore-host-check", "get"], env=self.dev, capture_output=True, text=True,
            input=f"protocol=http\nhost=127.0.0.1:{self.port}\npath=v1/repos/corrupt\n\n",
        ).stdout
        said = dict(line.split("=", 1) for line in helper.splitlines() if "=" in line)
        command = f"{'0' * 40} {'1' * 40} refs/heads/main\0report-status side-band-64k".encode()
        body = b"%04x" % (len(command) + 4) + command + b"0000" + b"PACK\0\0\0\2\0\0\0\1" + os.urandom(400)
        import base64
        import http.client

        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        token = base64.b64encode(f"{said['username']}:{said['password']}".encode()).decode()
        headers = {"Authorization": f"Basic {token}", "Content-Type": "application/x-git-receive-pack-request", "Expect": "100-continue"}
        connection.request("POST", "/v1/repos/corrupt/git-receive-pack", body, headers)
        answer = connection.getresponse()
        text = answer.read()
        self.assertTrue(b"unpack" in text or answer.status >= 400, text)
        self.assertNotIn(b"unpack ok\n000eok refs/heads/main", text)
        self.assertEqual(self.codecommit.list_branches(repositoryName="corrupt")["branches"], [])

    @unittest.skipUnless(os.environ.get("SEKISHO_PACK_MB"), "set SEKISHO_PACK_MB=500 for large packs")
    def test_large_packs_are_streamed(self):
        size = int(os.environ["SEKISHO_PACK_MB"])
        self.codecommit.create_repository(repositoryName="large")
        work = self.temporary / "large"
        work.mkdir()
        git = lambda *arguments, cwd=work: self.git(self.dev, *arguments, cwd=cwd)
        git("init", "--quiet", "--initial-branch", "main")
        for n in range(10):
            with open(work / f"{n}.bin", "wb") as file:
                for _ in range(size // 10):
                    file.write(os.urandom(1_000_000))
        git("add", "--all")
        git("commit", "--quiet", "-m", "Large")
        before, begun = peak_of(self.server.pid), time.monotonic()
        git("push", "--quiet", self.url("large"), "main")
        pushed = time.monotonic()
        git("clone", "--quiet", self.url("large"), str(self.temporary / "clone"), cwd=self.temporary)
        cloned, after = time.monotonic(), peak_of(self.server.pid)
        print(f"\n{size} MB: pushed in {pushed - begun:.1f} s, cloned in {cloned - pushed:.1f} s; the server's peak memory {before:.0f} MiB before, {after:.0f} MiB after")
        self.assertLess(after - before, 64, "packs are held, not streamed")


if __name__ == "__main__":
    unittest.main()
