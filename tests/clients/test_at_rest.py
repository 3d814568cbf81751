"""What lies on disk: backups, another root key, where the key comes from, and that nothing readable is left anywhere."""

import base64
import codecs
import json
import lzma
import os
import secrets
import shutil
import signal
import stat
import subprocess
import tarfile
import time
import unittest
from pathlib import Path

from harness import BINARY, DEV, ROOT, Delivery, Served, free_port

KEY_A, KEY_B = "a1" * 32, "b2" * 32


class Kept(Served):
    """A server with an object of each size, a secret, and a text encrypted under a key."""

    example = "quickstart"

    def setUp(self):
        super().setUp()
        self.fill()

    def fill(self):
        dev = self.account("dev")
        self.contents = {"small": b"small", "large": os.urandom(3_000_000)}
        self.aws(dev, "s3", "mb", "s3://kept-bucket")
        for name, content in self.contents.items():
            path = self.temporary / name
            path.write_bytes(content)
            self.aws(dev, "s3", "cp", str(path), f"s3://kept-bucket/{name}")
        key = self.answer(dev, "kms", "create-key")["KeyMetadata"]["KeyId"]
        self.aws(dev, "kms", "create-alias", "--alias-name", "alias/kept", "--target-key-id", key)
        plain = self.temporary / "plain"
        plain.write_bytes(b"kept text")
        sealed = self.answer(dev, "kms", "encrypt", "--key-id", key, "--plaintext", f"fileb://{plain}")
        self.sealed = base64.b64decode(sealed["CiphertextBlob"])
        self.aws(dev, "secretsmanager", "create-secret", "--name", "kept", "--secret-string", "kept secret")

    def check(self):
        """Everything that was put there is there."""
        dev = self.account("dev")
        back = self.temporary / "back"
        for name, content in self.contents.items():
            self.aws(dev, "s3", "cp", f"s3://kept-bucket/{name}", str(back))
            self.assertEqual(back.read_bytes(), content, name)
        cipher = self.temporary / "cipher"
        cipher.write_bytes(self.sealed)
        opened = self.answer(dev, "kms", "decrypt", "--ciphertext-blob", f"fileb://{cipher}")
        self.assertEqual(base64.b64decode(opened["Plaintext"]), b"kept text")
        self.assertEqual(self.answer(dev, "secretsmanager", "get-secret-value", "--secret-id", "kept")["SecretString"], "kept secret")

    def keys(self):
        server = (self.folder / ".sekisho/server-id").read_text().strip()
        return Path(self.environment["SEKISHO_CONFIG_DIR"]) / "servers" / server


class Backups(Kept):
    def test_a_running_servers_backup_is_recorded_and_comes_back(self):
        backup = self.temporary / "one.backup"
        said = self.sekisho("backup", str(backup)).stdout
        self.assertIn("verified", said)
        self.assertIn("root key is not in it", said)
        self.assertEqual(stat.S_IMODE(backup.stat().st_mode), 0o600)
        trail = self.sekisho("audit", "lookup", "--account", "management", "--output", "json").stdout
        self.assertIn("CreateBackup", trail)
        self.assertIn("operator", trail)
        refused = self.sekisho("backup", str(backup), check=False)
        self.assertEqual(refused.returncode, 2)
        self.assertIn("there already", refused.stderr)
        # Nobody but the operator's account may have all of it.
        import boto3.session
        from botocore.auth import SigV4Auth
        from botocore.awsrequest import AWSRequest
        from botocore.credentials import Credentials
        from botocore.httpsession import URLLib3Session

        dev = self.account("dev")
        request = AWSRequest("POST", f"https://127.0.0.1:{self.port}/", data=b"{}", headers={"x-amz-target": "Sekisho_20261122.CreateBackup", "content-type": "application/x-amz-json-1.1"})
        SigV4Auth(Credentials(dev["AWS_ACCESS_KEY_ID"], dev["AWS_SECRET_ACCESS_KEY"], dev["AWS_SESSION_TOKEN"]), "operator", dev["AWS_REGION"]).add_auth(request)
        answer = URLLib3Session(verify=dev["AWS_CA_BUNDLE"]).send(request.prepare())
        self.assertEqual(answer.status_code, 403, answer.content)
        self.assertIn(b"operator's account", answer.content)

        # What comes later is not in it.
        self.aws(dev, "s3", "rm", "s3://kept-bucket/large")
        other = self.temporary / "other"
        other.mkdir()
        said = self.sekisho("restore", str(backup), "--dir", str(other)).stdout
        self.assertIn("is as it was", said)
        again = self.sekisho("restore", str(backup), "--dir", str(other), check=False)
        self.assertEqual(again.returncode, 2)
        self.assertIn("there is data in", again.stderr)
        busy = self.sekisho("restore", str(backup), "--replace", check=False)
        self.assertIn(f"in use by process {self.server.pid}", busy.stderr)
        self.assertNotEqual((other / ".sekisho/server-id").read_text(), (self.folder / ".sekisho/server-id").read_text())
        for name in self.folder.iterdir():
            if name.name != ".sekisho":
                (shutil.copytree if name.is_dir() else shutil.copy)(name, other / name.name)
        self.stop()
        self.folder = other
        self.start()
        self.check()

    def test_a_stopped_servers_backup_replaces_its_state(self):
        self.stop()
        backup = self.temporary / "two.backup"
        self.sekisho("backup", str(backup))
        self.start()
        self.aws(self.account("dev"), "s3", "rm", "s3://kept-bucket/large")
        self.stop()
        server = (self.folder / ".sekisho/server-id").read_text()
        self.sekisho("restore", str(backup), "--replace")
        self.assertEqual((self.folder / ".sekisho/server-id").read_text(), server)
        self.assertFalse((self.folder / ".sekisho.restoring").exists())
        self.start()
        self.check()

    def test_altered_and_cut_backups_are_refused_with_their_place(self):
        backup = self.temporary / "three.backup"
        self.sekisho("backup", str(backup))
        good = backup.read_bytes()
        self.assertIn("whole", self.sekisho("backup", "--verify", str(backup)).stdout)
        other = self.temporary / "other"
        other.mkdir()
        bad = self.temporary / "bad.backup"
        for at in (5, 60, 200, 500, len(good) // 2, len(good) - 1):
            for content in (good[:at], good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :]):
                bad.write_bytes(content)
                for command in (["backup", "--verify", str(bad)], ["restore", str(bad), "--dir", str(other)]):
                    refused = self.sekisho(*command, check=False)
                    self.assertNotEqual(refused.returncode, 0, (at, command))
                    self.assertIn("bad.backup", refused.stderr)
                    self.assertEqual(list(other.iterdir()), [], (at, command))
        bad.write_bytes(good[: len(good) // 2])
        self.assertRegex(self.sekisho("backup", "--verify", str(bad), check=False).stderr, r"at byte \d+: it was cut off")

    def test_a_restore_that_is_killed_leaves_nothing_half(self):
        big = self.temporary / "big"
        big.write_bytes(os.urandom(60_000_000))
        self.aws(self.account("dev"), "s3", "cp", str(big), "s3://kept-bucket/big")
        backup = self.temporary / "four.backup"
        self.sekisho("backup", str(backup))
        other = self.temporary / "other"
        other.mkdir()
        cut = 0
        for pause in (0.01, 0.03, 0.06, 0.1, 0.2):
            running = subprocess.Popen([BINARY, "restore", str(backup), "--dir", str(other)], env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(pause)
            running.kill()
            if running.wait() == 0:
                break
            cut += 1
            if (other / ".sekisho").exists():
                break
        self.assertGreater(cut, 0)
        if not (other / ".sekisho").exists():
            self.sekisho("restore", str(backup), "--dir", str(other))
        self.assertFalse((other / ".sekisho.restoring").exists())
        self.assertTrue((other / ".sekisho/data/store.db").exists())

    def test_no_room_for_a_backup_or_a_restore_leaves_nothing_and_harms_nothing(self):
        small = self.temporary / "small-disk"
        small.mkdir()
        script = f"""
            mount -t tmpfs -o size=2m small {small} || exit 77
            cd {self.folder}
            {BINARY} backup {small}/five.backup; echo "backup $?"; ls -A {small}
            {BINARY} restore {self.temporary}/whole.backup --dir {small}; echo "restore $?"; ls -A {small}
        """
        self.sekisho("backup", str(self.temporary / "whole.backup"))
        done = subprocess.run(["unshare", "--mount", "--propagation", "private", "sh", "-c", script], env=self.environment, capture_output=True, text=True)
        if done.returncode == 77 or "Operation not permitted" in done.stderr or not done.stdout:
            self.skipTest(f"this kernel or this user may not mount a file system in a namespace of its own: {done.stderr.strip()}")
        self.assertEqual(done.stdout.split("\n"), ["backup 1", "restore 1", ""], done.stderr)
        self.assertIn("No space left", done.stderr)
        self.check()


class RootKeys(Kept):
    def test_the_old_key_is_useless_after_a_rotation(self):
        running = self.sekisho("rotate-root-key", check=False)
        self.assertIn(f"in use by process {self.server.pid}", running.stderr)
        backup = self.temporary / "before.backup"
        self.sekisho("backup", str(backup))
        self.stop()
        folder = self.keys()
        old = (folder / "root.key").read_text()
        self.sekisho("rotate-root-key")
        self.assertNotEqual((folder / "root.key").read_text(), old)
        kept = list(folder.glob("root.key.until-*"))
        self.assertEqual([path.read_text() for path in kept], [old])
        for path in (folder / "root.key", kept[0], folder / "ca.key"):
            self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600, path)
        self.environment["SEKISHO_ROOT_KEY"] = old
        refused = self.sekisho("audit", "lookup", check=False)
        self.assertIn("written under another root key", refused.stderr)
        del self.environment["SEKISHO_ROOT_KEY"]
        self.start()
        self.check()
        trail = self.sekisho("audit", "lookup", "--account", "management", "--output", "json").stdout
        self.assertIn("RotateRootKey", trail)
        # A backup from before comes back by the key from before.
        other = self.temporary / "other"
        other.mkdir()
        self.sekisho("restore", str(backup), "--dir", str(other))

    def test_a_rotation_that_was_cut_off_is_brought_to_its_end(self):
        self.stop()
        folder = self.keys()
        old = (folder / "root.key").read_text()
        self.sekisho("rotate-root-key")
        new = (folder / "root.key").read_text()
        # As if it had ended before the new key had its place, and before the keys were wrapped by it.
        for present, coming, stays in ((old, new, new), (new, KEY_A, new)):
            for name, text in (("root.key", present), ("root.key.new", coming)):
                (folder / name).write_text(text)
                (folder / name).chmod(0o600)
            self.start()
            self.check()
            self.stop()
            self.assertEqual((folder / "root.key").read_text(), stays)
            self.assertFalse((folder / "root.key.new").exists())

    def test_where_a_root_key_may_come_from(self):
        self.stop()
        outside = self.temporary / "keys"
        outside.mkdir()
        file = outside / "a"
        file.write_text(KEY_A + "\n")
        file.chmod(0o600)
        own = self.keys() / "root.key"
        self.environment["SEKISHO_NEW_ROOT_KEY_FILE"] = str(file)
        self.sekisho("rotate-root-key")
        del self.environment["SEKISHO_NEW_ROOT_KEY_FILE"]
        self.assertFalse(own.exists())

        def refused(words, **variables):
            done = subprocess.run([BINARY, "up", "--listen", f"127.0.0.1:{self.port}"], cwd=self.folder, env={**self.environment, **variables}, capture_output=True, text=True, timeout=30)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(words, done.stderr)

        refused("root key", )
        refused("another root key", SEKISHO_ROOT_KEY=KEY_B)
        refused("64 hexadecimal digits", SEKISHO_ROOT_KEY="secret")
        refused("which key is meant", SEKISHO_ROOT_KEY=KEY_A, SEKISHO_ROOT_KEY_FILE=str(file))
        refused("64 hexadecimal digits", SEKISHO_ROOT_KEY_COMMAND="echo nothing")
        refused("exit status: 3", SEKISHO_ROOT_KEY_COMMAND="exit 3")
        refused("no file", SEKISHO_ROOT_KEY_FILE=str(outside / "none"))
        for mode in (0o640, 0o604, 0o660, 0o700):
            file.chmod(mode)
            refused("open to others", SEKISHO_ROOT_KEY_FILE=str(file))
        file.chmod(0o600)
        beside = self.folder / ".sekisho/key"
        beside.write_text(KEY_A)
        beside.chmod(0o600)
        refused("beside the data", SEKISHO_ROOT_KEY_FILE=str(beside))
        link = outside / "link"
        link.symlink_to(beside)
        refused("beside the data", SEKISHO_ROOT_KEY_FILE=str(link))
        beside.unlink()
        for variables in ({"SEKISHO_ROOT_KEY": KEY_A}, {"SEKISHO_ROOT_KEY_FILE": str(file)}, {"SEKISHO_ROOT_KEY_COMMAND": f"cat {file}"}):
            self.environment.update(variables)
            self.start()
            self.check()
            self.stop()
            for name in variables:
                del self.environment[name]
        self.environment["SEKISHO_ROOT_KEY_COMMAND"] = f"cat {file}"
        self.assertIn("no new one is given", self.sekisho("rotate-root-key", check=False).stderr)
        backup = self.temporary / "external.backup"
        self.sekisho("backup", str(backup))
        self.sekisho("rotate-root-key", "--own")
        del self.environment["SEKISHO_ROOT_KEY_COMMAND"]
        self.start()
        self.check()

    def test_one_process_per_data_directory(self):
        second = self.sekisho("up", "--listen", f"127.0.0.1:{free_port()}", check=False)
        self.assertNotEqual(second.returncode, 0)
        self.assertIn(f"in use by process {self.server.pid}", second.stderr)


class Before(Kept):
    """A data directory that the version before keyrings wrote, and that a `kill -9` ended."""

    def setUp(self):
        Delivery.setUp(self)
        self.port, self.server, self.starts = free_port(), None, 0
        self.addCleanup(self.stop)
        shutil.rmtree(self.folder)
        with lzma.open(ROOT / "tests/clients/states/before-keyrings.tar.xz") as packed, tarfile.open(fileobj=packed) as tar:
            tar.extractall(self.folder, filter="data")
        self.environment["SEKISHO_CONFIG_DIR"] = str(self.folder / "config")
        for path in (self.folder / "config").rglob("*"):
            path.chmod(0o700 if path.is_dir() else 0o600)
        self.log = open(self.temporary / "up.log", "a")

    def check(self):
        dev = self.account("dev")
        for name, content in (("small", "small\n"), ("large", "large line of an object\n" * 3000)):
            self.assertEqual(self.aws(dev, "s3", "cp", f"s3://bucket-of-old/{name}", "-").stdout, content)
        cipher = self.temporary / "cipher"
        cipher.write_bytes(base64.b64decode((self.folder / "ciphertext").read_text()))
        opened = self.answer(dev, "kms", "decrypt", "--ciphertext-blob", f"fileb://{cipher}")
        # It was given to a CLI that takes the text as it is.
        self.assertEqual(base64.b64decode(base64.b64decode(opened["Plaintext"])), b"kept text")
        self.assertEqual(self.answer(dev, "secretsmanager", "get-secret-value", "--secret-id", "secret")["SecretString"], "kept secret")

    def test_it_opens_is_rotated_and_its_old_key_is_useless(self):
        self.start()
        self.check()
        self.assertFalse((self.folder / "config/ca.key").exists(), "the authority's key lay in the clear")
        self.stop()
        old = (self.keys() / "root.key").read_text()
        self.sekisho("rotate-root-key")
        self.start()
        self.check()
        self.stop()
        self.environment["SEKISHO_ROOT_KEY"] = old
        self.assertIn("another root key", self.sekisho("audit", "lookup", check=False).stderr)
        # Not even without the keyring, by which it was read before.
        (self.folder / ".sekisho/data/keyring").unlink()
        self.assertIn("another root key", self.sekisho("audit", "lookup", check=False).stderr)


def forms(marker):
    """How the marker may look where it lies: pieces that no other text has."""
    raw = marker.encode()
    found = {"text": raw[4:-4], "hex": raw.hex().encode()[8:-8], "HEX": raw.hex().upper().encode()[8:-8], "utf-16": marker.encode("utf-16-le")[8:-8], "UTF-16": marker.encode("utf-16-be")[8:-8], "reversed": raw[::-1][4:-4], "rot13": codecs.encode(marker, "rot13").encode()[4:-4]}
    for shift in range(3):
        found[f"base64+{shift}"] = base64.b64encode(b"\0" * shift + raw)[8:-8]
    found["json"] = "".join(f"\\u{ord(c):04x}" for c in marker).encode()[24:-24]
    return found


class Markers(Served):
    """A marker in all that a delivery carries, and nowhere on disk."""

    example = "quickstart"

    def places(self, folder):
        for path in folder.rglob("*"):
            if path.is_file() and not path.is_symlink():
                yield path

    def nowhere(self, markers, *folders):
        for folder in folders:
            for path in self.places(folder):
                content = path.read_bytes()
                for marker in markers:
                    for form, bytes_ in forms(marker).items():
                        self.assertNotIn(bytes_, content, f"{marker} as {form} in {path}")

    def test_a_delivery_leaves_nothing_readable(self):
        markers = {what: f"MARK{what}{secrets.token_hex(12)}KRAM" for what in ("source", "log", "object", "large", "secret", "plain", "tag", "upload")}
        runtime = self.temporary / "runtime"
        runtime.mkdir()
        self.stop()
        self.environment["SEKISHO_RUNTIME_DIR"] = str(runtime)
        spec = next(self.folder.rglob("buildspec.yml"), None) or next(self.folder.rglob("buildspec*.y*ml"))
        text = spec.read_text()
        text = text.replace("commands:\n", f"commands:\n      - echo {markers['log']}\n", 1)
        spec.write_text(text)
        (spec.parent / "marked.txt").write_text((markers["source"] + "\n") * 50)
        self.assertIn(markers["log"], spec.read_text())
        run = self.sekisho("run", "--approve-all", check=False)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        self.start()
        dev = self.account("dev")
        self.aws(dev, "s3", "mb", "s3://marker-bucket")
        for name, count in (("object", 3), ("large", 20_000)):
            path = self.temporary / f"{name}.bin"
            path.write_text((markers[name] + " surroundings that pack well ") * count)
            self.aws(dev, "s3", "cp", str(path), f"s3://marker-bucket/{name}", "--metadata", f"note={markers['tag']}")
        self.aws(dev, "secretsmanager", "create-secret", "--name", "marked", "--secret-string", markers["secret"])
        plain = self.temporary / "plain.bin"
        plain.write_text(markers["plain"])
        key = self.answer(dev, "kms", "create-key", "--description", markers["tag"])["KeyMetadata"]["KeyId"]
        self.aws(dev, "kms", "encrypt", "--key-id", key, "--plaintext", f"fileb://{plain}", "--encryption-context", f"note={markers['tag']}")
        self.aws(dev, "iam", "create-role", "--role-name", "marked", "--description", markers["tag"], "--assume-role-policy-document", json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": DEV}, "Action": "sts:AssumeRole"}]}), check=False)
        # Denied and malformed calls are recorded with what they brought.
        self.aws(dev, "s3api", "put-object", "--bucket", "no-such-bucket-of-ours", "--key", markers["tag"], check=False)
        self.aws(dev, "kms", "describe-key", "--key-id", markers["tag"], check=False)
        parameter = self.aws(dev, "ssm", "put-parameter", "--name", "marked", "--type", "SecureString", "--value", markers["secret"], check=False)
        self.assertTrue(parameter.returncode == 0 or "NotImplemented" in parameter.stderr or "501" in parameter.stderr, parameter.stderr)
        # An upload that is under way when the server dies.
        upload = self.answer(dev, "s3api", "create-multipart-upload", "--bucket", "marker-bucket", "--key", "upload")
        part = self.temporary / "part.bin"
        part.write_text(markers["upload"] * 200_000)
        self.aws(dev, "s3api", "upload-part", "--bucket", "marker-bucket", "--key", "upload", "--part-number", "1", "--upload-id", upload["UploadId"], "--body", str(part))
        state = self.folder / ".sekisho"
        self.nowhere(markers.values(), state)
        # What the server's processes show to others on the machine.
        secret_texts = [markers[name].encode() for name in ("secret", "plain", "object")]
        secret_texts.append((next((Path(self.environment["SEKISHO_CONFIG_DIR"]) / "servers").rglob("root.key"))).read_bytes().strip())
        seen = 0
        for process in Path("/proc").iterdir():
            if not process.name.isdigit():
                continue
            try:
                group = {int(process.name), int((process / "stat").read_text().rsplit(")", 1)[1].split()[1])}
                if self.server.pid not in group:
                    continue
                shown = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
            except OSError:
                continue
            seen += 1
            for text in secret_texts:
                self.assertNotIn(text, shown, process)
        self.assertGreater(seen, 0)
        self.stop(signal.SIGKILL)
        self.nowhere(markers.values(), state)
        self.start()
        self.stop()
        self.nowhere(markers.values(), state)
        self.assertEqual(list(runtime.iterdir()), [], "workspaces are removed at the end")
        self.nowhere(markers.values(), Path(self.environment["SEKISHO_CONFIG_DIR"]))
        log = (self.temporary / "up.log").read_bytes()
        for marker in markers.values():
            self.assertNotIn(marker.encode(), log)
        backup = self.temporary / "backups"
        backup.mkdir()
        self.sekisho("backup", str(backup / "marked.backup"))
        self.nowhere(markers.values(), backup)


del Kept
if __name__ == "__main__":
    unittest.main()
