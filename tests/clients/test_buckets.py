"""Settings of buckets with the AWS CLI and boto3: locks, lifecycles, notifications, policy status, and a secured bucket's template."""

import base64
import datetime
import hashlib
import json
import unittest

import boto3
import botocore.exceptions

from harness import REGION, Served

TEMPLATE = """
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Key:
    Type: AWS::KMS::Key
    Properties:
      EnableKeyRotation: true
      KeyPolicy:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: {AWS: !Sub "arn:aws:iam::${AWS::AccountId}:root"}
            Action: "kms:*"
            Resource: "*"
  Artifacts:
    Type: AWS::S3::Bucket
    DeletionPolicy: Delete
    Properties:
      BucketName: !Sub "${AWS::StackName}-artifacts-${AWS::AccountId}"
      BucketEncryption:
        ServerSideEncryptionConfiguration:
          - ServerSideEncryptionByDefault: {SSEAlgorithm: aws:kms, KMSMasterKeyID: !GetAtt Key.Arn}
            BucketKeyEnabled: true
      PublicAccessBlockConfiguration: {BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true}
      OwnershipControls: {Rules: [{ObjectOwnership: BucketOwnerEnforced}]}
      VersioningConfiguration: {Status: Enabled}
      ObjectLockEnabled: true
      ObjectLockConfiguration: {ObjectLockEnabled: Enabled, Rule: {DefaultRetention: {Mode: GOVERNANCE, Days: 1}}}
      LifecycleConfiguration:
        Rules:
          - Id: old-artifacts
            Status: Enabled
            ExpirationInDays: 90
            NoncurrentVersionExpiration: {NoncurrentDays: 30, NewerNoncurrentVersions: 3}
            AbortIncompleteMultipartUpload: {DaysAfterInitiation: 7}
      NotificationConfiguration: {EventBridgeConfiguration: {EventBridgeEnabled: true}}
      Tags: [{Key: team, Value: delivery}]
  Policy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Artifacts
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Deny
            Principal: "*"
            Action: "s3:*"
            Resource: [!GetAtt Artifacts.Arn, !Sub "${Artifacts.Arn}/*"]
            Condition: {Bool: {"aws:SecureTransport": "false"}}
Outputs:
  Name: {Value: !Ref Artifacts}
  Domain: {Value: !GetAtt Artifacts.RegionalDomainName}
"""


class Buckets(Served):
    def setUp(self):
        super().setUp()
        self.dev = self.account("dev")

    def client(self, name="s3"):
        wanted = {k: self.dev[k] for k in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL")}
        return boto3.client(
            name,
            region_name=REGION,
            endpoint_url=wanted["AWS_ENDPOINT_URL"],
            aws_access_key_id=wanted["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=wanted["AWS_SECRET_ACCESS_KEY"],
            aws_session_token=wanted["AWS_SESSION_TOKEN"],
            verify=self.dev.get("AWS_CA_BUNDLE", True),
        )

    def bucket(self, s3, name, **more):
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION}, **more)
        return name

    def refused(self, code, call, **arguments):
        with self.assertRaises(botocore.exceptions.ClientError) as refused:
            call(**arguments)
        self.assertEqual(refused.exception.response["Error"]["Code"], code)

    def test_waiters_and_what_no_bucket_has(self):
        s3 = self.client()
        name = self.bucket(s3, "waited-for")
        s3.get_waiter("bucket_exists").wait(Bucket=name)
        s3.put_object(Bucket=name, Key="a", Body=b"x")
        s3.get_waiter("object_exists").wait(Bucket=name, Key="a")
        for code, call in [
            ("NoSuchCORSConfiguration", s3.get_bucket_cors),
            ("NoSuchWebsiteConfiguration", s3.get_bucket_website),
            ("ReplicationConfigurationNotFoundError", s3.get_bucket_replication),
            ("NoSuchLifecycleConfiguration", s3.get_bucket_lifecycle_configuration),
            ("ObjectLockConfigurationNotFoundError", s3.get_object_lock_configuration),
            ("NoSuchBucketPolicy", s3.get_bucket_policy_status),
        ]:
            self.refused(code, call, Bucket=name)
        for call in (s3.get_bucket_inventory_configuration, s3.get_bucket_metrics_configuration, s3.get_bucket_analytics_configuration, s3.get_bucket_intelligent_tiering_configuration):
            self.refused("NoSuchConfiguration", call, Bucket=name, Id="all")
        self.assertNotIn("LoggingEnabled", s3.get_bucket_logging(Bucket=name))
        self.assertNotIn("Status", s3.get_bucket_accelerate_configuration(Bucket=name))
        self.assertEqual(s3.get_bucket_request_payment(Bucket=name)["Payer"], "BucketOwner")
        for listed in (s3.list_bucket_inventory_configurations, s3.list_bucket_metrics_configurations, s3.list_bucket_analytics_configurations, s3.list_bucket_intelligent_tiering_configurations):
            self.assertFalse(listed(Bucket=name)["IsTruncated"])
        cors = {"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]}
        self.refused("NotImplemented", s3.put_bucket_cors, Bucket=name, CORSConfiguration=cors)
        self.refused("BucketNotEmpty", s3.delete_bucket, Bucket=name)
        s3.delete_object(Bucket=name, Key="a")
        s3.delete_bucket(Bucket=name)
        s3.get_waiter("bucket_not_exists").wait(Bucket=name)

    def test_object_lock(self):
        s3 = self.client()
        name = self.bucket(s3, "locked-bucket", ObjectLockEnabledForBucket=True)
        rule = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}}
        s3.put_object_lock_configuration(Bucket=name, ObjectLockConfiguration=rule)
        self.assertEqual(s3.get_object_lock_configuration(Bucket=name)["ObjectLockConfiguration"], rule)
        until = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0) + datetime.timedelta(days=2)
        # boto3's own checksum comes as a trailer, and as a header where the body is small.
        small = s3.put_object(Bucket=name, Key="small", Body=b"x")
        s3.put_object(Bucket=name, Key="large", Body=b"x" * 9_000_000, ObjectLockMode="COMPLIANCE", ObjectLockRetainUntilDate=until)
        held = s3.head_object(Bucket=name, Key="large")
        self.assertEqual((held["ObjectLockMode"], held["ObjectLockRetainUntilDate"]), ("COMPLIANCE", until))
        self.refused("AccessDenied", s3.delete_object, Bucket=name, Key="small", VersionId=small["VersionId"])
        s3.put_object_legal_hold(Bucket=name, Key="small", LegalHold={"Status": "ON"})
        self.assertEqual(s3.get_object_legal_hold(Bucket=name, Key="small")["LegalHold"]["Status"], "ON")
        batch = s3.delete_objects(Bucket=name, Delete={"Objects": [{"Key": "small", "VersionId": small["VersionId"]}]}, BypassGovernanceRetention=True)
        self.assertEqual(batch["Errors"][0]["Code"], "AccessDenied")
        s3.put_object_legal_hold(Bucket=name, Key="small", LegalHold={"Status": "OFF"})
        s3.put_object_retention(Bucket=name, Key="small", Retention={"Mode": "GOVERNANCE", "RetainUntilDate": until})
        self.assertEqual(s3.get_object_retention(Bucket=name, Key="small")["Retention"]["RetainUntilDate"], until)
        self.aws(self.dev, "s3api", "delete-object", "--bucket", name, "--key", "small", "--version-id", small["VersionId"], "--bypass-governance-retention")
        self.refused("AccessDenied", s3.put_object_retention, Bucket=name, Key="large", Retention={}, BypassGovernanceRetention=True)
        self.refused("InvalidBucketState", s3.put_bucket_versioning, Bucket=name, VersioningConfiguration={"Status": "Suspended"})
        digest = base64.b64encode(hashlib.md5(b"y").digest()).decode()
        s3.put_object(Bucket=name, Key="md5", Body=b"y", ContentMD5=digest)

    def test_lifecycle(self):
        s3 = self.client()
        name = self.bucket(s3, "aging-bucket")
        rules = [
            {"ID": "past", "Status": "Enabled", "Filter": {"Prefix": "old/"}, "Expiration": {"Date": datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc)}},
            {"ID": "tagged", "Status": "Enabled", "Filter": {"And": {"Prefix": "", "Tags": [{"Key": "a", "Value": "b"}, {"Key": "c", "Value": "d"}]}}, "Expiration": {"Days": 3}},
        ]
        for key in ("old/a", "new"):
            s3.put_object(Bucket=name, Key=key, Body=b"x")
        s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": rules})
        self.assertEqual(s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"], rules)
        put = s3.put_object(Bucket=name, Key="c", Body=b"x", Tagging="a=b&c=d")
        self.assertIn('rule-id="tagged"', put["Expiration"])
        self.assertEqual(s3.head_object(Bucket=name, Key="c")["Expiration"], put["Expiration"])
        self.wait("the old object's end", lambda: "old/a" not in [o["Key"] for o in s3.list_objects_v2(Bucket=name)["Contents"]], seconds=20)
        cold = [{"Status": "Enabled", "Filter": {"Prefix": ""}, "Transitions": [{"Days": 1, "StorageClass": "GLACIER"}]}]
        self.refused("NotImplemented", s3.put_bucket_lifecycle_configuration, Bucket=name, LifecycleConfiguration={"Rules": cold})
        s3.delete_bucket_lifecycle(Bucket=name)
        self.refused("NoSuchLifecycleConfiguration", s3.get_bucket_lifecycle_configuration, Bucket=name)

    def test_policy_status_and_public_access(self):
        s3 = self.client()
        name = self.bucket(s3, "public-or-not")
        policy = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{name}/*"}}
        self.refused("AccessDenied", s3.put_bucket_policy, Bucket=name, Policy=json.dumps(policy))
        block = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": False, "RestrictPublicBuckets": False}
        s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=block)
        self.assertEqual(s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"], block)
        s3.put_bucket_policy(Bucket=name, Policy=json.dumps(policy))
        self.assertTrue(s3.get_bucket_policy_status(Bucket=name)["PolicyStatus"]["IsPublic"])
        policy["Statement"]["Condition"] = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
        s3.put_bucket_policy(Bucket=name, Policy=json.dumps(policy))
        self.assertFalse(s3.get_bucket_policy_status(Bucket=name)["PolicyStatus"]["IsPublic"])
        s3.delete_public_access_block(Bucket=name)
        self.refused("NoSuchPublicAccessBlockConfiguration", s3.get_public_access_block, Bucket=name)

    def test_notifications_and_ownership(self):
        s3 = self.client()
        name = self.bucket(s3, "telling-bucket", ObjectOwnership="BucketOwnerPreferred")
        s3.put_bucket_notification_configuration(Bucket=name, NotificationConfiguration={"EventBridgeConfiguration": {}})
        self.assertEqual(s3.get_bucket_notification_configuration(Bucket=name)["EventBridgeConfiguration"], {})
        topic = {"TopicConfigurations": [{"TopicArn": "arn:aws:sns:ap-northeast-1:111111111111:t", "Events": ["s3:ObjectCreated:*"]}]}
        self.refused("NotImplemented", s3.put_bucket_notification_configuration, Bucket=name, NotificationConfiguration=topic)
        s3.put_bucket_notification_configuration(Bucket=name, NotificationConfiguration={})
        self.assertNotIn("EventBridgeConfiguration", s3.get_bucket_notification_configuration(Bucket=name))
        s3.put_bucket_acl(Bucket=name, ACL="private")
        s3.delete_bucket_ownership_controls(Bucket=name)
        self.refused("OwnershipControlsNotFoundError", s3.get_bucket_ownership_controls, Bucket=name)
        s3.put_bucket_ownership_controls(Bucket=name, OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]})
        self.refused("AccessControlListNotSupported", s3.put_bucket_acl, Bucket=name, ACL="private")

    def test_a_secured_bucket_of_a_template(self):
        path = self.temporary / "secured.yaml"
        path.write_text(TEMPLATE)
        self.aws(self.dev, "cloudformation", "deploy", "--stack-name", "secured", "--template-file", str(path))
        stack = self.answer(self.dev, "cloudformation", "describe-stacks", "--stack-name", "secured")["Stacks"][0]
        name = next(o["OutputValue"] for o in stack["Outputs"] if o["OutputKey"] == "Name")
        s3 = self.client()
        rule = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"][0]
        self.assertTrue(rule["BucketKeyEnabled"])
        self.assertEqual(s3.get_bucket_versioning(Bucket=name)["Status"], "Enabled")
        self.assertEqual(s3.get_object_lock_configuration(Bucket=name)["ObjectLockConfiguration"]["Rule"]["DefaultRetention"], {"Mode": "GOVERNANCE", "Days": 1})
        lifecycle = s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"][0]
        self.assertEqual(lifecycle["NoncurrentVersionExpiration"], {"NoncurrentDays": 30, "NewerNoncurrentVersions": 3})
        self.assertFalse(s3.get_bucket_policy_status(Bucket=name)["PolicyStatus"]["IsPublic"])
        put = s3.put_object(Bucket=name, Key="a", Body=b"artifact")
        self.assertIn('rule-id="old-artifacts"', put["Expiration"])
        path.write_text(TEMPLATE.replace("ExpirationInDays: 90", "ExpirationInDays: 30").replace("EventBridgeEnabled: true", "EventBridgeEnabled: false"))
        self.aws(self.dev, "cloudformation", "deploy", "--stack-name", "secured", "--template-file", str(path))
        self.assertEqual(s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"][0]["Expiration"], {"Days": 30})
        self.assertNotIn("EventBridgeConfiguration", s3.get_bucket_notification_configuration(Bucket=name))
        s3.delete_object(Bucket=name, Key="a", VersionId=put["VersionId"], BypassGovernanceRetention=True)
        self.aws(self.dev, "cloudformation", "delete-stack", "--stack-name", "secured")
        self.aws(self.dev, "cloudformation", "wait", "stack-delete-complete", "--stack-name", "secured")
        s3.get_waiter("bucket_not_exists").wait(Bucket=name)


if __name__ == "__main__":
    unittest.main()
