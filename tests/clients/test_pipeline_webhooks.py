"""Webhooks of pipelines, as anything that posts JSON delivers them: proven, filtered, recorded."""

import hmac
import json
import unittest
import urllib.error
import urllib.request

from harness import DEV, REGION
from test_pipelines import Declared

SECRET = "between the host and us"
TEMPLATE = """
Resources:
  Hook:
    Type: AWS::CodePipeline::Webhook
    Properties:
      Authentication: UNAUTHENTICATED
      AuthenticationConfiguration: {}
      Filters: [{JsonPath: "$.ref", MatchEquals: "refs/heads/main"}]
      TargetPipeline: modes
      TargetAction: Bundle
      TargetPipelineVersion: 1
      RegisterWithThirdParty: %s
Outputs:
  Name: {Value: !Ref Hook}
  Url: {Value: !GetAtt Hook.Url}
"""


class PipelineWebhooks(Declared):
    def post(self, url, payload, secret=None, **headers):
        body = json.dumps(payload).encode()
        if secret:
            headers["X-Hub-Signature"] = "sha1=" + hmac.new(secret.encode(), body, "sha1").hexdigest()
            headers["X-Hub-Signature-256"] = "sha256=" + hmac.new(secret.encode(), body, "sha256").hexdigest()
        request = urllib.request.Request(url, data=body, headers={"Content-Type": "application/json", **headers})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, json.loads(answer.read())["started"]
        except urllib.error.HTTPError as error:
            return error.code, []

    def put(self, authentication, **configuration):
        definition = {
            "name": "push", "targetPipeline": "modes", "targetAction": "Bundle",
            "filters": [{"jsonPath": "$.ref", "matchEquals": "refs/heads/main"}, {"jsonPath": "$.commits[0]['key']", "matchEquals": "{S3ObjectKey}"}],
            "authentication": authentication, "authenticationConfiguration": configuration,
        }
        return self.pipelines.put_webhook(webhook=definition, tags=[{"key": "team", "value": "shop"}])["webhook"]

    def test_webhooks(self):
        self.pipelines.create_pipeline(pipeline=self.pipeline())
        made = self.put("GITHUB_HMAC", SecretToken=SECRET)
        self.assertEqual(made["definition"]["authenticationConfiguration"], {"SecretToken": "****"})
        self.assertEqual((made["arn"], made["tags"]), (f"arn:aws:codepipeline:{REGION}:{DEV}:webhook:push", [{"key": "team", "value": "shop"}]))
        push = {"ref": "refs/heads/main", "commits": [{"key": "bundle.zip"}]}
        url = made["url"]
        for address, secret in [(url, None), (url, "another"), (url[:-1] + "x", SECRET), (url.split("?")[0], SECRET), (url.replace("/push?", "/other?"), SECRET)]:
            self.assertEqual(self.post(address, push, secret)[0], 403, address)
        self.assertEqual(self.post(url, {**push, "ref": "refs/heads/dev"}, SECRET), (200, []))
        sent = {"X-GitHub-Event": "push", "X-GitHub-Delivery": "one"}
        status, started = self.post(url, push, SECRET, **sent)
        self.assertEqual((status, len(started)), (200, 1))
        self.assertEqual(self.post(url, push, SECRET, **sent), (200, []), "sent again")
        summary = self.pipelines.list_pipeline_executions(pipelineName="modes")["pipelineExecutionSummaries"][0]
        self.assertEqual((summary["pipelineExecutionId"], summary["trigger"]), (started[0], {"triggerType": "Webhook", "triggerDetail": made["arn"]}))

        self.assertEqual(self.put("IP", AllowedIPRange="192.0.2.0/24")["url"], url)
        self.assertEqual(self.post(url, push)[0], 403)
        self.put("IP", AllowedIPRange="127.0.0.0/8")
        self.assertEqual(len(self.post(url, push)[1]), 1)
        listed = self.pipelines.get_paginator("list_webhooks").paginate().build_full_result()["webhooks"]
        self.assertEqual([(one["url"], "lastTriggered" in one) for one in listed], [(url, True)])
        with self.assertRaises(self.pipelines.exceptions.WebhookNotFoundException):
            self.pipelines.register_webhook_with_third_party(webhookName="none")
        self.pipelines.deregister_webhook_with_third_party(webhookName="push")
        self.pipelines.delete_webhook(name="push")
        self.assertEqual(self.post(url, push)[0], 403)

        stacks = self.client(self.dev, "cloudformation")
        stacks.create_stack(StackName="hooks", TemplateBody=TEMPLATE % "false")
        stacks.get_waiter("stack_create_complete").wait(StackName="hooks", WaiterConfig={"Delay": 1, "MaxAttempts": 60})
        outputs = {one["OutputKey"]: one["OutputValue"] for one in stacks.describe_stacks(StackName="hooks")["Stacks"][0]["Outputs"]}
        self.assertEqual([one["definition"]["name"] for one in self.pipelines.list_webhooks()["webhooks"]], [outputs["Name"]])
        self.assertEqual(len(self.post(outputs["Url"], {"ref": "refs/heads/main"})[1]), 1)
        stacks.delete_stack(StackName="hooks")
        stacks.get_waiter("stack_delete_complete").wait(StackName="hooks", WaiterConfig={"Delay": 1, "MaxAttempts": 60})
        self.assertEqual(self.pipelines.list_webhooks()["webhooks"], [])


if __name__ == "__main__":
    unittest.main()
