"""A client of the confirmed exchange that was written from docs/ alone (support/confirmed_client.py), against the wallet in both
directions and against itself: the documents are enough."""

import json
import threading

import pytest
from support.confirmed_client import Abort
from support.confirmed_client import Authority as PlainAuthority
from support.confirmed_client import Cancelled, ConfirmedReceiver, ConfirmedSender, Holder, Refused
from support.confirmed_client import Relay as PlainRelay
from support.exchange import Receiver, Sender, World
from support.sshd import LOGIN

WRONG = "absurd adviser absurd"


@pytest.fixture
def world(place):
    return World(place)


def beside(work):
    """Runs `work` in a thread; returns a function that waits for its value or its error."""
    result = {}

    def run():
        try:
            result["value"] = work()
        except Exception as error:  # pylint: disable=broad-except
            result["error"] = error
    thread = threading.Thread(target=run, daemon=True)
    thread.start()

    def wait():
        thread.join(120)
        assert not thread.is_alive()
        if "error" in result:
            raise result["error"]
        return result["value"]
    return wait


def stranger(world):
    """Somebody with a credential and a sender's side of the stranger's client."""
    offer = world.authority.share("--as", LOGIN, "--host", "web", "--for", "8h", "--depth", "1").strip()
    return Holder.redeem(PlainAuthority(world.authority.url, world.place.ca.path), offer, label="a stranger's laptop")


def sender_of(world, **options):
    return ConfirmedSender(stranger(world), PlainRelay(world.relay.url, world.place.ca.path), **options)


def receiver_of(world, link):
    return ConfirmedReceiver(link, world.place.ca.path, label="a stranger's phone")


class Voice:
    """The channel on which words are said."""

    def __init__(self):
        self.said, self.words = threading.Event(), None

    def say(self, words, _digits=None):
        self.words = words
        self.said.set()

    def hear(self, _label, _tries_left):
        assert self.said.wait(120)
        return self.words


@pytest.mark.parametrize("pin", [False, True])
@pytest.mark.parametrize("code", [False, True])
def test_its_sender_and_the_wallet_as_receiver(world, code, pin):
    sender, voice = sender_of(world, code=code, pin=pin, words=True, note="for you"), Voice()
    ended = beside(lambda: sender.run(voice.hear))
    options = (["--code", sender.code] if code else []) + (["--pin", sender.pin] if pin else [])
    receiver = Receiver(world.bob, sender.link, "--name", "mine", *options)
    voice.say(receiver.until("words")["words"])
    assert receiver.wait() == 0 and ended() == "redeemed"
    assert world.bob.json("list")["credentials"][0]["name"] == "mine"
    record = sender.holder.record(sender.share)
    assert record["state"] == "redeemed" and record["holder"]["label_from"] == "sender"


@pytest.mark.parametrize("pin", [False, True])
@pytest.mark.parametrize("code", [False, True])
def test_the_wallet_as_sender_and_its_receiver(world, code, pin):
    sender = Sender(world.ada, "own", "--for", "1h", *(["--code"] if code else []), *(["--pin"] if pin else []))
    receiver = receiver_of(world, sender.link)
    assert receiver.read_invite()["kind"] == "ssh"
    code = sender.until("code")["code"] if code else None
    pin = sender.until("pin")["pin"] if pin else None
    got = receiver.run(lambda _words, digits: sender.say(digits), code=code, pin=pin)
    assert got["credentials"][0]["credential"].startswith("ssh-ed25519-cert-v01@openssh.com ")
    assert sender.wait() == 0
    record = world.record(sender)
    assert record["state"] == "redeemed" and record["holder"]["label"] == "a stranger's phone"


def test_its_two_sides_together_with_a_code_alone_and_a_pin_mistyped(world):
    sender = sender_of(world, code=True, pin=True, words=False)
    ended = beside(sender.run)
    receiver = receiver_of(world, sender.link)
    receiver.read_invite()
    tries = []

    def pin(left):
        tries.append(left)
        return sender.pin if left else f"{(int(sender.pin) + 1) % 10 ** 6:06}"
    receiver.run(code=sender.code, pin=pin)
    assert ended() == "redeemed" and tries == [None, 4]


def test_wrong_words_give_nobody_anything(world):
    sender = Sender(world.ada, "own", "--for", "1h")
    receiver = receiver_of(world, sender.link)
    receiver.read_invite()

    def say_wrong(_words, _digits):
        for _ in range(3):
            sender.say(WRONG)
    with pytest.raises(Cancelled, match="words"):
        receiver.run(say_wrong)
    assert sender.wait() == 3 and world.record(sender)["state"] == "refused"


@pytest.mark.parametrize("typed, reason", [(WRONG, "words"), (None, "refused")])
def test_its_sender_refuses_the_wallet(world, typed, reason):
    sender = sender_of(world)
    ended = beside(lambda: sender.run(lambda _label, _left: typed))
    receiver = Receiver(world.bob, sender.link)
    assert receiver.wait() == 3 and ended() == reason
    assert sender.holder.record(sender.share)["state"] == "refused"


@pytest.mark.parametrize("by_wallet", [True, False])
def test_a_wrong_code_ends_the_transfer_and_leaves_the_share(world, by_wallet):
    if by_wallet:
        sender = sender_of(world, code=True, words=False)
        ended = beside(sender.run)
        receiver = Receiver(world.bob, sender.link, "--code", f"{(int(sender.code) + 1) % 10 ** 6:06}")
        assert receiver.wait() == 3 and ended() == "code"
        assert sender.holder.record(sender.share)["state"] == "open"
    else:
        sender = Sender(world.ada, "own", "--for", "1h", "--code")
        receiver = receiver_of(world, sender.link)
        receiver.read_invite()
        with pytest.raises(Cancelled, match="code"):
            receiver.run(code=f"{(int(sender.until('code')['code']) + 1) % 10 ** 6:06}")
        assert sender.wait() == 3 and world.record(sender)["state"] == "open"


def test_a_receiver_that_declines_leaves_the_link_to_the_next(world):
    sender = Sender(world.ada, "own", "--for", "1h")
    first = receiver_of(world, sender.link)
    first.read_invite()
    first.decline()
    second = receiver_of(world, sender.link)
    second.read_invite()
    with pytest.raises(Refused):
        receiver_of(world, sender.link).read_invite()
    second.run(lambda words, _digits: sender.say(words))
    assert sender.wait() == 0 and world.record(sender)["state"] == "redeemed"


def test_a_cancel_of_either_side_reaches_the_other(world):
    sender = Sender(world.ada, "own", "--for", "1h")
    receiver = receiver_of(world, sender.link)
    receiver.read_invite()

    def no_more(_words, _digits):
        raise Abort("user")
    with pytest.raises(Abort):
        receiver.run(no_more)
    assert sender.wait() == 3 and world.record(sender)["state"] == "revoked"

    sender = sender_of(world)
    receiver = Receiver(world.bob, sender.link)

    def no_more(_label, _left):
        receiver.until("words")
        raise Abort("user")
    assert sender.run(no_more) == "user" and receiver.wait() == 3
    assert sender.holder.record(sender.share)["state"] == "revoked"


def bend(side, turn, **change):
    """Message `turn` of `side` gets other members in `keyferry`."""
    honest = side.plaintext

    def plaintext(kind, content):
        octets = honest(kind, content)
        if len(side.sent) != turn or kind == "cancel":
            return octets
        message = json.loads(octets)
        message["keyferry"] |= change
        return json.dumps(message).encode()
    side.plaintext = plaintext


BENDS = [({"seq": 2}, "order"), ({"mailbox": "elsewhere"}, "misplaced"), ({"v": 2}, "version"), ({"prev": "A" * 43}, "order"),
         ({"transfer": "A" * 22}, "misplaced"), ({"seq": "0"}, "damaged"), ({"prev": "B" * 43}, "damaged"), ({"type": "grant"}, "order")]


@pytest.mark.parametrize("by_wallet", [True, False])
def test_both_senders_judge_a_bent_request_alike(world, by_wallet):
    holder = None if by_wallet else stranger(world)
    for change, reason in [*BENDS, ({"from": "sender"}, "reflected")]:
        if by_wallet:
            sender = Sender(world.ada, "own", "--for", "1h")
        else:
            sender = ConfirmedSender(holder, PlainRelay(world.relay.url, world.place.ca.path))
            ended = beside(sender.run)
        receiver = receiver_of(world, sender.link)
        receiver.read_invite()
        bend(receiver, 0, **change)
        with pytest.raises(Cancelled) as heard:
            receiver.run()
        assert heard.value.reason == reason, change
        if by_wallet:
            assert sender.wait() == 3 and world.record(sender)["state"] == "revoked"
        else:
            assert ended() == reason and holder.record(sender.share)["state"] == "revoked"


@pytest.mark.parametrize("by_wallet", [True, False])
def test_both_receivers_judge_a_bent_reveal_alike(world, by_wallet):
    holder = stranger(world)
    for change, reason in [*BENDS, ({"from": "receiver"}, "reflected")]:
        sender = ConfirmedSender(holder, PlainRelay(world.relay.url, world.place.ca.path))
        bend(sender, 1, **change)
        ended = beside(sender.run)
        if by_wallet:
            assert Receiver(world.bob, sender.link).wait() == 3, change
        else:
            receiver = receiver_of(world, sender.link)
            receiver.read_invite()
            with pytest.raises(Abort, match=reason):
                receiver.run()
        assert ended() == reason, change
