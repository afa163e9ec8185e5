"""TMS-09 to TMS-12: the PIN or code is guessed, overheard or measured, by somebody who has the link."""

import http.client
import json
import ssl
import urllib.parse

import pytest
from support import wait_until
from support.field import LOGIN, NOTHING, TRANSFER, attack
from support.hostile_relay import opened
from support.openid import PRE_AUTHORIZED

POPULAR = ["123456", "111111", "123123", "000000", "654321", "121212", "666666"]


def stolen_offer(field, given):
    """What a thief with link and disk knows of an immediate share: everything but the PIN."""
    return json.loads(opened(field.relay.kept(given.box)[0], given.secret))["content"]["credentialOffer"]


def comes_back(field, given, bob):
    """The sender re-arms; the friend takes it after all."""
    link, pin = field.ada.run("rearm", given.share, "--yes", "--allow-local").out.splitlines()
    assert pin != given.pin
    bob.run("accept", "--yes", "--allow-local", "--pin", pin, "-", input=link)


#= spec:tigress#TMS-09 test
#= spec:tigress#TMS-12 test
@attack("a PIN guesser with the link, from many addresses and over restarts", "TMS-09", "TMS-12")
def test_a_guesser_from_many_addresses(field, table):
    given = field.give("immediate+PIN")
    offer = stolen_offer(field, given)
    guesses = [pin for pin in POPULAR if pin != given.pin][:5]
    for number, guess in enumerate(guesses):
        answer = field.thief(source=f"127.0.0.{20 + number}").token(offer, pin=guess)
        assert answer.status == 400 and answer.json()["keyferry"]["error"] == ("wrong_pin" if number < 4 else "locked"), answer
        if number in (1, 3):
            field.authority.kill()
            field.authority.start()
    locked = field.thief(source="127.0.0.40").token(offer, pin=given.pin)
    assert locked.json()["keyferry"]["error"] == "locked", "also for the right one"
    bob = field.wallet("bob", "Bob's phone")
    loss = field.loss(given, friend=bob)
    assert loss == TRANSFER
    comes_back(field, given, bob)
    table.note("immediate+PIN", loss)


#= spec:tigress#TMS-11 test
@attack("a PIN guesser who looks at times, or hangs up before the answer", "TMS-11", "TMS-12")
def test_a_guesser_who_hangs_up(field, table):
    """The try is spent before anything is answered, so that neither time nor silence tells more than the five tries."""
    given = field.give("immediate+PIN")
    form = urllib.parse.urlencode({"grant_type": PRE_AUTHORIZED, "tx_code": given.pin[:5] + str((int(given.pin[5]) + 1) % 10),
                                   "pre-authorized_code": stolen_offer(field, given)["grants"][PRE_AUTHORIZED]["pre-authorized_code"]})
    for left in (4, 3):
        line = http.client.HTTPSConnection("127.0.0.1", field.authority.port, timeout=30,
                                           context=ssl.create_default_context(cafile=str(field.place.ca.path)))
        line.request("POST", "/token", body=form, headers={"Content-Type": "application/x-www-form-urlencoded"})
        line.close()
        wait_until(lambda: field.record(given)["pin_tries_left"] == left, f"{left} tries", 30)
    loss = field.loss(given)
    assert loss == NOTHING
    table.note("immediate+PIN", loss)


#= spec:tigress#TMS-10 test
@attack("the PIN or code is overheard, without the link", "TMS-10")
@pytest.mark.parametrize("mode", ["immediate+PIN", "confirmed+PIN", "code"])
def test_the_digits_alone(field, table, mode):
    given = field.give(mode)
    digits = given.pin or given.code
    assert digits not in given.link
    loss = field.loss(given)
    assert loss == NOTHING
    assert not any(digits.encode() in exchange.octets() for exchange in field.relay.seen), "the relay never had them"
    table.note(mode, loss)


@attack("link and PIN (or code) go by one channel, and it is read", "TMS-10", "TML-7")
@pytest.mark.parametrize("mode", ["immediate+PIN", "confirmed+PIN", "code"])
def test_digits_and_link_together(field, table, mode):
    given, eve = field.give(mode), field.wallet("eve", "Bob's phone")
    field.take(given, eve, pin=given.pin, code=given.code)
    if given.code:
        assert given.sender.wait() == 0, "nobody is asked for words"
    loss = field.loss(given, eve)
    assert loss == (TRANSFER if mode == "confirmed+PIN" else LOGIN)
    table.note(mode, loss)


@attack("a code guesser with the link: one guess a link, five links a share", "TMS-09", "TMS-12")
def test_a_code_guesser(field, table):
    given = field.give("code")
    half, link, code = given.sender, given.link, given.code
    for number in range(5):
        if number:
            half = field.run(field.ada, "rearm", given.share, "--json", "--allow-local")
            made = half.until("link")
            assert made["code"] != code
            link, code = made["link"], made["code"]
        eve = field.start_taking(field.wallet("eve"), link, "--code", next(pin for pin in POPULAR if pin != code))
        assert eve.wait() == 3 and eve.error["error"] == "code"
        assert half.wait() == 3 and half.error["error"] == "code"
    assert "five codes were typed wrong" in field.ada.run("rearm", given.share, "--allow-local", code=3).err
    loss = field.loss(given)
    assert loss == TRANSFER
    table.note("code", loss)
