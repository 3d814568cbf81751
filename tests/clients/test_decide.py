"""Unit tests for policies: `sekisho decide` on files, lines and the standard input, with its exit codes."""

import json
import subprocess
import tempfile
import unittest
from pathlib import Path

from harness import BINARY, ROOT

CASE = {
    "name": "n",
    "request": {
        "principal": "arn:aws:sts::111111111111:assumed-role/R/s",
        "action": "s3:GetObject",
        "resource": "arn:aws:s3:::b/k",
        "resourceAccount": "111111111111",
        "context": {},
    },
    "policies": {"identity": {"Statement": {"Sid": "A", "Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}}},
    "expect": "implicitDeny",
}
HANGS = {**CASE, "policies": {"identity": {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "arn:AWS:s3:::b/k"}}}, "expect": "allow"}


class Decide(unittest.TestCase):
    def decide(self, *args, text=None):
        return subprocess.run([BINARY, "decide", *map(str, args)], input=text, capture_output=True, text=True, cwd=ROOT)

    def test_examples_pass(self):
        files = sorted((ROOT / "examples/decide").glob("*.json"))
        self.assertGreaterEqual(len(files), 2)
        said = self.decide(*files)
        self.assertEqual(said.returncode, 0, said.stdout + said.stderr)
        self.assertIn("21 cases, 0 failed", said.stdout)
        self.assertIn("service control", json.dumps(json.loads(self.decide(*files, "--output", "json").stdout)).replace("serviceControl", "service control"))

    def test_array_single_and_lines(self):
        one = json.dumps(CASE)
        for text, count in [(one, 1), (f"[{one}, {one}]", 2), (f"{one}\n{one}\n{one}\n", 3), ("[]", 0)]:
            said = self.decide("-", "--output", "json", text=text)
            self.assertEqual((said.returncode, len(json.loads(said.stdout))), (0, count), said.stderr)
        entry = json.loads(self.decide("-", "--output", "json", text=one).stdout)[0]
        self.assertEqual((entry["name"], entry["decision"]), ("n", "implicitDeny"))
        self.assertEqual((entry["reasons"][0]["role"], entry["reasons"][0]["kind"]), ("missing", "identity"))

    def test_an_option_that_decides_is_named(self):
        entry = json.loads(self.decide("-", "--output", "json", text=json.dumps(HANGS)).stdout)[0]
        self.assertEqual(entry["dependsOn"], ["arnPrefixIgnoresCase"])
        flipped = {**HANGS, "options": {"arnPrefixIgnoresCase": False}, "expect": "implicitDeny"}
        self.assertEqual(self.decide("-", text=json.dumps(flipped)).returncode, 0)

    def test_an_expectation_that_fails_is_one(self):
        said = self.decide("-", text=json.dumps({**CASE, "expect": "allow"}))
        self.assertEqual(said.returncode, 1)
        self.assertIn("FAILED n: implicitDeny, expected allow", said.stdout)

    def test_what_cannot_be_used_is_two_and_has_its_place(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "cases.json"
            for text, part in [
                ('[{"nmae": 1}]', "cases.json:1:3: case[0]: unknown key 'nmae'"),
                ('{\n  "name": "x",\n  oops\n}', "cases.json:3:3: "),
                ("", "is empty"),
                (json.dumps(CASE).replace("s3:PutObject", "PutObject"), "policies.identity[0].Statement[0].Action"),
            ]:
                path.write_text(text)
                said = self.decide(path)
                self.assertEqual(said.returncode, 2, said.stdout)
                self.assertIn(part, said.stderr)
            self.assertEqual(self.decide(Path(folder) / "none.json").returncode, 2)

    def test_a_huge_file(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "huge.json"
            path.write_text("\n".join([json.dumps(CASE)] * 20_000))
            said = self.decide(path, "--output", "json")
            self.assertEqual(said.returncode, 0, said.stderr)
            self.assertEqual(len(json.loads(said.stdout)), 20_000)

    def test_help_shows_a_case(self):
        said = self.decide("--help").stdout
        self.assertIn('"expect": "implicitDeny"', said)
        self.assertIn("Examples:", said)


if __name__ == "__main__":
    unittest.main()
