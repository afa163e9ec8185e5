"""Answers that get lost in the confirmed modes, words and code, by mailbox and by dropbox: of every call of both sides the first, third,
fifth … is cut; both commands finish, and the share is held once. A command that gave up is started again, as its text says."""

import pytest
from support import Place
from support.cut_exchange import CONFIRMED, carry_out
from support.cut_proxy import Cut
from support.cut_world import CutWorld

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


#= spec:authority#3-lost test
@pytest.mark.parametrize("where", PLACES, ids=str)
@pytest.mark.parametrize("mode", CONFIRMED)
def test_both_sides_finish(world, mode, where):
    world.cut(where)
    bob, share = carry_out(world, mode, where)
    assert world.honest() >= 20
    world.held_once(bob, share)
    world.nothing_is_left(world.ada)


#= spec:authority#3-lost test
@pytest.mark.parametrize("status, body", [(200, b"<html>the hotel</html>"), (302, b""), (403, b"<html>the hotel</html>"), (404, b"")],
                         ids=lambda value: str(value)[:6])
@pytest.mark.parametrize("mode", ["words", "code", "PIN"])
def test_both_sides_finish_though_somebody_between_answers_first(world, mode, status, body):
    for proxy in (world.front, world.middle):
        proxy.after = first_answered_by(status, body)
    bob, share = carry_out(world, mode, f"{status} {body[:3]}")
    for proxy in (world.front, world.middle):
        proxy.after = lambda call: None
    world.held_once(bob, share)
    world.nothing_is_left(world.ada)


def first_answered_by(status, body):
    """The first call of each method and path is answered by somebody else than it asked, though it was carried out."""
    answer = b"HTTP/1.1 %d Other\r\nContent-Length: %d\r\nLocation: https://hotel.example/\r\n\r\n" % (status, len(body)) + body
    names = set()

    def after(call):
        if call.name not in names:
            names.add(call.name)
            call.answer = answer
    return after
