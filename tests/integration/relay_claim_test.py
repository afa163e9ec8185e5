"""Who becomes the one receiver: the race, and claims that need the secret (A-55), on the real relay."""

import os
import threading
import uuid

import pytest
from support import Relay
from support.mailbox import Device, claim_key, configuration, page, path_of, sealed


@pytest.fixture
def relay(place):
    return Relay(place).start()


def race(devices, made):
    """All devices read `made` at the same moment; the answers in their order."""
    answers, start = [None] * len(devices), threading.Barrier(len(devices))

    def read(number):
        start.wait()
        answers[number] = devices[number].read(made)

    threads = [threading.Thread(target=read, args=(number,), daemon=True) for number in range(len(devices))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


#= spec:tigress#CLM-06 test
@pytest.mark.parametrize("with_proof", [False, True])
def test_of_64_simultaneous_first_readers_exactly_one_wins(relay, with_proof):
    for _ in range(4):
        secret, ada = os.urandom(32), Device(relay)
        made = ada.create(configuration=configuration(secret=secret if with_proof else None,
                                                      policy="proof" if with_proof else None))
        devices = [Device(relay, proof=claim_key(secret) if with_proof else None) for _ in range(64)]
        answers = race(devices, made)
        winners = [number for number, answer in enumerate(answers) if answer.status == 200]
        assert len(winners) == 1
        losers = [answer for answer in answers if answer.status != 200]
        assert all(answer.status == 401 and answer.json()["error"] == "claimed" for answer in losers)
        assert devices[winners[0]].read(made).body == answers[winners[0]].body


def test_32_parallel_repeats_of_a_create_make_one_mailbox(relay):
    ada, links, start = Device(relay), [], threading.Barrier(32)

    def create():
        start.wait()
        links.append(ada.create(request_id="parallel"))

    threads = [threading.Thread(target=create, daemon=True) for _ in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({answer.json()["urlLink"] for answer in links}) == 1
    assert sorted(answer.status for answer in links) == [200] + [201] * 31
    cells = [line for line in relay.metrics().splitlines() if line.startswith("keyferry_relay_cells ")]
    assert cells and float(cells[0].split()[1]) <= 1


#= spec:tigress#A-55 test
def test_the_answer_to_create_tells_that_proofs_are_known(relay):
    secret = os.urandom(32)
    wish = configuration(secret=secret, policy="proof")
    made = Device(relay).create(configuration=wish)
    assert made.json()["claimHash"] == wish["claimHash"] and made.json()["claimPolicy"] == "proof"
    half = Device(relay).create(configuration=configuration(secret=secret))
    assert "claimPolicy" not in half.json() and half.json()["claimHash"] == wish["claimHash"]
    assert not {"claimHash", "claimPolicy"} & set(Device(relay).create().json())


#= spec:tigress#A-55 test
def test_with_the_policy_nobody_without_the_secret_can_tell_or_do_anything(relay):
    secret, ada, bo, eve = os.urandom(32), Device(relay), Device(relay), Device(relay)
    message = sealed()
    made = ada.create(message, configuration=configuration(secret=secret, policy="proof"))
    wrong = [None, os.urandom(32), b"short", claim_key(secret)[:-1] + bytes([claim_key(secret)[-1] ^ 1])]
    free = [eve.read(made, proof=proof) for proof in wrong]
    shown = page(relay, made).body
    assert bo.read(made, proof=claim_key(secret)).json()["payload"] == message
    held = [eve.read(made, proof=proof) for proof in wrong]
    for answer in free + held:
        assert (answer.status, answer.body) == (401, free[0].body)
        assert answer.json()["error"] == "claim_proof"
    assert page(relay, made).body == shown
    for act in (Device.update, Device.delete, Device.relinquish):
        assert act(eve, made).json()["error"] == "not_bound"
    # Who has the secret, and only who has it, hears that it was taken; the bound device needs no proof any more.
    assert eve.read(made, proof=claim_key(secret)).json()["error"] == "claimed"
    assert bo.read(made).status == 200 and ada.read(made).status == 200


#= spec:tigress#A-55 test
def test_without_the_policy_the_proof_displaces_a_provisional_reader(relay):
    secret, ada, bot, bo = os.urandom(32), Device(relay), Device(relay), Device(relay)
    message = sealed()
    made = ada.create(message, configuration=configuration(secret=secret))
    assert bot.read(made).json()["payload"] == message
    assert bo.read(made).json()["error"] == "claimed"
    assert bo.read(made, proof=os.urandom(32)).json()["error"] == "claim_proof"
    assert bo.read(made, proof=claim_key(secret)).json()["payload"] == message
    for act in (Device.read, Device.update, Device.delete, Device.relinquish):
        assert act(bot, made).status == 401
    assert bo.update(made).status == 200


def test_a_provisional_reader_that_has_written_stays(relay):
    secret, ada, first, bo = os.urandom(32), Device(relay), Device(relay), Device(relay)
    made = ada.create(configuration=configuration(secret=secret))
    first.read(made)
    assert first.update(made).status == 200
    assert bo.read(made, proof=claim_key(secret)).json()["error"] == "claimed"


#= spec:tigress#A-25 test
#= spec:quality#1-reading test
def test_looking_never_claims(relay):
    ada, bo = Device(relay), Device(relay)
    made = ada.create()
    for headers in ({}, {"Range": "bytes=0-9"}, {"If-None-Match": "*"}, {"If-Modified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"},
                    {"Accept": "text/html"}, {"Purpose": "prefetch"}):
        for method in ("GET", "HEAD", "OPTIONS"):
            answer = relay.call(method, path_of(made), headers=headers)
            assert answer.status in (200, 204)
    assert ada.read(made).status == 200
    assert bo.read(made).status == 200
    assert Device(relay).read(made).json()["error"] == "claimed"


#= spec:tigress#A-08 test
def test_a_lost_answer_and_a_retry_give_the_same_octets(relay):
    ada, bo = Device(relay), Device(relay)
    made = ada.create()
    import socket
    import ssl
    context = ssl.create_default_context(cafile=str(relay.place.ca.path))
    request = (f"POST {path_of(made)} HTTP/1.1\r\nHost: x\r\nMailbox-Device-Claim: {bo.claim}\r\n"
               f"Mailbox-Request-ID: {uuid.uuid4()}\r\nContent-Length: 0\r\n\r\n").encode()
    with socket.create_connection(("127.0.0.1", relay.port)) as plain:
        with context.wrap_socket(plain, server_hostname="127.0.0.1") as stream:
            stream.sendall(request)
            stream.recv(1)
    first, again = bo.read(made), bo.read(made)
    assert first.status == 200 and first.body == again.body
    assert Device(relay).read(made).json()["error"] == "claimed"


def test_the_connection_may_break_at_any_octet_of_the_request(relay):
    ada, bo = Device(relay), Device(relay)
    made = ada.create()
    import socket
    import ssl
    context = ssl.create_default_context(cafile=str(relay.place.ca.path))
    request = (f"POST {path_of(made)} HTTP/1.1\r\nHost: x\r\nMailbox-Device-Claim: {uuid.uuid4()}\r\n"
               "Content-Length: 0\r\n\r\n").encode()
    for cut in range(0, len(request), 7):
        with socket.create_connection(("127.0.0.1", relay.port)) as plain:
            with context.wrap_socket(plain, server_hostname="127.0.0.1") as stream:
                stream.sendall(request[:cut])
    assert bo.read(made).status == 200
