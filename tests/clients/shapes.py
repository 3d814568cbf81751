"""Values against the shapes of botocore's service models, strictly: what botocore itself would read past is a finding here."""

import base64
import binascii
import datetime
import re
from xml.etree import ElementTree

from dateutil.tz import tzutc

ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
HTTP_DATE = "%a, %d %b %Y %H:%M:%S GMT"
#: The largest whole numbers of the models' types.
INTEGERS = {"integer": 2**31 - 1, "long": 2**63 - 1}


def utc(seconds):
    return datetime.datetime.fromtimestamp(seconds, tzutc())


class Reader:
    """Reads one answer or request: `value` is what it says, `findings` what is wrong with it."""

    def __init__(self):
        self.findings = []

    def wrong(self, path, what):
        self.findings.append(f"{path or 'the whole'}: {what}")

    def text(self, shape, value, path):
        """A string's constraints."""
        limits = shape.metadata
        if shape.enum and value not in shape.enum:
            self.wrong(path, f"'{value}' is none of {shape.enum}")
        self.within(limits, len(value), path, "characters")
        pattern = limits.get("pattern")
        if pattern and r"\p{" not in pattern:
            try:
                matches = re.search(pattern, value, re.ASCII)
            except re.error:
                return  # Written for another engine.
            if not matches:
                self.wrong(path, f"'{value[:80]}' does not match {pattern}")

    def within(self, limits, size, path, what):
        if size < limits.get("min", size) or size > limits.get("max", size):
            self.wrong(path, f"{size} {what}, not {limits.get('min', '')} to {limits.get('max', '')}")

    def members(self, shape, names, path):
        """The members that a structure must have."""
        for name in shape.required_members:
            if name not in names:
                self.wrong(f"{path}.{name}", "is required and not there")
        if getattr(shape, "is_tagged_union", False) and len(names) != 1:
            self.wrong(path, f"a union with {len(names)} members")


class Json(Reader):
    """AWS JSON."""

    def read(self, shape, value, path=""):
        return getattr(self, f"read_{shape.type_name}", self.read_text)(shape, value, path)

    def read_structure(self, shape, value, path):
        if getattr(shape, "is_document_type", False):
            return value
        if not isinstance(value, dict):
            return self.wrong(path, f"{value!r} is no structure")
        self.members(shape, value, path)
        known = {}
        for name, inner in value.items():
            if name not in shape.members:
                self.wrong(f"{path}.{name}", f"is no member of {shape.name}")
            else:
                known[name] = self.read(shape.members[name], inner, f"{path}.{name}")
        return known

    def read_list(self, shape, value, path):
        if not isinstance(value, list):
            return self.wrong(path, f"{value!r} is no list")
        self.within(shape.metadata, len(value), path, "items")
        return [self.read(shape.member, inner, f"{path}[{n}]") for n, inner in enumerate(value)]

    def read_map(self, shape, value, path):
        if not isinstance(value, dict):
            return self.wrong(path, f"{value!r} is no map")
        return {self.read(shape.key, key, f"{path} key"): self.read(shape.value, inner, f"{path}.{key}") for key, inner in value.items()}

    def read_timestamp(self, shape, value, path):
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return self.wrong(path, f"{value!r} is no number of seconds")
        if not 0 <= value < 253402300800:
            self.wrong(path, f"{value!r} is a time beyond all years")
        return utc(value)

    def read_boolean(self, shape, value, path):
        return value if isinstance(value, bool) else self.wrong(path, f"{value!r} is no boolean")

    def read_integer(self, shape, value, path):
        if isinstance(value, bool) or not isinstance(value, int):
            return self.wrong(path, f"{value!r} is no integer")
        self.within({"max": INTEGERS[shape.type_name], **shape.metadata}, value, path, "is the number")
        return value

    read_long = read_integer

    def read_float(self, shape, value, path):
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return self.wrong(path, f"{value!r} is no number")
        return value

    read_double = read_float

    def read_blob(self, shape, value, path):
        try:
            decoded = base64.b64decode(value, validate=True)
        except (binascii.Error, TypeError, ValueError):
            return self.wrong(path, "is no base64")
        self.within(shape.metadata, len(decoded), path, "bytes")
        return decoded

    def read_text(self, shape, value, path):
        if not isinstance(value, str):
            return self.wrong(path, f"{value!r} is no string")
        self.text(shape, value, path)
        return value


class Input(Json):
    """An example's input, in which numbers, flags and times may be text, as in forms and headers."""

    def read_timestamp(self, shape, value, path):
        return value

    def read_integer(self, shape, value, path):
        try:
            return super().read_integer(shape, int(value), path)
        except (TypeError, ValueError):
            return self.wrong(path, f"{value!r} is no integer")

    read_long = read_integer

    def read_boolean(self, shape, value, path):
        return value if value in (True, False, "true", "false") else self.wrong(path, f"{value!r} is no boolean")


class Xml(Reader):
    """XML of the query and REST-XML protocols: an element for each member, all in the service's namespace."""

    def __init__(self, namespace):
        super().__init__()
        self.namespace = namespace

    def name(self, node, path):
        match = re.fullmatch(r"\{(.*)\}(.*)", node.tag)
        if not match:
            self.wrong(path, f"<{node.tag}> has no namespace")
            return node.tag
        if match[1] != self.namespace:
            self.wrong(path, f"<{match[2]}> is in the namespace {match[1]}")
        return match[2]

    def read(self, shape, node, path=""):
        return getattr(self, f"read_{shape.type_name}", self.read_text)(shape, node, path)

    def named(self, shape, name):
        """The element of a member."""
        if shape.type_name == "list" and shape.serialization.get("flattened"):
            return shape.member.serialization.get("name", shape.serialization.get("name", name))
        return shape.serialization.get("name", name)

    def read_structure(self, shape, node, path):
        body = {name: inner for name, inner in shape.members.items() if "location" not in inner.serialization}
        attributes = {name: inner for name, inner in body.items() if inner.serialization.get("xmlAttribute")}
        elements = {self.named(inner, name): name for name, inner in body.items() if name not in attributes}
        known, flat = {}, {}
        for name, inner in attributes.items():
            prefix, _, own = inner.serialization["name"].rpartition(":")
            spaces = inner.serialization.get("xmlNamespace", {}) or shape.serialization.get("xmlNamespace", {})
            key = f"{{{spaces['uri']}}}{own}" if prefix else own
            if key in node.attrib:
                known[name] = node.attrib[key]
        for child in node:
            element = self.name(child, path)
            name = elements.get(element)
            where = f"{path}.{element}"
            if name is None:
                self.wrong(where, f"is no member of {shape.name}")
                continue
            inner = body[name]
            if inner.type_name == "list" and inner.serialization.get("flattened"):
                items = flat.setdefault(name, [])
                items.append(self.read(inner.member, child, f"{where}[{len(items)}]"))
            elif name in known:
                self.wrong(where, "is there twice")
            else:
                known[name] = self.read(inner, child, where)
        known.update(flat)
        self.members(shape, [*known, *(n for n in shape.required_members if "location" in shape.members[n].serialization)], path)
        return known

    def read_list(self, shape, node, path):
        wanted, items = shape.member.serialization.get("name", "member"), []
        if not len(node) and (node.text or "").strip():
            self.wrong(path, "is text, not a list")
        for n, child in enumerate(node):
            if self.name(child, path) != wanted:
                self.wrong(path, f"an item is <{child.tag}>, not <{wanted}>")
            items.append(self.read(shape.member, child, f"{path}[{n}]"))
        self.within(shape.metadata, len(items), path, "items")
        return items

    def read_map(self, shape, node, path):
        known = {}
        key, value = shape.key.serialization.get("name", "key"), shape.value.serialization.get("name", "value")
        for entry in node:
            parts = {self.name(part, path): part for part in entry}
            if self.name(entry, path) != "entry" or set(parts) != {key, value}:
                self.wrong(path, f"an entry is <{entry.tag}> of {sorted(parts)}")
                continue
            known[self.read(shape.key, parts[key], f"{path} key")] = self.read(shape.value, parts[value], f"{path} value")
        return known

    def leaf(self, node, path):
        if len(node):
            self.wrong(path, f"is a structure of {[child.tag for child in node]}")
        return node.text or ""

    def read_timestamp(self, shape, node, path):
        return self.time(shape.serialization.get("timestampFormat", "iso8601"), self.leaf(node, path), path)

    def time(self, form, text, path):
        if form == "iso8601":
            if not ISO.fullmatch(text):
                return self.wrong(path, f"'{text}' is no ISO 8601 time")
            return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(tzutc())
        try:
            return datetime.datetime.strptime(text, HTTP_DATE).replace(tzinfo=tzutc())
        except ValueError:
            return self.wrong(path, f"'{text}' is no HTTP date")

    def scalar(self, shape, text, path):
        """What lies in a text: in an element or in a header."""
        if shape.type_name == "boolean":
            if text not in ("true", "false"):
                self.wrong(path, f"'{text}' is no boolean")
            return text == "true"
        if shape.type_name in INTEGERS:
            if not re.fullmatch(r"-?\d+", text):
                return self.wrong(path, f"'{text}' is no integer")
            self.within(shape.metadata, int(text), path, "is the number")
            return int(text)
        if shape.type_name in ("float", "double"):
            return float(text)
        if shape.type_name == "blob":
            return base64.b64decode(text, validate=True)
        if shape.type_name == "timestamp":
            return self.time(shape.serialization.get("timestampFormat", "rfc822"), text, path)
        self.text(shape, text, path)
        return text

    def read_text(self, shape, node, path):
        return self.scalar(shape, self.leaf(node, path), path)


def parsed(body):
    return ElementTree.fromstring(body)
