"""`sekisho rehearse --matrix`: who does what to which resource, as it was when somebody last looked at it whole.

SEKISHO_WRITE_MATRICES=1 writes the snapshots anew: look at what has changed.
"""

import json
import os
import subprocess
import unittest

from harness import BINARY, ROOT

SNAPSHOTS = ROOT / "tests" / "clients" / "matrices"
DELIVERIES = ["quickstart", "cross-account", "broken/decrypt-in-the-other-account", "broken/boundary-without-the-action"]


class Matrix(unittest.TestCase):
    def matrix(self, delivery, *arguments):
        done = subprocess.run([BINARY, "rehearse", str(ROOT / "examples" / delivery), "--matrix", *arguments], capture_output=True, text=True, timeout=180)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        return done.stdout

    def test_the_matrix_is_as_it_was(self):
        for delivery in DELIVERIES:
            with self.subTest(delivery):
                file = SNAPSHOTS / f"{delivery.replace('/', '-')}.txt"
                shown = self.matrix(delivery)
                if os.environ.get("SEKISHO_WRITE_MATRICES"):
                    file.parent.mkdir(exist_ok=True)
                    file.write_text(shown)
                self.assertEqual(shown.splitlines(), file.read_text().splitlines())

    def test_programs_read_the_same(self):
        rows = json.loads(self.matrix("broken/decrypt-in-the-other-account", "--output", "json"))["matrix"]
        denied = [row for row in rows if not row["allowed"]]
        self.assertTrue(denied and all(row["action"].startswith("kms:") for row in denied), denied)
        shown = self.matrix("broken/decrypt-in-the-other-account")
        self.assertEqual(shown.count("DENIED"), len(denied))
        self.assertIn("**denied**", self.matrix("broken/decrypt-in-the-other-account", "--output", "markdown"))

    def test_other_forms_are_refused(self):
        done = subprocess.run([BINARY, "rehearse", str(ROOT / "examples" / "quickstart"), "--matrix", "--output", "sarif"], capture_output=True, text=True, timeout=180)
        self.assertEqual(done.returncode, 2, done.stdout)
        self.assertIn("text, json or markdown", done.stderr)


if __name__ == "__main__":
    unittest.main()
