"""EventBridge as boto3 and the AWS CLI use it: patterns, rules and targets, buses of others, and a push that starts a pipeline."""

import json
import time
import unittest

from botocore.exceptions import ClientError
from harness import DEV, PROD, REGION, Served

ARN = f"arn:aws:events:{REGION}:{DEV}"
PATTERN = json.dumps({"source": ["shop"], "detail": {"n": [{"numeric": [">", 1]}]}})
TRUST = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sts:AssumeRole"}]}


class Events(Served):
    def setUp(self):
        super().setUp()
        self.dev = self.account("dev")
        self.events = self.client(self.dev, "events")

    def refused(self, call, **arguments):
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        return caught.exception.response["Error"]

    def log_target(self):
        logs = self.client(self.dev, "logs")
        logs.create_log_group(logGroupName="/events")
        statement = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "*"}
        logs.put_resource_policy(policyName="events", policyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
        return logs, {"Id": "log", "Arn": f"arn:aws:logs:{REGION}:{DEV}:log-group:/events"}

    def test_rules_and_targets(self):
        logs, target = self.log_target()
        arn = self.events.put_rule(Name="orders", EventPattern=PATTERN, Description="many", Tags=[{"Key": "team", "Value": "shop"}])["RuleArn"]
        self.assertEqual(arn, f"{ARN}:rule/orders")
        self.assertEqual(self.events.put_targets(Rule="orders", Targets=[target])["FailedEntryCount"], 0)
        described = self.events.describe_rule(Name="orders")
        self.assertEqual((described["State"], described["EventBusName"], described["EventPattern"]), ("ENABLED", "default", PATTERN))
        self.assertEqual(self.events.list_targets_by_rule(Rule="orders")["Targets"], [target])
        self.assertEqual(self.events.list_rule_names_by_target(TargetArn=target["Arn"])["RuleNames"], ["orders"])
        self.assertEqual(self.events.list_tags_for_resource(ResourceARN=arn)["Tags"], [{"Key": "team", "Value": "shop"}])
        entry = {"Source": "shop", "DetailType": "Order", "Detail": json.dumps({"n": 2}), "Resources": ["arn:x"]}
        sent = self.events.put_events(Entries=[entry, {**entry, "Detail": json.dumps({"n": 1})}])
        self.assertEqual(sent["FailedEntryCount"], 0)
        found = self.wait("the event", lambda: logs.filter_log_events(logGroupName="/events")["events"])
        event = json.loads(found[0]["message"])
        self.assertEqual((event["id"], event["source"], event["detail-type"], event["account"], event["region"], event["detail"]), (sent["Entries"][0]["EventId"], "shop", "Order", DEV, REGION, {"n": 2}))
        self.assertEqual(len(found), 1)
        self.events.disable_rule(Name="orders")
        self.assertEqual(self.events.list_rules(NamePrefix="ord")["Rules"][0]["State"], "DISABLED")
        self.assertIn("since it has targets", self.refused(self.events.delete_rule, Name="orders")["Message"])
        self.events.remove_targets(Rule="orders", Ids=["log"])
        self.events.delete_rule(Name="orders")
        self.assertEqual(self.refused(self.events.describe_rule, Name="orders")["Code"], "ResourceNotFoundException")

    def test_what_is_wrong_says_so(self):
        self.assertEqual(self.refused(self.events.put_rule, Name="r", EventPattern='{"source": "x"}')["Code"], "InvalidEventPatternException")
        self.assertIn("ScheduleExpression is not valid", self.refused(self.events.put_rule, Name="r", ScheduleExpression="rate(1 minutes)")["Message"])
        self.events.put_rule(Name="r", ScheduleExpression="cron(0 10 ? * MON-FRI *)")
        error = self.refused(self.events.put_targets, Rule="r", Targets=[{"Id": "1", "Arn": f"arn:aws:lambda:{REGION}:{DEV}:function:f"}])
        self.assertEqual(error["Code"], "NotImplemented")
        said = self.aws(self.dev, "events", "test-event-pattern", "--event-pattern", '{"source":["a"]}', "--event", json.dumps({"id": "1", "account": DEV, "source": "a", "time": "2026-11-22T05:00:00Z", "region": REGION, "resources": [], "detail-type": "x"}))
        self.assertTrue(json.loads(said.stdout)["Result"])

    def test_a_bus_of_another_account(self):
        prod = self.client(self.account("prod"), "events")
        bus = prod.create_event_bus(Name="orders")["EventBusArn"]
        entry = {"Source": "shop", "DetailType": "Order", "Detail": "{}", "EventBusName": bus}
        self.assertEqual(self.refused(self.events.put_events, Entries=[entry])["Code"], "AccessDeniedException")
        prod.put_permission(EventBusName="orders", StatementId="dev", Action="events:PutEvents", Principal=DEV)
        policy = json.loads(prod.describe_event_bus(Name="orders")["Policy"])
        self.assertEqual(policy["Statement"][0]["Resource"], f"arn:aws:events:{REGION}:{PROD}:event-bus/orders")
        self.assertEqual(self.events.put_events(Entries=[entry])["FailedEntryCount"], 0)
        prod.remove_permission(EventBusName="orders", StatementId="dev")
        self.assertEqual(self.refused(self.events.put_events, Entries=[entry])["Code"], "AccessDeniedException")
        self.assertEqual([b["Name"] for b in prod.list_event_buses()["EventBuses"]], ["default", "orders"])

    def test_an_upload_is_told_and_a_build_is_started(self):
        """A rule without the right starts nothing, and the trail says so; with it, the project's build begins."""
        s3, iam, codebuild = (self.client(self.dev, name) for name in ("s3", "iam", "codebuild"))
        s3.create_bucket(Bucket="told", CreateBucketConfiguration={"LocationConstraint": REGION})
        s3.put_bucket_notification_configuration(Bucket="told", NotificationConfiguration={"EventBridgeConfiguration": {}})
        trust = json.loads(json.dumps(TRUST).replace("events.amazonaws.com", "codebuild.amazonaws.com"))
        builder = iam.create_role(RoleName="TestBuilder", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
        project = codebuild.create_project(
            name="told", serviceRole=builder, artifacts={"type": "NO_ARTIFACTS"},
            source={"type": "NO_SOURCE", "buildspec": "version: 0.2\nphases: {build: {commands: [true]}}"},
            environment={"type": "LINUX_CONTAINER", "image": "aws/codebuild/standard:7.0", "computeType": "BUILD_GENERAL1_SMALL"},
        )["project"]["arn"]
        role = iam.create_role(RoleName="TestEvents", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
        pattern = {"source": ["aws.s3"], "detail-type": ["Object Created"], "detail": {"bucket": {"name": ["told"]}, "object": {"key": [{"suffix": ".zip"}]}}}
        self.events.put_rule(Name="uploads", EventPattern=json.dumps(pattern))
        self.events.put_targets(Rule="uploads", Targets=[{"Id": "build", "Arn": project, "RoleArn": role}])
        s3.put_object(Bucket="told", Key="a.zip", Body=b"goods")
        trail = self.client(self.dev, "cloudtrail")
        lookup = lambda name: trail.lookup_events(LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": name}])["Events"]
        failure = json.loads(self.wait("the failure", lambda: lookup("InvocationFailure"))[0]["CloudTrailEvent"])
        self.assertEqual(failure["serviceEventDetails"]["errorCode"], "AccessDeniedException")
        allow = {"Effect": "Allow", "Action": "codebuild:StartBuild", "Resource": project}
        iam.put_role_policy(RoleName="TestEvents", PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allow]}))
        s3.put_object(Bucket="told", Key="b.txt", Body=b"goods")
        s3.put_object(Bucket="told", Key="b.zip", Body=b"goods")
        self.wait("the build", lambda: codebuild.list_builds_for_project(projectName="told")["ids"])
        time.sleep(0.5)
        self.assertEqual(len(codebuild.list_builds_for_project(projectName="told")["ids"]), 1)

    def test_a_stack(self):
        """Rule, bus, its policy and a connection by a template; then changed, and deleted."""
        template = """
Parameters: { Seconds: { Type: String, Default: "rate(1 day)" } }
Resources:
  Bus: { Type: AWS::Events::EventBus, Properties: { Name: orders, Description: what the shop tells } }
  Lets: { Type: AWS::Events::EventBusPolicy, Properties: { EventBusName: !Ref Bus, StatementId: prod, Action: events:PutEvents, Principal: "%s" } }
  Group: { Type: AWS::Logs::LogGroup, Properties: { LogGroupName: /stack } }
  Daily: { Type: AWS::Events::Rule, Properties: { ScheduleExpression: !Ref Seconds, State: DISABLED, Tags: [{ Key: team, Value: shop }] } }
  Orders:
    Type: AWS::Events::Rule
    Properties:
      EventBusName: !Ref Bus
      EventPattern: { source: [shop], detail: { n: [{ exists: true }] } }
      Targets: [{ Id: log, Arn: !Sub "arn:aws:logs:${AWS::Region}:${AWS::AccountId}:log-group:${Group}" }]
  Source: { Type: AWS::CodeStarConnections::Connection, Properties: { ConnectionName: shop, ProviderType: GitHub } }
Outputs:
  Rule: { Value: !GetAtt Orders.Arn }
  RuleName: { Value: !Ref Orders }
  Daily: { Value: !Ref Daily }
  Bus: { Value: !GetAtt Bus.Arn }
  Connection: { Value: !Ref Source }
  Status: { Value: !GetAtt Source.ConnectionStatus }
""" % PROD
        stacks = self.client(self.dev, "cloudformation")
        stacks.create_stack(StackName="told", TemplateBody=template, Tags=[{"Key": "cost", "Value": "1"}])
        stacks.get_waiter("stack_create_complete").wait(StackName="told", WaiterConfig={"Delay": 1, "MaxAttempts": 60})
        outputs = lambda: {o["OutputKey"]: o["OutputValue"] for o in stacks.describe_stacks(StackName="told")["Stacks"][0]["Outputs"]}
        made = outputs()
        self.assertTrue(made["Rule"].startswith(f"{ARN}:rule/orders/told-Orders-"), made)
        self.assertEqual(made["RuleName"], "orders|" + made["Rule"].rsplit("/", 1)[1])
        self.assertEqual((made["Bus"], made["Status"]), (f"{ARN}:event-bus/orders", "PENDING"))
        self.assertTrue(made["Connection"].startswith(f"arn:aws:codestar-connections:{REGION}:{DEV}:connection/"))
        self.assertEqual(self.events.describe_rule(Name=made["Daily"])["State"], "DISABLED")
        self.assertEqual({t["Key"] for t in self.events.list_tags_for_resource(ResourceARN=f"{ARN}:rule/{made['Daily']}")["Tags"]} & {"team", "cost"}, {"team", "cost"})
        self.assertIn("prod", self.events.describe_event_bus(Name="orders")["Policy"])
        stacks.update_stack(StackName="told", TemplateBody=template.replace("Id: log,", "Id: other,"), Parameters=[{"ParameterKey": "Seconds", "ParameterValue": "rate(2 days)"}])
        stacks.get_waiter("stack_update_complete").wait(StackName="told", WaiterConfig={"Delay": 1, "MaxAttempts": 60})
        self.assertEqual(self.events.describe_rule(Name=made["Daily"])["ScheduleExpression"], "rate(2 days)")
        rule = made["Rule"].rsplit("/", 1)[1]
        self.assertEqual([t["Id"] for t in self.events.list_targets_by_rule(Rule=rule, EventBusName="orders")["Targets"]], ["other"])
        stacks.delete_stack(StackName="told")
        stacks.get_waiter("stack_delete_complete").wait(StackName="told", WaiterConfig={"Delay": 1, "MaxAttempts": 60})
        self.assertEqual([b["Name"] for b in self.events.list_event_buses()["EventBuses"]], ["default"])
        self.assertEqual(self.events.list_rules()["Rules"], [])


if __name__ == "__main__":
    unittest.main()
