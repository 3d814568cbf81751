"""The first things that anybody tries: who am I, objects both ways, keys, what is not there."""

import http.client
import json
import os
import socket
import time
import unittest
import urllib.parse

import boto3
import botocore.config

from harness import DEV, REGION, Served


class Basics(Served):
    def test_who_am_i(self):
        me = self.answer(self.account("dev"), "sts", "get-caller-identity")
        self.assertEqual(me["Account"], DEV)
        self.assertIn("assumed-role/OrganizationAccountAccessRole/", me["Arn"])

    def test_objects_both_ways(self):
        dev = self.account("dev")
        self.aws(dev, "s3", "mb", "s3://basics-bucket")
        for name, size in [("empty", 0), ("small", 10), ("middle", 300_000), ("large", 20_000_000)]:
            path = self.temporary / name
            path.write_bytes(os.urandom(size))
            self.aws(dev, "s3", "cp", str(path), f"s3://basics-bucket/a b/ü/{name}")
            back = self.temporary / "back"
            self.aws(dev, "s3", "cp", f"s3://basics-bucket/a b/ü/{name}", str(back))
            self.assertEqual(back.read_bytes(), path.read_bytes(), name)
        listed = self.answer(dev, "s3api", "list-objects-v2", "--bucket", "basics-bucket", "--prefix", "a b/")
        self.assertEqual(len(listed["Contents"]), 4)
        missing = self.aws(dev, "s3", "cp", "s3://basics-bucket/none", "-", check=False)
        self.assertIn("404", missing.stderr)

    def test_plain_http_is_not_secure_transport(self):
        dev = self.account("dev")
        self.aws(dev, "s3", "mb", "s3://tls-only")
        policy = '{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::tls-only","arn:aws:s3:::tls-only/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}}}'
        self.aws(dev, "s3api", "put-bucket-policy", "--bucket", "tls-only", "--policy", policy)
        self.aws(dev, "s3api", "list-objects-v2", "--bucket", "tls-only")
        plain = {**dev, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.port}"}
        refused = self.aws(plain, "s3api", "list-objects-v2", "--bucket", "tls-only", check=False)
        self.assertIn("with an explicit deny in a resource-based policy", refused.stderr)
        self.aws(plain, "sts", "get-caller-identity")

    def test_keys(self):
        dev = self.account("dev")
        key = self.answer(dev, "kms", "create-key", "--description", "test")["KeyMetadata"]["KeyId"]
        plain = self.temporary / "plain"
        plain.write_bytes(b"what nobody may read")
        sealed = self.answer(dev, "kms", "encrypt", "--key-id", key, "--plaintext", f"fileb://{plain}", "--encryption-context", "a=b")
        cipher = self.temporary / "cipher"
        import base64

        cipher.write_bytes(base64.b64decode(sealed["CiphertextBlob"]))
        opened = self.answer(dev, "kms", "decrypt", "--ciphertext-blob", f"fileb://{cipher}", "--encryption-context", "a=b")
        self.assertEqual(base64.b64decode(opened["Plaintext"]), plain.read_bytes())
        other = self.aws(dev, "kms", "decrypt", "--ciphertext-blob", f"fileb://{cipher}", "--encryption-context", "a=c", check=False)
        self.assertIn("InvalidCiphertextException", other.stderr)
        elsewhere = self.aws(self.account("prod"), "kms", "decrypt", "--ciphertext-blob", f"fileb://{cipher}", "--encryption-context", "a=b", check=False)
        self.assertIn("AccessDeniedException", elsewhere.stderr)

    def test_what_is_not_there_says_so_and_is_recorded(self):
        dev = self.account("dev")
        for arguments in [("sns", "list-topics"), ("dynamodb", "list-tables"), ("s3api", "put-bucket-accelerate-configuration", "--bucket", "nothing", "--accelerate-configuration", "Status=Enabled"), ("lambda", "list-functions")]:
            refused = self.aws(dev, *arguments, check=False)
            self.assertIn("NotImplemented", refused.stderr, arguments)
        events = self.answer(dev, "cloudtrail", "lookup-events", "--lookup-attributes", "AttributeKey=EventName,AttributeValue=ListTopics")
        self.assertEqual(len(events["Events"]), 1)

    def test_a_wrong_secret_and_a_stale_clock_are_refused(self):
        dev = self.account("dev")
        wrong = self.aws({**dev, "AWS_SECRET_ACCESS_KEY": "x" * 40}, "sts", "get-caller-identity", check=False)
        self.assertIn("SignatureDoesNotMatch", wrong.stderr)
        unknown = {**dev, "AWS_ACCESS_KEY_ID": "AKIAUNKNOWN000000000"}
        unknown.pop("AWS_SESSION_TOKEN")
        self.assertIn("InvalidClientTokenId", self.aws(unknown, "sts", "get-caller-identity", check=False).stderr)

    def test_garbage_is_answered_not_fatal(self):
        for request in [
            ("POST", "/", b"\xff\xfe{", {"X-Amz-Target": "TrentService.Encrypt"}),
            ("POST", "/", b"{", {"X-Amz-Target": "TrentService.Encrypt"}),
            ("POST", "/", b"Action=&Version=", {"Content-Type": "application/x-www-form-urlencoded"}),
            ("PUT", "/bucket?policy", b"<a>", {}),
            ("GET", "/%zz/%00", b"", {}),
            ("DELETE", "/", b"", {"Authorization": "AWS4-HMAC-SHA256 nonsense"}),
        ]:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
            connection.request(request[0], request[1], body=request[2], headers=request[3])
            self.assertIn(connection.getresponse().status // 100, (4, 5), request)
            connection.close()
        self.answer(self.account("dev"), "sts", "get-caller-identity")

    def test_a_body_that_breaks_off_leaves_one_record_and_nothing_else(self):
        dev = self.account("dev")
        self.aws(dev, "s3", "mb", "s3://broken-off")
        session = boto3.Session(aws_access_key_id=dev["AWS_ACCESS_KEY_ID"], aws_secret_access_key=dev["AWS_SECRET_ACCESS_KEY"], aws_session_token=dev["AWS_SESSION_TOKEN"], region_name=REGION)
        s3 = session.client("s3", endpoint_url=f"http://127.0.0.1:{self.port}", config=botocore.config.Config(signature_version="s3v4"))
        url = urllib.parse.urlsplit(s3.generate_presigned_url("put_object", Params={"Bucket": "broken-off", "Key": "half"}))
        before = set((self.folder / ".sekisho/blobs").rglob("*"))
        with socket.create_connection(("127.0.0.1", self.port)) as connection:
            head = f"PUT {url.path}?{url.query} HTTP/1.1\r\nHost: {url.netloc}\r\nContent-Length: 1000000\r\n\r\n"
            connection.sendall(head.encode() + b"x" * 500_000)
            time.sleep(0.5)

        def recorded():
            events = json.loads(self.sekisho("audit", "lookup", "--account", "dev", "--event-name", "PutObject", "--output", "json").stdout)
            return [e for e in events if (e.get("requestParameters") or {}).get("key") == "half"]

        self.wait("the record", recorded)
        self.assertEqual([e.get("errorCode") for e in recorded()], ["RequestTimeout"])
        self.assertEqual({p for p in (self.folder / ".sekisho/blobs").rglob("*") if p.is_file()} - before, set())
        self.assertIn("404", self.aws(dev, "s3api", "head-object", "--bucket", "broken-off", "--key", "half", check=False).stderr)

    def test_boto3(self):
        dev = self.account("dev")
        session = boto3.Session(aws_access_key_id=dev["AWS_ACCESS_KEY_ID"], aws_secret_access_key=dev["AWS_SECRET_ACCESS_KEY"], aws_session_token=dev["AWS_SESSION_TOKEN"], region_name=REGION)
        for endpoint, verify in [(dev["AWS_ENDPOINT_URL"], dev["AWS_CA_BUNDLE"]), (f"http://127.0.0.1:{self.port}", None)]:
            s3 = session.client("s3", endpoint_url=endpoint, verify=verify)
            name = "boto-tls" if verify else "boto-plain"
            s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
            s3.get_waiter("bucket_exists").wait(Bucket=name)
            s3.put_object(Bucket=name, Key="k", Body=b"body", Metadata={"a": "b"})
            got = s3.get_object(Bucket=name, Key="k")
            self.assertEqual((got["Body"].read(), got["Metadata"]), (b"body", {"a": "b"}))
            self.assertEqual(s3.get_object(Bucket=name, Key="k", Range="bytes=1-2")["Body"].read(), b"od")
            with self.assertRaises(s3.exceptions.NoSuchKey):
                s3.get_object(Bucket=name, Key="none")


if __name__ == "__main__":
    unittest.main()
