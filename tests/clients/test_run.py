"""`sekisho run`: to the end, again, cut off, with a grant taken away, with broken input."""

import re
import signal
import subprocess
import time
import unittest

from harness import BINARY, Delivery


class Quickstart(Delivery):
    example = "quickstart"

    def test_run_and_run_again(self):
        first = self.sekisho("run", ".")
        self.assertIn("1 Succeeded", first.stdout)
        self.assertIn("0 denied", first.stdout)
        second = self.sekisho("run", ".")
        self.assertIn("no changes", second.stdout)
        self.assertIn("1 Succeeded", second.stdout)
        marker = "from a pipeline that may do nothing but this"
        (self.folder / "site/index.html.in").write_text(f"<p>@GREETING@ {marker}, changed")
        self.assertIn("pushed", self.sekisho("run", ".").stdout)
        # Nothing of it lies on disk in the clear.
        for path in (self.folder / ".sekisho").rglob("*"):
            if path.is_file():
                self.assertNotIn(marker.encode(), path.read_bytes(), path)

    def test_a_failing_build_says_where(self):
        self.edit("site/buildspec.yml", "cat out/index.html", "exit 3")
        done = self.sekisho("run", ".", check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("Build.Build", done.stderr)

    def test_broken_input_names_its_place(self):
        for name, old, new, said in [
            ("sekisho.yaml", "stacks:", "stakcs:", "sekisho.yaml:"),
            ("sekisho.yaml", "account: dev, template", "account: nowhere, template", "nowhere"),
            ("template.yaml", "!Ref Site,", "!Ref Sight,", "Sight"),
            ("template.yaml", "Type: AWS::S3::Bucket\n    Properties:\n      BucketName: !Sub quickstart-site", "Type: AWS::S3::Bukket\n    Properties:\n      BucketName: !Sub quickstart-site", "AWS::S3::Bukket"),
            ("template.yaml", "Effect: Allow\n            Principal: { Service: codepipeline.amazonaws.com }", "Effect: Permit\n            Principal: { Service: codepipeline.amazonaws.com }", "Effect"),
            ("site/buildspec.yml", "commands:", "comands:", "comands"),
        ]:
            with self.subTest(new):
                path = self.folder / name
                before = path.read_text()
                self.edit(name, old, new)
                done = self.sekisho("run", ".", check=False)
                self.assertIn(done.returncode, (1, 2), done.stdout + done.stderr)
                self.assertIn(said, done.stderr)
                path.write_text(before)


class CrossAccount(Delivery):
    def test_to_production(self):
        done = self.sekisho("run", ".", "--approve-all")
        self.assertIn("Production.Deploy", done.stdout)
        self.assertIn("1 Succeeded", done.stdout)
        self.assertIn("operator override", done.stdout)

    def test_an_approval_that_nobody_gives_waits(self):
        done = self.sekisho("run", ".", check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("--approve Approval.Release", done.stderr)
        again = self.sekisho("run", ".", "--approve", "Approval.Release")
        self.assertIn("1 Succeeded", again.stdout)

    def test_killed_in_the_middle_it_goes_on(self):
        for seconds in (0.4, 1.2, 2.5):
            running = subprocess.Popen([BINARY, "run", ".", "--approve-all"], cwd=self.folder, env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(seconds)
            running.send_signal(signal.SIGKILL)
            running.wait()
        self.assertIn("1 Succeeded", self.sekisho("run", ".", "--approve-all").stdout)

    def denied(self, action, *said):
        done = self.sekisho("run", ".", "--approve-all", check=False)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn(f"is not authorized to perform: {action} on ", done.stderr)
        event = re.search(r"sekisho explain ([0-9a-f-]{36})", done.stderr)
        self.assertIsNotNone(event, done.stderr)
        explained = self.sekisho("explain", event.group(1)).stdout
        self.assertIn(action, explained)
        for text in said:
            self.assertIn(text, explained)

    def test_without_the_key_for_the_targets(self):
        self.edit("pipeline.yaml", "Principal: { AWS: [!Ref StagingRole, !Ref ProdRole] }\n            Action: kms:Decrypt", "Principal: { AWS: [!Ref ProdRole] }\n            Action: kms:Decrypt")
        self.denied("kms:Decrypt", "222222222222:assumed-role/shop-deploy")

    def test_without_the_bucket_policy_for_the_targets(self):
        self.edit("pipeline.yaml", "Principal: { AWS: [!Ref StagingRole, !Ref ProdRole] }\n            Action: [s3:GetObject, s3:GetObjectVersion]", "Principal: { AWS: [!Ref StagingRole] }\n            Action: [s3:GetObject, s3:GetObjectVersion]")
        self.denied("s3:GetObject", "333333333333:assumed-role/shop-deploy")

    def test_without_starting_builds(self):
        self.edit("pipeline.yaml", "[codebuild:StartBuild, codebuild:BatchGetBuilds]", "codebuild:BatchGetBuilds")
        self.denied("codebuild:StartBuild", "shop-pipeline")

    def test_with_a_boundary_that_lacks_the_data_key(self):
        self.edit("pipeline.yaml", "              - kms:GenerateDataKey\n            Resource: \"*\"\n          - Sid: NeverIdentities", "            Resource: \"*\"\n          - Sid: NeverIdentities")
        self.denied("kms:GenerateDataKey", "shop-build")

    def test_without_writing_the_site(self):
        self.edit("target.yaml", "Sid: WriteTheSite\n                Effect: Allow\n                Action: s3:PutObject", "Sid: WriteTheSite\n                Effect: Allow\n                Action: s3:GetObject")
        self.denied("s3:PutObject", "222222222222:assumed-role/shop-deploy")

    def test_without_the_right_to_assume_the_pipeline_is_not_made(self):
        self.edit("pipeline.yaml", "Resource: [!Ref StagingRole, !Ref ProdRole]\n\n  Pipeline", "Resource: [!Ref StagingRole]\n\n  Pipeline")
        done = self.sekisho("run", ".", "--approve-all", check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("is not authorized to perform AssumeRole on role arn:aws:iam::333333333333:role/shop-deploy", done.stderr)


if __name__ == "__main__":
    unittest.main()
