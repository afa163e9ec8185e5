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
    for proxy in (world.front, world.middle):
        proxy.after = lambda call: None
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
    world.cut(where)
    carry_out(world, mode, where)
    assert world.honest() >= 20


#= spec:authority#3-lost test
@pytest.mark.parametrize("status, body", [(200, b"<html>the hotel</html>"), (302, b""), (403, b"<html>the hotel</html>"), (404, b"")],
                         ids=lambda value: str(value)[:6])
@pytest.mark.parametrize("mode", ["words", "code", "PIN"])
def test_both_sides_finish_though_somebody_between_answers_first(world, mode, status, body):
    for proxy in (world.front, world.middle):
        proxy.after = first_answered_by(status, body)
    carry_out(world, mode, f"{status} {body[:3]}")


def first_answered_by(status, body):
    """The first call of each method and path is answered by somebody else than it asked, though it was carried out."""
    answer = b"HTTP/1.1 %d Other\r\nContent-Length: %d\r\nLocation: https://hotel.example/\r\n\r\n" % (status, len(body)) + body
    names = set()

    def after(call):
        if call.name not in names:
            names.add(call.name)
            call.answer = answer
    return after


def carry_out(world, mode, where):
    options = [option for word, option in (("code", "--code"), ("dropbox", "--dropbox"), ("PIN", "--pin")) if word in mode]
    compare = () if "code" in mode else ("--words", "-")  # with both a code share would compare words as well

    def share():
        return Half(world.ada, "share", "own", "--for", "1h", "--note", f"{mode} {where}", *options, "--allow-local", "--json", *compare)

    def share_again(side):
        made = side.saw("link")
        return Half(world.ada, "watch", made["share"], "--allow-local", "--json", *compare) if made else share()

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
    for proxy in (world.front, world.middle):
        proxy.plan, proxy.after = lambda call: None, lambda call: None
    world.held_once(bob, made["share"])
    world.nothing_is_left(world.ada)
