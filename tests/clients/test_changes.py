"""boto3 and the AWS CLI as judges of change sets, of what stack policies protect, and of stacks that fail."""

import json
import time

from botocore.exceptions import ClientError
from harness import Served

EVERYTHING = {"Effect": "Allow", "Principal": "*", "Action": "Update:*", "Resource": "*"}


def template(groups, parameter=None):
    """Log groups by logical id: name and days."""
    resources = {
        key: {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": name, "RetentionInDays": days}} for key, (name, days) in groups.items()
    }
    whole = {"Resources": resources}
    if parameter:
        whole["Parameters"] = {"Days": {"Type": "Number", "Default": parameter}}
        for resource in resources.values():
            resource["Properties"]["RetentionInDays"] = {"Ref": "Days"}
    return json.dumps(whole)


class Changes(Served):
    def setUp(self):
        super().setUp()
        self.dev = self.account("dev")
        self.stacks = self.client(self.dev, "cloudformation")

    def refused(self, code, call, **arguments):
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        self.assertEqual(caught.exception.response["Error"]["Code"], code, caught.exception)
        return caught.exception.response["Error"]["Message"]

    def change_set(self, name, kind, body, **more):
        self.stacks.create_change_set(StackName="app", ChangeSetName=name, ChangeSetType=kind, TemplateBody=body, **more)
        self.stacks.get_waiter("change_set_create_complete").wait(StackName="app", ChangeSetName=name, WaiterConfig={"Delay": 1})
        return self.stacks.describe_change_set(StackName="app", ChangeSetName=name)

    def update(self, ends, **arguments):
        self.stacks.update_stack(StackName="app", **arguments)
        return self.settled(ends)

    def settled(self, ends):
        waiter = "stack_rollback_complete" if "ROLLBACK" in ends else "stack_update_complete"
        if ends == "UPDATE_FAILED":
            self.assertRaises(Exception, self.stacks.get_waiter("stack_update_complete").wait, StackName="app", WaiterConfig={"Delay": 1})
        else:
            self.stacks.get_waiter(waiter).wait(StackName="app", WaiterConfig={"Delay": 1})
        stack = self.stacks.describe_stacks(StackName="app")["Stacks"][0]
        self.assertEqual(stack["StackStatus"], ends)
        return stack

    def test_a_change_set_says_what_changes_and_why(self):
        first = self.change_set("first", "CREATE", template({"A": ("/a", 0), "B": ("/b", 0)}, parameter=7))
        self.assertEqual([c["ResourceChange"]["Action"] for c in first["Changes"]], ["Add", "Add"])
        self.assertEqual(first["RollbackConfiguration"], {})
        self.assertNotIn("OnStackFailure", first)
        self.stacks.execute_change_set(StackName="app", ChangeSetName="first")
        self.stacks.get_waiter("stack_create_complete").wait(StackName="app", WaiterConfig={"Delay": 1})
        self.change_set("second", "UPDATE", template({"A": ("/other", 0), "C": ("/c", 0)}, parameter=14))
        self.change_set("beside", "UPDATE", template({"A": ("/beside", 0)}, parameter=7))
        second = self.stacks.describe_change_set(StackName="app", ChangeSetName="second", IncludePropertyValues=True)
        changes = {c["ResourceChange"]["LogicalResourceId"]: c["ResourceChange"] for c in second["Changes"]}
        self.assertEqual({key: change["Action"] for key, change in changes.items()}, {"A": "Modify", "B": "Remove", "C": "Add"})
        a = changes["A"]
        self.assertEqual((a["Replacement"], a["PolicyAction"], a["Scope"]), ("True", "ReplaceAndDelete", ["Properties"]))
        self.assertEqual(json.loads(a["BeforeContext"]), {"Properties": {"LogGroupName": "/a", "RetentionInDays": 7}} | json.loads(a["BeforeContext"]))
        told = {(d["Target"]["Path"], d["ChangeSource"], d.get("CausingEntity")): d["Target"] for d in a["Details"]}
        self.assertEqual(told["/Properties/LogGroupName", "DirectModification", None]["AfterValue"], "/other")
        caused = told["/Properties/RetentionInDays", "ParameterReference", "Days"]
        self.assertEqual((caused["BeforeValue"], caused["AfterValue"], caused["AttributeChangeType"]), ("7", "14", "Modify"))
        self.assertEqual(changes["B"]["PolicyAction"], "Delete")
        plain = self.stacks.describe_change_set(StackName="app", ChangeSetName="second")["Changes"]
        self.assertNotIn("BeforeValue", json.dumps(plain, default=str))
        # An update beside them makes those that wait obsolete.
        self.update("UPDATE_COMPLETE", TemplateBody=template({"A": ("/a", 30), "B": ("/b", 30)}))
        listed = {s["ChangeSetName"]: s["ExecutionStatus"] for s in self.stacks.list_change_sets(StackName="app")["Summaries"]}
        self.assertEqual(listed, {"first": "EXECUTE_COMPLETE", "second": "OBSOLETE", "beside": "OBSOLETE"})
        said = self.refused("InvalidChangeSetStatus", self.stacks.execute_change_set, StackName="app", ChangeSetName="second")
        self.assertIn("cannot be executed in its current execution status of [OBSOLETE]", said)
        self.refused("NotImplemented", self.stacks.create_change_set, StackName="app", ChangeSetName="i", ChangeSetType="IMPORT", TemplateBody=template({"A": ("/a", 30)}))

    def test_deploy_with_the_cli(self):
        path = self.temporary / "template.json"

        def deploy(*more, check=True):
            time.sleep(1)  # The client names its change sets by the second.
            return self.aws(self.dev, "cloudformation", "deploy", "--stack-name", "app", "--template-file", str(path), *more, check=check)

        path.write_text(template({"A": ("/a", 7)}))
        deploy()
        self.assertIn("No changes to deploy", deploy("--no-fail-on-empty-changeset").stdout)
        again = deploy("--fail-on-empty-changeset", check=False)
        self.assertNotEqual(again.returncode, 0)
        self.assertIn("No changes to deploy. Stack app is up to date", again.stdout + again.stderr)
        path.write_text(template({"A": ("/a", 7), "B": ("/b", 4)}))
        self.assertNotEqual(deploy("--disable-rollback", check=False).returncode, 0)
        self.assertEqual(self.settled("UPDATE_FAILED")["StackStatusReason"].strip(), "The following resource(s) failed to create: [B].")
        path.write_text(template({"A": ("/a", 14), "B": ("/b", 5)}))
        self.assertIn("non-terminal [UPDATE_FAILED] state", deploy(check=False).stderr)
        deploy("--disable-rollback")
        self.settled("UPDATE_COMPLETE")

    def test_what_fails_can_be_gone_on_from(self):
        self.stacks.create_stack(StackName="app", TemplateBody=template({"A": ("/a", 7)}))
        self.stacks.get_waiter("stack_create_complete").wait(StackName="app", WaiterConfig={"Delay": 1})
        broken = template({"A": ("/a", 14), "B": ("/b", 4), "C": ("/c", 4)})
        stack = self.update("UPDATE_FAILED", TemplateBody=broken, DisableRollback=True)
        self.assertIn("failed to create: [B, C]", stack["StackStatusReason"])
        self.assertTrue(stack["DisableRollback"])
        self.stacks.rollback_stack(StackName="app")
        self.settled("UPDATE_ROLLBACK_COMPLETE")
        logs = self.client(self.dev, "logs")
        self.assertEqual([g["retentionInDays"] for g in logs.describe_log_groups(logGroupNamePrefix="/a")["logGroups"]], [7])
        # What a stack policy keeps.
        kept = {"Effect": "Deny", "Principal": "*", "Action": ["Update:Replace", "Update:Delete"], "Resource": "LogicalResourceId/A"}
        self.stacks.set_stack_policy(StackName="app", StackPolicyBody=json.dumps({"Statement": [EVERYTHING, kept]}))
        self.assertEqual(json.loads(self.stacks.get_stack_policy(StackName="app")["StackPolicyBody"])["Statement"][1], kept)
        self.update("UPDATE_ROLLBACK_COMPLETE", TemplateBody=template({"A": ("/new", 7)}))
        reasons = [e.get("ResourceStatusReason") for e in self.stacks.describe_stack_events(StackName="app")["StackEvents"]]
        self.assertIn("Action denied by stack policy: Statement [#2] does not allow [Update:Replace] for resource [LogicalResourceId/A];", reasons)
        self.update("UPDATE_COMPLETE", TemplateBody=template({"A": ("/new", 7)}), StackPolicyDuringUpdateBody=json.dumps({"Statement": EVERYTHING}))
        # Watched, and cancelled.
        self.stacks.update_stack(StackName="app", TemplateBody=template({"A": ("/new", 30)}), RollbackConfiguration={"MonitoringTimeInMinutes": 5})
        self.stacks.cancel_update_stack(StackName="app")
        self.settled("UPDATE_ROLLBACK_COMPLETE")
        self.assertIn("current stack status", self.refused("ValidationError", self.stacks.cancel_update_stack, StackName="app"))
        self.stacks.delete_stack(StackName="app")
        self.stacks.get_waiter("stack_delete_complete").wait(StackName=stack["StackId"], WaiterConfig={"Delay": 1})
        told = self.stacks.get_paginator("describe_stack_events").paginate(StackName=stack["StackId"])
        events = [(e["LogicalResourceId"], e["ResourceStatus"]) for page in told for e in page["StackEvents"]]
        self.assertEqual((events[0], events[-1]), (("app", "DELETE_COMPLETE"), ("app", "CREATE_IN_PROGRESS")))
