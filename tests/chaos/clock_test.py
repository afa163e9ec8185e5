"""The wall clock steps by hours while the servers run, as after a long sleep of the machine or a first answer of NTP."""

import json
import threading
import time

import pytest
from support import LOGIN, Authority, Relay, Sshd, Verifier, Wallet, wait_until
from support.faults import Faults
from support.list_server import krl_number
from support.mailbox import Device, configuration, sealed

HOUR = 3_600_000


class Reading(threading.Thread):
    """A Read that waits for something new; `took` in real seconds."""

    def __init__(self, device, box, wait):
        super().__init__(daemon=True)
        self.device, self.box, self.wait, self.answer, self.took = device, box, wait, None, None

    def run(self):
        begun = time.monotonic()
        self.answer = self.device.read(self.box, known=self.device.read(self.box), wait=self.wait)
        self.took = time.monotonic() - begun


def waiting(relay):
    return "keyferry_relay_waiting_calls 1" in relay.metrics()


#= spec:quality#1-time test
@pytest.mark.parametrize("step", [-3 * HOUR, 3 * HOUR])
def test_a_waiting_read_ends_after_its_real_time(place, step):
    relay = Relay(place, tls=False)
    faults = Faults(relay)
    relay.start()
    ada = Device(relay)
    reading = Reading(ada, ada.create(), 3)
    reading.start()
    wait_until(lambda: waiting(relay), "the wait", 10)
    faults.clock_step = step
    reading.join(20)
    assert reading.took and 2.5 < reading.took < 15, reading.took
    assert reading.answer.status in (200, 204)


#= spec:quality#1-time test
def test_a_mailbox_keeps_its_deadline_and_its_retries_over_steps(place):
    relay = Relay(place, tls=False)
    faults = Faults(relay)
    relay.start()
    ada, bo = Device(relay), Device(relay)
    box = ada.create(request_id="made", configuration=configuration(seconds=7200))
    payload = sealed()
    assert bo.read(box).status == 200
    assert bo.update(box, payload, request_id="written").status == 200
    for hours in (-5, 1, -48, 0):
        faults.clock_step = hours * HOUR
        assert ada.read(box).json()["payload"] == payload
        assert bo.update(box, sealed(), request_id="written").status == 201, "a retry is no new write"
        assert ada.create(request_id="made").json()["urlLink"] == box.json()["urlLink"]
        assert relay.ready()
    # A restart with the clock set back: versions and places go on.
    faults.clock_step = -2 * HOUR
    relay.restart()
    other = ada.create()
    assert bo.update(box, payload, request_id="again").status == 200
    assert ada.read(other).status == ada.read(box).status == 200
    # Past the deadline it is gone, at once, and off the disk with the next sweep, whatever the clock says then.
    faults.clock_step = 3 * HOUR
    assert ada.read(box).status == bo.read(box).status == 404
    wait_until(lambda: swept(relay) >= 1, "a sweep", 30)
    faults.clock_step = 0
    assert ada.read(box).status == 404, "swept is gone, though the clock was set back"


def swept(relay):
    lines = [line for line in relay.metrics().splitlines() if line.startswith("keyferry_relay_swept_cells_total")]
    return sum(float(line.split()[-1]) for line in lines)


def test_limits_lock_nobody_out_when_the_clock_is_set_back(place):
    relay = Relay(place, tls=False, config={"limits": {"misses_per_minute": 5}})
    faults = Faults(relay)
    relay.start()
    stranger = Device(relay)

    def miss():
        return stranger.read("/v1/m/00000000-0000-4000-8000-000000000000").status

    assert [miss() for _ in range(6)] == [404] * 5 + [429]
    faults.clock_step = -3 * HOUR
    assert miss() == 404


#= spec:quality#1-time test
def test_a_slow_disk_delays_writes_and_nothing_else(place):
    """300 ms a sync: those who write share syncs, those who read do not wait, health stays right."""
    relay = Relay(place, tls=False)
    faults = Faults(relay)
    relay.start()
    box = (ada := Device(relay)).create()
    assert ada.read(box).status == 200
    faults.sync_delay = 300
    syncs = faults.syncs
    made = []
    writers = [threading.Thread(target=lambda: made.append(Device(relay).create().status), daemon=True) for _ in range(64)]
    for writer in writers:
        writer.start()
    reads, ready = 0, 0
    while any(writer.is_alive() for writer in writers):
        reads += ada.read(box).status == 200
        ready += relay.ready()
    assert made == [200] * 64
    print(f"64 writes took {faults.syncs - syncs} syncs of 300 ms; {reads} reads meanwhile")
    assert faults.syncs - syncs < 32, "one sync serves many"
    assert reads > 5 and ready == reads


def stepped(place):
    authority = Authority(place)
    authority.add_host(Sshd(place, "web", authority))
    faults = Faults(authority)
    return authority.start(), faults


def offer(authority):
    return authority.share("--as", LOGIN, "--host", "web", "--for", "12h")


#= spec:quality#1-time test
@pytest.mark.parametrize("step", [-3 * HOUR, 3 * HOUR])
def test_an_authority_whose_clock_is_far_off_is_named_and_spends_no_share(place, step):
    authority, faults = stepped(place)
    made, ada = offer(authority), Wallet(place, "ada")
    faults.clock_step = step
    refused = ada.run("accept", "--yes", "--allow-local", "--name", "web", "-", input=made, code=None)
    assert refused.code != 0 and "clock" in refused.err
    faults.clock_step = 0
    ada.run("accept", "--yes", "--allow-local", "--name", "web", "-", input=made)


#= spec:quality#1-time test
def test_an_authority_that_was_ahead_for_a_while_still_revokes(place):
    authority, faults = stepped(place)
    verifier = Verifier(place, authority).start()

    def revoke_and_hear():
        share = next(entry for entry in shares(authority) if entry["state"] != "revoked")
        before = krl_number(verifier.krl)
        authority.run("revoke", share["share"])
        wait_until(lambda: krl_number(verifier.krl) > before, "the list", 20)

    wallets = [Wallet(place, name) for name in ("ada", "bo", "cy")]
    for wallet in wallets:
        wallet.run("accept", "--yes", "--allow-local", "--name", "web", "-", input=offer(authority))
    revoke_and_hear()
    faults.clock_step = 3 * HOUR
    revoke_and_hear()
    faults.clock_step = -3 * HOUR
    revoke_and_hear()


def shares(authority):
    return json.loads(authority.run("list", "--json").out)["shares"]


#= spec:quality#1-time test
@pytest.mark.parametrize("step", [-3 * HOUR, 3 * HOUR])
def test_waiting_for_a_list_ends_after_its_real_time(place, step):
    authority, faults = stepped(place)
    etag = authority.call("GET", "/v1/lists/ssh.krl").headers["etag"]
    done = []

    def wait():
        begun = time.monotonic()
        headers = {"If-None-Match": etag, "Prefer": "wait=3"}
        done.append((authority.call("GET", "/v1/lists/ssh.krl", headers=headers, timeout=30).status, time.monotonic() - begun))

    waiting_call = threading.Thread(target=wait, daemon=True)
    waiting_call.start()
    wait_until(lambda: "keyferry_authority_waiting_calls 1" in authority.metrics(), "the wait", 10)
    faults.clock_step = step
    waiting_call.join(30)
    status, took = done[0]
    assert status in (200, 304) and took < 15, done
