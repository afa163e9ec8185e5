"""Sharing with nothing in between: two wallets joined by a pipe, or by QR pictures."""

import json
import os
import subprocess

import pytest
from PIL import Image
from support import BIN
from support.exchange import Half, World

PATIENCE = 120


@pytest.fixture(name="world")
def make_world(place):
    world = World(place)
    world.relay.stop()  # nothing of this needs it
    return world


class Pipe:
    """Two keyferry processes whose standard input and output are joined; what each says beside goes to a file."""

    def __init__(self, world, left, right):
        self.world, there, back = world, os.pipe(), os.pipe()
        self.left = self.start(world.ada, left, back[0], there[1])
        self.right = self.start(world.bob, right, there[0], back[1])
        for descriptor in (*there, *back):
            os.close(descriptor)

    def start(self, wallet, arguments, stdin, stdout):
        log = open(wallet.home.parent / f"{wallet.home.name}.said", "w+", encoding="utf-8")
        process = subprocess.Popen([str(BIN / "keyferry"), *arguments], env=wallet.env, stdin=stdin, stdout=stdout, stderr=log)
        process.log = log
        return process

    def said(self, process):
        process.log.seek(0)
        return process.log.read()

    def wait(self):
        return self.left.wait(PATIENCE), self.right.wait(PATIENCE)


ACCEPT = ["accept", "--yes", "--allow-local", "--file", "-"]
SHARE = ["share", "own", "--for", "1h", "--file", "-", "--allow-local"]


#= spec:tigress#REQ-17 test
def test_an_immediate_share_goes_through_a_pipe(world):
    pipe = Pipe(world, [*SHARE, "--now", "--yes"], ACCEPT)
    assert pipe.wait() == (0, 0), (pipe.said(pipe.left), pipe.said(pipe.right))
    assert "ssh -i" in pipe.said(pipe.right)
    assert [share["state"] for share in world.ada.json("list", "--shares")["credentials"][0]["shares"]] == ["redeemed"]
    world.nothing_is_left(world.bob)


#= spec:tigress#REQ-17 test
def test_a_confirmed_share_goes_through_a_pipe(world):
    """The code is told by voice: here it is on the sender's standard error."""
    maker = Lines(world.ada, *SHARE, "--code", "--yes")
    secret = maker.line()
    code = maker.err.readline().strip()
    while not (len(code) == 6 and code.isdigit()):
        code = maker.err.readline().strip()
    taker = Lines(world.bob, *ACCEPT, "--code", code)
    taker.say(secret)
    maker.join(taker)
    assert maker.process.wait(PATIENCE) == 0 and taker.process.wait(PATIENCE) == 0
    assert [share["state"] for share in world.ada.json("list", "--shares")["credentials"][0]["shares"]] == ["redeemed"]
    world.nothing_is_left(world.ada, world.bob)


class Lines:
    """A wallet whose streams somebody carries line by line."""

    def __init__(self, wallet, *arguments):
        self.process = subprocess.Popen([str(BIN / "keyferry"), *arguments], env=wallet.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        self.err = self.process.stderr

    def line(self):
        line = self.process.stdout.readline()
        assert line, self.process.communicate()
        return line.rstrip("\n")

    def say(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def join(self, other):
        """Carries what either says to the other until both have ended; the sender speaks first."""
        for source, sink in ((self, other), (other, self), (self, other), (other, self), (self, other), (other, self)):
            sink.say(source.line())

    def kill(self):
        self.process.kill()
        self.process.communicate()


def test_killed_on_both_sides_each_says_its_last_word_again(world):
    maker = Lines(world.ada, *SHARE, "--json")
    secret, invite = maker.line(), maker.line()
    taker = Lines(world.bob, *ACCEPT)
    taker.say(secret)
    taker.say(invite)
    request = taker.line()
    maker.say(request)
    reveal = maker.line()
    taker.kill()
    maker.kill()
    share = world.ada.json("list", "--shares")["credentials"][0]["shares"][0]["share"]
    taker = Lines(world.bob, *ACCEPT, "--json")
    taker.say(secret)
    assert sealed(taker.line()) == sealed(request)
    told = next(line for line in taker.err if '"words"' in line) if taker.say(reveal) is None else ""
    words = json.loads(told)["words"]
    maker = Lines(world.ada, "watch", share, "--json", "--words", words)
    assert sealed(maker.line()) == sealed(reveal)
    for source, sink in ((taker, maker), (maker, taker), (taker, maker)):
        sink.say(source.line())
    assert maker.process.wait(PATIENCE) == 0 and taker.process.wait(PATIENCE) == 0


def sealed(line):
    return json.loads(line)["data"]


def test_the_other_side_hangs_up(world):
    maker = Lines(world.ada, *SHARE)
    maker.line()
    maker.process.stdin.close()
    assert maker.process.wait(PATIENCE) == 1
    assert "the other side has gone. Nothing is lost" in maker.err.read()
    assert world.ada.json("list", "--shares")["credentials"][0]["shares"][0]["state"] == "open"
    for given in ("", "no secret\n", "#" + "A" * 43 + "\n", "{}\n"):
        taker = world.bob.run(*ACCEPT, input=given, code=1)
        assert "standard input held no" in taker.err


def test_the_stream_alone_carries_the_secret(world):
    made = world.ada.run(*SHARE, "--now", "--yes", "--json")
    secret = made.out.splitlines()[0]
    assert secret.startswith("#") and secret[1:] not in made.err
    told = json.loads(next(line for line in made.err.splitlines() if line.startswith("{")))
    assert "link" not in told and told["file"] == "-"
    for option in ("--qr", "--copy"):
        assert "carries the secret" in world.ada.run(*SHARE, "--now", "--yes", option, code=2).err
    split = world.ada.run(*SHARE, "--now", "--yes", "--json", "--split", "--depth", "0", "--note", "another")
    assert "#" not in split.out and '"secret"' in split.err


def test_words_cannot_come_by_the_stream_that_carries_the_share(world):
    refused = world.ada.run(*SHARE, "--words", "-", code=2)
    assert "standard input carries the share" in refused.err
    assert world.ada.json("list", "--shares")["credentials"][0]["shares"] == []


def picture_half(world, picture, secret, *options):
    return Half(world.bob, "accept", "--yes", "--allow-local", "--json", "--file", str(picture), *options, "-", input=secret + "\n")


#= spec:tigress#REQ-17 test
def test_a_confirmed_share_goes_by_qr_pictures(world):
    picture = world.place.directory / "share.png"
    sender = Half(world.ada, "share", "own", "--for", "1h", "--file", str(picture), "--json", "--words", "-")
    secret = sender.until("link")["link"]
    assert picture.read_bytes().startswith(b"\x89PNG")
    receiver = picture_half(world, picture, secret)
    sender.say(receiver.until("words")["words"])
    assert sender.wait() == 0, sender.errors
    assert receiver.wait() == 0, receiver.errors
    assert not picture.exists()
    world.nothing_is_left(world.ada, world.bob)


def photograph(picture, photo):
    """The picture as a camera stores it: JPEG, smaller, on grey."""
    image = Image.open(picture).convert("L")
    side = image.size[0]
    ground = Image.new("L", (side + 200, side + 120), 90)
    ground.paste(image, (120, 50))
    ground.rotate(4, fillcolor=90, resample=Image.BICUBIC).save(photo, quality=80)


def test_a_photograph_of_the_picture_is_enough_for_an_immediate_share(world):
    picture, photo = world.place.directory / "share.png", world.place.directory / "photo.jpg"
    made = world.ada.json("share", "own", "--now", "--pin", "--for", "1h", "--file", picture)
    photograph(picture, photo)
    receiver = picture_half(world, photo, made["link"], "--pin", made["pin"])
    assert receiver.wait() == 0, receiver.errors
    assert photo.exists(), "a photograph is its owner's"


def test_what_is_no_qr_picture_takes_nothing(world):
    picture = world.place.directory / "share.png"
    made = world.ada.json("share", "own", "--now", "--pin", "--for", "1h", "--file", picture)
    whole = picture.read_bytes()
    for octets, said in ((whole[:200], "cannot be read"), (b"\x89PNG\r\n\x1a\n" + bytes(100), "cannot be read"), (b"", "there is no share in"),
                         (b"\xff\xd8\xff\xe0" + bytes(50), "cannot be read")):
        picture.write_bytes(octets)
        refused = picture_half(world, picture, made["link"], "--pin", made["pin"])
        assert refused.wait() == 1 and said in refused.error["detail"], refused.error
    picture.write_bytes(whole)
    assert picture_half(world, picture, made["link"], "--pin", made["pin"]).wait() == 0


def test_giving_up_a_share_in_a_file_tells_the_sender(world):
    place = world.place.directory / "share.kf"
    sender = Half(world.ada, "share", "own", "--for", "1h", "--file", str(place), "--json", "--words", "-")
    secret = sender.until("link")["link"]
    receiver = picture_half(world, place, secret)
    receiver.until("words")
    sender.until("compare")
    receiver.kill()
    given_up = world.bob.run("accept", "--cancel", "--file", place, "-", input=secret + "\n")
    assert "given up" in given_up.err
    assert sender.wait() == 3 and sender.error["error"] == "user"
    world.nothing_is_left(world.ada, world.bob)
    nothing = world.bob.run("accept", "--cancel", "--file", place, "-", input=secret + "\n", code=3)
    assert "nothing of this share is being taken here" in nothing.err
