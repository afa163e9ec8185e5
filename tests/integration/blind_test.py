"""After whole transfers the servers' files and logs hold nothing that would tell on anybody."""

import base64
import json
import re
import sqlite3
import uuid
from pathlib import Path

from support import LOGIN, Authority, Relay, Sshd, Verifier, Wallet, run

import pytest

LABEL = "Zoë's zither"


def files_below(*directories):
    return [path for directory in directories for path in Path(directory).rglob("*") if path.is_file()]


def spellings(secret):
    """The octets in which a secret could lie in a file."""
    found = {secret.encode()}
    try:
        found |= {uuid.UUID(secret).bytes, uuid.UUID(secret).hex.encode(), uuid.UUID(secret).hex.upper().encode()}
    except ValueError:
        padded = secret + "=" * (-len(secret) % 4)
        if re.fullmatch(r"[A-Za-z0-9_+/=-]{22,}", secret):
            octets = base64.b64decode(padded, altchars=b"-_")
            found |= {octets, octets.hex().encode(), base64.b64encode(octets)}
    return found


def search(paths, secrets):
    """Returns (name of the secret, file) wherever one of its spellings stands."""
    hits = []
    for path in paths:
        content = path.read_bytes()
        hits += [(name, str(path)) for name, secret in secrets.items()
                 if any(octets in content for octets in spellings(secret))]
    return hits


def cells(database):
    """Every value of every table of a SQLite file."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for row in connection.execute(f'SELECT * FROM "{table}"'):
                yield from row


@pytest.fixture
def system(place):
    class System:
        authority = Authority(place)
        web = Sshd(place, "web", authority)
        relay = Relay(place)
        ada, bob = Wallet(place, "ada"), Wallet(place, "bob")

    system = System()
    system.authority.add_host(system.web)
    system.authority.start()
    system.relay.start()
    system.verifier = Verifier(place, system.authority).start()
    system.web.start()
    return system


#= spec:quality#1-blind test
#= spec:tigress#REL-06 test
#= spec:tigress#REL-08 test
#= spec:tigress#PRV-02 test
#= spec:tigress#PRV-03 test
#= spec:tigress#FMT-07 test
#= spec:tigress#REL-10 test
#= spec:tigress#TMS-05 test
def test_no_server_keeps_what_would_tell(system):
    offer = system.authority.share("--as", LOGIN, "--host", "web", "--for", "4h", "--depth", "1")
    system.ada.run("accept", "--yes", "--allow-local", "--name", "web", "-", input=offer)
    system.bob.run("persona", "add", LABEL)
    secrets = {"offer handle": re.search(r"offers(?:%2F|/)([A-Za-z0-9_-]{20,})", offer).group(1)}
    pins = []
    for number in (1, 2):
        made = system.ada.json("share", "web", "--now", "--as", LOGIN, "--for", "1h", "--pin", "--relay", system.relay.url,
                               "--allow-local", "--yes")
        address, secret = made["link"].split("#")
        secrets[f"link secret {number}"] = secret
        secrets[f"mailbox id {number}"] = re.search(r"/m/([0-9a-f-]{36})", address).group(1)
        # What the sender's wallet keeps of the transfer: device claim, request id.
        for path in (system.ada.home / "transfers").glob("*"):
            for value in re.findall(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", path.read_text()):
                secrets[f"{path.name} {value[:8]}"] = value
        pins.append(made["pin"])
        wrong = "111111" if made["pin"] != "111111" else "222222"
        system.bob.run("accept", "--yes", "--allow-local", "--pin", wrong, "-", input=made["link"], code=None)
        system.bob.run("accept", "--yes", "--allow-local", "--pin", made["pin"], "--name", f"web{number}", "-",
                       input=made["link"])
    # Strangers from an address that nothing else here has.
    for path in (f"/v1/m/{secrets['mailbox id 1']}", "/v1/m/00000000-0000-4000-8000-000000000000"):
        run(["curl", "-s", "--interface", "127.0.0.77", "--cacert", system.relay.place.ca.path,
             "-H", "X-Forwarded-For: 192.0.2.99", system.relay.url + path])
    # The sender does see the label; so it went past the servers, and the search below means something.
    assert LABEL in json.dumps(system.ada.json("list", "--shares"), ensure_ascii=False)
    processes = [Path(f"/proc/{server.pid}/{name}") for server in (system.relay, system.authority, system.verifier)
                 for name in ("cmdline", "environ")]
    assert search(processes, {**secrets, "label": LABEL}) == []
    assert search(processes, {"configuration": "relay.toml"}), "the search reads them"
    system.relay.stop()
    system.authority.stop()
    system.verifier.stop()

    relay_files = files_below(system.relay.directory)
    authority_files = files_below(system.authority.directory)
    logs = [system.relay.log_path, system.authority.log_path, system.verifier.log_path]
    assert search(relay_files, {**secrets, "label": LABEL}) == []
    assert search(authority_files, secrets) == []
    assert search(logs, {**secrets, "label": LABEL, "client": "127.0.0.77", "forwarded": "192.0.2.99"}) == []
    for pin in pins:
        for path in logs:
            assert not re.search(rf"(?<!\d){pin}(?!\d)", path.read_text()), path
        ledger = next(path for path in authority_files if path.name == "ledger.db")
        assert pin not in {str(cell) for cell in cells(ledger)}


def test_the_search_finds_what_is_there(tmp_path):
    box = "0f8fad5b-d9cb-469f-a165-70867728950e"
    secret = base64.urlsafe_b64encode(bytes(range(200, 232))).decode().rstrip("=")
    (tmp_path / "a").write_bytes(b"x" + uuid.UUID(box).bytes)
    (tmp_path / "b").write_bytes(b"y" + bytes(range(200, 232)))
    assert {name for name, _ in search(files_below(tmp_path), {"box": box, "secret": secret, "other": "nothing"})} == {
        "box", "secret"}
