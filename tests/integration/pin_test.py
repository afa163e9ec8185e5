"""A PIN is tried five times in all, whoever tries, wherever from, over restarts; a code is redeemed once."""

import concurrent.futures
import json
import urllib.parse

import pytest
from support import LOGIN, Authority, Sshd, call

GRANT = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def authority(place):
    # Without the limit on failures, so that every try reaches the rules.
    authority = Authority(place, config={"limits": {"failures_per_minute": 0}})
    authority.add_host(Sshd(place, "web", authority))
    return authority.start()


def offer(authority, *options):
    """Makes a root share; returns (code, PIN or None)."""
    lines = authority.run("share", "--as", LOGIN, "--host", "web", "--for", "4h", *options).out.splitlines()
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(lines[0]).query)
    answer = call("GET", query["credential_offer_uri"][0], ca=authority.place.ca.path)
    return answer.json()["grants"][GRANT]["pre-authorized_code"], lines[1] if len(lines) > 1 else None


def redeem(authority, code, pin=None):
    form = {"grant_type": GRANT, "pre-authorized_code": code, **({"tx_code": pin} if pin else {})}
    return authority.call("POST", "/token", headers=FORM, body=urllib.parse.urlencode(form))


def wrong(pin, n=1):
    """Another PIN of six digits."""
    return f"{(int(pin) + n) % 1000000:06}"


def state(authority):
    return json.loads(authority.run("list", "--json").out)["shares"][0]["state"]


#= spec:authority#3-order test
#= spec:tigress#SYS-09 test
#= spec:quality#1-cheap test
def test_five_wrong_pins_lock_and_a_restart_gives_none_back(authority):
    code, pin = offer(authority, "--pin")
    for left in (4, 3):
        answer = redeem(authority, code, wrong(pin, left))
        assert answer.status == 400 and answer.json()["error"] == "invalid_grant"
        assert answer.json()["keyferry"] == {"error": "wrong_pin", "tries_left": left}
    authority.kill()
    authority.start()
    for left in (2, 1):
        assert redeem(authority, code, wrong(pin, left)).json()["keyferry"]["tries_left"] == left
    redeem(authority, code, wrong(pin, 9))
    assert redeem(authority, code, pin).json()["keyferry"]["error"] == "locked"
    authority.restart()
    assert redeem(authority, code, pin).json()["keyferry"]["error"] == "locked"
    assert state(authority) == "locked"


def test_a_missing_or_misshapen_pin_costs_no_try(authority):
    code, pin = offer(authority, "--pin")
    assert redeem(authority, code).json()["keyferry"]["error"] == "pin_required"
    for shape in ("12345", "1234567", "12345a", "１２３４５６"):
        assert redeem(authority, code, shape).status == 400
    assert redeem(authority, code, wrong(pin)).json()["keyferry"]["tries_left"] == 4
    assert redeem(authority, code, pin).status == 200


def test_of_64_parallel_wrong_pins_five_count(authority):
    code, pin = offer(authority, "--pin")
    with concurrent.futures.ThreadPoolExecutor(64) as pool:
        answers = list(pool.map(lambda n: redeem(authority, code, wrong(pin, n)), range(1, 65)))
    assert {answer.status for answer in answers} == {400}
    counted = sorted(a.json()["keyferry"]["tries_left"] for a in answers if a.json()["keyferry"]["error"] == "wrong_pin")
    assert counted in ([0, 1, 2, 3, 4], [1, 2, 3, 4]), counted
    assert redeem(authority, code, pin).json()["keyferry"]["error"] == "locked"


def test_a_locked_share_lives_on_with_a_new_pin(authority):
    code, pin = offer(authority, "--pin")
    for n in range(1, 6):
        redeem(authority, code, wrong(pin, n))
    share = json.loads(authority.run("list", "--json").out)["shares"][0]["share"]
    lines = authority.run("rearm", share).out.splitlines()
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(lines[0]).query)
    new = call("GET", query["credential_offer_uri"][0], ca=authority.place.ca.path).json()
    assert redeem(authority, code, pin).json()["keyferry"]["error"] in ("unknown_code", "locked"), "the old code is dead"
    assert redeem(authority, new["grants"][GRANT]["pre-authorized_code"], lines[1]).status == 200


#= spec:authority#3-once test
#= spec:quality#1-once test
def test_of_64_parallel_redemptions_one_wins(authority):
    code, _ = offer(authority)
    with concurrent.futures.ThreadPoolExecutor(64) as pool:
        answers = list(pool.map(lambda _: redeem(authority, code), range(64)))
    assert sorted(answer.status for answer in answers) == [200] + [400] * 63
    authority.kill()
    authority.start()
    assert redeem(authority, code).json()["keyferry"]["error"] == "unknown_code"


#= spec:tigress#SYS-06 test
def test_a_pin_is_uniform_digits_and_in_no_log(authority):
    pins = {offer(authority, "--pin")[1] for _ in range(8)}
    assert all(len(pin) == 6 and pin.isascii() and pin.isdigit() for pin in pins) and len(pins) > 6
    code, pin = offer(authority, "--pin")
    redeem(authority, code, pin)
    stored = b"".join(path.read_bytes() for path in (authority.directory / "state").rglob("*") if path.is_file())
    assert pin.encode() not in authority.log().encode() and code not in authority.log()
    assert code.encode() not in stored
