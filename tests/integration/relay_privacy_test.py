"""What the relay keeps and tells: nothing that a stolen store or log could use (quality.md: blind)."""

import base64
import os
import re
import uuid

from support import BIN, Relay, call, run
from support.mailbox import Device, base64url, claim_key, configuration, display, page, path_of, sealed


def forms(value):
    """How a UUID could lie about: text of either case, without hyphens, octets."""
    octets = uuid.UUID(value).bytes
    return [value.encode(), value.upper().encode(), value.replace("-", "").encode(), octets, base64url(octets).encode()]


def conversation(relay, ada, bo, secret):
    """Everything that can happen to a mailbox; returns what must be found nowhere."""
    request_ids = [str(uuid.uuid4()) for _ in range(4)]
    made = ada.create(request_id=request_ids[0], configuration=configuration(secret=secret, policy="proof"))
    mailbox_id = path_of(made)[-36:]
    bo.read(made, proof=claim_key(secret))
    bo.update(made, request_id=request_ids[1])
    ada.update(made, request_id=request_ids[2])
    Device(relay).read(made)
    Device(relay).read(made, proof=os.urandom(32))
    page(relay, made, query="?v=c")
    relay.call("GET", path_of(made) + "%23" + base64url(secret))
    relay.call("POST", path_of(made) + "/" + base64url(secret), headers=ada.headers())
    bo.relinquish(made, request_id=request_ids[3])
    hidden = [secret, base64url(secret).encode(), claim_key(secret), base64url(claim_key(secret)).encode()]
    for value in [mailbox_id, ada.claim, bo.claim, *request_ids]:
        hidden += forms(value)
    return hidden


def store_octets(relay):
    return b"".join(path.read_bytes() for path in relay.place.folder("relay/store").iterdir() if path.name != "reserve")


#= spec:tigress#PRV-02 test
#= spec:tigress#REL-06 test
#= spec:tigress#A-23 test
#= spec:tigress#TMS-05 test
#= spec:tigress#FMT-07 test
def test_neither_store_nor_log_nor_metrics_hold_ids_claims_or_secrets(place):
    relay = Relay(place, config={"log": {"level": "debug"}}).start()
    ada, bo, secret = Device(relay), Device(relay), os.urandom(32)
    hidden = conversation(relay, ada, bo, secret)
    told = relay.log().encode() + relay.metrics().encode() + store_octets(relay)
    relay.stop()
    told += store_octets(relay) + relay.log().encode()
    for value in hidden:
        assert value not in told, value
    for address in (b"127.0.0.1:", b'"127.0.0.1"'):
        assert not [line for line in relay.log().encode().splitlines() if address in line and b'"started"' not in line]


#= spec:tigress#PRV-03 test
#= spec:tigress#REL-08 test
def test_two_transfers_of_one_pair_share_no_stored_value(place):
    relay = Relay(place).start()
    claims = [str(uuid.uuid4()) for _ in range(2)]
    for _ in range(2):
        ada, bo = Device(relay, claims[0]), Device(relay, claims[1])
        made = ada.create(request_id=str(uuid.uuid4()), display_information=display("", ""))
        bo.read(made)
        bo.update(made, request_id="the-same-request-id")
    relay.stop()
    rows = run(["sqlite3", place.folder("relay/store") / "cells.db", "SELECT hex(id), hex(value), deadline FROM cell"]).out.split()
    (first_id, first, first_end), (second_id, second, second_end) = (row.split("|") for row in rows)
    assert first_id != second_id

    # Runs of 8 octets that both cells have: the name of the cipher, lengths and flags, and nothing else.
    def runs(text, end):
        octets = bytes.fromhex(text).replace(b"AEAD_AES_256_GCM", b"").replace(int(end).to_bytes(8, "big"), b"")
        # The time of the claim, before the revision.
        octets = re.sub(rb"\x00\x00\x01.{5}(?=\x00{7})", b"", octets, flags=re.DOTALL)
        return {octets[start:start + 8] for start in range(len(octets) - 7)}
    assert all(max(run) <= 0x40 for run in runs(first, first_end) & runs(second, second_end))


#= spec:tigress#MBX-01 test
def test_ids_are_version_4_and_differ_for_each_claim_and_request(place):
    relay = Relay(place, engine="memory").start()
    ids = [uuid.UUID(path_of(Device(relay).create(request_id="same"))[-36:]) for _ in range(200)]
    assert len(set(ids)) == 200
    assert all(value.version == 4 and value.variant == uuid.RFC_4122 for value in ids)


def test_a_copied_store_opens_nothing_without_its_secret(place):
    relay = Relay(place).start()
    Device(relay).create()
    relay.stop()
    (relay.directory / "relay.secret").unlink()
    relay.launch()
    assert relay.wait() == 1
    assert "put back the relay.secret that belongs to this store" in relay.log()


def test_the_secret_is_made_once_closed_to_others_and_rotates(place):
    relay = Relay(place).start()
    ring = relay.directory / "relay.secret"
    assert ring.stat().st_mode & 0o777 == 0o600
    ada, before = Device(relay), ring.read_text()
    made = ada.create(request_id="old")
    relay.stop()
    assert "new key" in relay.run("--rotate-secret").err
    assert ring.read_text() != before
    relay.start()
    assert ada.read(made).status == 200
    repeated = ada.create(request_id="old")
    assert repeated.status == 201 and repeated.json() == made.json()
    assert ada.create(request_id="new").status == 200
    ring.chmod(0o644)
    relay.stop()
    relay.launch()
    assert relay.wait() == 1 and "chmod 600" in relay.log()


#= spec:tigress#PRV-01 test
#= spec:tigress#REL-10 test
def test_the_program_has_no_symbol_that_could_decrypt():
    symbols = run(["nm", "--demangle", BIN / "keyferry-relay"]).out
    ours = [line for line in symbols.splitlines() if "keyferry::crypto" in line or "keyferry::transfer" in line]
    assert not ours, ours[:5]
    imported = run(["nm", "-D", "--undefined-only", BIN / "keyferry-relay"]).out
    ciphers = re.findall(r"\bEVP_(?:Decrypt|Encrypt|Cipher|Open|Seal|PKEY_decrypt|PKEY_derive|aead)\w*", imported)
    assert not ciphers, ciphers


def test_the_display_text_is_all_that_is_in_the_clear(place):
    relay = Relay(place).start()
    ada = Device(relay)
    secret_text = b"PLAINTEXT-OF-THE-SENDER"
    payload = sealed(64)
    payload["data"] = base64.b64encode(os.urandom(12) + secret_text + os.urandom(16)).decode()
    ada.create(payload, display_information=display("visible title", "visible words"))
    told = store_octets(relay)
    # The store keeps the octets as they came; it is the sender's sealing that hides them.
    assert secret_text in told and b"visible title" in told
    assert secret_text not in relay.log().encode()
    assert call("GET", relay.admin_url + "/metrics").text.find("visible") == -1
