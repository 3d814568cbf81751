"""Connections by SSH, to a server of the test's own."""

import asyncio
import threading
import unittest

import asyncssh
from githost import HostBuilds


class ConnectionsBySsh(HostBuilds):
    def serve(self, keys):
        """Serves git-upload-pack by SSH; gives the port and the host's public key."""
        own = asyncssh.generate_private_key("ssh-ed25519")
        root, commands, ready, loop = self.host.root, [], threading.Event(), asyncio.new_event_loop()
        at = {}

        async def session(process):
            commands.append(process.command)
            path = process.command.split("'")[1].lstrip("/")
            git = await asyncio.create_subprocess_exec("git", "upload-pack", str(root / path), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE)
            await process.redirect(stdin=git.stdin, stdout=git.stdout)
            process.exit(await git.wait())

        async def start():
            at["server"] = await asyncssh.create_server(asyncssh.SSHServer, "127.0.0.1", 0, server_host_keys=[own], authorized_client_keys=str(keys), process_factory=session, encoding=None)
            at["port"] = at["server"].sockets[0].getsockname()[1]
            ready.set()

        def run():
            asyncio.set_event_loop(loop)
            loop.run_until_complete(start())
            loop.run_forever()

        threading.Thread(target=run, daemon=True).start()
        self.assertTrue(ready.wait(10))
        self.addCleanup(loop.call_soon_threadsafe, loop.stop)
        return at["port"], own.export_public_key().decode(), commands

    def test_the_hosts_key_and_the_connections_key_count(self):
        commit = self.host.commit("index.html", "one", "the first")
        mine, others = asyncssh.generate_private_key("ssh-ed25519"), asyncssh.generate_private_key("ssh-ed25519")
        keys, own, other = (self.temporary / name for name in ("authorized", "own", "other"))
        keys.write_bytes(mine.export_public_key())
        own.write_bytes(mine.export_private_key())
        other.write_bytes(others.export_private_key())
        port, host_key, commands = self.serve(keys)
        known, wrong = self.temporary / "known", self.temporary / "wrong"
        known.write_text(f"[127.0.0.1]:{port} {host_key}")
        wrong.write_text(others.export_public_key().decode())
        connections = self.client(self.dev, "codeconnections")
        arn = connections.create_connection(ConnectionName="shop", ProviderType="GitHub")["ConnectionArn"]
        self.allow({"Effect": "Allow", "Action": "codeconnections:UseConnection", "Resource": arn})
        self.project("connected", auth={"type": "CODECONNECTIONS", "resource": arn})
        connect = lambda key, hosts, **more: self.sekisho("connect", "dev", "shop", "--endpoint", f"ssh://git@127.0.0.1:{port}", "--token-file", str(key), "--host-keys-file", str(hosts), **more)
        for key, hosts, word in ((own, wrong, "Host key verification failed"), (other, known, "Permission denied")):
            connect(key, hosts)
            status, said, _ = self.built("connected")
            self.assertEqual((status, commands), ("FAILED", []))
            self.assertIn(word, said)
        connect(own, known)
        status, said, build = self.built("connected")
        self.assertEqual((status, build["resolvedSourceVersion"]), ("SUCCEEDED", commit), said)
        self.assertEqual(commands, ["git-upload-pack '/shop/site.git'"])
        without = self.sekisho("connect", "dev", "shop", "--endpoint", f"ssh://git@127.0.0.1:{port}", "--token-file", str(own), check=False)
        self.assertIn("HostKeys", without.stderr)


if __name__ == "__main__":
    unittest.main()
