"""Octets that get lost, in every mode: each call of both sides is cut after another octet of its request and of its answer each time that it is
made, and whoever gave up is started again; the share is held once in the end.

KEYFERRY_OCTETS=N cuts every Nth octet of every call (1: all of them, hours: scripts/test deep octets); without it each mode is played
once, which cuts some octets all over. The calls that are good once, each at every octet: lost_answers_octets_test.py.
"""

import json
import os
import re
import threading

import pytest
from support import Place
from support.cut_exchange import CONFIRMED, carry_out
from support.cut_proxy import Cut
from support.cut_world import CutWorld

STEP = int(os.environ.get("KEYFERRY_OCTETS", "0"))
ROUNDS = 1
MARGIN = 4  # octets by which the same message differs from one time to the next
ALONE = {"immediate": (), "PIN, at once": ("--pin",), "split": ("--split",), "dropbox": ("--dropbox",), "dropbox, PIN": ("--dropbox", "--pin")}
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|[A-Za-z0-9_-]{16,}")


@pytest.fixture(name="world")
def make_world():
    with Place() as place:
        yield CutWorld(place)


class Octets:
    """What is still to be cut of each kind of call. Two of three times that a call is made it is cut; the third comes through."""

    def __init__(self, world):
        self._proxies, self._lock = (world.front, world.middle), threading.Lock()
        self._sizes, self._next, self._times, self.cut, self.active = {}, {}, {}, 0, False
        for proxy in self._proxies:
            proxy.plan, proxy.after = self.plan, self.after

    @staticmethod
    def kind(call):
        return f"{call.method} {ID.sub('*', call.path)}"

    def plan(self, call):
        with self._lock:
            kind = self.kind(call)
            sizes = self._sizes.setdefault(kind, [0, 0])
            sizes[0] = max(sizes[0], len(call.request))
            times = self._times[call.name] = self._times.get(call.name, 0) + 1
            place = self._next.get(kind, 1)
            if not self.active or times % 3 == 0 or place >= sum(sizes) + MARGIN:
                return None
            self._next[kind] = place + self._stride(kind)
            self.cut += 1
            return Cut("request", place) if place < len(call.request) else Cut("answer", place - len(call.request))

    def after(self, call):
        with self._lock:
            sizes = self._sizes[self.kind(call)]
            sizes[1] = max(sizes[1], len(call.answer))

    def _stride(self, kind):
        return STEP or max(1, sum(self._sizes[kind]) // (2 * ROUNDS))

    def left(self):
        return sum(sum(sizes) > self._next.get(kind, 1) for kind, sizes in self._sizes.items() if kind in self._next)


def play(octets, one):
    """`one(number)` until each octet has had its turn: first without a loss, so that it is known how long the answers are."""
    one(0)
    number = 0
    while number < ROUNDS or STEP and octets.left():
        before, number = octets.cut, number + 1
        octets.active = True
        one(number)
        if octets.cut == before:
            break  # what is left is of calls that are not made any more
    assert octets.cut >= 4, octets.cut
    print(f"{octets.cut} calls cut in {number} rounds")


def ends_well(world, octets, bob, share):
    octets.active = False
    world.held_once(bob, share)
    world.nothing_is_left(world.ada)
    world.ada.run("revoke", share, "--yes")  # a holder may have so many shares alive


#= spec:authority#3-lost test
@pytest.mark.parametrize("mode", ALONE)
def test_a_share_and_its_take_survive(world, mode):
    octets = Octets(world)

    def one(number):
        wish = ("share", "own", "--for", "1h", "--now", "--yes", "--json", "--note", f"{mode} {number}", *ALONE[mode])
        made, bob = json.loads(world.until_done(world.ada, *wish).out), world.wallet("bob")
        world.take(bob, made)
        ends_well(world, octets, bob, made["share"])

    play(octets, one)


#= spec:authority#3-lost test
@pytest.mark.parametrize("mode", CONFIRMED)
def test_a_confirmed_share_survives(world, mode):
    octets = Octets(world)
    play(octets, lambda number: ends_well(world, octets, *carry_out(world, mode, f"round {number}")))


#= spec:authority#3-lost test
def test_a_renewal_survives(world):
    bob = world.wallet("bob")
    bob.run("accept", "--yes", "--allow-local", "--name", "mine", "-", input=world.offer())
    serial = bob.json("list")["credentials"][0]["serial"]
    play(Octets(world), lambda number: world.until_done(bob, "renew", "mine"))
    assert bob.json("list")["credentials"][0]["serial"] == serial, "an early renewal is the present certificate"
