"""Ten holders overdo every call, each at twice its limit: what is left is within docs/limits.md, and a revoke bites."""

import math
import os
import time

from support import Relay
from support.flood import HOLDERS, Crowd, count, together
from support.mailbox import Device, configuration, sealed

CALLS, DAY = 60, 30  # the limits of this authority: half of what is shipped, so that the test is short

# What a flood may add to the ledger, a holder; `n` is how often he was let through. Other tables do not grow.
LEFT = {
    "login": lambda n: {"tokens": n, "jtis": 2 * n},
    "exchange": lambda n: {"tokens": 1, "jtis": n},
    "credential": lambda n: {"jtis": n},
    "notification": lambda n: {"jtis": n, "noted_events": 3, "audit": 3},
    "renew": lambda n: {"jtis": n},
    "list": lambda n: {"jtis": n},
    "read": lambda n: {"jtis": n},
    "grant": lambda n: {"jtis": n, "codes": 1, "audit": 32},
    "offer": lambda n: {"jtis": n, "audit": 32},
    "pin": lambda n: {"jtis": n},
    "refuse": lambda n: {"jtis": n, "audit": 1},
    "revoke": lambda n: {"jtis": n, "audit": 1},
    # A share that is made, taken and revoked: created, claimed, redeemed, revoked; jtis of five proofs.
    "share": lambda n: {"shares": DAY, "codes": DAY, "credentials": DAY, "certificates": DAY, "notifications": DAY, "audit": 4 * DAY,
                        "tokens": DAY, "jtis": n + 5 * DAY},
    "revoke below": lambda n: {"jtis": n, "audit": 4},
}


def let_through(seconds):
    """How many calls of one kind a holder may make in that time: CALLS at once, then evenly."""
    return CALLS + math.ceil(seconds * CALLS / 60) + 1


#= spec:authority#2-flood test
def test_ten_holders_at_twice_the_limit_leave_what_the_table_says(place):
    crowd = Crowd(place, {"calls_per_minute": CALLS, "shares_per_day": DAY})
    assert set(LEFT) == set(crowd.holders[0].calls), "every call of a holder"
    victims = [crowd.victim() for _ in range(3)]
    before = crowd.revoke(victims[0])
    ledger = os.stat(crowd.ledger).st_size
    for name, left in LEFT.items():
        rows, begun = crowd.rows(), time.monotonic()
        answers = crowd.flood(name, 2 * CALLS)
        n = let_through(time.monotonic() - begun)
        for statuses in answers:
            assert statuses[429] >= 2 * CALLS - n, (name, statuses)
            assert 500 > max(statuses), (name, statuses)
        grown = {table: now - rows[table] for table, now in crowd.rows().items() if now > rows[table]}
        for table, number in grown.items():
            assert number <= HOLDERS * left(n).get(table, 0), (name, table, number)
    rows = crowd.rows()
    for kinds in crowd.flood_without_name(CALLS):
        assert not any(status >= 500 for statuses in kinds.values() for status in statuses), kinds
    assert all(now <= rows[table] for table, now in crowd.rows().items()), "whoever holds nothing leaves nothing"

    # The list: an entry of 24 octets for each share that was taken and revoked, and no serial.
    taken = HOLDERS * DAY + len(victims)
    assert len(crowd.authority.call("GET", "/v1/lists/ssh.krl").body) < 300 + 24 * taken
    assert os.stat(crowd.ledger).st_size - ledger < HOLDERS * (DAY * 4000 + len(LEFT) * 2 * let_through(60) * 100)
    # A holder who floods revokes and is revoked like anybody; how soon is measured by scripts/bench flood.
    after = [crowd.revoke(victim) for victim in victims[1:]]
    print(f"sshd refused {before:.2f} s after a revoke, {max(after):.2f} s after the floods")
    assert crowd.ada.v1("DELETE", "/v1/shares").status == 200
    for holder in crowd.holders:
        assert holder.login().status in (400, 429)
    assert crowd.authority.run("audit").code == 0


CREATES, OCTETS = 20, 1 << 20


class Source:
    """The relay as one address calls it."""

    def __init__(self, relay, number):
        self.relay, self.place, self.url, self.source = relay, relay.place, relay.url, f"127.0.1.{number}"

    def call(self, *arguments, **more):
        return self.relay.call(*arguments, source=self.source, **more)


def overdo(source):
    """Every call of the relay from one source, twice as often as it may; the counts by name."""
    eve, bo = Device(source), Device(source)
    box = eve.create(sealed(1000), configuration=configuration(seconds=3600))
    queue = eve.create(sealed(1000), configuration=configuration(seconds=3600, delivery="queue"))
    bo.read(box)
    octets = {"Content-Type": "application/octet-stream"}
    somewhere = lambda: "/t/" + "".join(os.urandom(1).hex() for _ in range(21)) + "A"  # noqa: E731
    calls = {
        "create": lambda: eve.create(sealed(60_000), configuration=configuration(seconds=29 * 86400)),
        "update": lambda: eve.update(box, sealed(60_000)),
        "queue": lambda: eve.update(queue, sealed(60_000)),
        "read": lambda: bo.read(box),
        "preview": lambda: source.call("GET", "/v1/m/00000000-0000-4000-8000-000000000000"),
        "drop": lambda: source.call("PUT", somewhere(), body=os.urandom(60_000), headers=octets),
        "get drop": lambda: source.call("GET", somewhere()),
        "delete drop": lambda: source.call("DELETE", somewhere()),
        "relinquish": lambda: bo.relinquish(box),
        "delete": lambda: bo.delete(box),
        "page": lambda: source.call("GET", "/t/"),
    }
    return {name: count(call, 2 * CREATES) for name, call in calls.items()}


#= spec:tigress#TML-9 test
def test_ten_sources_at_twice_the_limit_leave_the_relay_what_the_table_says(place):
    relay = Relay(place, config={"limits": {"creates_per_minute": CREATES, "octets_per_source": OCTETS, "misses_per_minute": CREATES}}).start()
    begun = time.monotonic()
    answers = together([lambda number=number: overdo(Source(relay, number)) for number in range(1, HOLDERS + 1)])
    minutes = math.ceil((time.monotonic() - begun) / 60)
    for counts in answers:
        assert all(status < 500 for statuses in counts.values() for status in statuses), counts
        for name in ("create", "drop", "preview", "get drop", "delete drop"):
            assert counts[name][429], (name, counts)
    cells = int(float(next(line for line in relay.metrics().splitlines() if line.startswith("keyferry_relay_cells ")).split()[1]))
    assert cells <= HOLDERS * CREATES * (minutes + 1)
    stored = sum(path.stat().st_size for path in (relay.directory / "store").glob("cells.db*"))
    # What a source may store, and one mailbox and one queue that it filled; with pages and log twice that.
    assert stored < 2 * HOLDERS * (2 * OCTETS + 64 * 1024 + 256 * 1024), stored
    # Somebody else is served as ever.
    ada, bo = Device(Source(relay, 99)), Device(Source(relay, 98))
    made = ada.create(sealed(1000), configuration=configuration(seconds=3600))
    assert made.status == 200 and bo.read(made).status == 200 and ada.update(made).status == 200
