"""Sharing without a relay: one file that both sides can reach carries the whole exchange."""

import json
import os

import pytest
from support import Wallet
from support.exchange import Half, World


@pytest.fixture(name="world")
def make_world(place):
    world = World(place)
    world.relay.stop()  # nothing of this needs it
    world.file = place.directory / "a stick" / "share.kf"
    world.file.parent.mkdir()
    return world


class FileSender(Half):
    def __init__(self, world, *options):
        super().__init__(world.ada, "share", "own", "--for", "1h", "--file", str(world.file), "--json", *options)
        made = self.until("link")
        self.secret, self.share = made["link"], made["share"]


def take(world, secret, *options, wallet=None):
    return Half(wallet or world.bob, "accept", "--yes", "--allow-local", "--json", "--file", str(world.file), *options, "-",
                input=secret + "\n")


def test_words_are_compared_over_a_file(world):
    sender = FileSender(world, "--words", "-")
    assert sender.secret.startswith("#") and sender.secret[1:] not in world.file.read_text()
    receiver = take(world, sender.secret)
    sender.say(receiver.until("words")["words"])
    assert sender.wait() == 0, sender.errors
    assert receiver.wait() == 0, receiver.errors
    assert world.record(sender)["state"] == "redeemed" and not world.file.exists()
    world.nothing_is_left(world.ada, world.bob)


def test_wrong_words_end_it_over_a_file_too(world):
    sender = FileSender(world, "--words", "-")
    receiver = take(world, sender.secret)
    receiver.until("words")
    for _ in range(3):
        sender.say("clockwork pyramid slowdown")
    assert sender.wait() == 3 and receiver.wait() == 3 and receiver.error["error"] == "words"
    again = take(world, sender.secret)
    assert again.wait() == 3 and "used up" in again.error["detail"]


def test_killed_on_both_sides_it_goes_on(world):
    sender = FileSender(world, "--words", "-")
    receiver = take(world, sender.secret)
    receiver.until("words")
    sender.until("compare")
    sender.kill()
    receiver.kill()
    sender = Half(world.ada, "watch", sender.share, "--json", "--words", "-")
    receiver = take(world, receiver_secret(world))
    sender.say(receiver.until("words")["words"])
    assert sender.wait() == 0 and receiver.wait() == 0


def receiver_secret(world):
    record = next((world.bob.home / "transfers").glob("take-*.json"))
    return json.loads(record.read_text())["mailbox"]["secret"]


def test_an_immediate_share_goes_by_file(world):
    made = world.ada.json("share", "own", "--now", "--pin", "--for", "1h", "--file", world.file)
    receiver = take(world, made["link"], "--pin", made["pin"])
    assert receiver.wait() == 0, receiver.errors
    assert not world.file.exists()


def test_bad_files_and_secrets_take_nothing(world):
    made = world.ada.json("share", "own", "--now", "--pin", "--for", "1h", "--file", world.file)
    other = world.ada.run("share", "own", "--now", "--pin", "--for", "2h", "--file", world.file, code=None)
    assert other.code != 0 and "exists already" in other.err, "another's file is not overwritten"
    whole = world.file.read_text()
    eve = Wallet(world.place, "eve")
    for text, secret in (("", made["link"]), ("{", made["link"]), ("[]", made["link"]), ("x" * 200000, made["link"]),
                         (whole[:-9] + '"}', made["link"]), (whole, "#" + "A" * 43)):
        world.file.write_text(text)
        refused = take(world, secret, "--pin", made["pin"], "--force", wallet=eve)
        assert refused.wait() in (1, 3), text[:20]
        assert eve.json("list")["credentials"] == []
    world.file.write_text(whole)
    assert take(world, made["link"], "--pin", made["pin"], wallet=eve).wait() == 0


def test_a_pipe_or_device_in_place_of_a_file_is_refused_before_it_is_waited_for(world):
    os.mkfifo(world.file)
    world.file.with_name("device").symlink_to("/dev/zero")
    for place in (world.file, world.file.with_name("device")):
        for arguments in (("--file", place, "--yes", "-"), ("--picture", place)):
            refused = world.bob.run("accept", *arguments, input="#" + "A" * 43 + "\n", code=1)
            assert "is not a plain file" in refused.err
    assert world.file.is_fifo()


def test_a_place_is_looked_at_before_a_share_is_made(world):
    world.file.write_text("another's")
    missing = world.place.directory / "nowhere" / "share.kf"
    for place, code, said in ((world.file, 1, "exists already"), (missing, 1, "there is no folder"),
                              (world.file.with_name("photo.jpg"), 2, "a photograph is no place for a share")):
        for mode in ("--now", "--confirm"):
            refused = world.ada.run("share", "own", mode, "--yes", "--for", "1h", "--file", place, code=code)
            assert said in refused.err and "taken back" not in refused.err
    assert world.ada.json("list", "--shares")["credentials"][0]["shares"] == []
    assert world.file.read_text() == "another's"
    world.nothing_is_left(world.ada)


def test_a_link_that_runs_out_over_a_file_is_expired(world):
    sender = FileSender(world, "--link-for", "3s", "--words", "-")
    assert sender.wait() == 3 and sender.error["error"] == "expired"
    assert world.record(sender)["state"] == "expired"
