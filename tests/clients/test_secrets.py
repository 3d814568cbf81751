"""Secrets as their clients use them: versions and stages, policies across accounts, the key behind, and stacks."""

import json
import unittest

from botocore.exceptions import ClientError

from harness import DEV, PROD, REGION, Served


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(principal, action, **more):
    return {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*", **more}


class Secrets(Served):
    def setUp(self):
        super().setUp()
        self.dev = self.account("dev")
        self.secrets = self.client(self.dev, "secretsmanager")

    def refused(self, code, call, **input):
        with self.assertRaises(ClientError) as caught:
            call(**input)
        self.assertEqual(caught.exception.response["Error"]["Code"], code, caught.exception)
        return caught.exception.response["Error"]["Message"]

    def test_versions_move_through_their_stages(self):
        made = self.secrets.create_secret(Name="app/db", SecretString="one", Tags=[{"Key": "team", "Value": "shop"}])
        self.secrets.put_secret_value(SecretId="app/db", SecretString="two")
        value = lambda **which: self.secrets.get_secret_value(SecretId=made["ARN"], **which)["SecretString"]
        self.assertEqual((value(), value(VersionStage="AWSPREVIOUS"), value(VersionId=made["VersionId"])), ("two", "one", "one"))
        pending = self.secrets.put_secret_value(SecretId="app/db", SecretString="three", VersionStages=["AWSPENDING"])
        self.assertEqual((value(), value(VersionStage="AWSPENDING")), ("two", "three"))
        current = self.secrets.get_secret_value(SecretId="app/db")["VersionId"]
        self.secrets.update_secret_version_stage(
            SecretId="app/db", VersionStage="AWSCURRENT", MoveToVersionId=pending["VersionId"], RemoveFromVersionId=current
        )
        self.assertEqual((value(), value(VersionStage="AWSPREVIOUS")), ("three", "two"))
        first = self.secrets.list_secret_version_ids(SecretId="app/db", IncludeDeprecated=True, MaxResults=2)
        rest = self.secrets.list_secret_version_ids(SecretId="app/db", IncludeDeprecated=True, NextToken=first["NextToken"])
        self.assertEqual((len(first["Versions"]), len(rest["Versions"])), (2, 1))
        described = self.secrets.describe_secret(SecretId="app/db")
        self.assertEqual(described["VersionIdsToStages"][pending["VersionId"]], ["AWSPENDING", "AWSCURRENT"])
        message = self.refused("ResourceNotFoundException", self.secrets.get_secret_value, SecretId="app/db", VersionStage="NONE")
        self.assertIn("staging label: NONE", message)
        batch = self.secrets.batch_get_secret_value(Filters=[{"Key": "tag-value", "Values": ["shop"]}])
        self.assertEqual([entry["SecretString"] for entry in batch["SecretValues"]], ["three"])

    def test_a_deleted_secret_waits(self):
        self.secrets.create_secret(Name="gone", SecretBinary=b"\0\1")
        self.assertEqual(self.secrets.get_secret_value(SecretId="gone")["SecretBinary"], b"\0\1")
        self.refused("InvalidParameterException", self.secrets.delete_secret, SecretId="gone", RecoveryWindowInDays=6)
        self.secrets.delete_secret(SecretId="gone", RecoveryWindowInDays=7)
        self.refused("InvalidRequestException", self.secrets.get_secret_value, SecretId="gone")
        self.refused("InvalidRequestException", self.secrets.create_secret, Name="gone", SecretString="s")
        self.secrets.restore_secret(SecretId="gone")
        self.secrets.delete_secret(SecretId="gone", ForceDeleteWithoutRecovery=True)
        self.refused("ResourceNotFoundException", self.secrets.describe_secret, SecretId="gone")
        self.secrets.delete_secret(SecretId="gone", ForceDeleteWithoutRecovery=True)
        self.assertIn("NotImplemented", self.aws(self.dev, "secretsmanager", "rotate-secret", "--secret-id", "gone", check=False).stderr)

    def test_across_accounts_policy_and_key_must_agree(self):
        prod = self.account("prod")
        iam, sts = self.client(prod, "iam"), self.client(prod, "sts")
        trust = document({"Effect": "Allow", "Principal": {"AWS": PROD}, "Action": "sts:AssumeRole"})
        role = iam.create_role(RoleName="Reader", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        rights = document({"Effect": "Allow", "Action": ["secretsmanager:GetSecretValue", "kms:Decrypt"], "Resource": "*"})
        iam.put_role_policy(RoleName="Reader", PolicyName="main", PolicyDocument=rights)
        session = sts.assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
        reader = self.client(
            {**prod, "AWS_ACCESS_KEY_ID": session["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": session["SecretAccessKey"], "AWS_SESSION_TOKEN": session["SessionToken"]},
            "secretsmanager",
        )
        kms = self.client(self.dev, "kms")
        own = allow({"AWS": f"arn:aws:iam::{DEV}:root"}, "kms:*")
        key = kms.create_key(Policy=document(own))["KeyMetadata"]["Arn"]
        arn = self.secrets.create_secret(Name="shared", KmsKeyId=key, SecretString="s")["ARN"]
        open_to = document(allow({"AWS": role}, "secretsmanager:GetSecretValue"))
        checked = self.secrets.validate_resource_policy(SecretId=arn, ResourcePolicy=open_to)
        self.assertTrue(checked["PolicyValidationPassed"])
        self.secrets.put_resource_policy(SecretId=arn, ResourcePolicy=open_to, BlockPublicPolicy=True)
        message = self.refused("AccessDeniedException", reader.get_secret_value, SecretId=arn)
        self.assertIn("KMS", message)
        through = {"StringEquals": {"kms:ViaService": f"secretsmanager.{REGION}.amazonaws.com"}, "StringLike": {"kms:EncryptionContext:SecretARN": arn}}
        kms.put_key_policy(KeyId=key, Policy=document(own, allow({"AWS": role}, "kms:Decrypt", Condition=through)))
        self.assertEqual(reader.get_secret_value(SecretId=arn)["SecretString"], "s")
        public = document(allow("*", "secretsmanager:GetSecretValue"))
        self.assertFalse(self.secrets.validate_resource_policy(ResourcePolicy=public)["PolicyValidationPassed"])
        self.refused("PublicPolicyException", self.secrets.put_resource_policy, SecretId=arn, ResourcePolicy=public, BlockPublicPolicy=True)

    def test_passwords_follow_their_rules(self):
        password = self.secrets.get_random_password(PasswordLength=64, ExcludePunctuation=True, ExcludeCharacters="abc", IncludeSpace=True)["RandomPassword"]
        self.assertEqual(len(password), 64)
        self.assertFalse(set(password) & set("abc!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"))
        self.refused("InvalidParameterException", self.secrets.get_random_password, PasswordLength=3)


if __name__ == "__main__":
    unittest.main()
