"""Confirmed sharing by Draft R: six messages, each at a place of its own, and a cancel at another one."""

import signal
from datetime import datetime, timedelta, timezone

import pytest
from support import Wallet
from support.dropbox import Exchange, base64url
from support.exchange import Half, Sender
from support.faults import Faults
from support.receiver import unbase64url

from wallet_dropbox_test import DropWorld


@pytest.fixture(name="world")
def make_world(place):
    return DropWorld(place)


def meet(world, *options):
    """Both sides up to where the words are asked for."""
    sender = world.share(*options)
    receiver = world.take(sender)
    words = receiver.until("words")["words"]
    sender.until("compare")
    return sender, receiver, words


#= spec:tigress#DRR-05 test
#= spec:tigress#DRR-08 test
#= spec:transfer#6-erased test
def test_right_words_give_the_credential(world):
    sender, receiver, words = meet(world, "--note", "for the upgrade")
    assert world.record(sender)["state"] == "open", "nothing can be redeemed before the words were compared"
    sender.say(words)
    assert sender.wait() == 0, sender.errors
    assert receiver.wait() == 0, receiver.errors
    record = world.record(sender)
    assert record["state"] == "redeemed" and record["holder"]["label"] == "Bob's phone"
    world.logs_in(receiver.until("ssh")["ssh"][0]["command"])
    put = [call.path for call in world.calls if call.method == "PUT"]
    assert len(put) == len(set(put)) == 6, "six messages, each at a place of its own"
    for path in put:  # and each was deleted before its reader wrote
        acts = [call.method for call in world.calls if call.path == path and call.method != "GET"]
        assert acts[:2] == ["PUT", "DELETE"]
    order = [(call.method, call.path) for call in world.calls]
    for read, written in zip(put, put[1:]):
        assert order.index(("DELETE", read)) < order.index(("PUT", written))
    world.nothing_lies_there()
    world.nothing_is_left(world.ada, world.bob)
    assert "you took this share already" in world.accept(world.bob, sender.link, code=3).err
    assert "leads nowhere" in world.accept(Wallet(world.place, "eve"), sender.link, code=3).err


def test_a_pin_beside_the_words(world):
    sender, receiver, words = meet(world, "--pin")
    receiver.kill()
    sender.say(words)
    again = world.take(sender, "--pin", sender.pin)
    assert again.wait() == 0, again.errors
    assert sender.wait() == 0, sender.errors
    assert world.record(sender)["state"] == "redeemed"


def test_a_code_in_place_of_the_words(world):
    sender = Half(world.ada, "share", "own", "--for", "1h", "--dropbox", "--code", "--allow-local", "--json")
    made = sender.until("link")
    receiver = Half(world.bob, "accept", "--yes", "--allow-local", "--json", "--code", made["code"], "-", input=made["link"] + "\n")
    assert receiver.wait() == 0, receiver.errors
    assert sender.wait() == 0, sender.errors
    world.nothing_lies_there()


def test_a_wrong_code_and_another_invitation(world):
    sender = Half(world.ada, "share", "own", "--for", "1h", "--dropbox", "--code", "--allow-local", "--json")
    made = sender.until("link")
    wrong = "000000" if made["code"] != "000000" else "111111"
    receiver = Half(world.bob, "accept", "--yes", "--allow-local", "--json", "--code", wrong, "-", input=made["link"] + "\n")
    assert sender.wait() == 3 and sender.error["error"] == "code"
    assert receiver.wait() == 3 and receiver.error["error"] == "code", receiver.errors
    again = Half(world.ada, "rearm", made["share"], "--allow-local", "--json")
    anew = again.until("link")
    assert "/t/?v=a#1302." in anew["link"] and anew["link"] != made["link"]
    receiver = Half(world.bob, "accept", "--yes", "--allow-local", "--json", "--code", anew["code"], "-", input=anew["link"] + "\n")
    assert receiver.wait() == 0 and again.wait() == 0
    assert world.record(made["share"])["state"] == "redeemed"


#= spec:tigress#B-10 test
def test_three_wrong_entries_end_it_for_both(world):
    sender, receiver, _ = meet(world)
    for _ in range(3):
        sender.say("clockwork pyramid slowdown")
    assert sender.wait() == 3 and sender.error["error"] == "words"
    assert receiver.wait() == 3 and receiver.error["error"] == "words", receiver.errors
    assert world.record(sender)["state"] == "refused"
    world.nothing_lies_there()
    assert "used up" in world.accept(world.bob, sender.link, code=3).err


#= spec:tigress#B-10 test
def test_the_sender_takes_it_back_while_the_other_waits(world):
    sender, receiver, _ = meet(world)
    sender.kill()
    world.ada.run("revoke", sender.share)
    assert receiver.wait() == 3 and receiver.error["error"] == "user", receiver.errors
    assert world.record(sender)["state"] == "revoked"
    world.nothing_lies_there()


#= spec:tigress#B-10 test
def test_the_receiver_gives_up_while_the_other_waits(world):
    sender, receiver, _ = meet(world)
    sender.kill()
    receiver.kill()
    world.accept(world.bob, sender.link, "--cancel")
    again = Sender(world.ada, share=sender.share)
    assert again.wait() == 3 and again.error["error"] == "user", again.errors
    assert world.record(sender)["state"] == "revoked"
    world.nothing_lies_there()


def test_who_answers_second_is_told_so(world):
    """Two wallets fetch message 0 before either has deleted it; the sender sees the request of one of them."""
    sender = world.share()
    sender.kill()

    def keep(exchange):
        if exchange.method == "DELETE":
            exchange.status = 204

    world.proxy.before = keep
    eve = Wallet(world.place, "eve")
    first = Half(eve, "accept", "--yes", "--allow-local", "--json", "-", input=sender.link + "\n")
    first.until("requested")
    world.proxy.before = lambda exchange: None
    second = world.take(sender)
    assert second.wait() == 3 and "another wallet opened this link first" in second.error["detail"], second.errors
    again = Sender(world.ada, share=sender.share)
    again.say(first.until("words")["words"])
    assert first.wait() == 0 and again.wait() == 0, "the one who was second has ended nothing"


def test_a_second_reader_keeps_no_end_from_the_first(world):
    """The first one mistypes the code; the second, who comes in the gap, must leave the sender's cancel where it lies."""
    sender = world.share("--code")
    code = sender.until("code")["code"]
    puts = []

    def before(exchange):
        if exchange.method == "DELETE" and len(puts) < 4:
            exchange.status = 204
        if exchange.method == "PUT":
            puts.append(exchange.path)
            if len(puts) == 4:  # request, reveal, ready: now the cancel, which the first must not see yet
                first.process.send_signal(signal.SIGSTOP)

    world.proxy.before = before
    wrong = f"{(int(code) + 1) % 10 ** 6:06}"
    first = Half(Wallet(world.place, "eve"), "accept", "--yes", "--allow-local", "--json", "--code", wrong, "-", input=sender.link + "\n")
    assert sender.wait() == 3 and sender.error["error"] == "code"
    second = world.take(sender, "--code", code)
    assert second.wait() == 3 and "another wallet" in second.error["detail"], second.errors
    first.process.send_signal(signal.SIGCONT)
    assert first.wait() == 3 and first.error["error"] == "code", first.errors


def test_where_a_thief_deletes_the_cancel_time_ends_the_other_side(world):
    """Whoever has the link can delete what lies at the place of a cancel."""
    world.bob.directory = world.place.folder("bob")
    faults = Faults(world.bob)
    sender = world.share("--code")
    code = sender.until("code")["code"]
    secret = sender.link.split("#1302.")[1]
    place = "/t/" + base64url(Exchange(unbase64url(secret), "1302").keys("sender")[0])

    def gone(exchange):
        if exchange.path.endswith(place) and exchange.method == "GET":
            exchange.status, exchange.answer = 404, b'{"error": "not_found"}'

    world.proxy.before = gone
    receiver = world.take(sender, "--code", f"{(int(code) + 1) % 10 ** 6:06}")
    until = datetime.fromisoformat(receiver.until("requested")["until"].replace("Z", "+00:00"))
    assert timedelta(minutes=30) < until - datetime.now(timezone.utc) <= timedelta(hours=1), "the end of what is offered"
    assert sender.wait() == 3 and sender.error["error"] == "code"
    assert receiver.process.poll() is None
    faults.clock_step = 2 * 3600 * 1000
    assert receiver.wait() == 3 and receiver.error["error"] == "expired"
    assert "the sender took it back, or it ran out. Nothing was taken" in receiver.error["detail"]


#= spec:tigress#DRR-13 test
def test_a_link_that_leaks_after_message_0_opens_nothing(world):
    sender, receiver, words = meet(world)
    late = Exchange(unbase64url(sender.link.split(".")[-1]), "1302")
    assert world.relay.call("GET", "/t/" + base64url(late.keys()[0])).status == 404
    told = world.accept(Wallet(world.place, "eve"), sender.link, code=3)
    assert "leads nowhere" in told.err
    sender.say(words)
    assert sender.wait() == 0 and receiver.wait() == 0


def test_a_relay_that_does_not_answer_for_a_while_is_waited_out(world):
    sender, receiver, words = meet(world)
    failures = iter(range(8))

    def fail(exchange):
        if "/t/" in exchange.path and next(failures, None) is not None:
            exchange.status = 503

    world.proxy.before = fail
    sender.say(words)
    assert sender.wait() == 0, sender.errors
    assert receiver.wait() == 0, receiver.errors
    assert next(failures, None) is None
    world.nothing_lies_there()
