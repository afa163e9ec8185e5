"""What a wallet does with a delegation that it is offered: it keeps one that is what the invite says, and names what is wrong with any
other. The sender is written from docs/confirmed.md and docs/lock.md alone."""

import json
import os
import time
from pathlib import Path

import pytest
from support import LOGIN, Relay, Wallet, run
from support.delegation import Key, door_id, link
from support.exchange import Receiver
from support.mailbox import Device, base64url, claim_key, instant
from support.receiver import unbase64url
from support.sender import Delegator

ISSUER = base64url(bytes(range(32)))
LOCK = Key("a lock far away")
DOORS = sorted((door_id(LOCK.xy, b"back"), door_id(LOCK.xy, b"front")))
RIGHTS = {"doors": [base64url(DOORS[1])], "depth": 1, "uses": 3, "hours": [[480, 1080]], "fresh": 24}
OWNER, ADA, EVE = Key("the owner"), Key("ada, who passes it on"), Key("eve")


@pytest.fixture(name="bob")
def make_bob(place):
    wallet = Wallet(place, "bob")
    wallet.relay = Relay(place).start()
    wallet.run("relay", "trust", wallet.relay.url, "--allow-local")
    return wallet


def offer(bob, issuer=ISSUER, **bent):
    return Delegator(bob.relay, issuer, "", **{"rights": RIGHTS, "expires": instant(3600), **bent})


def take(bob, sender, code):
    return bob.run("accept", "--yes", "-", "--json", input=sender.link, code=code)


#= spec:transfer#3-delegation test
def test_a_kind_that_nobody_knows_is_named_and_the_link_given_back(bob):
    sender = offer(bob, kind="door\u202e\u0007lock", rights={"logins": [LOGIN]})
    refused = json.loads(take(bob, sender, 3).err.splitlines()[-1])
    assert refused["error"] == "kind" and 'of the kind "doorlock"' in refused["detail"], refused
    assert bob.json("list")["delegations"] == [] and not list((bob.home / "transfers").glob("take-*"))
    other = Device(bob.relay, proof=claim_key(sender.secret)).read(sender.box)
    assert other.status == 200, "another wallet, which knows it, takes it"


@pytest.mark.parametrize("bent", [{"issuer": "none"}, {"rights": []}, {"expires": "soon"}, {"handshake": {}},
                                  {"rights": {**RIGHTS, "also": 1}}, {"rights": {**RIGHTS, "doors": []}}])
def test_an_invite_that_is_damaged_is_called_so(bob, bent):
    refused = json.loads(take(bob, offer(bob, **bent), 1).err.splitlines()[-1])
    assert refused["error"] == "damaged" and "nothing was taken" in refused["detail"], refused


def test_what_is_offered_is_said_before_anything_is_asked(bob):
    """Standard input ends: nobody says yes."""
    refused = bob.run("accept", "--allow-local", "-", input=offer(bob).link, code=None)
    assert refused.code != 0
    for said in ('open "front"', "at most 3 openings", "Mon 08:00-18:00", "of the last 24 h", "1 link deep", ISSUER):
        assert said in refused.err, refused.err


def xy_of(jwk):
    return unbase64url(jwk["x"]) + unbase64url(jwk["y"])


def root(signer, to, **claims):
    now = int(time.time())
    return link(signer, to, root=True, cti=os.urandom(16),
                **{"nbf": now - 60, "exp": now + 3000, "doors": [DOORS[1]], "depth": 1, "uses": 3, "hours": [[480, 1080]], "fresh": 24, **claims})


def child(signer, to, above, **claims):
    now = int(time.time())
    return link(signer, to, above, cti=os.urandom(16), **{"nbf": now - 60, "exp": now + 3000, **claims})


def flipped(octets, at):
    return octets[:at] + bytes([octets[at] ^ 1]) + octets[at + 1:]


def of_owner(**claims):
    return lambda to: (OWNER, [], root(OWNER, to, **claims))


def of_ada(make, **above):
    def both(to):
        first = root(OWNER, ADA, **{"depth": 2, **above})
        return (ADA, [first], make(to, first))
    return both


HOSTILE = {
    "depth": of_owner(depth=2),
    "window": of_owner(exp=int(time.time()) + 9000),
    "doors": of_owner(doors=DOORS),
    "uses": of_owner(uses=4),
    "uses-not-stated": of_owner(uses=None),
    "hours": of_owner(hours=[[480, 1081]]),
    "hours-not-stated": of_owner(hours=None),
    "fresh": of_owner(fresh=25),
    "fresh-not-stated": of_owner(fresh=None),
    "holder": lambda to: (OWNER, [], root(OWNER, EVE)),
    "issuer": lambda to: (OWNER, [], None),
    "owner": lambda to: (OWNER, [], root(EVE, to)),
    "form-cut": lambda to: (OWNER, [], root(OWNER, to)[:-1]),
    "form-child-alone": lambda to: (OWNER, [], child(OWNER, to, root(OWNER, ADA))),
    "signature": lambda to: (OWNER, [], flipped(root(OWNER, to), 250)),
    "signature-of-the-owner-below": of_ada(lambda to, first: child(OWNER, to, first)),
    "prev": of_ada(lambda to, first: child(ADA, to, root(OWNER, ADA))),
    "depth-below": of_ada(lambda to, first: child(ADA, to, first, depth=2)),
    "uses-below": of_ada(lambda to, first: child(ADA, to, first, uses=4)),
    "doors-below": of_ada(lambda to, first: child(ADA, to, first, doors=[DOORS[0]])),
}


#= spec:lock#6-kept test
@pytest.mark.parametrize("case", HOSTILE)
def test_what_is_not_what_was_offered_is_refused_by_name(bob, case):
    signer = ADA if case.endswith("below") or case == "prev" else OWNER
    mallory = Delegator(bob.relay, signer.jwk_thumbprint, "", RIGHTS, instant(3600))
    receiver = Receiver(bob, mallory.link)
    mallory.reveal()
    mallory.ready()
    to = xy_of(mallory.jwk)
    _, above, last = HOSTILE[case](to)
    if case == "issuer":
        above, last = [root(OWNER, EVE, depth=2)], None
        last = child(EVE, to, above[0])
    mallory.give(last, above, OWNER)
    assert receiver.wait() != 0
    assert receiver.error["error"] == case.split("-")[0], receiver.errors
    assert mallory.done()["outcome"] == "failed"
    assert bob.json("list")["delegations"] == []
    again = bob.run("accept", "--yes", "--allow-local", "-", input=mallory.link, code=3)
    assert "this link was used up before" in again.err, "one request a link, ever"


#= spec:lock#6-kept test
@pytest.mark.parametrize("signer", [OWNER, ADA])
def test_what_was_offered_is_kept(bob, signer):
    mallory = Delegator(bob.relay, signer.jwk_thumbprint, "", RIGHTS, instant(3600))
    receiver = Receiver(bob, mallory.link)
    mallory.reveal()
    mallory.ready()
    to = xy_of(mallory.jwk)
    above = [root(OWNER, ADA, depth=2)] if signer is ADA else []
    mallory.give(child(ADA, to, above[0]) if above else root(OWNER, to), above, OWNER)
    assert receiver.wait() == 0, receiver.errors
    assert mallory.done() == {"outcome": "redeemed"}
    kept = bob.json("list")["delegations"]
    assert [one["rights"] for one in kept] == [RIGHTS] and kept[0]["links"] == len(above) + 1


def test_the_published_vectors_are_what_the_document_gives():
    run([Path(__file__).resolve().parents[1] / "vectors" / "transfer" / "make.py", "--check"])
