"""A code of six digits in place of words, PIN and split secret beside it: one guess a transfer, five transfers a share."""

import re

import pytest
from support import wait_until
from support.exchange import Half, Receiver, Sender, World
from support.receiver import Receiver as Stranger


@pytest.fixture(name="world")
def make_world(place):
    return World(place)


def wrong(digits):
    return "000000" if digits != "000000" else "111111"


class CodeSender(Sender):
    """`keyferry share --code`: nobody is asked for words."""

    def __init__(self, world, *options):
        Half.__init__(self, world.ada, "share", "own", "--for", "1h", "--code", "--allow-local", "--json", *options)
        made = self.until("link")
        self.link, self.pin, self.share, self.code = made["link"], made["pin"], made["share"], made["code"]
        self.secret = made.get("secret")


@pytest.mark.parametrize("options", [["--code"], ["--code", "--split"], ["--code", "--pin"], ["--code", "--pin", "--split"]])
def test_all_that_share_prints_goes_through_one_pipe(world, options):
    made = world.ada.start("share", "own", "--for", "1h", "--allow-local", *options)
    wait_until(lambda: "waiting for the other side" in made.log(), "the link")
    printed = [line for line in made.log().splitlines() if re.fullmatch(r"https://\S+|#\S+|\d{6}", line)]
    assert len(printed) == 1 + len(options)
    world.bob.run("accept", "--yes", "--allow-local", "-", input="\r\n".join(printed) + "\r\n")
    assert made.wait(60) == 0, made.log()


#= spec:transfer#5-code test
def test_the_code_alone_is_enough(world):
    sender = CodeSender(world)
    assert len(sender.code) == 6 and sender.code.isdigit()
    receiver = world.take(sender, "--code", f"{sender.code[:3]} {sender.code[3:]}")
    assert receiver.wait() == 0, receiver.errors
    assert sender.wait() == 0, sender.errors
    assert not [event for event in sender.events if event.get("event") == "compare"]
    assert receiver.until("words"), "the words are shown all the same"
    assert world.record(sender)["state"] == "redeemed"
    world.nothing_is_left(world.ada, world.bob)
    assert sender.code not in sender.link


#= spec:transfer#5-code test
def test_a_wrong_code_ends_the_transfer_and_the_share_lives(world):
    sender = CodeSender(world)
    receiver = world.take(sender, "--code", wrong(sender.code))
    assert receiver.wait() == 3 and receiver.error["error"] == "code"
    assert sender.wait() == 3 and sender.error["error"] == "code" and f"keyferry rearm {sender.share}" in sender.error["detail"]
    assert world.record(sender)["state"] == "open"
    again = world.take(sender, "--code", sender.code)
    assert again.wait() == 3 and "used up" in again.error["detail"], "one guess a transfer"
    rearmed = Half(world.ada, "rearm", sender.share, "--json", "--allow-local")
    made = rearmed.until("link")
    assert made["share"] == sender.share and made["code"] != sender.code and made["link"] != sender.link
    receiver = Receiver(world.bob, made["link"], "--code", made["code"])
    assert receiver.wait() == 0 and rearmed.wait() == 0
    assert world.record(sender)["state"] == "redeemed"


#= spec:transfer#5-code test
def test_five_codes_are_all(world):
    sender = CodeSender(world)
    link, digits = sender.link, sender.code
    for number in range(5):
        half = sender if number == 0 else Half(world.ada, "rearm", sender.share, "--json", "--allow-local")
        if number:
            made = half.until("link")
            link, digits = made["link"], made["code"]
        eve = Receiver(world.bob, link, "--code", wrong(digits))
        assert eve.wait() == 3 and half.wait() == 3
    refused = world.ada.run("rearm", sender.share, code=3)
    assert "five codes were typed wrong" in refused.err
    world.ada.run("revoke", sender.share)
    world.nothing_is_left(world.ada)


def test_what_cannot_be_a_code_is_no_guess(world):
    sender = CodeSender(world)
    for bad in ("12345", "1234567", "abcdef"):
        receiver = world.take(sender, "--code", bad)
        assert receiver.wait() == 1 and "nothing was sent" in receiver.error["detail"]
    assert world.take(sender, "--code", sender.code).wait() == 0
    assert sender.wait() == 0


def test_a_receiver_that_leaves_the_code_out_is_refused(world):
    sender = CodeSender(world)
    eve = Stranger(world.relay, sender.link)
    eve.write(eve.request())
    assert sender.wait() == 3 and sender.error["error"] == "order"
    assert world.record(sender)["state"] == "revoked"


#= spec:transfer#5-pin test
def test_words_code_pin_and_split_secret_together(world):
    sender = Half(world.ada, "share", "own", "--for", "1h", "--code", "--pin", "--split", "--allow-local", "--json", "--words", "-")
    made = sender.until("link")
    assert "#" not in made["link"] and made["pin"] != made["code"]
    receiver = Half(world.bob, "accept", "--yes", "--allow-local", "--json", "--code", made["code"], "--pin", made["pin"],
                    "--secret", made["secret"], "-", input=made["link"] + "\n")
    words = receiver.until("words")["words"]
    sender.until("compare")
    sender.say(words)
    assert receiver.wait() == 0, receiver.errors
    assert sender.wait() == 0, sender.errors


def test_a_locked_confirmed_share_gets_a_new_pin_and_keeps_its_link(world):
    sender = world.share("--pin")
    bad = wrong(sender.pin)
    receiver = world.take(sender, "--pin", bad)
    sender.say(receiver.until("words")["words"])
    assert receiver.wait() == 3
    for _ in range(4):
        receiver = world.take(sender, "--pin", bad)
        assert receiver.wait() == 3
    assert receiver.error["error"] == "locked" and world.record(sender)["state"] == "locked"
    pin = world.ada.json("rearm", sender.share)["pin"]
    assert pin not in (sender.pin, bad)
    assert world.take(sender, "--pin", pin).wait() == 0
    assert sender.wait() == 0
    world.nothing_is_left(world.ada, world.bob)
