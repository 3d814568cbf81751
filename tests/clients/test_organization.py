"""The organization by the AWS CLI: policies that are enforced at the next call, told with AWS's text, and explained; a new account."""

import json
import signal
import unittest

from harness import DEV, Served


class Organization(Served):
    def setUp(self):
        super().setUp()
        self.management = self.account("management")
        self.id = self.answer(self.management, "organizations", "create-organization", "--feature-set", "ALL")["Organization"]["Id"]
        self.root = self.answer(self.management, "organizations", "list-roots")["Roots"][0]["Id"]

    def policy(self, name, kind, statement):
        content = json.dumps({"Version": "2012-10-17", "Statement": statement})
        made = self.answer(
            self.management, "organizations", "create-policy", "--name", name, "--description", "", "--type", kind, "--content", content
        )
        return made["Policy"]["PolicySummary"]["Id"]

    def attach(self, policy, target, verb="attach-policy"):
        self.aws(self.management, "organizations", verb, "--policy-id", policy, "--target-id", target)

    def last_denied(self, name):
        events = json.loads(self.sekisho("audit", "lookup", "--account", "dev", "--event-name", name, "--denied", "--output", "json").stdout)
        return events[0]["eventID"]

    def test_policies_are_enforced_and_explained(self):
        names = [a["Name"] for a in self.answer(self.management, "organizations", "list-accounts")["Accounts"]]
        self.assertEqual(names, ["management", "dev", "staging", "prod"])
        dev = self.account("dev")
        guard = self.policy("NoBuckets", "SERVICE_CONTROL_POLICY", {"Sid": "Never", "Effect": "Deny", "Action": "s3:CreateBucket", "Resource": "*"})
        unit = self.answer(self.management, "organizations", "create-organizational-unit", "--parent-id", self.root, "--name", "Workloads")["OrganizationalUnit"]["Id"]
        self.attach(guard, unit)
        self.aws(dev, "s3", "mb", "s3://before-the-move")
        self.aws(self.management, "organizations", "move-account", "--account-id", DEV, "--source-parent-id", self.root, "--destination-parent-id", unit)
        refused = self.aws(dev, "s3", "mb", "s3://after-the-move", check=False)
        self.assertIn("with an explicit deny in a service control policy", refused.stderr)
        explained = self.sekisho("explain", self.last_denied("CreateBucket")).stdout
        self.assertIn(f"service control policy NoBuckets ({guard}) of unit Workloads ({unit}), statement 0 (Never)", explained)
        self.attach(guard, unit, "detach-policy")
        self.aws(dev, "s3", "mb", "s3://after-the-move")
        # The last policy stays; what stands in for AWS's own must allow.
        last = self.aws(self.management, "organizations", "detach-policy", "--policy-id", "p-FullAWSAccess", "--target-id", unit, check=False)
        self.assertIn("ConstraintViolationException", last.stderr)
        only = self.policy("OnlyTrail", "SERVICE_CONTROL_POLICY", {"Effect": "Allow", "Action": "cloudtrail:*", "Resource": "*"})
        self.attach(only, unit)
        self.attach("p-FullAWSAccess", unit, "detach-policy")
        refused = self.aws(dev, "s3", "mb", "s3://never", check=False)
        self.assertIn("because no service control policy allows the s3:CreateBucket action", refused.stderr)
        self.assertIn(f"none at unit Workloads ({unit})", self.sekisho("explain", self.last_denied("CreateBucket")).stdout)

    def test_resources_are_guarded(self):
        self.aws(self.management, "organizations", "enable-policy-type", "--root-id", self.root, "--policy-type", "RESOURCE_CONTROL_POLICY")
        dev = self.account("dev")
        self.aws(dev, "s3", "mb", "s3://guarded")
        guard = self.policy("OverTls", "RESOURCE_CONTROL_POLICY", {
            "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        })
        self.attach(guard, self.root)
        self.aws(dev, "s3", "ls", "s3://guarded")
        plain = {**dev, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.port}"}
        refused = self.aws(plain, "s3", "ls", "s3://guarded", check=False)
        self.assertIn("with an explicit deny in a resource control policy", refused.stderr)
        told = self.aws(dev, "organizations", "list-accounts", check=False)
        self.assertIn("AccessDeniedException", told.stderr)
        self.assertEqual(self.answer(dev, "organizations", "describe-organization")["Organization"]["Id"], self.id)

    def test_a_new_account(self):
        begun = self.answer(self.management, "organizations", "create-account", "--email", "shop@example.com", "--account-name", "shop")["CreateAccountStatus"]
        self.assertEqual(begun["State"], "IN_PROGRESS")
        status = self.answer(self.management, "organizations", "describe-create-account-status", "--create-account-request-id", begun["Id"])["CreateAccountStatus"]
        self.assertEqual(status["State"], "SUCCEEDED")
        account = status["AccountId"]
        role = f"arn:aws:iam::{account}:role/OrganizationAccountAccessRole"
        self.assertIn(role.split(":", 5)[5], self.answer(self.management, "sts", "assume-role", "--role-arn", role, "--role-session-name", "landlord")["AssumedRoleUser"]["Arn"].replace("assumed-role", "role"))
        self.stop(signal.SIGKILL)
        self.start()
        shop = self.account(account)
        self.assertEqual(self.answer(shop, "sts", "get-caller-identity")["Account"], account)
        self.aws(shop, "s3", "mb", "s3://shops-own")
        named = self.answer(self.management, "organizations", "describe-account", "--account-id", account)["Account"]
        self.assertEqual((named["Name"], named["State"], named["Status"]), ("shop", "ACTIVE", "ACTIVE"))


if __name__ == "__main__":
    unittest.main()
