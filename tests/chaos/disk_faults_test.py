"""A disk that answers with errors: nothing is acknowledged that is not on it, and the server says that it cannot write."""

import http.client
import json
import threading

import pytest
from support import LOGIN, Authority, Relay, Sshd, wait_until
from support.faults import EIO, Faults
from support.mailbox import Device, sealed

CLIENTS = 16


class Writer(threading.Thread):
    """Makes mailboxes, updates and deletes them; writes down what was acknowledged, and repeats nothing."""

    def __init__(self, relay, stopping):
        super().__init__(daemon=True)
        self.relay, self.stopping = relay, stopping
        self.device = Device(relay)
        self.live, self.gone, self.unknown, self.statuses, self.acknowledged = {}, set(), set(), {}, 0

    def did(self, box, action):
        """True if acknowledged; after anything else nobody knows how this box stands."""
        try:
            answer = action()
        except (OSError, http.client.HTTPException):
            answer = None
        status = answer.status if answer else 0
        self.statuses[status] = self.statuses.get(status, 0) + 1
        if status in (200, 201):
            self.acknowledged += 1
            return answer
        if box:
            self.unknown.add(box)
        return None

    def run(self):
        while not self.stopping.is_set():
            first, second = sealed(200), sealed(3000)
            made = self.did(None, lambda: self.device.create(first))
            if not made:
                continue
            box = made.json()["urlLink"]
            self.live[box] = first
            if self.did(box, lambda: self.device.update(box, second)):
                self.live[box] = second
            if len(self.live) % 3 == 0 and box not in self.unknown and self.did(box, lambda: self.device.delete(box)):
                self.gone.add(box)

    def audit(self):
        """How many acknowledged operations were checked."""
        for box, payload in self.live.items():
            if box in self.unknown:
                continue
            answer = self.device.read(box)
            if box in self.gone:
                assert answer.status == 404, "a deleted mailbox came back"
            else:
                assert answer.status == 200 and answer.json()["payload"] == payload, "an acknowledged message is lost"
        return self.acknowledged


def fail_the_disk(faults, kind):
    if kind == "fsync":
        faults.fail_sync = EIO
    elif kind == "write":
        faults.fail_write = EIO
    else:
        faults.short_write = 1


#= spec:quality#1-durable test
@pytest.mark.parametrize("kind", ["fsync", "write", "short"])
def test_a_relay_on_a_failing_disk_acknowledges_only_what_is_on_it(place, kind):
    relay = Relay(place, tls=False)
    faults = Faults(relay)
    relay.start()
    stopping = threading.Event()
    writers = [Writer(relay, stopping) for _ in range(CLIENTS)]
    for writer in writers:
        writer.start()
    wait_until(lambda: sum(writer.acknowledged for writer in writers) > 200, "load", 60)
    fail_the_disk(faults, kind)

    def failed():
        return sum(count for writer in writers for status, count in list(writer.statuses.items()) if status >= 500)

    wait_until(lambda: failed() > CLIENTS, "refusals", 60)
    before = sum(writer.acknowledged for writer in writers)
    assert "store_failed" in relay.log()
    if kind == "fsync":
        wait_until(lambda: not relay.ready(), "the relay to say that it is not ready", 30)
    else:  # SQLite tells no other failed write from a full disk: new mailboxes are refused, the rest is tried
        assert "\nkeyferry_relay_short_of_space 1" in relay.metrics()
    assert "keyferry_relay_store_errors_total{" in relay.metrics()
    # Reads go on.
    reader = next(writer for writer in writers if set(writer.live) - writer.unknown - writer.gone)
    box = next(iter(set(reader.live) - reader.unknown - reader.gone))
    assert reader.device.read(box).status == 200
    more = failed()
    wait_until(lambda: failed() > more + CLIENTS, "more refusals", 60)
    assert sum(writer.acknowledged for writer in writers) <= before + CLIENTS, "acknowledged on a disk that takes nothing"
    stopping.set()
    for writer in writers:
        writer.join()
    relay.kill()
    faults.heal()
    relay.start()
    checked = sum(writer.audit() for writer in writers)
    print(f"{kind}: {failed()} refused, {checked} acknowledged operations checked")


def test_a_relay_is_ready_again_when_its_disk_is(place):
    relay = Relay(place, tls=False)
    faults = Faults(relay)
    relay.start()
    ada = Device(relay)
    faults.fail_sync = EIO
    assert ada.create().status == 500
    assert not relay.ready()
    faults.heal()
    wait_until(relay.ready, "readiness without any call", 30)
    box = ada.create()
    assert box.status == 200
    relay.kill()
    relay.start()
    assert ada.read(box).status == 200


def shares(authority):
    return {share["share"] for share in json.loads(authority.run("list", "--json").out)["shares"]}


#= spec:quality#1-durable test
@pytest.mark.parametrize("kind", ["fsync", "write", "short"])
def test_an_authority_on_a_failing_disk_acknowledges_only_what_is_on_it(place, kind):
    authority = Authority(place)
    authority.add_host(Sshd(place, "web", authority))
    faults = Faults(authority)
    authority.start()

    def share(code=0):
        return authority.run("share", "--as", LOGIN, "--host", "web", "--for", "4h", code=code)

    share()
    share()
    before = shares(authority)
    fail_the_disk(faults, kind)
    for _ in range(3):
        refused = share(code=None)
        assert refused.code != 0 and not refused.out.strip(), refused
    assert faults.failed > 0 and not authority.ready()
    assert "disk" in authority.log() or "full" in authority.log()
    authority.kill()
    faults.heal()
    authority.start()
    # What was refused may have been kept by a disk that only seemed to fail; what was acknowledged is there.
    assert before <= shares(authority) and len(shares(authority)) <= len(before) + 3
    share()
    print(f"{kind}: {len(before)} acknowledged shares checked, 3 refused")


def test_an_authority_is_ready_again_when_its_disk_is(place):
    authority = Authority(place)
    authority.add_host(Sshd(place, "web", authority))
    faults = Faults(authority)
    authority.start()
    faults.fail_sync = EIO
    assert authority.run("share", "--as", LOGIN, "--host", "web", "--for", "4h", code=None).code != 0
    assert not authority.ready()
    faults.heal()
    assert authority.ready()
    authority.share("--as", LOGIN, "--host", "web", "--for", "4h")
