"""What an earlier release left is opened two months after: everything is over, every program says so, and nothing is kept."""

import json
import re

import pytest
from kept import HOME, VERSIONS, opened
from support import wait_until


@pytest.fixture(name="last", scope="module", params=VERSIONS)
def open_two_months_later(request):
    yield from opened(request, days=60)


def test_the_relay_keeps_nothing(last):
    def cells():
        return float(re.search(r"^keyferry_relay_cells (\S+)$", last.relay.metrics(), re.MULTILINE)[1])
    wait_until(lambda: cells() == 0, "the sweep of every cell")


def test_every_share_has_ended_and_every_wallet_says_so(last):
    shares = json.loads(last.authority.run("list", "--json").out)["shares"]
    assert {one["state"] for one in shares} <= {"expired", "ended", "revoked", "refused"}
    for person in last.story["people"]:
        wallet = last.wallet(person)
        wallet.json("list", "--shares")
        for held in wallet.json("list")["credentials"]:
            assert held["over"] in ("ended", "revoked"), held
            wallet.run("forget", held["name"], "--yes")
        assert wallet.json("list")["credentials"] == []


def test_no_secret_is_left_in_a_wallet(last):
    last.wallet("ada").json("list")
    for person in last.story["people"]:
        for path in (HOME / person / "home/transfers").iterdir():
            assert not re.search(r'"(secret|key|mailbox)"', path.read_text("utf-8", "replace")), path
