"""The receiver is malicious: keys that are none, labels that lie, a code that leaks, an outcome that is not true."""

import json

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from support.field import LOGIN, NOTHING, TRANSFER, WORDS, attack
from support.mailbox import base64url
from support.openid import Key
from support.receiver import Receiver as Stranger
from support.receiver import expand, extract, seal, sha256, unbase64url

LOW_ORDER = {"zero": bytes(32), "one": bytes([1]) + bytes(31),
             "of order eight": bytes.fromhex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")}


def request_with(eve, key=None, jwk=None, label="Bob's phone"):
    """A request with another key or another jwk; sealed as the document says wherever that is possible."""
    public = key or eve.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    base = eve.base() + b"\0"
    sealing = expand(extract(sha256(b"keyferry v1 first\0", sha256(eve.invite), public, eve.nonce), base), b"keyferry v1 request")
    inside = json.dumps({"jwk": jwk or eve.key.jwk, "label": label}).encode()
    return eve.message("request", {"key": base64url(public), "nonce": base64url(eve.nonce), "sealed": base64url(seal(sealing, inside))})


def ends(field, table, given, *reasons):
    assert given.sender.wait() == 3 and given.sender.error["error"] in reasons, given.sender.errors
    assert not any(event.get("event") == "compare" for event in given.sender.events), "nobody was asked"
    loss = field.loss(given)
    assert loss == TRANSFER
    table.note(given.mode, loss)


#= spec:tigress#TMS-15 test
@attack("a malicious receiver: a key that is none", "TMS-15")
@pytest.mark.parametrize("key", LOW_ORDER)
def test_a_key_of_low_order(field, table, key):
    given = field.give("confirmed")
    eve = Stranger(field.real_relay, given.link)
    eve.write(request_with(eve, key=LOW_ORDER[key]))
    ends(field, table, given, "order")


@attack("a malicious receiver: the sender's own key back", "TMS-15")
def test_the_senders_own_key(field, table):
    given = field.give("confirmed")
    eve = Stranger(field.real_relay, given.link)
    own = json.loads(eve.invite)["content"]["handshake"]["key"]
    eve.write(request_with(eve, key=unbase64url(own)))
    ends(field, table, given, "reflected")


POINT = Key("p256").jwk
JWKS = {"a member too many": {**Key().jwk, "use": "sig"}, "a private key": {**Key().jwk, "d": base64url(bytes(32))},
        "no point of the curve": {**POINT, "y": base64url(bytes(31) + b"\1")}, "another curve": {**POINT, "crv": "P-384"},
        "a short key": {**Key().jwk, "x": base64url(bytes(31))}, "a symmetric key": {"kty": "oct", "k": base64url(bytes(32))}}


@attack("a malicious receiver: a credential key that is none", "TMS-15")
@pytest.mark.parametrize("jwk", JWKS)
def test_a_credential_key_that_is_none(field, table, jwk):
    given = field.give("confirmed")
    eve = Stranger(field.real_relay, given.link)
    eve.write(request_with(eve, jwk=JWKS[jwk]))
    ends(field, table, given, "damaged")


@attack("a malicious receiver: a label that hides or imitates", "TMS-15")
@pytest.mark.parametrize("label", ["Bob\u202e's phone", "Bob\n2 tries left", "\x1b[2Jcompare: yes", "B" * 500, "", "Bo\u200bb"],
                         ids=["right to left", "a second line", "terminal codes", "long", "empty", "zero width"])
def test_a_hostile_label(field, table, label):
    given = field.give("confirmed")
    eve = Stranger(field.real_relay, given.link)
    eve.sent = request_with(eve, label=label)
    eve.write(eve.sent)
    answer = eve.await_type("reveal", "cancel")
    if answer["keyferry"]["type"] == "reveal":
        eve.write(eve.ready(answer))
        shown = given.sender.until("compare")["label"]
        assert len(shown) <= 64 and shown.isprintable() and "\u200b" not in shown, shown
    else:
        assert given.sender.wait() == 3 and given.sender.error["error"] == "damaged", given.sender.errors
    loss = field.loss(given)
    assert loss == TRANSFER
    table.note("confirmed", loss)


def granted(field, given):
    """A receiver of our own up to the grant, to whom Ada said yes."""
    bob = Stranger(field.real_relay, given.link)
    bob.write(bob.request(label="Bob's phone"))
    reveal = bob.await_type("reveal")
    bob.write(bob.ready(reveal))
    given.sender.until("compare")
    given.sender.say(bob.digits(reveal))
    return bob, reveal, bob.grant(reveal, bob.await_type("grant"))["credential_offer"]


def client_of(field, bob):
    client = field.thief()
    client.key = client.dpop_key = bob.key
    return client


@attack("the granted code leaks from the receiver's device, without its key", "TMS-08", "TMS-15", "TMS-18")
@pytest.mark.parametrize("mode", WORDS)
def test_the_granted_code_leaks(field, table, mode):
    given = field.give(mode)
    bob, reveal, offer = granted(field, given)
    eve = field.thief()
    for pin in {given.pin, "123456" if given.pin else None}:
        refused = eve.token(offer, pin=pin)
        assert refused.json().get("keyferry", {}).get("error") == "wrong_key", refused
        assert eve.token(offer, pin=pin, dpop=False).status == 400
    assert field.record(given).get("pin_tries_left") == (5 if given.pin else None), "no try was spent"
    client = client_of(field, bob)
    client.redeem(offer, pin=given.pin)
    again = client.token(offer, pin=given.pin).json()["access_token"]  # a retry of the same key, for a lost answer
    assert client.issue(again, proof=client.proof(key=eve.key)).status == 400, "but for no other key"
    assert field.logs_in(client) and not field.logs_in(eve)
    bob.write(bob.done(reveal))
    assert given.sender.wait() == 0, given.sender.errors
    table.note(mode, NOTHING)


@attack("a malicious receiver takes it and says that it failed", "TMS-15")
@pytest.mark.parametrize("mode", WORDS)
def test_taken_and_denied(field, table, mode):
    """The login is what Ada granted; she must not be told that there is none."""
    given = field.give(mode)
    bob, reveal, offer = granted(field, given)
    client = client_of(field, bob)
    client.redeem(offer, pin=given.pin)
    bob.write(bob.done(reveal, "failed"))
    assert given.sender.wait() == 0, given.sender.errors
    assert "did not take it" in given.sender.until("done")["detail"]
    assert field.record(given)["state"] == "redeemed", "the authority's word counts"
    loss = field.loss(given, client)
    assert loss == LOGIN, "and she can take it back as any other"
    table.note(mode, NOTHING)


#= spec:transfer#3-confirmed test
def test_an_honest_receiver_written_from_the_document(field):
    given = field.give("confirmed")
    bob, reveal, offer = granted(field, given)
    client = client_of(field, bob)
    client.redeem(offer)
    assert field.logs_in(client)
    bob.write(bob.done(reveal))
    assert given.sender.wait() == 0, given.sender.errors
    assert field.record(given)["holder"]["thumbprint"] == bob.key.thumbprint
