"""A lock without a network, in its own process, and wallets at its door that were written from docs/lock.md alone. What decides a
test is the bolt: the command that the lock runs to open."""

import os
import threading
import time

import pytest

from support import run, wait_until
from support.delegation import (ADD_OWNER, CHALLENGE, HELLO, PAIR_SHARE, PAIR_START, PLAIN, REMOVE_OWNER, RESULT, SET_CLOCK, Key, chain, cose_key,
                                deny_list, frame, link_id, owner_answer, pieces, plain_answer)
from support.faults import Faults
from support.lock import Closed, Cpace, Lock
from support.process import SANITIZED

ADA, BOB, CLEO, EVE = (Key(name) for name in ("ada at the door", "bob at the door", "cleo at the door", "eve at the door"))


def opens(lock, holder, links, door="front"):
    """Tries to open; checks that the bolt moves exactly when the lock says so; returns the reason."""
    before = lock.opened(door)
    with lock.at(door) as there:
        reason = there.open(holder, links)
    if reason == "opened":
        wait_until(lambda: lock.opened(door) == before + 1, "the bolt")
    else:
        assert lock.opened(door) == before
    return reason


def own(lock, owner, statement=None):
    with lock.at() as there:
        return there.own(owner, statement)


#= spec:lock#1-chain test
def test_owner_friend_and_friends_friend_open_and_the_next_one_does_not(place):
    lock = Lock(place).start()
    owner = lock.pair()
    root = lock.root(owner, ADA, depth=2, label="Ada’s phone")
    middle = lock.child(ADA, BOB, root)
    last = lock.child(BOB, CLEO, middle)
    assert own(lock, owner) == "opened"
    wait_until(lambda: lock.opened() == 1, "the bolt")
    assert opens(lock, ADA, [root]) == "opened"
    assert opens(lock, BOB, [root, middle]) == "opened"
    assert opens(lock, CLEO, [root, middle, last]) == "opened"
    assert opens(lock, EVE, [root, middle, last, lock.child(CLEO, EVE, last)]) == "refused"
    assert lock.decisions()[-1]["reason"] == "depth"
    assert opens(lock, EVE, [root, middle, last]) == "refused"
    assert lock.decisions()[-1]["reason"] == "answer"


#= spec:lock#3-deny test
def test_a_friend_denies_the_friends_friend_and_anybody_carries_a_list(place):
    lock = Lock(place).start()
    owner = lock.pair()
    root = lock.root(owner, ADA, depth=2)
    to_bob, to_cleo = lock.child(ADA, BOB, root), lock.child(ADA, CLEO, root)
    now = int(time.time())
    adas = deny_list(ADA, now * 1000, now, [link_id(ADA, to_bob)], root=link_id(owner, root))
    assert opens(lock, BOB, [root, to_bob]) == "opened"
    with lock.at() as there:
        assert there.open(CLEO, [root, to_cleo]) == "opened"
        assert there.lists == [[owner.thumbprint, 0], [ADA.thumbprint, 0, link_id(owner, root)]]
        assert there.put(adas) == "done"
    assert opens(lock, BOB, [root, to_bob]) == "denied"
    assert opens(lock, CLEO, [root, to_cleo]) == "opened"
    owners = deny_list(owner, now * 1000, now, [link_id(owner, root)])
    with lock.at() as there:
        assert there.open(BOB, [root, to_bob]) == "denied"  # refused, but verified
        assert there.put(owners) == "done"
        assert there.get(owner.thumbprint) == owners
        assert there.get(link_id(owner, root)) == adas
    assert opens(lock, ADA, [root]) == "denied"
    lock.restart()
    assert opens(lock, CLEO, [root, to_cleo]) == "denied"


def test_a_list_rolled_back_or_forked_is_refused_and_in_the_log(place):
    lock = Lock(place).start()
    owner, now = lock.pair(), int(time.time())
    assert lock.bring(owner, deny_list(owner, 5, now)) == "done"
    assert lock.bring(owner, deny_list(owner, 4, now, [bytes(16)])) == "old"
    assert lock.bring(owner, deny_list(owner, 5, now, [bytes(16)])) == "forked"
    assert lock.bring(owner, deny_list(owner, 6, now + 600)) == "ahead"
    assert lock.bring(owner, deny_list(EVE, 7, now)) == "signer"
    told = [(one["subject"], one["reason"], one["level"]) for one in lock.decisions() if one["subject"] == "list"]
    assert told == [("list", "done", "info"), ("list", "old", "warning"), ("list", "forked", "error"), ("list", "ahead", "warning"),
                    ("list", "signer", "warning")]
    assert lock.metric("keyferry_lock_decisions_total", subject="list", reason="forked") == 1


#= spec:lock#4-pairing test
def test_pairing_needs_a_hand_at_the_lock_and_takes_one_guess(place):
    lock = Lock(place, doors=("front", "back"), config={"clock": {"zone": "Europe/Berlin"}}).start()
    owner = Key()
    with lock.at() as there:
        assert there.pair("00000000", owner) is None  # nobody has allowed it
    code = lock.ask("--pair")["code"]
    assert len(code) == 8 and code.isdigit() and lock.ask("--status")["pairing"]
    wrong = f"{(int(code) + 1) % 10**8:08}"
    with lock.at() as there:
        assert there.pair(wrong, EVE) is False
    with lock.at() as there:
        assert there.pair(code, EVE) is None  # the act is spent
    assert not lock.ask("--status")["pairing"]
    assert lock.ask("--pair")["code"] == code
    with lock.at("back") as there:
        key, zone, doors = there.pair(code, owner)
        there.hello()
        assert there.lock == key and there.door in doors
    assert zone == "Europe/Berlin" and sorted(one[16:] for one in doors) == [b"back", b"front"]
    assert lock.ask("--status")["owners"] == [owner.thumbprint.hex()]
    assert own(lock, owner) == "opened" and own(lock, EVE) == "refused"
    refused = lock.run("--pair", code=1)
    assert "has an owner" in refused.err
    assert lock.metric("keyferry_lock_pairings_total", result="success") == 1


def test_of_two_wallets_that_pair_at_once_one_has_the_guess(place):
    lock = Lock(place, doors=("front", "back")).start()
    code = lock.ask("--pair")["code"]
    told = {}
    with lock.at("front") as one, lock.at("back") as two:
        sides = []
        for there in (one, two):
            kind, sid = there.say(PAIR_START)
            assert kind == 17
            sides.append(sid)

        def finish(at, there):
            told[at] = there.say(PAIR_SHARE, Cpace(code.encode(), b"keyferry v1 lock pairing", sides[at]).share)[0]

        threads = [threading.Thread(target=finish, args=pair) for pair in enumerate((one, two))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(told.values()) == [RESULT, 19]
    assert lock.ask("--status")["owners"] == []


def test_what_comes_from_somebody_who_pairs_is_checked(place):
    lock = Lock(place).start()
    no_point = b"\xa4\x01\x02\x20\x01\x21\x58\x20" + bytes(32) + b"\x22\x58\x20" + bytes(32)
    for octets in (bytes(75), b"x", no_point):
        code = lock.ask("--pair")["code"]
        with lock.at() as there:
            assert there.pair(code, EVE, key=octets) is False
    for share in (bytes(32), b"\xff" * 32, b""):
        lock.ask("--pair")
        with lock.at() as there, pytest.raises(Closed):
            there.say(PAIR_START)
            there.say(PAIR_SHARE, share)
        assert lock.ask("--status")["pairing"]  # nothing was given away, so nothing is spent
    for kind in (PAIR_SHARE, 20, 17, 19, 99, 255):
        with lock.at() as there, pytest.raises(Closed):
            there.say(kind, bytes(32))
    assert lock.ask("--status")["owners"] == []


#= spec:lock#4-reset test
def test_after_a_reset_nothing_old_opens(place):
    lock = Lock(place).start()
    owner = lock.pair()
    before, root = lock.ask("--status")["lock"], lock.root(owner, ADA)
    assert opens(lock, ADA, [root]) == "opened"
    waiting = lock.at()
    waiting.hello()
    after = lock.ask("--reset")
    assert after["lock"] != before and after["owners"] == []
    with waiting, pytest.raises(Closed):
        waiting.sealed(owner_answer(owner, waiting.message))
    assert own(lock, owner) == "refused"
    with lock.at() as there:
        assert there.open(ADA, [root]) == "refused"
    lock.restart()
    assert lock.ask("--status")["lock"] == after["lock"]
    assert lock.pair(owner) is owner  # the same owner, a new key of the lock: old rights name a door that is no more
    assert opens(lock, ADA, [root]) == "door"
    assert opens(lock, ADA, [lock.root(owner, ADA)]) == "opened"


#= spec:lock#2-recorded test
def test_a_recorded_conversation_opens_nothing(place):
    lock = Lock(place).start()
    owner = lock.pair()
    root = lock.root(owner, ADA)
    with lock.at() as there:
        assert there.open(ADA, [root]) == "opened"
        recorded = there.sent
    with lock.at() as there:
        there.send(recorded)
        there.hear()
        assert there.hear() == (RESULT, b"\0")
    with lock.at() as there:
        there.hello()
        answer = plain_answer(ADA, chain([root]), there.message)
        assert there.plain(answer)
        assert not there.plain(answer)
        there.hello()
        assert not there.plain(answer)
    wait_until(lambda: lock.opened() == 2, "two openings")


def test_answers_to_another_lock_are_refused(place):
    lock, other = Lock(place).start(), Lock(place, "other").start()
    owner = lock.pair()
    other.pair(owner)
    root = lock.root(owner, ADA)
    with lock.at() as there, other.at() as thief:
        there.hello()
        thief.hello()
        assert there.sealed(plain_answer(ADA, chain([root]), thief.message)) == "refused"
    assert opens(other, ADA, [root]) == "door"
    assert opens(lock, ADA, [root]) == "opened"


def test_owners_state_who_owns(place):
    lock = Lock(place).start()
    owner = lock.pair()
    assert own(lock, owner, (ADD_OWNER, cose_key(ADA.xy))) == "done"
    assert own(lock, ADA) == "opened"
    assert own(lock, ADA, (REMOVE_OWNER, owner.thumbprint)) == "done"
    assert own(lock, owner) == "refused"
    assert own(lock, ADA, (REMOVE_OWNER, ADA.thumbprint)) == "last"
    assert own(lock, EVE, (ADD_OWNER, cose_key(EVE.xy))) == "refused"
    assert lock.ask("--status")["owners"] == [ADA.thumbprint.hex()]
    statements = [(one["op"], one["reason"]) for one in lock.decisions() if one["subject"] == "statement"]
    assert statements == [("add_owner", "done"), ("remove_owner", "done"), ("remove_owner", "last"), ("", "owner")]


#= spec:lock#3-clock test
def test_a_lock_that_lost_its_clock_lets_only_owners_in(place):
    lock = Lock(place, config={"clock": {"source": "owner"}}).start()
    owner, now = lock.pair(), int(time.time())
    root = lock.root(owner, ADA)
    assert opens(lock, ADA, [root]) == "clock"
    assert lock.bring(owner, deny_list(owner, 1, now)) == "done"
    assert opens(lock, ADA, [root]) == "clock"  # a list is no clock
    assert own(lock, owner) == "opened"
    assert own(lock, owner, (SET_CLOCK, now)) == "done"
    wait_until(lambda: lock.opened() == 1, "the owner's opening")
    assert opens(lock, ADA, [root]) == "opened"
    assert lock.metric("keyferry_lock_clock_known") == 1
    assert own(lock, owner, (SET_CLOCK, now + 7200)) == "done"
    assert opens(lock, ADA, [root]) == "expired"
    assert own(lock, owner, (SET_CLOCK, now - 7200)) == "done"
    assert opens(lock, ADA, [root]) == "early"
    lock.restart()
    assert opens(lock, ADA, [root]) == "clock" and own(lock, owner) == "opened"


def test_hours_are_local(place):
    lock = Lock(place, config={"clock": {"source": "owner", "zone": "America/New_York"}}).start()
    owner, noon = lock.pair(), 1_800_014_400  # Friday 15 January 2027, 12:00 UTC, 07:00 in New York
    assert own(lock, owner, (SET_CLOCK, noon)) == "done"
    day = 4 * 1440
    seven = lock.root(owner, ADA, nbf=noon - 9999, exp=noon + 9999, hours=[[day + 420, day + 480]])
    noons = lock.root(owner, ADA, nbf=noon - 9999, exp=noon + 9999, hours=[[day + 720, day + 780]])
    assert opens(lock, ADA, [seven]) == "opened"
    assert opens(lock, ADA, [noons]) == "hour"


def test_an_hour_that_occurs_twice_counts_twice(place):
    lock = Lock(place, config={"clock": {"source": "owner", "zone": "America/New_York"}}).start()
    owner, first = lock.pair(), 1_825_565_400  # Sunday 7 November 2027, 01:30 by summer time; at 02:00 it is 01:00 again
    sunday = 6 * 1440
    root = lock.root(owner, ADA, nbf=first - 9999, exp=first + 99999, hours=[[sunday + 60, sunday + 120]])
    for later, reason in ((-3600, "hour"), (0, "opened"), (3600, "opened"), (7200, "hour")):
        assert own(lock, owner, (SET_CLOCK, first + later)) == "done"
        assert opens(lock, ADA, [root]) == reason, later


def test_a_reader_has_one_conversation_and_the_lock_four(place):
    """Who comes beyond that waits, and is served when somebody leaves."""
    names = ("a", "b", "c", "d", "e")
    lock = Lock(place, doors=names).start()

    def waits(there):
        there.tell(HELLO)
        there.socket.settimeout(0.5)
        with pytest.raises(TimeoutError):
            there.hear()
        there.socket.settimeout(60)

    inside = [lock.at(name) for name in names[:4]]
    nonces = set()
    for there in inside:
        there.hello()
        nonces.add(there.nonce)
    assert len(nonces) == 4
    with lock.at("e") as fifth, lock.at("a") as second:
        waits(fifth)
        waits(second)
        inside[1].socket.close()
        assert fifth.hear()[0] == CHALLENGE
        inside[0].socket.close()
        assert second.hear()[0] == CHALLENGE
    for there in inside[2:]:
        there.socket.close()


def test_over_tcp_and_in_small_pieces(place):
    lock = Lock(place, tcp=True).start()
    owner = lock.pair()
    root = lock.root(owner, ADA)
    with lock.at() as there:
        there.hello()
        assert there.say(PLAIN, plain_answer(ADA, chain([root]), there.message), most=20) == (RESULT, b"\1")
    wait_until(lambda: lock.opened() == 1, "the bolt")


#= spec:lock#2-race test
def test_two_phones_race_for_the_last_use(place):
    lock = Lock(place, doors=("front", "back")).start()
    owner = lock.pair()
    for _ in range(10):
        root = lock.root(owner, ADA, doors=("front", "back"), uses=1)
        told, before = [], lock.opened("front") + lock.opened("back")
        with lock.at("front") as one, lock.at("back") as two:
            answers = [(there, plain_answer(ADA, chain([root]), there.hello())) for there in (one, two)]
            threads = [threading.Thread(target=lambda there=there, said=said: told.append(there.plain(said))) for there, said in answers]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        assert sorted(told) == [False, True]
        wait_until(lambda: lock.opened("front") + lock.opened("back") == before + 1, "one opening")


#= spec:lock#2-crash test
@pytest.mark.skipif(SANITIZED, reason="the shim is built for programs without sanitizers")
def test_killed_at_every_write_no_opening_is_uncounted_and_no_lock_is_bricked(place):
    lock = Lock(place)
    faults = Faults(lock)
    lock.start()
    owner = lock.pair()
    checked = 0
    for at in range(1, 13):
        root = lock.root(owner, ADA, uses=3)
        faults.kill_at = faults.steps + at
        told = 0
        try:
            for _ in range(4):
                with lock.at() as there:
                    told += there.open(ADA, [root]) == "opened"
        except Closed:
            checked += 1
            lock.wait()
        faults.kill_at = 0
        if not lock.running:
            lock.start()
        while opens_quietly(lock, ADA, root):
            pass
        assert lock.decisions()[-1]["reason"] == "used"
        assert own(lock, owner) == "opened"
        # One door's openings are done in their order, so this comes last.
        wait_until(lambda: bolt(lock)[-1:] == ["front"], "the owner's opening")
        assert bolt(lock).count(f"front {link_id(owner, root).hex()}") <= 3 and told <= 3, at
        (lock.directory / "front.moved").unlink()
    assert checked >= 6
    print(f"killed {checked} times")


#= spec:lock#2-counters test
def test_whoever_fills_counters_and_root_records_on_purpose_harms_only_itself(place):
    """Strangers, holders further down, the holder of a root, and owners: each tries all that it can make the lock write."""
    lock = Lock(place).start()
    owner = lock.pair()

    def tries(links, holder):
        with lock.at() as there:
            return there.open(holder, links)

    def brings(holder, links, *lists):
        """Opens, and brings lists in the same conversation; returns the lock's reasons."""
        before = lock.opened()
        with lock.at() as there:
            assert there.open(holder, links) == "opened"
            reasons = [there.put(octets) for octets in lists]
        wait_until(lambda: lock.opened() == before + 1, "the bolt")
        return reasons

    def roots():
        return lock.metric("keyferry_lock_root_records")

    written = lock.metric("keyferry_lock_writes")
    ours = lock.root(owner, ADA, uses=1000, depth=2)
    for _ in range(3):  # a stranger: roots of its own, somebody's root, a child of it that it signed itself
        assert tries([lock.root(EVE, EVE, uses=9)], EVE) == "refused"
        assert tries([ours], EVE) == "refused"
        assert tries([ours, lock.child(EVE, EVE, ours, uses=9)], EVE) == "refused"
        assert tries([lock.root(owner, ADA, uses=9, nbf=1, exp=2)], ADA) == "expired"
    assert (roots(), lock.metric("keyferry_lock_writes")) == (0, written), "who is refused writes nothing"

    below = lock.child(ADA, BOB, ours, uses=1000)
    for _ in range(20):  # a holder further down: as many links as it likes, one counter
        assert opens(lock, CLEO, [ours, below, lock.child(BOB, CLEO, below)]) == "opened"
    assert tries([ours, below, lock.child(BOB, CLEO, below, uses=1)], CLEO) == "refused"
    assert lock.decisions()[-1]["reason"] == "uses" and roots() == 1

    for _ in range(14):  # the holder of a root: its own places, beside the one that Bob has
        assert opens(lock, CLEO, [ours, lock.child(ADA, CLEO, ours, uses=1)]) == "opened"
    assert opens(lock, CLEO, [ours, lock.child(ADA, CLEO, ours, uses=1)]) == "full"
    assert opens(lock, ADA, [ours]) == "opened" and opens(lock, BOB, [ours, below]) == "opened", "its own place is reserved"
    now = int(time.time())
    for number in range(1, 4):  # and its lists: one place, whatever root they name
        hers, others = (deny_list(ADA, number, now, root=root) for root in (link_id(owner, ours), os.urandom(16)))
        assert brings(ADA, [ours], hers, others) == ["done", "signer"]
    assert roots() == 1

    for _ in range(31):  # an owner: the places of roots
        assert opens(lock, BOB, [lock.root(owner, BOB, uses=1)]) == "opened"
    assert roots() == 32
    beyond, free = lock.root(owner, CLEO, uses=1), lock.root(owner, CLEO)
    assert opens(lock, CLEO, [beyond]) == "full"
    assert brings(CLEO, [free], deny_list(CLEO, 1, now, root=link_id(owner, free))) == ["full"], "a list needs a place too"
    assert opens(lock, ADA, [ours]) == "opened" and opens(lock, CLEO, [free]) == "opened", "nobody else is kept out"
    assert lock.bring(owner, deny_list(owner, 1, now, [link_id(owner, ours)])) == "done"
    lock.restart()
    assert opens(lock, CLEO, [beyond]) == "opened", "what an owner denies makes room"
    assert opens(lock, ADA, [ours]) == "denied" and own(lock, owner) == "opened"


def bolt(lock):
    path = lock.directory / "front.moved"
    return [line.strip() for line in path.read_text().splitlines()] if path.exists() else []


def opens_quietly(lock, holder, root):
    with lock.at() as there:
        return there.open(holder, [root]) == "opened"


@pytest.mark.skipif(SANITIZED, reason="the shim is built for programs without sanitizers")
def test_a_reset_that_is_killed_is_finished_at_the_next_start(place):
    lock = Lock(place)
    faults = Faults(lock)
    lock.start()
    for at in range(1, 12):
        owner = lock.pair()
        root, before = lock.root(owner, ADA, uses=5), lock.ask("--status")["lock"]
        assert opens(lock, ADA, [root]) == "opened"
        faults.kill_at = faults.steps + at
        asked = lock.run("--reset", code=None)
        faults.kill_at = 0
        if asked.code == 0:
            break
        lock.wait()
        lock.start()
        status = lock.ask("--status")
        if status["lock"] == before:  # killed before anything was decided: all is as it was
            assert status["owners"] == [owner.thumbprint.hex()]
            assert opens(lock, ADA, [root]) == "opened"
            lock.ask("--reset")
        else:
            assert status["owners"] == [] and status["root_records"] == 0
            assert not (lock.state / "reset").exists()
    assert at > 5


def test_a_disk_that_is_full_keeps_the_door_shut(place):
    lock = Lock(place)
    faults = Faults(lock)
    lock.start()
    owner = lock.pair()
    root = lock.root(owner, ADA, uses=2)
    faults.fail_sync = 28
    assert opens(lock, ADA, [root]) == "state"
    assert own(lock, owner) == "opened"  # writes nothing
    faults.heal()
    wait_until(lambda: lock.opened() == 1, "the owner's opening")
    assert [opens(lock, ADA, [root]) for _ in range(3)] == ["opened", "opened", "used"]
    assert '"write_failed"' in lock.log()


def test_what_is_no_frame_ends_the_conversation(place):
    lock = Lock(place).start()
    owner = lock.pair()
    for octets in (b"\0", b"\1\0", b"\xf1" + bytes(241), b"\xff", b"\4\2\1\0\0", b"\4\0\1\0\1", b"\4\0\2\0\0", b"\4\0\0\0\0", b"\5\0\1\0\0\0"):
        with lock.at() as there, pytest.raises(Closed):
            there.send(octets)
            there.take(1)
    with lock.at() as there, pytest.raises(Closed):
        for _ in range(20):
            there.send(b"\xf0\1" + bytes(239))
        there.take(1)
    with lock.at() as there:  # a piece at a time, an octet at a time
        for octet in b"".join(bytes([len(piece)]) + piece for piece in pieces(frame(HELLO))):
            there.send(bytes([octet]))
        assert there.hear()[0] == 2
    assert own(lock, owner) == "opened"
    assert lock.metric("keyferry_lock_sessions_total", end="broken") >= 10


def test_the_log_says_who_and_why(place):
    lock = Lock(place).start()
    owner = lock.pair()
    root = lock.root(owner, ADA, depth=1)
    below = lock.child(ADA, BOB, root, label="Bob \"the\" builder")
    assert opens(lock, BOB, [root, below]) == "opened"
    one = lock.decisions()[-1]
    assert one["door"] == "front" and one["subject"] == "opening" and one["reason"] == "opened" and one["verified"] == "yes"
    assert one["label"] == "Bob \"the\" builder" and one["holder"] == link_id(ADA, below).hex()
    assert one["root"] == link_id(owner, root).hex() and one["owner"] == owner.thumbprint.hex() and one["links"] == "2"
    assert (lock.directory / "front.moved").read_text() == f"front {one['holder']}\n"
    assert lock.metric("keyferry_lock_decisions_total", door="front", subject="opening", reason="opened") == 1
    assert lock.metric("keyferry_lock_open_commands_total", result="success") == 1
    assert lock.metric("keyferry_lock_owners") == 1


def test_a_command_that_fails_is_in_the_log_and_the_use_is_gone(place):
    lock = Lock(place, open_command=["/bin/false"]).start()
    owner = lock.pair()
    root = lock.root(owner, ADA, uses=1)
    with lock.at() as there:
        assert there.open(ADA, [root]) == "opened"
    wait_until(lambda: '"open_failed"' in lock.log(), "the failure in the log")
    assert lock.metric("keyferry_lock_open_commands_total", result="failure") == 1
    with lock.at() as there:
        assert there.open(ADA, [root]) == "used"


def test_only_the_administrator_of_the_machine_has_a_hand_at_the_lock(place):
    lock = Lock(place).start()
    assert os.stat(lock.state / "control").st_mode & 0o777 == 0o600
    assert os.stat(lock.state / "key").st_mode & 0o777 == 0o600 and os.stat(lock.state / "code").st_mode & 0o777 == 0o600
    if os.geteuid() == 0:
        # Even with the way to the socket open.
        for path in (lock.directory, *list(lock.directory.parents)[:2]):
            path.chmod(path.stat().st_mode | 0o001)
        (lock.state / "control").chmod(0o666)
        lock.state.chmod(0o755)
        script = ("import socket, sys; s = socket.socket(socket.AF_UNIX); s.settimeout(20); s.connect(sys.argv[1])\n"
                  "try: s.sendall(b'pair\\n'); print(repr(s.recv(100)))\n"
                  "except OSError: print(\"b''\")")
        done = run(["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "/usr/bin/python3", "-c", script, "control"],
                   cwd=lock.state)
        assert done.out.strip() == "b''", done
    assert not lock.ask("--status")["pairing"]


def test_one_lock_at_a_time_and_asked_when_none_runs(place):
    lock = Lock(place)
    assert "no lock runs" in lock.run("--status", code=1).err
    lock.start()
    assert "in use by another process" in lock.run(code=1).err
    assert "lock     " in lock.run("--status").out
    assert lock.stop() == 0
    assert not (lock.state / "control").exists()


def test_it_stops_at_once_with_people_at_the_door(place):
    lock = Lock(place, open_command=["/bin/sleep", "60"]).start()
    owner = lock.pair()
    there = lock.at()
    there.own(owner)
    with there:
        started = time.monotonic()
        assert lock.stop() == 0 and time.monotonic() - started < 30
        with pytest.raises(Closed):
            there.hello()


def test_key_files_of_others_are_refused(place):
    lock = Lock(place).start()
    assert lock.stop() == 0
    (lock.state / "key").chmod(0o644)
    assert "chmod 600" in lock.run(code=1).err
    (lock.state / "key").chmod(0o600)
    (lock.state / "code").write_text("1234")
    assert "8 to 32 digits" in lock.run(code=1).err
    (lock.state / "code").write_text("123456789\n")
    lock.start()
    assert lock.ask("--pair")["code"] == "123456789"
    owner = Key()
    with lock.at() as there:
        assert there.pair("123456789", owner)


def test_a_reset_drops_the_openings_that_wait_and_a_full_queue_is_said(place):
    moved, go = place.directory / "moved", place.directory / "go"
    lock = Lock(place, open_command=["/bin/sh", "-c", f"echo moved >>'{moved}'; until [ -e '{go}' ]; do sleep 0.05; done"]).start()
    owner = lock.pair()
    wait_until(lambda: own(lock, owner) == "opened" and "sixteen openings wait" in lock.log(), "a full queue")
    lock.run("--reset")
    go.touch()
    owner = lock.pair()
    before = moved.read_text().count("moved")
    for more in (1, 2):
        assert own(lock, owner) == "opened"
        wait_until(lambda: moved.read_text().count("moved") >= before + more, "an opening after the reset")
    # One of before may just have begun.
    assert moved.read_text().count("moved") <= before + 3, "what waited did not come between them"


def test_who_says_nothing_does_not_keep_the_door(place):
    lock = Lock(place).start()
    owner = lock.pair()
    silent = [lock.at() for _ in range(3)]
    try:
        assert own(lock, owner) == "opened"
        for there in silent:
            with pytest.raises(Closed):
                there.hear()
    finally:
        for there in silent:
            there.socket.close()


def denied_to_ada(place):
    """A lock whose owner has denied the root that ADA holds; it is stopped. (lock, the root, its records)"""
    lock = Lock(place).start()
    owner = lock.pair()
    root = lock.root(owner, ADA, uses=3)
    with lock.at() as there:
        assert there.open(ADA, [root]) == "opened"
    assert lock.bring(owner, deny_list(owner, 1, int(time.time()), [link_id(owner, root)])) == "done"
    lock.stop()
    return lock, root, [path for path in sorted((lock.state / "records").iterdir()) if path.name.isdigit() and path.stat().st_size > 32]


def test_a_damaged_record_keeps_the_lock_from_starting(place):
    lock, _, records = denied_to_ada(place)
    assert len(records) >= 3, "an owner, its list, a root"
    for path in records:
        whole = path.read_bytes()
        for torn in (b"", whole[:10], whole[:-32], whole[:-1], bytes([whole[0] ^ 1]) + whole[1:], whole[:-1] + bytes([whole[-1] ^ 1])):
            path.write_bytes(torn)
            refused = lock.run(code=1).err
            assert f"{path.name} is damaged" in refused and "paired anew" in refused
        path.write_bytes(whole)
    lock.start()


def test_records_of_the_first_release_are_taken_over(place):
    lock, root, records = denied_to_ada(place)
    (lock.state / "records" / "sealed").unlink()
    for path in records:
        path.write_bytes(path.read_bytes()[:-32])
    for _ in range(2):
        lock.start()
        with lock.at() as there:
            assert there.open(ADA, [root]) == "denied"
        lock.stop()
    assert (lock.state / "records" / "sealed").exists() and b"kfl1" in records[0].read_bytes()
