"""The relay is hostile and its operator has the link too: a go-between can write what it likes, and the words find it."""

import json
import os

import pytest
from support.field import TRANSFER, WORDS, attack, event_or_end
from support.hostile_relay import opened, payload_of, put_payload, sealed_as
from support.mailbox import base64url
from support.receiver import Receiver as Stranger
from support.sender import Sender

words_mode = pytest.mark.parametrize("mode", WORDS)


class GoBetween:
    """Eve is a receiver to Ada and a sender to Bob: his requests for Ada's mailbox end in one of Eve's own."""

    def __init__(self, field, given):
        self.field, self.given = field, given
        self.to_ada = Stranger(field.real_relay, given.link)
        invite = json.loads(self.to_ada.invite)["content"]
        self.to_bob = Sender(field.real_relay, invite["authority"], invite["share"], invite["rights"], invite["expires"],
                             secret=given.secret, name=given.box)
        field.relay.divert(given.box, self.to_bob.box, spare=field.creator(given))

    def ask_ada(self):
        """Plays the receiver to the end; returns the digits that Ada's wallet compares with."""
        self.to_ada.write(self.to_ada.request(label="Bob's phone"))
        reveal = self.to_ada.await_type("reveal")
        self.to_ada.write(self.to_ada.ready(reveal))
        self.given.sender.until("compare")
        return f"{self.to_ada.digits(reveal)[:4]} {self.to_ada.digits(reveal)[4:]}"

    def bob_takes(self):
        return self.field.start_taking(self.field.wallet("bob", "Bob's phone"), self.given.link)


def bob_reads_his_words_to_ada(given, words):
    for _ in range(3):
        given.sender.say(words)
    assert given.sender.wait() == 3 and given.sender.error["error"] == "words", given.sender.errors


@attack("relay plus thief: a go-between, the sender served first", "TML-2", "TML-8", "TMS-13")
@words_mode
def test_a_go_between_who_serves_the_sender_first(field, table, mode):
    given = field.give(mode)
    eve = GoBetween(field, given)
    at_ada = eve.ask_ada()
    bob = eve.bob_takes()
    eve.to_bob.reveal()
    shown = bob.until("words")
    assert shown["digits"] == eve.to_bob.digits() != at_ada
    bob_reads_his_words_to_ada(given, shown["words"])
    loss = field.loss(given)
    assert loss == TRANSFER
    table.note(mode, loss)


def respelled(message, how):
    """The same message in other octets, or None for octets that are not allowed."""
    parsed = json.loads(message)
    if how == "free members":
        return json.dumps({**parsed, "free": os.urandom(8).hex(), "content": {**parsed["content"], "x": os.urandom(8).hex()}}).encode()
    if how == "white space":
        return json.dumps(parsed, indent=7).encode() + b" \n\t"
    if how == "member order":
        return json.dumps({name: parsed[name] for name in ("keyferry", "content", "format")}).encode()
    return json.dumps(parsed).replace('"seq": 1', f'"seq": {how}').encode()


@attack("relay plus thief: grinds free members, white space and order against the words", "TML-2", "TML-8")
@pytest.mark.parametrize("how", ["free members", "white space", "member order"])
@words_mode
def test_grinding_does_not_move_the_words(field, table, mode, how):
    """Bob is served first and waits while Eve learns Ada's words: whatever octets she then sends, Bob's stay what they were."""
    given = field.give(mode)
    eve = GoBetween(field, given)
    bob = eve.bob_takes()
    eve.to_bob.take_request()
    at_ada = eve.ask_ada()
    fixed = eve.to_bob.digits()
    eve.to_bob.write(respelled(eve.to_bob.message("reveal", eve.to_bob.opening()), how))
    shown = bob.until("words")
    assert shown["digits"] == fixed != at_ada
    bob_reads_his_words_to_ada(given, shown["words"])
    loss = field.loss(given)
    assert loss == TRANSFER
    table.note(mode, loss)


@attack("relay plus thief: another spelling of a number, another nonce", "TML-2", "TML-8")
@pytest.mark.parametrize("how", ["1.0", "1e0", "10e-1", "\"1\"", "another nonce"])
def test_what_is_not_the_opening_shows_no_words(field, table, how):
    given = field.give("confirmed")
    eve = GoBetween(field, given)
    bob = eve.bob_takes()
    eve.to_bob.take_request()
    if how == "another nonce":
        eve.to_bob.write(eve.to_bob.message("reveal", {"nonce": base64url(os.urandom(32))}))
    else:
        eve.to_bob.write(respelled(eve.to_bob.message("reveal", eve.to_bob.opening()), how))
    assert event_or_end(bob, "words") is None and bob.wait() == 3
    assert bob.error["error"] == ("order" if how == "another nonce" else "damaged")
    loss = field.loss(given)
    assert loss == TRANSFER
    table.note("confirmed", loss)


@attack("relay plus thief: respells what passes", "TML-2", "TML-8")
@pytest.mark.parametrize("what", ["invite", "request"])
@words_mode
def test_respelling_on_the_way(field, table, mode, what):
    given, bob = field.give(mode), field.wallet("bob", "Bob's phone")
    creator = field.creator(given)

    def respell_payload(payload):
        plaintext = opened(payload, given.secret)
        if json.loads(plaintext)["keyferry"]["type"] != what:
            return payload
        return sealed_as(payload, given.secret, respelled(plaintext, "member order"))

    def to_bob(exchange):
        payload = payload_of(exchange)
        if payload and exchange.headers["mailbox-device-claim"] != creator:
            put_payload(exchange, respell_payload(payload))

    def from_bob(exchange):
        if exchange.method == "PUT" and exchange.headers["mailbox-device-claim"] != creator:
            exchange.body = json.dumps({"payload": respell_payload(json.loads(exchange.body)["payload"])}).encode()

    field.relay.meddle, field.relay.before = (to_bob, field.relay.before) if what == "invite" else (field.relay.meddle, from_bob)
    taking = field.take(given, bob, pin=given.pin)
    assert given.sender.wait() == 3 and given.sender.error["error"] in ("order", "damaged", "reflected"), given.sender.errors
    assert taking.wait() == 3, taking.errors
    field.relay.honest()
    loss = field.loss(given, friend=bob)
    assert loss == TRANSFER
    table.note(mode, loss)


@attack("a second request after the reveal", "TML-2", "TML-8")
@words_mode
def test_a_second_request(field, table, mode):
    given = field.give(mode)
    eve = Stranger(field.real_relay, given.link)
    eve.write(eve.request())
    eve.await_type("reveal")
    eve.nonce, eve.accepted = os.urandom(32), eve.invite
    eve.write(eve.request())
    assert given.sender.wait() == 3 and given.sender.error["error"] == "order"
    assert field.record(given)["state"] == "revoked"
    loss = field.loss(given)
    assert loss == TRANSFER
    table.note(mode, loss)


@attack("relay plus thief: invents a cancel", "TML-8")
@pytest.mark.parametrize("to", ["sender", "receiver"])
def test_an_invented_cancel(field, table, to):
    given = field.give("confirmed")
    eve = GoBetween(field, given)
    if to == "sender":
        eve.to_ada.write(eve.to_ada.message("cancel", {"reason": "user"}))
        assert given.sender.wait() == 3 and "gave up" in given.sender.error["detail"]
    else:
        bob = eve.bob_takes()
        eve.to_bob.take_request()
        eve.to_bob.write(eve.to_bob.message("cancel", {"reason": "refused"}))
        assert bob.wait() == 3 and bob.error["error"] == "refused"
    field.relay.honest()
    loss = field.loss(given)
    assert loss == TRANSFER
    table.note("confirmed", loss)


@attack("relay plus thief: an immediate offer of their own in place of the invite (forced downgrade)", "TML-2", "TML-8")
def test_an_immediate_offer_in_place_of_the_invite(field, table):
    """Bob gets what the thief could have sent him anyway, from the thief's own share; Ada's is not touched by it."""
    given, bob = field.give("confirmed"), field.wallet("bob", "Bob's phone")
    offer = field.thief().read(field.root_offer("--depth", "0"))
    message = json.dumps({"format": "keyferry.offer.v1", "content": {"credentialOffer": offer}}).encode()
    creator = field.creator(given)

    def substitute(exchange):
        payload = payload_of(exchange)
        if payload and exchange.headers["mailbox-device-claim"] != creator:
            put_payload(exchange, sealed_as(payload, given.secret, message))

    field.relay.meddle = substitute
    taking = field.start_taking(bob, given.link)
    assert taking.wait() == 0 and event_or_end(taking, "words") is None
    assert field.record(given)["state"] in ("open", "revoked") and not any(event.get("event") == "taken" for event in given.sender.events)
    loss = field.loss(given, friend=bob)
    assert loss == TRANSFER
    table.note("confirmed", loss)
