"""Every answer that the walk of all operations gives, against botocore's own service models: no unknown member, no wrong type,
no missing required one, errors that the models know, and botocore's parser reads what is there."""

import base64
import json
import os
import unittest
from functools import lru_cache
from pathlib import Path

import botocore.exceptions
import botocore.parsers
import botocore.session
from botocore.awsrequest import HeadersDict

from shapes import Input, Json, Xml, parsed

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("SEKISHO_WALK_ANSWERS", ROOT / "target/answers"))
COMMAND = f"SEKISHO_WALK_ANSWERS={FOLDER} cargo test -p walk every_answer"
#: What holds nevertheless, one a line: operation | what | reason. It may only shrink.
LIST = Path(__file__).with_name("answers.txt")

#: Codes that any operation of a protocol may answer, with their status: AWS's pages of common errors.
COMMON = {
    "json": {
        "AccessDeniedException": 400,
        "IncompleteSignature": 400,
        "InternalFailure": 500,
        "InvalidSignatureException": 400,
        "MissingAuthenticationTokenException": 400,
        "NotImplemented": 501,
        "SerializationException": 400,
        "UnrecognizedClientException": 400,
        "ValidationException": 400,
    },
    "query": {
        "AccessDenied": 403,
        "InvalidClientTokenId": 403,
        "MalformedInput": 400,
        "MissingAuthenticationToken": 403,
        "NotImplemented": 501,
        "SignatureDoesNotMatch": 403,
        "ValidationError": 400,
    },
    # https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html, for S3's model knows few of them.
    "rest-xml": {
        "AccessControlListNotSupported": 400,
        "AccessDenied": 403,
        "AuthorizationHeaderMalformed": 400,
        "BadDigest": 400,
        "BucketNotEmpty": 409,
        "EntityTooSmall": 400,
        "IllegalLocationConstraintException": 400,
        "InvalidArgument": 400,
        "InvalidBucketName": 400,
        "InvalidBucketState": 409,
        "InvalidLocationConstraint": 400,
        "InvalidObjectState": 403,
        "InvalidPart": 400,
        "InvalidPartOrder": 400,
        "InvalidRange": 416,
        "InvalidRequest": 400,
        "InvalidTag": 400,
        "KMS.DisabledException": 400,
        "KMS.KMSInvalidStateException": 400,
        "KMS.NotFoundException": 400,
        "KeyTooLongError": 400,
        "MalformedACLError": 400,
        "MalformedPolicy": 400,
        "MalformedXML": 400,
        "MethodNotAllowed": 405,
        "MissingRequestBodyError": 400,
        "NoSuchBucket": 404,
        "NoSuchBucketPolicy": 404,
        "NoSuchCORSConfiguration": 404,
        "NoSuchConfiguration": 404,
        "NoSuchKey": 404,
        "NoSuchLifecycleConfiguration": 404,
        "NoSuchObjectLockConfiguration": 404,
        "NoSuchPublicAccessBlockConfiguration": 404,
        "NoSuchTagSet": 404,
        "NoSuchUpload": 404,
        "NoSuchVersion": 404,
        "NoSuchWebsiteConfiguration": 404,
        "NotImplemented": 501,
        "ObjectLockConfigurationNotFoundError": 404,
        "OwnershipControlsNotFoundError": 404,
        "PreconditionFailed": 412,
        "ReplicationConfigurationNotFoundError": 404,
        "ServerSideEncryptionConfigurationNotFoundError": 404,
    },
}
#: What the walk gives as a token.
JUNK = "SnVuayB0aGF0IG5vYm9keSBnYXZlIG91dA=="
#: Headers of S3's answers that are no member of a model.
HEADERS = {"content-length", "content-type", "date", "x-amz-id-2", "x-amz-request-id", "x-amzn-requestid"}


SESSION = botocore.session.get_session()


@lru_cache
def model(service):
    return SESSION.get_service_model(service)


@lru_cache
def tokens(service, operation):
    """The members that say where an operation's list goes on."""
    try:
        told = SESSION.get_paginator_model(service).get_paginator(operation)["input_token"]
    except (botocore.exceptions.UnknownServiceError, ValueError):
        return []
    return told if isinstance(told, list) else [told]


class Checked:
    """One answer, and what is wrong with it."""

    def __init__(self, line):
        self.line = line
        self.model = model(line["service"])
        self.protocol = self.model.resolved_protocol
        self.operation = self.model.operation_model(line["operation"])
        self.headers = {name.lower(): value for name, value in line["headers"]}
        self.body = base64.b64decode(line["body"])
        self.findings = []
        self.headless = self.operation.http["method"] == "HEAD"

    def wrong(self, what):
        self.findings.append(what)

    def equal(self, what, found, expected):
        if found != expected:
            self.wrong(f"{what} is {found!r}, not {expected!r}")

    def parser(self, shape):
        answer = {"status_code": self.line["status"], "headers": HeadersDict(self.headers), "body": self.body}
        return botocore.parsers.create_parser(self.protocol).parse(answer, shape)

    def check(self):
        if not self.headers.get("x-amzn-requestid") or (self.protocol == "rest-xml" and not self.headers.get("x-amz-request-id")):
            self.wrong("the answer has no request id")
        if self.line["status"] < 400:
            self.success()
        elif self.line["status"] != 304:
            self.error()
        return self.findings

    def success(self):
        shape = self.operation.output_shape
        self.equal("the status", self.line["status"], 206 if "content-range" in self.headers else self.operation.http.get("responseCode", 200))
        value = getattr(self, self.protocol.replace("-", "_"))(shape)
        streams = bool(shape) and shape.serialization.get("payload") and self.operation.has_streaming_output
        # Of a stream of events the walk has the first one, as a value.
        streams = streams or self.operation.has_event_stream_output
        if shape and not streams and self.line["operation"] != "GetBucketLocation":
            read = self.parser(shape)
            read.pop("ResponseMetadata", None)
            self.equal("what botocore reads", read, value)

    def taken(self, reader):
        self.findings.extend(reader.findings)

    def json(self, shape):
        self.equal("the content type", self.headers.get("content-type"), "application/x-amz-json-1.1")
        if shape is None:
            if self.body not in (b"", b"{}"):
                self.wrong(f"the model knows no output, and there is {self.body[:80]!r}")
            return None
        reader = Json()
        value = reader.read(shape, json.loads(self.body or b"{}"))
        self.taken(reader)
        return value

    def query(self, shape):
        self.equal("the content type", self.headers.get("content-type"), "text/xml")
        reader = Xml(self.model.metadata["xmlNamespace"])
        root = parsed(self.body)
        self.equal("the root", reader.name(root, ""), f"{self.line['operation']}Response")
        parts = {reader.name(part, ""): part for part in root}
        wrapper = shape.serialization.get("resultWrapper") if shape else None
        self.equal("the root's elements", sorted(parts), sorted(filter(None, [wrapper, "ResponseMetadata"])))
        metadata = parts.get("ResponseMetadata")
        if metadata is None or not [id for id in metadata if reader.name(id, "") == "RequestId" and id.text]:
            self.wrong("ResponseMetadata has no RequestId")
        value = reader.read(shape, parts[wrapper]) if wrapper in parts else ({} if shape else None)
        self.taken(reader)
        return value

    def rest_xml(self, shape):
        members = shape.members if shape else {}
        reader = Xml("http://s3.amazonaws.com/doc/2006-03-01/")
        value, names = {}, {}
        for name, inner in members.items():
            if inner.serialization.get("location") == "header":
                names[inner.serialization["name"].lower()] = (name, inner)
        prefixes = [(i.serialization["name"].lower(), n) for n, i in members.items() if i.serialization.get("location") == "headers"]
        value.update({name: {} for _, name in prefixes})
        for header, text in self.headers.items():
            prefix = next(((p, n) for p, n in prefixes if header.startswith(p)), None)
            if header in names:
                name, inner = names[header]
                value[name] = reader.scalar(inner, text, name)
            elif prefix:
                value[prefix[1]][header[len(prefix[0]) :]] = text
            elif header not in HEADERS:
                reader.wrong(header, "is no header of the model")
        payload = shape.serialization.get("payload") if shape else None
        body = {name for name, inner in members.items() if "location" not in inner.serialization} - {payload}
        if payload and self.operation.has_streaming_output:
            pass
        elif payload and members[payload].type_name == "string":
            value[payload] = self.body.decode()
        elif payload or body:
            root = parsed(self.body)
            found = reader.name(root, "")
            if payload:
                inner = members[payload]
                self.equal("the root", found, inner.serialization.get("name", payload))
                value[payload] = reader.read(inner, root, payload)
            elif self.line["operation"] == "GetBucketLocation":
                self.equal("the root", found, "LocationConstraint")
            else:
                self.equal("the root", found, shape.serialization.get("name", found))
                value.update(reader.read(shape, root))
        elif self.body:
            self.wrong(f"the model knows no body, and there is {self.body[:80]!r}")
        for name in shape.required_members if shape else []:
            if name not in value:
                self.wrong(f"{name} is required and not there")
        self.taken(reader)
        return value

    def error(self):
        read = self.parser(None)
        code, message = read["Error"].get("Code"), read["Error"].get("Message")
        if self.protocol == "rest-xml" and self.headless:
            # Its code is the status alone.
            self.equal("the body", self.body, b"")
            return
        if not message:
            self.wrong("the error has no message")
        self.known(code)
        if self.protocol == "json":
            told = json.loads(self.body)
            self.equal("__type", told.get("__type"), code)
            self.equal("x-amzn-errortype", self.headers.get("x-amzn-errortype"), code)
            shape = self.model.shape_for_error_code(code)
            more = {name: value for name, value in told.items() if name not in ("__type", "message", "Message")}
            if more and not shape:
                self.wrong(f"{code} has {sorted(more)}")
            elif more:
                reader = Json()
                reader.read(shape, more | {name: message for name in shape.required_members if name.lower() == "message"}, code)
                self.taken(reader)
        elif self.protocol == "query":
            reader = Xml(self.model.metadata["xmlNamespace"])
            root = parsed(self.body)
            self.equal("the root", reader.name(root, ""), "ErrorResponse")
            self.equal("the root's elements", [reader.name(part, "") for part in root], ["Error", "RequestId"])
            self.equal("the error's type", read["Error"].get("Type"), "Sender" if self.line["status"] < 500 else "Receiver")
            self.taken(reader)
        else:
            root = parsed(self.body)
            self.equal("the root", root.tag, "Error")
            self.equal("RequestId", [id.text for id in root.iter("RequestId")], [self.headers["x-amz-request-id"]])

    def known(self, code):
        """Whether the operation has this error, with this status."""
        status = self.line["status"]
        for shape in self.operation.error_shapes:
            if code == shape.error_code:
                expected = shape.metadata.get("error", {}).get("httpStatusCode", 400)
                # What the JSON services' models leave out is 400.
                return self.equal(f"the status of {code}", status, expected)
        common = COMMON[self.protocol].get(code)
        if common is None:
            return self.wrong(f"has no error {code}")
        return self.equal(f"the status of {code}", status, common)


#: Services of Sekisho's own, which no model knows.
OWN = {"operator"}


def lines():
    with open(FOLDER / "answers.jsonl") as file:
        return [line for line in map(json.loads, file) if line["service"] not in OWN]


def listed():
    entries = {}
    for line in LIST.read_text().splitlines():
        if line and not line.startswith("#"):
            name, what, reason = line.split(" | ")
            assert (name, what) not in entries, f"{LIST.name} names twice: {line}"
            entries[name, what] = reason
    return entries


class Answers(unittest.TestCase):
    longMessage = False

    @classmethod
    def setUpClass(cls):
        if not (FOLDER / "answers.jsonl").exists():
            raise AssertionError(f"no answers of the walk in {FOLDER}; make them with\n  {COMMAND}")
        cls.lines = lines()

    def test_every_answer_is_one_of_the_models(self):
        found = {}
        for line in self.lines:
            name = f"{line['service']}:{line['operation']}"
            if line["operation"] not in model(line["service"]).operation_names:
                found.setdefault((name, "no operation of the model"), line)
                continue
            try:
                wrong = Checked(line).check()
            except Exception as e:
                wrong = [f"cannot be read: {e!r}"]
            for what in wrong:
                found.setdefault((name, what), line)
        self.judge(found)

    def test_every_example_is_one_of_the_models(self):
        found = {}
        for line in self.lines:
            service = model(line["service"])
            if line["kind"] != "done" or line["operation"] not in service.operation_names:
                continue
            shape = service.operation_model(line["operation"]).input_shape
            reader = Input()
            if shape:
                reader.read(shape, line["input"] | ({shape.serialization["payload"]: ""} if line["sent"] is not None else {}))
            elif line["input"]:
                reader.wrong("", f"the model knows no input, and there is {line['input']}")
            for what in reader.findings:
                found.setdefault((f"{line['service']}:{line['operation']}", f"input: {what}"), line)
        self.judge(found, "input: ")

    def test_junk_tokens_are_refused(self):
        """Each list operation's token is one that an answer gave, or it is refused as AWS does, with no list."""
        found, tried = {}, 0
        for line in self.lines:
            service = model(line["service"])
            if line["kind"] != "junk token" or line["operation"] not in service.operation_names:
                continue
            (token,) = [name for name, value in line["input"].items() if value == JUNK][:1] or [None]
            if token not in tokens(line["service"], line["operation"]):
                continue
            tried += 1
            if line["status"] >= 500 or line["status"] < 400:
                found[f"{line['service']}:{line['operation']}", f"token: {token} answers {line['status']}"] = line
        self.assertGreater(tried, 50)
        self.judge(found, "token: ")

    def judge(self, found, kind=None):
        """All that is found is listed, and nothing else is."""
        known = {key: reason for key, reason in listed().items() if (kind and key[1].startswith(kind)) or (not kind and not key[1].startswith(("input: ", "token: ")))}
        wrong = [
            f"{name} | {what} | ({line['kind']}) {json.dumps(line['input'])[:200]} → {line['status']} {base64.b64decode(line['body'])[:300]!r}"
            for (name, what), line in sorted(found.items(), key=lambda entry: entry[0])
            if (name, what) not in known
        ]
        unneeded = [f"{name} | {what}" for name, what in known if (name, what) not in found]
        self.assertFalse(wrong, f"{len(wrong)} findings:\n" + "\n".join(wrong))
        self.assertFalse(unneeded, f"{LIST.name} lists what holds now; take it off:\n" + "\n".join(unneeded))
