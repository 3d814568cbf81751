"""`sekisho tighten`: widened policies are narrowed again, each change rehearsed; what is narrowed runs for real; guardrails stay."""

import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from harness import BINARY, ROOT


class Tighten(unittest.TestCase):
    def setUp(self):
        self.temporary = Path(tempfile.mkdtemp(prefix="sekisho-test-"))
        self.addCleanup(shutil.rmtree, self.temporary, ignore_errors=True)

    def sekisho(self, folder, *arguments):
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "GIT_", "SEKISHO_"))}
        environment = {**kept, "HOME": str(self.temporary), "SEKISHO_CONFIG_DIR": str(self.temporary / "config"), "GIT_CONFIG_NOSYSTEM": "1"}
        return subprocess.run([BINARY, *arguments], cwd=folder, env=environment, capture_output=True, text=True, timeout=180, stdin=subprocess.DEVNULL)

    def widened(self, example, file, changes):
        folder = self.temporary / example
        shutil.copytree(ROOT / "examples" / example, folder, ignore=shutil.ignore_patterns(".sekisho"))
        text = (folder / file).read_text()
        for before, after in changes:
            self.assertIn(before, text)
            text = text.replace(before, after)
        (folder / file).write_text(text)
        return folder

    def test_what_is_widened_is_narrowed_and_runs(self):
        folder = self.widened(
            "cross-account",
            "pipeline.yaml",
            [("Action: [s3:GetObject, s3:GetObjectVersion, s3:PutObject]", "Action: s3:*"), ("Action: [codebuild:StartBuild, codebuild:BatchGetBuilds]", "Action: codebuild:*")],
        )
        found = self.sekisho(folder, "rehearse")
        self.assertIn("[wide]", found.stdout)
        before = (folder / "pipeline.yaml").read_text()
        shown = self.sekisho(folder, "tighten", "--diff")
        self.assertEqual(shown.returncode, 0, shown.stderr)
        self.assertEqual((folder / "pipeline.yaml").read_text(), before)
        done = self.sekisho(folder, "tighten", "--yes")
        self.assertEqual(done.returncode, 0, done.stderr)
        after = (folder / "pipeline.yaml").read_text()
        # The bucket's Deny speaks of all that S3 does, and stays.
        wide = re.compile(r"Action: (s3|codebuild):\*")
        example = (ROOT / "examples" / "cross-account" / "pipeline.yaml").read_text()
        self.assertEqual(wide.findall(after), wide.findall(example))
        # Comments, order and guardrails are as they were.
        self.assertEqual([line for line in before.splitlines() if "#" in line or "Deny" in line], [line for line in after.splitlines() if "#" in line or "Deny" in line])
        self.assertIn("nothing to narrow", self.sekisho(folder, "tighten").stdout)
        clean = self.sekisho(folder, "rehearse", "--fail-on", "warning")
        self.assertEqual(clean.returncode, 0, clean.stdout)
        run = self.sekisho(folder, "run", "--approve-all")
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)

    def test_nobody_is_asked_where_nobody_is(self):
        folder = self.widened("quickstart", "template.yaml", [("codecommit:CancelUploadArchive", "codecommit:*")])
        done = self.sekisho(folder, "tighten")
        self.assertEqual(done.returncode, 2, done.stdout)
        self.assertIn("--yes", done.stderr)


if __name__ == "__main__":
    unittest.main()
