"""Keys as their clients use them: the AWS CLI, boto3, and openssl, which knows nothing of us, as the judge."""

import json
import subprocess
import unittest
from base64 import b64decode

from botocore.exceptions import ClientError

from harness import DEV, PROD, REGION, Served

TRUST = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": "ACCOUNT"}, "Action": "sts:AssumeRole"}}


def statement(principal, action, **more):
    return {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*", **more}


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


class Keys(Served):
    def setUp(self):
        super().setUp()
        self.dev, self.prod = self.account("dev"), self.account("prod")
        self.kms = self.client(self.dev, "kms")

    def role(self, environment, account, name, *statements):
        """A session of a new role with these rights, as an environment; and the role's ARN."""
        iam, sts = self.client(environment, "iam"), self.client(environment, "sts")
        role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST).replace("ACCOUNT", account))["Role"]["Arn"]
        if statements:
            iam.put_role_policy(RoleName=name, PolicyName="main", PolicyDocument=document(*statements))
        made = sts.assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
        keys = {"AWS_ACCESS_KEY_ID": made["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": made["SecretAccessKey"], "AWS_SESSION_TOKEN": made["SessionToken"]}
        return {**environment, **keys}, role

    def refused(self, code, call, **input):
        with self.assertRaises(ClientError) as caught:
            call(**input)
        self.assertEqual(caught.exception.response["Error"]["Code"], code, caught.exception)
        return caught.exception.response

    def openssl(self, *arguments):
        return subprocess.run(["openssl", *arguments], cwd=self.temporary, capture_output=True)

    def kept(self, name, content):
        (self.temporary / name).write_bytes(content)
        return name

    def test_openssl_verifies_what_is_signed_and_opens_what_is_agreed(self):
        message = self.kept("message", b"a release")
        for spec, algorithm, options in [
            ("RSA_2048", "RSASSA_PSS_SHA_256", ["-sigopt", "rsa_padding_mode:pss"]),
            ("RSA_3072", "RSASSA_PKCS1_V1_5_SHA_384", []),
            ("ECC_NIST_P256", "ECDSA_SHA_256", []),
            ("ECC_NIST_P521", "ECDSA_SHA_512", []),
            ("ECC_SECG_P256K1", "ECDSA_SHA_256", []),
        ]:
            with self.subTest(spec=spec):
                key = self.kms.create_key(KeySpec=spec, KeyUsage="SIGN_VERIFY")["KeyMetadata"]["Arn"]
                signed = self.kms.sign(KeyId=key, Message=b"a release", SigningAlgorithm=algorithm)
                signature = self.kept("signature", signed["Signature"])
                public = self.kept("public", self.kms.get_public_key(KeyId=key)["PublicKey"])
                digest = f"-sha{algorithm[-3:]}"
                verify = ["dgst", digest, "-keyform", "DER", "-verify", public, *options, "-signature", signature]
                self.assertEqual(self.openssl(*verify, message).stdout.strip(), b"Verified OK")
                self.assertNotEqual(self.openssl(*verify, self.kept("other", b"another release")).returncode, 0)
                # The digest, made elsewhere, signs alike.
                hashed = self.openssl("dgst", digest, "-binary", message).stdout
                again = {"KeyId": key, "Message": hashed, "MessageType": "DIGEST", "SigningAlgorithm": algorithm}
                self.assertTrue(self.kms.verify(**again, Signature=signed["Signature"])["SignatureValid"])
                self.refused("KMSInvalidSignatureException", self.kms.verify, **again, Signature=signed["Signature"][:-1] + b"\0")
        key = self.kms.create_key(KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT")["KeyMetadata"]["Arn"]
        self.kept("public", self.kms.get_public_key(KeyId=key)["PublicKey"])
        oaep = ["-pkeyopt", "rsa_padding_mode:oaep", "-pkeyopt", "rsa_oaep_md:sha256", "-pkeyopt", "rsa_mgf1_md:sha256"]
        sealed = self.openssl("pkeyutl", "-encrypt", "-pubin", "-keyform", "DER", "-inkey", "public", *oaep, "-in", message).stdout
        opened = self.kms.decrypt(KeyId=key, CiphertextBlob=sealed, EncryptionAlgorithm="RSAES_OAEP_SHA_256")
        self.assertEqual(opened["Plaintext"], b"a release")

    def test_material_wrapped_by_openssl_is_imported(self):
        key = self.kms.create_key(Origin="EXTERNAL")["KeyMetadata"]
        self.assertEqual((key["KeyState"], key["Origin"]), ("PendingImport", "EXTERNAL"))
        wrapping = self.kms.get_parameters_for_import(KeyId=key["KeyId"], WrappingAlgorithm="RSAES_OAEP_SHA_256", WrappingKeySpec="RSA_4096")
        self.kept("public", wrapping["PublicKey"])
        self.kept("material", bytes(range(32)))
        oaep = ["-pkeyopt", "rsa_padding_mode:oaep", "-pkeyopt", "rsa_oaep_md:sha256", "-pkeyopt", "rsa_mgf1_md:sha256"]
        sealed = self.openssl("pkeyutl", "-encrypt", "-pubin", "-keyform", "DER", "-inkey", "public", *oaep, "-in", "material").stdout
        imported = {"KeyId": key["KeyId"], "ImportToken": wrapping["ImportToken"], "EncryptedKeyMaterial": sealed}
        self.kms.import_key_material(**imported, ExpirationModel="KEY_MATERIAL_DOES_NOT_EXPIRE")
        blob = self.kms.encrypt(KeyId=key["KeyId"], Plaintext=b"text")["CiphertextBlob"]
        self.kms.delete_imported_key_material(KeyId=key["KeyId"])
        self.refused("KMSInvalidStateException", self.kms.decrypt, CiphertextBlob=blob)
        self.kms.import_key_material(**imported, ExpirationModel="KEY_MATERIAL_DOES_NOT_EXPIRE")
        self.assertEqual(self.kms.decrypt(CiphertextBlob=blob)["Plaintext"], b"text")

    def test_across_accounts_by_arn_and_never_by_alias(self):
        session, deploy_arn = self.role(self.prod, PROD, "Deploy", {"Effect": "Allow", "Action": "kms:*", "Resource": "*"})
        deploy = self.client(session, "kms")
        root = {"AWS": f"arn:aws:iam::{DEV}:root"}
        policy = document(statement(root, "kms:*"), statement({"AWS": deploy_arn}, ["kms:Decrypt", "kms:DescribeKey"]))
        key = self.kms.create_key(Policy=policy, Description="artifacts")["KeyMetadata"]["Arn"]
        self.kms.create_alias(AliasName="alias/artifacts", TargetKeyId=key)
        context = {"stage": "prod"}
        blob = self.kms.encrypt(KeyId="alias/artifacts", Plaintext=b"text", EncryptionContext=context)["CiphertextBlob"]
        self.assertEqual(deploy.decrypt(KeyId=key, CiphertextBlob=blob, EncryptionContext=context)["Plaintext"], b"text")
        self.refused("NotFoundException", deploy.decrypt, KeyId="alias/artifacts", CiphertextBlob=blob, EncryptionContext=context)
        deploy.decrypt(KeyId=f"arn:aws:kms:{REGION}:{DEV}:alias/artifacts", CiphertextBlob=blob, EncryptionContext=context)
        self.refused("AccessDeniedException", deploy.encrypt, KeyId=key, Plaintext=b"text")
        self.refused("InvalidCiphertextException", deploy.decrypt, CiphertextBlob=blob)
        other = self.kms.create_key()["KeyMetadata"]["Arn"]
        self.refused("IncorrectKeyException", self.kms.decrypt, KeyId=other, CiphertextBlob=blob, EncryptionContext=context)

    def test_a_grant_with_its_token_and_its_end(self):
        session, role = self.role(self.dev, DEV, "Worker")
        worker, key = self.client(session, "kms"), self.kms.create_key()["KeyMetadata"]["Arn"]
        context = {"tenant": "a"}
        blob = self.kms.encrypt(KeyId=key, Plaintext=b"text", EncryptionContext=context)["CiphertextBlob"]
        self.refused("AccessDeniedException", worker.decrypt, CiphertextBlob=blob, EncryptionContext=context)
        asked = {"KeyId": key, "GranteePrincipal": role, "RetiringPrincipal": role, "Operations": ["Decrypt"], "Name": "once"}
        constraints = {"EncryptionContextEquals": context}
        made = self.kms.create_grant(**asked, Constraints=constraints)
        self.assertEqual(self.kms.create_grant(**asked, Constraints=constraints)["GrantId"], made["GrantId"])
        opened = worker.decrypt(CiphertextBlob=blob, EncryptionContext=context, GrantTokens=[made["GrantToken"]])
        self.assertEqual(opened["Plaintext"], b"text")
        dry = self.refused("DryRunOperationException", worker.decrypt, CiphertextBlob=blob, EncryptionContext=context, DryRun=True)
        self.assertEqual(dry["ResponseMetadata"]["HTTPStatusCode"], 412)
        listed = list(self.kms.get_paginator("list_grants").paginate(KeyId=key))[0]["Grants"][0]
        self.assertEqual((listed["GranteePrincipal"], listed["Constraints"]), (role, constraints))
        worker.retire_grant(GrantToken=made["GrantToken"])
        self.refused("AccessDeniedException", worker.decrypt, CiphertextBlob=blob, EncryptionContext=context)

    def test_a_key_for_one_service_alone_and_why_it_is_denied(self):
        rights = [{"Effect": "Allow", "Action": ["s3:*", "kms:*"], "Resource": "*"}]
        build, role = self.role(self.dev, DEV, "Build", *rights)
        root = {"AWS": f"arn:aws:iam::{DEV}:root"}
        through = {"StringEquals": {"kms:ViaService": f"s3.{REGION}.amazonaws.com"}}
        administer = ["kms:Create*", "kms:Describe*", "kms:Get*", "kms:Put*", "kms:ScheduleKeyDeletion"]
        policy = document(statement(root, administer), statement({"AWS": role}, "kms:GenerateDataKey", Condition=through))
        key = self.kms.create_key(Policy=policy)["KeyMetadata"]["Arn"]
        s3 = self.client(build, "s3")
        s3.create_bucket(Bucket="goods", CreateBucketConfiguration={"LocationConstraint": REGION})
        s3.put_object(Bucket="goods", Key="a", Body=b"a", ServerSideEncryption="aws:kms", SSEKMSKeyId=key)
        denied = self.aws(build, "kms", "generate-data-key", "--key-id", key, "--key-spec", "AES_256", check=False)
        self.assertIn("AccessDeniedException", denied.stderr)
        # It was stored under the key, which does not let the role read.
        self.refused("AccessDenied", s3.get_object, Bucket="goods", Key="a")
        looked = ["audit", "lookup", "--account", "dev", "--event-name", "Decrypt", "--denied", "--output", "json"]
        told = self.sekisho("explain", json.loads(self.sekisho(*looked).stdout)[0]["eventID"]).stdout
        self.assertIn("kms:Decrypt", told)
        self.assertIn("no allow in the key policy", told)

    def test_the_cli_goes_through_a_keys_life(self):
        def kms(*arguments, check=True):
            return self.answer(self.dev, "kms", *arguments) if check else self.aws(self.dev, "kms", *arguments, check=False).stderr

        key = kms("create-key", "--tags", "TagKey=team,TagValue=shop", "--description", "of the CLI")["KeyMetadata"]["KeyId"]
        kms("enable-key-rotation", "--key-id", key, "--rotation-period-in-days", "120")
        status = kms("get-key-rotation-status", "--key-id", key)
        self.assertEqual((status["KeyRotationEnabled"], status["RotationPeriodInDays"]), (True, 120))
        plain = f"fileb://{self.temporary}/{self.kept('plain', b'text')}"
        blob = kms("encrypt", "--key-id", key, "--plaintext", plain)["CiphertextBlob"]
        kms("rotate-key-on-demand", "--key-id", key)
        self.assertEqual(kms("list-key-rotations", "--key-id", key)["Rotations"][0]["RotationType"], "ON_DEMAND")
        opened = kms("decrypt", "--ciphertext-blob", f"fileb://{self.temporary}/{self.kept('blob', b64decode(blob))}")
        self.assertEqual(b64decode(opened["Plaintext"]), b"text")
        self.assertEqual(kms("list-resource-tags", "--key-id", key)["Tags"], [{"TagKey": "team", "TagValue": "shop"}])
        scheduled = kms("schedule-key-deletion", "--key-id", key, "--pending-window-in-days", "7")
        self.assertEqual((scheduled["KeyState"], scheduled["PendingWindowInDays"]), ("PendingDeletion", 7))
        self.assertIn("KMSInvalidStateException", kms("encrypt", "--key-id", key, "--plaintext", plain, check=False))
        kms("cancel-key-deletion", "--key-id", key)
        self.assertEqual(kms("describe-key", "--key-id", key)["KeyMetadata"]["KeyState"], "Disabled")
        self.assertIn("NotImplemented", kms("replicate-key", "--key-id", key, "--replica-region", "eu-west-1", check=False))
        self.assertIn("NotImplemented", kms("describe-custom-key-stores", check=False))


if __name__ == "__main__":
    unittest.main()
