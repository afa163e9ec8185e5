"""What others do wrong keeps nobody's revoke from the authority, and no wrong answer of an authority lasts."""

import json
import shutil

import pytest
from support import LOGIN, Authority, Relay, Sshd, Wallet
from support.exchange import Half
from support.openid import JWT_BEARER
from support.proxy import Proxy


class World:
    """An authority behind a proxy; Ada holds the credential `own`."""

    def __init__(self, place):
        self.place = place
        self.proxy = Proxy(place, "authority")
        self.authority = Authority(place, config={"public": {"url": self.proxy.url}, "tls": None})
        self.proxy.forward_to(self.authority)
        self.authority.add_host(Sshd(place, "web", self.authority))
        self.authority.start()
        self.ada = Wallet(place, "ada")
        offer = self.authority.share("--as", LOGIN, "--host", "web", "--for", "4h", "--depth", "1")
        self.ada.run("accept", "--yes", "--allow-local", "--name", "own", "-", input=offer)

    def give(self, *where):
        return self.ada.json("share", "own", "--now", "--for", "1h", "--allow-local", "--yes", *where)["share"]

    def give_by_file(self, name):
        return self.give("--file", self.place.folder("out") / name)

    def state(self, share):
        return next(entry["state"] for entry in json.loads(self.authority.run("list", "--json").out)["shares"] if entry["share"] == share)

    def over(self):
        return self.ada.json("list")["credentials"][0].get("over")


@pytest.fixture(name="world")
def make_world(place):
    return World(place)


#= spec:tigress#SYS-01 test
@pytest.mark.parametrize("form", [[], ["--dropbox"]])
@pytest.mark.parametrize("below", [False, True])
def test_a_relay_that_says_wait_delays_no_revoke(world, form, below):
    proxy = Proxy(world.place, "relay")
    proxy.forward_to(Relay(world.place, tls=False, config={"public": {"url": proxy.url}}).start())
    world.ada.run("relay", "trust", proxy.url, "--allow-local")
    first, second = world.give("--relay", proxy.url, *form), world.give_by_file("second")
    states = []

    def wait(exchange):
        states.append((world.state(first), world.state(second)))
        exchange.status, exchange.answer, exchange.answer_headers = 429, b"", {"retry-after": "60"}

    proxy.meddle = wait
    done = world.ada.run("revoke", "--yes", *(["--below", "own"] if below else [first, second]), timeout=50)
    assert states == [("revoked", "revoked")], "asked once, after everything had ended"
    assert "trying again" not in done.err
    assert world.ada.run("list", "--shares").code == 0


#= spec:tigress#REQ-09 test
def test_a_place_that_is_gone_and_an_id_that_fails_hinder_no_other(world):
    stick = world.place.folder("stick")
    sender = Half(world.ada, "share", "own", "--for", "1h", "--file", str(stick / "share.kf"), "--json", "--words", "-")
    first = sender.until("link")["share"]
    sender.kill()
    second = world.give_by_file("second")
    shutil.rmtree(stick)
    done = world.ada.run("revoke", "--yes", first, "nosuchshareatallxxxx", second, code=1)
    assert world.state(first) == world.state(second) == "revoked"
    assert f"note: the place of share {first} could not be cleaned up" in done.err and "nosuchshareatallxxxx: " in done.err.splitlines()[-1]
    for command in (("list", "--shares"), ("watch", first, "--once"), ("list", "--shares")):
        assert first in world.ada.run(*command).out


@pytest.mark.parametrize("heal", [("list", "--shares"), ("doctor",), ("renew", "own")])
def test_a_wrong_word_that_a_credential_is_revoked_does_not_last(world, heal):
    def lie(exchange):
        if exchange.path == "/token" and JWT_BEARER.encode() in exchange.body.replace(b"%3A", b":"):
            exchange.status = 400
            exchange.answer = json.dumps({"error": "invalid_grant", "keyferry": {"error": "revoked"}}).encode()

    world.proxy.meddle = lie
    world.ada.run("list", "--shares")
    assert world.over() == "revoked"
    world.proxy.meddle = lambda exchange: None
    world.ada.run(*heal)
    assert world.over() is None
    assert "left)" in world.ada.run("list").out
