"""Everything that a relay does, at once: players that write down what was acknowledged, and an audit of it."""

import http.client
import json
import os
import random
import ssl
import threading
import time
import uuid

from .mailbox import Device, base64url, configuration, display, path_of, sealed
from .process import wait_until


class Player(threading.Thread):
    """Plays rounds on one connection until that breaks or `load.over`. `running`: a call is under way."""

    def __init__(self, load, seed):
        super().__init__(daemon=True)
        self.load, self.relay, self.random = load, load.relay, random.Random(seed)
        self.connection, self.running, self.acknowledged, self.fault, self.unsure = None, False, 0, None, None

    def run(self):
        try:
            self.begin()
            while not self.load.over.is_set():
                self.round()
        except (OSError, http.client.HTTPException):
            pass        # the relay was ended; what ran is `unsure`
        except Exception as fault:
            self.fault = fault

    def begin(self):
        pass

    def ask(self, method, path, claim=None, about=None, expect=(200,), **headers):
        """One call; `about` is unsure until it is answered. Returns the answer with its octets read as `.octets`."""
        body = headers.pop("body", None)
        if self.connection is None:
            self.connection = http.client.HTTPSConnection("127.0.0.1", self.relay.port, timeout=120, context=self.load.context)
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        if claim:
            names |= {"Mailbox-Device-Claim": claim, "Mailbox-Request-ID": str(uuid.uuid4())}
        if isinstance(body, dict):
            names["Content-Type"], body = "application/json", json.dumps(body)
        self.unsure, self.running = about, True
        self.connection.request(method, path, body=body, headers=names)
        answer = self.connection.getresponse()
        answer.octets = answer.read()
        self.unsure, self.running = None, False
        assert answer.status in expect, (type(self).__name__, method, answer.status, answer.octets)
        self.acknowledged += 1
        return answer

    def create(self, claim, payload, **more):
        answer = self.ask("POST", "/v1/m", claim, body={"payload": payload, "displayInformation": display(), **more})
        return path_of(json.loads(answer.octets)["urlLink"])

    def audit(self):
        """Checks on the restarted relay all that was acknowledged and is not unsure."""


class Transfers(Player):
    """Create with a webhook, claim, an update with If-Match, one refused by it, delete or keep."""

    def begin(self):
        self.kept, self.deleted = {}, []

    def round(self):
        ada, bo, first, second = str(uuid.uuid4()), str(uuid.uuid4()), sealed(self.random.randrange(30, 4000)), sealed(300)
        token = {"type": "webhook", "tokenData": f"{self.load.receiver.url}/{self.random.randrange(1000)}"}
        box = self.create(ada, first, notificationToken=token)
        self.kept[box] = (ada, first)
        seen = self.ask("POST", box, bo, about=box)
        assert json.loads(seen.octets)["payload"] == first
        self.ask("PUT", box, bo, about=box, body={"payload": second}, If_Match=seen.headers["ETag"])
        self.kept[box] = (ada, second)
        self.ask("PUT", box, bo, about=box, body={"payload": first}, If_Match=seen.headers["ETag"], expect=(412,))
        if self.random.random() < 0.5:
            self.ask("DELETE", box, ada, about=box)
            del self.kept[box]
            self.deleted.append((box, ada))

    def audit(self):
        for box, (ada, payload) in self.kept.items():
            if box != self.unsure:
                assert Device(self.relay, ada).read(box).json()["payload"] == payload, "an acknowledged message is lost"
        for box, ada in self.deleted:
            assert Device(self.relay, ada).read(box).status == 404, "a deleted mailbox came back"


class Queues(Player):
    """Writes into a queue and fetches from it."""

    def begin(self):
        self.ada, self.bo, self.sent, self.after = str(uuid.uuid4()), str(uuid.uuid4()), [], 0
        self.box = self.create(self.ada, sealed(), mailboxConfiguration=configuration(delivery="queue"))
        self.ask("POST", self.box, self.bo)

    def round(self):
        message = sealed(self.random.choice([40, 3000]))
        self.ask("PUT", self.box, self.bo, about=message, body={"payload": message})
        self.sent.append(message)
        if len(self.sent) > 4:
            got = json.loads(self.ask("POST", self.box, self.ada, body={"after": self.after}).octets)
            assert got["payload"] == self.sent[0], "out of order"
            self.after, self.sent = got["seq"], self.sent[1:]

    def audit(self):
        got, after, ada = [], self.after, Device(self.relay, self.ada)
        while (answer := ada.read(self.box, after=after)).status == 200:
            after = answer.json()["seq"]
            got.append(answer.json()["payload"])
        assert got in (self.sent, self.sent + [self.unsure]), "an acknowledged message is lost, doubled or out of order"


class Drops(Player):
    """Fills and empties locations."""

    def begin(self):
        self.full, self.emptied = {}, []

    def round(self):
        drop, content = "/t/" + base64url(os.urandom(32)), os.urandom(self.random.randrange(39, 2000))
        self.ask("PUT", drop, about=drop, body=content, Content_Type="application/octet-stream", expect=(201,))
        self.full[drop] = content
        assert self.ask("GET", drop).octets == content
        if self.random.random() < 0.5:
            self.ask("DELETE", drop, about=drop, expect=(204,))
            del self.full[drop]
            self.emptied.append(drop)

    def audit(self):
        for drop, content in self.full.items():
            assert drop == self.unsure or self.relay.call("GET", drop).body == content, "an acknowledged drop is lost"
        for drop in self.emptied:
            assert self.relay.call("GET", drop).status == 404, "an emptied location is full again"


class Expiring(Player):
    """Mailboxes that live for two seconds."""

    def begin(self):
        self.boxes = []

    def round(self):
        ada = str(uuid.uuid4())
        self.boxes.append((self.create(ada, sealed(500), mailboxConfiguration=configuration(seconds=2)), ada))
        time.sleep(0.01)

    def audit(self):
        for box, ada in self.boxes[:50]:
            wait_until(lambda box=box, ada=ada: Device(self.relay, ada).read(box).status == 404, "the deadline", 10)


class Waiting(Player):
    """Waits for what its partner writes."""

    def __init__(self, load, seed):
        super().__init__(load, seed)
        self.partner = Telling(load, seed, self)
        self.ada, self.bo, self.box = str(uuid.uuid4()), str(uuid.uuid4()), None

    def begin(self):
        self.box = self.create(self.ada, sealed())
        self.etag = self.ask("POST", self.box, self.bo).headers["ETag"]

    def round(self):
        answer = self.ask("POST", self.box, self.bo, Prefer="wait=5", If_None_Match=self.etag, expect=(200, 204))
        self.etag = answer.headers["ETag"]


class Telling(Player):
    """The partner of one who waits."""

    def __init__(self, load, seed, waiting):
        super().__init__(load, seed)
        self.waiting, self.last = waiting, None

    def round(self):
        if self.waiting.box is None or not hasattr(self.waiting, "etag"):
            return time.sleep(0.01)
        payload = sealed(100)
        self.ask("PUT", self.waiting.box, self.waiting.ada, about=payload, body={"payload": payload})
        self.last = payload

    def audit(self):
        if self.last:
            got = Device(self.relay, self.waiting.ada).read(self.waiting.box).json()["payload"]
            assert got in (self.last, self.unsure), "an acknowledged message is lost"


class Load:
    """All of it against `relay` (whose webhooks go to `receiver`): `each` players of every kind."""

    def __init__(self, relay, receiver, each=4):
        self.relay, self.receiver, self.over = relay, receiver, threading.Event()
        self.context = ssl.create_default_context(cafile=str(relay.place.ca.path))
        kinds = (Transfers, Queues, Drops, Expiring, Waiting)
        self.players = [kind(self, 10 * number + index) for number in range(each) for index, kind in enumerate(kinds)]
        self.players += [player.partner for player in self.players if isinstance(player, Waiting)]

    def start(self):
        for player in self.players:
            player.start()
        return self

    @property
    def acknowledged(self):
        return sum(player.acknowledged for player in self.players)

    @property
    def in_flight(self):
        return sum(player.running for player in self.players)

    def join(self):
        """Waits for all to end; a player that was answered wrongly fails the test."""
        for player in self.players:
            player.join(90)
            assert not player.is_alive(), f"{type(player).__name__} got no answer and no end"
            if player.fault:
                raise player.fault

    def audit(self):
        """Returns how many acknowledged operations the audit rests on."""
        for player in self.players:
            player.audit()
        return self.acknowledged
