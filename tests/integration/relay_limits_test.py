"""429 for miss storms and wrong proofs per source, never for a bound device or the loser of a race (A-48)."""

import os
import uuid

import pytest
from support import Relay
from support.mailbox import Device, claim_key, configuration, page


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
        from support.mailbox import display, sealed
        return relay.call("POST", "/v1/m", headers=headers, json={"payload": sealed(), "displayInformation": display()})

    for token in (None, "Bearer ", "Bearer wrong", "first-token", "Bearer # the house"):
        refused = create(token)
        assert refused.status == 401 and refused.json()["error"] == "create_token"
        assert refused.headers["www-authenticate"] == "Bearer"
    made = create("Bearer second-token")
    assert made.status == 200
    # Receivers need no token.
    assert bo.read(made).status == 200 and bo.delete(made).status == 200
