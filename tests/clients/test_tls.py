"""TLS as clients meet it: their own libraries judge the certificates, and old protocols and slow greetings are turned away."""

import http.client
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
import unittest

from harness import REGION, Served


class Tls(Served):
    def arguments(self):
        return ["--tls-name", "sekisho.example", "--tls-name", "192.0.2.9"]

    def setUp(self):
        super().setUp()
        self.dev = self.account("dev")
        self.bundle = self.dev["AWS_CA_BUNDLE"]

    def greet(self, name, context=None):
        context = context or ssl.create_default_context(cafile=self.bundle)
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as plain, context.wrap_socket(plain, server_hostname=name) as tls:
            return tls.version(), tls.cipher()[0], tls.getpeercert()

    def test_names_and_addresses_are_verified_by_a_client_that_trusts_the_authority_alone(self):
        names = ["localhost", "127.0.0.1", "s3.localhost", "bucket.s3.localhost", f"bucket.s3.{REGION}.localhost", "kms.localhost", "bucket.localhost"]
        names += ["a.dotted.bucket.s3.localhost", "sekisho.example", "bucket.s3.sekisho.example", "192.0.2.9", f"git-codecommit.{REGION}.amazonaws.com"]
        for name in names:
            with self.subTest(name):
                version, _, certificate = self.greet(name)
                self.assertEqual(version, "TLSv1.3")
                left = ssl.cert_time_to_seconds(certificate["notAfter"]) - time.time()
                self.assertTrue(30 * 86400 < left < 91 * 86400, left)
                self.assertLess(ssl.cert_time_to_seconds(certificate["notBefore"]), time.time())
        for name in ("example.com", "sekisho.example.com", "localhost.example"):
            with self.subTest(name), self.assertRaises(ssl.SSLCertVerificationError):
                self.greet(name)
        with self.assertRaises(ssl.SSLCertVerificationError):
            self.greet("localhost", ssl.create_default_context())

    def test_two_versions_and_sane_ciphers(self):
        for version, wanted in ((ssl.TLSVersion.TLSv1_2, "TLSv1.2"), (ssl.TLSVersion.TLSv1_3, "TLSv1.3")):
            context = ssl.create_default_context(cafile=self.bundle)
            context.minimum_version = context.maximum_version = version
            spoken, cipher, _ = self.greet("localhost", context)
            self.assertEqual(spoken, wanted)
            self.assertRegex(cipher, r"^(TLS_|ECDHE-ECDSA-).*(AES.*GCM|CHACHA20)")
        openssl = shutil.which("openssl")
        if not openssl:
            self.skipTest("openssl is not there")

        def client(*options):
            command = [openssl, "s_client", "-connect", f"127.0.0.1:{self.port}", "-CAfile", self.bundle, "-brief", *options]
            return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30)

        self.assertIn("Verification: OK", client("-servername", "localhost", "-verify_hostname", "localhost").stderr)
        for options in (["-tls1"], ["-tls1_1"]):
            # At the lowest level of security, so that it is the server that refuses.
            refused = client(*options, "-cipher", "ALL:@SECLEVEL=0")
            self.assertNotEqual(refused.returncode, 0, options)
            self.assertNotIn("CONNECTION ESTABLISHED", refused.stderr, options)
        for cipher in ("AES128-SHA", "ECDHE-ECDSA-AES128-SHA", "AES128-GCM-SHA256", "NULL", "RC4-SHA"):
            self.assertNotIn("CONNECTION ESTABLISHED", client("-tls1_2", "-cipher", f"{cipher}:@SECLEVEL=0").stderr, cipher)

    def test_curl_and_the_aws_cli_trust_it_when_they_are_told_to(self):
        curl = shutil.which("curl")
        if curl:
            for host in ("localhost", "bucket.s3.localhost"):
                done = subprocess.run([curl, "-sS", "--cacert", self.bundle, "--resolve", f"{host}:{self.port}:127.0.0.1", f"https://{host}:{self.port}/", "-o", os.devnull, "-w", "%{http_code}"], capture_output=True, text=True)
                self.assertEqual(done.stderr, "")
                self.assertIn(done.stdout, ("403", "404"))
            refused = subprocess.run([curl, "-sS", f"https://127.0.0.1:{self.port}/"], capture_output=True, text=True)
            self.assertEqual(refused.returncode, 60, refused.stderr)
        without = {name: value for name, value in self.dev.items() if name != "AWS_CA_BUNDLE"}
        self.assertIn("CERTIFICATE_VERIFY_FAILED", self.aws(without, "sts", "get-caller-identity", check=False).stderr)
        self.aws(without, "sts", "get-caller-identity", "--ca-bundle", self.bundle)
        self.aws({**without, "AWS_ENDPOINT_URL": f"https://localhost:{self.port}"}, "sts", "get-caller-identity", "--ca-bundle", self.bundle)

    def test_secure_transport_is_what_the_listener_saw(self):
        self.aws(self.dev, "s3", "mb", "s3://tls-bucket")
        for value, https, plain in (("false", True, False), ("true", False, True)):
            policy = {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Principal": "*", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::tls-bucket", "Condition": {"Bool": {"aws:SecureTransport": value}}}}
            self.aws(self.dev, "s3api", "put-bucket-policy", "--bucket", "tls-bucket", "--policy", json.dumps(policy))
            for url, allowed in ((f"https://127.0.0.1:{self.port}", https), (f"http://127.0.0.1:{self.port}", plain)):
                done = self.aws({**self.dev, "AWS_ENDPOINT_URL": url}, "s3api", "list-objects-v2", "--bucket", "tls-bucket", check=False)
                self.assertEqual(done.returncode == 0, allowed, (value, url, done.stderr))
        # Nobody's word for it is taken.
        for header in ("x-forwarded-proto", "x-forwarded-ssl", "forwarded"):
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
            connection.request("GET", "/tls-bucket", headers={header: "https"})
            self.assertEqual(connection.getresponse().status, 403)

    def test_the_authoritys_key_is_not_readable(self):
        folder = self.temporary / "config/servers"
        key = next(folder.rglob("ca.key"))
        self.assertEqual(key.stat().st_mode & 0o777, 0o600)
        self.assertNotIn(b"PRIVATE KEY", key.read_bytes())
        self.assertEqual(str(key.parent / "ca.pem"), self.bundle)
        before = (key.parent / "ca.pem").read_text()
        self.stop()
        self.start()
        self.assertEqual((key.parent / "ca.pem").read_text(), before, "the same authority after a restart")

    def test_slow_greetings_are_cut_off_and_floods_of_them_do_not_keep_others_out(self):
        silent = [socket.create_connection(("127.0.0.1", self.port)) for _ in range(300)]
        half = silent[0]
        # A handshake that began, and does not go on.
        half.sendall(bytes([22, 3, 1, 2, 0, 1]))
        began = time.monotonic()
        self.assertEqual(self.greet("localhost")[0], "TLSv1.3")
        self.assertLess(time.monotonic() - began, 5)
        for connection in (half, silent[150], silent[-1]):
            connection.settimeout(20)
            try:
                self.assertEqual(connection.recv(100), b"")
            except ConnectionResetError:
                pass
        self.assertLess(time.monotonic() - began, 15)
        for connection in silent:
            connection.close()
        # Many whole handshakes at once are answered, all of them.
        failed = []

        def many():
            for _ in range(20):
                try:
                    self.greet("localhost")
                except OSError as error:
                    failed.append(error)

        threads = [threading.Thread(target=many) for _ in range(16)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        self.assertEqual(failed, [])


class Afar(Served):
    """A server that listens on all addresses."""

    def start(self):
        # The harness listens on the loopback; this one does not.
        self.log = open(self.temporary / "up.log", "a")
        self.server = subprocess.Popen([*self.command(), *self.arguments()], cwd=self.folder, env=self.environment, stdout=self.log, stderr=self.log)
        self.wait("the server", lambda: "CA bundle" in (self.temporary / "up.log").read_text(), 20)

    def command(self):
        from harness import BINARY

        return [BINARY, "up", "--listen", f"0.0.0.0:{self.port}"]

    def own_address(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect(("192.0.2.1", 9))
            except OSError:
                self.skipTest("this machine has no address but the loopback")
            address = probe.getsockname()[0]
        if address.startswith("127."):
            self.skipTest("this machine has no address but the loopback")
        return address

    def plain(self, address):
        connection = http.client.HTTPConnection(address, self.port, timeout=10)
        connection.request("GET", "/")
        return connection.getresponse().status

    def test_plain_http_is_for_this_machine(self):
        self.assertEqual(self.plain("127.0.0.1"), 403)
        address = self.own_address()
        with self.assertRaises((http.client.RemoteDisconnected, ConnectionError)):
            self.plain(address)
        context = ssl.create_default_context(cafile=self.account("dev")["AWS_CA_BUNDLE"])
        context.check_hostname = False
        with socket.create_connection((address, self.port), timeout=10) as plain, context.wrap_socket(plain) as tls:
            self.assertEqual(tls.version(), "TLSv1.3")


class Allowed(Afar):
    def arguments(self):
        return ["--allow-plain-http"]

    def test_plain_http_is_for_this_machine(self):
        self.assertEqual(self.plain(self.own_address()), 403)


if __name__ == "__main__":
    unittest.main()
