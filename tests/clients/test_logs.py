"""CloudWatch Logs as the AWS CLI and boto3 use it: tail, tail --follow, live tail, pages, encrypted groups, other accounts."""

import json
import subprocess
import threading
import time
import unittest

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from harness import DEV, REGION, Served


class Logs(Served):
    def client(self, environment, service="logs"):
        return boto3.client(
            service,
            endpoint_url=environment["AWS_ENDPOINT_URL"],
            region_name=REGION,
            verify=environment["AWS_CA_BUNDLE"],
            aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
            aws_session_token=environment["AWS_SESSION_TOKEN"],
            config=Config(inject_host_prefix=False, retries={"max_attempts": 0}),
        )

    def setUp(self):
        super().setUp()
        self.dev = self.account("dev")
        self.logs = self.client(self.dev)

    def make(self, group, *streams, **more):
        self.logs.create_log_group(logGroupName=group, **more)
        for stream in streams:
            self.logs.create_log_stream(logGroupName=group, logStreamName=stream)

    def put(self, group, stream, *messages, at=None):
        at = at or int(time.time() * 1000)
        events = [{"timestamp": at + n, "message": message} for n, message in enumerate(messages)]
        return self.logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)

    def following(self, *arguments):
        """Lines of a command as they come, until it is killed."""
        process = subprocess.Popen(["aws", *arguments], env={**self.dev, "PYTHONUNBUFFERED": "1"}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait, 30)
        self.addCleanup(process.kill)
        lines = []

        def read():
            for line in process.stdout:
                lines.append(line)

        threading.Thread(target=read, daemon=True).start()
        return process, lines

    def test_pages(self):
        self.make("/pages", "a", "b", "c")
        now = int(time.time() * 1000) - 100_000
        for n in range(30):
            self.put("/pages", "abc"[n % 3], f"event {n:02}", at=now + n * 100)
        pages = self.logs.get_paginator("filter_log_events").paginate(logGroupName="/pages", PaginationConfig={"PageSize": 7})
        found = [event["message"] for page in pages for event in page["events"]]
        self.assertEqual(found, [f"event {n:02}" for n in range(30)])
        streams = self.logs.get_paginator("describe_log_streams").paginate(logGroupName="/pages", orderBy="LastEventTime", descending=True, PaginationConfig={"PageSize": 2})
        self.assertEqual([s["logStreamName"] for page in streams for s in page["logStreams"]], ["c", "b", "a"])
        for n in range(5):
            self.make(f"/many/{n}")
        groups = self.logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix="/many", PaginationConfig={"PageSize": 2})
        self.assertEqual([g["logGroupName"] for page in groups for g in page["logGroups"]], [f"/many/{n}" for n in range(5)])
        listed = self.logs.list_log_groups(logGroupNamePattern="^/many|pages")["logGroups"]
        self.assertEqual(len(listed), 6)
        first = self.logs.get_log_events(logGroupName="/pages", logStreamName="a", startFromHead=True)
        end = self.logs.get_log_events(logGroupName="/pages", logStreamName="a", nextToken=first["nextForwardToken"])
        self.assertEqual((end["events"], end["nextForwardToken"]), ([], first["nextForwardToken"]))
        text = self.aws(self.dev, "logs", "filter-log-events", "--log-group-name", "/pages", "--filter-pattern", '?"event 01" ?"event 02"', "--query", "events[].message", "--output", "text").stdout
        self.assertEqual(text.split("\t"), ["event 01", "event 02\n"])

    def test_patterns(self):
        log = '127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534'
        got = self.logs.test_metric_filter(filterPattern="[ip, ..., status = 4*, size > 1000]", logEventMessages=[log, "nothing"])
        self.assertEqual([m["extractedValues"]["$size"] for m in got["matches"]], ["1534"])
        with self.assertRaises(ClientError) as bad:
            self.logs.test_metric_filter(filterPattern="{ $.a = ", logEventMessages=["x"])
        self.assertEqual(bad.exception.response["Error"]["Code"], "InvalidParameterException")

    def test_tail(self):
        if "tail" not in self.aws(self.dev, "logs", "none", check=False).stderr.replace("start-live-tail", ""):
            self.skipTest("this AWS CLI is of version 1, which has no `aws logs tail`")
        self.make("/tail", "one", "two")
        self.put("/tail", "one", "first")
        self.assertIn("first", self.aws(self.dev, "logs", "tail", "/tail", "--since", "5m").stdout)
        _, lines = self.following("logs", "tail", "/tail", "--follow", "--since", "5m")
        self.wait("the first event", lambda: any("first" in line for line in lines))
        self.put("/tail", "two", "second")
        self.wait("the second event", lambda: any("second" in line for line in lines))

    def test_live_tail(self):
        self.make("/live", "one")
        arn = self.logs.describe_log_groups(logGroupNamePrefix="/live")["logGroups"][0]["logGroupArn"]
        process, lines = self.following("logs", "start-live-tail", "--log-group-identifiers", arn, "--log-event-filter-pattern=-noise")
        sent = iter(range(1000))

        def seen():
            self.assertIsNone(process.poll(), lines)
            self.put("/live", "one", f"live {next(sent)}", "noise")
            return any("live" in line for line in lines)

        self.wait("a live event", seen, seconds=60)
        self.assertFalse([line for line in lines if "noise" in line])
        response = self.logs.start_live_tail(logGroupIdentifiers=[arn])
        events = iter(response["responseStream"])
        start = next(events)["sessionStart"]
        self.assertEqual(start["logGroupIdentifiers"], [arn])
        self.put("/live", "one", "for boto3")
        for _ in range(5):
            update = next(events)["sessionUpdate"]
            if update["sessionResults"]:
                break
        self.assertEqual((update["sessionResults"][0]["message"], update["sessionMetadata"]), ("for boto3", {"sampled": False}))
        response["responseStream"].close()
        with self.assertRaises(ClientError) as missing:
            self.logs.start_live_tail(logGroupIdentifiers=[arn.replace("/live", "/none")])
        self.assertEqual(missing.exception.response["Error"]["Code"], "ResourceNotFoundException")

    def test_encrypted(self):
        kms = self.client(self.dev, "kms")
        own = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{DEV}:root"}, "Action": "kms:*", "Resource": "*"}
        key = kms.create_key(Policy=json.dumps({"Version": "2012-10-17", "Statement": [own]}))["KeyMetadata"]
        with self.assertRaises(ClientError) as refused:
            self.make("/sealed", kmsKeyId=key["Arn"])
        self.assertEqual(refused.exception.response["Error"]["Code"], "InvalidParameterException")
        self.assertIn("not allowed to be used with LogGroup", str(refused.exception))
        context = {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:{REGION}:{DEV}:log-group:/sealed"}}
        service = {"Effect": "Allow", "Principal": {"Service": f"logs.{REGION}.amazonaws.com"}, "Action": ["kms:Decrypt*", "kms:GenerateDataKey*"], "Resource": "*", "Condition": context}
        kms.put_key_policy(KeyId=key["KeyId"], PolicyName="default", Policy=json.dumps({"Version": "2012-10-17", "Statement": [own, service]}))
        self.make("/sealed", "s", kmsKeyId=key["Arn"])
        self.put("/sealed", "s", "under lock and key")
        self.assertEqual([e["message"] for e in self.logs.filter_log_events(logGroupName="/sealed")["events"]], ["under lock and key"])
        kms.disable_key(KeyId=key["KeyId"])
        with self.assertRaises(ClientError):
            self.logs.filter_log_events(logGroupName="/sealed")

    def test_other_accounts(self):
        self.make("/own", "s", tags={"team": "shop"})
        self.put("/own", "s", "ours")
        arn = f"arn:aws:logs:{REGION}:{DEV}:log-group:/own"
        prod = self.client(self.account("prod"))
        with self.assertRaises(ClientError) as denied:
            prod.filter_log_events(logGroupIdentifier=arn)
        self.assertEqual(denied.exception.response["Error"]["Code"], "AccessDeniedException")
        with self.assertRaises(ClientError) as missing:
            prod.filter_log_events(logGroupName="/own")
        self.assertEqual(missing.exception.response["Error"]["Code"], "ResourceNotFoundException")
        self.assertEqual(self.logs.list_tags_for_resource(resourceArn=arn)["tags"], {"team": "shop"})
        self.logs.put_retention_policy(logGroupName="/own", retentionInDays=7)
        with self.assertRaises(ClientError) as absent:
            self.logs.start_query(logGroupName="/own", startTime=0, endTime=1, queryString="fields @message")
        self.assertEqual(absent.exception.response["ResponseMetadata"]["HTTPStatusCode"], 501)


if __name__ == "__main__":
    unittest.main()
