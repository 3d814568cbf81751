"""`sekisho rehearse`: clean on deliveries that go through; each broken one is named as its expected.yaml says, as a real run is denied, and mended."""

import fnmatch
import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

import yaml

from harness import BINARY, ROOT

EXAMPLES = ROOT / "examples"
BROKEN = sorted(path.parent for path in EXAMPLES.glob("broken/*/expected.yaml"))
CLEAN = sorted(path.parent for path in EXAMPLES.glob("*/sekisho.yaml"))
COMPARED = ("action", "principal", "resource")


def block(text, resource):
    """The first and the last line of a resource in a template."""
    lines = text.splitlines()
    start = lines.index(f"  {resource}:")
    inside = [n for n in range(start + 1, len(lines)) if lines[n].strip()]
    end = next((n - 1 for n in inside if not lines[n].startswith("   ")), len(lines) - 1)
    return start + 1, end + 1


def points(finding):
    """Where a finding points, and what its repairs change: files and lines."""
    for cause in finding["causes"]:
        if cause["place"]:
            yield Path(cause["place"]["file"]).name, cause["place"]["line"]


def fits(finding, expected):
    """Whether a finding is the expected one, its place aside."""
    if finding["kind"] != expected["kind"]:
        return False
    if "subject" in expected and "/".join(finding["subject"]) != expected["subject"]:
        return False
    call = finding["call"] or {}
    return all(fnmatch.fnmatchcase(call.get(member) or "", expected[member]) for member in COMPARED if member in expected)


def digest(folder):
    """Everything in a folder."""
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*") if path.is_file()}


class Rehearsal(unittest.TestCase):
    def setUp(self):
        self.temporary = Path(tempfile.mkdtemp(prefix="sekisho-test-"))
        self.addCleanup(shutil.rmtree, self.temporary, ignore_errors=True)

    def copy(self, example):
        folder = self.temporary / example.name
        shutil.copytree(example, folder, ignore=shutil.ignore_patterns(".sekisho", "expected.yaml"))
        return folder

    def sekisho(self, folder, *arguments):
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "GIT_", "SEKISHO_"))}
        environment = {**kept, "HOME": str(self.temporary), "SEKISHO_CONFIG_DIR": str(self.temporary / "config"), "GIT_CONFIG_NOSYSTEM": "1"}
        return subprocess.run([BINARY, *arguments], cwd=folder, env=environment, capture_output=True, text=True, timeout=180, stdin=subprocess.DEVNULL)

    def rehearse(self, folder, *arguments):
        return self.sekisho(folder, "rehearse", *arguments)

    def report(self, folder):
        done = self.rehearse(folder, "--output", "json")
        self.assertIn(done.returncode, (0, 1), done.stderr)
        return done.returncode, json.loads(done.stdout)

    def errors(self, folder):
        code, report = self.report(folder)
        errors = [finding for finding in report["findings"] if finding["severity"] == "error"]
        self.assertEqual(code, 1 if errors or report["summary"]["notRehearsed"] else 0)
        return errors

    def test_deliveries_that_go_through_are_clean(self):
        self.assertGreaterEqual(len(CLEAN), 2)
        for example in CLEAN:
            with self.subTest(example.name):
                folder = self.copy(example)
                before = digest(folder)
                code, report = self.report(folder)
                told = [finding["title"] for finding in report["findings"] if finding["severity"] != "note"]
                self.assertEqual((code, told, report["summary"]["notRehearsed"]), (0, [], []))
                self.assertEqual(digest(folder), before, "a rehearsal changes nothing")

    def test_each_broken_delivery_is_named(self):
        self.assertGreaterEqual(len(BROKEN), 12)
        for example in BROKEN:
            with self.subTest(example.name):
                expected = yaml.safe_load((example / "expected.yaml").read_text())["errors"]
                folder = self.copy(example)
                errors = self.errors(folder)
                titles = [finding["title"] for finding in errors]
                for finding in errors:
                    self.assertTrue(any(fits(finding, one) for one in expected), f"not expected: {finding['title']}")
                for one in expected:
                    found = [finding for finding in errors if fits(finding, one)]
                    self.assertTrue(found, f"missing: {one}\n{titles}")
                    self.assertPointsAt(folder, found[0], one["at"])

    def assertPointsAt(self, folder, finding, at):
        text = (folder / at["file"]).read_text()
        first, last = block(text, at["resource"])
        lines = [line for file, line in points(finding) if file == at["file"]]
        self.assertTrue(any(first <= line <= last for line in lines), f"{finding['title']}: {lines} are not in {at['resource']}, {first} to {last}")
        if "line" in at:
            wanted = [n for n, line in enumerate(text.splitlines(), 1) if at["line"] in line and first <= n <= last]
            self.assertTrue(set(wanted) & set(lines), f"{finding['title']}: {lines}, none of them {wanted}: {at['line']}")

    def test_a_real_run_is_denied_the_same(self):
        for example in BROKEN:
            with self.subTest(example.name):
                expected = yaml.safe_load((example / "expected.yaml").read_text())
                if expected.get("run") == "not here":
                    continue
                folder = self.copy(example)
                predicted = [tuple(finding["call"][member] for member in COMPARED) for finding in self.errors(folder) if finding["kind"] == "denied"]
                done = self.sekisho(folder, "run", ".", "--approve-all")
                self.assertEqual(done.returncode, 0 if expected.get("run") == "succeeds" else 1, done.stdout + done.stderr)
                met = self.denied(folder)
                self.assertEqual([call[:2] for call in met[:1]], [call[:2] for call in predicted[:1]])
                for call in met:
                    told = dict(zip(COMPARED, call))
                    self.assertTrue(any(fits({"kind": "denied", "call": told}, one) for one in expected["errors"]), f"not predicted: {told}")

    def denied(self, folder):
        """The calls that a run was denied, the first one first."""
        events = json.loads(self.sekisho(folder, "audit", "lookup", "--denied", "--output", "json").stdout)
        met = []
        for event in sorted(events, key=lambda event: event["eventID"]):
            denial = event["additionalEventData"].get("denial")
            if denial:
                who = denial["principal"]
                call = (denial["action"], who if ":" not in who else denial["context"]["aws:principalarn"], denial["resource"])
                if call not in met:
                    met.append(call)
        return met

    def test_what_is_mended_is_clean_and_runs(self):
        for example in BROKEN:
            expected = yaml.safe_load((example / "expected.yaml").read_text())
            if expected.get("fix") == "by hand":
                continue
            with self.subTest(example.name):
                folder = self.copy(example)
                before = digest(folder)
                if expected.get("guardrail"):
                    self.rehearse(folder, "--fix", "--yes")
                    self.assertEqual(digest(folder), before, "a guardrail is weakened by its name alone")
                names = {repair["guardrail"] for finding in self.errors(folder) for repair in finding["repairs"] if repair["guardrail"]}
                done = self.rehearse(folder, "--fix", "--yes", *(word for name in sorted(names) for word in ("--allow", name)))
                self.assertNotEqual(digest(folder), before, done.stdout + done.stderr)
                self.assertEqual([finding["title"] for finding in self.errors(folder)], [])
                if expected.get("run") != "not here":
                    run = self.sekisho(folder, "run", ".", "--approve-all")
                    self.assertEqual(run.returncode, 0, run.stdout + run.stderr)

    def test_the_same_is_said_each_time(self):
        example = EXAMPLES / "broken/log-group-of-another-project"
        folder = self.copy(example)
        ids = [[finding["id"] for finding in self.report(folder)[1]["findings"]] for _ in range(2)]
        self.assertEqual(*ids)
        # What is changed elsewhere changes no finding's id: a baseline would be of no use otherwise.
        with open(folder / "delivery.yaml", "a") as template:
            template.write("\nOutputs:\n  Repository: { Value: !GetAtt Repository.Arn }\n")
        self.assertEqual([finding["id"] for finding in self.report(folder)[1]["findings"]], ids[0])

    def test_input_that_cannot_be_used(self):
        for name, old, new, said in [
            ("sekisho.yaml", "stacks:", "stakcs:", r"sekisho\.yaml:\d+:\d+"),
            ("sekisho.yaml", "account: dev, template", "account: nowhere, template", "nowhere"),
            ("sekisho.yaml", "template: delivery.yaml", "template: elsewhere.yaml", r"elsewhere\.yaml"),
        ]:
            with self.subTest(new):
                folder = self.temporary / "unusable"
                shutil.rmtree(folder, ignore_errors=True)
                shutil.copytree(EXAMPLES / "broken/pass-role-missing", folder)
                path = folder / name
                text = path.read_text()
                self.assertIn(old, text)
                path.write_text(text.replace(old, new, 1))
                done = self.rehearse(folder)
                self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
                self.assertTrue(re.search(said, done.stderr), done.stderr)


if __name__ == "__main__":
    unittest.main()
