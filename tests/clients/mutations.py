"""Mutants of correct deliveries: what the rehearsal says of each against what a real, enforcing run meets.

A mutant is a delivery with one statement, action, principal, resource or condition of one policy removed or altered. The
rehearsal's first predicted denial must be a call that the run then sees denied (same caller, action and resource), and the
run's first denial must be among the predicted ones; or both must pass; or both must fail to deploy.

    python tests/clients/mutations.py                      all mutants of all examples
    python tests/clients/mutations.py --sample 20 --seed 7 cross-account
"""

import argparse
import copy
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import yaml
from harness import BINARY, ROOT

EXAMPLES = ["quickstart", "cross-account"]


class Loader(yaml.SafeLoader):
    """Reads templates: short forms become long ones."""


def long_form(loader, suffix, node):
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {"Ref" if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value} if suffix != "Condition" else {"Condition": value}


Loader.add_multi_constructor("!", long_form)
# Dates and the like are texts in templates.
Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def documents(value, path=()):
    """The paths of all policy documents."""
    if isinstance(value, dict):
        if "Statement" in value:
            yield path
        for key, member in value.items():
            yield from documents(member, (*path, key))
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield from documents(member, (*path, index))


def at(value, path):
    for step in path:
        value = value[step]
    return value


def as_list(value):
    return value if isinstance(value, list) else [value]


def mutants_of(template):
    """(what was done, the template's text) for each mutant."""
    for path in documents(template.get("Resources", {}), ("Resources",)):
        statements = as_list(at(template, path)["Statement"])
        for index, statement in enumerate(statements):
            where = f"{path[1]} {'/'.join(str(step) for step in path[3:])} statement {index}"

            def made(change, what):
                mutant = copy.deepcopy(template)
                document = at(mutant, path)
                document["Statement"] = copy.deepcopy(statements)
                change(document["Statement"])
                return f"{where}: {what}", json.dumps(mutant, indent=1)

            if len(statements) > 1:
                yield made(lambda all: all.pop(index), "removed")
            actions = as_list(statement.get("Action", []))
            if len(actions) > 1:
                for action in actions:
                    yield made(lambda all: all[index].__setitem__("Action", [a for a in actions if a != action]), f"without {action}")
            elif actions:
                yield made(lambda all: all[index].__setitem__("Action", "sts:GetCallerIdentity"), f"another action than {actions[0]}")
            for kind, principals in (statement.get("Principal") or {}).items() if isinstance(statement.get("Principal"), dict) else ():
                other = "arn:aws:iam::111111111111:root" if kind == "AWS" else "states.amazonaws.com"
                for principal in as_list(principals):
                    rest = [p for p in as_list(principals) if p != principal] or [other]
                    yield made(lambda all: all[index]["Principal"].__setitem__(kind, rest), f"without principal {principal}")
            resources = as_list(statement.get("Resource", []))
            if len(resources) > 1:
                for resource in resources:
                    yield made(lambda all: all[index].__setitem__("Resource", [r for r in resources if r != resource]), f"without resource {resource}")
            elif resources and resources != ["*"]:
                yield made(lambda all: all[index].__setitem__("Resource", "arn:aws:s3:::another-bucket/*"), f"another resource than {resources[0]}")
            for operator, keys in (statement.get("Condition") or {}).items():
                for key in keys:
                    other = "arn:aws:iam::111111111111:role/another" if operator.startswith("Arn") else "false" if operator == "Bool" else "another"
                    yield made(lambda all: all[index]["Condition"][operator].__setitem__(key, other), f"another value of {key}")


def mutants(example):
    """(file, what was done, text) for each mutant of an example."""
    folder = ROOT / "examples" / example
    delivery = yaml.safe_load((folder / "sekisho.yaml").read_text())
    for file in sorted({stack["template"] for stack in delivery["stacks"]}):
        template = yaml.load((folder / file).read_text(), Loader)
        for what, text in mutants_of(template):
            yield example, file, what, text


def plain(resource):
    """A resource without what is made at random: ids, and the names of artifacts, uploads and sessions."""
    resource = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "ID", resource)
    resource = re.sub(r"(arn:aws:s3:::[^/]+/[^/]+/[^/]+)/[A-Za-z0-9]{7}$", r"\1/ARTIFACT", resource)
    resource = re.sub(r"(:stack/[^/]+)/ID", r"\1", resource)
    return re.sub(r"(:secretsmanager:[^:]*:[^:]*:secret:.+)-[A-Za-z0-9]{6}$", r"\1-SUFFIX", resource)


def principal(text):
    """A session's role."""
    found = re.match(r"arn:aws:sts::(\d+):assumed-role/([^/]+)/", text)
    return f"arn:aws:iam::{found[1]}:role/{found[2]}" if found else text


class Place:
    """A mutant in a folder of its own."""

    def __init__(self, example, file, text):
        self.top = Path(tempfile.mkdtemp(prefix="sekisho-mutant-"))
        self.folder = self.top / "delivery"
        shutil.copytree(ROOT / "examples" / example, self.folder, ignore=shutil.ignore_patterns(".sekisho"))
        if file:
            (self.folder / file).write_text(text)
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "GIT_", "SEKISHO_"))}
        self.environment = {**kept, "SEKISHO_CONFIG_DIR": str(self.top / "config"), "HOME": str(self.top)}

    def sekisho(self, *arguments):
        return subprocess.run([BINARY, *arguments], cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=300, stdin=subprocess.DEVNULL)

    def predicted(self):
        """The predicted denials in their order, and whether it would go through."""
        done = self.sekisho("rehearse", "--output", "json")
        if done.returncode not in (0, 1):
            raise RuntimeError(f"sekisho rehearse: {done.stdout}{done.stderr}")
        report = json.loads(done.stdout)
        stops = [f for f in report["findings"] if f["severity"] == "error"]
        denials = [(f["call"]["principal"], f["call"]["action"], plain(f["call"]["resource"])) for f in stops if f["kind"] == "denied"]
        return denials, not stops and not report["summary"]["notRehearsed"]

    def met(self):
        """The denials that a real run meets, in their order, and whether it went through."""
        done = self.sekisho("run", "--approve-all")
        looked = self.sekisho("audit", "lookup", "--denied", "--limit", "1000", "--output", "json")
        if looked.returncode != 0:
            raise RuntimeError(f"sekisho audit lookup: {looked.stderr}")
        denials = []
        for event in sorted(json.loads(looked.stdout), key=lambda event: event["eventID"]):
            denial = (event.get("additionalEventData") or {}).get("denial")
            if denial:
                denials.append((principal(denial["principal"]), denial["action"], plain(denial["resource"])))
        return denials, done.returncode == 0

    def close(self):
        shutil.rmtree(self.top, ignore_errors=True)


def agree(mutant):
    """None: the rehearsal and the run agree; otherwise how they differ."""
    example, file, what, text = mutant
    place = Place(example, file, text)
    try:
        predicted, passes = place.predicted()
        met, passed = place.met()
    finally:
        place.close()
    if passes and passed:
        return "passes", None
    outcome = "is denied" if met else "fails"
    if not passes and not passed and not predicted and not met:
        return outcome, None
    if predicted and met and predicted[0] in met and met[0] in predicted:
        return outcome, None
    told = f"{example}/{file}: {what}\n  predicted ({'passes' if passes else 'fails'}): {predicted}\n  met ({'passes' if passed else 'fails'}): {met}"
    return outcome, told


def measure(wanted, workers=2):
    """Tries mutants; returns how often each outcome came, and how those differ that do."""
    outcomes, differing = {}, []
    with ThreadPoolExecutor(workers) as pool:
        for outcome, differs in pool.map(agree, wanted):
            outcomes[outcome] = outcomes.get(outcome, 0) + 1
            if differs:
                differing.append(differs)
                print(differs, file=sys.stderr, flush=True)
    return outcomes, differing


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("examples", nargs="*", default=EXAMPLES)
    parser.add_argument("--sample", type=int, help="that many, by chance")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    every = [mutant for example in options.examples for mutant in mutants(example)]
    wanted = every
    if options.sample is not None and options.sample < len(every):
        wanted = random.Random(options.seed).sample(every, options.sample)
    print(f"{len(wanted)} of {len(every)} mutants, seed {options.seed}", flush=True)
    outcomes, differing = measure(wanted)
    agreed = len(wanted) - len(differing)
    print(f"{agreed} of {len(wanted)} agree ({100 * agreed / max(len(wanted), 1):.1f} %): {outcomes}")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
