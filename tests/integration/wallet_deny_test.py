"""Deny lists as a wallet makes and carries them: what they number, what they forget, when they are full, and which way they travel. A
list that the wallet already has is signed here with the wallet's own key, as an earlier command would have left it."""

import base64
import json
import os
import time

import cbor2
import pytest
from support import wait_until
from support.delegation import Key, deny_list, link_id, payload_of
from wallet_lock_test import People


def octets_of(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def record(wallet, folder, name="*"):
    path, = (wallet.home / folder).glob(f"{name}.json")
    return path, json.loads(path.read_text())


def key_in(wallet, folder):
    return Key(octets_of(record(wallet, folder)[1]["key"]))


def root_of(wallet):
    """The id of the root that this wallet holds."""
    held = record(wallet, "delegations")[1]
    return link_id(octets_of(held["owner"]), octets_of(held["links"][0]))


def list_of(wallet):
    """[number, issued, since, [id, …]] of the one list that this wallet carries."""
    return payload_of(octets_of(record(wallet, "lists")[1]["list"]))


def keeps(people, wallet, octets):
    path = people.place.folder("carried") / f"{os.urandom(4).hex()}.json"
    path.write_text(json.dumps({"version": 1, "lists": [base64.urlsafe_b64encode(octets).decode().rstrip("=")]}))
    assert wallet.json("lock", "lists", "--import", path)["kept"] == 1


@pytest.fixture(name="people")
def make_people(place):
    people = People(place)
    people.pair()
    return people


#= spec:lock#3-number test
def test_a_number_is_the_time_and_rises_beyond_one_that_is_ahead(people):
    before = time.time_ns() // 1_000_000
    people.owner.run("lock", "lists", "home")
    assert before <= list_of(people.owner)[0] <= time.time_ns() // 1_000_000
    owner, ahead = key_in(people.owner, "owners"), 2**52
    keeps(people, people.owner, deny_list(owner, ahead, int(time.time())))
    people.owner.run("lock", "lists", "home")
    assert list_of(people.owner)[0] == ahead + 1
    with people.lock.at() as there:
        there.own(owner)
        assert there.lists == [[owner.thumbprint, ahead + 1]]


#= spec:lock#3-deny test
def test_a_list_names_no_link_that_is_over(people):
    ids = []
    for wallet in (people.ada, people.bob):
        share, _ = people.pass_on(people.owner, wallet, "home/front", "--for", "2h")
        people.owner.run("revoke", share)
        ids.append(root_of(wallet))
    assert list_of(people.owner)[3] == sorted(ids)
    path, signed = record(people.owner, "signed", share)
    path.write_text(json.dumps({**signed, "expires": "2026-01-01T00:00:00Z"}))
    people.owner.run("lock", "lists", "home")
    assert list_of(people.owner)[3] == ids[:1]
    assert people.opens(people.ada, "front") == "denied"


#= spec:lock#3-deny test
def test_an_owner_whose_list_is_full_is_told_to_begin_a_new_one(people):
    owner = key_in(people.owner, "owners")
    share, _ = people.pass_on(people.owner, people.ada, "home/front", "--for", "2h")
    full = deny_list(owner, 7, int(time.time()), [os.urandom(16) for _ in range(233)])
    assert len(full) <= 4096 < len(full) + 17
    keeps(people, people.owner, full)
    refused = people.owner.run("revoke", share, "--json", code=None)
    error = json.loads(refused.err.splitlines()[-1])
    assert refused.code != 0 and error["error"] == "list_full" and "lock lists --deny-all" in error["detail"]
    assert people.opens(people.ada, "front") == "opened", "nothing was signed"
    assert people.owner.json("list", "--shares")["signed"][0]["state"] == "signed"
    people.owner.run("lock", "lists", "home", "--deny-all", "--yes")
    assert people.opens(people.ada, "front") == "denied"


#= spec:lock#3-deny test
def test_a_holder_whose_list_is_full_has_to_ask_the_owner(people):
    given, _ = people.pass_on(people.owner, people.ada, "home/front", "--depth", "1", "--for", "2h")
    share, _ = people.pass_on(people.ada, people.bob, "front")
    full = deny_list(key_in(people.ada, "delegations"), 7, int(time.time()), [os.urandom(16) for _ in range(22)], root=root_of(people.ada))
    assert len(full) <= 512 < len(full) + 17
    keeps(people, people.ada, full)
    refused = people.ada.run("revoke", share, "--json", code=None)
    error = json.loads(refused.err.splitlines()[-1])
    assert refused.code != 0 and error["error"] == "list_full" and "ask the owner" in error["detail"]
    assert people.opens(people.ada, "front") == "opened" and people.opens(people.bob, "front") == "opened"
    people.owner.run("revoke", given)
    assert people.opens(people.bob, "front") == "denied"


#= spec:lock#3-deny test
def test_whoever_gets_a_right_carries_the_lists_of_who_gave_it(people):
    """The owner's wallet does not reach the lock any more; Cleo's, whose right came after the revoke, tells it."""
    share, _ = people.pass_on(people.owner, people.ada, "home/front", "--for", "2h")
    path, paired = record(people.owner, "locks")
    path.write_text(json.dumps({**paired, "addresses": {}}))
    assert len(people.owner.json("revoke", share)["locks_behind"]) == 1
    people.pass_on(people.owner, people.cleo, "home/front", "--for", "2h")
    assert list_of(people.cleo) == list_of(people.owner)
    assert people.opens(people.ada, "front") == "opened"
    assert people.opens(people.cleo, "front") == "opened"
    assert people.opens(people.ada, "front") == "denied"


#= spec:lock#3-deny test
def test_a_wallet_takes_a_list_from_one_lock_to_the_next_person(people):
    """Bob, who holds a right of the same root, hears Ada's list at the door and carries it on by a file."""
    people.pass_on(people.owner, people.ada, "home/front", "--depth", "1", "--for", "2h")
    people.pass_on(people.ada, people.bob, "front")
    share, _ = people.pass_on(people.ada, people.cleo, "front")
    people.ada.run("revoke", share)
    people.ada.run("open", "front", "--lock", people.lock.doors["front"])
    assert not list((people.bob.home / "lists").glob("*.json"))
    people.bob.run("open", "front", "--lock", people.lock.doors["front"])
    wait_until(lambda: people.lock.opened() == 2, "both openings")
    assert list_of(people.bob) == list_of(people.ada) and list_of(people.bob)[4] == root_of(people.bob)
    path = people.place.folder("carried") / "lists.json"
    assert people.bob.json("lock", "lists", "--export", path) == {"lists": 1}
    assert cbor2.loads(cbor2.loads(octets_of(json.loads(path.read_text())["lists"][0]))[2]) == list_of(people.ada)
