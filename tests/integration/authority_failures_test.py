"""The limit on failures at /token: it stands in for refusals alone, so nobody's garbage stops another's right call."""

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

    flooding = threading.Thread(target=flood)
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
