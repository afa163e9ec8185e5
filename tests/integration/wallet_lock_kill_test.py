"""A wallet that signs a delegation and one that takes it, killed at their writes: started again, both go on with the same link, and
nothing is signed twice. KEYFERRY_EVERY_WRITE=1 kills at each of them, else at every third: a file is synced, then its folder."""

import os
import types

import pytest
from support import Relay, Wallet
from support.exchange import Half
from support.faults import Faults
from support.lock import Lock
from support.process import SANITIZED

MOST = 100  # writes of one side, more than there are
STRIDE = 1 if os.environ.get("KEYFERRY_EVERY_WRITE") else 3


class Side:
    """One wallet's commands; what kills one is a write, and then it is started again."""

    def __init__(self, place, name, relay):
        # The shim counts the syncs of files below a folder `state`.
        place.folder(name)
        self.wallet = Wallet(place, name, home=place.folder(f"{name}/state") / "home")
        self.wallet.run("relay", "trust", relay.url, "--default", "--allow-local")
        program = types.SimpleNamespace(directory=place.folder(f"{name}/faults"), env=self.wallet.env)
        self.faults = Faults(program)
        self.wallet.env = program.env
        self.killed = 0

    def starts(self, *arguments):
        return Half(self.wallet, *arguments)

    def was_killed(self, half):
        killed = half.wait() == -9
        if killed:
            self.killed += 1
            self.faults.kill_at = 0
        return killed


def share(owner):
    """Returns (half, link, code, share) of a share whose link was printed, however often that took."""
    command = ("share", "home/front", "--for", "1h", "--code", "--allow-local", "--json")
    half = owner.starts(*command)
    try:
        made = half.until("link")
    except AssertionError:
        assert owner.was_killed(half), half.errors
        half = owner.starts(*command)
        made = half.until("link")
    return half, made


def take(ada, made):
    return Half(ada.wallet, "accept", "--yes", "--allow-local", "--json", "--code", made["code"], "-", input=made["link"] + "\n")


def finish(owner, ada, giving, made):
    """The one that may be killed is waited for first: the other one waits for it."""
    taking = take(ada, made)
    if owner.faults.kill_at and owner.was_killed(giving):
        giving = owner.starts("watch", made["share"], "--allow-local", "--json")
    if ada.was_killed(taking):
        taking = take(ada, made)
    # Killed at its last write it had said all.
    assert taking.wait() == 0 or taking.error["error"] == "taken", (taking.events, taking.errors)
    giving.wait()


#= spec:lock#6-killed test
@pytest.mark.skipif(SANITIZED, reason="the shim is built for programs without sanitizers")
@pytest.mark.parametrize("victim", ["owner", "ada"])
def test_killed_at_every_write_both_go_on(place, victim):
    relay, lock = Relay(place).start(), Lock(place).start()
    owner, ada = Side(place, "owner", relay), Side(place, "ada", relay)
    owner.wallet.run("lock", "pair", lock.doors["front"], "--name", "home", "--code", lock.ask("--pair")["code"])
    struck = {"owner": owner, "ada": ada}[victim]
    for runs, at in enumerate(range(1, MOST, STRIDE), 1):
        before = struck.killed
        struck.faults.kill_at = struck.faults.steps + at
        giving, made = share(owner)
        finish(owner, ada, giving, made)
        struck.faults.kill_at = 0
        signed = owner.wallet.json("list", "--shares")["signed"]
        assert [one["share"] for one in signed].count(made["share"]) == 1 and len(signed) == runs, at
        held = ada.wallet.json("list")["delegations"]
        assert len(held) == runs, at
        assert {one["id"] for one in signed} == {one["id"] for one in held}, "the one that was signed is the one that is held"
        if struck.killed == before:
            break
    assert struck.killed >= 6
    opened = ada.wallet.json("open", held[-1]["name"], "--lock", lock.doors["front"])
    assert opened["result"] == "opened"
    print(f"killed {struck.killed} times")
