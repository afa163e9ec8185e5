"""--notify-url: the relay calls a webhook of the sender's when a share is taken up, and the wallet finds the right one."""

import json
import re

import pytest
from support import LOGIN, Authority, Relay, Wallet, run, wait_until
from support.webhook import Receiver


class World:
    """Authority, a relay that pushes, and Ada, who may share on."""

    def __init__(self, place, webhook=True):
        self.place, self.receiver = place, Receiver(place)
        self.authority = Authority(place)
        key = place.folder("web") / "key"
        run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key])
        self.authority.run("host", "add", "web", "127.0.0.1:22", "--key", f"{key}.pub")
        self.authority.start()
        config = {"webhook": {"allow": ["127.0.0.0/8"], "ca_file": str(place.ca.path)}} if webhook else None
        self.relay = Relay(place, config=config).start()
        self.ada, self.bob = Wallet(place, "ada"), Wallet(place, "bob")
        self.bob.run("persona", "add", "Bob's phone")
        self.ada.run("relay", "trust", self.relay.url, "--default", "--allow-local")
        offer = self.authority.share("--as", LOGIN, "--host", "web", "--for", "8h", "--depth", "1")
        self.ada.run("accept", "--yes", "--allow-local", "--name", "own", "-", input=offer)

    def share(self, *more, code=0):
        return self.ada.run("share", "own", "--now", "--as", LOGIN, "--json", *more, code=code)

    def notified_share(self, *more):
        return json.loads(self.share("--notify-url", self.receiver.url + "/ada/", *more).out)

    def take(self, made):
        return self.bob.run("accept", "--yes", "--allow-local", "-", input=made["link"] + "\n")


#= spec:tigress#NTF-03 test
#= spec:tigress#NTF-04 test
#= spec:tigress#NTF-06 test
#= spec:tigress#A-40 test
def test_one_push_leads_to_the_right_one_of_ten_shares(place):
    world = World(place)
    made = [world.notified_share() for _ in range(10)]
    addresses = [share["notify"] for share in made]
    assert len(set(addresses)) == 10
    for address in addresses:
        assert re.fullmatch(re.escape(world.receiver.url) + r"/ada/[A-Za-z0-9_-]{22}", address)
    world.take(made[6])
    wait_until(lambda: world.receiver.calls, "the push", 30)
    (path, headers, body), *more = list(world.receiver.calls)
    assert {path, *(call[0] for call in more)} == {addresses[6][len(world.receiver.url):]} and body == b'{"event":"changed"}'
    told = repr((path, headers, body))
    for secret in (made[6]["share"], made[6]["link"].split("/")[-1].split("#")[0], "own", LOGIN):
        assert secret not in told
    # Whoever is called runs this, with the address or the last part of it.
    seen = world.ada.json("watch", "--once", addresses[6])
    assert seen["share"] == made[6]["share"] and seen["state"] == "redeemed"
    waits = world.ada.json("watch", "--once", addresses[3].rsplit("/", 1)[1])
    assert waits["share"] == made[3]["share"] and waits["state"] != "redeemed"
    # It was taken, so its address is forgotten.
    gone = world.ada.run("watch", "--once", addresses[6], code=1)
    assert "told by this address" in gone.err


def test_a_share_in_the_dropbox_is_told_of_too(place):
    world = World(place)
    made = world.notified_share("--dropbox")
    assert "/t/" in made["link"]
    world.take(made)
    wait_until(lambda: world.receiver.calls, "the push", 30)
    assert {call[0] for call in world.receiver.calls} == {made["notify"][len(world.receiver.url):]}
    assert world.ada.json("watch", "--once", made["notify"])["state"] == "redeemed"


def test_a_rearmed_share_is_told_by_a_new_address(place):
    world = World(place)
    made = world.notified_share("--pin")
    wrong = "000000" if made["pin"] != "000000" else "111111"
    for _ in range(5):
        world.bob.run("accept", "--yes", "--allow-local", "--pin", wrong, "-", input=made["link"] + "\n", code=None)
    again = world.ada.json("rearm", made["share"])
    assert again["notify"] != made["notify"] and again["notify"].rsplit("/", 1)[0] == made["notify"].rsplit("/", 1)[0]
    world.receiver.calls.clear()
    world.bob.run("accept", "--yes", "--allow-local", "--pin", again["pin"], "-", input=again["link"] + "\n")
    wanted = again["notify"][len(world.receiver.url):]
    wait_until(lambda: wanted in [call[0] for call in world.receiver.calls], "the push", 30)


#= spec:tigress#NTF-07 test
def test_a_relay_that_does_not_push_is_said(place):
    world = World(place, webhook=False)
    made = world.ada.run("share", "own", "--now", "--notify-url", world.receiver.url)
    assert "calls nobody" in made.err and "the relay calls" not in made.err
    assert "notify" not in json.loads(world.share("--notify-url", world.receiver.url).out)


@pytest.mark.parametrize("url", ["http://push.example/", "push.example", "https://me@push.example/", "https://push.example/?a=b"])
def test_a_wrong_address_is_refused_before_anything_is_made(place, url):
    wallet = Wallet(place, "ada")
    refused = wallet.run("share", "own", "--notify-url", url, code=2)
    assert "--notify-url must be like https://" in refused.err
    assert not list((wallet.home / "transfers").glob("*"))
