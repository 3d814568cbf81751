"""Writes `data/models.tsv` from the service models of botocore (Apache-2.0), which the AWS CLI makes its commands of.

    python3 languages/script/generate.py

One fact a line, its fields divided by tabs:

    service    the CLI's command, what its actions begin with
    OPERATION  the members of its input: name:kind, divided by spaces

The kinds: s a text, i a number, b a truth, l a list, t a list of texts, m a structure or map, x bytes.
"""

import gzip
import json
from pathlib import Path

import botocore

# The CLI's command, botocore's name if it is another, what actions begin with if it is neither.
SERVICES = """acm amplify apigateway apigatewayv2::apigateway application-autoscaling apprunner appsync athena autoscaling batch
cloudformation cloudfront cloudtrail cloudwatch codeartifact codebuild codecommit codeconnections codepipeline
codestar-connections cognito-idp deploy:codedeploy dynamodb ecr ecr-public ecs eks elasticbeanstalk elbv2::elasticloadbalancing
events firehose iam inspector2 kinesis kms lambda logs opensearch::es organizations rds resourcegroupstaggingapi::tag route53
s3api:s3 scheduler secretsmanager servicediscovery sesv2::ses sns sqs ssm stepfunctions::states sts wafv2 xray""".split()
KINDS = dict(string="s", character="s", timestamp="s", integer="i", long="i", float="i", double="i", boolean="b", list="l", map="m", structure="m", blob="x")
DATA = Path(botocore.__path__[0]) / "data"


def kind(shapes, shape):
    found = KINDS[shape["type"]]
    return "t" if found == "l" and KINDS[shapes[shape["member"]["shape"]]["type"]] == "s" else found


def main():
    lines = [f"version\tbotocore {botocore.__version__}\n"]
    for entry in SERVICES:
        command, name, prefix = (entry.split(":") + ["", ""])[:3]
        name = name or command
        newest = sorted((DATA / name).iterdir())[-1]
        model = json.loads(gzip.decompress((newest / "service-2.json.gz").read_bytes()))
        lines.append(f"service\t{command}\t{prefix or name}\n")
        for operation, about in sorted(model["operations"].items()):
            shapes = model["shapes"]
            members = shapes[about["input"]["shape"]].get("members", {}) if "input" in about else {}
            kinds = " ".join(f"{member}:{kind(shapes, shapes[of['shape']])}" for member, of in members.items())
            lines.append(f"{operation}\t{kinds}".rstrip("\t") + "\n")
    (Path(__file__).resolve().parent / "data/models.tsv").write_text("".join(lines))


if __name__ == "__main__":
    main()
