"""Objects by the AWS CLI and boto3: checksums, parts, copies, pages, conditions, broken-off and hostile uploads, large transfers."""

import base64
import hashlib
import http.client
import io
import json
import os
import random
import socket
import ssl
import time
import unittest
import urllib.error
import urllib.request
import zlib
from urllib.parse import quote, urlsplit

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from harness import Served

MIB = 1 << 20
BUCKET = "objects"


class Pattern(io.RawIOBase):
    """So many bytes of a repeated megabyte, which nobody has to hold."""

    def __init__(self, size):
        self.size, self.at, self.block = size, 0, random.Random(7).randbytes(MIB)

    def readable(self):
        return True

    def seekable(self):
        return True

    def tell(self):
        return self.at

    def seek(self, offset, whence=0):
        self.at = offset + {0: 0, 1: self.at, 2: self.size}[whence]
        return self.at

    def readinto(self, out):
        done, left = 0, min(len(out), self.size - self.at)
        while left:
            begin = self.at % MIB
            take = min(left, MIB - begin)
            out[done : done + take] = self.block[begin : begin + take]
            done, left, self.at = done + take, left - take, self.at + take
        return done


class Objects(Served):
    example = "quickstart"

    def setUp(self):
        super().setUp()
        self.dev = self.account("dev")
        self.s3 = self.client()
        self.aws(self.dev, "s3", "mb", f"s3://{BUCKET}")

    def client(self, environment=None, service="s3", endpoint=None, **config):
        environment = environment or self.dev
        return boto3.client(
            service,
            region_name=environment["AWS_REGION"],
            endpoint_url=endpoint or environment["AWS_ENDPOINT_URL"],
            verify=environment["AWS_CA_BUNDLE"],
            aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
            aws_session_token=environment["AWS_SESSION_TOKEN"],
            config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 0}, **config),
        )

    def refused(self, code, status, call, **arguments):
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        error = caught.exception.response
        self.assertEqual((error["Error"]["Code"], error["ResponseMetadata"]["HTTPStatusCode"]), (code, status), error)
        return error

    def role(self, name, *statements):
        """A client of a new role's session."""
        iam, account = self.client(service="iam"), self.client(service="sts").get_caller_identity()["Account"]
        trust = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": account}, "Action": "sts:AssumeRole"}}
        role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
        iam.put_role_policy(RoleName=name, PolicyName="main", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": list(statements)}))
        made = self.client(service="sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
        keys = {"AWS_ACCESS_KEY_ID": made["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": made["SecretAccessKey"], "AWS_SESSION_TOKEN": made["SessionToken"]}
        return {**self.dev, **keys}

    def resident(self, what="VmRSS"):
        with open(f"/proc/{self.server.pid}/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith(what)) * 1024

    def blobs(self):
        folder = self.folder / ".sekisho" / "blobs"
        return sum(1 for path in folder.rglob("*") if path.is_file())

    def send(self, method, target, body=b"", headers=None, length=None, cut=None, host=None):
        """A request that no client library would send, signed all the same. `cut`: so much of the body is sent, then no more."""
        where = urlsplit(self.dev["AWS_ENDPOINT_URL"])
        headers = {"x-amz-content-sha256": "UNSIGNED-PAYLOAD", **(headers or {})}
        request = AWSRequest(method=method, url=f"https://{host or where.netloc}{target}", headers=headers)
        keys = Credentials(self.dev["AWS_ACCESS_KEY_ID"], self.dev["AWS_SECRET_ACCESS_KEY"], self.dev["AWS_SESSION_TOKEN"])
        request.context["payload_signing_enabled"] = False
        signer = S3SigV4Auth(keys, "s3", self.dev["AWS_REGION"])
        signer.payload = lambda request: headers["x-amz-content-sha256"]
        signer.add_auth(request)
        context = ssl.create_default_context(cafile=self.dev["AWS_CA_BUNDLE"])
        connection = http.client.HTTPSConnection(where.hostname, where.port, context=context, timeout=60)
        connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
        connection.putheader("Host", host or where.netloc)
        for name, value in request.headers.items():
            if name.lower() not in ("host", "content-length"):
                connection.putheader(name, value)
        if length is not False:
            connection.putheader("Content-Length", str(len(body) if length is None else length))
        connection.endheaders()
        connection.send(body[:cut] if cut is not None else body)
        if cut is not None:
            connection.sock.shutdown(socket.SHUT_RDWR)
            connection.close()
            return None
        answer = connection.getresponse()
        return answer.status, answer.read().decode(errors="replace"), answer.headers

    # --- checksums -------------------------------------------------------------------------------------------------

    def test_each_checksum_algorithm(self):
        for algorithm in ("CRC32", "SHA1", "SHA256"):
            member = f"Checksum{algorithm}"
            put = self.s3.put_object(Bucket=BUCKET, Key="a", Body=b"hello" * 1000, ChecksumAlgorithm=algorithm)
            head = self.s3.head_object(Bucket=BUCKET, Key="a", ChecksumMode="ENABLED")
            self.assertEqual((head[member], head["ChecksumType"]), (put[member], "FULL_OBJECT"))
            got = self.s3.get_object(Bucket=BUCKET, Key="a", ChecksumMode="ENABLED")
            self.assertEqual(got["Body"].read(), b"hello" * 1000)  # botocore compares
            # Above 64 KiB the body comes in two halves, with its checksum behind it.
            put = self.s3.put_object(Bucket=BUCKET, Key="b", Body=Pattern(300_000), ChecksumAlgorithm=algorithm)
            self.assertEqual(self.s3.head_object(Bucket=BUCKET, Key="b", ChecksumMode="ENABLED")[member], put[member])
            self.assertEqual(len(self.s3.get_object(Bucket=BUCKET, Key="b", ChecksumMode="ENABLED")["Body"].read()), 300_000)
        attributes = self.s3.get_object_attributes(Bucket=BUCKET, Key="b", ObjectAttributes=["Checksum", "ObjectSize", "ETag", "StorageClass"])
        self.assertEqual((attributes["Checksum"]["ChecksumType"], attributes["ObjectSize"], attributes["StorageClass"]), ("FULL_OBJECT", 300_000, "STANDARD"))
        # The value that is sent is the one that counts.
        for member, size in (("ChecksumCRC32", 4), ("ChecksumCRC32C", 4), ("ChecksumCRC64NVME", 8), ("ChecksumSHA1", 20), ("ChecksumSHA256", 32)):
            wrong = base64.b64encode(b"\1" * size).decode()
            for body in (b"x", b"x" * 100_000):
                self.refused("BadDigest", 400, self.s3.put_object, Bucket=BUCKET, Key="wrong", Body=body, **{member: wrong})
            self.refused("InvalidRequest", 400, self.s3.put_object, Bucket=BUCKET, Key="wrong", Body=b"x", **{member: "AA=="})
        self.refused("InvalidDigest", 400, self.s3.put_object, Bucket=BUCKET, Key="wrong", Body=b"x", ContentMD5="AA==")
        self.refused("BadDigest", 400, self.s3.put_object, Bucket=BUCKET, Key="wrong", Body=b"x", ContentMD5=base64.b64encode(b"\0" * 16).decode())
        self.refused("404", 404, self.s3.head_object, Bucket=BUCKET, Key="wrong")
        # The CLI's own default, by name where it has all of them.
        path = self.temporary / "file"
        path.write_bytes(b"from the CLI")
        self.aws(self.dev, "s3api", "put-object", "--bucket", BUCKET, "--key", "cli", "--body", str(path), "--checksum-algorithm", "SHA256")
        told = self.answer(self.dev, "s3api", "get-object-attributes", "--bucket", BUCKET, "--key", "cli", "--object-attributes", "Checksum")
        self.assertEqual(told["Checksum"]["ChecksumSHA256"], base64.b64encode(hashlib.sha256(b"from the CLI").digest()).decode())

    def test_altered_trailers_and_lengths(self):
        def chunked(body, trailer):
            return b"%x\r\n%s\r\n0\r\n%s\r\n\r\n" % (len(body), body, trailer)

        for size in (10, 200_000):
            body = b"y" * size
            crc = base64.b64encode(zlib.crc32(body).to_bytes(4, "big"))
            base = {
                "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
                "content-encoding": "aws-chunked",
                "x-amz-trailer": "x-amz-checksum-crc32",
                "x-amz-decoded-content-length": str(size),
            }
            status, text, headers = self.send("PUT", f"/{BUCKET}/t", chunked(body, b"x-amz-checksum-crc32:" + crc), base)
            self.assertEqual((status, headers["x-amz-checksum-crc32"]), (200, crc.decode()), text)
            self.assertNotIn("ContentEncoding", self.s3.head_object(Bucket=BUCKET, Key="t"))
            for altered, code in (
                (chunked(body, b"x-amz-checksum-crc32:AAAAAA=="), "BadDigest"),
                (chunked(body, b"x-amz-checksum-crc32:AA=="), "InvalidRequest"),
                (chunked(body, b"x-amz-checksum-sha1:" + crc), "MalformedTrailerError"),
                (chunked(body, b""), "MalformedTrailerError"),
                (chunked(body + b"z", b"x-amz-checksum-crc32:" + crc), "IncompleteBody"),
                (chunked(body[1:], b"x-amz-checksum-crc32:" + crc), "IncompleteBody"),
            ):
                status, text, _ = self.send("PUT", f"/{BUCKET}/u", altered, base)
                self.assertEqual(status, 400, text)
                self.assertIn(f"<Code>{code}</Code>", text)
        status, text, _ = self.send("PUT", f"/{BUCKET}/u", b"x", {"x-amz-sdk-checksum-algorithm": "CRC32"})
        self.assertIn("x-amz-sdk-checksum-algorithm specified, but no corresponding", text)
        status, text, _ = self.send("PUT", f"/{BUCKET}/u", b"x", {"x-amz-content-sha256": "0" * 64})
        self.assertIn("<Code>XAmzContentSHA256Mismatch</Code>", text)
        status, text, _ = self.send("PUT", f"/{BUCKET}/u", b"", {}, length=(5 << 30) + 1)
        self.assertEqual(status, 400)
        self.assertIn("<Code>EntityTooLarge</Code>", text)
        self.assertIn("<MaxSizeAllowed>5368709120</MaxSizeAllowed>", text)
        status, text, _ = self.send("PUT", f"/{BUCKET}/u", b"1\r\nx\r\n0\r\n\r\n", {"Transfer-Encoding": "chunked"}, length=False)
        self.assertEqual((status, "<Code>MissingContentLength</Code>" in text), (411, True), text)
        self.refused("404", 404, self.s3.head_object, Bucket=BUCKET, Key="u")

    # --- parts and copies ------------------------------------------------------------------------------------------

    def test_parts_by_boto3_and_copies_of_parts(self):
        config = TransferConfig(multipart_threshold=5 * MIB, multipart_chunksize=5 * MIB, max_concurrency=4)
        path = self.temporary / "big"
        path.write_bytes(Pattern(12 * MIB).read(12 * MIB))
        self.s3.upload_file(str(path), BUCKET, "big", Config=config, ExtraArgs={"ContentType": "x/y", "Metadata": {"a": "b"}, "ChecksumAlgorithm": "SHA256"})
        head = self.s3.head_object(Bucket=BUCKET, Key="big", ChecksumMode="ENABLED")
        self.assertTrue(head["ETag"].endswith('-3"') and head["ChecksumSHA256"].endswith("-3"), head)
        self.assertEqual((head["ChecksumType"], head["ContentType"], head["Metadata"]), ("COMPOSITE", "x/y", {"a": "b"}))
        second = self.s3.get_object(Bucket=BUCKET, Key="big", PartNumber=2, ChecksumMode="ENABLED")
        self.assertEqual((second["PartsCount"], second["ContentRange"]), (3, f"bytes {5 * MIB}-{10 * MIB - 1}/{12 * MIB}"))
        self.assertEqual(second["Body"].read(), path.read_bytes()[5 * MIB : 10 * MIB])
        self.refused("InvalidPartNumber", 416, self.s3.get_object, Bucket=BUCKET, Key="big", PartNumber=4)
        pages = self.s3.get_object_attributes(Bucket=BUCKET, Key="big", ObjectAttributes=["ObjectParts", "Checksum"], MaxParts=2)["ObjectParts"]
        self.assertEqual((pages["TotalPartsCount"], pages["IsTruncated"], len(pages["Parts"])), (3, True, 2))

        self.s3.download_file(BUCKET, "big", str(self.temporary / "back"), Config=config)
        self.assertEqual((self.temporary / "back").read_bytes(), path.read_bytes())
        # The managed copy copies parts.
        self.s3.copy({"Bucket": BUCKET, "Key": "big"}, BUCKET, "copied", Config=config)
        self.assertEqual(self.s3.get_object(Bucket=BUCKET, Key="copied")["Body"].read(), path.read_bytes())
        self.assertTrue(self.s3.head_object(Bucket=BUCKET, Key="copied")["ETag"].endswith('-3"'))
        self.aws(self.dev, "s3", "cp", f"s3://{BUCKET}/big", f"s3://{BUCKET}/by-cli")
        self.aws(self.dev, "s3", "cp", f"s3://{BUCKET}/by-cli", str(self.temporary / "cli"))
        self.assertEqual((self.temporary / "cli").read_bytes(), path.read_bytes())

        crc = base64.b64encode(zlib.crc32(path.read_bytes()).to_bytes(4, "big")).decode()
        upload = dict(Bucket=BUCKET, Key="full")
        upload["UploadId"] = self.s3.create_multipart_upload(**upload, ChecksumAlgorithm="CRC32", ChecksumType="FULL_OBJECT")["UploadId"]
        ranges = [f"bytes=0-{7 * MIB - 1}", f"bytes={7 * MIB}-{12 * MIB - 1}"]
        parts = []
        for number, part in enumerate(ranges, 1):
            made = self.s3.upload_part_copy(**upload, PartNumber=number, CopySource={"Bucket": BUCKET, "Key": "big"}, CopySourceRange=part)["CopyPartResult"]
            parts.append({"PartNumber": number, "ETag": made["ETag"], "ChecksumCRC32": made["ChecksumCRC32"]})
        self.assertEqual([p["Size"] for p in self.s3.list_parts(**upload)["Parts"]], [7 * MIB, 5 * MIB])
        self.refused("InvalidPartOrder", 400, self.s3.complete_multipart_upload, **upload, MultipartUpload={"Parts": parts[::-1]})
        self.refused("MalformedXML", 400, self.s3.complete_multipart_upload, **upload, MultipartUpload={"Parts": []})
        self.refused("BadDigest", 400, self.s3.complete_multipart_upload, **upload, MultipartUpload={"Parts": parts}, ChecksumType="FULL_OBJECT", ChecksumCRC32="AAAAAA==")
        done = self.s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts}, ChecksumType="FULL_OBJECT", ChecksumCRC32=crc, MpuObjectSize=12 * MIB)
        self.assertEqual((done["ChecksumCRC32"], done["ChecksumType"]), (crc, "FULL_OBJECT"))
        self.assertEqual(self.s3.get_object(Bucket=BUCKET, Key="full", ChecksumMode="ENABLED")["Body"].read(), path.read_bytes())

    # --- reads -----------------------------------------------------------------------------------------------------

    def test_ranges_conditions_and_what_may_be_known(self):
        self.s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        put = self.s3.put_object(Bucket=BUCKET, Key="a/ü b+c", Body=b"0123456789")
        on = dict(Bucket=BUCKET, Key="a/ü b+c")
        for asked, status, found in (("bytes=2-4", 206, b"234"), ("bytes=7-", 206, b"789"), ("bytes=-2", 206, b"89"), ("bytes=0-0,4-5", 200, b"0123456789")):
            got = self.s3.get_object(**on, Range=asked)
            self.assertEqual((got["ResponseMetadata"]["HTTPStatusCode"], got["Body"].read()), (status, found), asked)
        self.refused("InvalidRange", 416, self.s3.get_object, **on, Range="bytes=10-")
        same = self.refused("304", 304, self.s3.get_object, **on, IfNoneMatch=put["ETag"])["ResponseMetadata"]["HTTPHeaders"]
        self.assertEqual((same["etag"], same["x-amz-version-id"]), (put["ETag"], put["VersionId"]))
        self.assertIn("GMT", same["last-modified"])
        self.refused("PreconditionFailed", 412, self.s3.get_object, **on, IfMatch='"0"')
        self.refused("PreconditionFailed", 412, self.s3.put_object, **on, Body=b"x", IfNoneMatch="*")
        marker = self.s3.delete_object(**on)
        gone = self.refused("NoSuchKey", 404, self.s3.get_object, **on)["ResponseMetadata"]["HTTPHeaders"]
        self.assertEqual((gone["x-amz-delete-marker"], gone["x-amz-version-id"]), ("true", marker["VersionId"]))
        hidden = self.refused("MethodNotAllowed", 405, self.s3.get_object, **on, VersionId=marker["VersionId"])["ResponseMetadata"]["HTTPHeaders"]
        self.assertEqual((hidden["x-amz-delete-marker"], hidden["allow"]), ("true", "DELETE"))
        self.assertEqual(self.s3.get_object(**on, VersionId=put["VersionId"])["Body"].read(), b"0123456789")
        self.s3.delete_object(**on, VersionId=marker["VersionId"])

        reader = self.client(self.role("Reader", {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}))
        lister = self.client(self.role("Lister", {"Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": "*"}))
        self.refused("AccessDenied", 403, reader.get_object, Bucket=BUCKET, Key="missing")
        self.refused("403", 403, reader.head_object, Bucket=BUCKET, Key="missing")
        self.refused("NoSuchKey", 404, lister.get_object, Bucket=BUCKET, Key="missing")
        self.refused("404", 404, lister.head_object, Bucket=BUCKET, Key="missing")
        url = self.s3.generate_presigned_url("get_object", Params={**on, "ResponseContentType": "x/y"})
        context = ssl.create_default_context(cafile=self.dev["AWS_CA_BUNDLE"])
        with urllib.request.urlopen(url, context=context) as answer:
            self.assertEqual((answer.read(), answer.headers["content-type"]), (b"0123456789", "x/y"))
        # Headers of the answer are chosen by those who sign.
        with self.assertRaises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(f"{self.dev['AWS_ENDPOINT_URL']}/{BUCKET}/a/%C3%BC%20b%2Bc?response-content-type=x%2Fy", context=context)
        self.assertIn(caught.exception.code, (400, 403))

    def test_a_denied_key_is_the_cause_that_explain_shows(self):
        kms = self.client(service="kms")
        key = kms.create_key()["KeyMetadata"]["Arn"]
        self.s3.put_object(Bucket=BUCKET, Key="secret", Body=b"x", ServerSideEncryption="aws:kms", SSEKMSKeyId=key)
        reader = self.client(self.role("Keyless", {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}))
        denied = self.refused("AccessDenied", 403, reader.get_object, Bucket=BUCKET, Key="secret")
        message = denied["Error"]["Message"]
        self.assertRegex(message, r"^User: arn:aws:sts::\d+:assumed-role/Keyless/test is not authorized to perform: kms:Decrypt on the resource associated with this ciphertext because ")
        wanted = self.refused("AccessDenied", 403, reader.put_object, Bucket=BUCKET, Key="other", Body=b"x", ServerSideEncryption="aws:kms", SSEKMSKeyId=key)
        self.assertIn(f"is not authorized to perform: kms:GenerateDataKey on resource: {key} because ", wanted["Error"]["Message"])
        events = json.loads(self.sekisho("audit", "lookup", "--account", "dev", "--event-name", "GetObject", "--denied", "--output", "json").stdout)
        told = self.sekisho("explain", events[0]["eventID"]).stdout
        self.assertIn("kms:Decrypt", told)
        self.assertIn(key, told)

    # --- lists -----------------------------------------------------------------------------------------------------

    def test_pages_are_exact(self):
        keys = sorted([f"logs/{day:02}/{hour}" for day in range(12) for hour in range(3)] + ["a", "b\t\x01c", "é", "z/"], key=lambda k: k.encode())
        for key in keys:
            self.s3.put_object(Bucket=BUCKET, Key=key, Body=b"x")
        for size in (1, 3, 7, 1000):
            for operation in ("list_objects_v2", "list_objects", "list_object_versions"):
                pages = list(self.s3.get_paginator(operation).paginate(Bucket=BUCKET, PaginationConfig={"PageSize": size}))
                entries = "Versions" if operation == "list_object_versions" else "Contents"
                self.assertEqual([o["Key"] for page in pages for o in page.get(entries, [])], keys, (operation, size))
                pages = list(self.s3.get_paginator(operation).paginate(Bucket=BUCKET, Prefix="logs/", Delimiter="/", PaginationConfig={"PageSize": size}))
                rolled = [p["Prefix"] for page in pages for p in page.get("CommonPrefixes", [])]
                self.assertEqual(rolled, [f"logs/{day:02}/" for day in range(12)], (operation, size))
        page = self.s3.list_objects_v2(Bucket=BUCKET, MaxKeys=0)
        self.assertEqual((page["KeyCount"], page["IsTruncated"]), (0, False))
        page = self.s3.list_objects_v2(Bucket=BUCKET, StartAfter="logs/11/1", FetchOwner=True)
        self.assertEqual([o["Key"] for o in page["Contents"]], ["logs/11/2", "z/", "é"])
        self.assertIn("Owner", page["Contents"][0])
        self.refused("InvalidArgument", 400, self.s3.list_objects_v2, Bucket=BUCKET, ContinuationToken="nonsense")
        listed = self.answer(self.dev, "s3api", "list-objects-v2", "--bucket", BUCKET, "--max-items", "5", "--page-size", "2")
        self.assertEqual(len(listed["Contents"]), 5)
        deleted = self.s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": key} for key in keys]})
        self.assertEqual(len(deleted["Deleted"]), len(keys))

    # --- bad input -------------------------------------------------------------------------------------------------

    def test_an_upload_that_breaks_off_leaves_nothing_but_its_record(self):
        before = self.blobs()
        self.send("PUT", f"/{BUCKET}/cut", b"x" * 500_000, cut=300_000)
        self.refused("404", 404, self.s3.head_object, Bucket=BUCKET, Key="cut")
        self.wait("the file to go", lambda: self.blobs() == before)
        self.assertNotIn("Contents", self.s3.list_objects_v2(Bucket=BUCKET))
        lookup = ("audit", "lookup", "--account", "dev", "--event-name", "PutObject", "--output", "json")
        puts = lambda: [event["errorCode"] for event in json.loads(self.sekisho(*lookup).stdout) if "errorCode" in event]  # noqa: E731
        self.assertEqual(self.wait("its record", puts), ["RequestTimeout"])

    def test_hostile_keys(self):
        for key in ("../../etc/passwd", "a/../b", "..", ".", "a//b", "/", "\x01\x7f", "k" * 1024, "ü" * 512, "%2e%2e", "a?b#c&d=e", "'\"<>", " ", "+"):
            self.s3.put_object(Bucket=BUCKET, Key=key, Body=key.encode())
            self.assertEqual(self.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read(), key.encode(), repr(key))
        listed = {o["Key"] for page in self.s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET) for o in page["Contents"]}
        self.assertIn("../../etc/passwd", listed)
        self.assertEqual(len(listed), 14)
        for key in ("k" * 1025, "ü" * 512 + "k"):
            self.refused("KeyTooLongError", 400, self.s3.put_object, Bucket=BUCKET, Key=key, Body=b"x")
        self.refused("MetadataTooLarge", 400, self.s3.put_object, Bucket=BUCKET, Key="m", Body=b"x", Metadata={"a": "b" * 2048})
        self.s3.put_object(Bucket=BUCKET, Key="m", Body=b"x", Metadata={"a": "b" * 2047})

    def test_hostile_documents(self):
        bomb = "<!DOCTYPE d [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;'>]><Delete><Object><Key>&b;</Key></Object></Delete>"
        deep = "<Delete>" + "<a>" * 100_000 + "</a>" * 100_000 + "</Delete>"
        many = "<Delete>" + "<Object><Key>k</Key></Object>" * 1001 + "</Delete>"
        for body in (bomb, deep, many, "<Delete></Delete>", "<Delete><Object></Object></Delete>", "<Delete><Object>", "\0", "{}"):
            md5 = base64.b64encode(hashlib.md5(body.encode()).digest()).decode()
            status, text, _ = self.send("POST", f"/{BUCKET}?delete", body.encode(), {"content-md5": md5})
            self.assertEqual((status, "<Code>MalformedXML</Code>" in text), (400, True), (body[:60], text))
        upload = self.s3.create_multipart_upload(Bucket=BUCKET, Key="k")["UploadId"]
        for body in ("<CompleteMultipartUpload><Part><PartNumber>x</PartNumber></Part></CompleteMultipartUpload>", deep, "<CompleteMultipartUpload/>"):
            status, text, _ = self.send("POST", f"/{BUCKET}/k?uploadId={quote(upload)}", body.encode())
            self.assertEqual((status, "<Code>MalformedXML</Code>" in text), (400, True), (body[:60], text))

    def test_addresses(self):
        self.s3.put_object(Bucket=BUCKET, Key="a/b", Body=b"x")
        region = self.dev["AWS_REGION"]
        for host, target in (
            (f"{BUCKET}.localhost:{self.port}", "/a/b"),
            (f"{BUCKET}.s3.localhost:{self.port}", "/a/b"),
            (f"{BUCKET}.s3.{region}.amazonaws.com", "/a/b"),
            (f"{BUCKET}.s3.amazonaws.com", "/a/b"),
            (f"s3.{region}.amazonaws.com", f"/{BUCKET}/a/b"),
            (f"127.0.0.1:{self.port}", f"/{BUCKET}/a/b"),
        ):
            status, body, _ = self.send("GET", target, host=host)
            self.assertEqual((status, body), (200, "x"), (host, body))

    # --- large -----------------------------------------------------------------------------------------------------

    def transfer(self, size, ceiling):
        """Up by one put, down, up in parts, copied: the server's memory stays below `ceiling`."""
        started = self.resident()
        began = time.monotonic()
        self.s3.put_object(Bucket=BUCKET, Key="one", Body=Pattern(size))
        put = time.monotonic() - began
        began = time.monotonic()
        got = self.s3.get_object(Bucket=BUCKET, Key="one")["Body"]
        sum_, want, reader = hashlib.sha1(), hashlib.sha1(), Pattern(size)
        while piece := got.read(MIB):
            sum_.update(piece)
        read = time.monotonic() - began
        while piece := reader.read(MIB):
            want.update(piece)
        self.assertEqual(sum_.hexdigest(), want.hexdigest())
        self.s3.delete_object(Bucket=BUCKET, Key="one")
        self.s3.upload_fileobj(Pattern(size), BUCKET, "parts", Config=TransferConfig(multipart_chunksize=64 * MIB, max_concurrency=4))
        self.assertEqual(self.s3.head_object(Bucket=BUCKET, Key="parts")["ContentLength"], size)
        most = self.resident("VmHWM")
        print(f"{size >> 20} MiB: put {put:.1f} s, get {read:.1f} s; the server had {started >> 20} MiB, then {most >> 20} MiB at most", flush=True)
        self.assertLess(most, ceiling)

    def test_300_mib_in_constant_memory(self):
        self.transfer(300 * MIB, 160 * MIB)

    @unittest.skipUnless(os.environ.get("SEKISHO_BIG") == "1", "takes 10 GiB of disk; SEKISHO_BIG=1 runs it")
    def test_5_gib_in_constant_memory(self):
        self.transfer(5 << 30, 160 * MIB)

    @unittest.skipUnless(os.environ.get("SEKISHO_BIG") == "1", "makes 100,000 objects; SEKISHO_BIG=1 runs it")
    def test_100000_keys_list_at_the_same_cost_a_page(self):
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(16) as pool:
            list(pool.map(lambda i: self.s3.put_object(Bucket=BUCKET, Key=f"{i // 100:04}/{i:06}", Body=b""), range(100_000)))

        def cost(**more):
            times = []
            for _ in range(5):
                began = time.monotonic()
                self.s3.list_objects_v2(Bucket=BUCKET, **more)
                times.append(time.monotonic() - began)
            return min(times)

        first, last, rolled = cost(), cost(StartAfter="0989/099000"), cost(Delimiter="/")
        print(f"100,000 keys: first page {first * 1000:.1f} ms, last page {last * 1000:.1f} ms, 1,000 common prefixes {rolled * 1000:.1f} ms", flush=True)
        self.assertLess(last, 3 * first + 0.01)
        self.assertLess(rolled, 3 * first + 0.01)


if __name__ == "__main__":
    unittest.main()
