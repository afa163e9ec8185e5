"""Answers that get lost in the confirmed modes, words and code, by mailbox and by dropbox: of every call of both sides the first, third,
fifth … is cut; both commands finish, and the share is held once. A command that gave up is started again, as its text says."""

import threading

import pytest
from support import Place, wait_until
from support.cut_proxy import Cut
from support.cut_world import CutWorld, claims_unknown
from support.exchange import Half

PLACES = [Cut("request", 1), Cut("answer", 0), Cut("answer", 1), Cut("answer", "head"), Cut("answer", "almost all")]


@pytest.fixture(name="world", scope="module")
def make_world():
    with Place() as place:
        yield CutWorld(place)


@pytest.fixture(autouse=True)
def nothing_is_cut_between(world):
    yield
    world.honest()


class Side:
    """A command that is run again until it has ended well. `again`: how."""

    def __init__(self, start, again):
        self.halves, self._again = [start()], again
        self._keeper = threading.Thread(target=self._keep, daemon=True)
        self._keeper.start()

    def _keep(self):
        for _ in range(10):
            if self.halves[-1].wait() == 0:
                return
            self.halves.append(self._again(self))

    def saw(self, name):
        return next((event for half in self.halves for event in half.events if event.get("event") == name or name in event), None)

    def until(self, name):
        return wait_until(lambda: self.saw(name), f"{name}: {self.said()}", 180)

    def said(self):
        return [(half.process.poll(), half.events, half.errors) for half in self.halves]

    def ends_well(self):
        self._keeper.join(180)
        assert self.halves[-1].process.poll() == 0, self.said()
        text = str([half.errors for half in self.halves])
        assert not claims_unknown(text), self.said()


#= spec:authority#3-lost test
@pytest.mark.parametrize("where", PLACES, ids=str)
@pytest.mark.parametrize("mode", ["words", "code", "words, dropbox", "code, dropbox", "PIN"])
def test_both_sides_finish(world, mode, where):
    options = [option for word, option in (("code", "--code"), ("dropbox", "--dropbox"), ("PIN", "--pin")) if word in mode]
    # With a code, words would be asked for beside it.
    words_too = () if "code" in mode else ("--words", "-")
    world.cut(where)

    def share():
        return Half(world.ada, "share", "own", "--for", "1h", "--note", f"{mode} {where}", *options, "--allow-local", "--json", *words_too)

    def share_again(side):
        made = side.saw("link")
        return Half(world.ada, "watch", made["share"], "--allow-local", "--json", *words_too) if made else share()

    sender = Side(share, share_again)
    made = sender.until("link")
    bob = world.wallet("bob")
    more = [*(("--pin", made["pin"]) if made.get("pin") else ()), *(("--code", made["code"]) if made.get("code") else ())]

    def accept(_=None):
        return Half(bob, "accept", "--yes", "--allow-local", "--json", *more, "-", input=made["link"] + "\n")

    receiver = Side(accept, accept)
    if not made.get("code"):
        words = receiver.until("words")["words"]
        answered = set()

        def answer_when_asked():
            half = sender.halves[-1]
            if half not in answered and half.process.poll() is None and any(event.get("event") == "compare" for event in half.events):
                answered.add(half)
                half.say(words)
            return sender.saw("granted")

        wait_until(answer_when_asked, f"the grant: {sender.said()}", 180)
    receiver.ends_well()
    sender.ends_well()
    assert world.honest() >= 20
    world.held_once(bob, made["share"])
    world.nothing_is_left(world.ada)
