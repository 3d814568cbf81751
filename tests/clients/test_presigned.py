"""Presigned URLs as boto3 makes them where nobody asks for a signature version (2), and version 4; what policies see of both."""

import json
import ssl
import urllib.error
import urllib.request

import boto3
from botocore.config import Config
from harness import Served


class Presigned(Served):
    example = "quickstart"

    def setUp(self):
        super().setUp()
        self.dev = self.account("dev")
        self.aws(self.dev, "s3", "mb", "s3://shared")
        self.urls = {version: self.client(version) for version in ("s3", "s3v4")}

    def client(self, version):
        config = Config(signature_version=None if version == "s3" else version, s3={"addressing_style": "path"})
        return boto3.client(
            "s3",
            region_name=self.dev["AWS_REGION"],
            endpoint_url=self.dev["AWS_ENDPOINT_URL"],
            verify=self.dev["AWS_CA_BUNDLE"],
            aws_access_key_id=self.dev["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.dev["AWS_SECRET_ACCESS_KEY"],
            aws_session_token=self.dev["AWS_SESSION_TOKEN"],
            config=config,
        )

    def url(self, version, method, key, seconds=60, **more):
        made = self.urls[version].generate_presigned_url(method, Params={"Bucket": "shared", "Key": key, **more}, ExpiresIn=seconds)
        self.assertIn("AWSAccessKeyId=" if version == "s3" else "X-Amz-Signature=", made)
        return made

    def fetch(self, url, data=None, method="GET", **headers):
        context = ssl.create_default_context(cafile=self.dev["AWS_CA_BUNDLE"])
        request = urllib.request.Request(url, data=data, method=method, headers=headers)
        try:
            with urllib.request.urlopen(request, context=context, timeout=30) as answer:
                return answer.status, answer.read(), answer.headers
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read(), refused.headers

    def test_both_versions_put_and_get(self):
        for version in self.urls:
            key = f"{version}/a file+ü.txt"
            put = self.url(version, "put_object", key, ContentType="text/x-own", Metadata={"who": "me"})
            sent = {"Content-Type": "text/x-own", "x-amz-meta-who": "me"}
            self.assertEqual(self.fetch(put, b"hello", "PUT", **sent)[0], 200, version)
            self.assertEqual(self.fetch(put, b"hello", "PUT", **{**sent, "Content-Type": "text/other"})[0], 403, version)
            status, body, headers = self.fetch(self.url(version, "get_object", key, ResponseContentDisposition="attachment"))
            self.assertEqual((status, body), (200, b"hello"))
            self.assertEqual((headers["content-type"], headers["x-amz-meta-who"], headers["content-disposition"]), ("text/x-own", "me", "attachment"))

    def test_altered_and_late_urls_are_refused(self):
        self.aws(self.dev, "s3", "cp", "sekisho.yaml", "s3://shared/k")
        for version in self.urls:
            url = self.url(version, "get_object", "k")
            for altered in (url.replace("/k?", "/l?"), url + "&versionId=1", url.replace("Expires=", "Expires=1")):
                status, body, _ = self.fetch(altered)
                self.assertIn((status, b"<Code>" in body), [(403, True), (400, True)], altered)
            late = self.url(version, "get_object", "k", seconds=-5) if version == "s3" else url.replace("X-Amz-Expires=60", "X-Amz-Expires=0")
            status, body, _ = self.fetch(late)
            self.assertIn(status, (400, 403), body)

    def test_version_2_opens_no_kms_key(self):
        self.aws(self.dev, "s3", "cp", "sekisho.yaml", "s3://shared/k", "--sse", "aws:kms")
        status, body, _ = self.fetch(self.url("s3", "get_object", "k"))
        self.assertEqual(status, 400)
        self.assertIn(b"require AWS Signature Version 4", body)
        self.assertEqual(self.fetch(self.url("s3v4", "get_object", "k"))[0], 200)

    def test_policies_see_how_a_request_came(self):
        self.aws(self.dev, "s3", "cp", "sekisho.yaml", "s3://shared/k")

        def deny(operator, key, value):
            statement = {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::shared/*", "Condition": {operator: {key: value}}}
            self.aws(self.dev, "s3api", "put-bucket-policy", "--bucket", "shared", "--policy", json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
            by_header = self.aws(self.dev, "s3api", "get-object", "--bucket", "shared", "--key", "k", "/dev/null", check=False).returncode == 0
            return by_header, *(self.fetch(self.url(version, "get_object", "k"))[0] == 200 for version in self.urls)

        self.assertEqual(deny("StringEquals", "s3:authType", "REST-QUERY-STRING"), (True, False, False))
        self.assertEqual(deny("StringNotEquals", "s3:authType", "REST-QUERY-STRING"), (False, True, True))
        self.assertEqual(deny("StringEquals", "s3:signatureversion", "AWS"), (True, False, True))
        self.assertEqual(deny("NumericGreaterThan", "s3:signatureAge", "600000"), (True, True, True))
        self.assertEqual(deny("NumericLessThan", "s3:signatureAge", "600000"), (True, False, False))
        self.assertEqual(deny("NumericLessThan", "s3:TlsVersion", "1.2"), (True, True, True))
        self.assertEqual(deny("NumericGreaterThanEquals", "s3:TlsVersion", "1.2"), (False, False, False))
        self.assertEqual(deny("StringEquals", "s3:x-amz-content-sha256", "UNSIGNED-PAYLOAD"), (True, True, False))
