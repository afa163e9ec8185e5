"""Somebody between a wallet and a door, or in place of the door: what was recorded opens nothing and moves no wallet, and a reader that
only wants to learn chains or lists learns none. Wallets and lock are the real programs; the thief speaks octets."""

import base64
import json
import os
import socket
import threading

import cbor2
import pytest
from support import wait_until
from support.delegation import CHALLENGE, HELLO, PUT_DONE, REPLY, RESULT, Key, Sealing, challenge
from support.lock import Closed, Frames
from wallet_lock_test import People


class Between:
    """Carries one conversation after the other between wallets and the lock, and keeps both sides of each."""

    def __init__(self, address):
        self.lock, self.heard = address, []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                wallet = self.listener.accept()[0]
            except OSError:
                return
            host, port = self.lock.rsplit(":", 1)
            lock = socket.create_connection((host, int(port)))
            said = (bytearray(), bytearray())
            carriers = [threading.Thread(target=self._carry, args=pair) for pair in ((wallet, lock, said[0]), (lock, wallet, said[1]))]
            for carrier in carriers:
                carrier.start()
            for carrier in carriers:
                carrier.join()
            self.heard.append((bytes(said[0]), bytes(said[1])))

    @staticmethod
    def _carry(source, sink, kept):
        try:
            while octets := source.recv(4096):
                kept += octets
                sink.sendall(octets)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def close(self):
        self.listener.close()


def frames_in(recorded):
    """[(kind, body)] of one side, its pieces put together."""
    said, at = [], 0
    while at < len(recorded):
        body, more = b"", 1
        while more:
            size = recorded[at]
            more, body, at = recorded[at + 1], body + recorded[at + 2:at + 1 + size], at + 1 + size
        said.append((body[0], body[3:]))
    return said


class Reader:
    """Stands in place of the door for one wallet: `answer(kind, body)` gives the frames that it says, or None to hang up."""

    def __init__(self, answer):
        self.frames = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]
        threading.Thread(target=self._serve, args=(answer,), daemon=True).start()

    def _serve(self, answer):
        with Frames(self.listener.accept()[0]) as there:
            try:
                while True:
                    kind, body = there.hear()
                    self.frames.append((kind, body))
                    said = answer(kind, body)
                    if said is None:
                        break
                    there.tell(*said)
            except Closed:
                pass
        self.listener.close()


def stored(wallet, folder, member):
    """The octets that a wallet keeps in that member of its records."""
    found = []
    for path in (wallet.home / folder).glob("*.json"):
        value = json.loads(path.read_text())[member]
        found += [base64.urlsafe_b64decode(one + "=" * (-len(one) % 4)) for one in (value if isinstance(value, list) else [value])]
    assert found, (wallet.home / folder)
    return found


def reason(done):
    return json.loads(done.err.splitlines()[-1])["error"]


@pytest.fixture(name="people")
def make_people(place):
    """Ada passed on to Bob what the owner gave her; the lock's reader is on TCP."""
    people = People(place, tcp=True)
    people.pair()
    people.pass_on(people.owner, people.ada, "home/front", "--depth", "1", "--for", "2h")
    people.share, _ = people.pass_on(people.ada, people.bob, "front")
    return people


#= spec:lock#2-recorded test
def test_what_somebody_between_recorded_opens_nothing_and_tells_nothing(people):
    between = Between(people.lock.doors["front"])
    for wallet, what in ((people.bob, "front"), (people.owner, "home")):
        wallet.run("open", what, "--lock", between.address)
    people.ada.run("revoke", people.share)
    people.ada.run("open", "front", "--lock", between.address)  # brings her list
    denied = people.bob.run("open", "front", "--lock", between.address, "--json", code=3)
    assert reason(denied) == "denied"
    wait_until(lambda: len(between.heard) == 4, "the recordings")
    between.close()
    before = people.lock.opened()

    for wallet_said, _ in between.heard:
        with people.lock.at() as there:
            there.send(wallet_said)
            there.socket.shutdown(socket.SHUT_WR)
            replies = []
            try:
                while True:
                    replies.append(there.hear())
            except Closed:
                pass
            assert replies[0][0] == CHALLENGE and replies[1] == (RESULT, b"\0"), replies
            assert REPLY not in [kind for kind, _ in replies] and PUT_DONE not in [kind for kind, _ in replies]
    assert people.lock.opened() == before
    assert {one["reason"] for one in people.lock.decisions()[-4:]} == {"sealed"}

    # Neither links nor lists nor ids nor holders' keys can be read out of it; the lock's own message can.
    octets = b"".join(body for both in between.heard for side in both for _, body in frames_in(side))
    door = stored(people.owner, "locks", "doors")[0]
    assert octets.count(door) == 4
    for secret in [*stored(people.bob, "delegations", "links"), *stored(people.ada, "lists", "list"), *stored(people.ada, "signed", "id")]:
        assert not any(secret[at:at + 16] in octets for at in range(0, len(secret) - 15, 8) if secret[at:at + 8] not in door and secret[at + 8:at + 16] not in door)


#= spec:lock#2-recorded test
#= spec:lock#2-opening test
def test_a_reader_that_only_wants_to_learn_learns_nothing(people):
    """It has the door's true message in every way that it can get one, and all that it can say behind the answer."""
    with people.lock.at() as there:
        message = there.hello()
    nonce, key, door, time = cbor2.loads(message)
    lock_xy = key[-2] + key[-3]
    mine = Key()
    links = b"".join(stored(people.bob, "delegations", "links"))

    # Its own key, under the door's id, or a door that Bob has no right to: nothing is answered at all.
    for own, error in ((challenge(nonce, mine.xy, door, time), "form"), (challenge(nonce, lock_xy, door[:16] + b"back", time), "other_door"),
                       (challenge(nonce, mine.xy, mine.thumbprint[:16] + b"front", time), "other_door")):
        reader = Reader(lambda kind, body, own=own: (CHALLENGE, own) if kind == HELLO else None)
        refused = people.bob.run("open", "front", "--lock", reader.address, "--json", code=None)
        assert refused.code != 0 and reason(refused) == error, refused
        assert [kind for kind, _ in reader.frames] == [HELLO]

    # The lock's own key: the answer is sealed to it, and whatever stands behind it is believed only from the lock.
    sealing = Sealing(mine.xy, message)
    for said in ((RESULT, b"\1"), (RESULT, b"\0"), (REPLY, os.urandom(60)), (REPLY, sealing.say_reply("opened", []))):
        reader = Reader(lambda kind, body, said=said: (CHALLENGE, message) if kind == HELLO else said)
        refused = people.bob.run("open", "front", "--lock", reader.address, "--json", code=None)
        assert refused.code != 0 and "opened" not in refused.out, (said, refused)
        kinds, octets = [kind for kind, _ in reader.frames], b"".join(body for _, body in reader.frames)
        assert len(kinds) == 2, "no list is brought or asked for where the lock did not show itself"
        for at in range(0, len(links) - 16, 16):
            assert links[at:at + 16] not in octets


#= spec:lock#2-recorded test
def test_a_recorded_lock_moves_no_wallet(people):
    """The lock's side of an opening, played to the wallet again: it does not believe that anything opened, and says no list."""
    between = Between(people.lock.doors["front"])
    people.bob.run("open", "front", "--lock", between.address)
    wait_until(lambda: between.heard, "the recording")
    between.close()
    said = frames_in(between.heard[0][1])
    assert [kind for kind, _ in said][:2] == [CHALLENGE, REPLY]
    left = iter(said)
    reader = Reader(lambda kind, body: next(left, None))
    refused = people.bob.run("open", "front", "--lock", reader.address, "--json", code=None)
    assert refused.code != 0 and "opened" not in refused.out
    assert len(reader.frames) == 2
