"""429 for miss storms and wrong proofs per source, never for a bound device or the loser of a race (A-48)."""

import os
import uuid

import pytest
from support import Relay
from support.mailbox import Device, claim_key, configuration, page, sealed


def limited(place, **limits):
    return Relay(place, engine="memory", config={"limits": limits}).start()


#= spec:tigress#A-48 test
#= spec:tigress#MBX-02 test
#= spec:tigress#TML-5 test
def test_a_storm_of_misses_is_slowed_down_and_everybody_bound_goes_on(place):
    relay = limited(place, misses_per_minute=20)
    ada, bo, eve = Device(relay), Device(relay), Device(relay)
    made = ada.create()
    bo.read(made)
    statuses = [eve.read(str(uuid.uuid4())).status for _ in range(30)]
    assert statuses[:20] == [404] * 20 and set(statuses[20:]) <= {404, 429} and 429 in statuses
    slow = page(relay, str(uuid.uuid4()), Accept="text/html")
    assert slow.status == 429 and int(slow.headers["retry-after"]) >= 1
    assert slow.json()["error"] == "too_many"
    # The same source: what exists still answers, and losing the race is no miss.
    assert bo.read(made).status == 200 and ada.update(made).status == 200
    assert page(relay, made).status == 200
    assert [Device(relay).read(made).status for _ in range(25)] == [401] * 25
    assert ada.create().status == 200


#= spec:tigress#A-55 test
def test_wrong_proofs_count_for_their_source_and_never_lock_the_mailbox(place):
    relay = limited(place, misses_per_minute=10)
    secret, ada = os.urandom(32), Device(relay)
    made = ada.create(configuration=configuration(secret=secret, policy="proof"))
    statuses = [Device(relay, proof=os.urandom(32)).read(made).status for _ in range(15)]
    assert statuses[:10] == [401] * 10 and 429 in statuses
    assert Device(relay, proof=claim_key(secret)).read(made).status == 200


class From:
    """A relay as it is called from another address."""

    def __init__(self, relay, source):
        self.relay, self.place, self.source = relay, relay.place, source

    def call(self, *arguments, **more):
        return self.relay.call(*arguments, source=self.source, **more)


#= spec:tigress#TML-9 test
def test_as_shipped_a_stranger_cannot_fill_the_relay(place):
    """Mailboxes of 64 KiB for 29 days: 985 of them were taken in 3 s."""
    relay, taken = Relay(place, engine="memory", config=Relay.SHIPPED).start(), 0
    eve = Device(relay)
    while (answer := eve.create(sealed(65_000), configuration=configuration(seconds=29 * 86400))).status == 200:
        taken += 65_000
    assert answer.status == 429 and int(answer.headers["retry-after"]) > 60, answer
    assert taken < 64 * 2**20 / 29
    # What is kept for a day only counts a day; another address has its own limit, and what is there is served.
    assert Device(From(relay, "127.0.0.9")).create(sealed(65_000)).status == 200
    assert eve.create(sealed(1000), configuration=configuration(seconds=3600)).status == 200


def test_creates_are_limited_to_120_a_minute_as_shipped(place):
    relay = Relay(place, engine="memory", config=Relay.SHIPPED).start()
    made = 0  # a slow machine makes some more, as they come back one by one
    while (answer := Device(relay).create()).status == 200:
        made += 1
    assert answer.status == 429 and 120 <= made < 1200


def test_what_a_source_brings_counts_in_every_call_that_stores_it(place):
    relay = limited(place, octets_per_source=100_000)
    ada = Device(relay)
    made = ada.create(sealed(40_000), configuration=configuration(seconds=3600))  # base64: 53 000, and 4096 beside it
    assert made.status == 200
    for _ in range(5):
        assert ada.update(made, sealed(30_000)).status == 200, "a transfer that began goes on"
    full = ada.create(sealed(1000))
    assert full.status == 429 and int(full.headers["retry-after"]) > 24 * 3600
    dropped = relay.call("PUT", "/t/" + "A" * 43, body=os.urandom(20_000), headers={"Content-Type": "application/octet-stream"})
    assert dropped.status == 429
    # What stores nothing goes on: the same request again, reading, deleting.
    bo = Device(From(relay, "127.0.0.9"))
    assert bo.read(made).status == 200 and bo.update(made, sealed(30_000)).status == 200
    assert ada.read(made).status == 200 and ada.delete(made).status == 200


def test_who_makes_mailboxes_first_and_fills_them_then_pays_for_weeks(place):
    limit = 200_000
    relay = limited(place, octets_per_source=limit)
    ada, made = Device(relay), []
    while (answer := ada.create(sealed(10), configuration=configuration(seconds=3600))).status == 200:
        made.append(answer)
    for box in made:
        assert ada.update(box, sealed(48_000)).status == 200, "a transfer that began goes on"
    assert 5 * limit < len(made) * 64_000 < 16 * limit, "as docs/limits.md says"
    assert int(ada.create(sealed(10)).headers["retry-after"]) > 10 * 24 * 3600


def test_a_repeated_create_costs_nothing(place):
    relay = limited(place, octets_per_source=20_000)
    ada, payload = Device(relay), sealed(6000)
    statuses = [ada.create(payload, request_id="01234567-89ab-4cde-8f01-23456789abcd").status for _ in range(10)]
    assert statuses == [200] + [201] * 9


def test_creates_are_limited_only_where_the_operator_says_so(place):
    relay = limited(place, creates_per_minute=3)
    ada = Device(relay)
    statuses = [ada.create().status for _ in range(5)]
    assert statuses[:3] == [200] * 3 and statuses[4] == 429
    faulty = ada.create({"type": "x"})
    assert faulty.status == 400


@pytest.mark.parametrize("trusted", [False, True])
def test_behind_a_trusted_proxy_the_forwarded_address_counts(place, trusted):
    config = {"limits": {"misses_per_minute": 5}}
    if trusted:
        config["listen"] = {"trusted_proxies": ["127.0.0.1"]}
    relay = Relay(place, engine="memory", config=config).start()

    def miss(forwarded):
        return relay.call("GET", f"/v1/m/{uuid.uuid4()}", headers={"X-Forwarded-For": forwarded}).status

    for _ in range(7):
        miss("203.0.113.1, 127.0.0.1")
    assert miss("203.0.113.1") == 429
    assert miss("198.51.100.2") == (404 if trusted else 429)
    # A client can prepend what it likes; the last address is the proxy's own word.
    assert miss("198.51.100.9, 203.0.113.1") == 429


def test_behind_a_proxy_an_ipv6_client_counts_by_its_64_in_every_spelling(place):
    relay = Relay(place, engine="memory", config={"limits": {"misses_per_minute": 5}, "listen": {"trusted_proxies": ["127.0.0.0/8"]}}).start()

    def miss(forwarded):
        return relay.call("GET", f"/v1/m/{uuid.uuid4()}", headers={"X-Forwarded-For": forwarded}).status

    varied = [miss(f"2001:db8:1:2::{i:x}") for i in range(1, 9)]
    assert varied[:5] == [404] * 5 and varied[6:] == [429] * 2
    assert {miss("2001:DB8:1:2:0::1"), miss("2001:0db8:1:2:0:0:0:1")} == {429}
    assert miss("2001:db8:1:3::1") == 404


def test_a_token_file_decides_who_may_create(place):
    tokens = place.folder("relay") / "tokens.txt"
    tokens.write_text("# the house\nfirst-token\nsecond-token\n")
    tokens.chmod(0o600)
    relay = Relay(place, engine="memory", config={"create": {"require": "token-file", "token_file": str(tokens)}}).start()
    ada, bo = Device(relay), Device(relay)

    def create(token):
        headers = {**ada.headers(), **({"Authorization": token} if token else {})}
        from support.mailbox import display
        return relay.call("POST", "/v1/m", headers=headers, json={"payload": sealed(), "displayInformation": display()})

    for token in (None, "Bearer ", "Bearer wrong", "first-token", "Bearer # the house"):
        refused = create(token)
        assert refused.status == 401 and refused.json()["error"] == "create_token"
        assert refused.headers["www-authenticate"] == "Bearer"
    made = create("Bearer second-token")
    assert made.status == 200
    # Receivers need no token.
    assert bo.read(made).status == 200 and bo.delete(made).status == 200
