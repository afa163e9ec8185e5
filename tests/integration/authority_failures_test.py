"""The limit on failures at /token: it stands in for refusals alone, so nobody's garbage stops another's right call."""

import http.client
import socket
import threading

import pytest
from support import LOGIN, Authority, Sshd, wait_until
from support.openid import PRE_AUTHORIZED, Client
from support.system import System

PER_MINUTE = 6
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
GARBAGE = f"grant_type={PRE_AUTHORIZED}&pre-authorized_code={'x' * 43}"


class Receiver(Client):
    """One key for DPoP and credential."""

    def __init__(self, authority):
        super().__init__(authority.url, authority.place.ca.path)
        self.dpop_key = self.key


@pytest.fixture
def authority(place):
    authority = Authority(place, config={"limits": {"failures_per_minute": PER_MINUTE}})
    authority.add_host(Sshd(place, "web", authority))
    return authority.start()


@pytest.fixture
def ada(authority):
    ada = Receiver(authority)
    ada.redeem(ada.read(authority.share("--as", LOGIN, "--host", "web", "--for", "4h", "--depth", "2")))
    return ada


def guess(authority):
    return authority.call("POST", "/token", headers=FORM, body=GARBAGE)


def use_up(authority):
    """Wrong codes until this source is over its limit; returns the last answer."""
    answers = [guess(authority) for _ in range(PER_MINUTE + 1)]
    while answers[-1].status != 429:
        answers.append(guess(authority))
    return answers[-1]


def word(answer):
    body = answer.json()
    return body.get("keyferry", {}).get("error") or body.get("error") or answer.status


def failing_at(**listen):
    return {"limits": {"failures_per_minute": PER_MINUTE}, "listen": listen}


def guess_for(authority, forwarded):
    return authority.call("POST", "/token", headers={**FORM, "X-Forwarded-For": forwarded}, body=GARBAGE).status


@pytest.mark.parametrize("trusted", [False, True])
def test_behind_a_trusted_proxy_the_forwarded_address_counts(place, trusted):
    authority = Authority(place, config=failing_at(**({"trusted_proxies": ["127.0.0.1"]} if trusted else {}))).start()
    for _ in range(PER_MINUTE + 2):
        guess_for(authority, "203.0.113.1, 127.0.0.1")
    assert guess_for(authority, "203.0.113.1") == 429
    assert guess_for(authority, "198.51.100.2") == (400 if trusted else 429), "another client's failures are not his"
    assert guess_for(authority, "198.51.100.9, 203.0.113.1") == 429, "what a client claims before the proxy's word"


def test_behind_a_proxy_an_ipv6_client_counts_by_its_64_in_every_spelling(place):
    authority = Authority(place, config=failing_at(trusted_proxies=["127.0.0.0/8"])).start()
    varied = [guess_for(authority, f"2001:db8:1:2::{i:x}") for i in range(1, PER_MINUTE + 4)]
    assert varied[:PER_MINUTE] == [400] * PER_MINUTE and varied[-2:] == [429] * 2
    assert {guess_for(authority, "2001:DB8:1:2:0::1"), guess_for(authority, "2001:0db8:1:2:0:0:0:1")} == {429}
    assert guess_for(authority, "2001:db8:1:3::1") == 400


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=30)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(str(self.path))


def test_behind_a_proxy_at_a_unix_socket_too(place):
    path = place.folder("socket") / "api"
    config = failing_at(api=f"unix:{path}", trusted_proxies=["unix"])
    Authority(place, config={**config, "tls": None, "public": {"url": "https://auth.example"}}).start()

    def guess_for(forwarded):
        line = UnixConnection(path)
        line.request("POST", "/token", body=GARBAGE, headers={**FORM, "X-Forwarded-For": forwarded})
        try:
            return line.getresponse().status
        finally:
            line.close()

    statuses = [guess_for("203.0.113.1") for _ in range(PER_MINUTE + 2)]
    assert statuses[0] == 400 and statuses[-1] == 429 and guess_for("198.51.100.2") == 400


def test_a_proxy_that_is_no_address_is_refused_at_the_start(place):
    authority = Authority(place)
    authority.write_config({"listen": {"trusted_proxies": ["proxy.example"]}})
    checked = authority.run("--check", code=1)
    assert "listen.trusted_proxies" in checked.err and "10.0.0.0/8" in checked.err


def test_above_the_limit_refusals_become_429(authority):
    answers = [guess(authority) for _ in range(PER_MINUTE * 2)]
    assert [answer.status for answer in answers[:PER_MINUTE]] == [400] * PER_MINUTE
    assert answers[-1].status == 429 and 1 <= int(answers[-1].headers["retry-after"]) <= 60 // PER_MINUTE
    assert answers[-1].json()["error"] == "temporarily_unavailable"


def test_every_right_call_is_answered_above_the_limit(authority, ada):
    pin, plain = ada.share(pin="123456", depth=1), ada.share()
    bo, foreign = Receiver(authority), Receiver(authority)
    use_up(authority)
    assert bo.token(pin["credential_offer"], pin="123456").status == 200
    use_up(authority)
    assert bo.token(pin["credential_offer"], pin="123456").status == 200, "a lost answer is repaired"
    use_up(authority)
    bo.redeem(pin["credential_offer"], pin="123456")
    use_up(authority)
    foreign.redeem(plain["credential_offer"], dpop=False)
    for holder in (ada, bo):
        use_up(authority)
        assert holder.login().status == 200
    confirmed, cleo = ada.share(mode="confirmed"), Receiver(authority)
    granted = ada.v1("POST", f"/v1/shares/{confirmed['share']}/grant", json={"thumbprint": cleo.key.thumbprint})
    use_up(authority)
    cleo.redeem(granted.json()["credential_offer"])
    use_up(authority)
    assert ada.v1("DELETE", f"/v1/shares/{pin['share']}").status == 200


def test_a_wallet_revokes_while_its_source_is_flooded(place):
    system = System(place, authority_config={"limits": {"failures_per_minute": PER_MINUTE}})
    ada = system.owner("ada")
    link, _ = system.share(ada, "servers", "--host", "web")
    eve = system.take("eve", link)
    stop, seen = threading.Event(), []

    def flood():
        while not stop.is_set():
            seen.append(guess(system.authority).status)
            stop.wait(0.05)

    flooding = threading.Thread(target=flood, daemon=True)
    flooding.start()
    try:
        wait_until(lambda: 429 in seen, "the limit", 30)
        ada.run("revoke", "--below", "servers", "--yes")
        system.refused_within(eve, "web", 10, "web")
        assert seen[-1] == 429, "the flood goes on"
    finally:
        stop.set()
        flooding.join()


def test_a_429_says_nothing_about_the_code(authority, ada):
    offers = {name: ada.share()["credential_offer"] for name in ("used", "by another key", "replaced")}
    bo = Receiver(authority)
    bo.redeem(offers["used"], dpop=False)
    bo.token(offers["by another key"])
    shares = {share["share"]: share for share in ada.v1("GET", "/v1/shares").json()["shares"]}
    last = list(shares)[-1]
    assert ada.v1("POST", f"/v1/shares/{last}/offer", json={}).status == 200
    for name, call in (("revoked", ("DELETE", "")), ("refused", ("POST", "/refuse"))):
        made = ada.share()
        offers[name] = made["credential_offer"]
        assert ada.v1(call[0], f"/v1/shares/{made['share']}{call[1]}", json={}).status == 200
    confirmed = ada.share(mode="confirmed", pin="123456")
    granted = ada.v1("POST", f"/v1/shares/{confirmed['share']}/grant", json={"thumbprint": bo.key.thumbprint})
    offers["somebody else's"] = granted.json()["credential_offer"]

    stranger = Receiver(authority)
    stranger.call("POST", "/nonce")
    unknown = use_up(authority)

    def looks(answer):
        headers = {name: value for name, value in answer.headers.items() if name not in ("date", "retry-after", "dpop-nonce")}
        return answer.status, answer.body, sorted(headers.items()), "dpop-nonce" in answer.headers

    for name, offer in offers.items():
        use_up(authority)
        answer = stranger.token(offer, pin="123456" if name == "somebody else's" else None)
        assert looks(answer) == looks(unknown), name
    bo.redeem(offers["somebody else's"], pin="123456")


#= spec:authority#3-order test
def test_above_the_limit_a_wrong_pin_is_answered_and_costs_its_try(authority, ada):
    made = ada.share(pin="123456")
    offer, bo = made["credential_offer"], Receiver(authority)
    use_up(authority)
    assert word(bo.token(offer)) == "pin_required" and word(bo.token(offer, pin="12345")) == "pin_malformed"
    for left in (4, 3, 2, 1):
        use_up(authority)
        answer = bo.token(offer, pin="000000")
        assert answer.status == 400 and answer.json()["keyferry"] == {"error": "wrong_pin", "tries_left": left}
    use_up(authority)
    assert word(bo.token(offer, pin="000000")) == "locked"
    use_up(authority)
    assert word(bo.token(offer, pin="123456")) == "locked", "the right PIN too, and no 429 that would hide it"
    assert ada.v1("GET", f"/v1/shares/{made['share']}").json()["state"] == "locked"


#= spec:authority#3-order test
def test_four_wrong_pins_above_the_limit_leave_the_right_one_good(authority, ada):
    offer, bo = ada.share(pin="123456")["credential_offer"], Receiver(authority)
    use_up(authority)
    for _ in range(4):
        assert word(bo.token(offer, pin="999999")) == "wrong_pin"
    bo.redeem(offer, pin="123456")


def test_wrong_pins_count_as_failures_of_their_source(authority, ada):
    shares = [ada.share(pin="123456")["credential_offer"] for _ in range(2)]
    bo = Receiver(authority)
    for _ in range(4):
        for offer in shares:
            assert word(bo.token(offer, pin="000000")) == "wrong_pin"
    assert guess(authority).status == 429
