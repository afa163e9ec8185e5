"""TML-2, TML-3, TML-7 and their kin: the link is in the wrong hands, before, during and after the friend takes it."""

import json

import pytest
from support import wait_until
from support.field import CONFIRMED, LOGIN, MODES, NOTHING, TRANSFER, WORDS, attack, event_or_end
from support.hostile_relay import opened

# Who is first, with nothing but what the link's channel carries. A split link's channel does not carry the secret.
FIRST = {"plain v1": LOGIN, "immediate": LOGIN, "immediate+PIN": TRANSFER, "split": NOTHING, "confirmed": TRANSFER,
         "confirmed+PIN": TRANSFER, "code": TRANSFER}

every_mode = pytest.mark.parametrize("mode", MODES)


#= spec:tigress#TML-2 test
#= spec:tigress#TML-7 test
#= spec:tigress#TMS-03 test
#= spec:tigress#TMS-13 test
@attack("a link thief is first", "TML-2", "TML-7", "TMS-03", "TMS-13")
@every_mode
def test_a_thief_who_is_first(field, table, mode):
    given, eve = field.give(mode), field.wallet("eve", "Bob's phone")
    taking = field.take(given, eve, text=given.on_channel)
    assert bool(event_or_end(taking, "words")) == (mode in CONFIRMED)
    if mode in WORDS:
        asked = given.sender.until("compare")
        assert asked["label"] == "Bob's phone", "a name proves nothing: the words do"
    bob = field.wallet("bob")
    told = field.take(given, bob, pin=given.pin, code=given.code)
    if FIRST[mode] != NOTHING:
        assert told.wait() == 3 and any(word in told.error["detail"] for word in ("opened this link first", "leads nowhere")), told.errors
    loss = field.loss(given, eve, friend=bob)
    assert loss == FIRST[mode]
    table.note(mode, loss)


#= spec:tigress#TMS-04 test
#= spec:tigress#TMS-14 test
@attack("a link thief comes while the friend is at it", "TML-2", "TMS-04", "TMS-14")
@every_mode
def test_a_thief_who_comes_second(field, table, mode):
    given, bob, eve = field.give(mode), field.wallet("bob", "Bob's phone"), field.wallet("eve")
    started, creator = [], field.creator(given)

    def eve_looks(exchange):
        """Bob has read the mailbox and nothing else; the friend, or a robot, forwards the link now."""
        if given.box in exchange.path and exchange.headers["mailbox-device-claim"] != creator and not started:
            started.append(exchange.status)
            late = eve.run("accept", "--yes", "--allow-local", "-", input=given.link, code=3)
            assert "another wallet opened this link first" in late.err

    if mode in WORDS:
        taking = field.take(given, bob, pin=given.pin)
        late = field.take(given, eve)
        assert late.wait() == 3 and "another wallet opened this link first" in late.error["detail"]
        given.sender.say(taking.until("words")["words"])
        assert taking.wait() == 0, taking.errors
    else:
        field.relay.meddle = eve_looks
        assert field.take_honestly(given, bob) and started == [200]
    loss = field.loss(given, eve, friend=bob)
    assert loss == NOTHING
    table.note(mode, loss)


@attack("the link leaks after it was taken", "TML-2", "TMS-04", "TMS-14")
@every_mode
def test_a_thief_who_comes_late(field, table, mode):
    given, bob, eve = field.give(mode), field.wallet("bob", "Bob's phone"), field.wallet("eve")
    assert field.take_honestly(given, bob)
    late = field.take(given, eve, pin=given.pin)
    assert late.wait() == 3 and "leads nowhere" in late.error["detail"]
    loss = field.loss(given, eve, friend=bob)
    assert loss == NOTHING
    table.note(mode, loss)


def steal(field, plaintexts):
    """A client that redeems the first code that stands in what was read, if there is one and the authority takes it."""
    thief = field.thief()
    for plaintext in plaintexts:
        offer = json.loads(plaintext)["content"].get("credentialOffer")
        assert (offer is None) == (b"pre-authorized_code" not in plaintext)
        if offer and (token := thief.token(offer)).status == 200:
            issued = thief.issue(token.json()["access_token"], label="Bob's phone")
            assert issued.status == 200, issued
            thief.credential = issued.json()
    return thief


#= spec:tigress#TMS-05 test
@attack("a link thief with all that the relay ever held, later", "TML-2", "TML-8", "TMS-05")
@every_mode
def test_a_thief_with_the_relays_whole_past_comes_late(field, table, mode):
    given, bob = field.give(mode), field.wallet("bob", "Bob's phone")
    assert field.take_honestly(given, bob)
    wait_until(lambda: given.sender is None or given.sender.process.poll() is not None, "the sender's wallet to end", 60)
    sealed = field.relay.kept(given.box)
    plaintexts = [opened(payload, given.secret) for payload in sealed]
    assert all(plaintexts) and len(plaintexts) == (6 if mode in CONFIRMED else 1)
    loss = field.loss(given, steal(field, plaintexts), friend=bob)
    assert loss == NOTHING
    table.note(mode, loss)


# The thief need not be first at the mailbox: no claim stands before what lies on the disk.
DISK = {"plain v1": LOGIN, "immediate": LOGIN, "immediate+PIN": NOTHING, "split": NOTHING, "confirmed": NOTHING,
        "confirmed+PIN": NOTHING, "code": NOTHING}


@attack("a link thief with the relay's whole disk, before the friend", "TML-2", "TML-8", "TMS-05")
@every_mode
def test_a_thief_with_the_relays_disk_comes_early(field, table, mode):
    given = field.give(mode)
    sealed = field.relay.kept(given.box)
    assert len(sealed) == 1
    known = [opened(payload, given.secret) for payload in sealed] if "#" in given.on_channel else []
    loss = field.loss(given, steal(field, known))
    assert loss == DISK[mode]
    table.note(mode, loss)


#= spec:tigress#TML-3 test
#= spec:tigress#TMS-16 test
@attack("the link goes to the wrong person", "TML-3", "TMS-14", "TMS-16")
@every_mode
def test_the_wrong_person(field, table, mode):
    given, zoe = field.give(mode), field.wallet("zoe", "Zoe")
    field.take(given, zoe, text=given.on_channel)
    if mode in WORDS:
        assert given.sender.until("compare")["label"] == "Zoe"
    loss = field.loss(given, zoe)
    assert loss == FIRST[mode]
    table.note(mode, loss)


@attack("the link goes to the wrong person and is taken back in time", "TML-3", "TMS-16")
@every_mode
def test_taken_back_before_it_is_opened(field, table, mode):
    given, zoe = field.give(mode), field.wallet("zoe", "Zoe")
    field.ada.run("revoke", given.share, "--yes")
    refused = field.take(given, zoe, pin=given.pin, code=given.code)
    if mode in WORDS:  # Ada's other terminal, which waited, hears of it
        assert given.sender.wait() == 3, given.sender.errors
    assert refused.wait() == 3, refused.events
    assert field.record(given)["state"] == "revoked" and zoe.json("list")["credentials"] == []
    table.note(mode, NOTHING)


@attack("a thief who reads both the file and its secret is first", "TML-2", "TMS-03")
@pytest.mark.parametrize("mode", ["immediate", "immediate+PIN", "confirmed", "code"])
def test_a_thief_with_file_and_secret(field, table, mode):
    """Without a relay: whoever has file and secret is first, and no claim says to the friend that somebody was."""
    given = field.give_by_file(mode, field.place.folder(f"stick-{mode}") / "share.kf")
    eve = field.wallet("eve", "Bob's phone")
    field.take(given, eve)
    if mode in WORDS:
        given.sender.until("compare")
        given.sender.say("no")  # the friend has shown nobody any words
        given.sender.wait()
    loss = field.loss(given, eve)
    assert loss == (LOGIN if mode == "immediate" else NOTHING if mode == "immediate+PIN" else TRANSFER)
    table.note(mode, loss, driver="direct")
