"""A backup is older than the newest revoke: restoring it must not bring a revoked login back."""

import base64
import hashlib
import json
import re
import sqlite3
import struct
import time

from cryptography.hazmat.primitives import serialization
from support import LOGIN, Authority, Sshd, Verifier, Wallet, run, wait_until
from support.list_server import ListKey, b64u
from support.openid import Client


def _take(place, authority, name):
    wallet = Wallet(place, name)
    offer = authority.share("--as", LOGIN, "--host", "web", "--for", "4h")
    wallet.run("accept", "--yes", "--allow-local", "-", input=offer)
    folder = next((wallet.home / "ssh").iterdir())
    key = next(path for path in folder.iterdir() if path.with_name(f"{path.name}-cert.pub").exists())
    return key, key.with_name(f"{key.name}-cert.pub"), wallet.json("list")["credentials"][0]["share"]


#= spec:authority#3-backups test
def test_a_restored_authority_goes_on_refusing_what_a_verifier_knows_as_revoked(place):
    authority = Authority(place)
    web = Sshd(place, "web", authority)
    authority.add_host(web)
    authority.start()
    verifier = Verifier(place, authority, list_keys={"wait": "2s"}).start()
    web.start()
    ada, bob = _take(place, authority, "ada"), _take(place, authority, "bob")
    backup = authority.directory / "backup.db"
    authority.run("backup", backup)
    assert backup.stat().st_mode & 0o777 == 0o600
    authority.run("revoke", ada[2])
    wait_until(lambda: web.login(ada[0], ada[1]).code != 0, "web to refuse", 2)
    state = next(path for path in verifier.directory.rglob("list.jws")).parent

    running = authority.run("restore", backup, "--merge", state, code=None)
    assert running.code != 0 and "stop the server" in running.err
    authority.stop()
    authority.run("restore", backup)
    refused = authority.run(code=None, timeout=10)
    assert refused.code != 0 and "--merge" in refused.err, "it is not served before the union was taken"
    authority.run("restore", "--merge", state)
    authority.start()
    assert authority.call("GET", "/v1/lists/ssh.krl").headers["keyferry-list"].startswith("epoch=2,")
    wait_until(lambda: 'epoch' in verifier.metrics() and _epoch(verifier) == 2, "the new epoch", 15)
    assert web.login(ada[0], ada[1]).code != 0, "revoked stays revoked"
    assert web.login(bob[0], bob[1]).code == 0
    assert authority.run("audit").code == 0
    carol = _take(place, authority, "carol")
    assert web.login(carol[0], carol[1]).code == 0


def _epoch(verifier):
    for line in verifier.metrics().splitlines():
        if "epoch" in line and not line.startswith("#"):
            return int(float(line.rsplit(" ", 1)[1]))
    return None


def _statement(jws):
    payload = jws.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


def _serial(client):
    """The serial in the certificate that the client got, as ssh-keygen reads it."""
    described = run(["ssh-keygen", "-L", "-f", "-"], input=client.credential["credentials"][0]["credential"] + "\n").out
    return int(re.search(r"Serial: (\d+)", described)[1])


#= spec:authority#3-backups test
def test_serials_go_on_above_the_highest_that_the_statement_names(place):
    """Certificates of shares that nobody revoked stand on no list, and their serials must not come again."""
    authority = Authority(place)
    authority.add_host(Sshd(place, "web", authority))
    authority.start()
    backup = authority.directory / "backup.db"
    authority.run("backup", backup)
    ada = Client(authority.url, place.ca.path)
    ada.redeem(ada.read(authority.share("--as", LOGIN, "--host", "web", "--for", "4h")))
    authority.run("revoke", json.loads(authority.run("share", "--as", LOGIN, "--host", "web", "--for", "4h", "--json").out)["share"])
    jws = authority.call("GET", "/v1/lists/ssh.krl.jws").text
    assert _statement(jws)["highest_serial"] == str(_serial(ada))

    far = 1 << 60  # as if the clock had been ahead: what follows must not count on time
    key = list_key(authority)
    seen = place.folder("seen") / "ssh.krl"
    seen.write_bytes(authority.call("GET", "/v1/lists/ssh.krl").body)
    seen.with_name("ssh.krl.jws").write_text(key.sign({**_statement(jws), "highest_serial": str(far)}))
    authority.stop()
    authority.run("restore", backup, "--merge", seen)
    authority.start()
    bo = Client(authority.url, place.ca.path)
    bo.redeem(bo.read(authority.share("--as", LOGIN, "--host", "web", "--for", "4h")))
    assert _serial(bo) == far + 1
    authority.stop()
    for bad in ("", "-1", "1e3", "99999999999999999999"):
        seen.with_name("ssh.krl.jws").write_text(key.sign({**_statement(jws), "highest_serial": bad}))
        refused = authority.run("restore", "--merge", seen, code=None)
        assert refused.code != 0 and "highest_serial" in refused.err, bad


def test_an_older_authoritys_flood_of_serials_becomes_one_share(place):
    """Before highest_serial every renewed serial stood on the list, the share beside it: two millions are one share."""
    authority = Authority(place)
    authority.add_host(Sshd(place, "web", authority))
    authority.start()
    backup, foreign = authority.directory / "backup.db", "b" * 20
    authority.run("backup", backup)
    ca = next(line for line in authority.trust()["ssh_ca_keys"]).split()[1]
    authority.stop()
    first, count = 1_700_000_000_000_000, 2_000_000
    serials = struct.pack(f">{count}Q", *range(first, first + 2 * count, 2))
    section = _string(base64.b64decode(ca)) + _string(b"") + b"\x20" + _string(serials) + b"\x23" + _string(_string(foreign.encode()))
    krl = (b"SSHKRL\n\0" + struct.pack(">IQQQ", 1, 7, int(time.time()), 0) + _string(b"") + _string(b"old") + b"\x01" + _string(section))
    seen = place.folder("seen") / "ssh.krl"
    seen.write_bytes(krl)
    seen.with_name("ssh.krl.jws").write_text(list_key(authority).sign(
        {"name": "ssh.krl", "epoch": 1, "number": 7, "issued": "2026-11-30T00:00:00Z", "next_update": "2026-12-01T00:00:00Z",
         "sha256": b64u(hashlib.sha256(krl).digest()), "audit_head": b64u(bytes(32))}))
    authority.run("restore", backup, "--merge", seen)
    authority.start()
    listed = authority.call("GET", "/v1/lists/ssh.krl").body
    assert foreign.encode() in listed and len(listed) < 1000
    statement = _statement(authority.call("GET", "/v1/lists/ssh.krl.jws").text)
    assert int(statement["highest_serial"]) >= first + 2 * (count - 1)


def _string(octets):
    return struct.pack(">I", len(octets)) + octets


def list_key(authority):
    """The authority's own list key, to sign what an older version would have."""
    path = authority.directory / "state/keys/list.key"
    return ListKey(serialization.load_ssh_private_key(path.read_bytes(), None))


def test_a_foreign_list_or_a_file_that_is_no_ledger_changes_nothing(place):
    authority, other = Authority(place), Authority(place, "other")
    other.start()
    (place.directory / "ssh.krl").write_bytes(other.call("GET", "/v1/lists/ssh.krl").body)
    (place.directory / "ssh.krl.jws").write_bytes(other.call("GET", "/v1/lists/ssh.krl.jws").body)
    foreign = authority.run("restore", "--merge", place.directory / "ssh.krl", code=None)
    assert foreign.code != 0 and "not signed by this authority" in foreign.err
    noise = place.directory / "noise"
    noise.write_bytes(b"not a ledger" * 500)
    refused = authority.run("restore", noise, "--accept-loss", code=None)
    assert refused.code != 0
    ledger = authority.tables["ledger"]["url"].removeprefix("sqlite://")
    assert sqlite3.connect(ledger).execute("SELECT count(*) FROM shares").fetchone() == (0,)
    authority.start()


def test_a_backup_that_cannot_be_written_is_explained_in_the_log(place):
    authority = Authority(place).start()
    absent = place.directory / "absent" / "backup.db"
    assert "its log says why" in authority.run("backup", absent, code=None).err
    failed = [line for line in authority.log().splitlines() if '"command_failed"' in line]
    assert len(failed) == 1 and str(absent) in failed[0]


def test_a_restore_never_takes_the_place_of_what_an_earlier_one_replaced(place):
    authority = Authority(place)
    authority.add_host(Sshd(place, "web", authority))
    authority.start()
    backup = authority.directory / "backup.db"
    authority.run("backup", backup)
    share = json.loads(authority.run("share", "--as", "deploy", "--host", "web", "--for", "4h", "--json").out)["share"]
    authority.stop()
    before = authority.run("list", "--json").out
    missing = authority.run("restore", backup, "--merge", place.directory / "no.krl", code=None)
    assert missing.code != 0 and "no.krl" in missing.err
    assert not list(authority.directory.rglob("*.replaced*")), "what cannot be merged is seen before anything changes"
    assert authority.run("list", "--json").out == before
    kept = [authority.run("restore", backup).err.split("is kept as ")[1].splitlines()[0] for _ in range(3)]
    assert len(set(kept)) == 3
    with sqlite3.connect(kept[0]) as ledger:
        assert share in "\n".join(ledger.iterdump())


def test_of_a_verifiers_lists_the_one_with_the_highest_number_is_taken(place):
    authority = Authority(place)
    authority.start()
    state = place.directory / "state"
    state.mkdir()
    (state / "list-10-1").write_bytes(authority.call("GET", "/v1/lists/ssh.krl").body)
    (state / "list.jws").write_bytes(authority.call("GET", "/v1/lists/ssh.krl.jws").body)
    (state / "list-9-5").write_bytes(b"older")
    (state / "list-11-x").write_bytes(b"no list")
    authority.run("backup", authority.directory / "backup.db")
    authority.stop()
    authority.run("restore", authority.directory / "backup.db", "--merge", state)
