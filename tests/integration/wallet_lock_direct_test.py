"""Rights to open doors handed over with nothing in between: by streams that somebody carries, by QR pictures; and by a relay's dropbox.
No authority is there at all, and no relay but for the dropbox; the lock decides what worked."""

import base64
import json
import os
import time

import pytest
from support import Wallet
from support.delegation import Key, chain, link
from support.exchange import Half, Receiver, Sender
from wallet_direct_test import ACCEPT, Lines
from wallet_lock_test import People

LOCAL = ("--allow-local", "--json", "--words", "-")


@pytest.fixture(name="people")
def make_people(place):
    people = People(place)
    people.relay.stop()
    people.pair()
    return people


#= spec:lock#6-offline test
def test_friend_and_friends_friend_by_streams(people):
    """Each line is carried by hand; the code is told by voice."""
    def hand_over(giver, taker, what, *options):
        maker = Lines(giver, "share", what, "--file", "-", "--allow-local", "--code", "--yes", *options)
        secret, code = maker.line(), ""
        while not (len(code) == 6 and code.isdigit()):
            code = maker.err.readline().strip()
        receiver = Lines(taker, *ACCEPT, "--code", code)
        receiver.say(secret)
        maker.join(receiver)
        assert maker.process.wait(120) == 0 and receiver.process.wait(120) == 0

    hand_over(people.owner, people.ada, "home/front", "--depth", "1", "--for", "1h")
    hand_over(people.ada, people.bob, "front")
    assert people.opens(people.bob, "front") == "opened"
    share = people.ada.json("list", "--shares")["signed"][0]["share"]
    people.ada.run("revoke", share)
    assert people.opens(people.ada, "front") == "opened" and people.opens(people.bob, "front") == "denied"


#= spec:lock#6-offline test
def test_a_chain_of_three_by_qr_pictures_and_no_longer_one(people):
    """Each message is a picture at one place. Deny lists are left out where they do not fit; a chain that does not is refused at once."""
    people.owner.run("lock", "lists", "home")
    giver, what = people.owner, "home/front"
    for number, taker in enumerate((people.ada, people.bob, people.cleo)):
        picture = people.place.directory / f"{number}.png"
        sender = Half(giver, "share", what, "--file", str(picture), "--for", f"{50 - number}m", "--depth", str(3 - number), *LOCAL)
        secret = sender.until("link")["link"]
        assert picture.read_bytes().startswith(b"\x89PNG")
        receiver = Receiver(taker, secret, "--file", str(picture))
        words = receiver.until("words")["words"]
        sender.until("compare")
        sender.say(words)
        assert sender.wait() == 0, (number, sender.errors)
        assert receiver.wait() == 0, (number, receiver.errors)
        giver, what = taker, "front"
    assert people.cleo.json("list")["delegations"][0]["links"] == 3
    assert people.opens(people.cleo, "front") == "opened"
    refused = Half(people.cleo, "share", "front", "--file", str(people.place.directory / "3.png"), "--for", "5m", *LOCAL)
    assert refused.wait() == 1 and refused.error["error"] == "picture_full" and "too long for a QR picture" in refused.error["detail"]
    assert not (people.place.directory / "3.png").exists() and not list((people.cleo.home / "transfers").glob("give-*"))


#= spec:lock#6-offline test
def test_by_a_dropbox_of_a_relay(place):
    people = People(place)
    people.pair()
    sender = Sender(people.owner, "home/front", "--for", "1h", "--dropbox")
    receiver = Receiver(people.ada, sender.link)
    words = receiver.until("words")["words"]
    receiver.kill()
    receiver = Receiver(people.ada, sender.link)
    assert receiver.until("words")["words"] == words, "one request a link"
    sender.until("compare")
    sender.say(words)
    assert sender.wait() == 0, sender.errors
    assert receiver.wait() == 0, receiver.errors
    people.relay.stop()
    assert people.opens(people.ada, "front") == "opened"


def b64(octets):
    return base64.urlsafe_b64encode(octets).decode().rstrip("=")


def octets_of(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


#= spec:lock#1-chain test
def test_a_chain_that_no_lock_would_read_is_refused_before_anybody_confirms(people):
    """Ada's delegation is the last of a chain that foreign code made: one link more passes 3072 octets."""
    people.relay.start()
    people.pass_on(people.owner, people.ada, "home/front", "--depth", "1", "--for", "1h")
    path = next((people.ada.home / "delegations").glob("*.json"))
    record, now = json.loads(path.read_text()), int(time.time())
    adas = Key(octets_of(record["key"]))
    lock = octets_of(people.owner.json("list")["locks"][0]["doors"][0]["id"])[:16]
    doors = sorted(lock + b"a door of 16 %03d" % n for n in range(8))
    holders = [Key(f"holder {n}") for n in range(7)]
    times = {"nbf": now - 60, "exp": now + 3600}
    links = [link(Key("their owner"), holders[0], root=True, cti=os.urandom(16), doors=doors, depth=7, label="-" * 64, **times)]
    for number, holder in enumerate([*holders[1:6], adas]):
        hours = [[a * 600, a * 600 + 590 - number] for a in range(15)]
        links.append(link(holders[number], holder, links[-1], cti=os.urandom(16), label="-" * 64, hours=hours, **times))
    assert len(chain(links)) <= 3072
    record.update(links=[b64(one) for one in links], owner=b64(Key("their owner").xy))
    path.write_text(json.dumps(record))
    place = people.place.directory / "more.kf"
    refused = Half(people.ada, "share", "front", "--file", str(place), "--for", "5m", "--hours", "Mon 01:00-02:00", *LOCAL)
    assert refused.wait() == 1 and refused.error["error"] == "chain_full", refused.error
    assert not place.exists() and not list((people.ada.home / "transfers").glob("give-*"))
