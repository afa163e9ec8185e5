"""TML-5, TML-6, TMS-02, TMS-06: somebody knows the address, or the secret, or neither; robots that open every link."""

import os
import uuid

import pytest
from support.field import MODES, NOTHING, TRANSFER, attack
from support.mailbox import Device, claim_key, page

every_mode = pytest.mark.parametrize("mode", MODES)


class Elsewhere:
    """The relay as called from another address, which has its own limit on misses."""

    def __init__(self, field, source="127.0.0.9"):
        self.relay, self.source = field.real_relay, source

    def call(self, method, path, **more):
        return self.relay.call(method, path, source=self.source, **more)


def tries_everything(field, box, proof=None):
    """All calls by somebody who is none of the two; the statuses that came."""
    eve = Device(Elsewhere(field, f"127.0.1.{os.urandom(1)[0] or 1}"), proof=proof)
    return [act(eve, box).status for act in (Device.read, Device.update, Device.delete)]


#= spec:tigress#TML-5 test
#= spec:tigress#TMS-06 test
@attack("somebody knows the address alone", "TML-5", "TMS-06")
@every_mode
def test_the_address_alone(field, table, mode):
    given = field.give(mode)
    statuses = tries_everything(field, given.box)
    if mode == "plain v1":
        assert statuses[0] == 200, "no proof is asked for: the address binds, though it opens nothing"
    else:
        assert statuses == [401] * 3
    loss = field.loss(given)
    assert loss == (TRANSFER if mode == "plain v1" else NOTHING)
    table.note(mode, loss)


@attack("a preview robot or scanner opens the link", "TML-5", "TMS-06")
@every_mode
def test_a_scanner(field, table, mode):
    given = field.give(mode)
    for query in ("", "?v=a", "?fbclid=1"):
        for method in ("GET", "HEAD"):
            assert page(field.real_relay, given.box, method, query, User_Agent="Slackbot", Range="bytes=0-99").status == 200
    with_secret = field.real_relay.call("GET", f"/v1/m/{given.box}%23{given.link.split('#')[1].replace('=', '')}")
    assert with_secret.status == 404 and given.link.split("#")[1] not in field.real_relay.log()
    loss = field.loss(given)
    assert loss == NOTHING
    table.note(mode, loss)


@attack("addresses are guessed, a storm of them", "TML-5")
def test_guessed_addresses(field, table):
    given = field.give("plain v1")
    near = given.box[:-1] + format(int(given.box[-1], 16) ^ 1, "x")
    assert uuid.UUID(given.box).version == 4
    eve, before = Device(Elsewhere(field)), page(field.real_relay, given.box).body
    assert eve.read(near).status == 404
    # Misses are counted by the minute, so how many it takes hangs on how fast Eve is.
    statuses = {404}
    for _ in range(6000):
        statuses.add(eve.read(str(uuid.uuid4())).status)
        if statuses != {404}:
            break
    assert statuses == {404, 429}, "a storm of misses is slowed down"
    assert page(field.real_relay, given.box).body == before
    loss = field.loss(given)
    assert loss == NOTHING, "everybody else goes on"
    table.note("plain v1", loss)


#= spec:tigress#TML-6 test
@attack("the secret leaks without the address", "TML-6")
@every_mode
def test_the_secret_alone(field, table, mode):
    given = field.give(mode)
    proof = claim_key(given.secret)
    for box in (str(uuid.uuid4()), str(uuid.UUID(bytes=given.secret[:16], version=4)), str(uuid.UUID(bytes=proof[:16], version=4))):
        assert tries_everything(field, box, proof) == [404] * 3
    loss = field.loss(given)
    assert loss == NOTHING
    table.note(mode, loss)


#= spec:tigress#TMS-02 test
@attack("the secret is guessed", "TMS-02")
@every_mode
def test_a_guessed_secret(field, table, mode):
    given = field.give(mode)
    assert len(given.secret) == (16 if mode == "plain v1" else 32) and len(set(given.secret)) > 8
    if mode != "plain v1":  # each guess costs a call; without a proof to check, a claim would be the first reader's
        flipped = bytes([given.secret[0] ^ 1]) + given.secret[1:]
        for guess in (flipped, bytes(32), os.urandom(32)):
            assert Device(Elsewhere(field, "127.0.0.8"), proof=claim_key(guess)).read(given.box).json()["error"] == "claim_proof"
    again = field.give(mode)
    assert again.secret != given.secret and again.box != given.box
    loss = field.loss(given)
    assert loss == NOTHING
    table.note(mode, loss)
