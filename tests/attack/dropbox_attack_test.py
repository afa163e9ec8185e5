"""The threat rows played over Draft R (`--dropbox`): no claim and no address in the link; the secret alone leads everywhere.

What does not depend on how the messages travel (malicious wallets and authorities, labels, notes) is played over mailboxes alone.
"""

import itertools
import json
import os
import time

import pytest
from device_test import copied
from go_between_test import bob_reads_his_words_to_ada
from guessing_test import POPULAR, comes_back
from link_test import DISK, FIRST, steal
from support import wait_until
from support.drop_sides import DropReceiver, DropSender
from support.dropbox import Exchange, base64url
from support.field import CONFIRMED, LOGIN, MODES, NOTHING, TRANSFER, WORDS, attack, event_or_end
from support.receiver import unbase64url

SUITE, OCTETS = "1302", {"Content-Type": "application/octet-stream"}
every_mode = pytest.mark.parametrize("mode", [mode for mode in MODES if mode != "plain v1"])
words_mode = pytest.mark.parametrize("mode", WORDS)


def modes(*names):
    return pytest.mark.parametrize("mode", names)


def exchange_of(given):
    return Exchange(given.secret, SUITE)


def path_of(exchange, cancels=None):
    return "/t/" + base64url(exchange.keys(cancels)[0])


def messages(field, given):
    """What a holder of the link opens of all that was ever put."""
    exchange, drops, found = exchange_of(given), field.drops(), []
    while (path := path_of(exchange)) in drops:
        found.append(exchange.open(drops[path]))
    return found


def note(table, mode, loss):
    table.note(mode, loss, driver="dropbox")


# The link

@attack("a link thief is first", "TML-2", "TML-7", "TMS-03", "TMS-13")
@every_mode
def test_a_thief_who_is_first(field, table, mode):
    given, eve = field.give_by_dropbox(mode), field.wallet("eve", "Bob's phone")
    taking = field.take(given, eve, text=given.on_channel)
    assert bool(event_or_end(taking, "words")) == (mode in CONFIRMED)
    if mode in WORDS:
        assert given.sender.until("compare")["label"] == "Bob's phone", "a name proves nothing: the words do"
    bob = field.wallet("bob")
    if FIRST[mode] != NOTHING:
        told = field.take(given, bob, pin=given.pin, code=given.code)
        assert told.wait() == 3 and "leads nowhere" in told.error["detail"], told.errors
    loss = field.loss(given, eve, friend=bob)
    assert loss == FIRST[mode]
    note(table, mode, loss)


# Both have fetched message 0 before one deletes it: then who writes first, or redeems first, is the receiver.
RACE = {"immediate": LOGIN, "immediate+PIN": NOTHING, "confirmed": TRANSFER, "code": TRANSFER}


@attack("a link thief reads in the moment between the friend's GET and DELETE", "TML-2", "TMS-04", "TMS-14")
@modes(*RACE)
def test_a_thief_in_the_gap(field, table, mode):
    given, bob, eve, began = field.give_by_dropbox(mode), field.wallet("bob", "Bob's phone"), field.wallet("eve"), []

    def eve_takes(exchange):
        if exchange.method == "GET" and exchange.status == 200 and not began:
            began.append(exchange.path)
            field.take(given, eve)

    field.relay.meddle = eve_takes
    taking = field.take(given, bob, pin=given.pin, code=given.code)
    assert (taking.wait() == 0) == (RACE[mode] == NOTHING)
    if mode in CONFIRMED:  # Bob hears at once that Ada reads the answer of another: who deleted message 0 has the exchange
        taking.until("not_alone")
        assert taking.error["error"] == "not_alone" and "another wallet opened this link" in taking.error["detail"]
    assert began
    loss = field.loss(given, eve, friend=bob)
    assert loss == RACE[mode]
    note(table, mode, loss)


@attack("a link thief comes while the friend is at it", "TML-2", "TMS-04", "TMS-14")
@modes("immediate", "confirmed")
def test_a_thief_who_comes_second(field, table, mode):
    given, bob, eve, late = field.give_by_dropbox(mode), field.wallet("bob", "Bob's phone"), field.wallet("eve"), []

    def eve_looks(exchange):
        if exchange.method == "DELETE" and not late:
            late.append("leads nowhere" in eve.run("accept", "--yes", "--allow-local", "-", input=given.link, code=3).err)

    field.relay.meddle = eve_looks
    assert field.take_honestly(given, bob) and late == [True]
    loss = field.loss(given, eve, friend=bob)
    assert loss == NOTHING
    note(table, mode, loss)


@attack("the link leaks after it was taken", "TML-2", "TMS-04", "TMS-14")
@modes("immediate", "immediate+PIN", "confirmed", "code")
def test_a_thief_who_comes_late(field, table, mode):
    given, bob, eve = field.give_by_dropbox(mode), field.wallet("bob", "Bob's phone"), field.wallet("eve")
    assert field.take_honestly(given, bob)
    late = field.take(given, eve, pin=given.pin, code=given.code)
    assert late.wait() == 3 and "leads nowhere" in late.error["detail"]
    loss = field.loss(given, eve, friend=bob)
    assert loss == NOTHING
    note(table, mode, loss)


@attack("a link thief with all that the relay ever held, later", "TML-2", "TML-8", "TMS-05")
@modes("immediate", "confirmed", "code")
def test_a_thief_with_the_relays_whole_past_comes_late(field, table, mode):
    """R opens message 0, and that the next: kept sealed octets and the link open all of it, but not what is sealed inside."""
    given, bob = field.give_by_dropbox(mode), field.wallet("bob", "Bob's phone")
    assert field.take_honestly(given, bob)
    wait_until(lambda: given.sender is None or given.sender.process.poll() is not None, "the sender's wallet to end", 60)
    plaintexts = messages(field, given)
    assert len(plaintexts) == (6 if mode in CONFIRMED else 1)
    loss = field.loss(given, steal(field, plaintexts), friend=bob)
    assert loss == NOTHING
    note(table, mode, loss)


@attack("a link thief with the relay's whole disk, before the friend", "TML-2", "TML-8", "TMS-05")
@modes("immediate", "immediate+PIN", "split", "confirmed")
def test_a_thief_with_the_relays_disk_comes_early(field, table, mode):
    given = field.give_by_dropbox(mode)
    known = messages(field, given) if "#" in given.on_channel else []
    assert len(known) == ("#" in given.on_channel)
    loss = field.loss(given, steal(field, known))
    assert loss == DISK[mode]
    note(table, mode, loss)


@attack("relay plus thief: what was deleted comes back", "TML-2", "TML-8", "TMS-05")
@modes("immediate", "confirmed", "code")
def test_the_relay_deletes_nothing(field, table, mode):
    given, bob, eve = field.give_by_dropbox(mode), field.wallet("bob", "Bob's phone"), field.wallet("eve")

    def keep(exchange):
        if exchange.method == "DELETE":
            exchange.status = 204

    field.relay.before = keep
    assert field.take_honestly(given, bob)
    late = field.take(given, eve, code=given.code)
    assert late.wait() == 3 and eve.json("list")["credentials"] == [], late.events
    loss = field.loss(given, eve, friend=bob)
    assert loss == NOTHING
    note(table, mode, loss)


@attack("the link goes to the wrong person", "TML-3", "TMS-14", "TMS-16")
@modes("immediate", "immediate+PIN", "confirmed")
def test_the_wrong_person(field, table, mode):
    given, zoe = field.give_by_dropbox(mode), field.wallet("zoe", "Zoe")
    field.take(given, zoe, text=given.on_channel)
    if mode in WORDS:
        assert given.sender.until("compare")["label"] == "Zoe"
    loss = field.loss(given, zoe)
    assert loss == FIRST[mode]
    note(table, mode, loss)


@attack("the link goes to the wrong person and is taken back in time", "TML-3", "TMS-16")
@modes("immediate", "confirmed", "code")
def test_taken_back_before_it_is_opened(field, table, mode):
    given, zoe = field.give_by_dropbox(mode), field.wallet("zoe", "Zoe")
    field.ada.run("revoke", given.share, "--yes")
    refused = field.take(given, zoe, pin=given.pin, code=given.code)
    if mode in WORDS and (words := event_or_end(refused, "words")):
        given.sender.say(words["words"])
    assert refused.wait() == 3, refused.events
    assert field.record(given)["state"] == "revoked" and zoe.json("list")["credentials"] == []
    note(table, mode, NOTHING)


@attack("a late link thief writes a cancel", "TML-2", "TMS-04")
@pytest.mark.parametrize("to", ["sender", "receiver"])
def test_a_late_thief_cancels(field, table, to):
    given, bob = field.give_by_dropbox("confirmed"), field.wallet("bob", "Bob's phone")
    taking = field.take(given, bob)
    words = taking.until("words")["words"]
    thief, other = exchange_of(given), "receiver" if to == "sender" else "sender"
    routing = {"v": 1, "type": "cancel", "transfer": base64url(os.urandom(16)), "from": other, "seq": 9, "mailbox": path_of(thief)[3:]}
    cancel = json.dumps({"format": "keyferry.share.v1", "content": {"reason": "user"}, "keyferry": routing}).encode()
    for octets in (thief.seal(cancel, other)[1], os.urandom(64)):
        path = path_of(thief, other)
        wait_until(lambda: field.real_relay.call("GET", path).status == 404, "the place to be free", 60)
        assert field.real_relay.call("PUT", path, body=octets, headers=OCTETS).status == 201
    given.sender.say(words)
    assert taking.wait() == 0, taking.errors
    loss = field.loss(given, friend=bob)
    assert loss == NOTHING
    table.note("confirmed", loss, driver="dropbox")


# Addresses and secrets

@attack("somebody knows the address alone", "TML-5", "TMS-06")
@modes("immediate", "split", "confirmed")
def test_one_location(field, table, mode):
    """Not from the link, which holds none: from a log, or the network. It opens nothing; it can be emptied."""
    given = field.give_by_dropbox(mode)
    (path, sealed), = field.drops().items()
    assert path[3:] not in given.link and field.real_relay.call("GET", path).body == sealed
    assert field.real_relay.call("PUT", path, body=os.urandom(64), headers=OCTETS).status == 412
    assert field.real_relay.call("DELETE", path).status == 204
    loss = field.loss(given)
    assert loss == TRANSFER
    note(table, mode, loss)


@attack("a preview robot or scanner opens the link", "TML-5", "TMS-06")
@modes("immediate", "confirmed")
def test_a_scanner(field, table, mode):
    given = field.give_by_dropbox(mode)
    secret = given.link.split("#")[1]
    for method, path in itertools.product(("GET", "HEAD"), ("/t/", "/t/?v=a", "/t/?fbclid=1")):
        assert field.real_relay.call(method, path).status == 200
    assert field.real_relay.call("GET", "/t/%23" + secret).status == 404 and secret not in field.real_relay.log()
    loss = field.loss(given)
    assert loss == NOTHING
    note(table, mode, loss)


@attack("addresses are guessed, a storm of them", "TML-5")
def test_guessed_addresses(field, table):
    given = field.give_by_dropbox("immediate")
    # 600 misses at once, and ten more for each second that this takes.
    statuses = []
    while 429 not in statuses and len(statuses) < 3000:
        statuses.append(field.real_relay.call("GET", "/t/" + base64url(os.urandom(32)), source="127.0.2.1").status)
    assert set(statuses) == {404, 429}, "a storm of misses is slowed down"
    loss = field.loss(given)
    assert loss == NOTHING, "everybody else goes on"
    note(table, "immediate", loss)


# Whoever has R and knows which relay has the link: there is nothing else in it.
SECRET = {"immediate": LOGIN, "immediate+PIN": TRANSFER, "split": LOGIN, "confirmed": TRANSFER}


@attack("the secret leaks without the address", "TML-6")
@modes(*SECRET)
def test_the_secret_and_a_guess_of_the_relay(field, table, mode):
    given, eve = field.give_by_dropbox(mode), field.wallet("eve", "Bob's phone")
    field.take(given, eve, text=f"{field.relay.url}/t/#{given.link.split('#')[1]}")
    loss = field.loss(given, eve)
    assert loss == SECRET[mode]
    note(table, mode, loss)


@attack("the secret is guessed", "TMS-02")
@modes("immediate", "confirmed")
def test_a_guessed_secret(field, table, mode):
    given = field.give_by_dropbox(mode)
    assert len(given.secret) == 32 and len(set(given.secret)) > 8
    for guess in (bytes([given.secret[0] ^ 1]) + given.secret[1:], bytes(32), os.urandom(32)):
        assert field.real_relay.call("GET", path_of(Exchange(guess, SUITE)), source="127.0.0.8").status == 404
    for suite in ("1301", "1303"):
        assert field.real_relay.call("GET", path_of(Exchange(given.secret, suite)), source="127.0.0.8").status == 404
    loss = field.loss(given)
    assert loss == NOTHING
    note(table, mode, loss)


# A hostile relay, without the secret

def reads(act):
    """`act(octets)` on every sealed message that is read."""
    def meddle(exchange):
        if "/t/" in exchange.path and exchange.method == "GET" and exchange.status == 200:
            exchange.answer = act(exchange.answer)
    return {"meddle": meddle}


def drop(_field, _given, _other):
    def before(exchange):
        if exchange.method == "GET":
            exchange.status, exchange.answer = 404, b'{"error": "not_found"}'
    return {"before": before}


def delay(_field, _given, _other):
    return {"meddle": lambda exchange: time.sleep(0.05)}


def forget_waiting(_field, _given, _other):
    return {"before": lambda exchange: exchange.headers.pop("prefer", None)}


def cancels_of(given):
    return [path_of(exchange_of(given), side) for side in ("sender", "receiver")]


def replay(field, given, _other):
    """At every later place lies message 0."""
    others = [*cancels_of(given), path_of(exchange_of(given))]

    def meddle(exchange):
        if exchange.method == "GET" and exchange.status == 200 and exchange.path not in others:
            exchange.answer = next(iter(field.drops().values()))
    return {"meddle": meddle}


def reflect(field, given, _other):
    """At every later place lies, from the first look on, what was put last elsewhere: one's own message."""
    others, given_back = [*cancels_of(given), path_of(exchange_of(given))], {}

    def meddle(exchange):
        if exchange.method == "GET" and exchange.path not in others:
            elsewhere = [octets for path, octets in field.drops().items() if path != exchange.path]
            exchange.status, exchange.answer = 200, given_back.setdefault(exchange.path, elsewhere[-1])
    return {"before": lambda exchange: exchange.headers.pop("prefer", None), "meddle": meddle}


def cancel_at_will(_field, given, _other):
    """Something lies at the place of every cancel, whenever it is asked for."""
    places = cancels_of(given)

    def meddle(exchange):
        if exchange.method == "GET" and exchange.path in places:
            exchange.status, exchange.answer = 200, os.urandom(200)
    return {"meddle": meddle}


TRICKS = [(drop, "drops", TRANSFER, ("immediate", "immediate+PIN", "confirmed", "code")),
          (delay, "delays", NOTHING, ("immediate", "confirmed")),
          (lambda _field, _given, other: reads(lambda _: other), "swaps the messages of two mailboxes", TRANSFER, ("immediate", "confirmed")),
          (lambda _field, _given, _other: reads(lambda octets: os.urandom(len(octets))), "invents a message", TRANSFER, ("immediate", "confirmed")),
          (lambda _field, _given, _other: reads(lambda o: o[:40] + bytes([o[40] ^ 1]) + o[41:]), "changes a message", TRANSFER, ("immediate", "confirmed")),
          (lambda _field, _given, _other: reads(lambda o: o[:-1]), "changes a message", TRANSFER, ("confirmed",)),
          (forget_waiting, "forgets versions and waiting", NOTHING, ("confirmed",)),
          (replay, "replays and reflects within an exchange", TRANSFER, ("confirmed",)),
          (reflect, "replays and reflects within an exchange", TRANSFER, ("confirmed",)),
          (cancel_at_will, "invents a cancel", NOTHING, ("confirmed",))]


def played():
    for number, (trick, name, loss, names) in enumerate(TRICKS):
        for mode in names:
            yield pytest.param(mode, trick, loss, marks=attack(f"the relay {name}", "TML-8"), id=f"{number}-{name.replace(' ', '-')}-{mode}")


@pytest.mark.parametrize("mode, trick, wanted", played())
def test_the_relay_meddles(field, table, mode, trick, wanted):
    field.give_by_dropbox(mode)
    other, = field.drops().values()
    field.relay.honest()
    given, bob = field.give_by_dropbox(mode), field.wallet("bob", "Bob's phone")
    vars(field.relay).update(trick(field, given, other))
    loss = field.loss(given, friend=bob)
    assert loss == wanted
    assert (field.record(given)["state"] == "redeemed") == (loss == NOTHING)
    note(table, mode, loss)


@attack("the relay reads all, and tries every key that it sees", "TML-8", "TMS-05")
@modes("immediate", "confirmed")
def test_the_relay_reads(field, table, mode):
    given, bob = field.give_by_dropbox(mode), field.wallet("bob", "Bob's phone")
    loss = field.loss(given, friend=bob)
    assert loss == NOTHING
    assert len(messages(field, given)) == (6 if mode in CONFIRMED else 1), "the search can find"
    drops = field.drops()
    for path, (place, sealed) in itertools.product({exchange.path for exchange in field.relay.seen if "/t/" in exchange.path}, drops.items()):
        with pytest.raises(ValueError):
            Exchange(unbase64url(path[3:]), SUITE).open(sealed)
        assert place in drops
    note(table, mode, loss)


@attack("a hostile relay serves a page that reads the secret", "TMS-19", "TML-8")
@modes("immediate", "confirmed")
def test_a_hostile_page(field, table, mode):
    given, bob = field.give_by_dropbox(mode), field.wallet("bob", "Bob's phone")
    page = field.real_relay.call("GET", "/t/?v=a")
    assert "<script" not in page.text and "default-src 'none'" in page.headers["content-security-policy"]
    assert field.take_honestly(given, bob)
    spoken = [exchange for exchange in field.relay.seen if "/t" in exchange.path]
    assert spoken and all(len(exchange.path) == len("/t/") + 43 for exchange in spoken), "the wallet opens no page"
    assert not any(given.link.split(".")[-1].encode() in exchange.octets() for exchange in spoken)
    loss = field.loss(given, friend=bob)
    assert loss == NOTHING
    note(table, mode, loss)


@attack("the relay is used as free storage", "TML-9", "TMS-07")
def test_free_storage(field, table):
    path = "/t/" + base64url(os.urandom(32))

    def put(size):
        return field.real_relay.call("PUT", path, body=os.urandom(size), headers=OCTETS).status

    assert put(64 * 1024 + 1) == 413 and put(38) == 400
    assert put(60 * 1024) == 201 and put(60 * 1024) == 412, "one message a place; its deadline is the relay's, and no call prolongs it"
    assert field.real_relay.call("DELETE", path).status == 204
    note(table, "immediate", NOTHING)


# A thief in the middle needs no relay here: message 0 has the same place whoever writes it.

@attack("a link thief is a go-between, the sender served first", "TML-2", "TML-8", "TMS-13")
@words_mode
def test_a_go_between(field, table, mode):
    given = field.give_by_dropbox(mode)
    to_ada = DropReceiver(field.real_relay, given.link)
    invite = json.loads(to_ada.invite)["content"]
    to_bob = DropSender(field.real_relay, invite["authority"], invite["share"], invite["rights"], invite["expires"], secret=given.secret)
    to_ada.write(to_ada.request(label="Bob's phone"))
    reveal = to_ada.await_type("reveal")
    to_ada.write(to_ada.ready(reveal))
    given.sender.until("compare")
    bob = field.start_taking(field.wallet("bob", "Bob's phone"), given.link)
    to_bob.reveal()
    shown = bob.until("words")
    assert shown["digits"] == to_bob.digits() and shown["digits"].replace(" ", "") != to_ada.digits(reveal)
    bob_reads_his_words_to_ada(given, shown["words"])
    loss = field.loss(given)
    assert loss == TRANSFER
    note(table, mode, loss)


# PIN and code

@attack("a PIN guesser with the link, from many addresses", "TMS-09", "TMS-12")
def test_a_pin_guesser(field, table):
    given = field.give_by_dropbox("immediate+PIN")
    offer = json.loads(messages(field, given)[0])["content"]["credentialOffer"]
    for number, guess in enumerate([pin for pin in POPULAR if pin != given.pin][:5]):
        answer = field.thief(source=f"127.0.0.{20 + number}").token(offer, pin=guess)
        assert answer.json()["keyferry"]["error"] == ("wrong_pin" if number < 4 else "locked"), answer
    bob = field.wallet("bob", "Bob's phone")
    loss = field.loss(given, friend=bob)
    assert loss == TRANSFER
    comes_back(field, given, bob)
    note(table, "immediate+PIN", loss)


@attack("the PIN or code is overheard, without the link", "TMS-10")
@modes("immediate+PIN", "code")
def test_the_digits_alone(field, table, mode):
    given = field.give_by_dropbox(mode)
    loss = field.loss(given)
    assert loss == NOTHING
    assert not any((given.pin or given.code).encode() in exchange.octets() for exchange in field.relay.seen), "the relay never had them"
    note(table, mode, loss)


@attack("link and PIN (or code) go by one channel, and it is read", "TMS-10", "TML-7")
@modes("immediate+PIN", "confirmed+PIN", "code")
def test_digits_and_link_together(field, table, mode):
    given, eve = field.give_by_dropbox(mode), field.wallet("eve", "Bob's phone")
    field.take(given, eve, pin=given.pin, code=given.code)
    if given.code:
        assert given.sender.wait() == 0, "nobody is asked for words"
    loss = field.loss(given, eve)
    assert loss == (TRANSFER if mode == "confirmed+PIN" else LOGIN)
    note(table, mode, loss)


# Devices

@attack("a thief with the sender's unlocked device shares", "TML-1", "TMS-01")
@modes("immediate", "confirmed+PIN")
def test_a_thief_with_the_unlocked_device(field, table, mode):
    given, eve = field.give_by_dropbox(mode), field.wallet("eve", "Eve")
    assert field.take_honestly(given, eve), "nothing stands in the way: the thief has both wallets, PIN and words"
    loss = field.loss(given, eve)
    assert loss == LOGIN
    note(table, mode, loss)


@attack("the sender's device is copied", "TML-4", "TMS-17")
def test_the_senders_device_is_copied(field, table):
    """A share that was open on the device: the copy holds what was said so far, and says yes to whom it likes."""
    given, eve = field.give_by_dropbox("confirmed"), field.wallet("eve")
    given.sender.kill()
    thief = copied(field, field.ada, f"ada-copy-{given.share}")
    watching = field.run(thief, "watch", given.share, "--allow-local", "--json", "--words", "-")
    watching.say(field.take(given, eve).until("words")["words"])
    wait_until(lambda: eve.json("list")["credentials"], "the accomplice to be served", 60)
    loss = field.loss(given, eve)
    assert loss == LOGIN
    note(table, "confirmed", loss)


@attack("the receiver's device is copied", "TMS-08", "TMS-15")
@modes("immediate")
def test_the_receivers_device_is_copied(field, table, mode):
    given, bob = field.give_by_dropbox(mode), field.wallet("bob", "Bob's phone")
    assert field.take_honestly(given, bob)
    loss = field.loss(given, copied(field, bob, f"bob-copy-{given.share}"))
    assert loss == LOGIN
    note(table, mode, loss)
