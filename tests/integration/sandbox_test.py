"""The servers do their work under the system call filters of their systemd units."""

import json
import signal

import pytest
from support import LOGIN, ROOT, Authority, Relay, Sshd, Verifier, Wallet, run, sandbox, wait_until

UNITS = {name: ROOT / "deploy" / f"keyferry-{name}.service" for name in ("relay", "authority", "verifier")}


@pytest.mark.parametrize("forbidden, error", [
    ("import socket; socket.socket(socket.AF_PACKET, socket.SOCK_RAW)", "Address family not supported"),
    ("import os; os.setpriority(os.PRIO_PROCESS, 0, 19)", "Operation not permitted"),
    ("import mmap; mmap.mmap(-1, 4096, prot=mmap.PROT_WRITE | mmap.PROT_EXEC)", "Operation not permitted"),
    ("import os; os.chroot('/')", "Operation not permitted"),
])
def test_the_filter_bites(forbidden, error):
    python = ["/usr/bin/python3", "-c"]
    for unit in UNITS.values():
        assert error in run([*sandbox.under(unit), *python, forbidden], code=1).err
        run([*sandbox.under(unit), *python, "import socket; socket.socket()"])


def confined(server):
    name = server.program.removeprefix("keyferry-")
    server.argv = [*sandbox.under(UNITS[name]), *server.argv]
    # A sanitizer's search for leaks would want to trace the process.
    server.env["ASAN_OPTIONS"] = "detect_leaks=0"
    return server


def test_a_share_is_made_used_and_revoked(place):
    authority = Authority(place)
    sshd = Sshd(place, "web", authority)
    authority.add_host(sshd)
    confined(authority).start()
    mark = place.directory / "hook-ran"
    verifier = confined(Verifier(place, authority, list_keys={"hook": ["/bin/sh", "-c", f"echo yes > '{mark}'"]})).start()
    relay = confined(Relay(place)).start()
    sshd.start()
    ada, bob = Wallet(place, "ada"), Wallet(place, "bob")
    offer = authority.share("--as", LOGIN, "--host", "web", "--for", "4h", "--depth", "1")
    ada.run("accept", "--yes", "--allow-local", "--name", "servers", "-", input=offer)
    link = ada.json("share", "servers", "--now", "--for", "1h", "--relay", relay.url, "--allow-local", "--yes")["link"]
    bob.run("accept", "--yes", "--allow-local", "--name", "web", "-", input=link)
    authority.run("backup", str(place.directory / "backup.db"))
    for server in (authority, verifier, relay):
        server.signal(signal.SIGHUP)
        wait_until(lambda: '"reloaded"' in server.log(), "the reload", 20)
    ada.run("revoke", "--below", "servers", "--yes")
    share = bob.json("list")["credentials"][0]["share"]
    wait_until(lambda: share in run(["ssh-keygen", "-Q", "-l", "-f", verifier.krl]).out, "the revocation", 20)
    wait_until(mark.exists, "the hook", 20)
    for server in (authority, verifier, relay):
        assert server.stop() == 0
        errors = [line for line in server.log().splitlines() if json.loads(line)["level"] == "error"]
        # The agent may have lost the authority, which stopped first.
        assert errors == [] or server is verifier
