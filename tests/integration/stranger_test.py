"""tests/support/stranger.py was written by somebody who had docs/ and running programs and nothing else: it and our wallet understand
each other in both directions, so the documents are enough."""

import threading

import pytest
from support.exchange import Half, Receiver, Sender, World
from support.sshd import LOGIN
from support.stranger import Authority, ConfirmedReceiver, ConfirmedSender, Holder, Relay

PATIENCE = 120


@pytest.fixture
def world(place):
    return World(place)


class Beside:
    """Runs `work` in a thread; result() is what it returned, or raises what it raised."""

    def __init__(self, work):
        self._result, self._error = None, None

        def run():
            try:
                self._result = work()
            except Exception as error:  # pylint: disable=broad-except
                self._error = error
        self._thread = threading.Thread(target=run, daemon=True)
        self._thread.start()

    def result(self):
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()
        if self._error:
            raise self._error
        return self._result


def strangers_holder(world):
    offer = world.authority.share("--as", LOGIN, "--host", "web", "--for", "8h", "--depth", "1").strip()
    return Holder.redeem(Authority(world.authority.url, world.place.ca.path), offer, label="a stranger's laptop")


@pytest.mark.parametrize("code, pin", [(False, False), (True, True)])
def test_a_strangers_sender_and_our_receiver(world, code, pin):
    sender = ConfirmedSender(strangers_holder(world), Relay(world.relay.url, world.place.ca.path), code=code, pin=pin, words=not code)
    read_out, words = threading.Event(), []

    def ask_words(_label, _tries):
        assert read_out.wait(PATIENCE)
        return words[0]
    ended = Beside(lambda: sender.run(ask_words))
    receiver = Receiver(world.bob, sender.link, "--name", "mine", *(["--code", sender.code] if code else []),
                        *(["--pin", sender.pin] if pin else []))
    if not code:
        words.append(receiver.until("words")["words"])
        read_out.set()
    assert receiver.wait() == 0 and ended.result() == "redeemed"
    assert [held["name"] for held in world.bob.json("list")["credentials"]] == ["mine"]


class UnusableKey(ConfirmedSender):
    """Invites with a key that agrees on nothing with anybody's."""
    public = property(lambda self: bytes(32), lambda self, key: None)


def test_an_invite_with_a_key_of_no_use_is_left_as_it_is(world):
    sender = UnusableKey(strangers_holder(world), Relay(world.relay.url, world.place.ca.path))
    receiver = Receiver(world.bob, sender.link)
    assert receiver.wait() == 3 and receiver.error["error"] == "order"
    assert sender.nobody_claimed()
    sender.cancel()


def test_our_sender_and_a_strangers_receiver(world):
    sender = Sender(world.ada, "own", "--for", "1h")
    receiver = ConfirmedReceiver(sender.link, world.place.ca.path, label="a stranger's phone")
    assert receiver.read_invite()["kind"] == "ssh"
    got = receiver.run(lambda words, _digits: sender.say(words))
    assert got["credentials"][0]["credential"].startswith("ssh-")
    assert sender.wait() == 0


def test_our_sender_and_a_strangers_receiver_with_a_code_and_a_pin(world):
    sender = Half(world.ada, "share", "own", "--for", "1h", "--code", "--pin", "--allow-local", "--json")
    made = sender.until("link")
    receiver = ConfirmedReceiver(made["link"], world.place.ca.path, label="a stranger's phone")
    receiver.read_invite()
    got = receiver.run(lambda *_: None, code=made["code"], pin=made["pin"])
    assert got["credentials"][0]["credential"].startswith("ssh-")
    assert sender.wait() == 0


def test_wrong_words_give_nobody_anything(world):
    sender = Sender(world.ada, "own", "--for", "1h")
    receiver = ConfirmedReceiver(sender.link, world.place.ca.path, label="a stranger's phone")
    receiver.read_invite()
    for _ in range(3):
        sender.say("absurd adviser absurd")
    with pytest.raises(Exception, match="words"):
        receiver.run(lambda words, _digits: None)
    assert sender.wait() == 3
