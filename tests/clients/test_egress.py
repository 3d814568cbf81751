"""The way out, as package managers take it: through the proxy, to hosts that the project asks for and the operator allows, and to
no other. The hosts are loopback addresses of this test's own."""

import base64
import functools
import hashlib
import http.server
import io
import json
import shutil
import tarfile
import threading
import unittest
import zipfile

from building import ENVIRONMENT, Building
from harness import free_port

HOST, OTHER = "127.0.0.2", "127.0.0.3"


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def wheel():
    """A package whose program says hello."""
    files = {
        "hello.py": "def main():\n    print('hello from a wheel')\n",
        "hello-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: hello\nVersion: 1.0\n",
        "hello-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        "hello-1.0.dist-info/entry_points.txt": "[console_scripts]\nhello-py = hello:main\n",
        "hello-1.0.dist-info/RECORD": "",
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return out.getvalue()


def tarball():
    files = {"package.json": json.dumps({"name": "hello-js", "version": "1.0.0", "bin": "hello.js"}), "hello.js": "#!/usr/bin/env node\nconsole.log('hello from npm')\n"}
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, text in files.items():
            entry = tarfile.TarInfo(f"package/{name}")
            entry.size, entry.mode = len(text), 0o755
            archive.addfile(entry, io.BytesIO(text.encode()))
    return out.getvalue()


class Egress(Building):
    def setUp(self):
        self.port_there = free_port()
        super().setUp()
        site = self.temporary / "site"
        handler = functools.partial(Quiet, directory=str(site))
        for host in (HOST, OTHER):
            server = http.server.ThreadingHTTPServer((host, self.port_there), handler)
            threading.Thread(target=server.serve_forever, daemon=True).start()
            self.addCleanup(server.server_close)
            self.addCleanup(server.shutdown)
        self.site, self.url = site, f"http://{HOST}:{self.port_there}"
        self.python(), self.node(), self.repository(), self.debian()

    def arguments(self):
        return ["--allow-egress", f"{HOST}:{self.port_there}"]

    def put(self, path, content):
        place = self.site / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content if isinstance(content, bytes) else content.encode())

    def python(self):
        self.put("simple/hello/index.html", '<a href="hello-1.0-py3-none-any.whl">hello</a>')
        self.put("simple/hello/hello-1.0-py3-none-any.whl", wheel())

    def node(self):
        packed = tarball()
        digest = "sha512-" + base64.b64encode(hashlib.sha512(packed).digest()).decode()
        version = {"name": "hello-js", "version": "1.0.0", "bin": "hello.js", "dist": {"tarball": f"{self.url}/tarballs/hello-js-1.0.0.tgz", "integrity": digest}}
        self.put("hello-js", json.dumps({"name": "hello-js", "dist-tags": {"latest": "1.0.0"}, "versions": {"1.0.0": version}}))
        self.put("tarballs/hello-js-1.0.0.tgz", packed)

    def repository(self):
        work = self.temporary / "work"
        work.mkdir()
        self.git(self.dev, "init", "-q", "-b", "main", cwd=work)
        self.git(self.dev, "commit", "-q", "--allow-empty", "-m", "Hello from git", cwd=work)
        self.git(self.dev, "clone", "-q", "--bare", ".", str(self.site / "hello.git"), cwd=work)
        self.git(self.dev, "update-server-info", cwd=self.site / "hello.git")

    def debian(self):
        """A flat repository without packages."""
        self.put("debian/Packages", "")
        digest = hashlib.sha256(b"").hexdigest()
        self.put("debian/Release", f"Origin: hello\nSuite: here\nDate: Thu, 01 Jan 2026 00:00:00 UTC\nSHA256:\n {digest} 0 Packages\n")

    def built(self, name, *commands, asks):
        text = "version: 0.2\nphases:\n  build:\n    commands:\n" + "".join(f"      - {json.dumps(c)}\n" for c in commands)
        variables = [{"name": "SEKISHO_EGRESS", "value": asks, "type": "PLAINTEXT"}] if asks else []
        self.project(name, text, environment={**ENVIRONMENT, "environmentVariables": variables})
        build = self.run_build(name)
        return build["buildStatus"], self.text(build)

    def test_package_managers_go_through_the_proxy(self):
        apt = "-o Dir::Etc::sourcelist=$PWD/list -o Dir::Etc::sourceparts=/dev/null -o Dir::State=$PWD/state -o Dir::Cache=$PWD/cache -o APT::Sandbox::User="
        managers = {
            "curl": ([f"curl -fsS {self.url}/debian/Release"], "Origin: hello"),
            "git": ([f"git clone -q {self.url}/hello.git", "git -C hello log --format=%s"], "Hello from git"),
            "pip3": ([f"pip3 install -q --index-url {self.url}/simple --trusted-host {HOST} hello", "hello-py"], "hello from a wheel"),
            "npm": ([f"npm install --global --no-audit --no-fund --registry {self.url} hello-js", "hello-js"], "hello from npm"),
            "apt-get": ([f"echo 'deb [trusted=yes] {self.url}/debian ./' > list", "mkdir -p state/lists/partial cache/archives/partial", f"apt-get {apt} update"], f"{self.url}/debian ./ Release"),
        }
        for name, (commands, said) in managers.items():
            if shutil.which(name, path="/usr/local/bin:/usr/bin:/bin") is None:
                continue
            with self.subTest(name):
                status, log = self.built(name, *commands, asks=f"{HOST}:{self.port_there}")
                self.assertEqual(status, "SUCCEEDED", log)
                self.assertIn(said, log)
                self.assertIn(f"Network: {HOST}:{self.port_there} allowed", log)

    def test_there_is_no_other_way(self):
        there, other = f"{HOST}:{self.port_there}", f"{OTHER}:{self.port_there}"
        # What the project does not ask for; what the operator does not allow; past the proxy; without asking at all.
        refused = [f"! curl -fsS -m 5 http://{other}/hello-js", f"! curl -fsS -m 5 --noproxy '*' http://{there}/hello-js"]
        status, log = self.built("not-asked", *refused, asks=there)
        self.assertEqual(status, "SUCCEEDED", log)
        self.assertIn(f"Network: {other} refused", log)
        status, log = self.built("not-allowed", refused[0], asks=f"{there},{other}")
        self.assertEqual(status, "SUCCEEDED", log)
        self.assertIn(f"SEKISHO_EGRESS asks for {other}", log)
        status, log = self.built("silent", f"! curl -fsS -m 5 http://{there}/hello-js", 'test -z "$HTTP_PROXY"', asks="")
        self.assertEqual(status, "SUCCEEDED", log)
        # The proxy is no way to the server's own machine.
        status, log = self.built("inward", f"! curl -fsS -m 5 -x http://127.0.0.1:3128 http://127.0.0.1:{self.port}/", asks=there)
        self.assertEqual(status, "SUCCEEDED", log)


if __name__ == "__main__":
    unittest.main()
