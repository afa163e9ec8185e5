"""Every octet: the calls of a take that are good once (the code's exchange and the credential's issue) are cut after each octet of the
request and of the answer, some on kept connections and some on new ones; the key that asked first has the share in the end.

One mode (immediate, by an offer); the other modes are cut at their boundaries in lost_answers_test.py. A command tries a call three times,
so that it takes two failed runs to cut six octets; many wallets are at it at once, for they mostly wait.
"""

import json
import os
import urllib.parse
from concurrent.futures import ThreadPoolExecutor

import pytest
from support import Place
from support.cut_proxy import Cut
from support.cut_world import CutWorld, claims_unknown
from support.openid import PRE_AUTHORIZED, Client

WALLETS = 24  # at once
EVERY = int(os.environ.get("KEYFERRY_VARIANTS", "1"))  # with sanitizers, every so many of the octets
TRIES = 3  # of one call in one run
FAILED_RUNS = 2
MARGIN = 4  # octets by which the same message differs from one take to the next


@pytest.fixture(name="world", scope="module")
def make_world():
    with Place() as place:
        yield CutWorld(place)


class Script:
    """What is still to be cut for each code: (path, Cut) in order. A token is that of the code which it came for."""

    def __init__(self, front):
        self.left, self.code_of, self.cut = {}, {}, 0
        front.plan, front.after = self.plan, self.after

    def code(self, call):
        if call.path == "/token":
            form = urllib.parse.parse_qs(call.request.split(b"\r\n\r\n", 1)[1].decode())
            return form.get("pre-authorized_code", [""])[0]
        return self.code_of.get((call.header("Authorization") or "").removeprefix("DPoP "))

    def plan(self, call):
        left = self.left.get(self.code(call))
        if not left or left[0][0] != call.path:
            return None
        self.cut += 1
        return left.pop(0)[1]

    def after(self, call):
        if call.path == "/token" and b"access_token" in call.answer:
            self.code_of[json.loads(call.answer.split(b"\r\n\r\n", 1)[1])["access_token"]] = self.code(call)


def code_of(world, offer):
    value = Client(world.front.url, ca=world.place.ca.path).read(offer)
    return value["grants"][PRE_AUTHORIZED]["pre-authorized_code"]


def sizes(world):
    """How long requests and answers of a take are."""
    world.front.seen.clear()
    world.wallet("first").run("accept", "--yes", "--allow-local", "-", input=world.offer())
    calls = {call.path: call for call in world.front.seen}
    return [(path, len(calls[path].request), len(calls[path].answer)) for path in ("/token", "/credential")]


#= spec:authority#3-lost test
def test_a_take_survives_the_loss_of_any_octet(world):
    places = [(path, Cut(side, octets)) for path, request, answer in sizes(world) for side, most in (("request", request), ("answer", answer))
              for octets in range(side == "request", most + MARGIN, EVERY)]
    batches = [places[at:at + TRIES * FAILED_RUNS] for at in range(0, len(places), TRIES * FAILED_RUNS)]
    script = Script(world.front)

    def take(batch):
        offer, bob = world.offer(), world.wallet("bob")
        script.left[code_of(world, offer)] = left = list(batch)
        runs = 0
        while True:
            runs += 1
            done = bob.run("accept", "--yes", "--allow-local", "--json", "-", input=offer, code=None, timeout=300)
            assert not claims_unknown(done.err), done
            if done.code == 0 or runs > FAILED_RUNS + 2:
                break
        assert done.code == 0 and not left, (batch[0], done)
        taken = json.loads(done.out)
        (held,) = bob.json("list")["credentials"]
        assert held["share"] == taken["share"]
        return taken["share"]

    with ThreadPoolExecutor(WALLETS) as pool:
        shares = list(pool.map(take, batches))
    assert script.cut == len(places)
    records = {record["share"]: record for record in json.loads(world.authority.run("list", "--json").out)["shares"]}
    assert len(set(shares)) == len(batches)
    assert all(records[share]["state"] == "redeemed" and len(records[share]["credentials"]) == 1 for share in shares)
    print(f"{len(places)} octets cut, {len(batches)} shares")


# Every forty-first octet: a failed run cuts three.
STEP = 41 * EVERY


#= spec:authority#3-lost test
@pytest.mark.parametrize("keep", [True, False], ids=["kept", "new"])
def test_a_renewal_survives_the_loss_of_octets_all_over(world, keep):
    bob = world.wallet("bob")
    bob.run("accept", "--yes", "--allow-local", "--name", "mine", "-", input=world.offer())
    paths = ("/token", "/v1/credentials/renew")
    world.front.plan, world.front.after, world.front.keep = lambda call: None, lambda call: None, keep
    world.front.seen.clear()
    bob.run("renew", "mine")
    calls = {call.path: call for call in world.front.seen}
    left = {path: [Cut(side, octets) for side, most in (("request", len(calls[path].request)), ("answer", len(calls[path].answer)))
                   for octets in range(side == "request", most, STEP)] for path in paths}
    cut = sum(map(len, left.values()))
    world.front.plan = lambda call: left[call.path].pop() if left.get(call.path) else None
    serials, runs = set(), 0
    while any(left.values()):
        done, runs = bob.run("renew", "mine", code=None), runs + 1
        assert not claims_unknown(done.err) and runs <= cut, done
        serials.add(bob.json("list")["credentials"][0]["serial"])
    world.front.plan = lambda call: None
    bob.run("renew", "mine")
    assert cut > 60 // EVERY and len(serials) == 1, "an early renewal is the present certificate"
