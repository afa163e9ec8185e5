"""Draft R from wallet to wallet: `keyferry share --dropbox` through the real relay, watched from outside."""

import json
import re

import pytest
from support import Relay, Wallet
from support.dropbox import SUITES, Exchange, Side, base64url
from support.exchange import Sender, World
from support.hostile_relay import HostileRelay
from support.receiver import unbase64url

LINK = re.compile(r"/t/\?v=a#1302\.[0-9A-Za-z]{43}$")
HEADERS = {"host", "accept", "user-agent", "content-type", "content-length", "prefer", "accept-encoding", "connection"}


class DropWorld(World):
    """A World whose relay is seen from outside: `calls` is every call on its dropbox."""

    def __init__(self, place):
        super().__init__(place)
        self.relay.stop()
        self.proxy = HostileRelay(place, "seen")
        self.relay = Relay(place, "drops", tls=False, config={"public": {"url": self.proxy.url}})
        self.proxy.forward_to(self.relay.start())
        self.ada.run("relay", "trust", self.proxy.url, "--default", "--allow-local")

    def share(self, *options):
        return Sender(self.ada, "own", "--for", "1h", "--dropbox", *options)

    def give(self, *options):
        return self.ada.json("share", "own", "--now", "--dropbox", "--yes", *options)

    def accept(self, wallet, link, *options, code=0):
        return wallet.run("accept", "--yes", "--allow-local", *options, "-", input=link + "\n", code=code)

    @property
    def calls(self):
        return [call for call in self.proxy.seen if "/t/" in call.path]

    def lies_there(self):
        """The locations of this exchange where something lies."""
        return [path for path in sorted({call.path for call in self.calls}) if self.relay.call("GET", path).status == 200]

    def nothing_lies_there(self):
        assert self.calls and not self.lies_there()


@pytest.fixture(name="world")
def make_world(place):
    return DropWorld(place)


#= spec:tigress#DRR-01 test
#= spec:tigress#DRR-05 test
#= spec:tigress#DRR-06 test
#= spec:tigress#B-11 test
def test_share_take_see_revoke(world):
    made = world.give()
    assert made["link"].startswith(world.proxy.url) and LINK.search(made["link"])
    taken = json.loads(world.accept(world.bob, made["link"], "--json").out)
    world.logs_in(taken["ssh"][0]["command"])
    record = world.record(made["share"])
    assert record["state"] == "redeemed" and record["holder"]["label"] == "Bob's phone"
    assert [(call.method, call.status) for call in world.calls][:3] == [("PUT", 201), ("GET", 200), ("DELETE", 204)]
    assert len({call.path for call in world.calls}) == 1
    for call in world.calls:
        assert set(call.headers) <= HEADERS and "set-cookie" not in call.answer_headers, call.headers
        assert made["link"].split("#")[1].encode() not in call.octets()
    world.nothing_lies_there()
    world.nothing_is_left(world.ada, world.bob)
    assert "leads nowhere any more" in world.accept(Wallet(world.place, "eve"), made["link"], code=3).err
    assert "you took this share already" in world.accept(world.bob, made["link"], code=3).err
    world.ada.run("revoke", made["share"])
    assert world.record(made["share"])["state"] == "revoked"


def test_what_the_sender_is_told(world):
    made = world.ada.run("share", "own", "--now", "--dropbox", "--yes", "--for", "1h")
    assert LINK.search(made.out.strip()) and made.out.strip() not in made.err
    assert "the link's address says nothing" in made.err and "can read that a share waits" not in made.err
    own = world.accept(world.ada, made.out, code=3)
    assert "you made this link yourself" in own.err
    assert len(world.lies_there()) == 1, "looking at one's own link takes nothing"


def test_pin_locks_and_rearm_gives_another_dropbox_link(world):
    made = world.give("--pin")
    wrong = "000000" if made["pin"] != "000000" else "111111"
    for left in (4, 3, 2, 1):
        assert f"{left} tr" in world.accept(world.bob, made["link"], "--pin", wrong, code=3).err
    assert "locked" in world.accept(world.bob, made["link"], "--pin", wrong, code=3).err
    again = world.ada.json("rearm", made["share"])
    assert LINK.search(again["link"]) and again["link"] != made["link"]
    assert "leads nowhere" in world.accept(Wallet(world.place, "eve"), made["link"], "--pin", made["pin"], code=3).err
    world.accept(world.bob, again["link"], "--pin", again["pin"])
    assert world.record(made["share"])["state"] == "redeemed"
    world.nothing_lies_there()


def test_what_was_taken_back_leads_nowhere(world):
    made = world.give()
    assert len(world.lies_there()) == 1
    world.ada.run("revoke", made["share"])
    world.nothing_lies_there()
    assert "taken back" in world.accept(world.bob, made["link"], code=3).err


@pytest.mark.parametrize("mode", ["--now", "--confirm"])
def test_who_says_no_gives_the_link_back(world, mode):
    sender = world.share() if mode == "--confirm" else None
    made = sender.until("link") if sender else world.give()
    world.bob.run("relay", "trust", world.proxy.url, "--allow-local")
    # Nobody can be asked without a terminal, so this wallet gives up when it has seen what is offered.
    left = world.bob.run("accept", "--allow-local", "-", input=made["link"] + "\n", code=None)
    assert left.code != 0 and world.bob.json("list")["credentials"] == []
    deleted = [call for call in world.calls if call.method == "DELETE"]
    assert deleted and len(world.lies_there()) == 1, "message 0 lies where it lay"
    if sender:
        sender.kill()


def test_the_secret_goes_another_way(world):
    made = world.give("--split")
    assert made["link"].endswith("/t/?v=a") and made["secret"].startswith("1302.")
    assert "missing" in world.accept(world.bob, made["link"], code=1).err
    world.accept(world.bob, made["link"], "--secret", "#" + made["secret"])
    assert world.record(made["share"])["state"] == "redeemed"


#= spec:tigress#B-12 test
def test_lost_answers_are_asked_for_again(world):
    lost = []

    def lose(exchange):
        if "/t/" in exchange.path and exchange.method not in lost:
            lost.append(exchange.method)
            exchange.cut()

    world.proxy.meddle = lose
    made = world.give()
    world.accept(world.bob, made["link"])
    assert lost == ["PUT", "GET", "DELETE"] and world.record(made["share"])["state"] == "redeemed"
    world.nothing_lies_there()


def test_a_404_of_somebody_on_the_way_is_not_nothing_here(world):
    answered = []

    def stranger(exchange):
        if "/t/" in exchange.path and exchange.method in ("GET", "DELETE") and exchange.method not in answered:
            answered.append(exchange.method)
            exchange.status, exchange.answer = 404, b"<html>no such page</html>"

    made = world.give()
    world.proxy.before = stranger
    lost = world.accept(world.bob, made["link"], code=4)
    assert "answered 404 in place of the relay" in lost.err and "run the same command again" in lost.err
    world.accept(world.bob, made["link"])
    assert answered == ["GET", "DELETE"] and world.record(made["share"])["state"] == "redeemed"
    world.nothing_lies_there()


#= spec:tigress#DRR-11 test
def test_what_the_relay_changed_does_not_open_and_takes_nothing(world):
    made = world.give()

    def spoil(exchange):
        if "/t/" in exchange.path and exchange.method == "GET":
            exchange.answer = exchange.answer[:-1] + bytes([exchange.answer[-1] ^ 1])

    world.proxy.meddle = spoil
    told = world.accept(world.bob, made["link"], code=1)
    assert "damaged" in told.err and "nothing was taken" in told.err
    world.proxy.honest()
    world.accept(world.bob, made["link"])


#= spec:tigress#DRR-10 test
#= spec:tigress#DRR-12 test
@pytest.mark.parametrize("wrong", ["short random", "number", "length"])
def test_a_sender_who_frames_wrongly_is_refused(world, wrong):
    made = world.give()
    exchange = Exchange(unbase64url(made["link"].split(".")[-1]), "1302")
    location, key, _ = exchange.keys()
    path = "/t/" + base64url(location)
    sealed = world.relay.call("GET", path).body
    message = exchange.open(sealed)
    random, number, length = (bytes(15) if wrong == "short random" else bytes(32)), int(wrong == "number"), len(message)
    framed = bytes([len(random)]) + random + number.to_bytes(2, "big") + (length - (wrong == "length")).to_bytes(4, "big") + message
    _, aead_key, aead_nonce = exchange.seal_keys(key, bytes(32))
    assert world.relay.call("DELETE", path).status == 204
    octets = bytes(32) + exchange.aead(aead_key).encrypt(aead_nonce, framed, b"")
    assert world.relay.call("PUT", path, body=octets, headers={"Content-Type": "application/octet-stream"}).status == 201
    assert "damaged" in world.accept(world.bob, made["link"], code=1).err
    assert world.record(made["share"])["state"] == "open"


#= spec:tigress#DRR-03 test
@pytest.mark.parametrize("suite", SUITES)
def test_a_link_of_every_suite_is_read(world, suite):
    made = world.give()
    secret = unbase64url(made["link"].split(".")[-1])
    ours = Exchange(secret, "1302")
    path = "/t/" + base64url(ours.keys()[0])
    message = ours.open(world.relay.call("GET", path).body)
    world.relay.call("DELETE", path)
    Side(world.relay, "sender", secret, suite).send(message)
    world.accept(world.bob, made["link"].replace("#1302.", f"#{suite}."))
    assert world.record(made["share"])["state"] == "redeemed"


def test_a_relay_without_dropbox_leaves_no_share_behind(world):
    def has_none(exchange):
        exchange.status = 404 if "/t/" in exchange.path else 0

    world.proxy.before = has_none
    told = world.ada.run("share", "own", "--now", "--dropbox", "--yes", "--for", "1h", code=3)
    assert "has no dropbox" in told.err and "the share was taken back" in told.err


def test_options_that_contradict_each_other(world):
    for other in (["--plain-v1"], ["--file", "x"]):
        world.ada.run("share", "own", "--now", "--dropbox", *other, "--yes", code=2)
