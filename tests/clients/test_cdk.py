"""The AWS CDK: three accounts that trust each other, and an app that is deployed from one of them into another."""

import fcntl
import json
import re
import shutil
import subprocess
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from harness import DEV, PROD, REGION, ROOT, STAGING, Served

SOURCES = Path(__file__).resolve().parent / "cdk"
INSTALLED = ROOT / "target/clients-cdk"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
QUIET = {"CI": "1", "CDK_DISABLE_CLI_TELEMETRY": "true", "NODE_NO_WARNINGS": "1", "SHOP_REGION": REGION, "SHOP_DEV": DEV, "SHOP_STAGING": STAGING}
# What the tool says of its own progress.
CHATTER = re.compile(r"(start|success): (Building|Built|Publishing|Published)|_IN_PROGRESS +\||feature flags are not configured|Synthesis time|Deployment time|Total time|^$")


def setUpModule():
    """Installs the CDK as the lock file has it, once for all runs."""
    if not shutil.which("npm"):
        raise RuntimeError("npm is missing: install Node.js 20 or later, which brings it")
    INSTALLED.mkdir(parents=True, exist_ok=True)
    with open(INSTALLED / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = (SOURCES / "package-lock.json").read_text()
        done = INSTALLED / "installed.json"
        if done.exists() and done.read_text() == wanted:
            return
        for name in ("package.json", "package-lock.json"):
            shutil.copy(SOURCES / name, INSTALLED / name)
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=INSTALLED, check=True, capture_output=True, timeout=600)
        done.write_text(wanted)


class Cdk(Served):
    def setUp(self):
        super().setUp()
        self.app = self.temporary / "app"
        self.app.mkdir()
        shutil.copy(SOURCES / "app.js", self.app)
        (self.app / "node_modules").symlink_to(INSTALLED / "node_modules")
        (self.app / "cdk.json").write_text(json.dumps({"versionReporting": False}))

    def cdk(self, environment, *arguments, check=True, **variables):
        tool = INSTALLED / "node_modules/aws-cdk/bin/cdk"
        done = subprocess.run(
            ["node", str(tool), *arguments, "--no-notices", "--no-color"],
            cwd=self.app, env={**environment, **QUIET, **variables}, capture_output=True, text=True, timeout=180, stdin=subprocess.DEVNULL,
        )
        said = "\n".join(line for line in (done.stdout + done.stderr).splitlines() if not CHATTER.search(line))
        print(f"\n$ cdk {' '.join(arguments)}\n{said}")
        if check:
            self.assertEqual(done.returncode, 0, said)
        return done.returncode, said

    def bootstrap(self, name, account):
        others = [arguments for other in (DEV, STAGING, PROD) if other != account for arguments in ("--trust", other)]
        self.cdk(self.account(name), "bootstrap", f"aws://{account}/{REGION}", *others, "--cloudformation-execution-policies", ADMINISTRATOR)

    def synthesize(self, folder, release):
        self.cdk(self.environment, "synth", "--app", "node app.js", "--quiet", "--output", folder, SHOP_RELEASE=release)

    def callers(self, account, event):
        """Who made these calls in an account, by the trail."""
        lookup = ["audit", "lookup", "--account", account, "--event-name", event, "--output", "json"]
        return {record["userIdentity"].get("arn", "") for record in json.loads(self.sekisho(*lookup).stdout)}

    def test_an_app_over_two_accounts(self):
        accounts = {"dev": DEV, "staging": STAGING, "prod": PROD}
        with ThreadPoolExecutor(2) as pool:
            bootstraps = [pool.submit(self.bootstrap, name, account) for name, account in accounts.items()]
            assemblies = [pool.submit(self.synthesize, folder, release) for folder, release in (("first", "1.0"), ("second", "1.1"))]
            for done in [*bootstraps, *assemblies]:
                done.result()
        dev, staging = self.account("dev"), self.account("staging")
        repositories = self.answer(staging, "ecr", "describe-repositories")["repositories"]
        self.assertEqual([r["repositoryName"] for r in repositories], [f"cdk-hnb659fds-container-assets-{STAGING}-{REGION}"])

        _, said = self.cdk(dev, "deploy", "--app", "first", "--all", "--require-approval", "never")
        self.assertIn(f"arn:aws:cloudformation:{REGION}:{STAGING}:stack/shop-staging/", said)
        bucket = re.search(r"shop-staging\.BucketName = (\S+)", said)[1]
        # From dev into staging, nothing was done by other roles than those of the bootstrap.
        executor = f"arn:aws:sts::{STAGING}:assumed-role/cdk-hnb659fds-cfn-exec-role-{STAGING}-{REGION}/"
        makers = self.callers("staging", "CreateKey")
        self.assertTrue(makers and all(caller.startswith(executor) for caller in makers), makers)
        encryption = self.answer(staging, "s3api", "get-bucket-encryption", "--bucket", bucket)
        rule = encryption["ServerSideEncryptionConfiguration"]["Rules"][0]["ApplyServerSideEncryptionByDefault"]
        self.assertEqual(rule["SSEAlgorithm"], "aws:kms")
        # The app's role in staging may be assumed from dev, and read.
        role = f"arn:aws:iam::{STAGING}:role/ShopReader"
        keys = self.answer(dev, "sts", "assume-role", "--role-arn", role, "--role-session-name", "reader")["Credentials"]
        reader = {**dev, "AWS_ACCESS_KEY_ID": keys["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"], "AWS_SESSION_TOKEN": keys["SessionToken"]}

        def release():
            return self.answer(reader, "ssm", "get-parameter", "--name", "/shop/release")["Parameter"]["Value"]

        self.assertEqual(release(), "1.0")
        refused = self.aws(reader, "ssm", "put-parameter", "--name", "/shop/release", "--value", "2", "--overwrite", check=False)
        self.assertIn("AccessDenied", refused.stderr)

        _, said = self.cdk(dev, "deploy", "--app", "first", "--all", "--require-approval", "never")
        self.assertIn("shop-dev (no changes)", said)
        self.assertIn("shop-staging (no changes)", said)
        _, said = self.cdk(dev, "diff", "--app", "first", "--fail")
        self.assertIn("Number of stacks with differences: 0", said)
        code, said = self.cdk(dev, "diff", "--app", "second", "--fail", check=False)
        self.assertEqual(code, 1, said)
        self.assertRegex(said, r"\[~\] AWS::SSM::Parameter Release")
        self.assertIn("Number of stacks with differences: 2", said)
        self.cdk(dev, "deploy", "--app", "second", "--all", "--require-approval", "never")
        self.assertEqual(release(), "1.1")

        self.cdk(dev, "destroy", "--app", "second", "--all", "--force")
        left = self.answer(staging, "cloudformation", "describe-stacks")["Stacks"]
        self.assertEqual([stack["StackName"] for stack in left], ["CDKToolkit"])
        self.assertIn("NoSuchBucket", self.aws(staging, "s3", "ls", f"s3://{bucket}", check=False).stderr)

    def test_deploy_needs_the_right_to_the_roles(self):
        """Who may not assume the bootstrap's roles deploys nothing."""
        self.cdk(self.account("dev"), "bootstrap", f"aws://{DEV}/{REGION}")
        self.synthesize("first", "1.0")
        # Prod is not trusted by this bootstrap.
        code, said = self.cdk(self.account("prod"), "deploy", "--app", "first", "shop-dev", "--require-approval", "never", check=False)
        self.assertNotEqual(code, 0)
        self.assertRegex(said, rf"not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::{DEV}:role/cdk-hnb659fds-deploy-role-")
        stacks = self.answer(self.account("dev"), "cloudformation", "describe-stacks")["Stacks"]
        self.assertEqual([stack["StackName"] for stack in stacks], ["CDKToolkit"])


if __name__ == "__main__":
    unittest.main()
