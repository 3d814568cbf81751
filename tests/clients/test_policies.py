"""What policies would allow, and what was used of them: the simulator and the last-used figures, as the AWS CLI shows them."""

import json

from harness import DEV, REGION, Served


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action, resource="*", **more):
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


class Policies(Served):
    def role(self, dev, name, *statements, boundary=()):
        trust = document({"Effect": "Allow", "Principal": {"AWS": DEV}, "Action": "sts:AssumeRole"})
        made = self.answer(dev, "iam", "create-role", "--role-name", name, "--assume-role-policy-document", trust, *boundary)
        self.aws(dev, "iam", "put-role-policy", "--role-name", name, "--policy-name", "own", "--policy-document", document(*statements))
        return made["Role"]["Arn"]

    def test_simulate_custom_policy(self):
        dev = self.account("dev")
        text = '{"Version": "2012-10-17", "Statement": [' + json.dumps(allow("s3:Get*")) + "]}"
        simulated = self.answer(dev, "iam", "simulate-custom-policy", "--policy-input-list", text, "--action-names", "s3:GetObject", "s3:PutObject", "--resource-arns", "arn:aws:s3:::bucket/key")
        got, put = simulated["EvaluationResults"]
        self.assertEqual((got["EvalDecision"], put["EvalDecision"]), ("allowed", "implicitDeny"))
        [statement] = got["MatchedStatements"]
        self.assertEqual((statement["SourcePolicyId"], statement["SourcePolicyType"]), ("PolicyInputList.1", "IAM Policy"))
        self.assertEqual((statement["StartPosition"], statement["EndPosition"]), ({"Line": 1, "Column": 41}, {"Line": 1, "Column": len(text) - 1}))
        self.assertEqual(got["EvalDecisionDetails"], {})
        self.assertEqual(got["ResourceSpecificResults"][0]["EvalResourceDecision"], "allowed")
        keys = self.answer(dev, "iam", "get-context-keys-for-custom-policy", "--policy-input-list", document(allow("s3:*", "arn:aws:s3:::${aws:username}/*")))
        self.assertEqual(keys["ContextKeyNames"], ["aws:username"])
        refused = self.aws(dev, "iam", "simulate-custom-policy", "--policy-input-list", text, "--action-names", "s3:*", check=False)
        self.assertIn("InvalidInput", refused.stderr)

    def test_simulate_principal_policy(self):
        dev = self.account("dev")
        limit = self.answer(dev, "iam", "create-policy", "--policy-name", "limit", "--policy-document", document(allow(["s3:*", "kms:Decrypt"])))["Policy"]["Arn"]
        condition = {"Condition": {"StringEquals": {"aws:RequestedRegion": REGION}}}
        role = self.role(dev, "simulated", allow("*", **condition), boundary=("--permissions-boundary", limit))
        ask = ["iam", "simulate-principal-policy", "--policy-source-arn", role, "--action-names", "s3:GetObject", "logs:CreateLogGroup"]
        without = self.answer(dev, *ask)["EvaluationResults"]
        self.assertEqual([r["EvalDecision"] for r in without], ["implicitDeny"] * 2)
        self.assertEqual(without[0]["MissingContextValues"], ["aws:RequestedRegion"])
        context = f"ContextKeyName=aws:RequestedRegion,ContextKeyType=string,ContextKeyValues={REGION}"
        s3, logs = self.answer(dev, *ask, "--context-entries", context)["EvaluationResults"]
        self.assertEqual((s3["EvalDecision"], s3["MatchedStatements"][0]["SourcePolicyId"]), ("allowed", "own"))
        self.assertEqual(s3["PermissionsBoundaryDecisionDetail"], {"AllowedByPermissionsBoundary": True})
        self.assertEqual((logs["EvalDecision"], logs["PermissionsBoundaryDecisionDetail"]), ("implicitDeny", {"AllowedByPermissionsBoundary": False}))
        # The gate decides the same.
        self.aws(self.account("dev", role="simulated"), "s3", "ls")
        refused = self.aws(self.account("dev", role="simulated"), "logs", "create-log-group", "--log-group-name", "x", check=False)
        self.assertIn("no permissions boundary allows the logs:CreateLogGroup action", refused.stderr)

    def test_what_was_used_last(self):
        dev = self.account("dev")
        role = self.role(dev, "used", allow(["s3:*", "kms:*"]))
        self.aws(self.account("dev", role="used"), "s3", "ls")
        job = self.answer(dev, "iam", "generate-service-last-accessed-details", "--arn", role, "--granularity", "ACTION_LEVEL")["JobId"]

        def done():
            report = self.answer(dev, "iam", "get-service-last-accessed-details", "--job-id", job)
            return report if report["JobStatus"] == "COMPLETED" else None

        report = self.wait("the report", done)
        services = {service["ServiceNamespace"]: service for service in report["ServicesLastAccessed"]}
        self.assertEqual(sorted(services), ["kms", "s3"])
        self.assertEqual((services["s3"]["LastAuthenticatedEntity"], services["s3"]["LastAuthenticatedRegion"]), (role, REGION))
        self.assertNotIn("LastAuthenticated", services["kms"])
        used = [a["ActionName"] for a in services["s3"]["TrackedActionsLastAccessed"] if "LastAccessedTime" in a]
        self.assertEqual(used, ["ListAllMyBuckets"])
        entities = self.answer(dev, "iam", "get-service-last-accessed-details-with-entities", "--job-id", job, "--service-namespace", "s3")
        self.assertEqual(entities["EntityDetailsList"][0]["EntityInfo"]["Name"], "used")
        granting = self.answer(dev, "iam", "list-policies-granting-service-access", "--arn", role, "--service-namespaces", "s3", "ec2")
        self.assertEqual([len(entry["Policies"]) for entry in granting["PoliciesGrantingServiceAccess"]], [1, 0])

    def test_when_a_key_was_used_last(self):
        dev = self.account("dev")
        self.aws(dev, "iam", "create-user", "--user-name", "eve")
        key = self.answer(dev, "iam", "create-access-key", "--user-name", "eve")["AccessKey"]
        asked = lambda: self.answer(dev, "iam", "get-access-key-last-used", "--access-key-id", key["AccessKeyId"])["AccessKeyLastUsed"]
        self.assertEqual(asked(), {"ServiceName": "N/A", "Region": "N/A"})
        eve = {**dev, "AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
        eve.pop("AWS_SESSION_TOKEN")
        self.aws(eve, "sts", "get-caller-identity")
        self.assertEqual((asked()["ServiceName"], asked()["Region"]), ("sts", REGION))
        policies = self.answer(dev, "iam", "list-policies", "--scope", "AWS", "--path-prefix", "/service-role/")["Policies"]
        self.assertIn("arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy", [policy["Arn"] for policy in policies])
