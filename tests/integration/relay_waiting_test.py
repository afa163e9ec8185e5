"""Reads that wait, versions and the queue of messages, on the real relay (docs/protocol.md)."""

import os
import re
import socket
import threading
import time

import pytest
from support import SANITIZED, Relay, wait_until
from support.mailbox import Device, claim_key, configuration, path_of, sealed


@pytest.fixture(params=["memory", "sqlite"])
def relay(request, place):
    return Relay(place, engine=request.param).start()


def waiting(relay):
    """How many calls wait now, as the relay counts them."""
    return int(float(re.search(r"^keyferry_relay_waiting_calls (\S+)$", relay.metrics(), re.MULTILINE)[1]))


class Waiter(threading.Thread):
    """A Read in a thread of its own, begun and known to wait; `ended` is when its answer had come."""

    def __init__(self, device, made, **more):
        super().__init__(daemon=True)
        self.device, self.made, self.more, self.answer = device, made, {"wait": 25, **more}, None
        before = waiting(device.relay)
        self.start()
        wait_until(lambda: waiting(device.relay) > before or self.answer, "the Read to wait", 20)
        assert self.answer is None, f"did not wait: {self.answer!r}"

    def run(self):
        self.answer = self.device.read(self.made, **self.more)
        self.ended = time.monotonic()

    def result(self):
        self.join(40)
        assert self.answer is not None, "the Read was never answered"
        return self.answer


def pair(relay, **more):
    """A mailbox and its two bound sides: ada made it."""
    ada, bo = Device(relay), Device(relay)
    made = ada.create(configuration=configuration(**more))
    assert bo.read(made).status == 200
    return ada, bo, made


#= spec:tigress#A-34 test
#= spec:tigress#NTF-08 test
def test_a_write_of_one_side_wakes_the_other_at_once(relay):
    ada, bo, made = pair(relay)
    took = []
    for turn in range(10):
        reader, writer = (ada, bo) if turn % 2 else (bo, ada)
        waiter, message = Waiter(reader, made, known=reader.read(made)), sealed()
        begun = time.monotonic()
        assert writer.update(made, message).status == 200
        assert waiter.result().json()["payload"] == message
        took.append(waiter.ended - begun)
    print(f"from write to read: {[round(1000 * seconds) for seconds in took]} ms")
    assert min(took) < 0.1


#= spec:tigress#A-34 test
def test_without_news_a_wait_ends_with_204_and_the_same_version(relay):
    ada, bo, made = pair(relay)
    seen, begun = bo.read(made), time.monotonic()
    for known in (seen, '"0", W/' + seen.headers["etag"], "*"):
        ended = bo.read(made, known=known)
        assert (ended.status, ended.body, ended.headers["etag"]) == (204, b"", seen.headers["etag"])
    ended = bo.read(made, known=seen, wait=1)
    assert time.monotonic() - begun >= 1
    assert (ended.status, ended.body, ended.headers["etag"]) == (204, b"", seen.headers["etag"])
    # Without a version, or with another one, there is nothing to wait for.
    for known in (None, '"77"', "nonsense"):
        assert bo.read(made, known=known, wait=25).status == 200
    assert waiting(relay) == 0


#= spec:tigress#A-30 test
def test_the_creator_hears_who_holds_the_other_side(relay):
    secret, ada, eve = os.urandom(32), Device(relay), Device(relay)
    bo = Device(relay, proof=claim_key(secret))
    made = ada.create(configuration=configuration(secret=secret))
    free = ada.read(made)
    assert free.json()["recipientBound"] is False and "boundAt" not in free.json()
    assert made.headers["etag"] == free.headers["etag"]

    waiter = Waiter(ada, made, known=made)
    assert "recipientBound" not in eve.read(made).json()
    held = waiter.result()
    assert held.json()["recipientBound"] == "provisional"
    waiter = Waiter(ada, made, known=held)
    assert bo.read(made).status == 200
    firm = waiter.result()
    assert firm.json()["recipientBound"] is True and held.json()["boundAt"] <= firm.json()["boundAt"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", firm.json()["boundAt"])
    waiter = Waiter(ada, made, known=firm)
    assert bo.relinquish(made).status == 200
    assert waiter.result().json()["recipientBound"] is False


#= spec:tigress#A-21 test
def test_a_read_says_whose_message_it_is_and_which(relay):
    ada, bo, made = pair(relay)
    assert [ada.read(made).json()[name] for name in ("origin", "seq")] == ["self", 1]
    bo.update(made)
    assert [ada.read(made).json()[name] for name in ("origin", "seq")] == ["peer", 2]
    assert [bo.read(made).json()[name] for name in ("origin", "seq")] == ["self", 2]
    assert "recipientBound" not in bo.read(made).json()


#= spec:tigress#A-55 test
def test_whoever_is_not_bound_never_waits(relay):
    secret = os.urandom(32)
    ada = Device(relay)
    made = ada.create(configuration=configuration(secret=secret, policy="proof"))
    begun = time.monotonic()
    free = Device(relay).read(made, known='"1"', wait=25)
    bo = Device(relay, proof=claim_key(secret))
    assert bo.read(made).status == 200
    held = Device(relay).read(made, known='"1"', wait=25)
    assert free.status == held.status == 401 and free.body == held.body
    late = Device(relay, proof=claim_key(secret)).read(made, known='"1"', wait=25)
    assert late.json()["error"] == "claimed"
    assert Device(relay).read("00000000-0000-4000-8000-000000000000", known='"1"', wait=25).status == 404
    assert time.monotonic() - begun < 20


def test_a_wait_ends_with_the_mailbox(relay):
    ada, bo, made = pair(relay)
    waiter = Waiter(bo, made, known=bo.read(made))
    assert ada.delete(made).status == 200
    assert waiter.result().status == 404

    ada, bo, made = pair(relay, seconds=4)
    waiter = Waiter(bo, made, known=bo.read(made))
    assert waiter.result().status == 404


def test_a_waiting_read_does_not_claim_again_what_its_device_gave_up(relay):
    ada, bo, made = pair(relay)
    waiter = Waiter(bo, made, known=bo.read(made))
    assert bo.relinquish(made).status == 200
    assert waiter.result().json()["error"] == "not_bound"
    assert ada.read(made).json()["recipientBound"] is False


#= spec:tigress#A-19 test
def test_a_write_that_names_an_old_version_is_refused_and_changes_nothing(relay):
    ada, bo, made = pair(relay)
    seen, request, cancel = bo.read(made), sealed(), sealed()
    assert ada.update(made, cancel, known=made).status == 200
    stale = bo.update(made, request, known=seen)
    assert stale.status == 412 and stale.json()["error"] == "precondition_failed"
    assert bo.update(made, request, known="nonsense").status == 412
    assert ada.read(made).json()["payload"] == cancel
    wrote = bo.update(made, request, request_id="r", known=bo.read(made))
    assert wrote.status == 200 and wrote.headers["etag"] == bo.read(made).headers["etag"]
    # A retry has done its work already, whatever version it names, and says the version that it made.
    again = bo.update(made, sealed(), request_id="r", known=seen)
    assert (again.status, again.body, again.headers["etag"]) == (201, wrote.body, wrote.headers["etag"])
    ada.update(made)
    again = bo.update(made, request_id="r")
    assert again.status == 201 and "etag" not in again.headers, "a version that its writer has not read"
    # Who has given the mailbox up still gets its retry answered, and learns nothing of what goes on in it.
    cy, other = Device(relay), Device(relay).create()
    cy.read(other), cy.update(other, request_id="x"), cy.relinquish(other)
    bo.read(other), bo.update(other)
    again = cy.update(other, request_id="x")
    assert again.status == 201 and "etag" not in again.headers
    # Last writer wins for those who ask for nothing.
    assert bo.update(made).status == ada.update(made).status == bo.update(made, known="*").status == 200


#= spec:tigress#A-20 test
#= spec:tigress#REL-03 test
def test_a_queue_gives_each_side_every_message_of_the_other(relay):
    ada, bo, made = pair(relay, delivery="queue")
    assert made.json()["delivery"] == "queue"
    sent = [sealed() for _ in range(5)]
    for writer, message in zip((bo, ada, ada, bo, ada), sent):
        assert writer.update(made, message).status == 200
    def follow(device):
        got, after = [], 0
        while (answer := device.read(made, after=after)).status == 200:
            after = answer.json()["seq"]
            got.append(answer.json()["payload"])
            assert device.read(made, after=got and after - 1 or 0).status == 200, "a lost answer can be asked for again"
        assert answer.status == 204 and answer.body == b""
        return got, after
    got, after = follow(ada)
    assert got == [sent[0], sent[3]]
    assert follow(bo)[0][1:] == [sent[1], sent[2], sent[4]]
    # A reader that knows nothing of queues sees the newest.
    assert ada.read(made).json()["payload"] == bo.read(made).json()["payload"] == sent[4]

    waiter = Waiter(ada, made, after=after)
    assert bo.update(made, sent[0]).status == 200
    assert waiter.result().json()["payload"] == sent[0]
    assert ada.read(made, after=1000).status == 400
    assert "delivery" not in Device(relay).create().json()
    wrong = Device(relay).create(configuration=configuration(delivery="post"))
    assert wrong.status == 400 and "delivery" in wrong.json()["detail"]


def test_a_full_queue_refuses_until_the_other_side_reads(relay):
    ada, bo, made = pair(relay, delivery="queue")
    answers = [bo.update(made) for _ in range(17)]
    assert [answer.status for answer in answers] == [200] * 16 + [409]
    assert answers[-1].json()["error"] == "queue_full"
    assert ada.update(made).status == 200, "the other direction has room of its own"
    assert ada.read(made, after=5).status == 200
    assert bo.update(made).status == 200


#= spec:tigress#REL-05 test
def test_queue_versions_and_claims_survive_a_restart(place):
    relay = Relay(place).start()
    ada, bo, made = pair(relay, delivery="queue")
    sent = [sealed(), sealed()]
    for message in sent:
        bo.update(made, message)
    before = ada.read(made)
    relay.restart()
    assert ada.read(made).body == before.body and ada.read(made, known=before).status == 204
    assert [ada.read(made, after=seq).json()["payload"] for seq in (1, 2)] == sent
    assert ada.create(request_id="x", configuration=configuration(delivery="queue")).json()["delivery"] == "queue"


def test_sigterm_answers_those_who_wait(place):
    relay = Relay(place).start()
    ada, bo, made = pair(relay)
    waiters = [Waiter(device, made, known=device.read(made)) for device in (ada, bo)]
    begun = time.monotonic()
    assert relay.stop() == 0
    assert [waiter.result().status for waiter in waiters] == [204, 204]
    assert time.monotonic() - begun < 9, "the drain did not end by its limit"


def resident(relay):
    """Octets of memory and number of threads of the relay."""
    with open(f"/proc/{relay.pid}/status", encoding="ascii") as file:
        status = file.read()
    return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) * 1024, int(re.search(r"Threads:\s+(\d+)", status)[1])


#= spec:quality#3-waiting test
def test_who_hangs_up_waits_no_more(place):
    relay = Relay(place, engine="memory", tls=False).start()
    ada, bo, made = pair(relay)
    head = "".join(f"{name}: {value}\r\n" for name, value in bo.headers(If_None_Match=bo.read(made).headers["etag"]).items())
    request = f"POST {path_of(made)} HTTP/1.1\r\nHost: x\r\n{head}Prefer: wait=25\r\nContent-Length: 0\r\n\r\n".encode()
    sockets = [socket.create_connection(("127.0.0.1", relay.port)) for _ in range(50)]
    for waiter in sockets:
        waiter.sendall(request)
    wait_until(lambda: waiting(relay) == len(sockets), "all to wait", 20)
    begun = time.monotonic()
    for number, waiter in enumerate(sockets[1:]):
        if number % 2:  # a pipelined octet hides the end from whoever only reads
            waiter.sendall(b"G")
        waiter.close()
    wait_until(lambda: waiting(relay) == 1, "those who hung up to leave", 20)
    assert time.monotonic() - begun < 15, "not at the end of their wait"
    assert ada.update(made).status == 200
    sockets[0].settimeout(30)
    assert sockets[0].recv(100).startswith(b"HTTP/1.1 200 "), "whoever stays is told"
    sockets[0].close()


def test_a_source_with_too_many_waiting_calls_is_answered_at_once(place):
    relay = Relay(place, engine="memory", config={"limits": {"waits_per_source": 2}}).start()
    ada, bo, made = pair(relay)
    seen = bo.read(made)
    waiters = [Waiter(bo, made, known=seen) for _ in range(2)]
    begun = time.monotonic()
    assert bo.read(made, known=seen, wait=25).status == 204
    assert time.monotonic() - begun < 15 and waiting(relay) == 2
    assert ada.update(made).status == 200
    assert [waiter.result().status for waiter in waiters] == [200] * 2
    late = Waiter(bo, made, known=bo.read(made))
    assert ada.update(made).status == 200 and late.result().status == 200, "room again"


def test_two_thousand_waiting_reads_cost_little_memory_and_no_thread(place):
    relay = Relay(place, engine="memory", tls=False).start()
    ada, bo, made = pair(relay)
    head = "".join(f"{name}: {value}\r\n" for name, value in bo.headers(If_None_Match=bo.read(made).headers["etag"]).items())
    request = f"POST {path_of(made)} HTTP/1.1\r\nHost: x\r\n{head}Prefer: wait=25\r\nContent-Length: 0\r\n\r\n".encode()
    before, threads = resident(relay)
    count, sockets = 200 if SANITIZED else 2000, []
    try:
        for _ in range(count):
            sockets.append(socket.create_connection(("127.0.0.1", relay.port)))
            sockets[-1].sendall(request)
        wait_until(lambda: waiting(relay) == count, "all to wait", 20)
        memory, now = resident(relay)
        each = (memory - before) / count
        print(f"{each:.0f} octets for each waiting Read, {now - threads} threads more")
        assert now == threads and (SANITIZED or each < 20_000)
        message = sealed()
        assert ada.update(made, message).status == 200
        for waiter in sockets:
            waiter.settimeout(30)
            answer = waiter.recv(100)
            assert answer.startswith(b"HTTP/1.1 200 "), answer
    finally:
        for waiter in sockets:
            waiter.close()
