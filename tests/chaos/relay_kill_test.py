"""kill -9 under load: nothing that the relay acknowledged is lost, and nothing acknowledged as gone comes back.

Each worker plays both sides of its own mailboxes and writes down what was acknowledged. At the kill its running request may or
may not have been carried out; everything before it must hold. Afterwards the running request is repeated under its own id.
"""

import http.client
import json
import os
import random
import ssl
import threading
import uuid

import pytest
from support import Relay, wait_until
from support.load import Load
from support.mailbox import Device, base64url, configuration, display, path_of, sealed
from support.webhook import Receiver

WORKERS, IN_FLIGHT = 32, 16
KILLS = int(os.environ.get("KEYFERRY_KILLS", "4"))


class Lost(Exception):
    """The connection broke while a request ran."""


class Box:
    """A mailbox as its acknowledged history leaves it."""

    def __init__(self):
        self.ada, self.bo = str(uuid.uuid4()), str(uuid.uuid4())
        self.path, self.payload, self.first = None, None, None
        self.bound = self.deleted = self.creator_wrote = False


class Worker(threading.Thread):
    """Sends one call after the other on one connection until it breaks or `stopping` is set."""

    def __init__(self, relay, context, stopping, seed):
        super().__init__(daemon=True)
        self.relay, self.context, self.stopping = relay, context, stopping
        self.random = random.Random(seed)
        self.boxes, self.acknowledged, self.running = [], 0, None
        self.connection = None

    def call(self, method, path, claim, body=None, request_id=None):
        request = (method, path, claim, body, request_id or str(uuid.uuid4()))
        if self.connection is None:
            self.connection = http.client.HTTPSConnection("127.0.0.1", self.relay.port, context=self.context, timeout=30)
            self.connection.connect()
        headers = {"Mailbox-Device-Claim": claim, "Mailbox-Request-ID": request[4], "Content-Type": "application/json"}
        self.running = request
        try:
            self.connection.request(method, path, body=json.dumps(body) if body else None, headers=headers)
            answer = self.connection.getresponse()
            octets = answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise Lost from error
        self.running = None
        assert answer.status in (200, 201), (method, answer.status, octets)
        self.acknowledged += 1
        return json.loads(octets) if octets else None

    def run(self):
        try:
            while not self.stopping.is_set():
                self.play()
        except (Lost, OSError):
            pass

    def play(self):
        """The life of one mailbox, cut off at a random step."""
        box, first = Box(), sealed(self.random.randrange(30, 3000))
        self.boxes.append(box)
        box.payload = box.first = first
        made = self.call("POST", "/v1/m", box.ada, {"payload": first, "displayInformation": display(),
                                                    "mailboxConfiguration": configuration(seconds=3600)})
        box.path = path_of(made["urlLink"])
        for step in self.random.choice([[], ["read"], ["read", "bo"], ["read", "bo", "back", "read"], ["read", "bo", "ada"],
                                        ["delete"], ["read", "bo", "ada", "delete"], ["read", "back", "delete"]]):
            self.step(box, step)

    def step(self, box, step):
        if step == "read":
            got = self.call("POST", box.path, box.bo)
            assert got["payload"] == box.payload
            box.bound = True
        elif step in ("bo", "ada"):
            payload = sealed(self.random.randrange(30, 3000))
            self.call("PUT", box.path, getattr(box, step), {"payload": payload})
            box.payload, box.creator_wrote = payload, box.creator_wrote or step == "ada"
        elif step == "back":
            self.call("PATCH", box.path, box.bo)
            box.bound, box.payload, box.bo = False, box.first, str(uuid.uuid4())
        elif step == "delete":
            self.call("DELETE", box.path, box.ada)
            box.deleted = True


def audit_box(relay, box):
    """The acknowledged state of a box that no request was running on."""
    ada = Device(relay, box.ada)
    got = ada.read(box.path)
    if box.deleted:
        assert got.status == 404, "a deleted mailbox came back"
        return
    assert got.status == 200, "an acknowledged mailbox is lost"
    assert got.json()["payload"] == box.payload, "an acknowledged message is lost"
    if box.bound:
        assert Device(relay, box.bo).read(box.path).status == 200, "an acknowledged claim is lost"
        assert Device(relay).read(box.path).json()["error"] == "claimed", "a second receiver got in"


def audit_running(relay, box, request):
    """A request that ran at the kill: repeated under its id it gives one outcome, and none of its past is lost."""
    method, path, claim, body, request_id = request
    headers = {"Mailbox-Device-Claim": claim, "Mailbox-Request-ID": request_id}
    answer = relay.call(method, path, headers=headers, json=body)
    if method == "DELETE":
        assert answer.status in (200, 404)
        assert Device(relay, box.ada).read(path).status == 404
        return
    assert answer.status in (200, 201), answer
    if method == "POST" and path == "/v1/m":
        path = path_of(answer)
    expected = body["payload"] if method in ("POST", "PUT") and body else box.first if method == "PATCH" else box.payload
    assert Device(relay, box.ada).read(path).json()["payload"] == expected


#= spec:tigress#IDM-05 test
def test_kill_9_under_load_loses_nothing_acknowledged(place):
    relay = Relay(place).start()
    context = ssl.create_default_context(cafile=str(place.ca.path))
    total = 0
    history = []
    for kill in range(KILLS):
        stopping = threading.Event()
        workers = [Worker(relay, context, stopping, seed=kill * 1000 + number) for number in range(WORKERS)]
        for worker in workers:
            worker.start()
        wait_until(lambda: sum(worker.acknowledged for worker in workers) > 300, "load", 60)
        wait_until(lambda: sum(worker.running is not None for worker in workers) >= IN_FLIGHT, "requests in flight", 30)
        relay.kill()
        for worker in workers:
            worker.join()
        stopping.set()
        running = [worker for worker in workers if worker.running]
        acknowledged = sum(worker.acknowledged for worker in workers)
        assert len(running) >= IN_FLIGHT, f"only {len(running)} requests were in flight"
        relay.start()
        for worker in workers:
            if worker.running:
                audit_running(relay, worker.boxes.pop(), worker.running)
            # A Create that the kill met before it was on its way has no path: nothing of it was acknowledged.
            answered = [box for box in worker.boxes if box.path]
            for box in answered:
                audit_box(relay, box)
            history += answered
        total += acknowledged
        print(f"kill {kill + 1}: {len(running)} requests in flight, {acknowledged} acknowledged operations checked")
    for box in history:
        audit_box(relay, box)
    print(f"{total} acknowledged operations checked over {KILLS} kills")


class Dropper(threading.Thread):
    """Fills and empties locations, and writes into a queue that it fetches from now and then; writes down what was acknowledged."""

    def __init__(self, relay, seed):
        super().__init__(daemon=True)
        self.relay, self.random, self.running = relay, random.Random(seed), None
        self.drops, self.emptied, self.acknowledged = {}, [], 0
        self.ada, self.bo = Device(relay), Device(relay)
        self.queue = self.ada.create(configuration=configuration(seconds=3600, delivery="queue"))
        assert self.bo.read(self.queue).status == 200
        self.sent, self.after = [], 0

    def run(self):
        try:
            while True:
                self.step()
        except (OSError, http.client.HTTPException):
            pass

    def did(self, what, call):
        """One call; `running` names what it was about while nothing is known of its end."""
        self.running = what
        answer = call()
        assert answer.status in (200, 201, 204), answer
        self.running = None
        self.acknowledged += 1
        return answer

    def step(self):
        drop, content = "/t/" + base64url(self.random.randbytes(32)), self.random.randbytes(self.random.randrange(39, 3000))
        self.did(drop, lambda: self.relay.call("PUT", drop, body=content, headers={"Content-Type": "application/octet-stream"}))
        self.drops[drop] = content
        if self.random.random() < 0.4:
            gone = self.random.choice(list(self.drops))
            self.did(gone, lambda: self.relay.call("DELETE", gone))
            del self.drops[gone]
            self.emptied.append(gone)
        message = sealed(self.random.randrange(30, 3000))
        self.did(message, lambda: self.bo.update(self.queue, message))
        self.sent.append(message)
        if len(self.sent) > 5:
            self.did("fetch", self.fetch)

    def fetch(self):
        """Takes the oldest message out of the queue."""
        answer = self.ada.read(self.queue, after=self.after)
        assert answer.json()["payload"] == self.sent[0]
        self.after, self.sent = answer.json()["seq"], self.sent[1:]
        return answer

    def audit(self):
        for drop, content in self.drops.items():
            assert drop == self.running or self.relay.call("GET", drop).body == content, "an acknowledged drop is lost"
        for drop in self.emptied:
            assert self.relay.call("GET", drop).status == 404, "an emptied location is full again"
        got, after = [], self.after
        while (answer := self.ada.read(self.queue, after=after)).status == 200:
            after = answer.json()["seq"]
            got.append(answer.json()["payload"])
        allowed = [self.sent, self.sent + [self.running]]
        assert got in allowed, "an acknowledged message is lost, doubled or out of order"


#= spec:tigress#A-20 test
def test_kill_9_under_load_keeps_drops_and_queues(place):
    relay = Relay(place).start()
    for kill in range(2):
        workers = [Dropper(relay, seed=kill * 1000 + number) for number in range(WORKERS)]
        for worker in workers:
            worker.start()
        wait_until(lambda: sum(worker.acknowledged for worker in workers) > 400, "load", 60)
        wait_until(lambda: sum(worker.running is not None for worker in workers) >= IN_FLIGHT, "requests in flight", 30)
        relay.kill()
        for worker in workers:
            worker.join()
        running = sum(worker.running is not None for worker in workers)
        assert running >= IN_FLIGHT, f"only {running} requests were in flight"
        relay.start()
        for worker in workers:
            worker.audit()
        print(f"kill {kill + 1}: {running} requests in flight, {sum(worker.acknowledged for worker in workers)} acknowledged operations checked")


def test_a_restart_under_load_answers_or_repeats_every_request(place):
    relay = Relay(place).start()
    context = ssl.create_default_context(cafile=str(place.ca.path))
    stopping = threading.Event()
    workers = [Worker(relay, context, stopping, seed=number) for number in range(8)]
    for worker in workers:
        worker.start()
    wait_until(lambda: sum(worker.acknowledged for worker in workers) > 100, "load", 60)
    assert relay.stop() == 0
    for worker in workers:
        worker.join()
    relay.start()
    for worker in workers:
        if worker.running:
            audit_running(relay, worker.boxes.pop(), worker.running)
        for box in worker.boxes:
            audit_box(relay, box)


@pytest.mark.parametrize("moment", range(3))
def test_kill_9_during_a_sweep_revives_nothing(place, moment):
    relay = Relay(place).start()
    ada = Device(relay)
    boxes = [ada.create(request_id=f"r{number}", configuration=configuration(seconds=2)) for number in range(40)]
    assert all(box.status == 200 for box in boxes)
    wait_until(lambda: ada.read(boxes[-1]).status == 404, "the deadline", 5)
    relay.kill()
    relay.start()
    wait_until(lambda: moment < 1 or "keyferry_relay_swept_cells_total" in relay.metrics(), "a sweep", 20)
    relay.kill()
    relay.start()
    for number, box in enumerate(boxes):
        assert ada.read(box).status == 404
        assert ada.create(request_id=f"r{number}").status == 201


#= spec:quality#1-durable test
def test_kill_9_under_everything_at_once_loses_nothing_acknowledged(place):
    receiver = Receiver(place)
    relay = Relay(place, config={"webhook": {"allow": ["127.0.0.0/8"], "ca_file": str(place.ca.path)},
                                 "limits": {"misses_per_minute": 0}}).start()
    for kill in range(2):
        load = Load(relay, receiver).start()
        wait_until(lambda load=load: load.acknowledged > 400, "load", 60)
        wait_until(lambda load=load: load.in_flight >= IN_FLIGHT, "requests in flight", 30)
        relay.kill()
        in_flight = load.in_flight
        load.join()
        assert in_flight >= IN_FLIGHT, f"only {in_flight} requests were in flight"
        relay.start()
        print(f"kill {kill + 1}: {in_flight} requests in flight, {load.audit()} acknowledged operations checked")
