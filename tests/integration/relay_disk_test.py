"""A full disk refuses new mailboxes and still serves reads, claims, replies of their size and deletes."""

import errno

from support import Relay, wait_until
from support.faults import Faults
from support.mailbox import Device, sealed
from support.small_disk import SmallDisk


#= spec:quality#1-durable test
def test_a_full_disk_costs_new_mailboxes_and_nothing_else(place):
    relay = Relay(place)
    SmallDisk(relay, place.folder("relay/store"), "40m")
    relay.start()
    ada, boxes = Device(relay), []
    for _ in range(1000):
        made = ada.create(sealed(60_000))
        if made.status != 200:
            break
        boxes.append(made)
    assert made.status == 507 and made.json()["error"] == "storage_full" and "no room" in made.json()["detail"], made
    assert len(boxes) > 100

    # Everything that hardly grows is served from the reserve, again and again.
    receivers = []
    for box in boxes[:60]:
        bo = Device(relay)
        assert bo.read(box).status == 200
        receivers.append(bo)
        # The log may have been cut meanwhile: what that freed is filled again.
        refused = next((answer for answer in (ada.create(sealed(60_000)) for _ in range(400)) if answer.status != 200), None)
        assert refused and refused.status == 507
    for bo, box in zip(receivers, boxes):
        assert Device(relay).read(box).json()["error"] == "claimed"
        assert bo.relinquish(box).status == 200
        assert Device(relay).read(box).status == 200
    for box in boxes[:40]:
        assert ada.update(box, sealed(60_000)).status == 200
    for box in boxes[60:]:
        assert ada.delete(box).status == 200
        assert ada.read(box).status == 404
    # Space came back: the reserve is made again, and creates are served again.
    wait_until(lambda: ada.create(sealed(60_000)).status == 200, "new mailboxes", 60)
    assert "sweep_failed" not in relay.log()
    for box in boxes[:60]:
        assert ada.read(box).status == 200


def test_a_sweep_that_is_the_first_to_find_the_disk_full_uses_the_reserve(place):
    """Nobody writes meanwhile: only the sweep, which moves the log into the file, can notice."""
    relay = Relay(place, tls=False)
    faults = Faults(relay)
    relay.start()
    ada, log = Device(relay), place.folder("relay/store") / "cells.db-wal"
    while True:
        faults.heal()
        assert ada.create(sealed(1000)).status == 200
        faults.fail_write = errno.ENOSPC
        if log.stat().st_size > 0:  # no sweep came between
            break
    wait_until(lambda: "\nkeyferry_relay_short_of_space 1" in relay.metrics(), "the reserve in use", 60)
    faults.heal()
    wait_until(lambda: ada.create(sealed(1000)).status == 200, "new mailboxes", 60)
