"""kill -9 of either side of a confirmed exchange at any step: started again, both finish, or both know that it failed."""

import signal
import threading
import time

import pytest
from support import Wallet, wait_until
from support.exchange import Half, World

RUNS = 8  # moments of each side in test_killed_at_many_moments


@pytest.fixture(name="world")
def make_world(place):
    return World(place)


class Side:
    """One wallet that is killed once, at a moment or at an event, and then started again as a person would."""

    def __init__(self, wallet, kill_at=None, kill_after=None):
        self.wallet, self.kill_at, self.killed, self.code = wallet, kill_at, False, None
        self.end = time.monotonic() + kill_after if kill_after is not None else None
        self.halves = [self.start()]
        self.keeper = threading.Thread(target=self.keep, daemon=True)
        self.keeper.start()

    def keep(self):
        """Kills when it is time, and starts again after that."""
        while self.code is None:
            half = self.halves[-1]
            if not self.killed and (self.end and time.monotonic() > self.end or self.kill_at and self.saw(self.kill_at)):
                self.killed = True
                half.process.kill()
            code = half.process.poll()
            if code == -signal.SIGKILL:
                half.wait()
                if self.is_done():
                    self.code = 0
                else:
                    self.halves.append(self.start())
            elif code is not None:
                self.code = half.wait()
            time.sleep(0.005)

    def saw(self, name):
        return next((event for half in self.halves for event in half.events if event.get("event") == name or name in event), None)

    def until(self, name):
        return wait_until(lambda: self.saw(name) or self.code is not None and self.fail(name), f"{name}: {self.said()}", 90)

    def fail(self, name):
        assert self.saw(name), f"no {name}: {self.said()}"

    def said(self):
        return [(half.process.poll(), half.events, half.errors) for half in self.halves]

    def wait(self):
        self.keeper.join(90)
        assert self.code is not None, self.said()
        return self.code


class SenderSide(Side):
    """Types the words whenever it is asked, once `words` is set."""

    words, answered = None, 0

    def __init__(self, wallet, options=(), **kill):
        self.options = options
        super().__init__(wallet, **kill)

    def start(self):
        made = self.made()
        again = ["watch", made["share"]] if made else ["share", "own", "--for", "1h", *self.options]
        return Half(self.wallet, *again, "--allow-local", "--json", "--words", "-")

    def made(self):
        return next((event for half in getattr(self, "halves", []) for event in half.events if "link" in event), None)

    def is_done(self):
        return self.made() is not None and not list((self.wallet.home / "transfers").glob("exchange-*"))

    def keep(self):
        threading.Thread(target=self.type, daemon=True).start()
        super().keep()

    def type(self):
        seen = {}
        while self.code is None:
            half = self.halves[-1]
            asked = sum(event.get("event") == "compare" for event in half.events)
            if self.words and asked > seen.get(id(half), 0):
                seen[id(half)] = seen.get(id(half), 0) + 1
                try:
                    half.say(self.words)
                except OSError:
                    pass  # killed before it could read them
            time.sleep(0.005)


class ReceiverSide(Side):
    def __init__(self, wallet, link, **kill):
        self.link = link
        super().__init__(wallet, **kill)

    def start(self):
        return Half(self.wallet, "accept", "--yes", "--allow-local", "--json", "-", input=self.link + "\n")

    def is_done(self):
        return False

    def wait(self):
        code = super().wait()
        # Only a run whose outcome was printed may be told that it took the share before.
        told = code == 3 and self.saw("credential_id") and "you took this share already" in str(self.halves[-1].errors)
        return 0 if told else code


def play(world, sender_kill, receiver_kill, say=None, options=()):
    """A whole exchange with one kill on each side that has one."""
    sender = SenderSide(world.ada, options, **sender_kill)
    made = sender.until("link")
    receiver = ReceiverSide(Wallet(world.place, f"bob-{made['share']}"), made["link"], **receiver_kill)
    sender.words = say or receiver.until("words")["words"]
    return sender, receiver, made["share"]


def check(world, sender, receiver, share):
    assert sender.wait() == 0, sender.said()
    assert receiver.wait() == 0, receiver.said()
    record = world.record(share)
    assert record["state"] == "redeemed" and len(record["credentials"]) == 1
    held = receiver.wallet.json("list")["credentials"]
    assert [entry["share"] for entry in held] == [share]
    exported = receiver.wallet.json("export", held[0]["name"])
    assert exported["fingerprint"] == record["holder"]["fingerprint"], "the key that was granted is the key in use"
    for wallet in (sender.wallet, receiver.wallet):
        left = [path.name for path in (wallet.home / "transfers").iterdir() if not path.name.startswith("lock-")]
        assert not left, left


#= spec:transfer#6-killed test
@pytest.mark.parametrize("side, event", [("sender", "link"), ("sender", "waiting"), ("sender", "taken"), ("sender", "compare"),
                                         ("receiver", "requested"), ("receiver", "words")])
def test_killed_at_a_step_and_started_again_both_finish(world, side, event):
    kill = {"kill_at": event}
    check(world, *play(world, kill if side == "sender" else {}, kill if side == "receiver" else {}))


#= spec:transfer#6-killed test
#= spec:tigress#B-12 test
@pytest.mark.parametrize("options", [(), ("--dropbox",)], ids=["mailbox", "dropbox"])
def test_killed_at_many_moments_both_finish(world, options):
    began = time.monotonic()
    check(world, *play(world, {}, {}, options=options))
    whole = time.monotonic() - began
    cut = 0
    for number in range(RUNS):
        moment = whole * (number + 1) / (RUNS + 1)
        sender, receiver, share = play(world, {"kill_after": moment}, {"kill_after": moment * 0.7}, options=options)
        check(world, sender, receiver, share)
        cut += sender.killed + receiver.killed
    print(f"{RUNS} exchanges, {cut} of {2 * RUNS} processes killed before their end")
    assert cut >= RUNS // 2


def test_a_killed_sender_keeps_count_of_wrong_entries(world):
    sender, receiver, share = play(world, {"kill_at": "compare"}, {}, say="clockwork pyramid slowdown")
    assert sender.wait() == 3 and receiver.wait() == 3
    assert world.record(share)["state"] == "refused"
    assert receiver.wallet.json("list")["credentials"] == []
