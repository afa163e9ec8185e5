"""What ended is unreadable at once, and off the disk within a minute, without any traffic (quality.md: gone is gone)."""

import time

from support import Relay, wait_until
from support.mailbox import Device, configuration, page, sealed


def files_hold(relay, text):
    """Whether any file of the store holds the octets of `text`."""
    store = relay.place.folder("relay/store")
    return any(text in path.read_bytes() for path in store.iterdir() if path.name != "reserve")


#= spec:tigress#MBX-03 test
#= spec:tigress#MBX-04 test
def test_expired_content_is_unreadable_at_its_deadline_and_leaves_the_disk_by_itself(place):
    relay = Relay(place).start()
    ada, bo = Device(relay), Device(relay)
    kept, ended = b"KEPT-" + b"k" * 60, b"EXPIRED-" + b"e" * 60
    ada.create(sealed(400, kept))
    made = ada.create(sealed(400, ended), request_id="e", configuration=configuration(seconds=2))
    assert bo.read(made).status == 200
    assert files_hold(relay, ended)
    wait_until(lambda: bo.read(made).status == 404, "the deadline", 5)
    for answer in (ada.read(made), ada.update(made), ada.delete(made), bo.relinquish(made), page(relay, made)):
        assert answer.status == 404
    begun = time.monotonic()
    wait_until(lambda: not files_hold(relay, ended), "the sweep", 60)
    print(f"off the disk {time.monotonic() - begun:.1f} s after the deadline")
    assert files_hold(relay, kept)
    # A late retry of the Create still gets its old answer, and revives nothing.
    late = ada.create(sealed(), request_id="e")
    assert late.status == 201 and late.json() == made.json()
    assert ada.read(made).status == 404


#= spec:quality#1-gone test
def test_overwritten_and_deleted_content_leaves_the_disk_too(place):
    relay = Relay(place).start()
    ada = Device(relay)
    overwritten, deleted = b"OVERWRITTEN-" + b"o" * 60, b"DELETED-" + b"d" * 60
    first, second = ada.create(sealed(400, overwritten)), ada.create(sealed(2000, deleted))
    assert files_hold(relay, overwritten) and files_hold(relay, deleted)
    assert ada.update(first, sealed(400)).status == 200
    assert ada.delete(second).status == 200
    wait_until(lambda: not files_hold(relay, overwritten) and not files_hold(relay, deleted), "the sweep", 60)


#= spec:quality#1-gone test
def test_a_relay_that_was_down_at_the_deadline_sweeps_when_it_starts(place):
    relay = Relay(place).start()
    ada = Device(relay)
    ended = b"EXPIRED-WHILE-DOWN-" + b"e" * 60
    made = ada.create(sealed(400, ended), configuration=configuration(seconds=1))
    relay.stop()
    wait_until(lambda: made.json()["expiration"] < time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "the deadline", 5)
    relay.start()
    assert ada.read(made).status == 404
    wait_until(lambda: not files_hold(relay, ended), "the sweep", 60)
