"""TML-8: the relay is hostile but does not know the secret. It may deny; it never gets a login, nor gives one away."""

import base64
import json
import os
import time

import pytest
from support.field import MODES, NOTHING, TRANSFER, WORDS, attack
from support.hostile_relay import opened, payload_of, put_payload
from support.mailbox import Device, sealed
from support.receiver import unbase64url

every_mode = pytest.mark.parametrize("mode", MODES)
words_mode = pytest.mark.parametrize("mode", WORDS)


def reads(given, act):
    """`act(exchange, payload)` on every answer that carries a message of this mailbox."""
    def meddle(exchange):
        payload = payload_of(exchange) if given.box in exchange.path else None
        if payload:
            act(exchange, payload)
    return meddle


def drop(_field, _given, _other):
    def before(exchange):
        exchange.status, exchange.answer = 404, b'{"error": "not_found"}'
    return {"before": before}


def delay(_field, _given, _other):
    return {"meddle": lambda exchange: time.sleep(0.05)}


def swap(_field, given, other):
    return {"meddle": reads(given, lambda exchange, _: put_payload(exchange, other))}


def invent(_field, given, _other):
    made = {**sealed(400), **({"type": "AEAD_AES_128_GCM"} if given.mode == "plain v1" else {})}
    return {"meddle": reads(given, lambda exchange, _: put_payload(exchange, made))}


def change(octets):
    return lambda _field, given, _other: {"meddle": reads(given, lambda exchange, payload: put_payload(
        exchange, {**payload, "data": base64.b64encode(octets(base64.b64decode(payload["data"]))).decode()}))}


flip, cut, extend = change(lambda o: o[:40] + bytes([o[40] ^ 1]) + o[41:]), change(lambda o: o[:-1]), change(lambda o: o + b"\0")


def other_type(_field, given, _other):
    kinds = {"AEAD_AES_128_GCM": "AEAD_AES_256_GCM", "AEAD_AES_256_GCM": "AEAD_AES_128_GCM"}
    return {"meddle": reads(given, lambda exchange, payload: put_payload(exchange, {**payload, "type": kinds[payload["type"]]}))}


def forget_versions(_field, _given, _other):
    """No ETag, no If-Match, no waiting: as a relay that never heard of them."""
    def before(exchange):
        for name in ("if-match", "if-none-match", "prefer"):
            exchange.headers.pop(name, None)
    return {"before": before, "meddle": lambda exchange: exchange.answer_headers.pop("etag", None)}


TRICKS = {drop: TRANSFER, delay: NOTHING, swap: TRANSFER, invent: TRANSFER, flip: TRANSFER, cut: TRANSFER, extend: TRANSFER,
          other_type: TRANSFER, forget_versions: NOTHING}
NAMES = {drop: "drops", delay: "delays", swap: "swaps the messages of two mailboxes", invent: "invents a message",
         forget_versions: "forgets versions and waiting"}
FEW = ("immediate", "confirmed")


def played():
    """Denial and foreign messages in each mode; what cannot differ between modes of one format in two."""
    for trick in TRICKS:
        attacked = attack(f"the relay {NAMES.get(trick, 'changes a message')}", "TML-8")
        for mode in MODES if trick in (drop, swap, invent) else FEW:
            yield pytest.param(mode, trick, marks=attacked, id=f"{trick_name(trick)}-{mode}")


def trick_name(trick):
    return next(name for name, value in globals().items() if value is trick)


#= spec:tigress#TML-8 test
@pytest.mark.parametrize("mode, trick", played())
def test_the_relay_meddles(field, table, mode, trick):
    (other,) = field.relay.kept(field.give(mode).box)
    given, bob = field.give(mode), field.wallet("bob", "Bob's phone")
    vars(field.relay).update(trick(field, given, other))
    loss = field.loss(given, friend=bob)
    assert loss == TRICKS[trick]
    assert (field.record(given)["state"] == "redeemed") == (loss == NOTHING)
    table.note(mode, loss)


@attack("the relay reads all, and tries every key that it sees", "TML-8", "TMS-05")
@every_mode
def test_the_relay_reads(field, table, mode):
    given, bob = field.give(mode), field.wallet("bob", "Bob's phone")
    loss = field.loss(given, friend=bob)
    assert loss == NOTHING
    keys = {bytes(32), bytes(16)}
    for exchange in field.relay.seen:
        for value in exchange.headers.values():
            try:
                octets = unbase64url(value)
            except ValueError:
                continue
            keys |= {octets[:16], octets[:32]}
    seen = field.relay.kept(given.box)
    assert opened(seen[0], given.secret), "the search can find"
    assert not any(opened(payload, key) for payload in seen for key in keys if len(key) in (16, 32))
    table.note(mode, loss)


@attack("the relay gives the mailbox to somebody else (rebinds)", "TML-8")
@every_mode
def test_the_relay_rebinds(field, table, mode):
    given, bob = field.give(mode), field.wallet("bob", "Bob's phone")
    mallory = Device(field.real_relay)

    def rebind(exchange):
        if given.box in exchange.path and not mallory.proof:
            mallory.proof = unbase64url(exchange.headers.get("mailbox-claim-key", "AA"))
            assert mallory.read(given.box).status == 200, "bound, with the proof that the friend showed"

    field.relay.before = rebind
    taking = field.take(given, bob, pin=given.pin, code=given.code)
    assert taking.wait() == 3 and "another wallet opened this link first" in taking.error["detail"]
    loss = field.loss(given, friend=bob)
    assert loss == TRANSFER
    table.note(mode, loss)


# Within one exchange: all messages are sealed under one secret, so their order is the wallets' business.

@attack("the relay replays and reflects within an exchange", "TML-8")
@pytest.mark.parametrize("to", ["sender", "receiver"])
@words_mode
def test_the_relay_replays_each_message_once(field, table, mode, to):
    """Before each new message the wallet is given what it wrote or read last: that is no event, and nothing is lost."""
    given, bob = field.give(mode), field.wallet("bob", "Bob's phone")
    creator, last, done = field.creator(given), [field.relay.kept(given.box)[0]], set()

    def replay(exchange, payload):
        mine = (exchange.headers["mailbox-device-claim"] == creator) == (to == "sender")
        if mine and payload["data"] not in done and payload != last[0]:
            done.add(payload["data"])
            put_payload(exchange, last[0])
            exchange.answer_headers["etag"] = f'"{os.urandom(4).hex()}"'
        elif mine:
            last[0] = payload

    field.relay.meddle = reads(given, replay)
    loss = field.loss(given, friend=bob)
    assert loss == NOTHING and len(done) >= 2
    table.note(mode, loss)


@attack("the relay reorders within an exchange: an old message for a new one", "TML-8")
@pytest.mark.parametrize("to, old", [("sender", 0), ("receiver", 0), ("receiver", 1)],
                         ids=["its own invite to the sender", "the invite to the receiver", "its own request to the receiver"])
@words_mode
def test_the_relay_reorders(field, table, mode, to, old):
    """From the ready on, one side is given a message that is not its last: reflected or out of order."""
    given, bob = field.give(mode), field.wallet("bob", "Bob's phone")
    creator = field.creator(given)

    def reorder(exchange, _payload):
        kept = field.relay.kept(given.box)
        if len(kept) >= 4 and (exchange.headers["mailbox-device-claim"] == creator) == (to == "sender"):
            put_payload(exchange, kept[old])

    field.relay.meddle = reads(given, reorder)
    taking = field.take(given, bob, pin=given.pin)
    if to == "receiver":
        given.sender.say(taking.until("words")["words"])
        assert taking.wait() == 3 and taking.error["error"] in ("reflected", "order", "misplaced"), taking.errors
    assert given.sender.wait() == 3, given.sender.errors
    field.relay.honest()
    loss = field.loss(given, friend=bob)
    assert loss == TRANSFER
    table.note(mode, loss)


@attack("the relay weakens the mailbox when it is made (forced downgrade)", "TML-8", "TML-2")
@every_mode
def test_the_relay_drops_the_proof(field, table, mode):
    """The claim hash does not arrive: as on a relay that never heard of it. The sender is told; an address alone now blocks."""
    def weaken(exchange):
        if exchange.method == "POST" and exchange.path.endswith("/v1/m"):
            body = json.loads(exchange.body)
            for name in ("claimHash", "claimPolicy", "delivery"):
                body.get("mailboxConfiguration", {}).pop(name, None)
            exchange.body = json.dumps(body).encode()

    field.relay.before = weaken
    if mode == "immediate":
        assert "does not ask for a proof" in field.ada.run("share", "own", "--now", "--for", "1h", "--yes", "--allow-local").err
    given = field.give(mode)
    assert Device(field.real_relay).read(given.box).status == 200
    loss = field.loss(given)
    assert loss == TRANSFER
    table.note(mode, loss)
