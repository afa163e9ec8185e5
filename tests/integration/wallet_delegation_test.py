"""A delegation is offered to a wallet that keeps none: it says so, and what it is, and leaves the link to others."""

import json
from pathlib import Path

import pytest
from support import LOGIN, Relay, Wallet, run
from support.mailbox import Device, base64url, claim_key, instant
from support.sender import Delegator

ISSUER = base64url(bytes(range(32)))
RIGHTS = {"logins": [LOGIN], "hosts": ["web"], "extensions": []}


@pytest.fixture(name="bob")
def make_bob(place):
    wallet = Wallet(place, "bob")
    wallet.relay = Relay(place).start()
    wallet.run("relay", "trust", wallet.relay.url, "--allow-local")
    return wallet


def offer(bob, **bent):
    return Delegator(bob.relay, ISSUER, "", **{"rights": RIGHTS, "expires": instant(3600), **bent})


def take(bob, sender, code):
    return bob.run("accept", "--yes", "-", "--json", input=sender.link, code=code)


#= spec:transfer#3-delegation test
def test_it_names_what_is_offered_and_gives_the_link_back(bob):
    sender = offer(bob)
    refused = json.loads(take(bob, sender, 3).err.splitlines()[-1])
    assert refused["error"] == "delegation"
    for said in ("this is a delegation", f"{LOGIN}@web", ISSUER, "ask the sender for a share", "Nothing was taken"):
        assert said in refused["detail"], refused
    assert bob.json("list")["credentials"] == [] and not list((bob.home / "transfers").glob("take-*"))
    other = Device(bob.relay, proof=claim_key(sender.secret)).read(sender.box)
    assert other.status == 200, "another wallet, which can keep it, takes it"
    assert take(bob, sender, 3).err.count("another wallet opened this link first") == 1


@pytest.mark.parametrize("bent", [{"issuer": "none"}, {"rights": []}, {"expires": "soon"}, {"handshake": {}}])
def test_an_invite_that_is_damaged_is_called_so(bob, bent):
    refused = json.loads(take(bob, offer(bob, **bent), 1).err.splitlines()[-1])
    assert refused["error"] == "damaged" and "nothing was taken" in refused["detail"], refused


def test_a_kind_that_nobody_knows_is_only_named(bob):
    refused = take(bob, offer(bob, kind="door\u202e\u0007lock"), 3)
    assert 'a right of the kind \\"doorlock\\"' in refused.err


def test_the_published_vectors_are_what_the_document_gives():
    run([Path(__file__).resolve().parents[1] / "vectors" / "transfer" / "make.py", "--check"])
