"""Wallets and a lock without a network: the owner pairs, shares, the friend passes on, and the bolt decides what worked. The lock is
`keyferry-verifier lock` in its own process; every wallet is the real command."""

import json
import re
import shutil
import socket
import subprocess
import threading
import time
from datetime import datetime, timedelta, timezone

import pytest
from support import BIN, Relay, Wallet, wait_until
from support.exchange import Half, Receiver, Sender
from support.lock import Frames, Lock


class People:
    """A lock, a relay, and wallets that know nothing but the relay."""

    def __init__(self, place, doors=("front",), config=None, tcp=False):
        self.place = place
        self.relay = Relay(place).start()
        self.lock = Lock(place, doors=doors, config=config, tcp=tcp).start()
        self.owner, self.ada, self.bob, self.cleo = (self.wallet(name) for name in ("owner", "ada", "bob", "cleo"))

    def wallet(self, name):
        wallet = Wallet(self.place, name)
        wallet.run("relay", "trust", self.relay.url, "--default", "--allow-local")
        return wallet

    def pair(self):
        code = self.lock.ask("--pair")["code"]
        return self.owner.json("lock", "pair", self.lock.doors["front"], "--name", "home", "--code", code)

    def pass_on(self, giver, taker, what, *options, name=None):
        """Shares over the relay with words; returns (share, the delegation as the taker has it)."""
        sender = Sender(giver, what, *options)
        receiver = Receiver(taker, sender.link, *(["--name", name] if name else []))
        words = receiver.until("words")["words"]
        sender.until("compare")
        sender.say(words)
        assert sender.wait() == 0, sender.errors
        assert receiver.wait() == 0, receiver.errors
        return sender.share, receiver.until("rights")

    def opens(self, wallet, what, door="front", address=True):
        """Whether the bolt moved, which must be what the wallet says; returns the lock's reason."""
        before = self.lock.opened(door)
        where = ["--lock", self.lock.doors[door]] if address else []
        done = wallet.run("open", what, "--json", *where, code=None)
        if done.code == 0:
            wait_until(lambda: self.lock.opened(door) == before + 1, "the bolt")
            return json.loads(done.out)["result"]
        assert done.code == 3, done.err
        assert self.lock.opened(door) == before
        return json.loads(done.err.splitlines()[-1])["error"]


@pytest.fixture(name="people")
def make_people(place):
    people = People(place)
    people.pair()
    return people


#= spec:lock#4-pairing test
def test_an_owner_pairs_and_opens(people):
    assert people.opens(people.owner, "home", address=False) == "opened"
    locks = people.owner.json("list")["locks"]
    assert [lock["name"] for lock in locks] == ["home"] and locks[0]["zone"] == "UTC"
    refused = people.ada.run("lock", "pair", people.lock.doors["front"], "--code", "12345678", code=3)
    assert "the lock does not pair" in refused.err
    assert people.ada.json("list")["locks"] == []


def test_a_wrong_code_is_one_guess(place):
    people = People(place)
    code = people.lock.ask("--pair")["code"]
    wrong = f"{(int(code) + 1) % 10**8:08}"
    refused = people.owner.run("lock", "pair", people.lock.doors["front"], "--code", wrong, code=3)
    assert "the one guess is spent" in refused.err.lower()
    refused = people.owner.run("lock", "pair", people.lock.doors["front"], "--code", code, code=3)
    assert "the lock does not pair" in refused.err
    people.pair()
    assert people.opens(people.owner, "home") == "opened"


def test_what_was_shared_is_taken_back_at_a_lock_of_two_doors_that_was_only_paired(place):
    people = People(place, doors=("front", "back"))
    people.pair()
    share, _ = people.pass_on(people.owner, people.ada, "home/front", "--for", "1h")
    assert people.opens(people.ada, "front") == "opened"
    people.owner.run("revoke", share)
    assert people.opens(people.ada, "front") == "denied"
    assert people.opens(people.owner, "home/front", address=False) == "opened"


#= spec:transfer#3-delegation test
#= spec:lock#1-chain test
def test_owner_friend_and_friends_friend_open_over_the_relay(people):
    _, adas = people.pass_on(people.owner, people.ada, "home/front", "--depth", "1", "--for", "2h")
    assert adas["name"] == "front" and adas["rights"]["depth"] == 1 and adas["links"] == 1
    _, bobs = people.pass_on(people.ada, people.bob, "front", "--for", "1h", name="adas-door")
    assert bobs["rights"]["depth"] == 0 and bobs["links"] == 2 and bobs["valid_until"] < adas["valid_until"]
    refused = people.bob.run("share", "adas-door", "--for", "5m", code=3)
    assert "may not be passed on" in refused.err
    people.relay.stop()  # nobody is asked at the door
    assert people.opens(people.ada, "front") == "opened"
    assert people.opens(people.bob, "adas-door") == "opened"
    assert people.opens(people.bob, "adas-door", address=False) == "opened", "the address is remembered"
    listed = people.bob.json("list")["delegations"]
    assert [one["name"] for one in listed] == ["adas-door"] and listed[0]["open"] == ["keyferry open adas-door"]
    assert "adas-door" in people.bob.run("list").out


#= spec:lock#3-deny test
def test_a_friend_takes_back_what_the_friends_friend_has(people):
    people.pass_on(people.owner, people.ada, "home/front", "--depth", "1", "--for", "2h")
    share, _ = people.pass_on(people.ada, people.bob, "front")
    assert people.opens(people.bob, "front") == "opened"
    told = people.ada.json("revoke", share)
    assert told["revoked"] and told["locks_reached"] == [] and len(told["locks_behind"]) == 1
    assert people.opens(people.bob, "front") == "opened", "no wallet has carried the list yet"
    assert people.ada.json("list", "--shares")["signed"][0]["locks_behind"] == told["locks_behind"]
    assert people.opens(people.ada, "front") == "opened"
    assert people.opens(people.bob, "front") == "denied"
    assert people.ada.json("list", "--shares")["signed"][0]["locks_behind"] == []


#= spec:lock#3-deny test
def test_an_owner_takes_back_and_tells_the_lock_without_opening(people):
    share, _ = people.pass_on(people.owner, people.ada, "home/front", "--depth", "1", "--for", "2h")
    people.pass_on(people.ada, people.bob, "front")
    moved = people.lock.opened()
    told = people.owner.json("revoke", share)
    assert len(told["locks_reached"]) == 1 and told["locks_behind"] == []
    assert people.lock.opened() == moved
    assert people.opens(people.ada, "front") == "denied" and people.opens(people.bob, "front") == "denied"
    assert people.opens(people.owner, "home") == "opened"
    people.lock.restart()
    assert people.opens(people.bob, "front") == "denied"


#= spec:lock#3-deny test
def test_an_owners_list_reaches_every_lock_and_every_address(people):
    cabin = Lock(people.place, name="cabin").start()
    code = cabin.ask("--pair")["code"]
    people.owner.run("lock", "pair", cabin.doors["front"], "--name", "cabin", "--code", code)
    path = people.owner.home / "locks/home.json"
    right = json.loads(path.read_text())

    def addresses(**known):
        path.write_text(json.dumps({**right, "addresses": known}))

    share, _ = people.pass_on(people.owner, people.ada, "home/front", "--for", "2h")
    addresses(back="unix:/nowhere/reader", front=people.lock.doors["front"])
    assert people.owner.json("revoke", share)["locks_behind"] == []
    carried = [json.loads(one.read_text())["seen"] for one in (people.owner.home / "lists").glob("*.json")]
    locks = {one["lock"] for one in people.owner.json("list")["locks"]}
    assert len(locks) == 2 and set(carried[0]) == locks and len(set(carried[0].values())) == 1
    people.pass_on(people.owner, people.bob, "home/front", "--for", "2h")
    addresses(front="unix:/nowhere/reader")
    assert people.owner.json("lock", "lists", "home", "--deny-all", "--yes", "--lock", people.lock.doors["front"]) == {"locks_behind": []}
    assert people.opens(people.ada, "front") == "denied" and people.opens(people.bob, "front") == "denied"


#= spec:lock#3-deny test
def test_any_wallet_carries_a_list_by_a_file(people):
    people.pass_on(people.owner, people.ada, "home/front", "--depth", "2", "--for", "2h")
    share, _ = people.pass_on(people.ada, people.bob, "front")
    people.pass_on(people.ada, people.cleo, "front")
    people.ada.run("revoke", share)
    path = people.place.folder("carried") / "lists.json"
    people.ada.run("lock", "lists", "--export", path)
    stranger = people.wallet("stranger")
    assert stranger.json("lock", "lists", "--import", path) == {"kept": 0, "of_others": 1, "bad": 0}
    lists = json.loads(path.read_text())
    changed = lists["lists"][0][:-4] + "AAAA"
    damaged = path.with_name("damaged.json")
    damaged.write_text(json.dumps({**lists, "lists": ["AAAA", "!", changed, *lists["lists"]]}))
    done = people.cleo.run("lock", "lists", "--import", damaged, "--json", code=None)
    assert done.code != 0 and json.loads(done.out) == {"kept": 1, "of_others": 0, "bad": 3}
    assert all(f"list {number} was not kept" in done.err for number in (1, 2, 3)) and "list 4" not in done.err
    assert people.cleo.json("lock", "lists", "--import", path) == {"kept": 0, "of_others": 0, "bad": 0}
    assert people.opens(people.cleo, "front") == "opened"
    assert people.opens(people.bob, "front") == "denied"


#= spec:lock#1-chain test
@pytest.mark.parametrize("asked, reason", [(["--depth", "1"], "depth"), (["--for", "9h"], "window"), (["--uses", "4"], "uses"),
                                           (["--hours", "Mon-Sun 00:00-24:00"], "hours"), (["--fresh", "48"], "fresh")])
def test_a_wider_right_is_refused_by_its_name(people, asked, reason):
    people.pass_on(people.owner, people.ada, "home/front", "--depth", "1", "--for", "2h", "--uses", "3", "--fresh", "24",
                   "--hours", "Mon-Sun 00:00-23:59")
    refused = people.ada.run("share", "front", *asked, "--json", code=3)
    assert json.loads(refused.err.splitlines()[-1])["error"] == reason
    assert not list((people.ada.home / "transfers").glob("give-*")), "nothing was made"


def test_uses_are_counted_for_all_who_have_it(people):
    people.pass_on(people.owner, people.ada, "home/front", "--depth", "1", "--for", "2h", "--uses", "2")
    people.pass_on(people.ada, people.bob, "front")
    assert people.opens(people.bob, "front") == "opened"
    assert people.opens(people.ada, "front") == "opened"
    assert people.opens(people.bob, "front") == "used" and people.opens(people.ada, "front") == "used"


#= spec:lock#2-opening test
def test_nothing_is_said_to_the_reader_of_another_lock(people):
    people.pass_on(people.owner, people.ada, "home/front", "--for", "2h")
    other = Lock(people.place, name="other").start()
    refused = people.ada.run("open", "front", "--lock", other.doors["front"], "--json", code=3)
    assert json.loads(refused.err.splitlines()[-1])["error"] == "other_door"
    assert other.decisions() == []
    assert people.opens(people.ada, "front") == "opened"


def test_a_lock_that_was_reset_is_another_one(people):
    people.pass_on(people.owner, people.ada, "home/front", "--for", "2h")
    people.lock.run("--reset")
    assert people.opens(people.ada, "front") == "other_door"
    assert people.opens(people.owner, "home") == "other_door"


#= spec:lock#3-deny test
def test_a_right_that_asks_for_fresh_lists_needs_one(people):
    people.pass_on(people.owner, people.ada, "home/front", "--for", "2h", "--fresh", "1")
    assert people.opens(people.ada, "front") == "stale"
    assert people.owner.json("lock", "lists", "home")["lists_brought"] == 1
    assert people.opens(people.ada, "front") == "opened"


def test_a_receiver_that_refuses_gets_nothing_and_the_owner_is_told(people):
    sender = Sender(people.owner, "home/front", "--for", "1h")
    receiver = Receiver(people.ada, sender.link)
    receiver.until("words")
    sender.until("compare")
    sender.say("no")
    assert sender.wait() == 3 and sender.error["error"] == "refused"
    assert receiver.wait() == 3
    assert people.owner.json("list", "--shares")["signed"] == []
    assert people.ada.json("list")["delegations"] == []


#= spec:lock#6-offline test
def test_everything_works_with_every_server_stopped(people):
    """Direct transport: the messages lie in a file."""
    people.relay.stop()
    shares = people.place.folder("stick")

    def hand_over(giver, taker, what, number, *options):
        path = str(shares / f"{number}.kf")
        sender = Sender(giver, what, "--file", path, *options)
        receiver = Receiver(taker, sender.link, "--file", path)
        words = receiver.until("words")["words"]
        sender.until("compare")
        sender.say(words)
        assert sender.wait() == 0, sender.errors
        assert receiver.wait() == 0, receiver.errors
        return sender.share

    hand_over(people.owner, people.ada, "home/front", 1, "--depth", "1", "--for", "1h")
    share = hand_over(people.ada, people.bob, "front", 2)
    assert "may not be passed on" in people.bob.run("share", "front", "--file", str(shares / "3.kf"), code=3).err
    assert people.opens(people.bob, "front") == "opened"
    people.ada.run("revoke", share)
    assert people.opens(people.ada, "front") == "opened"
    assert people.opens(people.bob, "front") == "denied"


def test_a_code_takes_the_place_of_the_words_and_a_wrong_one_ends_it(people):
    def offer():
        sender = Half(people.owner, "share", "home/front", "--for", "1h", "--code", "--allow-local", "--json")
        return sender, sender.until("link")

    wrong, made = offer()
    receiver = Receiver(people.ada, made["link"], "--code", f"{(int(made['code']) + 1) % 10**6:06}")
    assert receiver.wait() == 3 and wrong.wait() == 3 and wrong.error["error"] == "code"
    assert "still open" not in wrong.error["detail"], "there is nothing to rearm"
    assert people.owner.json("list", "--shares")["signed"] == [] and not list((people.owner.home / "transfers").glob("give-*"))
    right, made = offer()
    receiver = Receiver(people.ada, made["link"], "--code", made["code"])
    assert right.wait() == 0, right.errors
    assert receiver.wait() == 0, receiver.errors
    assert people.opens(people.ada, "front") == "opened"


#= spec:transfer#3-delegation test
def test_now_gives_to_whoever_is_first_for_a_day_and_no_further(people):
    for options in (["--for", "25h"], ["--for", "1h", "--depth", "1"]):
        assert "24 hours at most" in people.owner.run("share", "home/front", "--now", *options, code=2).err
    assert "use --code" in people.owner.run("share", "home/front", "--now", "--pin", "--for", "1h", code=2).err
    assert "leave --plain-v1 out" in people.owner.run("share", "home/front", "--now", "--plain-v1", "--for", "1h", code=2).err
    assert not list((people.owner.home / "transfers").glob("give-*")), "nothing was made"
    sender = Half(people.owner, "share", "home/front", "--for", "24h", "--now", "--allow-local", "--json")
    made = sender.until("link")
    receiver = Receiver(people.ada, made["link"])
    assert sender.wait() == 0 and receiver.wait() == 0, (sender.errors, receiver.errors)
    assert people.opens(people.ada, "front") == "opened"
    assert people.ada.json("list")["delegations"][0]["rights"]["depth"] == 0
    late = people.bob.run("accept", "--yes", "--allow-local", "-", input=made["link"], code=None)
    assert late.code != 0 and "nothing was taken" in late.err.lower()
    people.owner.run("revoke", made["share"])
    assert people.opens(people.ada, "front") == "denied"


def test_what_is_given_with_now_is_warned_of_and_goes_on_after_a_kill(people):
    sender = Half(people.owner, "share", "home/front", "--for", "1h", "--now", "--allow-local")
    link = sender.until("text")["text"]
    wait_until(lambda: "Ctrl-C leaves it open" in str(sender.errors), "what is said below the link")
    assert "whoever opens this link first gets" in str(sender.errors) and "keep it running" in str(sender.errors)
    sender.kill()
    receiver = Receiver(people.ada, link)
    again = Half(people.owner, "watch", people.owner.json("list", "--shares")["signed"][0]["share"], "--allow-local", "--json")
    assert again.wait() == 0 and receiver.wait() == 0, (again.errors, receiver.errors)
    assert people.opens(people.ada, "front") == "opened"


#= spec:lock#3-number test
def test_a_list_that_is_rolled_back_is_not_kept(people):
    people.pass_on(people.owner, people.ada, "home/front", "--depth", "1", "--for", "2h")
    first, second = (people.pass_on(people.ada, taker, "front")[0] for taker in (people.bob, people.cleo))
    lists = people.place.folder("carried")
    for share, name in ((first, "old"), (second, "new")):
        people.ada.run("revoke", share)
        people.ada.run("lock", "lists", "--export", lists / name)
    assert people.cleo.json("lock", "lists", "--import", lists / "new")["kept"] == 1
    assert people.cleo.json("lock", "lists", "--import", lists / "old")["kept"] == 0
    assert people.opens(people.cleo, "front") == "opened", "lists come after the answer"
    assert people.opens(people.cleo, "front") == "denied", "who is denied has carried it"
    assert people.opens(people.bob, "front") == "denied"


#= spec:lock#3-number test
def test_an_owner_restored_from_a_copy_denies_what_the_lock_knows_too(people, tmp_path):
    first, _ = people.pass_on(people.owner, people.ada, "home/front", "--for", "2h")
    second, _ = people.pass_on(people.owner, people.bob, "home/front", "--for", "2h")
    shutil.copytree(people.owner.home, tmp_path / "copy")
    people.owner.run("revoke", first)
    shutil.rmtree(people.owner.home)
    shutil.copytree(tmp_path / "copy", people.owner.home)
    people.owner.run("revoke", second)
    assert people.opens(people.ada, "front") == "denied" and people.opens(people.bob, "front") == "denied"


#= spec:lock#3-number test
def test_an_owner_restored_from_a_copy_renews_what_the_lock_knows(people, tmp_path):
    share, _ = people.pass_on(people.owner, people.ada, "home/front", "--for", "2h")
    shutil.copytree(people.owner.home, tmp_path / "copy")
    people.owner.run("revoke", share)
    shutil.rmtree(people.owner.home)
    shutil.copytree(tmp_path / "copy", people.owner.home)
    people.owner.run("lock", "lists", "home")
    assert people.opens(people.ada, "front") == "denied"


#= spec:lock#2-race test
def test_of_two_phones_that_race_for_the_last_use_one_opens(place):
    people = People(place, doors=("front", "back"))
    people.pair()
    people.pass_on(people.owner, people.ada, "home/front", "--depth", "1", "--for", "2h", "--uses", "1")
    people.pass_on(people.ada, people.bob, "front")
    told = []
    threads = [threading.Thread(target=lambda wallet=wallet: told.append(wallet.run(
        "open", "front", "--lock", people.lock.doors["front"], "--json", code=None))) for wallet in (people.ada, people.bob)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    reasons = sorted("opened" if one.code == 0 else json.loads(one.err.splitlines()[-1])["error"] for one in told)
    assert reasons == ["opened", "used"]
    wait_until(lambda: people.lock.opened() == 1, "the bolt")


#= spec:lock#6-killed test
@pytest.mark.parametrize("moment", ["asked", "compared", "signed", "received"])
def test_killed_at_a_step_both_go_on(people, moment):
    sender = Sender(people.owner, "home/front", "--for", "1h")
    receiver = Receiver(people.ada, sender.link)
    words = receiver.until("words")["words"]
    if moment == "asked":
        receiver.kill()
        receiver = Receiver(people.ada, sender.link)
        assert receiver.until("words")["words"] == words
    sender.until("compare")
    if moment == "compared":
        sender.kill()
        sender = Sender(people.owner, share=sender.share)
        sender.until("compare")
    sender.say(words)
    if moment == "signed":
        wait_until(lambda: list((people.owner.home / "signed").glob("*.json")), "a signature")
        sender.kill()
        sender = Sender(people.owner, share=sender.share)
    if moment == "received":
        wait_until(lambda: list((people.ada.home / "delegations").glob("*.json")), "a delegation")
        receiver.kill()
        if not people.ada.json("list")["delegations"][0]["name"] == "front":
            raise AssertionError("half a delegation")
        again = people.ada.run("accept", "--yes", "--allow-local", "-", input=sender.link, code=None)
        assert again.code == 0 or "you took this share already" in again.err
    else:
        assert receiver.wait() == 0, receiver.errors
    if moment != "signed":
        assert sender.wait() == 0, sender.errors
    else:
        sender.wait()
    assert len(people.owner.json("list", "--shares")["signed"]) == 1
    assert [one["name"] for one in people.ada.json("list")["delegations"]] == ["front"]
    assert people.opens(people.ada, "front") == "opened"


def test_two_owners_of_one_lock(people):
    """The second is added by a statement; the first can be put out again."""
    key = people.ada.json("lock", "key")
    people.owner.run("lock", "add-owner", "home", "--key", key["key"])
    assert people.lock.ask("--status")["owners"].count(key["thumbprint"]) == 1
    assert people.owner.json("lock", "lists", "home")["result"] == "done"
    people.owner.run("lock", "remove-owner", "home", "--key", key["key"])
    assert key["thumbprint"] not in people.lock.ask("--status")["owners"]
    own = people.owner.json("lock", "key")["thumbprint"]
    refused = people.owner.run("lock", "remove-owner", "home", "--key", own, "--json", code=3)
    assert json.loads(refused.err.splitlines()[-1])["error"] == "last"


def test_an_added_owner_joins_and_opens_shares_and_takes_back(place):
    people = People(place, doors=("front", "back"))
    people.pair()
    front, back = people.lock.doors["front"], people.lock.doors["back"]
    refused = people.ada.run("lock", "join", front, "--name", "spare", "--json", code=3)
    assert json.loads(refused.err.splitlines()[-1])["error"] == "owner" and people.ada.json("list")["locks"] == []
    key = people.ada.json("lock", "key")
    people.owner.run("lock", "add-owner", "home", "--key", key["key"])
    assert people.lock.opened() == 0
    assert people.ada.json("lock", "join", front, "--name", "spare")["name"] == "spare"
    assert people.ada.json("lock", "join", back)["name"] == "spare", "one more door of the same lock"
    assert people.opens(people.ada, "spare/front", address=False) == "opened"
    assert people.opens(people.ada, "spare/back", door="back", address=False) == "opened"
    share, _ = people.pass_on(people.ada, people.bob, "spare/back", "--for", "1h", name="bobs")
    assert people.opens(people.bob, "bobs", door="back") == "opened"
    people.ada.run("revoke", share)
    assert people.opens(people.bob, "bobs", door="back") == "denied"


def test_an_owners_statement_goes_to_the_first_reader_that_answers(place):
    people = People(place, config={"clock": {"source": "owner"}})
    people.pair()
    people.pass_on(people.owner, people.ada, "home/front", "--for", "1h")
    path, key = people.owner.home / "locks/home.json", people.bob.json("lock", "key")

    def addresses(**known):
        path.write_text(json.dumps({**json.loads(path.read_text()), "addresses": known}))

    addresses(attic="unix:/0/nobody", front=people.lock.doors["front"])
    people.owner.run("lock", "set-clock", "home")
    assert people.opens(people.ada, "front") == "opened"
    people.owner.run("lock", "add-owner", "home", "--key", key["key"])
    assert key["thumbprint"] in people.lock.ask("--status")["owners"]
    people.owner.run("lock", "remove-owner", "home", "--key", key["key"])
    assert key["thumbprint"] not in people.lock.ask("--status")["owners"]
    refused = people.owner.run("lock", "set-clock", "home", "--lock", "unix:/0/nobody", "--json", code=4)
    assert json.loads(refused.err.splitlines()[-1])["error"] == "no_lock", "who names a reader means that one"
    addresses(attic="unix:/0/nobody")
    assert json.loads(people.owner.run("lock", "set-clock", "home", "--json", code=4).err.splitlines()[-1])["error"] == "no_lock"


def test_a_statement_whose_answer_is_lost_is_not_said_twice(people):
    """A reader in the way passes on what the lock says, takes the statement to it, and keeps the lock's answer."""
    path, key = people.owner.home / "locks/home.json", people.ada.json("lock", "key")
    with socket.create_server(("127.0.0.1", 0)) as reader:

        def stand_between():
            with Frames(reader.accept()[0]) as wallet, people.lock.at() as there:
                wallet.tell(*there.say(*wallet.hear()))
                there.say(*wallet.hear())

        between = threading.Thread(target=stand_between)
        between.start()
        addresses = {"attic": f"127.0.0.1:{reader.getsockname()[1]}", "front": people.lock.doors["front"]}
        path.write_text(json.dumps({**json.loads(path.read_text()), "addresses": addresses}))
        refused = people.owner.run("lock", "add-owner", "home", "--key", key["key"], "--json", code=4)
        between.join()
    assert json.loads(refused.err.splitlines()[-1])["error"] == "no_answer"
    assert key["thumbprint"] in people.lock.ask("--status")["owners"]
    assert [one["subject"] for one in people.lock.decisions()].count("statement") == 1


#= spec:lock#3-clock test
def test_an_owner_sets_the_clock_of_a_lock_that_lost_it(place):
    people = People(place, config={"clock": {"source": "owner"}})
    people.pair()
    people.pass_on(people.owner, people.ada, "home/front", "--for", "1h")
    assert people.opens(people.ada, "front") == "clock"
    assert people.opens(people.owner, "home") == "opened"
    people.owner.run("lock", "set-clock", "home")
    assert people.opens(people.ada, "front") == "opened"


#= spec:lock#3-deny test
def test_an_owner_denies_everything_at_once(people):
    people.pass_on(people.owner, people.ada, "home/front", "--depth", "1", "--for", "2h")
    people.pass_on(people.ada, people.bob, "front")
    assert people.owner.json("lock", "lists", "home", "--deny-all", "--yes") == {"locks_behind": []}
    assert people.opens(people.ada, "front") == "denied" and people.opens(people.bob, "front") == "denied"
    assert [one["state"] for one in people.owner.json("list", "--shares")["signed"]] == ["revoked"]


#= spec:lock#3-deny test
def test_what_begins_later_is_denied_with_everything(people):
    """A lock takes a right 120 seconds before it begins."""
    def later():
        now = datetime.now(timezone.utc)
        return (f"{now + timedelta(seconds=at):%Y-%m-%dT%H:%M:%SZ}" for at in (110, 3600))

    begin, end = later()
    people.pass_on(people.owner, people.ada, "home/front", "--from", begin, "--until", end)
    begin, end = later()
    share, _ = people.pass_on(people.owner, people.bob, "home/front", "--from", begin, "--until", end)
    people.owner.run("revoke", share)
    assert people.opens(people.ada, "front") == "opened" and people.opens(people.bob, "front") == "denied"
    people.owner.run("lock", "lists", "home", "--deny-all", "--yes")
    assert people.opens(people.ada, "front") == "denied" and people.opens(people.bob, "front") == "denied"


#= spec:lock#3-deny test
def test_what_was_denied_all_at_once_is_not_yet_known_to_a_lock_that_is_away(people):
    people.pass_on(people.owner, people.ada, "home/front", "--for", "2h")
    lock = people.owner.json("list")["locks"][0]["lock"]
    people.lock.stop()
    assert people.owner.json("lock", "lists", "home", "--deny-all", "--yes") == {"locks_behind": [lock]}
    assert people.owner.json("list", "--shares")["signed"][0]["locks_behind"] == [lock]


#= spec:lock#3-signer test
def test_who_holds_no_root_has_to_ask_upward(people):
    people.pass_on(people.owner, people.ada, "home/front", "--depth", "2", "--for", "2h")
    people.pass_on(people.ada, people.bob, "front", "--depth", "1")
    share, _ = people.pass_on(people.bob, people.cleo, "front")
    refused = people.bob.run("revoke", share, "--json", code=3)
    assert json.loads(refused.err.splitlines()[-1])["error"] == "ask_upward"


def test_the_same_command_goes_on_with_a_link_that_nobody_saw(people):
    end = f"{datetime.now(timezone.utc) + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"
    command = ["share", "home/front", "--until", end, "--words", "-", "--json", "--allow-local"]
    begun = int(time.time())
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run([BIN / "keyferry", *command], env=people.owner.env, stdin=subprocess.DEVNULL, stdout=full,
                              stderr=subprocess.PIPE, text=True, timeout=120, check=False)
    unseen = re.search(r"keyferry revoke (\w+)", done.stderr)
    assert done.returncode == 1 and unseen, done.stderr
    wait_until(lambda: int(time.time()) > begun, "another second")
    sender = Half(people.owner, *command)
    assert sender.until("link")["share"] == unseen[1]
    sender.kill()


def test_a_share_that_nobody_took_is_taken_back(people):
    sender = Sender(people.owner, "home/front", "--for", "1h")
    sender.kill()
    waiting = people.owner.json("list", "--shares")["signed"]
    assert [(one["share"], one["holding"], one["state"]) for one in waiting] == [(sender.share, "home", "open")]
    assert people.owner.json("watch", "--once", sender.share) == waiting[0]
    assert "waits to be taken until" in people.owner.run("watch", "--once", sender.share).out
    refused = people.owner.run("rearm", sender.share, "--json", code=3)
    assert json.loads(refused.err)["error"] == "not_locked" and "make another one" in refused.err
    assert people.owner.json("revoke", sender.share) == {"share": sender.share, "revoked": True, "locks_reached": [], "locks_behind": []}
    late = people.ada.run("accept", "--yes", "--allow-local", "-", input=sender.link, code=None)
    assert late.code != 0 and "nothing was taken" in late.err.lower()
    assert people.ada.json("list")["delegations"] == []


def test_a_delegation_is_forgotten_with_its_key(people):
    given, _ = people.pass_on(people.owner, people.ada, "home/front", "--depth", "1", "--for", "1h")
    assert people.owner.json("watch", given)["state"] == "signed", "nobody is followed: it says the state"
    share, _ = people.pass_on(people.ada, people.bob, "front")
    forgotten = people.ada.run("forget", "front", "--yes", "--json")
    assert json.loads(forgotten.out) == {"forgotten": "front"}
    assert people.ada.json("list", "--shares")["signed"] == [] and share not in people.ada.run("list", "--shares").out
    assert people.ada.json("list")["delegations"] == [] and not list((people.ada.home / "delegations").glob("*.json"))
    said = people.owner.run("forget", "home", "--yes").err
    assert f"you cannot take back share {given} after this" in said and "the lock keeps you as its owner" in said
    left = people.owner.json("list", "--shares")
    assert left["locks"] == [] and left["signed"] == []
    assert not list((people.owner.home / "signed").glob("*.json")) and list((people.owner.home / "owners").glob("*.json"))
    assert people.opens(people.bob, "front") == "opened", "what was signed stays good"
    refused = people.ada.run("open", "front", "--lock", people.lock.doors["front"], code=1)
    assert 'no lock or delegation is called "front"' in refused.err


def test_what_fits_no_door_is_said_before_anything_is_made(people):
    for options, said in ((["--as", "root"], "neither logins nor hosts"), (["--pin"], "use --code"),
                          ([], "say how long"), (["--for", "1h", "--hours", "noon"], "are no hours")):
        refused = people.owner.run("share", "home/front", *options, code=2)
        assert said in refused.err
    assert "it has front" in people.owner.run("share", "home/back", "--for", "1h", code=1).err
    assert "for the doors of a lock" in people.ada.run("share", "web", "--uses", "1", code=2).err
    assert not list((people.owner.home / "transfers").glob("give-*"))


def test_a_lock_that_does_not_answer_is_a_failure_of_the_network(people):
    people.pass_on(people.owner, people.ada, "home/front", "--for", "1h")
    people.lock.stop()
    refused = people.ada.run("open", "front", "--lock", people.lock.doors["front"], "--json", code=4)
    assert json.loads(refused.err.splitlines()[-1])["error"] == "no_lock"


def test_a_lock_that_takes_nobody_is_not_waited_for_long(people):
    """Its reader listens and accepts no conversation, as an address that drops what comes."""
    people.pass_on(people.owner, people.ada, "home/front", "--for", "1h")
    with socket.create_server(("127.0.0.1", 0), backlog=0) as reader:
        address = reader.getsockname()
        waiting = []
        try:
            while len(waiting) < 8:
                waiting.append(socket.socket())
                waiting[-1].setblocking(False)
                waiting[-1].connect_ex(address)
            refused = people.ada.run("open", "front", "--lock", f"127.0.0.1:{address[1]}", "--json", code=4)
        finally:
            for one in waiting:
                one.close()
    error = json.loads(refused.err.splitlines()[-1])
    assert error["error"] == "no_lock" and "timed out" in error["detail"]
