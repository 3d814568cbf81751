"""Webhooks of CodeBuild projects, as a git host delivers them: signed, filtered, once each."""

import hmac
import json
import unittest
import urllib.error
import urllib.request

from githost import NAMED, TOKEN, USER, HostBuilds
from harness import DEV, REGION

TEMPLATE = """
Resources:
  Site:
    Type: AWS::CodeBuild::Project
    Properties:
      Name: templated
      ServiceRole: %s
      Artifacts: {Type: NO_ARTIFACTS}
      Environment: {Type: LINUX_CONTAINER, Image: x, ComputeType: BUILD_GENERAL1_SMALL}
      Source: {Type: GITHUB, Location: "https://github.com/shop/site", BuildSpec: "version: 0.2\\nphases: {}\\n"}
      Triggers: {Webhook: true, FilterGroups: [[{Type: EVENT, Pattern: PUSH}, {Type: HEAD_REF, Pattern: "%s"}]]}
"""
SPEC = "version: 0.2\nphases: {build: {commands: ['env | grep CODEBUILD_WEBHOOK_ | sort', 'echo at=$(git rev-parse HEAD) init=$CODEBUILD_INITIATOR']}}\n"


class BuildWebhooks(HostBuilds):
    def post(self, webhook, secret, delivery, event="push", **payload):
        body = json.dumps({"repository": {"full_name": "shop/site"}, "sender": {"id": 7}, **payload}).encode()
        headers = {"Content-Type": "application/json", "X-GitHub-Event": event, "X-GitHub-Delivery": delivery}
        if secret:
            headers["X-Hub-Signature-256"] = "sha256=" + hmac.new(secret.encode(), body, "sha256").hexdigest()
        try:
            with urllib.request.urlopen(urllib.request.Request(webhook["payloadUrl"], data=body, headers=headers), timeout=30) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, {}

    def test_webhooks(self):
        self.builds.import_source_credentials(token=TOKEN, serverType="GITHUB", authType="PERSONAL_ACCESS_TOKEN", username=USER)
        self.builds.create_project(name="site", serviceRole=self.role, source={"type": "GITHUB", "location": NAMED, "buildspec": SPEC}, artifacts={"type": "NO_ARTIFACTS"}, environment={"type": "LINUX_CONTAINER", "image": "x", "computeType": "BUILD_GENERAL1_SMALL"})
        groups = [
            [{"type": "EVENT", "pattern": "PUSH"}, {"type": "HEAD_REF", "pattern": "^refs/heads/main$"}, {"type": "FILE_PATH", "pattern": "^docs/", "excludeMatchedPattern": True}],
            [{"type": "EVENT", "pattern": "PULL_REQUEST_CREATED,PULL_REQUEST_UPDATED"}, {"type": "BASE_REF", "pattern": "main"}],
        ]
        self.refused("NotImplemented", self.builds.create_webhook, projectName="site", filterGroups=groups)
        self.refused("InvalidInputException", self.builds.create_webhook, projectName="site", manualCreation=True, filterGroups=[[{"type": "HEAD_REF", "pattern": "x"}]])
        webhook = self.builds.create_webhook(projectName="site", manualCreation=True, filterGroups=groups)["webhook"]
        secret = webhook["secret"]
        self.assertEqual(webhook["payloadUrl"], f"http://127.0.0.1:{self.port}/webhooks/codebuild/{DEV}/{REGION}/site")
        self.refused("ResourceAlreadyExistsException", self.builds.create_webhook, projectName="site", manualCreation=True)
        shown = self.builds.batch_get_projects(names=["site"])["projects"][0]["webhook"]
        self.assertEqual((shown["filterGroups"], shown.get("secret"), shown["manualCreation"]), (groups, None, True))

        old = self.host.commit("index.html", "one", "the first")
        new = self.host.commit("index.html", "two", "the second")
        push = {"ref": "refs/heads/main", "before": old, "after": new, "commits": [{"id": new, "message": "the second", "added": [], "modified": ["index.html"], "removed": []}]}
        self.assertEqual([self.post(webhook, key, "one", **push)[0] for key in (None, "another-secret-of-webhooks")], [403, 403])
        self.assertEqual(self.post(webhook, secret, "one", **{**push, "repository": {"full_name": "shop/other"}}), (200, {"started": []}))
        docs = [{**push["commits"][0], "modified": ["docs/a"]}]
        for delivery, other in (("two", {**push, "ref": "refs/heads/dev"}), ("three", {**push, "commits": docs})):
            self.assertEqual(self.post(webhook, secret, delivery, **other), (200, {"started": []}))
        status, answer = self.post(webhook, secret, "four", **push)
        self.assertEqual((status, len(answer["started"])), (200, 1))
        self.assertEqual(self.post(webhook, secret, "four", **push), (200, {"started": []}), "sent again")
        status, said, build = self.ended(answer["started"][0])
        self.assertEqual((status, build["sourceVersion"], build["initiator"]), ("SUCCEEDED", new, "GitHub-Hookshot"), said)
        for text in ("ACTOR_ACCOUNT_ID=7", "EVENT=PUSH", "HEAD_REF=refs/heads/main", f"PREV_COMMIT={old}", "TRIGGER=branch/main"):
            self.assertIn(f"CODEBUILD_WEBHOOK_{text}\n", said)
        self.assertIn(f"at={new} init=GitHub-Hookshot", said)

        proposed = self.host.commit("index.html", "three", "proposed", to="refs/pull/7/head")
        self.host.git("push", "-q", "origin", "HEAD:refs/heads/topic", cwd=self.host.work)
        request = {"number": 7, "head": {"ref": "topic", "sha": proposed, "repo": {"full_name": "shop/site"}}, "base": {"ref": "main"}}
        stranger = {**request, "head": {**request["head"], "repo": {"full_name": "stranger/site"}}}
        self.assertEqual(self.post(webhook, secret, "five", "pull_request", action="opened", pull_request=stranger), (200, {"started": []}))
        _, answer = self.post(webhook, secret, "six", "pull_request", action="opened", pull_request=request)
        status, said, build = self.ended(answer["started"][0])
        self.assertEqual((status, build["sourceVersion"], build["resolvedSourceVersion"]), ("SUCCEEDED", "pr/7", proposed), said)
        for text in ("BASE_REF=refs/heads/main", "EVENT=PULL_REQUEST_CREATED", "HEAD_REF=refs/heads/topic", "TRIGGER=pr/7"):
            self.assertIn(f"CODEBUILD_WEBHOOK_{text}\n", said)

        changed = self.builds.update_webhook(projectName="site", branchFilter="^dev$", rotateSecret=True)["webhook"]
        self.assertEqual((changed.get("filterGroups", []), changed["branchFilter"]), ([], "^dev$"))
        self.assertNotEqual(changed["secret"], secret)
        self.assertEqual(self.post(webhook, secret, "seven", **push)[0], 403, "the old secret")
        self.assertEqual(self.post(webhook, changed["secret"], "eight", **push), (200, {"started": []}))
        trail = self.client(self.dev, "cloudtrail").lookup_events(LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "ReceiveWebhook"}])["Events"]
        self.assertTrue(any('"four"' in event["CloudTrailEvent"] for event in trail), "in the account of the project")
        for name in ("CreateWebhook", "UpdateWebhook"):
            events = self.client(self.dev, "cloudtrail").lookup_events(LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": name}])["Events"]
            self.assertTrue(events and not any(key in json.dumps(events, default=str) for key in (secret, changed["secret"])), name)
        self.builds.delete_webhook(projectName="site")
        self.assertEqual(self.post(webhook, changed["secret"], "nine", **push)[0], 403)
        self.refused("ResourceNotFoundException", self.builds.delete_webhook, projectName="site")
        self.refused("ResourceNotFoundException", self.builds.update_webhook, projectName="site")

    def test_triggers_of_templates(self):
        stacks = self.client(self.dev, "cloudformation")
        hook = lambda: self.builds.batch_get_projects(names=["templated"])["projects"][0].get("webhook")
        stacks.create_stack(StackName="hooks", TemplateBody=TEMPLATE % (self.role, "main"))
        stacks.get_waiter("stack_create_complete").wait(StackName="hooks", WaiterConfig={"Delay": 1})
        self.assertEqual(hook()["filterGroups"][0][1]["pattern"], "main")
        stacks.update_stack(StackName="hooks", TemplateBody=TEMPLATE % (self.role, "dev"))
        stacks.get_waiter("stack_update_complete").wait(StackName="hooks", WaiterConfig={"Delay": 1})
        self.assertEqual(hook()["filterGroups"][0][1]["pattern"], "dev")
        without = "\n".join(line for line in (TEMPLATE % (self.role, "x")).splitlines() if "Triggers" not in line)
        stacks.update_stack(StackName="hooks", TemplateBody=without)
        stacks.get_waiter("stack_update_complete").wait(StackName="hooks", WaiterConfig={"Delay": 1})
        self.assertIsNone(hook())


if __name__ == "__main__":
    unittest.main()
