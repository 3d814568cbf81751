"""A delivery over three accounts, made by the AWS CLI and git alone, against `sekisho up`."""

import json
import signal
import unittest

from harness import DEV, PROD, STAGING, Served


class Delivery(Served):
    def stack(self, account, name, template, parameters, as_people_do):
        environment = self.account(account)
        if as_people_do:
            overrides = [f"{key}={value}" for key, value in parameters.items()]
            self.aws(
                environment, "cloudformation", "deploy", "--stack-name", name, "--template-file", template,
                "--capabilities", "CAPABILITY_NAMED_IAM", "--parameter-overrides", *overrides,
            )
            return
        given = [f"ParameterKey={key},ParameterValue={value}" for key, value in parameters.items()]
        self.aws(
            environment, "cloudformation", "create-stack", "--stack-name", name, "--template-body", f"file://{template}",
            "--capabilities", "CAPABILITY_NAMED_IAM", "--parameters", *given,
        )

        def complete():
            return self.answer(environment, "cloudformation", "describe-stacks", "--stack-name", name)["Stacks"][0]["StackStatus"] == "CREATE_COMPLETE"

        self.wait(f"{account}/{name}", complete)

    def deploy(self, as_people_do=False):
        """`aws cloudformation deploy` looks once in half a minute, so only one test does as people do."""
        for account in ["staging", "prod"]:
            self.stack(account, "target", "target.yaml", {"Environment": account, "DevAccount": DEV}, as_people_do and account == "staging")
        roles = {
            "StagingRole": f"arn:aws:iam::{STAGING}:role/shop-deploy",
            "StagingStackRole": f"arn:aws:iam::{STAGING}:role/shop-stack",
            "StagingBucket": f"shop-staging-{STAGING}",
            "ProdRole": f"arn:aws:iam::{PROD}:role/shop-deploy",
            "ProdStackRole": f"arn:aws:iam::{PROD}:role/shop-stack",
            "ProdBucket": f"shop-prod-{PROD}",
        }
        self.stack("dev", "delivery", "pipeline.yaml", roles, as_people_do)

    def push(self, environment):
        work = self.folder / "shop"
        self.git(environment, "init", "--quiet", "--initial-branch", "main", cwd=work)
        self.git(environment, "add", "--all", cwd=work)
        self.git(environment, "commit", "--quiet", "-m", "First", cwd=work)
        self.git(environment, "push", f"https://127.0.0.1:{self.port}/v1/repos/shop", "main", cwd=work)
        return work

    def state(self, environment, stage, pipeline="shop"):
        states = self.answer(environment, "codepipeline", "get-pipeline-state", "--name", pipeline)["stageStates"]
        return next(s for s in states if s["stageName"] == stage)

    def waiting_token(self, environment):
        actions = self.state(environment, "Approval")["actionStates"]
        latest = next(a for a in actions if a["actionName"] == "Release").get("latestExecution", {})
        return latest.get("token") if latest.get("status") == "InProgress" else None

    def succeeded(self, environment, stage):
        return self.state(environment, stage).get("latestExecution", {}).get("status") == "Succeeded"

    def test_from_templates_to_production(self):
        self.deploy(as_people_do=True)
        dev = self.account("dev")
        work = self.push(dev)
        token = self.wait("the approval", lambda: self.waiting_token(dev))
        staged = self.aws(self.account("staging"), "s3", "cp", f"s3://shop-staging-{STAGING}/index.html", "-").stdout
        self.assertIn("The corner shop", staged)

        def release(account):
            """What the released stack tells there: the build's number and its commit."""
            return self.answer(self.account(account), "ssm", "get-parameter", "--name", "/shop/release")["Parameter"]["Value"]

        self.assertIn(release("staging"), staged)
        # What production would change can be read before it is approved, and nothing of it is there.
        prepared = self.answer(self.account("prod"), "cloudformation", "describe-change-set", "--stack-name", "shop-release", "--change-set-name", "release")
        self.assertEqual(prepared["ExecutionStatus"], "AVAILABLE")
        self.assertEqual([c["ResourceChange"]["Action"] for c in prepared["Changes"]], ["Add"])
        absent = self.aws(self.account("prod"), "ssm", "get-parameter", "--name", "/shop/release", check=False)
        self.assertIn("ParameterNotFound", absent.stderr)
        wrong = self.aws(
            dev, "codepipeline", "put-approval-result", "--pipeline-name", "shop", "--stage-name", "Approval", "--action-name", "Release",
            "--token", "11111111-2222-3333-4444-555555555555", "--result", "summary=no,status=Approved", check=False,
        )
        self.assertIn("InvalidApprovalTokenException", wrong.stderr)
        # A restart in the middle loses nothing.
        self.stop(signal.SIGKILL)
        self.start()
        dev = self.account("dev")
        self.assertEqual(self.waiting_token(dev), token)
        self.aws(
            dev, "codepipeline", "put-approval-result", "--pipeline-name", "shop", "--stage-name", "Approval", "--action-name", "Release",
            "--token", token, "--result", "summary=looks good,status=Approved",
        )
        self.wait("production", lambda: self.succeeded(dev, "Production"))
        released = self.aws(self.account("prod"), "s3", "cp", f"s3://shop-prod-{PROD}/index.html", "-").stdout
        self.assertEqual(released, staged)
        self.assertEqual(release("prod"), release("staging"))
        stack = self.answer(self.account("prod"), "cloudformation", "describe-stacks", "--stack-name", "shop-release")["Stacks"][0]
        self.assertEqual(stack["RoleARN"], f"arn:aws:iam::{PROD}:role/shop-stack")
        # Every call under its own role: the prod account's role wrote the prod bucket.
        self.assertIn("assumed-role/shop-deploy/", self.sekisho("audit", "lookup", "--account", "prod", "--limit", "200").stdout)
        # A second push, by a clone.
        clone = self.temporary / "clone"
        self.git(dev, "clone", "--quiet", f"https://127.0.0.1:{self.port}/v1/repos/shop", str(clone), cwd=self.temporary)
        self.assertEqual((clone / "web/index.html").read_bytes(), (work / "web/index.html").read_bytes())
        (clone / "web/index.html").write_text((clone / "web/index.html").read_text().replace("<p>", "<p>Second: "))
        self.git(dev, "commit", "--quiet", "--all", "-m", "Second", cwd=clone)
        self.git(dev, "push", "--quiet", "origin", "main", cwd=clone)
        second = self.wait("the second approval", lambda: self.waiting_token(dev))
        self.assertNotEqual(second, token)

    def test_a_pipeline_from_json(self):
        # The build role may read the artifacts of the pipeline `shop` alone.
        self.edit("pipeline.yaml", "${Artifacts.Arn}/shop/*", "${Artifacts.Arn}/*")
        self.deploy()
        dev = self.account("dev")
        shop = self.answer(dev, "codepipeline", "get-pipeline", "--name", "shop")["pipeline"]
        shop["name"] = "shop-by-hand"
        shop.pop("version")
        shop["stages"] = shop["stages"][:2]
        given = self.temporary / "pipeline.json"
        given.write_text(json.dumps({"pipeline": shop}))
        self.aws(dev, "codepipeline", "create-pipeline", "--cli-input-json", f"file://{given}")
        self.push(dev)
        self.wait("the build", lambda: self.state(dev, "Build", "shop-by-hand").get("latestExecution", {}).get("status") == "Succeeded")
        shop["roleArn"] = f"arn:aws:iam::{DEV}:role/shop-build"
        shop["name"] = "not-to-be"
        given.write_text(json.dumps({"pipeline": shop}))
        refused = self.aws(dev, "codepipeline", "create-pipeline", "--cli-input-json", f"file://{given}", check=False)
        self.assertIn("CodePipeline is not authorized to perform AssumeRole on role", refused.stderr)

    def test_a_push_without_the_right_is_refused(self):
        self.deploy()
        dev = self.account("dev", role=None)
        trust = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": DEV}, "Action": "sts:AssumeRole"}})
        self.aws(dev, "iam", "create-role", "--role-name", "reader", "--assume-role-policy-document", trust)
        policy = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "codecommit:GitPull", "Resource": "*"}})
        self.aws(dev, "iam", "put-role-policy", "--role-name", "reader", "--policy-name", "read", "--policy-document", policy)
        work = self.push(dev)
        reader = self.account("dev", role="reader")
        (work / "new").write_text("new")
        self.git(reader, "add", "--all", cwd=work)
        self.git(reader, "commit", "--quiet", "-m", "No", cwd=work)
        refused = self.git(reader, "push", f"https://127.0.0.1:{self.port}/v1/repos/shop", "main", cwd=work, check=False)
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("403", refused.stderr)
        self.git(reader, "fetch", f"https://127.0.0.1:{self.port}/v1/repos/shop", "main", cwd=work)


if __name__ == "__main__":
    unittest.main()
