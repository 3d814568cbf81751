"""No member of AWS's inputs is ignored in silence: each that botocore's models know, of each operation that is there, is either
known or refused by its name."""

import base64
import json
import os

import boto3
import botocore.exceptions
from botocore.config import Config
from harness import Served
from test_answers import FOLDER, lines, model

#: Where the members that are refused by name are written, for people who look what is missing.
WRITE = os.environ.get("SEKISHO_WRITE_MEMBERS")
DEEPEST = 6
#: Checksums of S3 that nobody verifies yet. May only shrink.
UNREAD = {
    (f"s3:{operation}", f"Checksum{kind}")
    for operation in ("CompleteMultipartUpload", "PutObject", "UploadPart")
    for kind in ("MD5", "SHA512", "XXHASH128", "XXHASH3", "XXHASH64")
}


def sample(shape):
    """The smallest value that says something."""
    if shape.type_name == "structure":
        return {name: sample(shape.members[name]) for name in shape.required_members}
    if shape.type_name == "list":
        return [sample(shape.member)]
    if shape.type_name == "map":
        return {"x" if not shape.key.enum else shape.key.enum[0]: sample(shape.value)}
    if shape.type_name == "string":
        return shape.enum[0] if shape.enum else "x" * max(1, shape.metadata.get("min", 1))
    return {"boolean": True, "timestamp": 1700000000, "blob": b"x", "float": 1.0, "double": 1.0}.get(shape.type_name, max(1, shape.metadata.get("min", 1)))


def paths(shape, above=(), seen=()):
    """Every member, by the names that lead to it."""
    if len(above) > DEEPEST or shape.name in seen:
        return
    if shape.type_name == "structure":
        for name, inner in shape.members.items():
            yield (*above, name)
            yield from paths(inner, (*above, name), (*seen, shape.name))
    elif shape.type_name == "list":
        yield from paths(shape.member, above, (*seen, shape.name))
    elif shape.type_name == "map":
        yield from paths(shape.value, above, (*seen, shape.name))


def with_member(shape, base, path):
    """`base` with the member at `path`, and what the structures above it must have."""
    if shape.type_name == "list":
        return [with_member(shape.member, base[0] if isinstance(base, list) and base else sample(shape.member), path)]
    if shape.type_name == "map":
        return {key: with_member(shape.value, value, path) for key, value in sample(shape).items()}
    if not path:
        return sample(shape)
    base = dict(base) if isinstance(base, dict) else sample(shape)
    inner = shape.members[path[0]]
    base[path[0]] = with_member(inner, base.get(path[0]), path[1:]) if path[1:] else sample(inner)
    return base


class Members(Served):
    example = "quickstart"

    def test_each_member_is_known_or_refused_by_name(self):
        dev = self.account("dev")
        clients, wrong, refused, unread, sent = {}, [], {}, set(), 0
        bindings = json.loads((FOLDER / "bindings.json").read_text())
        for line in lines():
            service, operation = line["service"], line["operation"]
            if line["kind"] != "done" or line["variation"] or operation not in model(service).operation_names:
                continue
            shape = model(service).operation_model(operation).input_shape
            if shape is None:
                continue
            if service not in clients:
                clients[service] = boto3.client(
                    service,
                    region_name=dev["AWS_REGION"],
                    endpoint_url=dev["AWS_ENDPOINT_URL"],
                    verify=dev["AWS_CA_BUNDLE"],
                    aws_access_key_id=dev["AWS_ACCESS_KEY_ID"],
                    aws_secret_access_key=dev["AWS_SECRET_ACCESS_KEY"],
                    aws_session_token=dev["AWS_SESSION_TOKEN"],
                    config=Config(parameter_validation=False, retries={"max_attempts": 0}, read_timeout=20),
                )
            given = {name: value for name, value in line["input"].items() if name in shape.members}
            for path in paths(shape):
                member, name = shape.members[path[0]], f"{service}:{operation}"
                read = service != "s3" or not member.serialization.get("location") or path[0] in bindings[operation]
                if not read:
                    unread.add((name, path[0]))
                try:
                    clients[service]._make_api_call(operation, with_member(shape, given, path))
                    status, message = 200, ""
                except botocore.exceptions.ClientError as e:
                    status, message = e.response["ResponseMetadata"]["HTTPStatusCode"], e.response["Error"].get("Message", "")
                except (botocore.exceptions.BotoCoreError, TypeError, ValueError, AttributeError):
                    # An example's text is no value of a client's: such a member is tried by others.
                    continue
                except KeyError as e:
                    wrong.append(f"{name}: botocore cannot read the answer: {e!r}")
                    continue
                sent += 1
                if status == 501:
                    refused.setdefault(name, []).append(".".join(path))
                    # The member is told, or what it would do; a HEAD request's answer has no words.
                    if message.startswith(f"{name} is not implemented") or (not message and not operation.startswith("Head")):
                        wrong.append(f"{name} {'.'.join(path)}: {message}")
                elif status >= 500:
                    wrong.append(f"{name} {'.'.join(path)}: {status} {message}")
        count = sum(map(len, refused.values()))
        print(f"{sent} inputs with one member each, {count} members refused by name, of {len(refused)} operations")
        if WRITE:
            with open(WRITE, "w") as file:
                file.writelines(f"{name}: {', '.join(members)}\n" for name, members in sorted(refused.items()))
        # Nobody pays for requests here: the header is welcome, and says nothing.
        self.assertEqual({u for u in unread if u[1] != "RequestPayer"}, UNREAD)
        self.assertGreater(sent, 1000)
        self.assertFalse(wrong, f"{len(wrong)} findings:\n" + "\n".join(wrong))
